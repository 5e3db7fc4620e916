from collections.abc import Awaitable, Iterable, Iterator, Sequence
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import ActingOfficer
from domain.alarms import Alarm
from domain.errors import NotAllowedError, NotFoundError
from domain.vocabulary import AlarmStep, DispatchState, EventKind, HopState
from services.letter_draft import LetterDraft
from services.list_history import Subject, list_history
from services.raise_alarm import raise_alarm
from services.show_route import RouteDispatch, show_route
from services.tell_events import EventItem
from services.visible_hops import get_dispatch, get_hop, get_letter, get_received_hop
from tests.support.directory import _BODIES, Desk, Directory
from tests.support.letters import (
    ACKNOWLEDGE_BY,
    DAY,
    HOUR,
    MORNING,
    events,
    hop_to,
    issue,
    pass_on,
    register,
    send,
)
from tests.support.province import send_down

EVERYBODY = "hall direct office district_a district_b body_a1 body_a2 body_b1"
BELOW_OFFICE = "district_a district_b body_a1 body_a2 body_b1"
# desk: the hops, the dispatches (by sender) and the letters that it may see
SEES: dict[str, tuple[str, str, str]] = {
    "agency": (EVERYBODY, "agency hall office district_a district_b", "root cover"),
    "hall": (f"hall office {BELOW_OFFICE}", "hall office district_a district_b", "root cover"),
    "office": (f"office {BELOW_OFFICE}", "office district_a district_b", "root cover"),
    "district_a": ("district_a body_a1 body_a2", "district_a", "root cover"),
    "district_b": ("district_b body_b1", "district_b", "root cover"),
    "body_a1": ("body_a1", "", "root cover"),
    "body_a2": ("body_a2", "", "root cover"),
    "body_b1": ("body_b1", "", "root cover"),
    "direct": ("direct", "", "root"),
    "stranger": ("", "", ""),
}
each_desk = pytest.mark.parametrize("name", SEES)


def test_every_desk_of_the_province_is_judged() -> None:
    assert set(SEES) == {body[0] for body in _BODIES}


async def _is_found(look: Awaitable[object]) -> bool:
    try:
        await look
    except NotFoundError:
        return False
    return True


@each_desk
@pytest.mark.parametrize("role", ["clerk", "auditor"])
async def test_a_desk_sees_what_it_sent_or_received_and_everything_below(
    session: AsyncSession, directory: Directory, name: str, role: str
) -> None:
    circular = await send_down(session, directory)
    by: ActingOfficer = getattr(directory[name], role)
    hops = {
        recipient
        for recipient, hop_id in circular.hops.items()
        if await _is_found(get_hop(session, by=by, hop_id=hop_id))
    }
    dispatches = {
        sender
        for sender, dispatch in circular.dispatches.items()
        if await _is_found(get_dispatch(session, by=by, dispatch_id=dispatch.id))
    }
    letters = {
        letter
        for letter, letter_id in circular.letters.items()
        if await _is_found(get_letter(session, by=by, letter_id=letter_id))
    }
    assert (hops, dispatches, letters) == tuple(set(part.split()) for part in SEES[name])


async def test_an_administrator_manages_but_does_not_read(
    session: AsyncSession, directory: Directory
) -> None:
    circular = await send_down(session, directory)
    admin = directory["agency"].admin
    looks: list[Awaitable[object]] = [
        get_hop(session, by=admin, hop_id=hop_id) for hop_id in circular.hops.values()
    ]
    looks += [show_route(session, by=admin, circular_id=circular.id, at=MORNING)]
    assert [await _is_found(look) for look in looks] == [False] * 9


async def test_a_hop_is_acted_on_only_by_its_recipient(
    session: AsyncSession, directory: Directory
) -> None:
    circular = await send_down(session, directory)
    hop_id = circular.hops["body_a1"]
    hop, dispatch = await get_received_hop(session, by=directory["body_a1"].clerk, hop_id=hop_id)
    assert (hop.id, dispatch.id) == (hop_id, circular.dispatches["district_a"].id)
    with pytest.raises(NotAllowedError) as refusal:
        await get_received_hop(session, by=directory["hall"].head, hop_id=hop_id)
    assert refusal.value.reason == "not_the_recipient"
    with pytest.raises(NotFoundError):
        await get_received_hop(session, by=directory["body_a2"].head, hop_id=hop_id)


async def test_what_was_moved_behind_the_sessions_back_is_read_again(
    session: AsyncSession, directory: Directory
) -> None:
    hall = directory["hall"]
    dispatch = await send(session, directory["agency"], hall)
    hop_id = await hop_to(session, dispatch, hall)
    read, _ = await get_hop(session, by=hall.clerk, hop_id=hop_id)
    assert read.state is HopState.SENT
    await register(session, dispatch, hall)
    again, _ = await get_hop(session, by=hall.clerk, hop_id=hop_id)
    assert again.state is HopState.REGISTERED


def _walk(dispatches: Iterable[RouteDispatch]) -> Iterator[tuple[int, UUID]]:
    for dispatch in dispatches:
        for hop in dispatch.hops:
            yield 0, hop.id
            yield from ((depth + 1, below) for depth, below in _walk(hop.dispatches))


