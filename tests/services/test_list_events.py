from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import ActingOfficer
from domain.alarms import Alarm
from domain.errors import InvalidError, NotFoundError
from domain.vocabulary import AlarmStep, EventKind, Secrecy, Urgency
from services import read_events
from services.list_events import AuditQuestion, list_events, registries_of
from services.list_history import Subject, list_history
from services.raise_alarm import raise_alarm
from services.read_events import EventFilter, EventPage, Order
from services.tell_events import EventItem
from services.visible_events import OPERATOR
from tests.support.directory import Directory
from tests.support.letters import DAY, HOUR, MORNING, events, issue, register, send
from tests.support.province import Circular, send_down

BELOW_HALL = "hall office district_a district_b body_a1 body_a2 body_b1 direct"


async def _page(
    session: AsyncSession,
    by: ActingOfficer,
    *,
    before: int | None = None,
    limit: int = 1000,
    **chosen: Any,  # noqa: ANN401 (the filters, each of its own type)
) -> EventPage:
    return await list_events(
        session, by=by, chosen=AuditQuestion(**chosen), at=MORNING, before=before, limit=limit
    )


async def _ids(
    session: AsyncSession,
    by: ActingOfficer,
    **chosen: Any,  # noqa: ANN401 (as above)
) -> list[int]:
    page = await _page(session, by, **chosen)
    assert page.next is None
    return [item.id for item in page.items]


async def _everything(session: AsyncSession) -> list[EventItem]:
    page = await read_events.read_events(
        session,
        sight=OPERATOR,
        wanted=EventFilter(),
        after=None,
        limit=10_000,
        order=Order.NEWEST_FIRST,
        patient=True,
    )
    return list(page.items)


async def test_the_sender_sees_all_that_happened_below_it_newest_first(
    session: AsyncSession, directory: Directory
) -> None:
    circular = await send_down(session, directory)
    found = await _ids(session, directory["agency"].auditor)
    expected = [one.id for one in await events(session) if one.circular_id == circular.id]
    assert found == expected[::-1]
    assert len(found) > 20


async def test_a_desk_that_never_sent_anything_sees_what_it_did_itself(
    session: AsyncSession, directory: Directory
) -> None:
    circular = await send_down(session, directory)
    body = directory["body_b1"]
    await register(session, circular.dispatches["district_b"], body)
    page = await _page(session, body.clerk)
    assert [item.kind for item in page.items] == [EventKind.REGISTERED]
    # What others did on the hop that it received is there when they are asked for.
    (sent,) = (
        await _page(session, body.clerk, registry_id=directory["district_b"].registry_id)
    ).items
    assert (sent.kind, sent.recipient, sent.receipt_number) == (EventKind.SENT, body.name, 1)


async def test_by_registry_everybody_sees_what_the_timelines_tell(
    session: AsyncSession, directory: Directory
) -> None:
    circular = await send_down(session, directory)
    of_circular = {one.id for one in await _everything(session) if one.circular_id == circular.id}
    counts: dict[str, int] = {}
    for name in directory.desks:
        by, seen = directory[name].auditor, set[int]()
        for desk in directory.desks.values():
            seen |= set(await _ids(session, by, registry_id=desk.registry_id))
        assert seen & of_circular == await _timeline(session, by, circular.id), name
        counts[name] = len(seen & of_circular)
    assert counts["agency"] == len(of_circular)
    assert counts["agency"] > counts["hall"] > counts["office"] > counts["body_a1"] > 0
    assert counts["stranger"] == 0


async def _timeline(session: AsyncSession, by: ActingOfficer, circular_id: UUID) -> set[int]:
    try:
        page = await _history(session, by, Subject.CIRCULAR, circular_id)
    except NotFoundError:
        return set()
    return {item.id for item in page.items}


async def _history(
    session: AsyncSession, by: ActingOfficer, subject: Subject, subject_id: UUID
) -> EventPage:
    return await list_history(
        session,
        by=by,
        subject=subject,
        subject_id=subject_id,
        at=MORNING,
        after=0,
        limit=1000,
    )


