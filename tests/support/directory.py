"""A small province for tests: enough bodies and desks for every rule, and no more."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from pydantic import SecretStr
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import ActingOfficer
from domain.vocabulary import EdgeKind, OrganizationKind, Role
from infra.database import create_engine
from models import Officer, OfficerRole, Organization, OrganizationEdge, Registry

LONG_AGO = date(2011, 3, 23)


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """A registry with one officer for each role."""

    organization_id: UUID
    registry_id: UUID
    name: str
    clerk: ActingOfficer
    head: ActingOfficer
    deputy: ActingOfficer
    auditor: ActingOfficer
    admin: ActingOfficer


@dataclass(frozen=True, kw_only=True, slots=True)
class Directory:
    """agency → hall (province) → office → districts a, b → local bodies; one body direct.

    `closed` is a body that ended; `deskless` is one without a registry.
    """

    desks: Mapping[str, Desk]
    closed: UUID
    deskless: UUID

    def __getitem__(self, name: str) -> Desk:
        return self.desks[name]


_BODIES: tuple[tuple[str, str, OrganizationKind, str | None, str | None], ...] = (
    ("agency", "สำนักงานทดสอบแห่งชาติ", OrganizationKind.NATIONAL_AGENCY, None, "ทด 0017"),
    ("hall", "ศาลากลางจังหวัดทดสอบ", OrganizationKind.PROVINCE, "38", "ทส 0017"),
    ("office", "สำนักงานท้องถิ่นจังหวัดทดสอบ", OrganizationKind.PROVINCIAL_OFFICE, "38", "ทส 0023.4"),
    ("district_a", "ที่ว่าการอำเภอ ก", OrganizationKind.DISTRICT, "3801", "ทส 0118"),
    ("district_b", "ที่ว่าการอำเภอ ข", OrganizationKind.DISTRICT, "3802", "ทส 0218"),
    ("body_a1", "องค์การบริหารส่วนตำบล ก หนึ่ง", OrganizationKind.SAO, "380101", None),
    ("body_a2", "เทศบาลตำบล ก สอง", OrganizationKind.SUBDISTRICT_MUNICIPALITY, "380102", None),
    ("body_b1", "องค์การบริหารส่วนตำบล ข หนึ่ง", OrganizationKind.SAO, "380201", None),
    ("direct", "องค์การบริหารส่วนจังหวัดทดสอบ", OrganizationKind.PAO, "38", None),
    ("stranger", "หน่วยงานอื่น", OrganizationKind.OTHER, None, "อน 0001"),
)
_EDGES = (
    ("office", "hall", EdgeKind.SECTION_OF),
    ("district_a", "hall", EdgeKind.COMMAND),
    ("district_b", "hall", EdgeKind.COMMAND),
    ("body_a1", "district_a", EdgeKind.SUPERVISION),
    ("body_a2", "district_a", EdgeKind.SUPERVISION),
    ("body_b1", "district_b", EdgeKind.SUPERVISION),
    ("direct", "hall", EdgeKind.SUPERVISION),
)


async def create_directory(owner_url: SecretStr) -> Directory:
    """Write the province as the owner of the database: the application may not."""
    engine = create_engine(owner_url, pool=1, role=None)
    async with AsyncSession(engine, expire_on_commit=False) as session, session.begin():
        directory = await _write(session)
    await engine.dispose()
    return directory


async def _write(session: AsyncSession) -> Directory:
    bodies: dict[str, UUID] = {}
    desks: dict[str, Desk] = {}
    for code, name, kind, area, prefix in _BODIES:
        bodies[code] = await _body(session, code, name, kind, area)
        desks[code] = await _desk(session, code, name, bodies[code], prefix)
    for child, parent, edge in _EDGES:
        await session.execute(
            insert(OrganizationEdge).values(
                child_id=bodies[child], parent_id=bodies[parent], kind=edge, valid_from=LONG_AGO
            )
        )
    closed = await _body(
        session, "closed", "หน่วยงานที่ยุบแล้ว", OrganizationKind.SAO, None, date(2020, 1, 1)
    )
    deskless = await _body(session, "deskless", "หน่วยงานไม่มีสารบรรณ", OrganizationKind.SAO, None)
    return Directory(desks=desks, closed=closed, deskless=deskless)


async def _body(
    session: AsyncSession,
    code: str,
    name: str,
    kind: OrganizationKind,
    area: str | None,
    until: date | None = None,
) -> UUID:
    body = Organization(
        code=code, name=name, kind=kind, area_code=area, valid_from=LONG_AGO, valid_until=until
    )
    session.add(body)
    await session.flush()
    return body.id


async def _desk(
    session: AsyncSession, code: str, name: str, organization_id: UUID, prefix: str | None
) -> Desk:
    registry = Registry(code=code, name=name, organization_id=organization_id, prefix=prefix)
    session.add(registry)
    await session.flush()
    officers = {
        role.value: await _officer(session, f"{role.value}.{code}", registry.id, role)
        for role in Role
    }
    return Desk(organization_id=organization_id, registry_id=registry.id, name=name, **officers)


async def _officer(
    session: AsyncSession, subject: str, registry_id: UUID, role: Role
) -> ActingOfficer:
    officer = Officer(subject=subject, name=subject)
    session.add(officer)
    await session.flush()
    session.add(OfficerRole(officer_id=officer.id, registry_id=registry_id, role=role))
    await session.flush()
    return ActingOfficer(id=officer.id, name=subject, roles={registry_id: frozenset({role})})