@each_desk
async def test_the_route_shows_the_same_hops_as_a_tree(
    session: AsyncSession, directory: Directory, name: str
) -> None:
    circular = await send_down(session, directory)
    expected = set(SEES[name][0].split())
    by = directory[name].clerk
    if not expected:
        with pytest.raises(NotFoundError):
            await show_route(session, by=by, circular_id=circular.id, at=MORNING)
        return
    route = await show_route(session, by=by, circular_id=circular.id, at=MORNING)
    names = {hop_id: recipient for recipient, hop_id in circular.hops.items()}
    depths = {names[hop_id]: depth for depth, hop_id in _walk(route.route)}
    assert set(depths) == expected
    assert (route.circular_id, route.counts.hops) == (circular.id, len(expected))
    assert route.counts.registered == len(expected & {"hall", "office", "district_a", "district_b"})
    assert route.counts.missing == len(expected)
    own_depth = min(DEPTH[recipient] for recipient in expected)
    assert depths == {one: DEPTH[one] - own_depth for one in expected}


DEPTH = {
    "hall": 0,
    "direct": 0,
    "office": 1,
    "district_a": 2,
    "district_b": 2,
    "body_a1": 3,
    "body_a2": 3,
    "body_b1": 3,
}


async def test_the_route_shows_receipts_lateness_and_notices(
    session: AsyncSession, directory: Directory
) -> None:
    agency, hall, direct = directory["agency"], directory["hall"], directory["direct"]
    dispatch = await send(session, agency, hall, direct)
    await register(session, dispatch, hall, at=MORNING + HOUR)
    alarm = Alarm(step=AlarmStep.OVERDUE_REGISTER, due_at=MORNING + DAY)
    at = MORNING + 2 * DAY
    await raise_alarm(session, dispatch_id=dispatch.id, chunk=0, alarm=alarm, at=at)
    route = await show_route(session, by=agency.clerk, circular_id=dispatch.circular_id, at=at)
    (root,) = route.route
    assert (route.counts.hops, route.counts.late, route.counts.registered) == (2, 1, 1)
    assert (root.number, root.sender, root.state) == (
        "ทด 0017/ว 1",
        agency.name,
        DispatchState.OPEN,
    )
    first, second = root.hops
    assert (first.registry, first.receipt_number, first.stamp_has_time) == (hall.name, 1, True)
    assert (first.stamped_at, first.recorded_at) == (MORNING + HOUR, MORNING + HOUR)
    assert (first.is_late, first.notices, first.state) == (False, [], HopState.REGISTERED)
    assert (second.registry, second.receipt_number, second.stamped_at) == (direct.name, None, None)
    assert (second.is_late, second.notices) == (True, ["overdue_register"])


async def _history(session: AsyncSession, desk: Desk, circular_id: UUID) -> Sequence[EventItem]:
    page = await list_history(
        session,
        by=desk.clerk,
        subject=Subject.CIRCULAR,
        subject_id=circular_id,
        at=MORNING,
        after=0,
        limit=1000,
    )
    assert page.next is None
    return page.items


@each_desk
async def test_the_history_tells_of_what_a_desk_may_see_and_of_nothing_else(
    session: AsyncSession, directory: Directory, name: str
) -> None:
    circular = await send_down(session, directory)
    hops, dispatches, letters = (set(part.split()) for part in SEES[name])
    if not hops:
        with pytest.raises(NotFoundError):
            await _history(session, directory[name], circular.id)
        return
    seen = await _history(session, directory[name], circular.id)
    of_hops = {one.hop_id for one in seen if one.hop_id is not None}
    assert of_hops == {circular.hops[one] for one in hops}
    whole = [one for one in seen if one.hop_id is None]
    assert {one.dispatch_id for one in whole if one.dispatch_id} == {
        circular.dispatches[one].id for one in dispatches
    }
    assert {one.letter_id for one in whole if one.dispatch_id is None} == {
        circular.letters[one] for one in letters
    }
    assert [one.id for one in seen] == sorted(one.id for one in seen)


async def test_the_history_is_told_page_by_page_with_names(
    session: AsyncSession, directory: Directory
) -> None:
    circular = await send_down(session, directory)
    agency = directory["agency"]
    whole = await _history(session, agency, circular.id)
    pages: list[EventItem] = []
    after: int | None = 0
    while after is not None:
        page = await list_history(
            session,
            by=agency.auditor,
            subject=Subject.CIRCULAR,
            subject_id=circular.id,
            at=MORNING,
            after=after,
            limit=3,
        )
        assert 0 < len(page.items) <= 3
        pages += page.items
        after = page.next
    assert pages == list(whole)
    assert whole[0].kind is EventKind.LETTER_ISSUED
    assert (whole[0].registry, whole[0].officer) == (agency.name, agency.clerk.name)
    of_this = [one for one in await events(session) if one.circular_id == circular.id]
    assert [one.id for one in whole] == [one.id for one in of_this]


async def test_a_letter_nobody_sent_is_seen_by_its_desk_alone(
    session: AsyncSession, directory: Directory
) -> None:
    letter = await issue(session, directory["hall"])
    assert (await _history(session, directory["hall"], letter.id))[0].letter_id == letter.id
    for name in ("agency", "office", "stranger"):
        with pytest.raises(NotFoundError):
            await _history(session, directory[name], letter.id)
        with pytest.raises(NotFoundError):
            await get_letter(session, by=directory[name].head, letter_id=letter.id)


async def test_one_desks_cover_letter_is_hidden_from_the_desk_beside_it(
    session: AsyncSession, directory: Directory
) -> None:
    hall, direct = directory["hall"], directory["direct"]
    root = await send(session, directory["agency"], hall, direct)
    cover = LetterDraft(subject="เฉพาะในจังหวัด")
    below = await pass_on(session, root, hall, directory["office"], cover=cover)
    with pytest.raises(NotFoundError):
        await get_letter(session, by=direct.head, letter_id=below.letter_id)
    assert below.acknowledge_by == ACKNOWLEDGE_BY
    for name in ("agency", "hall", "office"):
        await get_letter(session, by=directory[name].clerk, letter_id=below.letter_id)
