"""The holidays of government offices, as the library `holidays` knows them: the one door to it."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.metadata import version

import holidays

from domain.working_time import FIRST_YEAR, LAST_YEAR, WorkingCalendar, weekends

RELEASE = version("holidays")
"""Which release of the library; every deadline keeps it beside the calendar's version."""

# Offices are open on these (Labour Day is for employees; Children's Day closes nothing).
_NOT_KEPT = ("แรงงาน", "วันเด็ก")
# The Royal Ploughing day is set year by year: where it is known, the year was announced.
_SET_EACH_YEAR = "พืชมงคล"


@cache
def base_holidays() -> Mapping[date, str]:
    """Return every day on which government offices of the whole country are closed."""
    return {
        day: kept
        for day, names in _all().items()
        if (kept := "; ".join(n for n in names.split("; ") if not _is_not_kept(n)))
    }


@cache
def announced_years() -> frozenset[int]:
    """Return the years whose official list of holidays the library has seen."""
    return frozenset(day.year for day, names in _all().items() if _SET_EACH_YEAR in names)


def base_days_off() -> dict[date, str]:
    """Return the weekends and holidays of the whole country, before any override."""
    return dict(_base())


def base_calendar() -> WorkingCalendar:
    """Return the calendar of the whole country where there is no ledger to override it."""
    return WorkingCalendar(base_days_off(), announced=announced_years())


@cache
def _base() -> Mapping[date, str]:
    return weekends() | dict(base_holidays())


@cache
def _all() -> Mapping[date, str]:
    return dict(
        holidays.country_holidays(
            "TH",
            years=range(FIRST_YEAR, LAST_YEAR + 1),
            language="th",
            categories=("public", "government"),
        )
    )


def _is_not_kept(name: str) -> bool:
    return any(word in name for word in _NOT_KEPT)
