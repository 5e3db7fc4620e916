"""The calendars and policies that deadlines are computed with: read once for each version."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.calendar_scope import NATION
from domain.policies import Policies
from domain.vocabulary import Urgency
from domain.working_time import CONTINUOUS, OfficeHours, WorkingCalendar, weekends
from models import (
    AnnouncedYear,
    CalendarOverride,
    CalendarVersion,
    OfficeHoursOverride,
    PolicyVersion,
)
from services.policy_document import read_policies
from services.thai_holidays import RELEASE, announced_years, base_holidays

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
        days = weekends() | dict(base_holidays())
        hours = OfficeHours()
        for scope in scopes:
            days |= self.overrides.get(scope, {})
            hours = self.hours.get(scope, hours)
        off = {day: name for day, name in days.items() if name != _WORKING}
        return WorkingCalendar(off, hours, self.announced)


_cache: dict[tuple[UUID, UUID], DeadlineRules] = {}


async def load_rules(
    session: AsyncSession, *, calendar_version: int | None = None, policy_version: int | None = None
) -> DeadlineRules:
    """Return the rules in force, or those of given versions.

    What was read stays in memory: a version never changes.
    """
    calendar, policy = (await session.execute(_versions(calendar_version, policy_version))).one()
    key = (calendar.id, policy.id)
    if key not in _cache:
        rules = await _read(session, calendar.number, policy)
        while len(_cache) >= _KEPT:
            del _cache[next(iter(_cache))]
        _cache[key] = rules
    return _cache[key]


def _versions(calendar: int | None, policy: int | None) -> Any:  # noqa: ANN401 (a select of two entities)
    newest_calendar = (
        select(CalendarVersion.number).order_by(CalendarVersion.number.desc()).limit(1)
    )
    newest_policy = select(PolicyVersion.number).order_by(PolicyVersion.number.desc()).limit(1)
    return select(CalendarVersion, PolicyVersion).where(
        CalendarVersion.number == (calendar or newest_calendar.scalar_subquery()),
        PolicyVersion.number == (policy or newest_policy.scalar_subquery()),
    )


async def _read(session: AsyncSession, version: int, policy: PolicyVersion) -> DeadlineRules:
    overrides: dict[str, dict[date, str]] = {}
    for row in await session.scalars(_in_force(CalendarOverride, version)):
        overrides.setdefault(row.scope, {})[row.day] = _WORKING if row.is_working else row.reason
    hours = {
        row.scope: OfficeHours(opens=row.opens, closes=row.closes)
        for row in await session.scalars(_in_force(OfficeHoursOverride, version))
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


def _in_force(table: Any, version: int) -> Any:  # noqa: ANN401 (two tables of one shape)
    return select(table).where(
        table.since_version <= version,
        or_(table.until_version.is_(None), table.until_version > version),
    )
