"""Which received texts an officer may see: those of the own desks, as far as the clearance goes.

The policies of migration 0010 say the same in the database, for a condition that is forgotten here.
"""

from uuid import UUID

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from domain.access import READ, STAMP, ActingOfficer
from domain.errors import ConflictError, NotFoundError
from domain.intake.vocabulary import IntakeState
from models import Intake

# Of two million characters, for every line that is decided.
_WITHOUT_TEXT = defer(Intake.text, raiseload=True)


def seen_intake(by: ActingOfficer) -> ColumnElement[bool]:
    """Return the condition that the officer may see this `Intake`."""
    return and_(Intake.registry_id.in_(by.registries(READ)), Intake.secrecy.in_(by.classes))


async def get_intake(session: AsyncSession, *, by: ActingOfficer, intake_id: UUID) -> Intake:
    """Return a text that came to one of the officer's desks.

    Raises:
        NotFoundError: There is none, or the officer must not know of it.
    """
    query = select(Intake).where(Intake.id == intake_id, seen_intake(by)).options(_WITHOUT_TEXT)
    found = (await session.scalars(query)).one_or_none()
    if found is None:
        raise _unknown()
    return found


async def get_intake_text(session: AsyncSession, *, by: ActingOfficer, intake_id: UUID) -> str:
    """Return the text itself, to which all places refer.

    Raises:
        NotFoundError: There is none, or the officer must not know of it.
    """
    query = select(Intake.text).where(Intake.id == intake_id, seen_intake(by))
    found: str | None = await session.scalar(query)
    if found is None:
        raise _unknown()
    return found


async def lock_intake(session: AsyncSession, *, by: ActingOfficer, intake_id: UUID) -> Intake:
    """Return a text that is still open and keep it so for others until the transaction ends.

    Raises:
        NotFoundError: There is none, or the officer must not know of it.
        NotAllowedError: The officer may read for the desk, but not act.
        ConflictError: `intake_settled`: it was dispatched or discarded.
    """
    seen = await get_intake(session, by=by, intake_id=intake_id)
    by.require(STAMP, at=seen.registry_id)
    query = (
        select(Intake)
        .where(Intake.id == intake_id, seen_intake(by))
        .options(_WITHOUT_TEXT)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found = (await session.scalars(query)).one_or_none()
    if found is None:
        # Its class was raised a moment ago.
        raise _unknown()
    if found.state is not IntakeState.OPEN:
        raise ConflictError(
            "ข้อความนี้ดำเนินการแล้ว แก้ไขหรือส่งอีกไม่ได้",
            code="intake_settled",
            state=found.state.value,
        )
    return found


def _unknown() -> NotFoundError:
    return NotFoundError("ข้อความที่รับเข้า (intake)")
