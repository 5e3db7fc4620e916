"""The mails that do not wait for the morning."""

from datetime import datetime

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Text

from domain.alarms import AT_ONCE
from domain.buddhist_era import bangkok_date

# Notices that another mailer is giving to a mail of its own right now are left to it.
_MAKE = text("""
WITH urgent AS (
    SELECT n.id, n.registry_id
    FROM notice n
    JOIN hop h ON h.id = n.hop_id
    JOIN dispatch d ON d.id = h.dispatch_id
    JOIN letter l ON l.id = d.letter_id
    WHERE n.mail_id IS NULL AND l.urgency = ANY(:at_once)
    FOR NO KEY UPDATE OF n SKIP LOCKED
), made AS (
    INSERT INTO mail (kind, state, registry_id, day, created_at, next_try_at, attempts)
    SELECT 'at_once', 'waiting', registry_id, :day, :at, :at, 0
    FROM urgent GROUP BY registry_id
    RETURNING id, registry_id
), carried AS (
    UPDATE notice SET mail_id = made.id
    FROM urgent JOIN made ON made.registry_id = urgent.registry_id
    WHERE notice.id = urgent.id
)
SELECT count(*) FROM made
""").bindparams(bindparam("at_once", type_=ARRAY(Text())))

_URGENT = [urgency.value for urgency in AT_ONCE]


async def make_urgent_mails(session: AsyncSession, *, at: datetime) -> int:
    """Gather the urgent notices that no mail carries yet, and return how many mails that makes."""
    values = {"at_once": _URGENT, "day": bangkok_date(at), "at": at}
    return await session.scalar(_MAKE, values) or 0
