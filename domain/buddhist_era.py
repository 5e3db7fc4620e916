"""How dates and digits look on a Thai letter, and which year a number belongs to."""

from datetime import UTC, date, datetime, time, timedelta, timezone

# Thailand keeps UTC+7 the whole year; a fixed offset needs no time zone database.
BANGKOK = timezone(timedelta(hours=7), "Asia/Bangkok")
BUDDHIST_ERA_OFFSET = 543

_THAI_DIGITS = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")
_ARABIC_DIGITS = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
MONTHS = (
    "มกราคม",
    "กุมภาพันธ์",
    "มีนาคม",
    "เมษายน",
    "พฤษภาคม",
    "มิถุนายน",
    "กรกฎาคม",
    "สิงหาคม",
    "กันยายน",
    "ตุลาคม",
    "พฤศจิกายน",
    "ธันวาคม",
)
"""The names of the months, January first."""

SHORT_MONTHS = ("มค", "กพ", "มีค", "เมย", "พค", "มิย", "กค", "สค", "กย", "ตค", "พย", "ธค")
"""Their abbreviations, without the dots."""


def bangkok_date(at: datetime) -> date:
    """Return the calendar day in Bangkok at the aware instant `at`."""
    return at.astimezone(BANGKOK).date()


def register_year(at: datetime) -> int:
    """Return the Gregorian year whose register is open at `at`.

    Registers restart on 1 January, Bangkok time: 17:00 UTC on 31 December is already next year.
    """
    return bangkok_date(at).year


def bangkok_midnight(day: date) -> datetime:
    """Return the first instant of `day` in Bangkok, as an aware UTC datetime."""
    return datetime.combine(day, time.min, BANGKOK).astimezone(UTC)


def thai_digits(text: str) -> str:
    """Return `text` with Arabic digits replaced by Thai ones."""
    return text.translate(_THAI_DIGITS)


def arabic_digits(text: str) -> str:
    """Return `text` with Thai digits replaced by Arabic ones."""
    return text.translate(_ARABIC_DIGITS)


def thai_long_date(day: date) -> str:
    """Return `day` as an official letter prints it, such as ๒ มีนาคม ๒๕๖๔."""
    year = day.year + BUDDHIST_ERA_OFFSET
    return thai_digits(f"{day.day} {MONTHS[day.month - 1]} {year}")


def thai_instant(at: datetime) -> str:
    """Return an instant as a letter prints it, such as ๑๕ มีนาคม ๒๕๖๔ เวลา ๑๖.๓๐ น."""
    local = at.astimezone(BANGKOK)
    return f"{thai_long_date(local.date())} เวลา {thai_digits(f'{local:%H.%M}')} น."


def looks_buddhist(year: int) -> bool:
    """Return whether `year` can only be meant as a Buddhist Era year.

    No letter this system carries is dated later than the Gregorian year 2400.
    """
    return year >= 2400
