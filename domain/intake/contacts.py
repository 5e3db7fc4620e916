"""How the owner of a letter is reached: telephone, facsimile, mail."""

import re
from collections.abc import Iterator, Sequence

from domain.intake.folded_text import FoldedText, one_line
from domain.intake.found import Found
from domain.intake.reading import Contact
from domain.intake.text_lines import Line
from domain.intake.vocabulary import ContactKind

# Told by its first two letters, for whatever a scan made of the rest; a facsimile has สา in it.
_LABEL = re.compile(
    r"(?<![ก-๎])(?:[โไ][ทฑถ]|[ทฑ]ร)[^\s0-9]{0,9}(?:\s?/\s?โทรสาร)?|แฟกซ์|\bfax\b|\btel\b|มือถือ"
    r"|(?:สอบถาม|ประสานงาน|ติดต่อ)(?:(?!โทร)[^0-9\n]){0,60}(?=0[0-9 -]{8})",
    re.IGNORECASE,
)
# A word of whatever letters that a number stands behind, at the foot of a letter.
_ANY_LABEL = re.compile(
    r"(?:\A|(?<=\s))(?!เลข|บัญชี|รหัส)[ก-๎][^\s0-9]{0,13}(?=[ \t.:]{0,6}[0oO][ -]{0,3}[0-9oOl])"
)
_FAX = re.compile(r"[^/ปต]{2,6}[สล](?:า|[รธ])|แฟกซ์|fax", re.IGNORECASE)
_EXTENSION = r"\s{0,3}(?:[ตดค][่้์ิ]?[อฮ]?|กด|ext\.?)\s{0,3}[0-9]{1,6}"
_EXTENSION_BELOW = re.compile(rf"\n{_EXTENSION}")
_PHONE = re.compile(
    r"(?<![0-9])0(?:[ -]{0,3}[0-9]){8,10}(?![0-9])(?:\s?-\s?[0-9]{1,4}(?![0-9]))?"
    rf"(?:{_EXTENSION}(?:\s?[-,]\s?[0-9]{{2,6}}(?![0-9])){{0,6}})?"
)
# Right behind its label: letters taken for figures, an end of a line in the number or before it.
_BROKEN = re.compile(
    r"[\s.,:]{0,9}([0oO](?:[ \n-]{0,3}[0-9oOl]){8,9}(?![ \n-]{0,2}[0-9])(?![A-Za-z])"
    rf"(?:{_EXTENSION})?)"
)
_FIGURES = str.maketrans("oOl", "001")
_SURE_EXTENSION = re.compile(r"[^ก-๎]*(?:(?:ต[่้]?อ|กด).*)?")
_SHORT = re.compile(r"(?<![0-9])(?<![0-9][ -])1[0-9]{3}(?![0-9])")
# Bounded on both sides, or a line of letters without @ would be read again from each of them.
_MAIL = re.compile(
    r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}"
    r"(?:(?:\.{1,2}|[,;:](?![A-Za-z0-9._%+-]{0,64}@))[A-Za-z0-9-]{1,63}){1,5}"
)
_GOES_ON = re.compile(r"[,;:_-]?[A-Za-z0-9]")
_ENDS = re.compile(r"กำหนดการ|บัญชี|เอกสารแนบ|สิ่งที่ส่งมาด้วย|แบบ|ตารางที่")
_SAYS_CONTACT = re.compile(r"โทร[ศ.ส]|ไปรษณีย์|@|e-?mail", re.IGNORECASE)
_FOOT_LINES = 12
_LONGEST = 48


def is_contact(said: str) -> bool:
    """Tell whether a line says how somebody is reached."""
    return _SAYS_CONTACT.search(said) is not None


def read_contacts(
    folded: FoldedText, lines: Sequence[Line], office: Line | None, foot: range, body: range
) -> Sequence[Found[Contact]]:
    """Return the contacts at the foot of a letter; where there are none, those in its text.

    Args:
        folded: The text.
        lines: Its lines.
        office: The line of ส่วนราชการ, where a memo prints its telephone.
        foot: The lines below the signature.
        body: The lines of the letter's text.
    """
    found = [*_contacts(folded, [office])] if office else []
    found += _contacts(folded, _foot_lines(lines, foot), is_foot=True)
    return _once(found or [*_contacts(folded, [lines[at] for at in body])])


def _foot_lines(lines: Sequence[Line], foot: range) -> list[Line]:
    chosen: list[Line] = []
    for at in foot[:_FOOT_LINES]:
        if _ENDS.match(lines[at].text):
            break
        chosen.append(lines[at])
    return chosen


def _contacts(
    folded: FoldedText, lines: Sequence[Line], *, is_foot: bool = False
) -> Iterator[Found[Contact]]:
    for line in lines:
        numbers = [*_labelled(folded, line, _LABEL)]
        if is_foot and not numbers:
            numbers = [*_labelled(folded, line, _ANY_LABEL, most=0.7)]
        yield from numbers
        if "@" in line.text:
            for mail in _MAIL.finditer(folded.text, line.start, line.end):
                sure = 0.7 if _is_cut(mail) else 1.0
                yield _contact(folded, ContactKind.MAIL, mail[0], mail.span(), sure=sure)


def _labelled(
    folded: FoldedText, line: Line, label: re.Pattern[str], *, most: float = 1.0
) -> Iterator[Found[Contact]]:
    labels = [*label.finditer(folded.text, line.start, line.end)]
    below = _EXTENSION_BELOW.match(folded.text, line.end)
    ends = [*(one.start() for one in labels[1:]), below.end() if below else line.end]
    for one, end in zip(labels, ends, strict=False):
        is_fax = _FAX.match(one[0]) is not None and "/" not in one[0]
        kind = ContactKind.FAX if is_fax else ContactKind.PHONE
        yield from _numbers(folded, kind, one.end(), end, most=most)


def _numbers(
    folded: FoldedText, kind: ContactKind, start: int, end: int, *, most: float
) -> Iterator[Found[Contact]]:
    numbers = [*_PHONE.finditer(folded.text, start, end)]
    if not numbers and (broken := _BROKEN.match(folded.text, start, start + _LONGEST)):
        said = broken[1].translate(_FIGURES)
        yield _contact(folded, kind, said, broken.span(1), sure=0.7)
        return
    for number in numbers or _SHORT.finditer(folded.text, start, min(end, start + 12)):
        sure = most if _SURE_EXTENSION.fullmatch(number[0]) else 0.7
        yield _contact(folded, kind, number[0], number.span(), sure=sure)


def _contact(
    folded: FoldedText, kind: ContactKind, said: str, at: tuple[int, int], *, sure: float
) -> Found[Contact]:
    contact = Contact(kind=kind, value=one_line(said))
    return folded.found(contact, at, sure=sure, rule=f"contact.{kind}")


def _is_cut(mail: re.Match[str]) -> bool:
    """Tell whether an address lacks its end or a dot, or holds the word that stands before it."""
    last = mail[0].rpartition(".")[2]
    return (
        len(last) < 2
        or mail[0].startswith("mail")
        or re.search(r"[,;:]|\.\.", mail[0]) is not None
        or _GOES_ON.match(mail.string, mail.end()) is not None
    )


def _once(found: Sequence[Found[Contact]]) -> Sequence[Found[Contact]]:
    return list({one.value: one for one in reversed(found)}.values())[::-1]
