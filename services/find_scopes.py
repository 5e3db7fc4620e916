"""Which calendars apply to whom: the text of a scope, completed by the directory."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.calendar_override import OverrideRange, at_its_line
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


async def check_scopes(session: AsyncSession, *, ranges: Sequence[OverrideRange]) -> None:
    """Refuse ranges of scopes that nobody could follow.

    Raises:
        InvalidError: `calendar_unknown`, with the line of the first of them, if there is one.
    """
    codes = {one.scope: organization_code(one.scope) for one in ranges}
    named = {code for code in codes.values() if code is not None}
    query = select(Organization.code).where(Organization.code.in_(named))
    unknown = named - set(await session.scalars(query))
    for one in ranges:
        if codes[one.scope] in unknown:
            raise at_its_line(one, calendar_unknown(one.scope))
