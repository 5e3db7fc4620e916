from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.deadlines import Deadlines
from domain.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError
from domain.vocabulary import Book, DispatchState, EventKind, HopState, OutboxKind
from models import Dispatch, Hop
from services.dispatch_letter import dispatch_letter
from services.letter_draft import LetterDraft
from services.list_plans import list_plans
from services.void_number import void_number
from tests.support.directory import Directory
from tests.support.letters import (
    ACKNOWLEDGE_BY,
    DAY,
    MORNING,
    REGISTER_BY,
    book_of,
    events,
    hop_after,
    hop_to,
    issue,
    messages,
    order,
    pass_on,
    send,
)

UNKNOWN = UUID(int=404)


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
        "calendar_version": 1,
        "policy_version": 1,
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
    (plan,) = await list_plans(session, dispatch_id=dispatch.id)
    assert plan.alarms == [
        {"step": step, "due_at": f"2021-03-{at}:00+00:00"}
        for step, at in (
            ("remind_register", "02T08:00"),
            ("overdue_register", "03T02:00"),
            ("overdue_forward", "03T09:30"),
            ("escalate_register_head", "04T02:00"),
            ("escalate_register_superior", "05T02:00"),
            ("remind_acknowledge", "08T02:00"),
            ("escalate_register_origin", "09T02:00"),
            ("overdue_acknowledge", "10T02:00"),
            ("escalate_head", "11T02:00"),
            ("escalate_superior", "12T02:00"),
            ("escalate_origin", "16T02:00"),
        )
    ]
    assert (plan.register_by, plan.acknowledge_by) == (REGISTER_BY, ACKNOWLEDGE_BY)
    assert (plan.made_at, plan.replaces_id) == (MORNING, None)
    hop = await hop_after(session, await hop_to(session, dispatch, directory["hall"]))
    assert hop.plan_id == plan.id


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
    faults: Any = refusal.value.facts["errors"]
    (fault,) = faults
    assert (fault["organization_id"], fault["code"]) == (str(at_fault), code)


async def test_every_recipient_at_fault_is_named_at_once(
    session: AsyncSession, directory: Directory
) -> None:
    agency = directory["agency"]
    letter = await issue(session, agency)
    with pytest.raises(InvalidError) as refusal:
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
    ("deadline_kind_unclear", {"deadlines": replace(GOOD, acknowledge_within=3)}),
    ("weights_invalid", {"deadlines": replace(GOOD, weights=[2, 0])}),
    ("calendar_out_of_range", {"deadlines": replace(GOOD, acknowledge_by=MORNING + 15000 * DAY)}),
    ("deadline_in_past", {"deadlines": replace(GOOD, register_by=MORNING)}),
    ("deadlines_out_of_order", {"deadlines": replace(GOOD, acknowledge_by=MORNING + DAY / 2)}),
    ("alarm_out_of_order", {"deadlines": replace(GOOD, escalate_superior_at=MORNING)}),
    ("answer_form_invalid", {"answer_form": {"type": "array"}}),
]


@pytest.mark.parametrize(("code", "change"), BAD_ORDERS, ids=[code for code, _ in BAD_ORDERS])
async def test_an_order_that_breaks_a_rule_is_refused(
    session: AsyncSession, directory: Directory, code: str, change: dict[str, Any]
) -> None:
    agency = directory["agency"]
    letter = await issue(session, agency)
    asked = replace(order(directory["hall"]), **change)
    with pytest.raises(InvalidError) as refusal:
        await dispatch_letter(
            session, by=agency.clerk, letter_id=letter.id, order=asked, at=MORNING
        )
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
