"""The counts of a desk against a count of its hops, one by one."""

from collections import Counter
from dataclasses import astuple, replace
from datetime import datetime
from uuid import UUID

import pytest
from sqlalchemy import select

from domain.access import ActingOfficer
from domain.buddhist_era import register_year
from domain.errors import NotFoundError
from domain.vocabulary import HopState, Role, Secrecy
from models import DeadlinePlan, Dispatch, Event, Hop, Letter
from services.count_inbox import InboxCount, count_inbox
from services.list_inbox import InboxFilter, list_inbox
from tests.support.figures import Province, cleared
from tests.support.planning import bangkok

MARCH = bangkok("2021-03-04 09:00")
APRIL = bangkok("2021-04-20 09:00")
DECEMBER = bangkok("2021-12-30 23:00")
JANUARY = bangkok("2022-01-01 00:00")


async def count(
    province: Province, by: ActingOfficer, at: datetime, registry_id: UUID | None = None
) -> list[InboxCount]:
    async with province.sessions() as session:
        return list(await count_inbox(session, by=by, registry_id=registry_id, at=at))


async def counted(province: Province, by: ActingOfficer, at: datetime) -> dict[object, list[int]]:
    """Walk the hops of the officer's desks, and what their events say of lateness."""
    counts: dict[object, Counter[str]] = {}
    async with province.sessions() as session:
        query = (
            select(Hop, DeadlinePlan, Letter, Dispatch)
            .join(Dispatch, Dispatch.id == Hop.dispatch_id)
            .join(DeadlinePlan, DeadlinePlan.id == Hop.plan_id)
            .join(Letter, Letter.id == Dispatch.letter_id)
        )
        late = {
            (event.hop_id, event.kind == "registered"): event.is_late
            for event in await session.scalars(select(Event).where(Event.is_late.is_not(None)))
        }
        for hop, plan, letter, dispatch in await session.execute(query):
            if hop.recipient_registry_id not in by.roles or letter.secrecy not in by.classes:
                continue
            one = counts.setdefault((hop.recipient_registry_id, letter.urgency), Counter())
            is_open, is_sent = hop.settled_at is None, hop.state is HopState.SENT
            one["to_register"] += is_sent
            one["to_settle"] += is_open and not is_sent
            one["late"] += is_open and (
                plan.acknowledge_by < at or (is_sent and plan.register_by < at)
            )
            if register_year(dispatch.sent_at) == register_year(at):
                one["received"] += 1
                one["registered"] += hop.registered_at is not None
                one["settled"] += not is_open
                one["registered_late"] += bool(late.get((hop.id, True)))
                one["settled_late"] += bool(late.get((hop.id, False)))
    names = [name for name in InboxCount.__slots__ if name not in {"registry_id", "urgency"}]
    told = {key: [one[name] for name in names] for key, one in counts.items()}
    return {key: values for key, values in told.items() if any(values)}


@pytest.mark.parametrize("at", [MARCH, APRIL, DECEMBER, JANUARY])
@pytest.mark.parametrize("clearance", [Secrecy.NORMAL, Secrecy.SECRET, Secrecy.VERY_SECRET])
@pytest.mark.parametrize("name", ["hall", "office", "body_a1"])
async def test_counts_are_those_of_the_hops(
    played: Province, name: str, clearance: Secrecy, at: datetime
) -> None:
    by = cleared(played.directory[name].clerk, clearance)
    rows = await count(played, by, at)
    found = {(one.registry_id, one.urgency): list(astuple(one)[2:]) for one in rows}
    assert found == await counted(played, by, at)


async def test_what_waits_is_what_the_inbox_lists(played: Province) -> None:
    by = cleared(played.directory["hall"].auditor)
    rows = await count(played, by, APRIL)
    async with played.sessions() as session:
        listed = await list_inbox(
            session, by=by, chosen=InboxFilter(), at=APRIL, after=None, limit=200
        )
    assert sum(one.to_register + one.to_settle for one in rows) == len(listed) > 0
    assert sum(one.late for one in rows) == sum(item.is_late for item in listed) > 0


async def test_an_officer_of_two_desks_counts_both_or_one(played: Province) -> None:
    hall, office = played["hall"], played["office"]
    roles = {
        hall.registry_id: frozenset({Role.CLERK}),
        office.registry_id: frozenset({Role.AUDITOR}),
        played["direct"].registry_id: frozenset({Role.ADMIN}),
    }
    by = replace(hall.clerk, roles=roles)
    both = await count(played, by, MARCH)
    assert {one.registry_id for one in both} == {hall.registry_id, office.registry_id}
    one = await count(played, by, MARCH, office.registry_id)
    assert one == [row for row in both if row.registry_id == office.registry_id]
    for hidden in ("direct", "stranger"):
        with pytest.raises(NotFoundError):
            await count(played, by, MARCH, played[hidden].registry_id)
