"""What happens when a clerk confirms whom a spelling means: the next list needs not ask again."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import ActingOfficer
from domain.errors import InvalidError
from domain.vocabulary import OrganizationKind
from models import OrganizationAlias
from services.candidate_directory import alias_key


async def learn_alias(
    session: AsyncSession,
    *,
    by: ActingOfficer,
    kind: OrganizationKind | None,
    district_id: UUID | None,
    as_written: str,
    organization_id: UUID,
    at: datetime,
) -> None:
    """Keep a spelling for a body; of several for one spelling the last counts.

    Args:
        session: The transaction.
        by: The officer who says so.
        kind: What kind of body the first words of the line told.
        district_id: The district that the line named.
        as_written: The name as the line has it.
        organization_id: Whom it means.
        at: Now, as an aware instant.

    Raises:
        InvalidError: `spelling_empty`: nothing is left of it to know it again by.
    """
    folded = alias_key(as_written)
    if not folded:
        raise InvalidError("ไม่มีชื่อให้จดจำ", code="spelling_empty", field="as_written")
    values = {
        "kind": kind,
        "district_id": district_id,
        "folded": folded,
        "organization_id": organization_id,
        "learned_at": at,
        "learned_by": by.id,
    }
    await session.execute(insert(OrganizationAlias).values(values))
