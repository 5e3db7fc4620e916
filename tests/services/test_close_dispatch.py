import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import ActingOfficer
from domain.errors import ConflictError, NotAllowedError, NotFoundError, WianError
from domain.vocabulary import DispatchState, EventKind, HopState, OutboxKind
from models import Dispatch
from services.acknowledge_hop import acknowledge_hop
from services.close_dispatch import close_dispatch
from services.report_upward import report_upward
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


async def test_closing_says_who_is_missing_in_thai_order(
    session: AsyncSession, directory: Directory
) -> None:
    agency, hall = directory["agency"], directory["hall"]
    # By code point เทศบาล comes after องค์การ; in a dictionary it comes first.
    names = ["body_a1", "body_a2", "district_b", "direct"]
    dispatch = await send(session, agency, hall, *(directory[name] for name in names))
    await register(session, dispatch, directory["body_a2"])
    settled = (await register(session, dispatch, hall)).hop_id
    await acknowledge_hop(session, by=hall.clerk, hop_id=settled, at=MORNING)
    closed, missing = await close_dispatch(
        session, by=agency.head, dispatch_id=dispatch.id, reason="พ้นกำหนด", at=MORNING + HOUR
    )
    assert [(one.name, one.state) for one in missing] == [
        ("ที่ว่าการอำเภอ ข", HopState.SENT),
        ("เทศบาลตำบล ก สอง", HopState.REGISTERED),
        ("องค์การบริหารส่วนจังหวัดทดสอบ", HopState.SENT),
        ("องค์การบริหารส่วนตำบล ก หนึ่ง", HopState.SENT),
    ]
    assert (closed.state, closed.close_reason) == (DispatchState.CLOSED, "พ้นกำหนด")
    assert (closed.closed_at, closed.closed_by) == (MORNING + HOUR, agency.head.id)
    (event,) = await events(session, EventKind.DISPATCH_CLOSED)
    assert (event.dispatch_id, event.hop_id) == (dispatch.id, None)
    assert event.facts == {
        "reason": "พ้นกำหนด",
        "missing": [str(one.hop_id) for one in missing],
    }
    message = (await messages(session))[-1]
    assert (message.kind, message.dispatch_id, message.chunk, message.hop_id) == (
        OutboxKind.CLOSED,
        dispatch.id,
        0,
        None,
    )


async def test_a_late_desk_still_stamps_and_acknowledges_after_the_close(
    session: AsyncSession, directory: Directory
) -> None:
    agency, hall = directory["agency"], directory["hall"]
    dispatch = await send(session, agency, hall)
    await close_dispatch(
        session, by=agency.head, dispatch_id=dispatch.id, reason="พ้นกำหนด", at=MORNING
    )
    hop_id = (await register(session, dispatch, hall)).hop_id
    hop = await acknowledge_hop(session, by=hall.clerk, hop_id=hop_id, at=MORNING)
    assert hop.state is HopState.ACKNOWLEDGED
    assert await report_upward(session, dispatch_id=dispatch.id, at=MORNING) is False
    assert dispatch.state is DispatchState.CLOSED


@pytest.mark.parametrize("first", ["closed", "completed"])
async def test_only_an_open_dispatch_is_closed(
    session: AsyncSession, directory: Directory, first: str
) -> None:
    agency, hall = directory["agency"], directory["hall"]
    dispatch = await send(session, agency, hall)
    asked = {"by": agency.head, "dispatch_id": dispatch.id, "reason": "พอ", "at": MORNING}
    if first == "closed":
        await close_dispatch(session, **asked)  # type: ignore[arg-type]  # the same call twice
    else:
        hop_id = (await register(session, dispatch, hall)).hop_id
        await acknowledge_hop(session, by=hall.clerk, hop_id=hop_id, at=MORNING)
        await report_upward(session, dispatch_id=dispatch.id, at=MORNING)
    before = await size_of_ledger(session)
    with pytest.raises(ConflictError) as refusal:
        await close_dispatch(session, **asked)  # type: ignore[arg-type]  # the same call twice
    assert refusal.value.reason == "dispatch_not_open"
    assert await size_of_ledger(session) == before


async def test_only_the_head_of_the_sender_closes(
    session: AsyncSession, directory: Directory
) -> None:
    agency, hall = directory["agency"], directory["hall"]
    above = await send(session, agency, hall)
    below = await pass_on(session, above, hall, directory["office"])
    cases: list[tuple[Dispatch, ActingOfficer, type[WianError], str]] = [
        (below, agency.head, NotAllowedError, "role_missing"),
        (below, hall.clerk, NotAllowedError, "role_missing"),
        (below, directory["office"].head, NotFoundError, "not_found"),
        (above, hall.head, NotFoundError, "not_found"),
    ]
    for dispatch, by, error, code in cases:
        with pytest.raises(error) as refusal:
            await close_dispatch(session, by=by, dispatch_id=dispatch.id, reason="พอ", at=MORNING)
        assert refusal.value.reason == code
    assert (await hop_after(session, await hop_to(session, below, directory["office"]))).state is (
        HopState.SENT
    )
