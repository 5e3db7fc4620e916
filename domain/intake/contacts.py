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
_FAX = re.compile(r"[^/ปต]{2,6}[สล]า|แฟกซ์|fax", re.IGNORECASE)
_PHONE = re.compile(
    r"(?<![0-9])0(?:[ -]{0,3}[0-9]){8,10}(?![0-9])(?:\s?-\s?[0-9]{1,4}(?![0-9]))?"
    r"(?:\s{0,3}(?:ต[่้]?อ|กด|ext\.?)\s{0,3}[0-9]{1,6}(?:\s?[-,]\s?[0-9]{2,6}(?![0-9])){0,6})?"
)
_SHORT = re.compile(r"(?<![0-9])1[0-9]{3}(?![0-9])")
# Bounded on both sides, or a line of letters without @ would be read again from each of them.
_MAIL = re.compile(
    r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,5}"
)
_GOES_ON = re.compile(r"[,;:_-]?[A-Za-z0-9]")
_ENDS = re.compile(r"กำหนดการ|บัญชี|เอกสารแนบ|สิ่งที่ส่งมาด้วย|แบบ|ตารางที่")
_SAYS_CONTACT = re.compile(r"โทร[ศ.ส]|ไปรษณีย์|@|e-?mail", re.IGNORECASE)
_FOOT_LINES = 12


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
    found += _contacts(folded, _foot_lines(lines, foot))
    return _once(found or [*_contacts(folded, [lines[at] for at in body])])


def _foot_lines(lines: Sequence[Line], foot: range) -> list[Line]:
    chosen: list[Line] = []
    for at in foot[:_FOOT_LINES]:
        if _ENDS.match(lines[at].text):
            break
        chosen.append(lines[at])
    return chosen


def _contacts(folded: FoldedText, lines: Sequence[Line]) -> Iterator[Found[Contact]]:
    for line in lines:
        labels = [*_LABEL.finditer(folded.text, line.start, line.end)]
        ends = [*(label.start() for label in labels[1:]), line.end]
        for label, end in zip(labels, ends, strict=False):
            is_fax = _FAX.match(label[0]) is not None and "/" not in label[0]
            yield from _numbers(folded, label.end(), end, is_fax=is_fax)
        if "@" in line.text:
            for mail in _MAIL.finditer(folded.text, line.start, line.end):
                yield _contact(folded, ContactKind.MAIL, mail)


def _numbers(folded: FoldedText, start: int, end: int, *, is_fax: bool) -> Iterator[Found[Contact]]:
    kind = ContactKind.FAX if is_fax else ContactKind.PHONE
    numbers = [*_PHONE.finditer(folded.text, start, end)]
    for number in numbers or _SHORT.finditer(folded.text, start, min(end, start + 12)):
        yield _contact(folded, kind, number)


def _contact(folded: FoldedText, kind: ContactKind, at: re.Match[str]) -> Found[Contact]:
    contact = Contact(kind=kind, value=one_line(at[0]))
    sure = 0.7 if kind is ContactKind.MAIL and _is_cut(at) else 1.0
    return folded.found(contact, at.span(), sure=sure, rule=f"contact.{kind}")


def _is_cut(mail: re.Match[str]) -> bool:
    """Tell whether an address lacks its end, or holds the word that stands before it."""
    last = mail[0].rpartition(".")[2]
    return (
        len(last) < 2
        or mail[0].startswith("mail")
        or _GOES_ON.match(mail.string, mail.end()) is not None
    )


def _once(found: Sequence[Found[Contact]]) -> Sequence[Found[Contact]]:
    return list({one.value: one for one in reversed(found)}.values())[::-1]
