"""To whom a letter is written: one entry for each post, as it is printed."""

import re
from collections.abc import Iterator, Sequence

from domain.intake.folded_text import FoldedText, one_line
from domain.intake.found import Found
from domain.intake.heading_words import Heading
from domain.intake.letter_parts import Part, Parts
from domain.intake.office_words import OFFICES, POSTS, begins_post, near_post

# A new post begins behind และ, a comma or a space; ทุกอำเภอ goes with what stands before it.
_BETWEEN = re.compile(
    rf"\s{{1,20}}และ\s{{1,20}}|\s{{0,20}}(?:,|/|และ)\s{{0,20}}(?={POSTS})|\s{{1,20}}(?={POSTS})"
    r"|(?:\s{1,20}|\A)\(?[0-9]{1,2}[.)]\s{0,5}(?=[ก-๎])|,\s{0,20}"
)
# A gap and what a scan made of และ, before a damaged post or one that only the gap is missing for.
_GAP = re.compile(r"\s{1,20}(?:(?:[แเ]?์?[ลส]์?[ะาเ]?์?|[แเ]์?ะ)(?:\s{1,20}|(?=[ก-ฮเ-ไ])))?")
# What stands between two cuts and says nothing: the number of an item.
_NUMBER = re.compile(r"\s*(?:\(?[0-9]{1,2}[.)])?\s*")
# A given name, whose family name may begin as a post does.
_GIVEN = re.compile(r"(?:นาย(?!แพทย์|ทะเบียน|ช่าง|ด่าน|สถานี|[กอ])|นางสาว|นาง|คุณ)[ก-๎]{2,20}")
_LONG_WORD, _LONGEST_POST = 11, 30
_GOES_WITH = re.compile(r"ทุก|ใน|สังกัด|ตาม|ประจำ|\(|เขต")
_FIRST_WORD = re.compile("|".join(sorted(OFFICES, key=len, reverse=True)))


def read_addressees(folded: FoldedText, parts: Parts) -> Sequence[Found[str]]:
    """Return what stands behind เรียน or ถึง, post by post."""
    part = parts.of(Heading.ADDRESSEE, Heading.RECIPIENT)
    if part is None:
        return []
    rule = "addressee.heading" if part.heading is Heading.ADDRESSEE else "addressee.recipient"
    sure = part.sure if len(part.places) == 1 else min(part.sure, 0.9)
    if part.holds(folded.text, ("อ้างถึง", "สิ่งที่ส่ง")):
        sure = min(sure, 0.7)
    units = [*_units(folded.text, part)]
    cut = [one for first, last in units for one in _near_units(folded.text, first, last)]
    sure = sure if len(cut) == len(units) else min(sure, 0.7)
    return [
        _addressee(folded, one_line(folded.text[start:end]), (start, end), sure=sure, rule=rule)
        for start, end in cut
    ]


def _addressee(
    folded: FoldedText, said: str, at: tuple[int, int], *, sure: float, rule: str
) -> Found[str]:
    """Two long words may be two posts, with what stood between them damaged."""
    doubtful = any(
        len(word) > _LONG_WORD and not _GOES_WITH.match(word) for word in said.split()[1:]
    )
    return folded.found(said, at, sure=min(sure, 0.75) if doubtful else sure, rule=rule)


def _units(text: str, part: Part) -> Iterator[tuple[int, int]]:
    start, end = part.span
    for first, last in _between(text, start, end, _BETWEEN):
        word = _FIRST_WORD.match(text, first) if part.heading is Heading.RECIPIENT else None
        if word is None:
            yield first, last
        else:
            yield from _between(text, first, last, re.compile(rf"\s{{1,20}}(?={word[0]})"))


def _between(text: str, start: int, end: int, cut: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    at = start
    for match in cut.finditer(text, start, end):
        if match[0].isspace() and _is_named(text, at, match):
            continue
        if _NUMBER.fullmatch(text, at, match.start()) is None:
            yield at, match.start()
        at = match.end()
    if text[at:end].strip():
        yield at, end


def _is_named(text: str, at: int, gap: re.Match[str]) -> bool:
    """Tell whether a family name stands behind a gap, and no post that is known."""
    is_given = _GIVEN.fullmatch(text, at, gap.start()) is not None
    return is_given and not begins_post(text[gap.end() : gap.end() + _LONGEST_POST])


def _near_units(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut before damaged posts as well."""
    at = start
    for gap in _GAP.finditer(text, start, end):
        # A post may begin as the damaged word would.
        behind = {gap.end(), gap.end() - len(gap[0].lstrip())}
        posts = [
            (near.edits, one)
            for one in behind
            if (near := near_post(text[one : min(one + _LONGEST_POST, end)]))
        ]
        if posts:
            yield at, gap.start()
            at = min(posts)[1]
    yield at, end
