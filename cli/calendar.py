"""`wian calendar`: the calendar that deadlines are computed with, read from the command line."""

import sys
from datetime import date

from rich.console import Console

from cli.calendar_input import in_one_line, read_day, read_month, read_whole
from cli.calendar_page import forecast, print_month
from domain.calendar_scope import NATION, organization_code, scopes_above
from domain.working_time import WorkingCalendar
from infra.settings import Settings
from services.lay_out_month import CalendarMonth, lay_out_month
from services.thai_holidays import base_calendar

NO_LEDGER = "Note: no ledger here; this is the base calendar of the country, without overrides."


def count(start: str, end: str, /, *, scope: str = NATION) -> None:
    """Print how many working days lie after START up to and with END.

    Parameters
    ----------
    start
        A day such as 2021-02-15; it does not count itself.
    end
        The last day that counts.
    scope
        nation, region:northeast, province:38 or organization:CODE.
    """
    with in_one_line():
        first, last = read_day(start), read_day(end)
        calendar = _calendar(scope)
        days = calendar.count_days(first, last)
    _warn(calendar, first, last)
    print(days)


def add(day: str, days: str, /, *, scope: str = NATION) -> None:
    """Print the day that lies DAYS working days after DAY, or before it.

    Parameters
    ----------
    day
        A day such as 2021-02-25; it does not count itself.
    days
        A whole number; a negative one goes back.
    scope
        nation, region:northeast, province:38 or organization:CODE.
    """
    with in_one_line():
        start, number = read_day(day), read_whole(days)
        calendar = _calendar(scope)
        found = calendar.add_days(start, number)
    _warn(calendar, start, found)
    print(found)


def month(month: str, /, *, scope: str = NATION) -> None:
    """Show a month: its days off, the reason of each, and where that is said.

    Parameters
    ----------
    month
        Such as 2021-02.
    scope
        nation, region:northeast, province:38 or organization:CODE.
    """
    with in_one_line():
        year, number = read_month(month)
        page = _month(scope, year, number)
    print_month(page, Console(highlight=False, soft_wrap=True))


def _calendar(scope: str) -> WorkingCalendar:
    if not _has_ledger():
        return _base(scope)
    # Imported here: without a ledger the answer comes in half the time.
    from cli.calendar_ledger import ledger_calendar  # noqa: PLC0415

    return ledger_calendar(scope)


def _month(scope: str, year: int, month: int) -> CalendarMonth:
    if not _has_ledger():
        return lay_out_month(
            _base(scope),
            scopes=scopes_above(scope),
            year=year,
            month=month,
            words={},
            version=None,
        )
    from cli.calendar_ledger import ledger_month  # noqa: PLC0415 (as above)

    return ledger_month(scope, year, month)


def _has_ledger() -> bool:
    settings = Settings()
    is_named = settings.database_url is not None or settings.owner_database_url is not None
    return is_named or (settings.data_dir / "postgres" / "data").exists()


def _base(scope: str) -> WorkingCalendar:
    if organization_code(scope) is not None:
        sys.exit(f"{scope}: only a ledger knows organizations; set WIAN_DATABASE_URL.")
    print(NO_LEDGER, file=sys.stderr)
    return base_calendar()


def _warn(calendar: WorkingCalendar, *days: date) -> None:
    years = range(min(days).year, max(days).year + 1)
    for year in years:
        if year not in calendar.announced:
            print(forecast(year), file=sys.stderr)
