from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from domain.alarms import Deadlines
from domain.buddhist_era import bangkok_date
from domain.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError
from domain.vocabulary import Book, DispatchState, EventKind, HopState, OutboxKind
from models import Dispatch, Hop
from infra.database import create_engine
from services.create_dispatch import CHUNK
from services.dispatch_letter import dispatch_letter
from services.issue_letter import LetterDraft
from services.void_number import void_number
from tests.conftest import Database
from tests.support.directory import LONG_AGO, Directory
from tests.support.letters import (
    ACKNOWLEDGE_BY,
    DAY,
    HOUR,
    MORNING,
    REGISTER_BY,
    book_of,
    events,
    hop_to,
    issue,
    messages,
    order,
    pass_on,
    send,
)

UNKNOWN = UUID(int=404)
TODAY = bangkok_date(MORNING)


async def test_a_dispatch_brings_one_hop_to_each_recipient_in_order(
    session: AsyncSession, directory: Directory
) -> None:
    agency, hall, direct = directory["agency"], directory["hall"], directory["direct"]
    dispatch = await send(session, agency, direct, hall)
    query = select(Hop).where(Hop.dispatch_id == dispatch.id).order_by(Hop.position)
    hops = (await session.scalars(query)).all()
    assert [hop.recipient_registry_id for hop in hops] == [direct.registry_id, hall.registry_id]
    assert {(hop.state, hop.chunk, hop.receipt_entry_id) for hop in hops} == {
        (HopState.SENT, 0, None)
    }
    assert (dispatch.state, dispatch.lineage) == (DispatchState.OPEN, [dispatch.id])
    assert (dispatch.sent_at, dispatch.sent_by) == (MORNING, agency.clerk.id)
    assert dispatch.circular_id == dispatch.letter_id
    assert dispatch.parent_hop_id is None


async def test_a_dispatch_records_itself_and_every_hop_and_tells_the_process_once(
    session: AsyncSession, directory: Directory
) -> None:
    hall, direct = directory["hall"], directory["direct"]
    dispatch = await send(session, directory["agency"], hall, direct)
    sent = await events(session, EventKind.SENT)
    assert [one.facts["recipient_registry_id"] for one in sent] == [
        str(hall.registry_id),
        str(direct.registry_id),
    ]
    assert [one.hop_id for one in sent] == [
        await hop_to(session, dispatch, hall),
        await hop_to(session, dispatch, direct),
    ]
    (whole,) = await events(session, EventKind.DISPATCHED)
    assert (whole.dispatch_id, whole.letter_id, whole.hop_id) == (
        dispatch.id,
        dispatch.letter_id,
        None,
    )
    assert whole.facts == {
        "recipients": 2,
        "register_by": REGISTER_BY.isoformat(),
        "acknowledge_by": ACKNOWLEDGE_BY.isoformat(),
    }
    (message,) = await messages(session)
    assert (message.kind, message.dispatch_id, message.chunk) == (
        OutboxKind.DISPATCHED,
        dispatch.id,
        0,
    )


async def test_the_alarms_are_frozen_with_the_dispatch(
    session: AsyncSession, directory: Directory
) -> None:
    dispatch = await send(session, directory["agency"], directory["hall"])
    assert dispatch.alarms == [
        {"step": "remind_register", "due_at": (MORNING + 0.75 * DAY).isoformat()},
        {"step": "overdue_register", "due_at": REGISTER_BY.isoformat()},
        {"step": "remind_acknowledge", "due_at": (MORNING + 6 * DAY).isoformat()},
        {"step": "overdue_acknowledge", "due_at": ACKNOWLEDGE_BY.isoformat()},
        {"step": "escalate_superior", "due_at": (MORNING + 10 * DAY).isoformat()},
        {"step": "escalate_origin", "due_at": (MORNING + 12 * DAY).isoformat()},
    ]


async def test_a_letter_may_go_out_twice(session: AsyncSession, directory: Directory) -> None:
    agency, hall = directory["agency"], directory["hall"]
    letter = await issue(session, agency)
    first = await send(session, agency, hall, letter=letter)
    second = await send(session, agency, hall, letter=letter)
    assert first.id != second.id
    assert await session.scalar(select(func.count()).select_from(Dispatch)) == 2


