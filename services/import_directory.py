"""How bodies, desks and officers come into the ledger: whole lists, safe to import again."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import or_, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.dml import ReturningInsert

from domain.errors import InvalidError
from domain.vocabulary import EdgeKind, OrganizationKind, Role, Secrecy
from models import Officer, OfficerRole, Organization, OrganizationEdge, Registry
from services.record_directory import record_directory

_Kept = Organization | OrganizationEdge | Registry | Officer | OfficerRole
_LEFT_UNSAID = frozenset({"mail", "clearance"})
"""What stays as the ledger has it where a list says nothing of it."""

MANY_BODIES: Final = 500
# A planner that does not know how many there are now joins them one by one.
COUNT_ROWS: Final = text("ANALYZE organization, organization_edge, registry, officer, officer_role")


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
    """One registry, with the code of its organization; without a `mail` it keeps what it has."""

    code: str
    organization_code: str
    name: str
    prefix: str | None
    receives: bool
    has_circular_book: bool
    circular_digits: int
    mail: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class OfficerRow:
    """One role of one officer at one registry.

    Without a `mail` or a `clearance` the officer keeps what the ledger has.
    """

    subject: str
    name: str
    registry_code: str
    role: Role
    mail: str | None = None
    clearance: Secrecy | None = None


async def import_directory(
    session: AsyncSession,
    *,
    bodies: Sequence[BodyRow],
    desks: Sequence[DeskRow],
    officers: Sequence[OfficerRow],
    at: datetime,
) -> None:
    """Add what is new and change what differs, and record both; nothing is ever deleted.

    The session must have the rights of the database's owner: the application may not change
    the directory.

    Raises:
        InvalidError: `directory_code_unknown`, with the codes that nothing in the lists or the
            ledger bears.
    """
    await _upsert(session, Organization, (_without(row, "above") for row in bodies), at, "code")
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
    await _upsert(
        session, OrganizationEdge, edges, at, "child_id", "parent_id", "kind", "valid_from"
    )
    await _upsert(
        session,
        Registry,
        (
            _without(row, "organization_code")
            | {"organization_id": _known(body_ids, row.organization_code)}
            for row in desks
        ),
        at,
        "code",
    )
    await _import_officers(session, officers, at)
    if len(bodies) >= MANY_BODIES:
        await session.execute(COUNT_ROWS)


async def _import_officers(
    session: AsyncSession, officers: Sequence[OfficerRow], at: datetime
) -> None:
    desk_ids = await _ids(session, Registry)
    # A person has a line for each role, and one line may say what another leaves out.
    people: dict[str, dict[str, Any]] = {}
    for row in officers:
        said = {"name": row.name, "mail": row.mail, "clearance": row.clearance}
        people.setdefault(row.subject, {"subject": row.subject}).update(_said(said))
    await _upsert(session, Officer, people.values(), at, "subject")
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
    await _upsert(session, OfficerRole, roles, at, "officer_id", "registry_id", "role")


async def _upsert(
    session: AsyncSession,
    table: type[_Kept],
    rows: Iterable[dict[str, Any]],
    at: datetime,
    *key: str,
) -> None:
    # Rows that say the same columns go together: what a row leaves out must stay as it is.
    groups: dict[frozenset[str], list[dict[str, Any]]] = {}
    for row in map(_said, rows):
        groups.setdefault(frozenset(row), []).append(row)
    for values in groups.values():
        found = await session.scalars(_upsert_of(table, values[0], *key), values)
        await record_directory(session, table, changed=found.all(), at=at)


def _upsert_of(table: type[_Kept], row: dict[str, Any], *key: str) -> ReturningInsert[UUID]:
    """Return the statement that gives back the ids of those rows alone that are new or differ."""
    statement = insert(table)
    changed = {name: statement.excluded[name] for name in row if name not in key}
    if not changed:
        return statement.on_conflict_do_nothing(index_elements=key).returning(table.id)
    differs = or_(*(getattr(table, name).is_distinct_from(new) for name, new in changed.items()))
    return statement.on_conflict_do_update(
        index_elements=key, set_=changed, where=differs
    ).returning(table.id)


def _said(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value for name, value in row.items() if value is not None or name not in _LEFT_UNSAID
    }


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
