"""A letter with its enclosures, and a hop with its receipt, as far as a registry may see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import ActingOfficer
from domain.errors import NotFoundError
from domain.vocabulary import Secrecy
from models import Attachment, DeadlinePlan, Dispatch, Hop, Letter
from services.note_reading import note_reading
from services.register_hop import Receipt, read_receipt
from services.visible_hops import get_hop, get_letter, readable


@dataclass(frozen=True, kw_only=True, slots=True)
class HopDetail:
    """A hop with what a clerk needs beside it."""

    hop: Hop
    dispatch: Dispatch
    plan: DeadlinePlan
    receipt: Receipt | None


async def show_letter(
    session: AsyncSession, *, by: ActingOfficer, letter_id: UUID, at: datetime
) -> tuple[Letter, Sequence[Attachment]]:
    """Return a letter and its enclosures.

    Raises:
        NotFoundError: There is none, or the officer must not know of it.
    """
    letter = await get_letter(session, by=by, letter_id=letter_id)
    await note_reading(session, by=by, at=at, letters=[letter_id])
    return letter, await list_enclosures(session, letter_id)


async def list_enclosures(session: AsyncSession, letter_id: UUID) -> Sequence[Attachment]:
    """Return the enclosures of a letter, in their order."""
    query = (
        select(Attachment).where(Attachment.letter_id == letter_id).order_by(Attachment.position)
    )
    return (await session.scalars(query)).all()


async def show_hop(
    session: AsyncSession, *, by: ActingOfficer, hop_id: UUID, at: datetime
) -> HopDetail:
    """Return a hop with its dispatch, its deadlines and its receipt.

    Raises:
        NotFoundError: There is none, or the officer must not know of it.
    """
    hop, dispatch = await get_hop(session, by=by, hop_id=hop_id)
    await note_reading(session, by=by, at=at, letters=[dispatch.letter_id])
    receipt = await read_receipt(session, hop.receipt_entry_id) if hop.receipt_entry_id else None
    plan = await session.get_one(DeadlinePlan, hop.plan_id)
    return HopDetail(hop=hop, dispatch=dispatch, plan=plan, receipt=receipt)


async def find_enclosure(
    session: AsyncSession, *, by: ActingOfficer, sha256: bytes, at: datetime
) -> Attachment:
    """Return a file that is enclosed with a letter the officer may read.

    What a letter that is not secret encloses too is read from that one.

    Raises:
        NotFoundError: No such letter encloses it.
    """
    query = (
        select(Attachment)
        .join(Letter, Letter.id == Attachment.letter_id)
        .where(Attachment.sha256 == sha256, readable(by))
        .order_by(Letter.secrecy != Secrecy.NORMAL, Attachment.id)
        .limit(1)
    )
    enclosure = (await session.scalars(query)).one_or_none()
    if enclosure is None:
        raise NotFoundError("ไฟล์ (file)")
    await note_reading(session, by=by, at=at, letters=[enclosure.letter_id])
    return enclosure