FAULTS: list[tuple[str, str, Callable[[Directory], UUID]]] = [
    ("unknown body", "recipient_unknown", lambda _: UNKNOWN),
    ("closed body", "recipient_closed", lambda all_: all_.closed),
    ("body without a desk", "recipient_without_registry", lambda all_: all_.deskless),
    ("the sender itself", "recipient_is_sender", lambda all_: all_["agency"].organization_id),
]


@pytest.mark.parametrize(
    ("code", "pick"), [(code, pick) for _, code, pick in FAULTS], ids=[one for one, _, _ in FAULTS]
)
async def test_a_recipient_that_cannot_be_reached_is_named(
    session: AsyncSession,
    directory: Directory,
    code: str,
    pick: Callable[[Directory], UUID],
) -> None:
    agency, at_fault = directory["agency"], pick(directory)
    letter = await issue(session, agency)
    with pytest.raises(InvalidError) as refusal:
        await dispatch_letter(
            session,
            by=agency.clerk,
            letter_id=letter.id,
            order=order(directory["hall"], at_fault),
            at=MORNING,
        )
    assert refusal.value.reason == code
    (fault,) = refusal.value.facts["errors"]  # type: ignore[misc, attr-defined]  # facts are objects
    assert (fault["organization_id"], fault["code"]) == (str(at_fault), code)


async def test_every_recipient_at_fault_is_named_at_once(
    session: AsyncSession, directory: Directory
) -> None:
    agency = directory["agency"]
    with pytest.raises(InvalidError) as refusal:
        letter = await issue(session, agency)
        await dispatch_letter(
            session,
            by=agency.clerk,
            letter_id=letter.id,
            order=order(directory.closed, UNKNOWN, directory["hall"], directory.deskless),
            at=MORNING,
        )
    faults: Any = refusal.value.facts["errors"]
    assert {fault["code"] for fault in faults} == {
        "recipient_closed",
        "recipient_unknown",
        "recipient_without_registry",
    }
    assert {fault["field"] for fault in faults} == {"recipients"}


GOOD = Deadlines(register_by=REGISTER_BY, acknowledge_by=ACKNOWLEDGE_BY)
BAD_ORDERS: list[tuple[str, dict[str, Any]]] = [
    ("recipients_empty", {"recipients": []}),
    ("deadline_in_past", {"deadlines": replace(GOOD, register_by=MORNING)}),
    ("deadlines_out_of_order", {"deadlines": replace(GOOD, acknowledge_by=MORNING + DAY / 2)}),
    ("alarm_out_of_order", {"deadlines": replace(GOOD, escalate_superior_at=MORNING)}),
    ("answer_form_invalid", {"answer_form": {"type": "array"}}),
]


@pytest.mark.parametrize(
    ("code", "change"), BAD_ORDERS, ids=[code for code, _ in BAD_ORDERS]
)
async def test_an_order_that_breaks_a_rule_is_refused(
    session: AsyncSession, directory: Directory, code: str, change: dict[str, Any]
) -> None:
    agency = directory["agency"]
    letter = await issue(session, agency)
    asked = replace(order(directory["hall"]), **change)
    with pytest.raises(InvalidError) as refusal:
        await dispatch_letter(session, by=agency.clerk, letter_id=letter.id, order=asked, at=MORNING)
    assert refusal.value.reason == code


async def test_a_recipient_named_twice_is_refused(
    session: AsyncSession, directory: Directory
) -> None:
    hall = directory["hall"]
    with pytest.raises(InvalidError) as refusal:
        await send(session, directory["agency"], hall, directory["direct"], hall)
    assert refusal.value.reason == "recipient_twice"
    assert refusal.value.facts["recipients"] == [str(hall.organization_id)]


async def test_a_cover_letter_is_not_sent_a_second_time(
    session: AsyncSession, directory: Directory
) -> None:
    agency, hall = directory["agency"], directory["hall"]
    above = await send(session, agency, hall)
    cover = LetterDraft(subject="ขอส่งต่อ")
    below = await pass_on(session, above, hall, directory["office"], cover=cover)
    with pytest.raises(ConflictError) as refusal:
        await dispatch_letter(
            session,
            by=hall.clerk,
            letter_id=below.letter_id,
            order=order(directory["direct"]),
            at=MORNING,
        )
    assert refusal.value.reason == "letter_is_cover"


