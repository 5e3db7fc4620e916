"""A letter with its enclosures, and a hop with its receipt, as far as a registry may see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import READ, ActingOfficer
from domain.errors import NotFoundError
from models import Attachment, DeadlinePlan, Dispatch, Hop, Letter
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
    session: AsyncSession, *, by: ActingOfficer, letter_id: UUID
) -> tuple[Letter, Sequence[Attachment]]:
    """Return a letter and its enclosures.

    Raises:
        NotFoundError: There is none, or the officer must not know of it.
    """
    letter = await get_letter(session, by=by, letter_id=letter_id)
    query = (
        select(Attachment).where(Attachment.letter_id == letter_id).order_by(Attachment.position)
    )
    return letter, (await session.scalars(query)).all()


async def show_hop(session: AsyncSession, *, by: ActingOfficer, hop_id: UUID) -> HopDetail:
    """Return a hop with its dispatch, its deadlines and its receipt.

    Raises:
        NotFoundError: There is none, or the officer must not know of it.
    """
    hop, dispatch = await get_hop(session, by=by, hop_id=hop_id)
    receipt = await read_receipt(session, hop.receipt_entry_id) if hop.receipt_entry_id else None
    plan = await session.get_one(DeadlinePlan, hop.plan_id)
    return HopDetail(hop=hop, dispatch=dispatch, plan=plan, receipt=receipt)


async def find_enclosure(session: AsyncSession, *, by: ActingOfficer, sha256: bytes) -> Attachment:
    """Return a file that is enclosed with a letter the officer may read.

    Raises:
        NotFoundError: No such letter encloses it.
    """
    letter = exists().where(Letter.id == Attachment.letter_id, readable(by.registries(READ)))
    query = select(Attachment).where(Attachment.sha256 == sha256, letter).limit(1)
    enclosure = (await session.scalars(query)).one_or_none()
    if enclosure is None:
        raise NotFoundError("ไฟล์ (file)")
    return enclosure
