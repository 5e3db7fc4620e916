"""What the calendar's commands read from the ledger, and what they change in it."""

import sys
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from cli.calendar_input import (
    counted,
    in_one_line,
    read_day,
    read_overrides,
    read_text,
    read_time,
    read_year,
    write_overrides,
)
from cli.open_ledger import change_ledger, read_ledger
from domain.buddhist_era import BUDDHIST_ERA_OFFSET, thai_digits
from domain.working_time import OfficeHours, WorkingCalendar
from services.announce_year import announce_year
from services.deadline_rules import load_rules
from services.find_scopes import find_scopes
from services.import_overrides import CalendarChange, import_overrides
from services.lay_out_month import CalendarMonth
from services.list_overrides import list_overrides
from services.record_event import SYSTEM_OFFICER
from services.set_office_hours import set_office_hours
from services.show_calendar import show_calendar
from services.withdraw_overrides import withdraw_overrides

UNCHANGED = "Nothing to change: the calendar says so already."


def ledger_calendar(scope: str) -> WorkingCalendar:
    """Return the calendar of a scope as deadlines are computed with it."""

    async def read(session: AsyncSession) -> WorkingCalendar:
        scopes = await find_scopes(session, scope=scope)
        return (await load_rules(session)).calendar(scopes)

    return read_ledger(read)


def ledger_month(scope: str, year: int, month: int) -> CalendarMonth:
    """Return a month of that calendar."""
    return read_ledger(lambda session: show_calendar(session, scope=scope, year=year, month=month))


def import_(file: Path, /) -> None:
    """Add the days of a CSV file to the calendar, all or none; safe to repeat.

    Parameters
    ----------
    file
        Such as data/calendar/regional_2564.csv.
    """
    with in_one_line():
        ranges = read_overrides(file)
    note = f"นำเข้า {file.name}"
    change = change_ledger(
        lambda session: import_overrides(
            session, by=SYSTEM_OFFICER, ranges=ranges, note=note, at=datetime.now(UTC)
        )
    )
    _tell(change, "added")


def export(file: Path | None = None, /) -> None:
    """Write every day that differs from the base as CSV, to FILE or to the screen.

    Parameters
    ----------
    file
        Where to; importing it again changes nothing.
    """
    ranges = read_ledger(list_overrides)
    if file is None:
        write_overrides(ranges, sys.stdout)
        return
    # With a mark at the beginning, or a spreadsheet takes Thai for something else.
    with in_one_line(), file.open("w", encoding="utf-8-sig", newline="") as output:
        write_overrides(ranges, output)
    print(f"Wrote {counted(len(ranges), 'line')} to {file}.")


def withdraw(scope: str, first_day: str, last_day: str, /, *, reason: str) -> None:
    """End what a scope says of the days from FIRST_DAY to LAST_DAY.

    Parameters
    ----------
    scope
        nation, region:northeast, province:38 or organization:CODE.
    first_day
        A day such as 2021-03-26.
    last_day
        The last day of the range.
    reason
        Why, for whoever reads the versions later.
    """
    with in_one_line():
        first, last, note = read_day(first_day), read_day(last_day), read_text(reason, "reason")
    change = change_ledger(
        lambda session: withdraw_overrides(
            session,
            by=SYSTEM_OFFICER,
            scope=scope,
            first_day=first,
            last_day=last,
            note=note,
            at=datetime.now(UTC),
        )
    )
    _tell(change, "ended")


def hours(scope: str, opens: str, closes: str, /, *, source: str) -> None:
    """Let the offices of a scope open and close at other times than 08:30 and 16:30.

    Parameters
    ----------
    scope
        nation, region:northeast, province:38 or organization:CODE.
    opens
        Such as 08:00, Bangkok time.
    closes
        Such as 16:00.
    source
        The order or announcement that says so.
    """
    with in_one_line():
        given = OfficeHours(opens=read_time(opens), closes=read_time(closes))
        said = read_text(source, "source")
    version = change_ledger(
        lambda session: set_office_hours(
            session,
            by=SYSTEM_OFFICER,
            scope=scope,
            hours=given,
            source=said,
            note=f"เวลาทำการ {scope} {opens}-{closes}",
            at=datetime.now(UTC),
        )
    )
    _tell_version(version, f"{scope} is open from {opens} to {closes}.")


def announce(year: str, /, *, source: str) -> None:
    """Confirm that the holidays of a year were compared with the official announcement.

    Parameters
    ----------
    year
        Gregorian, such as 2027.
    source
        The announcement.
    """
    with in_one_line():
        confirmed, said = read_year(year), read_text(source, "source")
    version = change_ledger(
        lambda session: announce_year(
            session,
            by=SYSTEM_OFFICER,
            year=confirmed,
            source=said,
            note=f"ยืนยันวันหยุดราชการ พ.ศ. {thai_digits(str(confirmed + BUDDHIST_ERA_OFFSET))}",
            at=datetime.now(UTC),
        )
    )
    _tell_version(version, f"The holidays of {confirmed} count as announced.")


def _tell(change: CalendarChange, what: str) -> None:
    _tell_version(change.version, f"{counted(change.days, 'day')} {what}.")


def _tell_version(version: int | None, text: str) -> None:
    print(UNCHANGED if version is None else f"{text} The calendar is now at version {version}.")