async def test_a_letter_whose_number_was_voided_is_not_sent(
    session: AsyncSession, directory: Directory
) -> None:
    agency = directory["agency"]
    letter = await issue(session, agency)
    book = await book_of(session, agency, Book.CIRCULAR)
    await void_number(
        session, by=agency.head, register_id=book.id, number=1, reason="พิมพ์ผิด", at=MORNING
    )
    with pytest.raises(ConflictError) as refusal:
        await send(session, agency, directory["hall"], letter=letter)
    assert refusal.value.reason == "letter_voided"


async def test_only_the_desk_that_issued_a_letter_starts_its_journey(
    session: AsyncSession, directory: Directory
) -> None:
    agency, hall, stranger = directory["agency"], directory["hall"], directory["stranger"]
    letter = await issue(session, agency)
    await send(session, agency, hall, letter=letter)
    again = {"letter_id": letter.id, "order": order(directory["direct"]), "at": MORNING}
    for by in (hall.head, agency.auditor):
        with pytest.raises(NotAllowedError) as refusal:
            await dispatch_letter(session, by=by, **again)  # type: ignore[arg-type]  # one call, many officers
        assert refusal.value.reason == "role_missing"
    for by in (stranger.head, agency.admin):
        with pytest.raises(NotFoundError):
            await dispatch_letter(session, by=by, **again)  # type: ignore[arg-type]  # one call, many officers


_BODIES = """
WITH bodies AS (
    INSERT INTO organization (code, kind, name, valid_from, valid_until)
    SELECT 'b' || n, 'sao', 'b' || n, :valid_from, :valid_until FROM generate_series(1, :count) n
    RETURNING id, code
), desks AS (
    INSERT INTO registry (organization_id, code, name) SELECT id, code, code FROM bodies
)
SELECT id FROM bodies
"""


async def _add_bodies(
    database: Database, count: int, *, valid_from: date = LONG_AGO, valid_until: date | None = None
) -> list[UUID]:
    engine = create_engine(database.owner_url, pool=1, role=None)
    values = {"count": count, "valid_from": valid_from, "valid_until": valid_until}
    async with engine.begin() as connection:
        bodies = (await connection.scalars(text(_BODIES), values)).all()
    await engine.dispose()
    return list(bodies)


async def test_a_long_list_is_watched_in_chunks(
    database: Database,
    sessions: async_sessionmaker[AsyncSession],
    own_directory: Directory,
) -> None:
    bodies = await _add_bodies(database, CHUNK + 1)
    agency = own_directory["agency"]
    async with sessions.begin() as session:
        letter = await issue(session, agency)
        await dispatch_letter(
            session, by=agency.clerk, letter_id=letter.id, order=order(*bodies), at=MORNING
        )
        query = (
            select(Hop.chunk, func.count(), func.min(Hop.position))
            .group_by(Hop.chunk)
            .order_by(Hop.chunk)
        )
        chunks = [tuple(row) for row in await session.execute(query)]
        assert chunks == [(0, CHUNK, 0), (1, 1, CHUNK)]
        assert [message.chunk for message in await messages(session)] == [0, 1]


@pytest.mark.parametrize(
    ("valid_from", "valid_until", "is_open"),
    [
        pytest.param(TODAY, None, True, id="begins today"),
        pytest.param(LONG_AGO, TODAY, True, id="ends today"),
        pytest.param(TODAY + DAY, None, False, id="begins tomorrow"),
        pytest.param(LONG_AGO, TODAY - DAY, False, id="ended yesterday"),
    ],
)
async def test_a_body_is_sent_to_on_the_days_on_which_it_exists_in_bangkok(
    database: Database,
    sessions: async_sessionmaker[AsyncSession],
    own_directory: Directory,
    valid_from: date,
    valid_until: date | None,
    is_open: bool,
) -> None:
    bodies = await _add_bodies(database, 1, valid_from=valid_from, valid_until=valid_until)
    # Two in the morning in Bangkok, while it is still yesterday in UTC.
    at = MORNING - 7 * HOUR
    agency = own_directory["agency"]
    async with sessions.begin() as session:
        letter = await issue(session, agency, at=at)
        asked = {"letter_id": letter.id, "order": order(*bodies), "at": at}
        if is_open:
            assert await dispatch_letter(session, by=agency.clerk, **asked)  # type: ignore[arg-type]  # the same call twice
        else:
            with pytest.raises(InvalidError) as refusal:
                await dispatch_letter(session, by=agency.clerk, **asked)  # type: ignore[arg-type]  # the same call twice
            assert refusal.value.reason == "recipient_closed"
