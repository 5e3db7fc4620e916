"""How long hops took, told from their events alone: what figures are folded and recounted by.

Working minutes are those of the calendar and the policies that the dispatch was planned with, like
its deadlines: a holiday that is announced later changes no figure of the past. Time during which a
clock was stopped counts; the answer took it. Python lays the rulers of working time, a few days
for each calendar, and the database measures with them.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Date, DateTime, Interval, TextClause, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Integer, Text

from domain.figures import SETTLING, TIMED, lay_ruler
from domain.vocabulary import Urgency
from domain.working_time import WorkingCalendar
from services.deadline_rules import load_rules

_SETTLED = ", ".join(f"'{kind}'" for kind in SETTLING)
IS_TIMED = "kind IN ({})".format(", ".join(f"'{kind}'" for kind in TIMED))

FACTS = f"""
    min(at) FILTER (WHERE kind = 'sent') AS sent_at,
    any_value(dispatch_id) FILTER (WHERE kind = 'sent') AS dispatch_id,
    any_value(registry_id) FILTER (WHERE kind = 'sent') AS sender_registry_id,
    any_value(facts ->> 'recipient_registry_id') FILTER (WHERE kind = 'sent') AS recipient,
    min(at) FILTER (WHERE kind = 'registered') AS registered_at,
    bool_or(is_late) FILTER (WHERE kind = 'registered') AS registered_late,
    min(at) FILTER (WHERE kind IN ({_SETTLED})) AS settled_at,
    bool_or(is_late) FILTER (WHERE kind IN ({_SETTLED})) AS settled_late"""
"""What the events of one hop say: an aggregate of rows of `event`."""

# A plan is replaced by one with the same scopes, so that of today names the calendar of the day on
# which the letter went out; the versions are those of the first plan.
_MEASURED = """, measured AS (
    SELECT f.hop_id, d.circular_id, f.dispatch_id, f.sender_registry_id,
        coalesce(CAST(f.recipient AS uuid), h.recipient_registry_id) AS recipient_registry_id,
        d.senders, d.secrecy, l.urgency, cardinality(d.lineage) AS tier,
        f.sent_at, f.registered_at, f.settled_at, f.registered_late, f.settled_late,
        array_to_string(p.calendar_scopes, ' ') AS scopes, v.calendar_version, v.policy_version
    FROM happened f
    JOIN dispatch d ON d.id = f.dispatch_id
    JOIN letter l ON l.id = d.letter_id
    JOIN hop h ON h.id = f.hop_id
    JOIN deadline_plan p ON p.id = h.plan_id
    JOIN LATERAL (
        SELECT calendar_version, policy_version FROM deadline_plan
        WHERE dispatch_id = d.id AND replaces_id IS NULL ORDER BY id LIMIT 1
    ) v ON true
    WHERE f.sent_at IS NOT NULL
)"""

_CLOCKS = """
SELECT scopes, calendar_version, policy_version, urgency,
    min(least(sent_at, registered_at, settled_at)) AS first_at,
    max(greatest(sent_at, registered_at, settled_at)) AS last_at
