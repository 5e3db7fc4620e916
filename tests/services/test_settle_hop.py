import asyncio
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from domain.errors import ConflictError, NotAllowedError, NotFoundError
from domain.vocabulary import EventKind, HopState, OutboxKind
from services.recall_hop import recall_hop
from services.refuse_hop import refuse_hop
from services.register_hop import register_hop
from services.return_hop import return_hop
from tests.support.directory import Directory
from tests.support.letters import (
    HOUR,
    MORNING,
    events,
    hop_after,
    hop_to,
    messages,
    pass_on,
    register,
    send,
    size_of_ledger,
)

Act = Callable[..., Any]
# What is done, by whom, whether it is registered before, and where that leaves the hop.
ACTS: list[tuple[Act, str, bool, HopState, EventKind]] = [
    (refuse_hop, "hall", False, HopState.REFUSED, EventKind.REFUSED),
    (return_hop, "hall", True, HopState.RETURNED, EventKind.RETURNED),
    (recall_hop, "agency", False, HopState.RECALLED, EventKind.RECALLED),
]
NAMES = ["refuse", "return", "recall"]


@pytest.mark.parametrize(("act", "who", "is_registered", "state", "kind"), ACTS, ids=NAMES)
async def test_a_side_exit_settles_the_hop_with_its_reason(
    session: AsyncSession,
    directory: Directory,
    act: Act,
    who: str,
    is_registered: bool,
    state: HopState,
    kind: EventKind,
) -> None:
    hall, desk = directory["hall"], directory[who]
    dispatch = await send(session, directory["agency"], hall)
    hop_id = await hop_to(session, dispatch, hall)
    if is_registered:
        await register(session, dispatch, hall)
    at = MORNING + HOUR
    hop = await act(session, by=desk.clerk, hop_id=hop_id, at=at, reason="ส่งผิดหน่วยงาน")
    assert (hop.state, hop.settled_at, hop.settled_by) == (state, at, desk.clerk.id)
    assert (hop.remark, hop.answer) == ("ส่งผิดหน่วยงาน", None)
    (event,) = await events(session, kind)
    assert (event.hop_id, event.registry_id) == (hop_id, desk.registry_id)
    before = "registered" if is_registered else "sent"
    moved = {"before": before, "after": state.value}
    assert event.facts == moved | {"remark": "ส่งผิดหน่วยงาน"}
    message = (await messages(session))[-1]
    assert (message.kind, message.hop_id) == (OutboxKind.SETTLED, hop_id)


@pytest.mark.parametrize(("act", "who", "is_registered", "state", "kind"), ACTS, ids=NAMES)
async def test_a_side_exit_is_closed_on_the_other_side_of_registration(
    session: AsyncSession,
    directory: Directory,
    act: Act,
    who: str,
    is_registered: bool,
    state: HopState,
    kind: EventKind,
) -> None:
    hall = directory["hall"]
    dispatch = await send(session, directory["agency"], hall)
    hop_id = await hop_to(session, dispatch, hall)
    if not is_registered:
        await register(session, dispatch, hall)
    before = await size_of_ledger(session)
    with pytest.raises(ConflictError) as refusal:
        await act(session, by=directory[who].clerk, hop_id=hop_id, at=MORNING, reason="ผิด")
    assert refusal.value.reason == "hop_step_not_allowed"
    assert refusal.value.facts["state"] == ("sent" if is_registered else "registered")
    assert await size_of_ledger(session) == before
    assert (await hop_after(session, hop_id)).state is not state
    assert await events(session, kind) == []


@pytest.mark.parametrize(("act", "who", "is_registered", "state", "kind"), ACTS, ids=NAMES)
async def test_a_side_exit_is_taken_once(
    session: AsyncSession,
    directory: Directory,
    act: Act,
    who: str,
    is_registered: bool,
    state: HopState,
    kind: EventKind,
) -> None:
    hall, desk = directory["hall"], directory[who]
    dispatch = await send(session, directory["agency"], hall)
    hop_id = await hop_to(session, dispatch, hall)
    if is_registered:
        await register(session, dispatch, hall)
    await act(session, by=desk.clerk, hop_id=hop_id, at=MORNING, reason="หนึ่ง")
    with pytest.raises(ConflictError):
        await act(session, by=desk.clerk, hop_id=hop_id, at=MORNING, reason="สอง")
    hop = await hop_after(session, hop_id)
    assert (hop.state, hop.remark) == (state, "หนึ่ง")
    assert len(await events(session, kind)) == 1


