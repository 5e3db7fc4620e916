"""How the number of a letter (ที่) is read, compared and printed."""

import re
from dataclasses import dataclass

from domain.buddhist_era import arabic_digits
from domain.errors import InvalidError

# Letters of the agency or province, some with those of an office or committee behind them, its
# owner code with dotted parts, an optional ว for a circular, and the running number, whose leading
# zeros are part of what is printed.
# Not \d: it would let the digits of every other script into the ledger.
_OWN = r"([ก-ฮ]{2,3}(?:\s*\([ก-ฮ.]{1,8}\))?)\s*([0-9]{4,6}(?:\.[0-9]+)*)"
_NUMBER = re.compile(rf"(?:ที่\s*)?{_OWN}\s*/\s*(ว)?\s*([0-9]{{1,7}})")
_PREFIX = re.compile(_OWN)
# What a person types: any end of a number, with the spaces taken out. Without a stroke only the
# running number is meant; ว is always one letter, so it is no abbreviation of an agency.
_SEARCH = re.compile(
    r"(?:ที่)?(?:([ก-ฮ]{2,3}(?:\([ก-ฮ.]{1,8}\))?)?(?:([0-9]{4,6}(?:\.[0-9]+)*)|(?<=[ก-ฮ)]))/|/?)"
    r"(ว\.?)?([0-9]{1,7})"
)
_RECEIPT = re.compile(r"(?:เลข)?รับ(?:ที่)?([0-9]{1,7})")
# Spaces of every kind, and the marks of no width that a copied text brings along; but two numbers
# side by side are not one.
_BLANK = re.compile(r"(?<![0-9])\s+|\s+(?![0-9\s])|[\u200b-\u200f\u2060\ufeff]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class DocumentNumber:
    """A parsed letter number, digits in Arabic.

    Attributes:
        letters: Abbreviation of the agency or province, such as `บก` or `กค (กวจ)`.
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


@dataclass(frozen=True, kw_only=True, slots=True)
class LetterSearch:
    """What a typed number asks for; None leaves a part open.

    Attributes:
        letters: Abbreviation of the agency or province.
        owner: Owner code with its dotted parts.
        is_circular: Whether ว stands before the running number.
        value: Running number, without its leading zeros.
        is_receipt: Whether a receiving register's number is meant (รับที่); None means either.
    """

    value: int
    letters: str | None = None
    owner: str | None = None
    is_circular: bool | None = None
    is_receipt: bool | None = None


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
        letters=_spaced(match[1]),
        owner=match[2],
        is_circular=match[3] is not None,
        running=match[4],
    )


def read_letter_search(text: str) -> LetterSearch:
    """Read any number that a person types: ๙๒๗, ว 927, 0023.4/ว927, บก 0023.4/ว 927, รับที่ 1097.

    A bare number may be the letter's or a receipt's. Where the owner code is typed, the letter is
    no circular unless ว says so, as it is printed.

    Raises:
        InvalidError: `letter_number_malformed`.
    """
    folded = _BLANK.sub("", arabic_digits(text))
    if (receipt := _RECEIPT.fullmatch(folded)) and int(receipt[1]):
        return LetterSearch(value=int(receipt[1]), is_receipt=True)
    match = _SEARCH.fullmatch(folded)
    if match is None or int(match[4]) == 0:
        raise InvalidError(
            f"ไม่เข้าใจเลขที่ “{text[:60]}” พิมพ์ได้เช่น 927, ว 927, บก 0023.4/ว 927 หรือ รับที่ 1097",
            code="letter_number_malformed",
            field="number",
        )
    letters, owner, mark, running = match.groups()
    is_named = letters is not None or owner is not None
    is_circular = True if mark else False if is_named else None
    return LetterSearch(
        value=int(running),
        letters=_spaced(letters) if letters else None,
        owner=owner,
        is_circular=is_circular,
        is_receipt=False if is_named or mark else None,
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
        letters=_spaced(match[1]),
        owner=match[2],
        is_circular=is_circular,
        running=str(number).zfill(width),
    )


def _spaced(letters: str) -> str:
    return " (".join(part.strip() for part in letters.split("("))
