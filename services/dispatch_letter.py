"""What happens when a registry sends a letter that it issued itself (การส่ง)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from domain.access import STAMP, ActingOfficer
from domain.errors import ConflictError
from domain.vocabulary import EntryKind
from models import Dispatch, Letter, RegisterEntry
from services.create_dispatch import SendOrder, create_dispatch
from services.visible_hops import get_letter


async def dispatch_letter(
    session: AsyncSession, *, by: ActingOfficer, letter_id: UUID, order: SendOrder, at: datetime
) -> Dispatch:
    """Send a letter that starts a journey; a received letter goes on by `forward_letter`.

    Raises:
        NotFoundError: The officer must not know of the letter.
        NotAllowedError: The officer is neither clerk nor head of the registry that issued it.
        ConflictError: `letter_is_cover`: a cover letter is sent when it is issued.
            `letter_voided`: its number was voided.
        InvalidError: What `create_dispatch` raises.
    """
    letter = await get_letter(session, by=by, letter_id=letter_id)
    by.require(STAMP, at=letter.registry_id)
    if letter.parent_letter_id is not None:
        raise ConflictError("หนังสือนำส่งออกพร้อมการส่งต่อแล้ว", code="letter_is_cover")
    await lock_use_of_letter(session, letter_id)
    if await is_voided(session, letter):
        raise ConflictError("เลขที่หนังสือนี้ถูกยกเลิกแล้ว", code="letter_voided")
    return await create_dispatch(
        session, letter=letter, sender=letter.registry_id, order=order, by=by.id, at=at
    )


async def lock_use_of_letter(session: AsyncSession, letter_id: UUID) -> None:
    """Keep a letter from being sent and voided at the same time, until the transaction ends.

    An advisory lock, because the application may not lock a row that it may not change.
    """
    await session.execute(select(func.pg_advisory_xact_lock(letter_id.int % 2**63)))


async def is_voided(session: AsyncSession, letter: Letter) -> bool:
    """Return whether the number of a letter has been voided."""
    entry, void = aliased(RegisterEntry), aliased(RegisterEntry)
    query = select(
        exists().where(
            entry.id == letter.register_entry_id,
            void.register_id == entry.register_id,
            void.number == entry.number,
            void.kind == EntryKind.VOIDED,
        )
    )
    return bool(await session.scalar(query))
