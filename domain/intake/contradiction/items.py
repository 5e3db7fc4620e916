"""Numbered items of a letter's sentences: how many they are said to be, and their numbers."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from domain.intake.contradiction.text import CheckedText, contradiction, sentences
from domain.intake.reading import Contradiction
from domain.intake.vocabulary import ContradictionKind

_THINGS = "รายการ|ข้อ|ประการ|ประเด็น|ขั้นตอน|เรื่อง|ประเภท|ส่วน|ด้าน|กิจกรรม|มาตรการ|หลักเกณฑ์|วิธี|กลุ่ม|อย่าง|ฉบับ"
_LEADS = r"(?:ดังนี้|ดังต่อไปนี้|ได้แก่|คือ|ประกอบด้วย)"
_SAID = re.compile(
    rf"(?P<leads>{_LEADS}\s{{0,3}}(?:จำนวน)?\s{{0,3}})?(?<![0-9.,/])(?P<count>[0-9]{{1,2}})\s{{0,3}}(?:{_THINGS})"
    rf"(?(leads)(?:{_LEADS})?|\s{{0,3}}{_LEADS})\s{{0,3}}:?\s{{0,20}}(?=\(?1[.)])"
)
# (๑), ๑) and ๑. are numbers of different lists; 1.1 is of neither.
_MARK = re.compile(
    r"(?:(?<=\s)|\A)(?:\((?P<both>[0-9]{1,2})\)|(?P<one>[0-9]{1,2})\)|(?P<dot>[0-9]{1,2})\.(?![0-9]))(?=\s{0,8}(?:[ก-๎A-Za-z“\"]|\((?:ยกเลิก|ว่าง|คง)))"
)
# What is cited by its number is no item here.
_CITED = re.compile(r"(?:ข้อ|ที่|ตาม|มาตรา|วรรค|หมวด|ใน|และ ข้อ)\s{0,3}\Z")
_FARTHEST, _MOST = 1_500, 100


@dataclass(frozen=True, kw_only=True, slots=True)
class _Mark:
    """The number before an item: its form, and where it stands in the folded text."""

    no: int
    form: str
    start: int
    end: int
    begins_line: bool


def faulty_items(checked: CheckedText) -> Iterator[Contradiction]:
    """Yield the enumerations of sentences that are not as long as is said, or miss a number."""
    for start, end in _stretches(checked):
        marks = _marks(checked.text, start, end)
        told = [*_broken(checked, marks)]
        yield from told
        if not told:
            yield from _other_length(checked, marks, start, end)


def _stretches(checked: CheckedText) -> Iterator[tuple[int, int]]:
    """Yield the sentences of the letters, as places in the folded text."""
    for letter in checked.reading.letters:
        start, end = sentences(letter)
        if end > start and not any(
            start < one.end and one.start < end for one in checked.reading.lists
        ):
            yield checked.index(start), checked.index(end)


def _marks(text: str, start: int, end: int) -> Sequence[_Mark]:
    return [
        _mark(text, match)
        for match in _MARK.finditer(text, start, end)
        if not _CITED.search(text[max(match.start() - 12, start) : match.start()])
    ]


def _mark(text: str, match: re.Match[str]) -> _Mark:
    form = str(match.lastgroup)
    line = text[max(match.start() - 10, 0) : match.start()].rpartition("\n")
    return _Mark(
        no=int(match[form]),
        form=form,
        start=match.start(form),
        end=match.end(form),
        begins_line=bool(line[1]) and not line[2].strip(" \t"),
    )


def _other_length(
    checked: CheckedText, marks: Sequence[_Mark], start: int, end: int
) -> Iterator[Contradiction]:
    for said in _SAID.finditer(checked.text, start, end):
        opens = bisect_left(marks, said.end("count"), key=lambda mark: mark.start)
        near = marks[opens : opens + _MOST]
        if not near or near[0].no != 1:
            continue
        items, stated = _items(near), int(said["count"])
        alone = _items(_up_to_next_list(near))
        is_outer = _may_be_outer(marks[max(opens - _MOST, 0) : opens], items, stated)
        if stated in {len(items), len(alone)} or is_outer or _has_further(near, items):
            continue
        yield contradiction(
            ContradictionKind.LIST_LENGTH_DIFFERS,
            f"ระบุไว้ {stated} รายการ แต่แจกแจงไว้ {len(alone)} รายการ",
            [
                checked.place(str(stated), *said.span("count")),
                checked.place(str(len(alone)), alone[0].start, alone[-1].end),
            ],
        )


def _items(marks: Sequence[_Mark]) -> Sequence[_Mark]:
    """Return the marks that go on from the first one, those of other lists left out."""
    items = [marks[0]]
    for mark in marks[1:]:
        last = items[-1]
        if mark.start - last.end > _FARTHEST:
            break
        if mark.form == last.form and mark.no == last.no + 1:
            items.append(mark)
    return items


def _up_to_next_list(marks: Sequence[_Mark]) -> Sequence[_Mark]:
    """Return the marks before the next list of the form, which stands in this one or behind it."""
    following = [at for at, mark in enumerate(marks) if at and mark.no == 1]
    same = [at for at in following if marks[at].form == marks[0].form]
    return marks[: same[0]] if same else marks


def _may_be_outer(before: Sequence[_Mark], items: Sequence[_Mark], stated: int) -> bool:
    """Tell whether what goes on may be the list in which this one stands."""
    return len(items) > stated and any(
        mark.form == items[0].form and mark.no <= stated for mark in before
    )


def _has_further(marks: Sequence[_Mark], items: Sequence[_Mark]) -> bool:
    """Tell whether a later number of the form was passed over: then one could not be read."""
    last = items[-1]
    return any(mark.form == last.form and mark.start > last.start and mark.no > 1 for mark in marks)


def _broken(checked: CheckedText, marks: Sequence[_Mark]) -> Iterator[Contradiction]:
    for form in ("both", "one", "dot"):
        pair = _first_gap([mark for mark in marks if mark.form == form])
        if pair is not None and _is_slip(checked.text, *pair):
            yield contradiction(
                ContradictionKind.LIST_NUMBERING_BROKEN,
                f"ข้อ {pair[1].no} อยู่ต่อจากข้อ {pair[0].no}",
                [checked.place(str(one.no), one.start, one.end) for one in pair],
            )


def _first_gap(marks: Sequence[_Mark]) -> tuple[_Mark, _Mark] | None:
    """Return the first number that goes on from none before it; lists may stand in one another."""
    opened: list[_Mark] = []
    for mark in marks:
        if mark.no == 1:
            opened.append(mark)
            continue
        while len(opened) > 1 and opened[-1].no + 1 != mark.no:
            opened.pop()
        if not opened:
            return None
        if opened[-1].no + 1 != mark.no:
            return opened[-1], mark
        opened[-1] = mark
    return None


def _is_slip(text: str, before: _Mark, mark: _Mark) -> bool:
    """Tell whether the second stands where the next number should: side by side, on a new line."""
    # Of the items of a regulation, (๑) (๒) (๔), only those that are meant may be told.
    skipped = before.no if mark.form == "both" else before.no + 2
    is_near = mark.no in {before.no, skipped} and before.no >= 2
    is_one_list = "\n\n" not in text[before.end : mark.start]
    return is_near and is_one_list and mark.begins_line and before.begins_line
