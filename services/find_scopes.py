"""Which calendars apply to whom: the text of a scope, completed by the directory."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.calendar_scope import (
    calendar_scopes,
    calendar_unknown,
    organization_code,
    scopes_above,
)
from models import Organization


async def find_scopes(session: AsyncSession, *, scope: str) -> tuple[str, ...]:
    """Return a scope with all that stand above it, the widest first.

    Raises:
        InvalidError: `calendar_unknown`: no such scope, or no such organization.
    """
    code = organization_code(scope)
    if code is None:
        return scopes_above(scope)
    query = select(Organization.area_code).where(Organization.code == code)
    found = (await session.execute(query)).one_or_none()
    if found is None:
        raise calendar_unknown(scope)
    return calendar_scopes(found.area_code, code)


async def check_scopes(session: AsyncSession, *, scopes: Iterable[str]) -> None:
    """Refuse scopes that nobody could follow.

    Raises:
        InvalidError: `calendar_unknown`, with the first of them.
    """
    named = {code: scope for scope in scopes if (code := organization_code(scope)) is not None}
    query = select(Organization.code).where(Organization.code.in_(list(named)))
    unknown = set(named) - set(await session.scalars(query))
    if unknown:
        raise calendar_unknown(named[min(unknown)])
