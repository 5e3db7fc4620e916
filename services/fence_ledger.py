"""How numbering is stopped when the record may have been changed, and how it goes on again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.checkpoint import Checkpoint, log_origin
from domain.errors import ConflictError
from domain.vocabulary import EventKind
from services.read_log import current_era, newest_root
from services.record_directory import NO_REGISTRY
from services.record_event import SYSTEM_OFFICER, record_event
from services.stray_rows import future_row

_SHOW = text("""
SELECT caught_up_at, stop_after, on_stop, fenced_at, fence_reason,
    extract(epoch FROM clock_timestamp() - caught_up_at) AS seconds,
    EXISTS (SELECT FROM seal) AS has_seals
FROM sealing
""")
_FENCE = text("""
UPDATE sealing SET fenced_at = statement_timestamp(), fence_reason = :reason
WHERE fenced_at IS NULL
""")
_LIFT = text("UPDATE sealing SET fenced_at = NULL, fence_reason = NULL")
# Until the new log has come as far, nobody knows before when everything is sealed.
_BEGIN_ANEW = text("UPDATE sealing SET caught_up_at = NULL")
_RULE = text("""
UPDATE sealing SET stop_after = :stop_after, on_stop = :on_stop
WHERE (stop_after, on_stop) IS DISTINCT FROM (CAST(:stop_after AS interval), :on_stop)
""")


@dataclass(frozen=True, kw_only=True, slots=True)
class SealingState:
    """How far sealing has come; `seconds` is how long ago that was, by the database's clock.

    `has_seals` says whether anything was ever sealed.
    """

    caught_up_at: datetime | None
    seconds: float | None
    stop_after: timedelta | None
    on_stop: str
    fenced_at: datetime | None
    fence_reason: str | None
    has_seals: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class NewLog:
    """A log that was begun anew, and where the one before ended."""

    era: int
    origin: str
    old_origin: str
    old_size: int


async def show_sealing(session: AsyncSession) -> SealingState:
    """Return how far sealing has come, and whether the ledger is fenced."""
    row = (await session.execute(_SHOW)).one()
    return SealingState(
        caught_up_at=row.caught_up_at,
        seconds=None if row.seconds is None else float(row.seconds),
        stop_after=row.stop_after,
        on_stop=row.on_stop,
        fenced_at=row.fenced_at,
        fence_reason=row.fence_reason,
        has_seals=row.has_seals,
    )


async def set_stop_rule(
    session: AsyncSession, *, stop_after: timedelta | None, on_stop: str
) -> None:
    """Say what becomes of numbers once sealing is so far behind: they are refused or marked."""
    await session.execute(_RULE, {"stop_after": stop_after, "on_stop": on_stop})


async def fence_ledger(session: AsyncSession, *, reason: str) -> None:
    """Let no number be given until an operator has acted; the first reason stays."""
    await session.execute(_FENCE, {"reason": reason})


async def lift_fence(session: AsyncSession) -> None:
    """Let numbers be given again. A fork that is still there is fenced again at the next look."""
    await session.execute(_LIFT)


async def restart_log(
    session: AsyncSession,
    *,
    name: str,
    reason: str,
    witnessed: Sequence[Checkpoint],
    at: datetime,
    era: int | None = None,
) -> NewLog:
    """Begin a new log that seals everything again from the first row, and lift the fence.

    Where the old one ended and what witnesses hold of it enters the record, so that nobody can
    later say that it never was.

    Args:
        session: The operator's transaction.
        name: The log's name, without an era.
        reason: Why.
        witnessed: The newest checkpoint of the old log that each witness holds.
        at: Now.
        era: The era to begin, where witnesses hold checkpoints of the next one already.

    Raises:
        ConflictError: `transactions_restarted`: this server counts transactions from below those
            of rows that are there, so that what comes would be sealed out of its order.
    """
    await session.execute(text("SELECT FROM sealing FOR UPDATE"))
    await _refuse_restarted(session)
    old = await current_era(session)
    new = max(old + 1, era or 0)
    old_size, old_root = await newest_root(session, era=old)
    begun = NewLog(
        era=new,
        origin=log_origin(name, new),
        old_origin=log_origin(name, old),
        old_size=old_size,
    )
    facts = {
        "era": new,
        "origin": begun.origin,
        "reason": reason,
        "old_origin": begun.old_origin,
        "old_size": old_size,
        "old_root": old_root.hex(),
        "witnessed": [{"size": one.size, "root": one.root.hex()} for one in witnessed],
    }
    await record_event(
        session,
        EventKind.LOG_RESTARTED,
        at=at,
        by=SYSTEM_OFFICER,
        registry_id=NO_REGISTRY,
        facts=facts,
    )
    await lift_fence(session)
    await session.execute(_BEGIN_ANEW)
    return begun


async def _refuse_restarted(session: AsyncSession) -> None:
    row = await future_row(session)
    if row is not None:
        raise ConflictError(
            "เซิร์ฟเวอร์ฐานข้อมูลนี้นับธุรกรรมต่ำกว่าที่บันทึกไว้แล้ว"
            " โปรดหยุดเซิร์ฟเวอร์และเลื่อนเลขธุรกรรมด้วย pg_resetwal ก่อนเริ่มบันทึกปิดผนึกใหม่",
            code="transactions_restarted",
            row=row,
        )