@pytest.mark.parametrize("place", ["everywhere", "hall and below", "one registry", "officer"])
async def test_pages_of_any_length_hold_the_same_events_in_the_same_order(
    session: AsyncSession, directory: Directory, place: str
) -> None:
    await send_down(session, directory)
    chosen: dict[str, Any] = {
        "everywhere": {},
        "hall and below": {"organization_id": directory["hall"].organization_id},
        "one registry": {"registry_id": directory["office"].registry_id},
        "officer": {"officer_id": directory["office"].clerk.id},
    }[place]
    by = directory["agency"].head
    whole = await _ids(session, by, **chosen)
    assert len(whole) >= 4
    for limit in (1, 3, 7, 50):
        found: list[int] = []
        page = EventPage(items=[], next=None)
        while not found or page.next is not None:
            page = await _page(session, by, before=page.next, limit=limit, **chosen)
            assert 0 < len(page.items) <= limit
            found += [item.id for item in page.items]
        assert found == whole, limit


async def test_a_subtree_is_what_stood_below_on_the_day(
    session: AsyncSession, directory: Directory
) -> None:
    async def names(name: str, *, subtree: bool = True, on: date = date(2021, 3, 2)) -> set[str]:
        found = await registries_of(
            session, organization_id=directory[name].organization_id, subtree=subtree, on=on
        )
        return {one for one, desk in directory.desks.items() if desk.registry_id in found}

    assert await names("hall") == set(BELOW_HALL.split())
    assert await names("district_a") == {"district_a", "body_a1", "body_a2"}
    assert await names("hall", subtree=False) == {"hall"}
    assert await names("hall", on=date(2010, 1, 1)) == {"hall"}


async def test_a_subtree_is_judged_by_the_last_day_that_was_asked_for(
    session: AsyncSession, directory: Directory
) -> None:
    await send_down(session, directory)
    by, hall = directory["hall"].auditor, directory["hall"].organization_id
    long_ago = MORNING.replace(year=2010)
    late = await _ids(session, by, organization_id=hall)
    assert late == await _ids(session, by, organization_id=hall, until=MORNING + DAY)
    assert await _ids(session, by, organization_id=hall, until=long_ago) == []


async def test_each_filter_leaves_what_it_says(session: AsyncSession, directory: Directory) -> None:
    await send_down(session, directory)
    by, hall = directory["agency"].auditor, directory["hall"]
    whole = (await _page(session, by)).items

    async def same(chosen: dict[str, Any], expected: Sequence[EventItem]) -> None:
        assert expected, chosen
        assert await _ids(session, by, **chosen) == [item.id for item in expected]

    kinds = [EventKind.REGISTERED, EventKind.FORWARDED]
    await same({"kinds": kinds}, [one for one in whole if one.kind in kinds])
    rare = [EventKind.DISPATCHED]
    await same({"kinds": rare}, [one for one in whole if one.kind in rare])
    await same(
        {"registry_id": hall.registry_id, "kinds": kinds},
        [one for one in whole if one.kind in kinds and one.registry_id == hall.registry_id],
    )
    await same(
        {"officer_id": hall.clerk.id}, [one for one in whole if one.officer_id == hall.clerk.id]
    )
    await same({"urgency": Urgency.NORMAL}, [one for one in whole if one.urgency is not None])
    assert await _ids(session, by, urgency=Urgency.MOST_URGENT) == []
    await same({"since": MORNING}, whole)
    assert await _ids(session, by, since=MORNING + timedelta(microseconds=1)) == []
    assert await _ids(session, by, until=MORNING) == []
    await same({"is_late": False}, [one for one in whole if one.is_late is False])
    # Both are asked for, and no registry is under both.
    office = directory["office"].organization_id
    assert await _ids(session, by, registry_id=hall.registry_id, organization_id=office) == []


async def test_what_came_late_is_found(session: AsyncSession, directory: Directory) -> None:
    agency, hall, direct = directory["agency"], directory["hall"], directory["direct"]
    dispatch = await send(session, agency, hall, direct)
    at = MORNING + 2 * DAY
    alarm = Alarm(step=AlarmStep.OVERDUE_REGISTER, due_at=MORNING + DAY)
    await raise_alarm(session, dispatch_id=dispatch.id, chunk=0, alarm=alarm, at=at)
    await register(session, dispatch, hall, at=at)
    await register(session, dispatch, direct, at=MORNING + HOUR)
    late = (await _page(session, agency.auditor, is_late=True)).items
    assert [one.kind for one in late] == [
        EventKind.REGISTERED,
        EventKind.OVERDUE,
        EventKind.OVERDUE,
    ]
    in_time = (await _page(session, agency.auditor, is_late=False)).items
    assert [(one.kind, one.registry) for one in in_time] == [(EventKind.REGISTERED, direct.name)]


