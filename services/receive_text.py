"""What happens when a desk takes in a letter's text: what came, what was read, who is meant."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import STAMP, ActingOfficer
from domain.errors import InvalidError, NotFoundError
from domain.hop_states import target
from domain.vocabulary import HopAction, Secrecy
from models import Intake, Registry
from services.intake.json import reading_json
from services.intake.lines import insert_lines, match_lines
from services.intake.text import ReceivedText
from services.visible_hops import get_received_hop

RULES = "2"
"""The rules that read and match; a number of its own for each time they begin to read otherwise."""


async def receive_text(
    session: AsyncSession,
    *,
    by: ActingOfficer,
    registry_id: UUID,
    received: ReceivedText,
    at: datetime,
    hop_id: UUID | None = None,
) -> Intake:
    """Keep a text as it came, beside what was read in it and whom its lists mean.

    Args:
        session: The transaction.
        by: The officer who takes it in.
        registry_id: The desk that received it.
        received: The text with its reading.
        at: Now, as an aware instant.
        hop_id: The received hop whose letter the text covers, where it is to go on.

    Raises:
        NotFoundError: The officer has no part in the registry, or must not know of the hop.
        NotAllowedError: The officer is neither clerk nor head there; `clearance_missing`: the
            text is too secret for the officer.
        InvalidError: `secrecy_too_high`; `hop_of_another_registry`; `recipients_too_many`.
        ConflictError: `hop_step_not_allowed`: the hop cannot go on.
    """
    above = await check_receiving(session, by=by, registry_id=registry_id, hop_id=hop_id)
    secrecy = max(above, printed_secrecy(received), key=list(Secrecy).index)
    by.require_clearance(secrecy)
    lines = await match_lines(session, received.reading, at=at)
    values = {
        "registry_id": registry_id,
        "hop_id": hop_id,
        "secrecy": secrecy,
        "received_at": at,
        "received_by": by.id,
        "sha256": received.sha256,
        "file_name": received.file_name,
        "media_type": received.media_type,
        "size": received.size,
        "method": received.method,
        "pages": received.pages,
        "unread_pages": list(received.unread_pages),
        "text": received.text,
        "reading": reading_json(
            received.reading, received.contradictions, recognized=received.recognized
        ),
        "rules": RULES,
    }
    intake = (await session.scalars(insert(Intake).values(values).returning(Intake))).one()
    await insert_lines(session, intake_id=intake.id, lines=lines)
    return intake


async def check_receiving(
    session: AsyncSession, *, by: ActingOfficer, registry_id: UUID, hop_id: UUID | None
) -> Secrecy:
    """Refuse what can be refused before the text is read; return the class of what it covers.

    Raises:
        NotFoundError: The officer has no part in the registry, it is closed, or the officer must
            not know of the hop.
        NotAllowedError: The officer is neither clerk nor head there.
        InvalidError: `hop_of_another_registry`.
        ConflictError: `hop_step_not_allowed`: the hop cannot go on.
    """
    query = select(Registry.id).where(Registry.id == registry_id, Registry.closed_at.is_(None))
    if registry_id not in by.roles or await session.scalar(query) is None:
        raise NotFoundError("หน่วยสารบรรณ (registry)")
    by.require(STAMP, at=registry_id)
    return await _secrecy_above(session, by, registry_id, hop_id)


def printed_secrecy(received: ReceivedText) -> Secrecy:
    """Return the highest class of secrecy that stands in a text.

    Raises:
        InvalidError: `secrecy_too_high`: what is top secret must not be in the system at all.
    """
    printed = [one.secrecy.value for one in received.reading.letters if one.secrecy is not None]
    highest = max(printed, key=list(Secrecy).index, default=Secrecy.NORMAL)
    if highest is Secrecy.TOP_SECRET:
        raise InvalidError(
            "หนังสือชั้นลับที่สุดรับเข้าทางระบบอิเล็กทรอนิกส์ไม่ได้", code="secrecy_too_high", field="text"
        )
    return highest


async def _secrecy_above(
    session: AsyncSession, by: ActingOfficer, registry_id: UUID, hop_id: UUID | None
) -> Secrecy:
    if hop_id is None:
        return Secrecy.NORMAL
    hop, _ = await get_received_hop(session, by=by, hop_id=hop_id)
    if hop.recipient_registry_id != registry_id:
        raise InvalidError(
            "หนังสือที่จะนำส่งเป็นของหน่วยสารบรรณอื่น", code="hop_of_another_registry", field="hop_id"
        )
    target(hop.state, HopAction.FORWARD)
    # A cover speaks of what it covers, so its text is hidden from the same people.
    return hop.secrecy
