"""What happens when an organization declares days of its own."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import KEEP_BOOKS, ActingOfficer
from domain.calendar_override import OverrideRange, spread_out
from domain.calendar_scope import organization_code
from domain.errors import NotAllowedError
from models import Organization, Registry
from services.find_scopes import find_scopes
from services.import_overrides import CalendarChange, import_overrides


async def add_own_days(
    session: AsyncSession, *, by: ActingOfficer, days: OverrideRange, at: datetime
) -> CalendarChange:
    """Add days to the calendar of the organization at whose desk the officer keeps the books.

    Raises:
        NotAllowedError: `calendar_not_yours`: another scope than such an organization;
            `role_missing`: the officer is neither head nor administrator there.
        InvalidError: As `import_overrides`.
        ConflictError: As `import_overrides`.
    """
    spread_out([days])
    await find_scopes(session, scope=days.scope)
    query = (
        select(Registry.id)
        .join(Organization, Organization.id == Registry.organization_id)
        .where(Organization.code == organization_code(days.scope), Registry.id.in_(list(by.roles)))
        .order_by(Registry.id)
    )
    desks = (await session.scalars(query)).all()
    if not desks:
        raise NotAllowedError("ท่านกำหนดได้เฉพาะปฏิทินของหน่วยงานตนเอง", code="calendar_not_yours")
    if not any(by.may(KEEP_BOOKS, at=desk) for desk in desks):
        by.require(KEEP_BOOKS, at=desks[0])
    return await import_overrides(session, by=by.id, ranges=[days], note=days.reason, at=at)
