"""The foot of a letter: who signed it, in which post, on whose behalf."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from domain.intake.folded_text import FoldedText, one_line
from domain.intake.found import Found
from domain.intake.near_shapes import near_end
from domain.intake.office_words import begins_office, begins_post, near_post
from domain.intake.text_lines import Line
from domain.vocabulary import Authority

_AUTHORITIES = {
    "ปฏิบัติราชการแทน": Authority.PERFORMING_DUTIES_FOR,
    # As it is often misspelt.
    "ปฎิบัติราชการแทน": Authority.PERFORMING_DUTIES_FOR,
    # Of a university or a state enterprise.
    "ปฏิบัติการแทน": Authority.PERFORMING_DUTIES_FOR,
    "รักษาราชการแทน": Authority.ACTING_FOR,
    "รักษาการแทน": Authority.ACTING_FOR,
    "รักษาการในตำแหน่ง": Authority.ACTING_FOR,
    "ทำการแทน": Authority.ACTING_FOR,
    # As deputies of mayors sign, and those who have some other duty beside their own.
    "ปฏิบัติหน้าที่แทน": Authority.ACTING_FOR,
    "ปฏิบัติหน้าที่": Authority.ACTING_FOR,
    "ตามคำสั่ง": Authority.BY_ORDER_OF,
    "โดยคำสั่ง": Authority.BY_ORDER_OF,
}
# With the marks that a scan put behind it.
_AUTHORITY = re.compile(rf"({'|'.join(_AUTHORITIES)})[ัิ-ฺ็-๎]{{0,2}}")
_WORD_END = re.compile(r"(?<=\S{4})(?!\S)")
_LONGEST_WORD = 24
_TITLES = (
    r"นาย|นาง|น\.ส\.|ว่าที่|ดร\.|พล|พัน|ร้อย|พ\.|ร\.|จ่า|สิบ|หม่อม|ม\.|ศ\.|ผศ\.|รศ\.|"
    r"ศาสตรา|รองศาสตรา|ผู้ช่วยศาสตรา|แพทย์"
)
_SAID = r"(?!ลงชื่อ|ลายมือชื่อ)[ก-๎][ก-๎. ]{3,70}?"
_SIGN = r"(?:\(?ลงชื่อ\)?[ .…]{0,60})?"
_BRACKET = r"[()\[\]]"
_NAME = re.compile(rf"{_SIGN}\(\s{{0,10}}({_SAID})\s{{0,10}}[)(\]]")
# Both brackets, whichever way a scan turned them, with the name broken over two lines; one of them.
_DAMAGED = (
    re.compile(rf"{_BRACKET}\s{{0,10}}({_SAID}(?:\n[ก-๎. ]{{3,40}}?)?)\s{{0,10}}{_BRACKET}"),
    re.compile(rf"{_BRACKET}\s{{0,10}}({_SAID})[ \t]{{0,10}}(?=\n|\Z)"),
    re.compile(rf"({_SAID})\s{{0,10}}[)\]]"),
)
_TITLED = re.compile(rf"[(\[\]]?\s{{0,10}}((?:{_TITLES})[ก-๎. ]{{4,70}}?)\s{{0,10}}[)(\]]?")
_GRADE = r"(?:เอก|โท|ตรี|จัตวา)"
# A rank, which stands on a line of its own where a signature is to come between it and the name.
_RANK = re.compile(
    r"(?:\(?ลงชื่อ\)?\s{0,9})?((?:ว่าที่\s{0,3})?(?:"
    rf"(?:พล|พัน|ร้อย|สิบ|จ่าสิบ)(?:ตำรวจ|จ่า|จ่าอากาศ|เรือ|อากาศ)?{_GRADE}|(?:นาวา|เรือ|จ่า)(?:อากาศ)?{_GRADE}"
    r"|ดาบตำรวจ|(?:พล|พ|ร|น|จ|ส|ด)\.(?:[ก-ฮ]\.){1,3}"
    r"|(?:รอง|ผู้ช่วย)?ศาสตราจารย์(?:\s{0,3}ดร\.)?|หม่อม(?:ราชวงศ์|หลวง)|คุณหญิง|นายแพทย์|แพทย์หญิง|ดร\."
    r")(?:\s{0,3}หญิง)?)[\s.…_]{0,90}"
)
_SIGNED = re.compile(r"\(?(?:ลงชื่อ|ลงนาม)\)?[\s.…_]{0,90}")
_POST_WORD = re.compile(r"ตำแหน่ง\s{0,4}[:.]?\s{0,4}")
_NO_POST = re.compile(r"โทร|ไปรษณีย์|e-?mail|สำเนา|วันที่|[0-9]|\(|กำหนดการ|บัญชี", re.IGNORECASE)
_BEHIND = re.compile(r"[ \t()\[\]]{0,20}")
# The name stands within so many lines below the closing words, the post below the name.
_NAME_LINES, _POST_LINES = 8, 4
_LONGEST_REST = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class Foot:
    """Who signed.

    Attributes:
        signatory: The name in brackets.
        post: The post of who signs.
        authority: On whose behalf, where it is printed.
        authority_post: Whose.
        first: The line of the name, or of the rank above it; None where there is no name.
        last: The line after the last of these.
    """

    signatory: Found[str] | None = None
    post: Found[str] | None = None
    authority: Found[Authority] | None = None
    authority_post: Found[str] | None = None
    first: int | None = None
    last: int


def read_foot(folded: FoldedText, lines: Sequence[Line], body: range, closing: int | None) -> Foot:
    """Read the foot below the closing words; without them, below the first titled name alone."""
    if closing is None:
        return _unclosed(folded, lines, body)
    below = range(closing + 1, min(body.stop, closing + 1 + _NAME_LINES))
    for read, sure in ((_whole, 1.0), (_damaged, 0.7), (_titled, 0.7)):
        for at in below:
            if name := read(folded.text, lines[at]):
                return _below(folded, lines, at, name, body.stop, sure=sure)
    return Foot(last=closing + 1)


def _unclosed(folded: FoldedText, lines: Sequence[Line], body: range) -> Foot:
    for at in body:
        line = lines[at]
        if line.text[0] not in "([])" and line.text[-1] not in "([])":
            continue
        above = lines[max(at - 1, body.start)]
        name = _whole(folded.text, line) if line.text[-1] == ")" else None
        if name and (_TITLED.fullmatch(line.text) or _is_signed(above, name[1])):
            return _below(folded, lines, at, name, body.stop, sure=0.85)
        name = _damaged(folded.text, line)
        if name and _is_apart(line.text, name[1]) and _is_above_post(lines, at, name):
            return _below(folded, lines, at, name, body.stop, sure=0.6)
    return Foot(last=body.stop)


def _is_apart(said: str, name: str) -> bool:
    """Tell whether a line begins with a name in brackets, and is not what goes on from above."""
    return (said[0] in "([])" and len(name.split()) > 1) or _TITLED.fullmatch(said) is not None


def _is_above_post(lines: Sequence[Line], at: int, name: re.Match[str]) -> bool:
    return any(begins_post(one.text) for one in _posts(lines, at, name, len(lines))[:1])


def _whole(text: str, line: Line) -> re.Match[str] | None:
    name = _NAME.fullmatch(text, line.start, line.end)
    return name if name and _is_called_like_post(name[1]) else _person(name)


def _is_called_like_post(said: str) -> bool:
    """Tell whether a given name only sounds like a post, with a family name behind it: นายอำเภา."""
    given, *family = said.split()
    post = near_post(given)
    return (
        bool(family) and said.startswith("นาย") and post is not None and post.length >= len(given)
    )


def _titled(text: str, line: Line) -> re.Match[str] | None:
    return _person(_TITLED.fullmatch(text, line.start, line.end))


def _damaged(text: str, line: Line) -> re.Match[str] | None:
    """Return a name by its place between damaged brackets."""
    end = line.end + _LONGEST_REST
    return next(
        (name for one in _DAMAGED if (name := _person(one.match(text, line.start, end)))), None
    )


def _person(name: re.Match[str] | None) -> re.Match[str] | None:
    """Return a name unless a line of it is a post, which is no person."""
    return None if name is None or any(map(begins_post, name[1].splitlines())) else name


def _below(
    folded: FoldedText,
    lines: Sequence[Line],
    at: int,
    name: re.Match[str],
    stop: int,
    *,
    sure: float,
) -> Foot:
    above = lines[at - 1]
    signatory = _signatory(folded, name, above, sure=sure)
    first = at - 1 if _is_signed(above, name[1]) else at
    posts = _posts(lines, at, name, stop)
    spoken = _authority(folded.text, posts)
    if spoken is None:
        post = _post(folded, posts[0].start, posts[0].end, sure=sure) if posts else None
        last = _after(lines, at, posts[0].end if posts else name.end())
        return Foot(signatory=signatory, post=post, first=first, last=last)
    word, start, end, exact = spoken
    before = [one for one in posts if one.start < start]
    after = [one for one in posts if one.end > end]
    # Where a damaged word stands beside a post, it is not sure where the post ends.
    cut = min(sure, exact) if before and before[-1].end > start else sure
    return Foot(
        signatory=signatory,
        post=_post(folded, before[0].start, min(before[-1].end, start), sure=cut)
        if before
        else None,
        authority=folded.found(
            _AUTHORITIES[word], (start, end), sure=exact, rule="authority.words"
        ),
        authority_post=_post(folded, max(after[0].start, end), after[0].end, sure=sure)
        if after
        else None,
        first=first,
        last=_after(lines, at, after[0].end if after else end),
    )


def _signatory(folded: FoldedText, name: re.Match[str], above: Line, *, sure: float) -> Found[str]:
    """Return who signed, with the rank above the name."""
    start, end = name.span(1)
    said = one_line(name[1])
    rank = _rank(above.text, name[1])
    if rank is not None and not said.startswith(rank[1]):
        start, said = above.start + rank.start(1), f"{one_line(rank[1])} {said}"
    return folded.found(said, (start, end), sure=sure, rule="signatory.brackets")


def _rank(above: str, name: str) -> re.Match[str] | None:
    """Return the rank on the line above a name; the name may stand behind it too."""
    rank = _RANK.match(above)
    return rank if rank and one_line(above[rank.end() :]) in {"", one_line(name)} else None


def _is_signed(above: Line, name: str) -> bool:
    """Tell whether the line above a name says that it is one who signs."""
    return _SIGNED.fullmatch(above.text) is not None or _rank(above.text, name) is not None


def _posts(lines: Sequence[Line], at: int, name: re.Match[str], stop: int) -> list[Line]:
    """Return the lines that may say a post: what stands behind the name first."""
    under = _after(lines, at, name.end()) - 1
    line = lines[under]
    behind = _BEHIND.match(line.text, max(name.end() - line.start, 0))
    rest = line.text[behind.end() :] if behind else ""
    beside = [Line(text=rest, start=line.end - len(rest), gap=0)] if len(rest) > 2 else []
    return beside + _post_lines(lines, under + 1, stop)


def _after(lines: Sequence[Line], at: int, end: int) -> int:
    """Return the line after the one on which something ends."""
    while at + 1 < len(lines) and lines[at + 1].start < end:
        at += 1
    return at + 1


def _post_lines(lines: Sequence[Line], at: int, stop: int) -> list[Line]:
    """Return the lines below a name that may say a post, up to whatever else begins."""
    posts = []
    for line in lines[at : min(stop, at + _POST_LINES)]:
        if _NO_POST.match(line.text) or len(line.text) > 140 or line.gap > 3:
            break
        if begins_office(line.text) and not _AUTHORITY.search(line.text):
            break
        posts.append(line)
    return posts


def _authority(text: str, posts: Sequence[Line]) -> tuple[str, int, int, float] | None:
    """Return the words of authority that the post lines hold, whole or damaged."""
    for line in posts:
        if match := _AUTHORITY.search(text, line.start, line.end):
            sure = 0.75 if match[1].startswith("ปฏิบัติหน้าที่") else 1.0
            return match[1], match.start(), match.end(), sure
    ends = [one.end() for line in posts for one in _WORD_END.finditer(text, line.start, line.end)]
    read = [near for end in ends for word in _AUTHORITIES if (near := _near(text, word, end))]
    if not read:
        return None
    _, word, start, end = min(read)
    return word, start, end, 0.7


def _near(text: str, word: str, end: int) -> tuple[tuple[bool, float], str, int, int] | None:
    """Read a word of authority that ends there; one that begins a word is the likelier one."""
    if set(word[-3:]).isdisjoint(text[end - 4 : end]):
        return None
    near = near_end(word, text[end - _LONGEST_WORD : end], most=len(word) / 4.5)
    if near is None:
        return None
    start = end - near[1]
    return (not text[start - 1].isspace(), near[0] / len(word)), word, start, end


def _post(folded: FoldedText, start: int, end: int, *, sure: float) -> Found[str] | None:
    word = _POST_WORD.match(folded.text, start, end)
    first = word.end() if word else start
    said = folded.text[first:end]
    if len(said.strip()) < 3:
        return None
    first += len(said) - len(said.lstrip())
    place = first, first + len(said.strip())
    return folded.found(one_line(said), place, sure=sure, rule="post.below_name")
