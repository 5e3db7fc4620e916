from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import ActingOfficer
from domain.alarms import Alarm
from domain.errors import NotAllowedError, NotFoundError, WianError
from domain.vocabulary import AlarmStep, HopState, NoticeKind, Role, Secrecy
from models import Dispatch, Letter, Notice
from services.list_notices import list_notices, read_notice
from services.raise_alarm import raise_alarm
from tests.support.directory import Directory
from tests.support.ladder import due_of
from tests.support.letters import ACKNOWLEDGE_BY, DAY, HOUR, MORNING, issue, send

AT = ACKNOWLEDGE_BY + 9 * DAY


async def _escalate(
    session: AsyncSession, directory: Directory, *, secrecy: Secrecy = Secrecy.NORMAL
) -> Dispatch:
    """Two districts are late: each is told, and the hall above them."""
    districts = [directory[name] for name in ("district_a", "district_b")]
    letter = await issue(session, directory["agency"], secrecy=secrecy)
    dispatch = await send(session, directory["agency"], *districts, letter=letter)
    for step in (AlarmStep.OVERDUE_ACKNOWLEDGE, AlarmStep.ESCALATE_SUPERIOR):
        alarm = Alarm(step=step, due_at=await due_of(session, dispatch.id, step))
        await raise_alarm(session, dispatch_id=dispatch.id, chunk=0, alarm=alarm, at=AT)
    return dispatch


async def test_a_desk_reads_the_notices_addressed_to_it(
    session: AsyncSession, directory: Directory
) -> None:
    dispatch = await _escalate(session, directory)
    due = await due_of(session, dispatch.id, AlarmStep.ESCALATE_SUPERIOR)
    hall = directory["hall"]
    page = await list_notices(session, by=hall.auditor, at=AT, is_unread=False, after=None, limit=9)
    assert {one.recipient for one in page} == {
        directory["district_a"].name,
        directory["district_b"].name,
    }
    assert {(one.kind, one.step, one.registry, one.hop_state, one.number) for one in page} == {
        (
            NoticeKind.ESCALATION,
            AlarmStep.ESCALATE_SUPERIOR,
            hall.name,
            HopState.SENT,
            "ทด 0017/ว 1",
        )
    }
    assert {(one.due_at, one.created_at, one.read_at) for one in page} == {(due, AT, None)}
    assert {(one.post, one.officer, len(one.facts)) for one in page} == {
        (Role.HEAD, hall.head.name, 0)
    }


@pytest.mark.parametrize(
    ("clearance", "secrecy", "is_shown"),
    [
        (Secrecy.NORMAL, Secrecy.NORMAL, True),
        (Secrecy.NORMAL, Secrecy.SECRET, False),
        (Secrecy.SECRET, Secrecy.SECRET, True),
        (Secrecy.SECRET, Secrecy.VERY_SECRET, False),
        (Secrecy.TOP_SECRET, Secrecy.VERY_SECRET, True),
    ],
)
async def test_without_the_clearance_there_is_no_notice(
    session: AsyncSession,
    directory: Directory,
    clearance: Secrecy,
    secrecy: Secrecy,
    is_shown: bool,
) -> None:
    dispatch = await _escalate(session, directory, secrecy=secrecy)
    reader = replace(directory["hall"].head, clearance=clearance)
    page = await list_notices(session, by=reader, at=AT, is_unread=False, after=None, limit=9)
    letter = await session.get_one(Letter, dispatch.letter_id)
    assert [(one.letter_id, one.number) for one in page] == [(letter.id, letter.number)] * (
        2 * is_shown
    )
    query = select(Notice.id).where(Notice.registry_id == directory["hall"].registry_id)
    for notice_id in await session.scalars(query):
        if is_shown:
            await read_notice(session, by=reader, notice_id=notice_id, at=AT)
        else:
            with pytest.raises(NotFoundError):
                await read_notice(session, by=reader, notice_id=notice_id, at=AT)


@pytest.mark.parametrize(
    ("name", "role", "count"),
    [
        ("hall", "clerk", 2),
        ("hall", "admin", 0),
        ("district_a", "head", 1),
        ("agency", "head", 0),
        ("body_a1", "head", 0),
    ],
)
async def test_nobody_else_reads_them(
    session: AsyncSession, directory: Directory, name: str, role: str, count: int
) -> None:
    await _escalate(session, directory)
    by = getattr(directory[name], role)
    page = await list_notices(session, by=by, at=AT, is_unread=False, after=None, limit=9)
    assert len(page) == count


async def test_the_first_reader_and_time_stay(session: AsyncSession, directory: Directory) -> None:
    await _escalate(session, directory)
    hall = directory["hall"]
    first, second = await list_notices(
        session, by=hall.clerk, at=AT, is_unread=True, after=None, limit=9
    )
    await read_notice(session, by=hall.head, notice_id=first.id, at=AT)
    again = await read_notice(session, by=hall.head, notice_id=first.id, at=AT + HOUR)
    assert (again.read_at, again.read_by) == (AT, hall.head.id)
    unread = await list_notices(session, by=hall.clerk, at=AT, is_unread=True, after=None, limit=9)
    assert [one.id for one in unread] == [second.id]
    everything = await list_notices(
        session, by=hall.clerk, at=AT, is_unread=False, after=None, limit=9
    )
    assert [one.read_at for one in everything] == [AT, None]


async def test_what_was_meant_for_the_head_a_clerk_cannot_silence(
    session: AsyncSession, directory: Directory
) -> None:
    await _escalate(session, directory)
    hall = directory["hall"]
    first, *_ = await list_notices(
        session, by=hall.clerk, at=AT, is_unread=True, after=None, limit=9
    )
    for officer in (hall.clerk, hall.deputy):
        with pytest.raises(NotAllowedError):
            await read_notice(session, by=officer, notice_id=first.id, at=AT)
    unread = await list_notices(session, by=hall.clerk, at=AT, is_unread=True, after=None, limit=9)
    assert first.id in {one.id for one in unread}


async def test_pages_follow_each_other(session: AsyncSession, directory: Directory) -> None:
    await _escalate(session, directory)
    by = directory["hall"].clerk
    whole = await list_notices(session, by=by, at=AT, is_unread=False, after=None, limit=9)
    first = await list_notices(session, by=by, at=AT, is_unread=False, after=None, limit=1)
    rest = await list_notices(session, by=by, at=AT, is_unread=False, after=first[0].id, limit=9)
    assert [*first, *rest] == list(whole)
    assert len(rest) == 1


async def test_only_the_addressee_marks_a_notice_as_read(
    session: AsyncSession, directory: Directory
) -> None:
    await _escalate(session, directory)
    hall = directory["hall"]
    (notice, _) = await list_notices(
        session, by=hall.clerk, at=AT, is_unread=True, after=None, limit=9
    )
    cases: list[tuple[ActingOfficer, UUID, type[WianError], str]] = [
        (hall.auditor, notice.id, NotAllowedError, "role_missing"),
        (directory["district_a"].head, notice.id, NotFoundError, "not_found"),
        (hall.head, UUID(int=404), NotFoundError, "not_found"),
    ]
    for by, notice_id, error, code in cases:
        with pytest.raises(error) as refusal:
            await read_notice(session, by=by, notice_id=notice_id, at=MORNING)
        assert refusal.value.reason == code
