"""A made-up nation to measure with: bodies, desks, officers, and letters under way."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import psycopg
from pydantic import SecretStr
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from domain.access import ActingOfficer
from domain.buddhist_era import register_year
from domain.deadlines import Deadlines
from domain.vocabulary import Book, OrganizationKind, Role
from infra.database import create_engine, create_sessions
from models import Letter, Officer, OfficerRole, Organization, Register, Registry
from services.create_dispatch import SendOrder
from services.dispatch_letter import dispatch_letter
from services.issue_letter import issue_letter
from services.letter_draft import LetterDraft

FOUNDED = date(2000, 1, 1)


class NoFiles:
    """A store without files: the letters measured here enclose nothing."""

    async def size(self, sha256: bytes, *, depositor: UUID) -> int | None:
        """Say that no file is there."""
        del sha256, depositor
        return None


@dataclass(frozen=True, kw_only=True)
class Body:
    """An organization, its desk, and the clerk there."""

    organization_id: UUID
    registry_id: UUID
    clerk: ActingOfficer


async def found_nation(owner_url: SecretStr, *, prefix: str, bodies: int) -> list[Body]:
    """Write `bodies` organizations with a desk and a clerk each, and return them."""
    engine = create_engine(owner_url, pool=1, role=None)
    codes = [f"{prefix}-{nth:05d}" for nth in range(bodies)]
    async with create_sessions(engine).begin() as session:
        await session.execute(
            insert(Organization),
            [
                {"code": code, "name": code, "kind": OrganizationKind.OTHER, "valid_from": FOUNDED}
                for code in codes
            ],
        )
        organizations = await _ids(session, Organization, prefix)
        await session.execute(
            insert(Registry),
            [
                {"code": c, "name": c, "organization_id": organizations[c], "prefix": "กข 0001"}
                for c in codes
            ],
        )
        registries = await _ids(session, Registry, prefix)
        await session.execute(insert(Officer), [{"subject": c, "name": c} for c in codes])
        rows = await session.execute(
            select(Officer.subject, Officer.id).where(Officer.subject.startswith(prefix))
        )
        officers = {row.subject: row.id for row in rows}
        await session.execute(
            insert(OfficerRole),
            [
                {"officer_id": officers[c], "registry_id": registries[c], "role": Role.CLERK}
                for c in codes
            ],
        )
        # A desk opens its book once a year; what is measured is every other day.
        year, at = register_year(datetime.now(UTC)), datetime.now(UTC)
        await session.execute(
            insert(Register),
            [
                {"registry_id": registries[c], "book": Book.INCOMING, "year": year}
                | {"opened_at": at, "opened_by": officers[c]}
                for c in codes
            ],
        )
    await engine.dispose()
    return [
        Body(
            organization_id=organizations[code],
            registry_id=registries[code],
            clerk=ActingOfficer(
                id=officers[code],
                name=code,
                roles={registries[code]: frozenset({Role.CLERK, Role.HEAD})},
            ),
        )
        for code in codes
    ]


async def _ids(
    session: AsyncSession, table: type[Organization] | type[Registry], prefix: str
) -> dict[str, UUID]:
    rows = await session.execute(select(table.code, table.id).where(table.code.startswith(prefix)))
    return {row.code: row.id for row in rows}


async def issue(sessions: async_sessionmaker[AsyncSession], sender: Body) -> Letter:
    """Issue one circular of the sender."""
    async with sessions.begin() as session:
        return await issue_letter(
            session,
            by=sender.clerk,
            registry_id=sender.registry_id,
            draft=LetterDraft(subject="หนังสือเวียนสำหรับการวัด"),
            files=NoFiles(),
            at=datetime.now(UTC),
        )


def order(recipients: list[Body], *, days: int = 9) -> SendOrder:
    """Return an order to all recipients with deadlines days away."""
    now = datetime.now(UTC)
    return SendOrder(
        recipients=[body.organization_id for body in recipients],
        deadlines=Deadlines(
            register_by=now + timedelta(days=days - 4), acknowledge_by=now + timedelta(days=days)
        ),
    )


async def dispatch(
    sessions: async_sessionmaker[AsyncSession], sender: Body, recipients: list[Body]
) -> UUID:
    """Issue and send one circular; return the id of the dispatch."""
    letter = await issue(sessions, sender)
    async with sessions.begin() as session:
        sent = await dispatch_letter(
            session,
            by=sender.clerk,
            letter_id=letter.id,
            order=order(recipients),
            at=datetime.now(UTC),
        )
    return sent.id


def analyze(superuser_url: str) -> None:
    """Let the planner know the tables, as autovacuum would after a while."""
    with psycopg.connect(superuser_url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
