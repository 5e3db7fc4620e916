from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from domain.access import ActingOfficer
from domain.deadlines import Deadlines
from domain.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError, WianError
from domain.vocabulary import EventKind, HopState, OutboxKind
from infra.database import create_engine
from models import Dispatch, Letter, Registry
from services.acknowledge_hop import acknowledge_hop
from services.forward_letter import forward_letter
from services.letter_draft import LetterDraft
from services.register_hop import register_hop
from tests.conftest import Database
from tests.support.directory import Desk, Directory
from tests.support.letters import (
    ACKNOWLEDGE_BY,
    DAY,
    HOUR,
    MORNING,
    REGISTER_BY,
    StoredFiles,
    events,
    hop_after,
    hop_to,
    messages,
    order,
    pass_on,
    register,
    send,
    size_of_ledger,
)

FORM = {"type": "object", "properties": {"done": {"type": "boolean"}}, "required": ["done"]}
OTHER_FORM = {"type": "object", "properties": {"people": {"type": "integer"}}}


async def test_a_letter_passed_on_is_the_same_letter_one_dispatch_lower(
    session: AsyncSession, directory: Directory
) -> None:
    hall, office = directory["hall"], directory["office"]
    above = await send(session, directory["agency"], hall)
    hop_id = await hop_to(session, above, hall)
    below = await pass_on(session, above, hall, office, at=MORNING + HOUR)
    assert below.letter_id == above.letter_id
    assert below.circular_id == above.circular_id
    assert (below.parent_hop_id, below.lineage) == (hop_id, [above.id, below.id])
    assert below.sender_registry_id == hall.registry_id
    hop = await hop_after(session, hop_id)
    assert (hop.state, hop.settled_at) == (HopState.FORWARDED, None)
    assert (hop.forwarded_at, hop.forwarded_by) == (MORNING + HOUR, hall.clerk.id)


async def test_a_cover_letter_has_its_own_number_and_names_its_parent(
    session: AsyncSession, directory: Directory
) -> None:
    hall, office = directory["hall"], directory["office"]
    above = await send(session, directory["agency"], hall)
    cover = LetterDraft(subject="ขอส่งสำเนาหนังสือ")
    below = await pass_on(session, above, hall, office, cover=cover)
    letter = await session.get_one(Letter, below.letter_id)
    assert (letter.number, letter.registry_id) == ("ทส 0017/ว 1", hall.registry_id)
    assert (letter.parent_letter_id, letter.circular_id) == (above.letter_id, above.letter_id)
    assert below.circular_id == above.circular_id


async def test_a_cover_number_is_as_wide_as_the_registry_prints_it(
    database: Database, sessions: async_sessionmaker[AsyncSession], own_directory: Directory
) -> None:
    agency, hall, office = (own_directory[name] for name in ("agency", "hall", "office"))
    owner = create_engine(database.owner_url, pool=1, role=None)
    async with owner.begin() as connection:
        await connection.execute(
            update(Registry).where(Registry.id == hall.registry_id).values(circular_digits=4)
        )
        await connection.execute(
            update(Registry)
            .where(Registry.id == agency.registry_id)
            .values(has_circular_book=False)
        )
    await owner.dispose()
    async with sessions.begin() as session:
        above = await send(session, agency, hall)
        below = await pass_on(session, above, hall, office, cover=LetterDraft(subject="นำส่ง"))
        again = LetterDraft(subject="ธรรมดา", is_circular=False)
        plain = await _forward(session, hall, below.parent_hop_id, own_directory["direct"], again)
        numbers = [
            (await session.get_one(Letter, one.letter_id)).number for one in (above, below, plain)
        ]
    # Without a book for circulars the mark stays and the number comes from the outgoing book.
    assert numbers == ["ทด 0017/ว 1", "ทส 0017/ว 0001", "ทส 0017/1"]


async def _forward(
    session: AsyncSession,
    desk: Desk,
    hop_id: UUID | None,
    recipient: Desk,
    cover: LetterDraft | None = None,
) -> Dispatch:
    assert hop_id is not None
    return await forward_letter(
        session,
        by=desk.clerk,
        hop_id=hop_id,
        order=order(recipient),
        files=StoredFiles(),
        at=MORNING + 2 * HOUR,
        cover=cover,
    )


async def test_forwarding_records_both_ends_and_tells_the_new_process(
    session: AsyncSession, directory: Directory
) -> None:
    hall = directory["hall"]
    above = await send(session, directory["agency"], hall)
    below = await pass_on(session, above, hall, directory["office"])
    (event,) = await events(session, EventKind.FORWARDED)
    assert (event.hop_id, event.dispatch_id) == (below.parent_hop_id, above.id)
    assert event.facts == {
        "before": "registered",
        "after": "forwarded",
        "dispatch_id": str(below.id),
        "number": "ทด 0017/ว 1",
    }
    assert [(one.kind, one.dispatch_id) for one in await messages(session)] == [
        (OutboxKind.DISPATCHED, above.id),
        (OutboxKind.DISPATCHED, below.id),
    ]
    kinds = [one.kind for one in await events(session)]
    assert kinds[-3:] == [EventKind.SENT, EventKind.DISPATCHED, EventKind.FORWARDED]


