"""Dates and lines of the calendar's commands, with every mistake told in one line."""

import csv
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, time
from pathlib import Path
from typing import Final, TextIO

from domain.buddhist_era import looks_buddhist
from domain.calendar_override import OverrideRange
from domain.errors import WianError

COLUMNS: Final = ["scope", "first_day", "last_day", "kind", "reason", "source"]
KINDS: Final = {"off": False, "working": True}


@contextmanager
def in_one_line() -> Iterator[None]:
    """End the program with one line where it was asked for something that cannot be.

    Raises:
        SystemExit: In place of any such error.
    """
    try:
        yield
    except WianError as error:
        sys.exit(f"{error} [{error.reason}]")
    except (ValueError, OSError) as error:
        sys.exit(str(error))


def read_day(text: str) -> date:
    """Read a day such as 2021-02-15.

    Raises:
        ValueError: It is none, or its year is one of the Buddhist Era.
    """
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError(f"a day such as 2021-02-15 expected, not {text!r}")
    try:
        return date.fromisoformat(_gregorian(text))
    except ValueError as error:
        raise ValueError(f"{text}: {error}") from error


def read_month(text: str) -> tuple[int, int]:
    """Read year and month such as 2021-02.

    Raises:
        ValueError: It is none, or its year is one of the Buddhist Era.
    """
    if not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", text):
        raise ValueError(f"a month such as 2021-02 expected, not {text!r}")
    return read_year(text[:4]), int(text[5:])


def read_year(text: str) -> int:
    """Read a Gregorian year.

    Raises:
        ValueError: It is none, or one of the Buddhist Era.
    """
    if not re.fullmatch(r"[1-9][0-9]{3}", text):
        raise ValueError(f"a year such as 2021 expected, not {text!r}")
    return int(_gregorian(text))


def read_time(text: str) -> time:
    """Read a time of day such as 08:30.

    Raises:
        ValueError: It is none.
    """
    if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", text):
        raise ValueError(f"a time such as 08:30 expected, not {text!r}")
    return time.fromisoformat(text)


def read_whole(text: str) -> int:
    """Read a whole number of at most six digits, negative or not.

    Raises:
        ValueError: It is none.
    """
    if not re.fullmatch(r"[+-]?[0-9]{1,6}", text):
        raise ValueError(f"a whole number of at most six digits expected, not {text!r}")
    return int(text)


def counted(number: int, noun: str) -> str:
    """Return so many of something, such as 1 day or 2 days."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def read_text(text: str, name: str) -> str:
    """Return what is to be kept of a reason or a source.

    Raises:
        ValueError: Nothing is, or no ledger could hold it.
    """
    kept = text.strip()
    if not kept or "\0" in kept:
        raise ValueError(f"{name} is empty or not readable")
    return kept


def read_overrides(path: Path) -> list[OverrideRange]:
    """Read a CSV file of days that differ from the base.

    Raises:
        ValueError: A line is wrong; the message names file, line and reason.
        OSError: There is no such file.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = csv.reader(file, strict=True)
        try:
            _check_header(next(lines, None))
            return [_read_line(row, lines.line_num) for row in lines if row]
        except (ValueError, csv.Error) as error:
            # A file that is no UTF-8 fails before its first line is there.
            raise ValueError(f"{path.name} line {max(lines.line_num, 1)}: {error}") from error


def write_overrides(ranges: Iterable[OverrideRange], file: TextIO) -> None:
    """Write what `read_overrides` reads."""
    lines = csv.writer(file, lineterminator="\n")
    lines.writerow(COLUMNS)
    kinds = {is_working: kind for kind, is_working in KINDS.items()}
    for one in ranges:
        kind = kinds[one.is_working]
        lines.writerow([one.scope, one.first_day, one.last_day, kind, one.reason, one.source])


def _check_header(row: list[str] | None) -> None:
    if row != COLUMNS:
        raise ValueError(f"the columns must be {','.join(COLUMNS)}")


def _read_line(row: list[str], line: int) -> OverrideRange:
    if len(row) != len(COLUMNS):
        raise ValueError("another number of columns than in line 1")
    scope, first_day, last_day, kind, reason, source = (part.strip() for part in row)
    if kind not in KINDS:
        raise ValueError(f"kind is off or working, not {kind!r}")
    return OverrideRange(
        scope=read_text(scope, "scope"),
        first_day=read_day(first_day),
        last_day=read_day(last_day),
        is_working=KINDS[kind],
        reason=read_text(reason, "reason"),
        source=read_text(source, "source"),
        line=line,
    )


def _gregorian(text: str) -> str:
    if looks_buddhist(int(text[:4])):
        raise ValueError("the year must be Gregorian, such as 2021 for B.E. 2564")
    return text
