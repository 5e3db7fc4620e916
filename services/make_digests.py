"""The mails of a working day: one for each registry that has routine notices to be told."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Text, Uuid

from domain.alarms import AT_ONCE
from domain.buddhist_era import bangkok_date
from domain.calendar_scope import calendar_scopes
from domain.notice_times import mail_turn
from domain.vocabulary import MailKind
from services.deadline_rules import load_rules

_ROUTINE = """
    n.mail_id IS NULL AND l.urgency <> ALL(:at_once)
"""
_JOINED = """
    JOIN hop h ON h.id = n.hop_id
    JOIN dispatch d ON d.id = h.dispatch_id
    JOIN letter l ON l.id = d.letter_id
"""

_ADDRESSEES = text(f"""
SELECT r.id, o.area_code, o.code
FROM registry r JOIN organization o ON o.id = r.organization_id
WHERE r.id IN (SELECT n.registry_id FROM notice n {_JOINED} WHERE {_ROUTINE})
""").bindparams(bindparam("at_once", type_=ARRAY(Text())))  # noqa: S608 (our own text)

# The index lets a registry have one digest a day, whoever else makes them at this moment.
_MAKE = text(f"""
WITH due AS (
    SELECT * FROM unnest(:registries, :turns) AS t (registry_id, turn)
), made AS (
    INSERT INTO mail (kind, state, registry_id, day, created_at, next_try_at, attempts)
    SELECT 'digest', 'waiting', registry_id, :day, :at, turn, 0 FROM due
    ON CONFLICT (registry_id, day) WHERE kind = 'digest' DO NOTHING
    RETURNING id, registry_id
), carried AS (
    UPDATE notice SET mail_id = routine.mail_id
    FROM (
        SELECT n.id, made.id AS mail_id
        FROM made JOIN notice n ON n.registry_id = made.registry_id {_JOINED} WHERE {_ROUTINE}
    ) routine
    WHERE notice.id = routine.id
)
SELECT count(*) FROM made
""").bindparams(  # noqa: S608 (our own text)
    bindparam("at_once", type_=ARRAY(Text())),
    bindparam("registries", type_=ARRAY(Uuid())),
    bindparam("turns", type_=ARRAY(DateTime(timezone=True))),
)

_URGENT = [urgency.value for urgency in AT_ONCE]


async def make_digests(session: AsyncSession, *, at: datetime) -> int:
    """Gather the routine notices that no mail carries yet, and return how many mails that makes.

    A registry gets none on a day on which its office is closed, or when it has closed for today:
    its notices wait for the next working day. Safe to run again.
    """
    turns = await _turns(session, at)
    if not turns:
        return 0
    values = {
        "registries": [registry_id for registry_id, _ in turns],
        "turns": [turn for _, turn in turns],
        "at_once": _URGENT,
        "day": bangkok_date(at),
        "at": at,
    }
    return await session.scalar(_MAKE, values) or 0


async def _turns(session: AsyncSession, at: datetime) -> Sequence[tuple[UUID, datetime]]:
    rules = await load_rules(session)
    found = []
    for row in await session.execute(_ADDRESSEES, {"at_once": _URGENT}):
        calendar = rules.calendar(calendar_scopes(row.area_code, row.code))
        turn = mail_turn(MailKind.DIGEST, calendar, turn=at, at=at)
        if turn is not None:
            found.append((row.id, turn))
    return found
