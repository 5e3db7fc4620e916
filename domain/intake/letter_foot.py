"""The foot of a letter: who signed it, in which post, on whose behalf."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from domain.intake.folded_text import FoldedText, one_line
from domain.intake.found import Found
from domain.intake.near_words import is_near
from domain.intake.office_words import begins_office
from domain.intake.text_lines import Line
from domain.vocabulary import Authority

_AUTHORITIES = {
    "ปฏิบัติราชการแทน": Authority.PERFORMING_DUTIES_FOR,
    "รักษาราชการแทน": Authority.ACTING_FOR,
    "รักษาการแทน": Authority.ACTING_FOR,
    "รักษาการในตำแหน่ง": Authority.ACTING_FOR,
    "ทำการแทน": Authority.ACTING_FOR,
    "ตามคำสั่ง": Authority.BY_ORDER_OF,
    "โดยคำสั่ง": Authority.BY_ORDER_OF,
}
_AUTHORITY = re.compile("|".join(_AUTHORITIES))
_WORD = re.compile(r"\S{6,24}")
_TITLES = (
    r"นาย|นาง|น\.ส\.|ว่าที่|ดร\.|พล|พัน|ร้อย|พ\.|ร\.|จ่า|สิบ|หม่อม|ม\.|ศ\.|ผศ\.|รศ\.|"
    r"ศาสตรา|รองศาสตรา|ผู้ช่วยศาสตรา|แพทย์"
)
_NAME = re.compile(
    r"(?:\(?ลงชื่อ\)?[ .…]{0,60})?\(\s{0,10}((?!ลงชื่อ|ลายมือชื่อ)[ก-๎][ก-๎. ]{3,70}?)\s{0,10}[)(\]]"
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
# The name stands within so many lines below the closing words, the post below the name.
_NAME_LINES, _POST_LINES = 8, 4


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
    end = min(body.stop, closing + 1 + _NAME_LINES)
    for pattern, sure in ((_NAME, 1.0), (_TITLED, 0.7)):
        for at in range(closing + 1, end):
            if name := pattern.fullmatch(lines[at].text):
                return _below(folded, lines, at, name, body.stop, sure=sure)
    return Foot(last=closing + 1)


def _unclosed(folded: FoldedText, lines: Sequence[Line], body: range) -> Foot:
    for at in body:
        said = lines[at].text
        if (
            said[0] == "("
            and said[-1] == ")"
            and (name := _NAME.fullmatch(said))
            and (_TITLED.fullmatch(said) or _is_signed(lines[max(at - 1, body.start)], name[1]))
        ):
            return _below(folded, lines, at, name, body.stop, sure=0.85)
    return Foot(last=body.stop)


def _below(
    folded: FoldedText,
    lines: Sequence[Line],
    at: int,
    name: re.Match[str],
    stop: int,
    *,
    sure: float,
) -> Foot:
    line = lines[at]
    above = lines[at - 1]
    signatory = _signatory(folded, line, name, above, sure=sure)
    first = at - 1 if _is_signed(above, name[1]) else at
    posts = _post_lines(lines, at + 1, stop)
    spoken = _authority(folded.text, posts)
    if spoken is None:
        post = _post(folded, *posts[0], sure=sure) if posts else None
        return Foot(signatory=signatory, post=post, first=first, last=at + 1 + len(posts[:1]))
    word, start, end, exact = spoken
    before = [(max(one[0], 0), min(one[1], start)) for one in posts if one[0] < start]
    after = [(max(one[0], end), one[1]) for one in posts if one[1] > end]
    return Foot(
        signatory=signatory,
        post=_post(folded, *before[0], sure=sure) if before else None,
        authority=folded.found(
            _AUTHORITIES[word], (start, end), sure=exact, rule="authority.words"
        ),
        authority_post=_post(folded, *after[0], sure=sure) if after else None,
        first=first,
        last=at + 1 + len(posts),
    )


def _signatory(
    folded: FoldedText, line: Line, name: re.Match[str], above: Line, *, sure: float
) -> Found[str]:
    """Return who signed, with the rank above the name."""
    start, end = line.start + name.start(1), line.start + name.end(1)
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


def _post_lines(lines: Sequence[Line], at: int, stop: int) -> list[tuple[int, int]]:
    """Return the lines below a name that may say a post, up to whatever else begins."""
    posts = []
    for line in lines[at : min(stop, at + _POST_LINES)]:
        if _NO_POST.match(line.text) or len(line.text) > 140 or line.gap > 3:
            break
        if begins_office(line.text) and not _AUTHORITY.search(line.text):
            break
        posts.append((line.start, line.end))
    return posts


def _authority(text: str, posts: Sequence[tuple[int, int]]) -> tuple[str, int, int, float] | None:
    """Return the words of authority that the post lines hold, whole or damaged."""
    for start, end in posts:
        if match := _AUTHORITY.search(text, start, end):
            return match[0], match.start(), match.end(), 1.0
    for start, end in posts:
        for written in _WORD.finditer(text, start, end):
            for word in _AUTHORITIES:
                if is_near(word, written[0], most=len(word) // 4):
                    return word, written.start(), written.end(), 0.7
    return None


def _post(folded: FoldedText, start: int, end: int, *, sure: float) -> Found[str] | None:
    word = _POST_WORD.match(folded.text, start, end)
    first = word.end() if word else start
    said = folded.text[first:end]
    if len(said.strip()) < 3:
        return None
    first += len(said) - len(said.lstrip())
    place = first, first + len(said.strip())
    return folded.found(one_line(said), place, sure=sure, rule="post.below_name")
