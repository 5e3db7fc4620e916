"""A long list: one statement keeps it, one reads it, however many lines there are."""

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from domain.errors import InvalidError
from domain.intake.reading import RecipientList, RecipientRow, TextReading
from domain.intake.vocabulary import MatchStatus
from domain.vocabulary import Secrecy
from services.intake.lines import MOST_LINES, insert_lines, list_lines, match_lines
from tests.support.directory import Directory
from tests.support.intakes import plant_intake
from tests.support.letters import MORNING

LINES = 300


async def test_all_lines_are_one_statement(
    session: AsyncSession, shared_engine: AsyncEngine, directory: Directory
) -> None:
    hall = directory["hall"]
    intake_id = await plant_intake(
        session, "ยาว", registry_id=hall.registry_id, by=hall.clerk.id, secrecy=Secrecy.NORMAL
    )
    lines = [
        {
            "position": position,
            "no": position,
            "as_written": f"องค์การบริหารส่วนตำบลที่ {position}",
            "district_as_written": "อำเภอ ก",
            "district_code": "3801",
            "kind": "sao",
            "begins": position * 40,
            "ends": position * 40 + 30,
            "status": "asked",
            "score": 70,
            "matched_id": str(directory["body_a1"].organization_id),
            "candidates": [{"code": "body_a1", "score": 70}],
            "organization_id": None,
        }
        for position in range(1, LINES + 1)
    ]
    statements: list[str] = []

    def note(*given: object) -> None:
        statements.append(str(given[2]))

    event.listen(shared_engine.sync_engine, "before_cursor_execute", note)
    try:
        await insert_lines(session, intake_id=intake_id, lines=lines)
        found = await list_lines(session, intake_id)
    finally:
        event.remove(shared_engine.sync_engine, "before_cursor_execute", note)
    assert len(statements) == 2
    assert len(found) == LINES + 1
    last = found[-1]
    assert (last.position, last.no, last.status) == (LINES, LINES, MatchStatus.ASKED)
    assert last.matched == directory["body_a1"].name
    assert last.candidates == [{"code": "body_a1", "score": 70}]
    assert last.is_open
    (one,) = await list_lines(session, intake_id, positions=[217])
    assert one.begins == 217 * 40


async def test_a_longer_list_than_a_dispatch_may_have_is_refused_before_it_is_matched(
    session: AsyncSession,
) -> None:
    row = RecipientRow(
        no=1, as_written="ก", district_as_written=None, kind=None, place="ก", start=0, end=1
    )
    listed = RecipientList(
        start=0, end=1, title="", province=None, stated_count=None, rows=[row] * (MOST_LINES + 1)
    )
    with pytest.raises(InvalidError) as refusal:
        await match_lines(session, TextReading(letters=(), lists=[listed]), at=MORNING)
    assert refusal.value.reason == "recipients_too_many"