async def test_forwarding_again_adds_a_dispatch_and_keeps_who_did_it_first(
    session: AsyncSession, directory: Directory
) -> None:
    hall, office, direct = directory["hall"], directory["office"], directory["direct"]
    above = await send(session, directory["agency"], hall)
    first = await pass_on(session, above, hall, office)
    second = await _forward(session, hall, first.parent_hop_id, direct)
    assert second.lineage == [above.id, second.id]
    assert second.parent_hop_id is not None
    hop = await hop_after(session, second.parent_hop_id)
    assert (hop.state, hop.forwarded_at) == (HopState.FORWARDED, MORNING)
    assert len(await events(session, EventKind.FORWARDED)) == 2


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        pytest.param(None, FORM, id="the form is inherited"),
        pytest.param(OTHER_FORM, OTHER_FORM, id="a form of its own"),
    ],
)
async def test_the_answer_form_travels_with_the_letter(
    session: AsyncSession,
    directory: Directory,
    own: dict[str, Any] | None,
    expected: dict[str, Any],
) -> None:
    hall, office = directory["hall"], directory["office"]
    root = await send(session, directory["agency"], hall, answer_form=FORM)
    second = await pass_on(session, root, hall, office, answer_form=own)
    third = await pass_on(session, second, office, directory["district_a"])
    assert root.answer_form == FORM
    assert second.answer_form == third.answer_form == expected


async def test_a_dispatch_below_may_not_outlast_the_one_above(
    session: AsyncSession, directory: Directory
) -> None:
    hall = directory["hall"]
    above = await send(session, directory["agency"], hall)
    late = Deadlines(register_by=REGISTER_BY, acknowledge_by=ACKNOWLEDGE_BY + HOUR)
    with pytest.raises(InvalidError) as refusal:
        async with session.begin_nested():
            await pass_on(session, above, hall, directory["office"], deadlines=late)
    assert refusal.value.reason == "deadline_after_parent"
    below = await pass_on(session, above, hall, directory["office"])
    assert below.acknowledge_by == above.acknowledge_by


async def test_a_letter_is_registered_before_it_is_forwarded(
    session: AsyncSession, directory: Directory
) -> None:
    hall = directory["hall"]
    above = await send(session, directory["agency"], hall)
    hop_id = await hop_to(session, above, hall)
    before = await size_of_ledger(session)
    with pytest.raises(ConflictError) as refusal:
        await _forward(session, hall, hop_id, directory["office"])
    assert refusal.value.facts == {"state": "sent", "action": "forward"}
    assert await size_of_ledger(session) == before


async def test_an_acknowledged_letter_is_not_forwarded(
    session: AsyncSession, directory: Directory
) -> None:
    hall = directory["hall"]
    hop_id = (await register(session, await send(session, directory["agency"], hall), hall)).hop_id
    await acknowledge_hop(session, by=hall.clerk, hop_id=hop_id, at=MORNING)
    with pytest.raises(ConflictError) as refusal:
        await _forward(session, hall, hop_id, directory["office"])
    assert refusal.value.facts == {"state": "acknowledged", "action": "forward"}


async def test_a_desk_without_a_prefix_passes_on_but_issues_no_cover(
    session: AsyncSession, directory: Directory
) -> None:
    body, other = directory["body_a1"], directory["body_a2"]
    above = await send(session, directory["agency"], body)
    with pytest.raises(ConflictError) as refusal:
        async with session.begin_nested():
            await pass_on(session, above, body, other, cover=LetterDraft(subject="นำส่ง"))
    assert refusal.value.reason == "registry_without_prefix"
    below = await pass_on(session, above, body, other)
    assert below.letter_id == above.letter_id


async def test_only_the_recipients_own_clerk_or_head_forwards(
    session: AsyncSession, directory: Directory
) -> None:
    hall, agency = directory["hall"], directory["agency"]
    above = await send(session, agency, hall)
    hop_id = await hop_to(session, above, hall)
    await register_hop(session, by=hall.clerk, hop_id=hop_id, at=MORNING + DAY)
    cases: list[tuple[ActingOfficer, type[WianError], str]] = [
        (agency.head, NotAllowedError, "not_the_recipient"),
        (hall.auditor, NotAllowedError, "role_missing"),
        (directory["stranger"].head, NotFoundError, "not_found"),
    ]
    for by, error, code in cases:
        with pytest.raises(error) as refusal:
            await forward_letter(
                session,
                by=by,
                hop_id=hop_id,
                order=order(directory["office"]),
                files=StoredFiles(),
                at=MORNING,
            )
        assert refusal.value.reason == code
