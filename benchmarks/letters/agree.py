"""When a value that was read counts as right.

On a clean text it must be the truth. On a damaged one a reader can only know what is printed, so
a value is right if it is the truth, or if it is what stands at that place after the damage:

- a text (subject, addressee, name) must be the one or the other, spaces left out of account;
- a number of a letter must be made of the consonants and digits that stand there;
- a date must have the month that is meant, and the digits that stand there for day and year.

Whatever is right must also be found where it stands.
"""

import re
from collections.abc import Callable
from datetime import date, datetime, time

from benchmarks.letters.noise import Scan
from benchmarks.letters.truth import Mark, Span
from domain.buddhist_era import arabic_digits
from domain.document_number import DocumentNumber

_NOT_OF_A_NUMBER = re.compile(r"[^ก-ฮ0-9]")
_EDGES = " .,:;|-–()"
# What stands for a digit after the damage: a reader may see through it.
_LIKE_DIGITS = str.maketrans("ol", "01")


def squeezed(text: str) -> str:
    """Return a text without its spaces, digits in Arabic, one way of writing for each sound."""
    text = "".join(arabic_digits(text).split()).replace("เเ", "แ").replace("ํา", "ำ")
    return text.strip(_EDGES)


def agrees(field: str, mark: Mark, value: object, scan: Scan, clean: str) -> bool:
    """Tell whether what was read for a field is right."""
    check = _CHECKS.get(field)
    return value == mark.value or (
        check is not None
        and any(
            check(meant, value, scan.slice(span), clean[span[0] : span[1]])
            for meant in (mark.value, *mark.others)
            for span in mark.spans
        )
    )


def is_there(mark: Mark, span: Span, scan: Scan) -> bool:
    """Tell whether a reading points at a place of the value; some values have none."""
    places = [scan.moved(one) for one in mark.spans]
    return not places or any(start < span[1] and span[0] < end for start, end in places)


def _same_text(_: object, value: object, printed: str, clean: str) -> bool:
    return squeezed(str(value)) in (squeezed(printed), squeezed(clean))


def _same_number(meant: object, value: object, printed: str, _: str) -> bool:
    assert isinstance(meant, DocumentNumber)
    return isinstance(value, DocumentNumber) and _skeleton(str(value)) in _skeleton(printed)


def _skeleton(text: str) -> str:
    return _NOT_OF_A_NUMBER.sub("", arabic_digits(text).translate(_LIKE_DIGITS))


def _same_date(meant: object, value: object, printed: str, _: str) -> bool:
    assert isinstance(meant, date)
    if not isinstance(value, date):
        return False
    digits = _digits(printed)
    years = {str(value.year), str(value.year + 543), f"{(value.year + 543) % 100:02d}"}
    is_month = value.month == meant.month or f"{value.month:02d}" in digits
    has_day = {str(value.day), f"{value.day:02d}"} & set(digits)
    return bool(is_month and has_day and years & set(digits))


def _digits(text: str) -> list[str]:
    return re.findall(r"[0-9]+", arabic_digits(text).translate(_LIKE_DIGITS))


def _same_reference(meant: object, value: object, printed: str, clean: str) -> bool:
    (number, dated), (other, other_dated) = _pair(meant), _pair(value)
    return (other == number or _same_number(number, other, printed, clean)) and (
        other_dated == dated or _same_date(dated, other_dated, printed, clean)
    )


def _pair(value: object) -> tuple[object, object]:
    assert isinstance(value, tuple)
    return value[0], value[1]


def _same_deadline(meant: object, value: object, printed: str, clean: str) -> bool:
    assert isinstance(meant, tuple)
    assert isinstance(value, tuple)
    is_time = value[2] == meant[2] or _same_time(value[2], printed)
    return (
        value[0] == meant[0]
        and is_time
        and (value[1] == meant[1] or _same_date(meant[1], value[1], printed, clean))
    )


def _same_time(value: object, printed: str) -> bool:
    if not isinstance(value, time):
        return False
    digits = [int(one) for one in _digits(printed)]
    return value.hour in digits and value.minute in digits


def _same_occasion(meant: object, value: object, printed: str, clean: str) -> bool:
    (start, end), (other, other_end) = _pair(meant), _pair(value)
    return _same_instant(start, other, printed, clean) and _same_instant(
        end, other_end, printed, clean
    )


def _same_instant(meant: object, value: object, printed: str, clean: str) -> bool:
    if not (isinstance(meant, datetime) and isinstance(value, datetime)):
        return meant is value
    is_time = value.timetz() == meant.timetz() or _same_time(value.time(), printed)
    return is_time and (
        value.date() == meant.date() or _same_date(meant.date(), value.date(), printed, clean)
    )


def _same_stamp(meant: object, value: object, printed: str, clean: str) -> bool:
    assert isinstance(meant, tuple)
    assert isinstance(value, tuple)
    # The place of a stamp is all of it: its registry stands before its first digit.
    is_registry = value[0] is not None and squeezed(value[0]) in (
        squeezed(meant[0]),
        _before_label(printed, value[0]),
    )
    is_number = value[1] == meant[1] or str(value[1]) in _digits(printed)
    is_day = value[2] == meant[2] or _same_date(meant[2], value[2], printed, clean)
    is_time = value[3] == meant[3] or _same_time(value[3], printed)
    return is_registry and is_number and is_day and is_time


def _before_label(printed: str, registry: str) -> str:
    name, whole = squeezed(registry), squeezed(printed)
    return name if len(name) > 5 and whole.startswith(name) else ""


def _same_contact(meant: object, value: object, printed: str, clean: str) -> bool:
    if "@" in str(meant):
        return _same_text(meant, value, printed, clean)
    digits = "".join(_digits(str(value)))
    return digits != "" and digits in (meant, "".join(_digits(printed)))


_CHECKS: dict[str, Callable[[object, object, str, str], bool]] = {
    "number": _same_number,
    "date": _same_date,
    "issuer": _same_text,
    "addressees": _same_text,
    "subject": _same_text,
    "enclosures": _same_text,
    "signatory": _same_text,
    "signatory_post": _same_text,
    "authority_post": _same_text,
    "references": _same_reference,
    "deadlines": _same_deadline,
    "occasions": _same_occasion,
    "receipt_stamps": _same_stamp,
    "contacts": _same_contact,
}