@pytest.mark.parametrize(
    ("act", "who", "role", "error", "code"),
    [
        pytest.param(
            refuse_hop,
            "agency",
            "head",
            NotAllowedError,
            "not_the_recipient",
            id="refuse: the sender",
        ),
        pytest.param(
            refuse_hop, "hall", "auditor", NotAllowedError, "role_missing", id="refuse: the auditor"
        ),
        pytest.param(
            refuse_hop, "stranger", "head", NotFoundError, "not_found", id="refuse: a stranger"
        ),
        pytest.param(
            return_hop,
            "agency",
            "head",
            NotAllowedError,
            "not_the_recipient",
            id="return: the sender",
        ),
        pytest.param(
            return_hop, "hall", "auditor", NotAllowedError, "role_missing", id="return: the auditor"
        ),
        pytest.param(
            return_hop, "stranger", "head", NotFoundError, "not_found", id="return: a stranger"
        ),
        pytest.param(
            recall_hop,
            "hall",
            "head",
            NotAllowedError,
            "not_the_sender",
            id="recall: the recipient",
        ),
        pytest.param(
            recall_hop,
            "agency",
            "auditor",
            NotAllowedError,
            "role_missing",
            id="recall: the auditor",
        ),
        pytest.param(
            recall_hop, "stranger", "head", NotFoundError, "not_found", id="recall: a stranger"
        ),
    ],
)
async def test_nobody_else_takes_a_side_exit(
    session: AsyncSession,
    directory: Directory,
    act: Act,
    who: str,
    role: str,
    error: type[Exception],
    code: str,
) -> None:
    hall = directory["hall"]
    hop_id = await hop_to(session, await send(session, directory["agency"], hall), hall)
    by = getattr(directory[who], role)
    with pytest.raises(error) as refusal:
        await act(session, by=by, hop_id=hop_id, at=MORNING, reason="ผิด")
    assert getattr(refusal.value, "reason", None) == code
    assert (await hop_after(session, hop_id)).state is HopState.SENT


async def test_a_dispatch_further_up_sees_a_hop_but_does_not_recall_it(
    session: AsyncSession, directory: Directory
) -> None:
    agency, hall, office = directory["agency"], directory["hall"], directory["office"]
    below = await pass_on(session, await send(session, agency, hall), hall, office)
    hop_id = await hop_to(session, below, office)
    with pytest.raises(NotAllowedError) as refusal:
        await recall_hop(session, by=agency.head, hop_id=hop_id, at=MORNING, reason="ผิด")
    assert refusal.value.reason == "not_the_sender"


async def test_of_a_receipt_and_a_recall_at_once_exactly_one_happens(
    sessions: async_sessionmaker[AsyncSession], own_directory: Directory
) -> None:
    agency, hall = own_directory["agency"], own_directory["hall"]
    async with sessions.begin() as session:
        dispatches = [await send(session, agency, hall) for _ in range(12)]
        hops = [await hop_to(session, dispatch, hall) for dispatch in dispatches]

    async def stamp(hop_id: UUID) -> bool:
        async with sessions.begin() as session:
            await register_hop(session, by=hall.clerk, hop_id=hop_id, at=MORNING)
        return True

    async def recall(hop_id: UUID) -> bool:
        async with sessions.begin() as session:
            await recall_hop(session, by=agency.clerk, hop_id=hop_id, at=MORNING, reason="ผิด")
        return True

    both = [act(hop_id) for hop_id in hops for act in (stamp, recall)]
    outcomes = await asyncio.gather(*both, return_exceptions=True)
    for hop_id, stamped, recalled in zip(hops, outcomes[::2], outcomes[1::2], strict=True):
        refused = recalled if stamped is True else stamped
        assert True in (stamped, recalled)
        assert isinstance(refused, ConflictError)
        async with sessions() as session:
            state = (await hop_after(session, hop_id)).state
        assert state is (HopState.REGISTERED if stamped is True else HopState.RECALLED)
