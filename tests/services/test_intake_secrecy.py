"""A text of a secret letter: who may take it in, who sees it, and that its class only rises."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import ActingOfficer
from domain.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError
from domain.intake.reading import LetterReading, TextReading
from domain.intake.vocabulary import TextMethod
from domain.vocabulary import EventKind, Secrecy
from models import Intake
from services.confirm_values import confirm_values
from services.decide_recipient import decide_recipient
from services.discard_intake import discard_intake
from services.dispatch_intake import IntakeOrder, dispatch_intake
from services.intake.readiness import plan_received
from services.intake.text import ReceivedText
from services.list_intakes import IntakeFilter, IntakeItem, list_intakes
from services.receive_text import receive_text
from services.show_intake import show_intake
from tests.support.directory import Desk, Directory
from tests.support.letters import (
    MORNING,
    StoredFiles,
    cleared,
    events,
    issue,
    order,
    register,
    send,
    size_of_ledger,
)
from tests.support.readings import Written

CLASSES = (Secrecy.NORMAL, Secrecy.SECRET, Secrecy.VERY_SECRET)


def _received(*printed: Secrecy | None) -> ReceivedText:
    return ReceivedText(
        text="ลับ",
        method=TextMethod.PASTED,
        media_type="text/plain",
        file_name=None,
        sha256=bytes(32),
        size=9,
        reading=TextReading(letters=[_letter(one) for one in printed], lists=()),
        contradictions=(),
    )


def _letter(printed: Secrecy | None) -> LetterReading:
    written = Written(text="ลับ")
    return written.letter(
        subject=written.said("ลับ"),
        # However unsure it was read: a class that may be there counts.
        secrecy=replace(written.found("ลับ", printed), confidence=0.5) if printed else None,
    )


async def _take(
    session: AsyncSession, desk: Desk, *printed: Secrecy | None, clearance: Secrecy
) -> Intake:
    return await receive_text(
        session,
        by=cleared(desk.clerk, clearance),
        registry_id=desk.registry_id,
        received=_received(*printed),
        at=MORNING,
    )


@pytest.mark.parametrize("printed", CLASSES[1:])
async def test_a_secret_text_is_taken_in_by_the_cleared_alone(
    session: AsyncSession, directory: Directory, printed: Secrecy
) -> None:
    hall = directory["hall"]
    below = CLASSES[CLASSES.index(printed) - 1]
    before = await size_of_ledger(session)
    with pytest.raises(NotAllowedError) as refusal:
        await _take(session, hall, None, printed, clearance=below)
    assert refusal.value.reason == "clearance_missing"
    assert await size_of_ledger(session) == before
    intake = await _take(session, hall, None, printed, clearance=printed)
    assert intake.secrecy is printed


async def test_what_is_top_secret_does_not_enter(
    session: AsyncSession, directory: Directory
) -> None:
    before = await size_of_ledger(session)
    for officer in (Secrecy.NORMAL, Secrecy.TOP_SECRET):
        with pytest.raises(InvalidError) as refusal:
            await _take(session, directory["hall"], Secrecy.TOP_SECRET, clearance=officer)
        assert refusal.value.reason == "secrecy_too_high"
    assert await size_of_ledger(session) == before


async def test_of_a_secret_text_nothing_exists_for_the_uncleared(
    session: AsyncSession, directory: Directory
) -> None:
    hall = directory["hall"]
    intake = await _take(session, hall, Secrecy.SECRET, clearance=Secrecy.SECRET)
    cleared_clerk = cleared(hall.clerk, Secrecy.SECRET)
    assert (await show_intake(session, by=cleared_clerk, intake_id=intake.id)).intake is intake
    assert [one.id for one in await _list(session, cleared_clerk)] == [intake.id]
    strangers = [hall.clerk, cleared(directory["agency"].clerk, Secrecy.VERY_SECRET)]
    for by in (*strangers, replace(cleared_clerk, roles={})):
        with pytest.raises(NotFoundError):
            await show_intake(session, by=by, intake_id=intake.id)
        assert await _list(session, by) == []
        with pytest.raises(NotFoundError):
            await discard_intake(session, by=by, intake_id=intake.id, reason="ลบ", at=MORNING)
        with pytest.raises(NotFoundError):
            await decide_recipient(
                session,
                by=by,
                intake_id=intake.id,
                position=0,
                organization_id=None,
                at=MORNING,
            )


async def _list(session: AsyncSession, by: ActingOfficer) -> Sequence[IntakeItem]:
    return await list_intakes(session, by=by, chosen=IntakeFilter(), after=None, limit=100)


async def test_a_text_that_covers_a_secret_letter_is_as_secret(
    session: AsyncSession, directory: Directory
) -> None:
    agency, hall = directory["agency"], directory["hall"]
    letter = await issue(session, agency, secrecy=Secrecy.SECRET)
    dispatch = await send(session, agency, hall, letter=letter)
    clerk = cleared(hall.clerk, Secrecy.SECRET)
    receipt = await register(session, dispatch, replace(hall, clerk=clerk))
    intake = await receive_text(
        session,
        by=clerk,
        registry_id=hall.registry_id,
        received=_received(None),
        at=MORNING,
        hop_id=receipt.hop_id,
    )
    assert intake.secrecy is Secrecy.SECRET
    plan = await plan_received(session, by=clerk, intake=intake, letter=0, at=MORNING)
    assert "secrecy_below_parent" in {one.code for one in plan.questions}


async def test_a_class_is_raised_by_a_clerk_and_never_lowered(
    session: AsyncSession, directory: Directory
) -> None:
    hall = directory["hall"]
    intake = await _take(session, hall, None, clearance=Secrecy.NORMAL)

    async def say(secrecy: Secrecy, clearance: Secrecy) -> None:
        await confirm_values(
            session,
            by=cleared(hall.clerk, clearance),
            intake_id=intake.id,
            letter=0,
            values={"secrecy": secrecy.value},
            at=MORNING,
        )
        await session.refresh(intake)

    with pytest.raises(NotAllowedError):
        await say(Secrecy.SECRET, Secrecy.NORMAL)
    await say(Secrecy.SECRET, Secrecy.SECRET)
    assert intake.secrecy is Secrecy.SECRET
    with pytest.raises(NotFoundError):
        await show_intake(session, by=hall.clerk, intake_id=intake.id)
    await say(Secrecy.NORMAL, Secrecy.SECRET)
    assert intake.secrecy is Secrecy.SECRET
    by = cleared(hall.clerk, Secrecy.SECRET)
    plan = await plan_received(session, by=by, intake=intake, letter=0, at=MORNING)
    assert [(one.code, one.field) for one in plan.warnings] == [("secrecy_below_text", "secrecy")]
    found = await show_intake(session, by=cleared(hall.clerk, Secrecy.SECRET), intake_id=intake.id)
    assert [(one.field, one.value) for one in found.values] == [("secrecy", "normal")]


async def test_a_secret_text_becomes_a_secret_letter_of_a_secret_book(
    session: AsyncSession, directory: Directory
) -> None:
    hall = directory["hall"]
    clerk = cleared(hall.clerk, Secrecy.SECRET)
    intake = await _take(session, hall, Secrecy.SECRET, clearance=Secrecy.SECRET)
    values = {"subject": "ลับ", "urgency": "normal", "secrecy": "secret"}
    await confirm_values(
        session, by=clerk, intake_id=intake.id, letter=0, values=values, at=MORNING
    )
    plan = await plan_received(session, by=clerk, intake=intake, letter=0, at=MORNING)
    assert (plan.draft.secrecy, plan.questions) == (Secrecy.SECRET, [])
    assert [one.code for one in plan.route.findings] == ["recipients_empty"]
    before = await size_of_ledger(session)
    with pytest.raises(ConflictError) as refusal:
        await dispatch_intake(
            session,
            by=clerk,
            intake_id=intake.id,
            order=IntakeOrder(deadlines=order().deadlines, accept_warnings=True),
            files=StoredFiles(),
            at=MORNING,
        )
    assert refusal.value.reason == "intake_not_ready"
    assert await size_of_ledger(session) == before
    assert await events(session, EventKind.LETTER_ISSUED) == []
