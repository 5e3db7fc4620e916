"""The raw text of the reference circular becomes its route, where it lies beside the repository."""

import csv
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from cli.directory_files import read_directory
from domain.access import ActingOfficer
from domain.buddhist_era import bangkok_date
from infra.database import create_engine, create_sessions
from services.confirm_values import confirm_values
from services.decide_recipient import decide_recipient
from services.dispatch_intake import IntakeOrder, dispatch_intake
from services.find_officer import find_officer
from services.import_directory import import_directory
from services.intake.readiness import plan_received
from services.intake.text import take_file
from services.receive_text import receive_text
from services.show_intake import show_intake
from tests.conftest import Database
from tests.support.letters import MORNING, StoredFiles, order

REPOSITORY = Path(__file__).parents[2]
RAW = REPOSITORY.parent / "shared" / "seed" / "circular-2564.txt"
TRUTH = REPOSITORY.parent / "shared" / "data" / "bueng-kan-recipients.csv"


@pytest.mark.skipif(not RAW.exists(), reason="the raw text is not part of the repository")
async def test_the_raw_text_goes_to_eight_districts_and_two_bodies(database: Database) -> None:
    await _import(database)
    received = await take_file(
        RAW.read_bytes(), media_type=None, file_name="circular.txt", at=MORNING
    )
    engine = create_engine(database.app_url, pool=1)
    async with create_sessions(engine).begin() as session:
        by = await find_officer(session, subject="clerk.office-38-local", on=bangkok_date(MORNING))
        assert by is not None
        (desk,) = by.roles
        intake = await receive_text(session, by=by, registry_id=desk, received=received, at=MORNING)
        asked = await _answer(session, by, intake.id)
        plan = await plan_received(session, by=by, intake=intake, letter=0, at=MORNING)
        said = {one.name: one.value for one in plan.fields}
        await confirm_values(session, by=by, intake_id=intake.id, letter=0, values=said, at=MORNING)
        sent = await dispatch_intake(
            session,
            by=by,
            intake_id=intake.id,
            order=IntakeOrder(deadlines=order().deadlines),
            files=StoredFiles(),
            at=MORNING,
        )
        plan = await plan_received(session, by=by, intake=intake, letter=0, at=MORNING)
    await engine.dispose()
    assert plan.questions == []
    assert plan.route.tiers == [10, 43]
    assert sent.intended == 43
    print(f"45 lines, {asked} asked")  # noqa: T201 (asked for)
    assert asked <= 7


async def _import(database: Database) -> None:
    engine = create_engine(database.owner_url, pool=1, role=None)
    async with create_sessions(engine).begin() as session:
        files = read_directory(REPOSITORY / "data" / "bueng_kan")
        await import_directory(
            session, bodies=files.bodies, desks=files.desks, officers=files.officers, at=MORNING
        )
    await engine.dispose()


async def _answer(session: AsyncSession, by: ActingOfficer, intake_id: UUID) -> int:
    """Say of each open line what the truth says, and check those that were accepted."""
    with TRUTH.open(encoding="utf-8-sig", newline="") as file:
        truth = list(csv.DictReader(file))
    found = await show_intake(session, by=by, intake_id=intake_id)
    assert len(found.lines) == len(truth) == 45
    rows = (await session.execute(text("SELECT id, kind, name, area_code FROM organization"))).all()
    by_name: dict[tuple[str, ...], UUID] = {(row.kind, row.name): row.id for row in rows}
    by_name |= {(row.kind, row.name, (row.area_code or "")[:4]): row.id for row in rows}
    asked = 0
    for line, true in zip(found.lines, truth, strict=True):
        name = (true["kind"], true["name_th"])
        meant = by_name.get((*name, true["district_code"])) or by_name[name]
        if line.is_open:
            asked += 1
            await decide_recipient(
                session,
                by=by,
                intake_id=intake_id,
                position=line.position,
                organization_id=meant,
                at=MORNING,
            )
        else:
            assert line.organization_id == meant, line.as_written
    return asked
