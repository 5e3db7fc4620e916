"""How bodies, desks and officers come into the ledger: whole lists, safe to import again."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import InvalidError
from domain.vocabulary import EdgeKind, OrganizationKind, Role
from models import Base, Officer, OfficerRole, Organization, OrganizationEdge, Registry


@dataclass(frozen=True, kw_only=True, slots=True)
class BodyRow:
    """One organization, with the codes of those above it."""

    code: str
    kind: OrganizationKind
    name: str
    area_code: str | None
    valid_from: date
    valid_until: date | None
    above: Sequence[tuple[EdgeKind, str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class DeskRow:
    """One registry, with the code of its organization."""

    code: str
    organization_code: str
    name: str
    prefix: str | None
    receives: bool
    has_circular_book: bool
    circular_digits: int


@dataclass(frozen=True, kw_only=True, slots=True)
class OfficerRow:
    """One role of one officer at one registry."""

    subject: str
    name: str
    registry_code: str
    role: Role


async def import_directory(
    session: AsyncSession,
    *,
    bodies: Sequence[BodyRow],
    desks: Sequence[DeskRow],
    officers: Sequence[OfficerRow],
) -> None:
    """Add what is new and change what differs; nothing is ever deleted.

    The session must have the rights of the database's owner: the application may not change
    the directory.

    Raises:
        InvalidError: `directory_code_unknown`, with the codes that nothing in the lists or the
            ledger bears.
    """
    await _upsert(session, Organization, (_without(row, "above") for row in bodies), "code")
    body_ids = await _ids(session, Organization)
    edges = [
        {
            "child_id": body_ids[row.code],
            "parent_id": _known(body_ids, code),
            "kind": kind,
            "valid_from": row.valid_from,
            "valid_until": row.valid_until,
        }
        for row in bodies
        for kind, code in row.above
    ]
    await _upsert(session, OrganizationEdge, edges, "child_id", "parent_id", "kind", "valid_from")
    await _upsert(
        session,
        Registry,
        (
            _without(row, "organization_code")
            | {"organization_id": _known(body_ids, row.organization_code)}
            for row in desks
        ),
        "code",
    )
    await _import_officers(session, officers)


async def _import_officers(session: AsyncSession, officers: Sequence[OfficerRow]) -> None:
    desk_ids = await _ids(session, Registry)
    people = {row.subject: {"subject": row.subject, "name": row.name} for row in officers}
    await _upsert(session, Officer, people.values(), "subject")
    found = await session.execute(select(Officer.subject, Officer.id))
    officer_ids = {row.subject: row.id for row in found}
    roles = [
        {
            "officer_id": officer_ids[row.subject],
            "registry_id": _known(desk_ids, row.registry_code),
            "role": row.role,
        }
        for row in officers
    ]
    await _upsert(session, OfficerRole, roles, "officer_id", "registry_id", "role")


async def _upsert(
    session: AsyncSession, table: type[Base], rows: Iterable[dict[str, Any]], *key: str
) -> None:
    values = list(rows)
    if not values:
        return
    statement = insert(table)
    changed = {name: statement.excluded[name] for name in values[0] if name not in key}
    upsert = (
        statement.on_conflict_do_update(index_elements=key, set_=changed)
        if changed
        else statement.on_conflict_do_nothing(index_elements=key)
    )
    await session.execute(upsert, values)


async def _ids(
    session: AsyncSession, table: type[Organization] | type[Registry]
) -> dict[str, UUID]:
    found = await session.execute(select(table.code, table.id))
    return {row.code: row.id for row in found}


def _known(ids: dict[str, UUID], code: str) -> UUID:
    if code not in ids:
        raise InvalidError(f"ไม่รู้จักรหัส {code}", code="directory_code_unknown", unknown=code)
    return ids[code]


def _without(row: BodyRow | DeskRow, name: str) -> dict[str, Any]:
    return {key: value for key, value in asdict(row).items() if key != name}
