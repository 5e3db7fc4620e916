"""The calendars and policies that deadlines are computed with: read once for each version."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from domain.calendar_scope import NATION
from domain.errors import NotFoundError
from domain.policies import Policies
from domain.vocabulary import Urgency
from domain.working_time import CONTINUOUS, OfficeHours, WorkingCalendar
from models import (
    AnnouncedYear,
    CalendarOverride,
    CalendarVersion,
    OfficeHoursOverride,
    PolicyVersion,
)
from services.policy_document import read_policies
from services.thai_holidays import RELEASE, announced_years, base_days_off

_KEPT = 8
_WORKING = ""


@dataclass(frozen=True, kw_only=True)
class DeadlineRules:
    """One version of the calendars and one of the policies.

    Attributes:
        calendar_version: Number of the calendar's version.
        policy_version: Number of the policies' version.
        holidays_release: Release of the library that gave the base.
        policies: The policies.
        overrides: For each scope, its days: the reason of a day off, or "" for a working day.
        hours: Office hours of the scopes that have their own.
        announced: Years whose holidays are officially known.
    """

    calendar_version: int
    policy_version: int
    policies: Policies
    overrides: Mapping[str, Mapping[date, str]]
    hours: Mapping[str, OfficeHours]
    announced: frozenset[int]
    holidays_release: str = RELEASE
    _calendars: dict[tuple[str, ...], WorkingCalendar] = field(default_factory=dict)

    @property
    def organizations(self) -> list[str]:
        """The codes of the organizations whose calendar is their own."""
        found = (scope.partition(":") for scope in self.special)
        return sorted(code for kind, _, code in found if kind == "organization")

    @property
    def special(self) -> frozenset[str]:
        """The scopes that differ from the base."""
        return frozenset(self.overrides) | frozenset(self.hours)

    def effective(self, scopes: Sequence[str]) -> tuple[str, ...]:
        """Return those of `scopes` that say anything: bodies that share them share a calendar."""
        return tuple(
            scope
            for scope in scopes
            if scope == NATION or scope in self.overrides or scope in self.hours
        )

    def calendar(self, scopes: Sequence[str]) -> WorkingCalendar:
        """Return the calendar of a body whose scopes are given, the widest first."""
        key = self.effective(scopes)
        if key not in self._calendars:
            self._calendars[key] = self._build(key)
        return self._calendars[key]

    def clock(self, scopes: Sequence[str], urgency: Urgency) -> WorkingCalendar:
        """Return the clock of a letter: the calendar, or one that never stops."""
        return (
            CONTINUOUS if self.policies.urgencies[urgency].is_continuous else self.calendar(scopes)
        )

    def _build(self, scopes: Sequence[str]) -> WorkingCalendar:
        days = base_days_off()
        hours = OfficeHours()
        for scope in scopes:
            for day, name in self.overrides.get(scope, {}).items():
                days[day] = name
                if name == _WORKING:
                    del days[day]
            hours = self.hours.get(scope, hours)
        return WorkingCalendar(days, hours, self.announced)


_cache: dict[tuple[UUID, UUID], DeadlineRules] = {}


async def load_rules(
    session: AsyncSession, *, calendar_version: int | None = None, policy_version: int | None = None
) -> DeadlineRules:
    """Return the rules in force, or those of given versions.

    What was read stays in memory: a version never changes.

    Raises:
        NotFoundError: There is no such version.
    """
    found = (await session.execute(_versions(calendar_version, policy_version))).one_or_none()
    if found is None:
        raise NotFoundError("รุ่นของปฏิทินหรือนโยบาย (version)")
    key = (found.calendar_id, found.policy_id)
    if key not in _cache:
        rules = await _read(session, found.calendar, found.policy)
        while len(_cache) >= _KEPT:
            del _cache[next(iter(_cache))]
        _cache[key] = rules
    return _cache[key]


def _versions(calendar: int | None, policy: int | None) -> Any:  # noqa: ANN401 (a select of four columns)
    newest_calendar = (
        select(CalendarVersion.number).order_by(CalendarVersion.number.desc()).limit(1)
    )
    newest_policy = select(PolicyVersion.number).order_by(PolicyVersion.number.desc()).limit(1)
    return (
        select(
            CalendarVersion.number.label("calendar"),
            CalendarVersion.id.label("calendar_id"),
            PolicyVersion.number.label("policy"),
            PolicyVersion.id.label("policy_id"),
        )
        .join(PolicyVersion, true())
        .where(
            CalendarVersion.number == _given(calendar, newest_calendar.scalar_subquery()),
            PolicyVersion.number == _given(policy, newest_policy.scalar_subquery()),
        )
    )


def _given(number: int | None, newest: Any) -> Any:  # noqa: ANN401 (a number or a subquery)
    return newest if number is None else number


async def _read(session: AsyncSession, version: int, policy_version: int) -> DeadlineRules:
    policy = await session.get_one(PolicyVersion, policy_version)
    overrides: dict[str, dict[date, str]] = {}
    for row in await session.scalars(in_force(CalendarOverride, version)):
        overrides.setdefault(row.scope, {})[row.day] = _WORKING if row.is_working else row.reason
    hours = {
        row.scope: OfficeHours(opens=row.opens, closes=row.closes)
        for row in await session.scalars(in_force(OfficeHoursOverride, version))
    }
    confirmed = await session.scalars(
        select(AnnouncedYear.year).where(AnnouncedYear.since_version <= version)
    )
    return DeadlineRules(
        calendar_version=version,
        policy_version=policy.number,
        policies=read_policies(policy.policies),
        overrides=overrides,
        hours=hours,
        announced=announced_years() | frozenset(confirmed),
    )


def in_force(table: Any, version: int) -> Any:  # noqa: ANN401 (two tables of one shape)
    """Return the query for the rows of a table that hold in a version of the calendar."""
    return select(table).where(
        table.since_version <= version,
        or_(table.until_version.is_(None), table.until_version > version),
    )
