"""The marks of a letter: its kind by its form, its urgency and its secrecy."""

import re
from collections.abc import Collection, Mapping, Sequence

from domain.intake.folded_text import FoldedText
from domain.intake.found import Found, T
from domain.intake.heading_words import Heading
from domain.intake.near_shapes import near_whole
from domain.intake.opening_lines import Opening
from domain.intake.text_lines import Line
from domain.intake.vocabulary import LetterKind
from domain.vocabulary import Secrecy, Urgency

_URGENCIES = {
    "ด่วนที่สุด": Urgency.MOST_URGENT,
    "ด่วนมาก": Urgency.VERY_URGENT,
    "ด่วนภายใน": Urgency.URGENT_WITHIN,
    "ด่วน": Urgency.URGENT,
}
_SECRECIES = {
    "ลับที่สุด": Secrecy.TOP_SECRET,
    "ลับมาก": Secrecy.VERY_SECRET,
    "ลับ": Secrecy.SECRET,
}
_LONG = [word for word in (*_URGENCIES, *_SECRECIES) if len(word) > 3]
_FORMS = {
    Opening.MEMO: LetterKind.INTERNAL,
    Opening.DIRECTIVE: LetterKind.DIRECTIVE,
    Opening.ANNOUNCEMENT: LetterKind.PUBLIC_RELATIONS,
    Opening.EVIDENCE: LetterKind.EVIDENCE,
}
_WORD = r"(?:ด่วนที่สุด|ด่วนมาก|ด่วน|ลับที่สุด|ลับมาก|ลับ)"
_ALONE = re.compile(rf"[(\[“\"]?{_WORD}(?:[ \t,/]{{1,20}}{_WORD})?[)\]”\"]?|ด่วนภายใน.{{1,60}}")
# Before the number, or behind it a gap away; never as the beginning of a longer word.
_BESIDE = re.compile(
    rf"{_WORD}(?![ก-๎])(?=[ \t]{{0,80}}(?:ที่|บันทึก|{_WORD}))|(?<=[0-9][ \t]){_WORD}(?![ก-๎])"
    rf"|(?<=[ \t]{{2}}){_WORD}(?![ก-๎])"
)
# A word alone, or a gap away from what stands beside it.
_APART = re.compile(r"(?:\A|(?<=\t)|(?<=[ ]{2}))[(\[“\"]?([ก-๎]{2,13})[)\]”\"]?(?=\s|\Z)")
_EACH = re.compile(r"ด่วนที่สุด|ด่วนมาก|ด่วนภายใน|ด่วน|ลับที่สุด|ลับมาก|ลับ")


def is_mark(said: str) -> bool:
    """Tell whether a line is nothing but marks of urgency or secrecy, or a damaged one."""
    if _is_whole(said):
        return True
    return 4 <= len(said) <= 14 and said[0] in '([“"ดตคลส่' and _nearest(said, _LONG) is not None


def _is_whole(said: str) -> bool:
    return said[0] in '([“"ดล' and _ALONE.fullmatch(said) is not None


def read_kind(
    folded: FoldedText, openings: frozenset[Opening], headings: Sequence[Heading], at: Line
) -> Found[LetterKind]:
    """Return the kind that a letter's form shows; a letter of no other form is an external one."""
    place = at.start, at.end
    for opening, kind in _FORMS.items():
        if opening in openings:
            return folded.found(kind, place, sure=1.0, rule=f"kind.{opening}")
    if Heading.OFFICE in headings:
        return folded.found(LetterKind.INTERNAL, place, sure=0.9, rule="kind.office")
    if Heading.RECIPIENT in headings and Heading.ADDRESSEE not in headings:
        return folded.found(LetterKind.STAMPED, place, sure=0.9, rule="kind.recipient")
    sure = 0.95 if Heading.ADDRESSEE in headings else 0.5
    return folded.found(LetterKind.EXTERNAL, place, sure=sure, rule="kind.letter")


def read_urgency(folded: FoldedText, lines: Sequence[Line]) -> Found[Urgency] | None:
    """Return the urgency printed in the lines of a letter's head."""
    for word, place in _marks(lines):
        if word in _URGENCIES:
            return folded.found(_URGENCIES[word], place, sure=1.0, rule="urgency.mark")
    return _near(folded, lines, _URGENCIES, rule="urgency.near")


def read_secrecy(folded: FoldedText, lines: Sequence[Line]) -> Found[Secrecy] | None:
    """Return the highest secrecy that stands alone or beside the number."""
    found = [
        folded.found(_SECRECIES[word], place, sure=1.0, rule="secrecy.mark")
        for word, place in _marks(lines)
        if word in _SECRECIES
    ]
    order = list(_SECRECIES.values())
    return min(
        found,
        key=lambda one: order.index(one.value),
        default=_near(folded, lines, _SECRECIES, rule="secrecy.near"),
    )


def _near(
    folded: FoldedText, lines: Sequence[Line], words: Mapping[str, T], *, rule: str
) -> Found[T] | None:
    """Return the first mark that a damaged word apart most looks like."""
    for line in lines:
        for apart in _APART.finditer(line.text[:160]):
            word = _nearest(apart[1], words)
            # A damaged ลับ beside other words would be any of them.
            if word and (word != "ลับ" or apart[0] == line.text):
                at = line.start + apart.start(1), line.start + apart.end(1)
                return folded.found(words[word], at, sure=0.6, rule=rule)
    return None


def _nearest(said: str, words: Collection[str]) -> str | None:
    """Return the mark that what is said looks like, the nearest of several."""
    near = [
        (off, word)
        for word in words
        if (off := near_whole(word, said.strip('()[]“”"'), most=len(word) / 4)) is not None
    ]
    return min(near)[1] if near else None


def _marks(lines: Sequence[Line]) -> Sequence[tuple[str, tuple[int, int]]]:
    return [
        (word[0], (line.start + start + word.start(), line.start + start + word.end()))
        for line in lines
        for start, written in _marked(line.text)
        for word in _EACH.finditer(written)
    ]


def _marked(said: str) -> Sequence[tuple[int, str]]:
    if _is_whole(said):
        return [(0, said)]
    return [(match.start(), match[0]) for match in _BESIDE.finditer(said[:160])]
