"""How a worked-out list of local bodies is written: one statement for each table, however long."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CursorResult, TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from models import Registry
from services.bodies.directory import Body
from services.bodies.plan import BodyPlan
from services.record_directory import NO_REGISTRY, record_directory
from services.record_event import SYSTEM_OFFICER

_BODY: Final = """jsonb_to_recordset(CAST(:rows AS jsonb)) AS told (
    code text, kind text, name text, area_code text, valid_from date, valid_until date,
    began date)"""
_ADD_BODIES = text(f"""
INSERT INTO organization (code, kind, name, area_code, valid_from, valid_until)
SELECT code, kind, name, area_code, valid_from, valid_until FROM {_BODY}
""")  # noqa: S608 (our own words)
_CHANGE_BODIES = text(f"""
UPDATE organization o SET name = told.name, area_code = told.area_code,
    valid_from = told.valid_from, valid_until = told.valid_until
FROM {_BODY} WHERE o.code = told.code
""")  # noqa: S608 (our own words)
# Who stands above a body does so as long as the body is there.
_MOVE_EDGES = text(f"""
UPDATE organization_edge e SET valid_from = told.valid_from
FROM organization o JOIN {_BODY} ON o.code = told.code
WHERE e.child_id = o.id AND e.valid_from = told.began
    AND (e.valid_until IS NULL OR e.valid_until >= told.valid_from)
""")  # noqa: S608 (our own words)
_END_EDGES = text(f"""
UPDATE organization_edge e SET valid_until = greatest(e.valid_from, told.valid_until)
FROM organization o JOIN {_BODY} ON o.code = told.code
WHERE e.child_id = o.id AND (e.valid_until IS NULL OR e.valid_until > told.valid_until)
""")  # noqa: S608 (our own words)
_ADD_EDGES = text("""
INSERT INTO organization_edge (child_id, parent_id, kind, valid_from, valid_until)
SELECT child.id, parent.id, told.kind, told.valid_from, told.valid_until
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS told (
    child text, parent text, kind text, valid_from date, valid_until date)
JOIN organization child ON child.code = told.child
JOIN organization parent ON parent.code = told.parent
""")
_ADD_DESKS = text("""
INSERT INTO registry (organization_id, code, name)
SELECT o.id, told.code, told.name
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS told (body text, code text, name text)
JOIN organization o ON o.code = told.body
RETURNING id
""")
_RENAME_DESKS = text("""
UPDATE registry r SET name = told.after
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS told (body text, before text, after text)
JOIN organization o ON o.code = told.body
WHERE r.organization_id = o.id AND r.name = told.before
RETURNING r.id
""")
# What a body was called and when it ended is told as it was after each change, not at the end.
_NOTE = text("""
INSERT INTO event (kind, at, officer_id, registry_id, facts)
SELECT 'organization_recorded', :at, :by, :nowhere, jsonb_strip_nulls(to_jsonb(o) || told.facts)
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS told (nth integer, code text, facts jsonb)
JOIN organization o ON o.code = told.code ORDER BY told.nth
""")


async def write_bodies(session: AsyncSession, plan: BodyPlan, *, at: datetime) -> None:
    """Write a plan, and what it changes into the record."""
    moved = {code: plan.changed[code] for code in plan.moved}
    ended = [body for body in plan.changed.values() if body.valid_until is not None]
    await _execute(session, _ADD_BODIES, map(_row, [*plan.surroundings, *plan.added]))
    await _execute(session, _CHANGE_BODIES, map(_row, plan.changed.values()))
    await _execute(
        session, _MOVE_EDGES, (_row(body, plan.moved[code]) for code, body in moved.items())
    )
    await _execute(session, _END_EDGES, map(_row, ended))
    await _execute(session, _ADD_EDGES, map(asdict, plan.edges))
    desks = await _execute(session, _ADD_DESKS, map(asdict, plan.desks))
    renamed = (
        {"body": code, "before": before, "after": plan.changed[code].name}
        for code, before in plan.renamed.items()
    )
    desks += await _execute(session, _RENAME_DESKS, renamed)
    await record_directory(session, Registry, changed=desks, at=at)
    notes = (
        {"nth": nth, "code": code, "facts": facts} for nth, (code, facts) in enumerate(plan.notes)
    )
    await _execute(session, _NOTE, notes, at=at, by=SYSTEM_OFFICER, nowhere=NO_REGISTRY)


async def _execute(
    session: AsyncSession,
    statement: TextClause,
    rows: Iterable[Mapping[str, Any]],
    **values: object,
) -> list[UUID]:
    """Do one statement over all rows, if there are any, and return the ids that it gives back."""
    told = list(rows)
    if not told:
        return []
    result = await session.execute(statement, values | {"rows": json.dumps(told, default=str)})
    gives_ids = isinstance(result, CursorResult) and result.returns_rows
    return list(result.scalars()) if gives_ids else []


def _row(body: Body, began: date | None = None) -> dict[str, Any]:
    return {
        "code": body.code,
        "kind": body.kind,
        "name": body.name,
        "area_code": body.area_code,
        "valid_from": body.valid_from,
        "valid_until": body.valid_until,
        "began": began,
    }
