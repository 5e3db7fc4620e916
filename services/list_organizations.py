"""The directory: bodies, their desks, and who stands above them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.vocabulary import EdgeKind, OrganizationKind
from models import Organization, OrganizationEdge, Registry


@dataclass(frozen=True, kw_only=True, slots=True)
class OrganizationFilter:
    """Which bodies to list; None leaves a filter out."""

    kind: OrganizationKind | None = None
    area: str | None = None
    name: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class OrganizationItem:
    """A body with its receiving registry, which is None when it cannot be sent to."""

    id: UUID
    code: str
    kind: OrganizationKind
    name: str
    area_code: str | None
    registry_id: UUID | None
    registry: str | None
    above: Sequence[tuple[EdgeKind, UUID]]


async def list_organizations(
    session: AsyncSession,
    *,
    chosen: OrganizationFilter,
    today: date,
    after: str,
    limit: int,
) -> Sequence[OrganizationItem]:
    """Return one page of the bodies that exist today, by their code.

    Args:
        session: The transaction.
        chosen: The filters; `area` takes the beginning of an area code, `name` a part of a name.
        today: The day in Bangkok.
        after: The last code of the page before, empty for the first page.
        limit: Most rows to return.
    """
    query = (
        select(Organization, Registry.id, Registry.name)
        .join(
            Registry,
            (Registry.organization_id == Organization.id)
            & Registry.receives
            & Registry.closed_at.is_(None),
            isouter=True,
        )
        .where(
            Organization.code > after,
            Organization.valid_from <= today,
            or_(Organization.valid_until.is_(None), Organization.valid_until >= today),
        )
        .order_by(Organization.code)
        .limit(limit)
    )
    if chosen.kind is not None:
        query = query.where(Organization.kind == chosen.kind)
    if chosen.area is not None:
        query = query.where(Organization.area_code.startswith(chosen.area, autoescape=True))
    if chosen.name is not None:
        query = query.where(Organization.name.contains(chosen.name, autoescape=True))
    rows = (await session.execute(query)).all()
    above = await _above(session, [body.id for body, _, _ in rows], today)
    return [_item(body, desk, name, above.get(body.id, ())) for body, desk, name in rows]


async def _above(
    session: AsyncSession, bodies: Sequence[UUID], today: date
) -> dict[UUID, list[tuple[EdgeKind, UUID]]]:
    query = select(
        OrganizationEdge.child_id, OrganizationEdge.kind, OrganizationEdge.parent_id
    ).where(
        OrganizationEdge.child_id.in_(bodies),
        OrganizationEdge.valid_from <= today,
        or_(OrganizationEdge.valid_until.is_(None), OrganizationEdge.valid_until >= today),
    )
    above: dict[UUID, list[tuple[EdgeKind, UUID]]] = {}
    for child, kind, parent in await session.execute(query):
        above.setdefault(child, []).append((kind, parent))
    return above


def _item(
    body: Organization,
    registry_id: UUID | None,
    registry: str | None,
    above: Sequence[tuple[EdgeKind, UUID]],
) -> OrganizationItem:
    return OrganizationItem(
        id=body.id,
        code=body.code,
        kind=body.kind,
        name=body.name,
        area_code=body.area_code,
        registry_id=registry_id,
        registry=registry,
        above=above,
    )
