"""How the number of a letter (ที่) is read, compared and printed."""

import re
from dataclasses import dataclass

from domain.buddhist_era import arabic_digits
from domain.errors import InvalidError

# Letters of the agency or province, its owner code with dotted parts, an optional ว for a
# circular, and the running number, whose leading zeros are part of what is printed.
# Not \d: it would let the digits of every other script into the ledger.
_OWN = r"([ก-ฮ]{2,3})\s*([0-9]{4,6}(?:\.[0-9]+)*)"
_NUMBER = re.compile(rf"(?:ที่\s*)?{_OWN}\s*/\s*(ว)?\s*([0-9]{{1,7}})")
_PREFIX = re.compile(_OWN)


@dataclass(frozen=True, kw_only=True, slots=True)
class DocumentNumber:
    """A parsed letter number, digits in Arabic.

    Attributes:
        letters: Abbreviation of the agency or province, such as `บก`.
        owner: Owner code with its dotted parts, such as `0023.4`.
        is_circular: Whether ว stands before the running number.
        running: Running number as printed, leading zeros kept, such as `0015`.
    """

    letters: str
    owner: str
    is_circular: bool
    running: str

    def __str__(self) -> str:
        mark = "ว " if self.is_circular else ""
        return f"{self.letters} {self.owner}/{mark}{self.running}"

    @property
    def value(self) -> int:
        """The running number as the register counts it."""
        return int(self.running)


def parse_document_number(text: str) -> DocumentNumber:
    """Read a letter number in Thai or Arabic digits.

    Raises:
        InvalidError: `letter_number_malformed`.
    """
    match = _NUMBER.fullmatch(arabic_digits(text).strip())
    if match is None or int(match[4]) == 0:
        raise InvalidError(
            f"เลขที่หนังสือ “{text[:60]}” ไม่อยู่ในรูปแบบ เช่น บก 0023.4/ว 927",
            code="letter_number_malformed",
            field="number",
        )
    return DocumentNumber(
        letters=match[1], owner=match[2], is_circular=match[3] is not None, running=match[4]
    )


def compose_document_number(
    prefix: str, *, number: int, is_circular: bool, width: int
) -> DocumentNumber:
    """Build the number of a letter that a registry issues.

    Args:
        prefix: Letters and owner code of the registry, such as `บก 0023.4`.
        number: The register's running number, from 1.
        is_circular: Whether the letter is a circular (หนังสือเวียน).
        width: Least number of digits printed; the rest is filled with zeros.

    Raises:
        InvalidError: `registry_prefix_malformed`.
    """
    match = _PREFIX.fullmatch(arabic_digits(prefix).strip())
    if match is None:
        raise InvalidError(
            f"รหัสหนังสือของหน่วยสารบรรณ “{prefix[:60]}” ไม่ถูกต้อง",
            code="registry_prefix_malformed",
        )
    return DocumentNumber(
        letters=match[1],
        owner=match[2],
        is_circular=is_circular,
        running=str(number).zfill(width),
    )