@pytest.mark.parametrize("field", ["organization_id", "registry_id", "officer_id"])
async def test_what_does_not_exist_is_not_found(
    session: AsyncSession, directory: Directory, field: str
) -> None:
    chosen: dict[str, Any] = {field: uuid4()}
    with pytest.raises(NotFoundError):
        await _page(session, directory["hall"].auditor, **chosen)


@pytest.mark.parametrize("length", [timedelta(0), -HOUR])
async def test_a_time_range_that_ends_before_it_begins_is_refused(
    session: AsyncSession, directory: Directory, length: timedelta
) -> None:
    with pytest.raises(InvalidError) as refusal:
        await _page(session, directory["hall"].auditor, since=MORNING, until=MORNING + length)
    assert refusal.value.reason == "time_range_reversed"


async def test_an_administrator_manages_and_reads_nothing(
    session: AsyncSession, directory: Directory
) -> None:
    await send_down(session, directory)
    hall = directory["hall"]
    assert await _ids(session, hall.admin) == []
    assert await _ids(session, hall.admin, registry_id=hall.registry_id) == []


def _cleared(officer: ActingOfficer) -> ActingOfficer:
    return replace(officer, clearance=Secrecy.SECRET)


async def _secret(session: AsyncSession, directory: Directory) -> UUID:
    """agency → hall, a secret letter; nobody but the clerks of both is cleared."""
    agency = replace(directory["agency"], clerk=_cleared(directory["agency"].clerk))
    letter = await issue(session, agency, secrecy=Secrecy.SECRET)
    await send(session, agency, directory["hall"], letter=letter)
    return letter.id


async def test_of_a_secret_letter_there_is_nothing_without_the_clearance(
    session: AsyncSession, directory: Directory
) -> None:
    letter_id = await _secret(session, directory)
    for desk in (directory["agency"], directory["hall"]):
        for by in (desk.clerk, desk.head, desk.auditor):
            places: list[dict[str, Any]] = [{}]
            places += [{"registry_id": one.registry_id} for one in directory.desks.values()]
            for chosen in places:
                page = await _page(session, by, **chosen)
                assert letter_id not in {item.letter_id for item in page.items}
            with pytest.raises(NotFoundError):
                await _history(session, by, Subject.LETTER, letter_id)
    assert letter_id not in {item.letter_id for item in await _everything(session)}


async def test_reading_of_a_secret_letter_is_recorded_once_for_a_page(
    session: AsyncSession, directory: Directory
) -> None:
    letter_id = await _secret(session, directory)
    agency, hall = directory["agency"], directory["hall"]
    assert await events(session, EventKind.READ) == []
    page = await _page(session, _cleared(agency.auditor))
    assert letter_id in {item.letter_id for item in page.items}
    (read,) = await events(session, EventKind.READ)
    assert (read.letter_id, read.officer_id, read.registry_id) == (
        letter_id,
        agency.auditor.id,
        agency.registry_id,
    )
    await _history(session, _cleared(hall.head), Subject.LETTER, letter_id)
    assert [one.registry_id for one in await events(session, EventKind.READ)] == [
        agency.registry_id,
        hall.registry_id,
    ]


async def test_who_read_a_secret_is_for_the_desk_that_read_and_the_auditors_of_the_letters_own(
    session: AsyncSession, directory: Directory
) -> None:
    letter_id = await _secret(session, directory)
    agency, hall = directory["agency"], directory["hall"]
    await _history(session, _cleared(hall.head), Subject.LETTER, letter_id)

    async def readings(officer: ActingOfficer) -> list[UUID]:
        items = (await _page(session, _cleared(officer), registry_id=hall.registry_id)).items
        return [one.officer_id for one in items if one.kind is EventKind.READ]

    assert hall.head.id in await readings(hall.clerk)
    assert hall.head.id in await readings(agency.auditor)
    assert await readings(agency.clerk) == []
    assert await readings(agency.head) == []
    assert await readings(directory["office"].auditor) == []


@pytest.mark.parametrize("busy", [3, 40])
async def test_of_many_places_the_newest_come_first_however_busy_each_is(
    session: AsyncSession, directory: Directory, busy: int
) -> None:
    """Few of each place are fetched at a time: a busy one must not hide, nor be hidden."""
    circular = await send_down(session, directory)
    await _add(session, directory, circular, busy)
    by, hall = directory["agency"].auditor, directory["hall"].organization_id
    whole = await _ids(session, by, organization_id=hall)
    of_desks = {directory[name].registry_id for name in BELOW_HALL.split()}
    expected = [
        one.id
        for one in await _everything(session)
        if one.circular_id == circular.id and one.registry_id in of_desks
    ]
    assert whole == expected
    for limit in (1, 5, 30):
        page = await _page(session, by, organization_id=hall, limit=limit)
        assert [item.id for item in page.items] == whole[:limit]


