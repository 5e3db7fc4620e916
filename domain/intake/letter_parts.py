"""The headed parts of a letter (เรื่อง, เรียน, อ้างถึง …) and where its text begins."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from domain.intake.folded_text import one_line
from domain.intake.heading_words import Heading, HeadingMark, heading_of, is_closing, opens_body
from domain.intake.letter_marks import is_mark
from domain.intake.near_shapes import near_whole
from domain.intake.office_words import POSTS, begins_office, begins_post
from domain.intake.opening_lines import Opening, is_numbered
from domain.intake.split_letters import Frame
from domain.intake.text_lines import Line

_RULE = re.compile(r"[-_=*.~ ]{4,}")
_VERB = re.compile(r"ขอ|จะ|ได้|มี|เปิด|กำหนด")
_LONG_LINE = 110
_HEAD_LINES = 60
_ITEM = re.compile(
    r"(?:\(?[0-9]{1,2}[.),]\s?|[1-9]\s{1,3}(?!\S{2,10}\s{1,3}[0-9])|[-•]\s?)(?=[^0-9])"
)
_ENCLOSED = re.compile(
    r"(?:ลง ?วัน|ลว|จำนวน|พร้อม|ที่\s|หนังสือ|สำเนา|แบบ|บัญชี|รายชื่อ|กำหนดการ|ประกาศ|คำสั่ง|"
    r"[0-9]{1,2}\s?[ก-๎.]{4,12}\s?[0-9]{4})"
)
_CITED = re.compile(r"ลง ?วัน|ลว|จำนวน\s{0,3}[0-9]|[0-9]\s{0,3}(?:ชุด|ฉบับ|แผ่น|เล่ม)")
_ISSUE = re.compile(r"(?:\()?ฉบับที่\s{0,3}[0-9]{1,5}\s?/\s?[0-9]{2,4}")
# What no enclosure and no citation begins with, behind the number of an item.
_SAID = re.compile(r"ตาม|ด้วย|เนื่อง|จึง|อนุสนธิ")
# Below the subject the addressee follows within so many lines.
_SUBJECT_LINES = 5
_ADDRESSED = re.compile(rf"(?:และ|,|[ทฑ][ุู]?[กถ]|\(|{POSTS})")
_PAIRS = (("“", "”"), ("(", ")"))


@dataclass(kw_only=True, slots=True)
class Part:
    """What stands behind a heading word.

    Attributes:
        heading: The heading word.
        at: The line it stands on.
        places: The stretches of the folded text that say it, one for each line.
        sure: How sure the heading is.
    """

    heading: Heading
    at: int
    places: list[tuple[int, int]]
    sure: float

    @property
    def span(self) -> tuple[int, int]:
        """From its first character to its last."""
        return self.places[0][0], self.places[-1][1]

    def said(self, text: str) -> str:
        """Return it in one line."""
        return one_line(" ".join(text[start:end] for start, end in self.places))

    def holds(self, text: str, words: Sequence[str]) -> bool:
        """Tell whether one of its words begins as a heading that lost its line would."""
        inside = self.said(text).split()[1:]
        return any(
            near_whole(word, said[:length], most=1.75) is not None
            for word in words
            for said in inside
            for length in (len(word) - 1, len(word))
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Parts:
    """The headed parts of a letter in their order, and the line at which its text begins."""

    all: Sequence[Part]
    body: int

    def of(self, *headings: Heading) -> Part | None:
        """Return the first part of one of these headings that says something."""
        return next((one for one in self.all if one.heading in headings and one.places), None)

    @property
    def headings(self) -> Sequence[Heading]:
        """The headings that were read."""
        return [one.heading for one in self.all]


def read_parts(lines: Sequence[Line], frame: Frame, text: str) -> Parts:
    """Walk down the head of a letter to where its text begins."""
    walk = _Walk(lines, frame, text)
    end = min(frame.last, frame.head + _HEAD_LINES)
    for at in range(frame.head, end):
        if not walk.takes(at):
            return Parts(all=walk.parts, body=at)
    # Without a heading all but its title is the text.
    return Parts(all=walk.parts, body=end if walk.parts else frame.head + 1)


class _Walk:
    """The parts so far, of which the last may still go on."""

    def __init__(self, lines: Sequence[Line], frame: Frame, text: str) -> None:
        self._lines, self._frame, self._text = lines, frame, text
        self._is_on = False
        self._is_formal = bool(frame.openings & {Opening.DIRECTIVE, Opening.ANNOUNCEMENT})
        self.parts: list[Part] = []

    def takes(self, at: int) -> bool:
        """Take one more line; tell whether it still belongs to the head."""
        line = self._lines[at]
        if at == self._frame.closing:
            return False
        mark = heading_of(line.text)
        if mark and self._is_new(mark.heading):
            self._open(line, at, mark)
            return True
        if self._is_on and self._goes_on(line, at):
            self.parts[-1].places.append((line.start, line.end))
            return True
        self._is_on = False
        return self._is_before_text(at)

    def _is_new(self, heading: Heading) -> bool:
        seen = {part.heading for part in self.parts}
        if heading is Heading.RECIPIENT and Heading.ADDRESSEE in seen:
            return False
        if heading is Heading.OFFICE and Heading.SUBJECT in seen:
            return False
        return heading not in seen

    def _open(self, line: Line, at: int, mark: HeadingMark) -> None:
        start = line.start + mark.length
        places = [(start, line.end)] if start < line.end else []
        self.parts.append(Part(heading=mark.heading, at=at, places=places, sure=mark.sure))
        self._is_on = True

    def _goes_on(self, line: Line, at: int) -> bool:
        part = self.parts[-1]
        if is_closing(line.text) or is_mark(line.text) or _RULE.fullmatch(line.text):
            return False
        if part.heading is Heading.SUBJECT and self._is_formal and _ends_title(line.text):
            return False
        if not part.places:
            return line.gap <= 2
        return (
            self._is_unbalanced(part)
            or self._is_above_addressee(at)
            or _continues(line, part.heading, part.said(self._text))
        )

    def _is_above_addressee(self, at: int) -> bool:
        """Tell whether a line belongs to a subject of several, whatever it begins with."""
        if self.parts[-1].heading is not Heading.SUBJECT or self._is_formal:
            return False
        for line in self._lines[at : min(at + _SUBJECT_LINES, self._frame.last)]:
            mark = heading_of(line.text)
            if mark and mark.heading in {Heading.ADDRESSEE, Heading.RECIPIENT}:
                return True
            if line.gap > (line is self._lines[at]) or is_closing(line.text):
                return False
        return False

    def _is_unbalanced(self, part: Part) -> bool:
        said = part.said(self._text)
        return len(part.places) < 5 and any(
            said.count(opened) > said.count(closed) for opened, closed in _PAIRS
        )

    def _is_before_text(self, at: int) -> bool:
        """Before the subject all is head; behind the addressee only what a heading follows."""
        seen = {part.heading for part in self.parts}
        if not seen & {Heading.SUBJECT, Heading.ADDRESSEE, Heading.RECIPIENT}:
            return True
        wanted = {Heading.REFERENCE, Heading.ENCLOSURE} - seen
        if not seen & {Heading.ADDRESSEE, Heading.RECIPIENT}:
            wanted |= {Heading.ADDRESSEE}
        elif len(self._lines[at].text) > _LONG_LINE or opens_body(self._lines[at].text):
            return False
        return any(
            (mark := heading_of(line.text)) is not None and mark.heading in wanted
            for line in self._lines[at : min(at + 7, self._frame.last)]
        )


def _ends_title(said: str) -> bool:
    """Tell whether a line below the subject of an order or of news is not part of it."""
    return _tells(said) or _ISSUE.match(said) is not None


def _tells(said: str) -> bool:
    """Tell whether a line below a subject without an addressee is the first of the text."""
    return begins_office(said) and _VERB.search(said) is not None


def _tells_more(said: str) -> bool:
    """Tell whether a line below citations or enclosures is the first of the text."""
    return _tells(said) and _CITED.search(said) is None


def _continues(line: Line, heading: Heading, said: str) -> bool:
    match heading:
        case Heading.SUBJECT:
            return line.gap == 0 and not opens_body(line.text) and len(said) < 500
        case Heading.ENCLOSURE | Heading.REFERENCE:
            return _continues_items(line)
        case Heading.ADDRESSEE | Heading.RECIPIENT:
            return _continues_addressees(line, said)
        case Heading.OFFICE:
            return line.gap == 0 and not is_numbered([line], 0) and "ที่" not in line.text[:4]
        case Heading.NUMBER | Heading.DATE:
            return False


def _continues_items(line: Line) -> bool:
    item = _ITEM.match(line.text)
    if (item and _SAID.match(line.text, item.end())) or _tells_more(line.text):
        return False
    if item and line.gap <= 1 and len(line.text) <= _LONG_LINE:
        return True
    if _ENCLOSED.match(line.text) and line.gap <= 2 and len(line.text) <= _LONG_LINE:
        return True
    return line.gap == 0 and len(line.text) <= _LONG_LINE and not opens_body(line.text)


def _continues_addressees(line: Line, said: str) -> bool:
    if len(line.text) > _LONG_LINE or opens_body(line.text):
        return False
    if said.endswith(("และ", ",")):
        return line.gap <= 1
    text = line.text
    if _ITEM.match(text):
        text = _ITEM.sub("", text, count=1)
    return line.gap == 0 and (_ADDRESSED.match(text) is not None or begins_post(text))
