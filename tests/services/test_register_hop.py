import asyncio

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from domain.access import ActingOfficer
from domain.errors import ConflictError, NotAllowedError, NotFoundError, WianError
from domain.vocabulary import Book, EntryKind, EventKind, HopState
from models import RegisterEntry
from services.recall_hop import recall_hop
from services.refuse_hop import refuse_hop
from services.register_hop import Receipt, register_hop
from services.take_number import PaperNumber
from tests.support.directory import Directory
from tests.support.letters import (
    DAY,
    HOUR,
    MORNING,
    book_of,
    events,
    hop_after,
    hop_to,
    messages,
    open_incoming,
    send,
    size_of_ledger,
)

PAPER = PaperNumber(number=7, reason="รับบนกระดาษขณะระบบขัดข้อง")


async def test_a_letter_gets_the_next_number_of_the_incoming_book(
    session: AsyncSession, directory: Directory
) -> None:
    hall = directory["hall"]
    await open_incoming(session, hall, after=1096)
    hop_id = await hop_to(session, await send(session, directory["agency"], hall), hall)
    receipt = await register_hop(session, by=hall.clerk, hop_id=hop_id, at=MORNING + HOUR)
    assert receipt == Receipt(
        hop_id=hop_id,
        registry_id=hall.registry_id,
        number=1097,
        stamped_at=MORNING + HOUR,
        stamp_has_time=True,
        recorded_at=MORNING + HOUR,
        recorded_by=hall.clerk.id,
    )
    hop = await hop_after(session, hop_id)
    assert (hop.state, hop.registered_at) == (HopState.REGISTERED, MORNING + HOUR)
    assert hop.registered_by == hall.clerk.id
    assert hop.receipt_entry_id is not None
    entry = await session.get_one(RegisterEntry, hop.receipt_entry_id)
    assert (entry.hop_id, entry.letter_id, entry.kind) == (hop_id, None, EntryKind.ALLOCATED)


async def test_a_receipt_is_recorded_and_the_process_is_not_told(
    session: AsyncSession, directory: Directory
) -> None:
    hall = directory["hall"]
    dispatch = await send(session, directory["agency"], hall)
    hop_id = await hop_to(session, dispatch, hall)
    told = len(await messages(session))
    await register_hop(session, by=hall.clerk, hop_id=hop_id, at=MORNING)
    (event,) = await events(session, EventKind.REGISTERED)
    assert (event.hop_id, event.dispatch_id, event.letter_id, event.circular_id) == (
        hop_id,
        dispatch.id,
        dispatch.letter_id,
        dispatch.circular_id,
    )
    assert (event.registry_id, event.officer_id) == (hall.registry_id, hall.clerk.id)
    assert event.facts["number"] == 1
    assert event.facts["stamp_has_time"] is True
    assert len(await messages(session)) == told


async def test_a_repeat_returns_the_receipt_and_writes_nothing(
    session: AsyncSession, directory: Directory
) -> None:
    hall = directory["hall"]
    hop_id = await hop_to(session, await send(session, directory["agency"], hall), hall)
    first = await register_hop(session, by=hall.clerk, hop_id=hop_id, at=MORNING)
    before = await size_of_ledger(session)
    again = await register_hop(session, by=hall.head, hop_id=hop_id, at=MORNING + DAY)
    assert again == first
    assert await size_of_ledger(session) == before


@pytest.mark.parametrize("is_open", [True, False], ids=["open book", "book opened on the way"])
async def test_twenty_calls_at_once_give_one_receipt(
    sessions: async_sessionmaker[AsyncSession], own_directory: Directory, is_open: bool
) -> None:
    hall, agency = own_directory["hall"], own_directory["agency"]
    async with sessions.begin() as session:
        hop_id = await hop_to(session, await send(session, agency, hall), hall)
        if is_open:
            await open_incoming(session, hall, after=0)

    async def call(nth: int) -> Receipt:
        async with sessions.begin() as session:
            by = hall.clerk if nth % 2 else hall.head
            at = MORNING + nth * HOUR
            return await register_hop(session, by=by, hop_id=hop_id, at=at)

    receipts = await asyncio.gather(*map(call, range(20)))
    assert len(set(receipts)) == 1
    async with sessions() as session:
        book = await book_of(session, hall, Book.INCOMING)
        assert (book.allocated, book.positions) == (1, 1)
        assert len(await events(session, EventKind.REGISTERED)) == 1


async def test_a_refused_or_recalled_letter_is_not_registered(
    session: AsyncSession, directory: Directory
) -> None:
    hall, agency, direct = directory["hall"], directory["agency"], directory["direct"]
    dispatch = await send(session, agency, hall, direct)
    refused = await hop_to(session, dispatch, hall)
    recalled = await hop_to(session, dispatch, direct)
    await refuse_hop(session, by=hall.clerk, hop_id=refused, at=MORNING, reason="ผิดหน่วย")
    await recall_hop(session, by=agency.clerk, hop_id=recalled, at=MORNING, reason="ส่งผิด")
    for desk, hop_id, state in ((hall, refused, "refused"), (direct, recalled, "recalled")):
        with pytest.raises(ConflictError) as refusal:
            await register_hop(session, by=desk.clerk, hop_id=hop_id, at=MORNING)
        assert refusal.value.reason == "hop_step_not_allowed"
        assert refusal.value.facts == {"state": state, "action": "register"}


async def test_only_the_recipients_own_clerk_or_head_stamps(
    session: AsyncSession, directory: Directory
) -> None:
    hall, agency = directory["hall"], directory["agency"]
    hop_id = await hop_to(session, await send(session, agency, hall), hall)
    cases: list[tuple[ActingOfficer, type[WianError], str]] = [
        (agency.clerk, NotAllowedError, "not_the_recipient"),
        (hall.auditor, NotAllowedError, "role_missing"),
        (hall.admin, NotFoundError, "not_found"),
        (directory["stranger"].head, NotFoundError, "not_found"),
        (directory["office"].clerk, NotFoundError, "not_found"),
    ]
    for by, error, code in cases:
        with pytest.raises(error) as refusal:
            await register_hop(session, by=by, hop_id=hop_id, at=MORNING)
        assert refusal.value.reason == code
    assert (await hop_after(session, hop_id)).state is HopState.SENT