async def _add(session: AsyncSession, directory: Directory, circular: Circular, count: int) -> None:
    """Let the office be told so often that it is late, and between that once somebody else."""
    statement = text("""
    INSERT INTO event (at, kind, registry_id, officer_id, circular_id, hop_id)
    SELECT :at, 'reminded', CASE WHEN n % 10 = 0 THEN CAST(:rare AS uuid) ELSE :often END, :by,
        :circular_id, :hop_id
    FROM generate_series(1, :count) n ORDER BY n
    """)
    values = {
        "at": MORNING,
        "rare": directory["body_a1"].registry_id,
        "often": directory["office"].registry_id,
        "by": directory["office"].clerk.id,
        "circular_id": circular.id,
        "hop_id": circular.hops["office"],
        "count": count,
    }
    await session.execute(statement, values)


async def test_a_walk_stops_after_a_while_and_goes_on_where_it_stopped(
    session: AsyncSession, directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    await send_down(session, directory)
    by = directory["district_b"].auditor
    whole = await _ids(session, by)
    monkeypatch.setattr(read_events, "_STRETCHES", (2, 3))
    found: list[int] = []
    lengths: list[int] = []
    before: int | None = None
    while True:
        page = await _page(session, by, before=before, limit=5)
        found += [item.id for item in page.items]
        lengths.append(len(page.items))
        if page.next is None:
            break
        assert before is None or page.next < before
        before = page.next
    assert found == whole
    assert 0 in lengths


async def test_more_registries_than_are_asked_one_by_one_are_found_on_a_walk(
    session: AsyncSession, directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    await send_down(session, directory)
    by, hall = directory["hall"].auditor, directory["hall"].organization_id
    whole = await _ids(session, by, organization_id=hall)
    monkeypatch.setattr(read_events, "MOST_PLACES", 2)
    assert await _ids(session, by, organization_id=hall) == whole


async def test_every_subject_has_its_timeline(session: AsyncSession, directory: Directory) -> None:
    circular = await send_down(session, directory)
    agency, office = directory["agency"], directory["office"]
    everything = (await _everything(session))[::-1]
    chosen = {
        Subject.LETTER: (circular.letters["cover"], "letter_id"),
        Subject.HOP: (circular.hops["office"], "hop_id"),
        Subject.CIRCULAR: (circular.id, "circular_id"),
        Subject.OFFICER: (office.clerk.id, "officer_id"),
    }
    for subject, (subject_id, column) in chosen.items():
        page = await _history(session, agency.auditor, subject, subject_id)
        expected = [one for one in everything if getattr(one, column) == subject_id]
        assert [one.id for one in page.items] == [one.id for one in expected], subject
        assert len(expected) >= 3
    page = await _history(session, agency.auditor, Subject.ORGANIZATION, office.organization_id)
    own = [one.id for one in everything if one.registry_id == office.registry_id]
    assert [one.id for one in page.items] == own


@pytest.mark.parametrize("subject", Subject)
async def test_what_there_is_not_has_no_timeline(
    session: AsyncSession, directory: Directory, subject: Subject
) -> None:
    with pytest.raises(NotFoundError):
        await _history(session, directory["agency"].auditor, subject, uuid4())


async def test_a_receipt_is_told_with_both_times_and_the_change(
    session: AsyncSession, directory: Directory
) -> None:
    hall = directory["hall"]
    dispatch = await send(session, directory["agency"], hall)
    receipt = await register(session, dispatch, hall, at=MORNING + HOUR)
    page = await _history(session, hall.clerk, Subject.HOP, receipt.hop_id)
    sent, registered = page.items
    assert registered.at == registered.story.stamped_at == MORNING + HOUR
    assert registered.story.before == {"state": "sent"}
    assert registered.story.after == {"state": "registered"}
    assert (registered.registry, registered.officer) == (hall.name, hall.clerk.name)
    assert (registered.letter_number, registered.receipt_number) == ("ทด 0017/ว 1", receipt.number)
    assert sent.receipt_number == receipt.number
    assert registered.is_late is False
