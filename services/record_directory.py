"""How a change of the directory enters the record: who was called what, from when on."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import TextClause, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Uuid

from models import Base, Officer, Organization, Registry
from services.record_event import SYSTEM_OFFICER

NO_REGISTRY = UUID(int=0)
"""For which registry something happened that concerns none."""


def _statement(kind: str, desk: str, table: type[Base], facts: str) -> TextClause:
    return text(f"""
    INSERT INTO event (kind, at, officer_id, registry_id, facts)
    SELECT '{kind}', :at, :by, {desk}, jsonb_strip_nulls({facts})
    FROM {table.__tablename__} one WHERE id = ANY(:ids) ORDER BY id
    """).bindparams(bindparam("ids", type_=ARRAY(Uuid())))  # noqa: S608 (our own names)


_NOWHERE = f"CAST('{NO_REGISTRY}' AS uuid)"
# A mailbox may be a person's own: the record, which nobody can take back, does without. What a
# person is called goes out with evidence; login and clearance are an event apart.
_STATEMENTS: Mapping[type[Base], Sequence[TextClause]] = {
    Organization: [
        _statement("organization_recorded", _NOWHERE, Organization, "to_jsonb(one)"),
    ],
    Registry: [_statement("registry_recorded", "one.id", Registry, "to_jsonb(one) - 'mail'")],
    Officer: [
        _statement(
            "officer_recorded", _NOWHERE, Officer, "jsonb_build_object('id', id, 'name', name)"
        ),
        _statement(
            "officer_cleared",
            _NOWHERE,
            Officer,
            "jsonb_build_object('id', id, 'subject', subject, 'clearance', clearance,"
            " 'closed_at', closed_at)",
        ),
    ],
}


async def record_directory(
    session: AsyncSession, table: type[Base], *, changed: Collection[UUID], at: datetime
) -> None:
    """Append an event for each row of the directory that is new or differs from before."""
    if not changed:
        return
    values = {"at": at, "by": SYSTEM_OFFICER, "ids": list(changed)}
    for statement in _STATEMENTS.get(table, ()):
        await session.execute(statement, values)