FROM measured WHERE registered_at IS NOT NULL OR settled_at IS NOT NULL
GROUP BY scopes, calendar_version, policy_version, urgency
ORDER BY calendar_version, policy_version
"""


def _day(instant: str) -> str:
    return f"CAST({instant} AT TIME ZONE 'Asia/Bangkok' AS date)"


def _minutes(instant: str, ruler: str) -> str:
    marks = [
        f"{on}.before + least(greatest({at} - {on}.opens_at, interval '0'), {on}.span)"
        for at, on in ((instant, ruler), ("m.sent_at", "s"))
    ]
    passed = f"floor(extract(epoch FROM ({marks[0]}) - ({marks[1]})) / 60)"
    return f"CAST(CASE WHEN {instant} < m.sent_at THEN 0 ELSE {passed} END AS integer)"


TIMED_HOPS = f"""{_MEASURED}, clock AS (
    SELECT * FROM unnest(CAST(:scopes AS text[]), CAST(:calendars AS integer[]),
        CAST(:policies AS integer[]), CAST(:urgencies AS text[]), CAST(:clocks AS integer[]))
        AS c (scopes, calendar_version, policy_version, urgency, clock)
), ruler AS (
    SELECT * FROM unnest(:rulers, :days, :opens, :spans, :befores)
        AS r (clock, day, opens_at, span, before)
), timed AS (
    SELECT m.hop_id, m.circular_id, m.dispatch_id, m.sender_registry_id, m.recipient_registry_id,
        m.senders, m.secrecy, m.urgency, m.tier, m.sent_at, m.registered_at, m.settled_at,
        {_minutes("m.registered_at", "r")} AS register_minutes,
        {_minutes("m.settled_at", "x")} AS settle_minutes, m.registered_late, m.settled_late
    FROM measured m
    LEFT JOIN clock c ON c.scopes = m.scopes AND c.calendar_version = m.calendar_version
        AND c.policy_version = m.policy_version AND c.urgency = m.urgency
    LEFT JOIN ruler s ON s.clock = c.clock AND s.day = {_day("m.sent_at")}
    LEFT JOIN ruler r ON r.clock = c.clock AND r.day = {_day("m.registered_at")}
    LEFT JOIN ruler x ON x.clock = c.clock AND x.day = {_day("m.settled_at")}
)"""  # noqa: S608 (nothing but our own words)
"""To stand behind a CTE `happened` of `hop_id` and `FACTS`; gives `timed`, shaped as `hop_time`."""

COLUMNS = (
    "hop_id, circular_id, dispatch_id, sender_registry_id, recipient_registry_id, senders, secrecy,"
    " urgency, tier, sent_at, registered_at, settled_at, register_minutes, settle_minutes,"
    " registered_late, settled_late"
)

COUNTS = """count(*) AS received, count(registered_at) AS registered, count(settled_at) AS settled,
    count(*) FILTER (WHERE registered_late) AS registered_late,
    count(*) FILTER (WHERE settled_late) AS settled_late"""
"""What a `desk_count` says of hops: an aggregate of rows of `hop_time`."""

YEAR = "CAST(extract(year FROM sent_at AT TIME ZONE 'Asia/Bangkok') AS integer)"
"""A hop counts in the year in which it was sent, whenever it is registered or settled."""


def clocks_statement(happened: str) -> TextClause:
    """Return the query for the clocks that the hops of a CTE `happened` are measured with."""
    return text(happened + _MEASURED + _CLOCKS)


def timed_statement(happened: str, use: str) -> TextClause:
    """Return the statement that uses `timed`; it needs what `load_rulers` gives."""
    return text(happened + TIMED_HOPS + use).bindparams(
        bindparam("rulers", type_=ARRAY(Integer())),
        bindparam("days", type_=ARRAY(Date())),
        bindparam("opens", type_=ARRAY(DateTime(timezone=True))),
        bindparam("spans", type_=ARRAY(Interval())),
        bindparam("befores", type_=ARRAY(Interval())),
        bindparam("scopes", type_=ARRAY(Text())),
        bindparam("urgencies", type_=ARRAY(Text())),
    )


async def load_rulers(
    session: AsyncSession, clocks: TextClause, values: Mapping[str, object]
) -> dict[str, Any]:
    """Return the clocks that `clocks` asks for and their rulers, as columns of parameters."""
    rows = (await session.execute(clocks, values)).all()
    spans: dict[int, tuple[WorkingCalendar, datetime, datetime]] = {}
    numbers: list[int] = []
    for row in rows:
        rules = await load_rules(
            session, calendar_version=row.calendar_version, policy_version=row.policy_version
        )
        clock = rules.clock(row.scopes.split(), Urgency(row.urgency))
        numbers.append(id(clock))
        _, first, last = spans.get(id(clock), (clock, row.first_at, row.last_at))
        spans[id(clock)] = (clock, min(first, row.first_at), max(last, row.last_at))
    places = {one: place for place, one in enumerate(spans)}
    return {
        "scopes": [row.scopes for row in rows],
        "calendars": [row.calendar_version for row in rows],
        "policies": [row.policy_version for row in rows],
        "urgencies": [row.urgency for row in rows],
        "clocks": [places[number] for number in numbers],
        **_columns(places, spans),
    }


def _columns(
    places: Mapping[int, int], spans: Mapping[int, tuple[WorkingCalendar, datetime, datetime]]
) -> dict[str, Any]:
    days = [
        (places[number], day)
        for number, (clock, first, last) in spans.items()
        for day in lay_ruler(clock, first, last)
    ]
    return {
        "rulers": [place for place, _ in days],
        "days": [day.day for _, day in days],
        "opens": [day.opens_at for _, day in days],
        "spans": [day.span for _, day in days],
        "befores": [day.before for _, day in days],
    }
