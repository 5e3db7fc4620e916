"""What a night does to the figures: it confirms them, or says what was planted in them."""

import logging
from collections.abc import Sequence

import pytest
from sqlalchemy import text
from temporalio.testing import ActivityEnvironment

from activities.upkeep import UpkeepActivities
from domain.figures import RecountResult
from domain.reconciliation import RunningChunk
from services.roll_up_figures import roll_up_figures
from tests.support.directory import Directory
from tests.support.letters import MORNING, send
from tests.support.relay_desk import Sessions


async def nothing_runs() -> Sequence[RunningChunk]:
    return ()


async def test_a_night_finds_a_planted_difference(
    sessions: Sessions, own_directory: Directory, caplog: pytest.LogCaptureFixture
) -> None:
    async with sessions.begin() as session:
        await send(session, own_directory["agency"], own_directory["hall"])
    async with sessions.begin() as session:
        await roll_up_figures(session)
    upkeep = UpkeepActivities(sessions, lambda: MORNING, nothing_runs)
    whole = await ActivityEnvironment().run(upkeep.recount_figures)
    assert whole == RecountResult(differing=0, first=None)
    async with sessions.begin() as session:
        await session.execute(text("UPDATE desk_count SET registered = 1"))
    with caplog.at_level(logging.ERROR):
        found = await ActivityEnvironment().run(upkeep.recount_figures)
    assert found.differing == 1
    hall = own_directory["hall"].registry_id
    said = f"desk_count {hall} 2021 normal normal: registered is 1, counted 0"
    assert found.first == said
    (record,) = caplog.records
    assert record.getMessage().startswith(f"figures differ from the events: {said}")
