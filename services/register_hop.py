"""What happens when a registry stamps a letter that was sent to it (ลงรับ)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Text, Uuid

from domain.access import STAMP, ActingOfficer
from domain.buddhist_era import bangkok_date, register_year
from domain.errors import InvalidError
from domain.hop_states import target
from domain.vocabulary import Book, EntryKind, HopAction
from models import Hop
from services.start_clock import start_clock
from services.take_number import PaperNumber, Shelf, ensure_register, number_refused
from services.visible_hops import get_received_hop

# One statement: lock the hop, take the number, move the state, record the event. The process is
# not told: it waits only for hops to be settled and reads the ledger before it acts
# (docs/decisions/0005).
REGISTER_STATEMENT = text("""
WITH received AS (
    SELECT h.id, h.dispatch_id, h.recipient_registry_id, h.circular_id, h.secrecy, d.letter_id,
        d.acknowledge_within, l.urgency,
        CASE WHEN h.suspended_at IS NULL THEN p.register_by END AS register_by
    FROM hop h JOIN dispatch d ON d.id = h.dispatch_id JOIN letter l ON l.id = d.letter_id
    JOIN deadline_plan p ON p.id = h.plan_id
    WHERE h.id = :hop_id AND h.state = 'sent' AND h.recipient_registry_id = ANY(:desks)
        AND h.secrecy = ANY(:classes) AND l.dated <= :stamped_on
    FOR UPDATE OF h
), entry AS (
    INSERT INTO register_entry (register_id, number, kind, hop_id, stamped_at, stamp_has_time,
        recorded_at, recorded_by, reason)
    SELECT book.id, :number, :kind, received.id, :stamped_at, :stamp_has_time, :at, :by, :reason
    FROM received JOIN register book
        ON book.registry_id = received.recipient_registry_id AND book.book = 'incoming'
        AND book.year = :year AND book.secrecy = received.secrecy
    RETURNING id, register_id, number, stamped_at, stamp_has_time, recorded_at
), moved AS (
    UPDATE hop SET state = 'registered', receipt_entry_id = entry.id,
        registered_at = entry.recorded_at, registered_by = :by
    FROM entry WHERE hop.id = :hop_id
), noted AS (
    INSERT INTO event (kind, at, officer_id, registry_id, circular_id, letter_id, dispatch_id,
        hop_id, secrecy, urgency, is_late, facts)
    SELECT 'registered', entry.recorded_at, :by, recipient_registry_id, circular_id, letter_id,
        dispatch_id, received.id, secrecy, urgency,
        coalesce(entry.recorded_at > register_by, false),
        jsonb_build_object('before', 'sent', 'after', 'registered', 'number', entry.number,
            'stamped_at', entry.stamped_at, 'stamp_has_time', entry.stamp_has_time)
    FROM received, entry
)
SELECT received.id AS hop_id, recipient_registry_id AS registry_id, number, stamped_at,
    stamp_has_time, recorded_at, CAST(:by AS uuid) AS recorded_by, acknowledge_within
FROM received, entry
""").bindparams(bindparam("desks", type_=ARRAY(Uuid())), bindparam("classes", type_=ARRAY(Text())))

_RECEIPT = text("""
SELECT e.hop_id, h.recipient_registry_id AS registry_id, e.number, e.stamped_at, e.stamp_has_time,
    e.recorded_at, e.recorded_by
FROM register_entry e JOIN hop h ON h.id = e.hop_id
WHERE e.id = :entry_id
""")


@dataclass(frozen=True, kw_only=True, slots=True)
class Stamp:
    """What the receiving stamp (ตรารับ) says, where it does not simply say "now".

    A stamp on paper may lack the time of day; `stamped_at` is then midnight in Bangkok.
    """

    stamped_at: datetime
    has_time: bool = True
    paper: PaperNumber | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """The receiving registry's number (เลขรับ), with what the stamp says and when it came in."""

    hop_id: UUID
    registry_id: UUID
    number: int
    stamped_at: datetime
    stamp_has_time: bool
    recorded_at: datetime
    recorded_by: UUID


async def register_hop(
    session: AsyncSession,
    *,
    by: ActingOfficer,
    hop_id: UUID,
    at: datetime,
    stamp: Stamp | None = None,
) -> Receipt:
    """Give a hop its receipt; a repeat returns the receipt it has.

    Raises:
        NotFoundError: The officer must not know of the hop.
        NotAllowedError: The officer is not a clerk or head of the recipient.
        ConflictError: `hop_step_not_allowed`, `number_taken` or `number_not_on_paper`.
        InvalidError: `stamped_in_future`, `stamped_before_letter` or `stamped_in_other_year`.
    """
    _check_stamp(stamp, at)
    values = _values(by, hop_id, at, stamp)
    row = await _stamp(session, values)
    if row is None:
        hop, _ = await get_received_hop(session, by=by, hop_id=hop_id)
        if hop.receipt_entry_id is not None:
            return await read_receipt(session, hop.receipt_entry_id)
        target(hop.state, HopAction.REGISTER)
        await ensure_register(
            session,
            shelf=Shelf(
                registry_id=hop.recipient_registry_id, book=Book.INCOMING, secrecy=hop.secrecy
            ),
            year=register_year(stamp.stamped_at if stamp else at),
            by=by.id,
            at=at,
        )
        row = await _stamp(session, values)
    return await _receipt(session, row, at) if row else await _lost_race(session, by, hop_id)


async def _receipt(session: AsyncSession, row: RowMapping, at: datetime) -> Receipt:
    facts = dict(row)
    days = facts.pop("acknowledge_within")
    receipt = Receipt(**facts)
    if days is not None:
        await start_clock(
            session, hop_id=receipt.hop_id, received_at=receipt.stamped_at, days=days, at=at
        )
    return receipt


async def _stamp(session: AsyncSession, values: dict[str, object]) -> RowMapping | None:
    try:
        return (await session.execute(REGISTER_STATEMENT, values)).mappings().one_or_none()
    except DBAPIError as error:
        raise number_refused(error) from error


async def read_receipt(session: AsyncSession, entry_id: UUID) -> Receipt:
    """Return the receipt that a register entry holds."""
    row = (await session.execute(_RECEIPT, {"entry_id": entry_id})).mappings().one()
    return Receipt(**row)


async def _lost_race(session: AsyncSession, by: ActingOfficer, hop_id: UUID) -> Receipt:
    # Nothing was missing and yet nothing was stamped: the stamp is older than the letter, or
    # another desk moved the hop between the two statements.
    hop = await session.get_one(Hop, hop_id, populate_existing=True)
    if hop.receipt_entry_id is not None:
        return await read_receipt(session, hop.receipt_entry_id)
    target(hop.state, HopAction.REGISTER)
    raise InvalidError("วันที่รับมาก่อนวันที่ของหนังสือ", code="stamped_before_letter", field="stamped_at")


def _values(
    by: ActingOfficer, hop_id: UUID, at: datetime, stamp: Stamp | None
) -> dict[str, object]:
    paper = stamp.paper if stamp else None
    stamped_at = stamp.stamped_at if stamp else None
    return {
        "hop_id": hop_id,
        "desks": by.registries(STAMP),
        "classes": [one.value for one in by.classes],
        "number": paper.number if paper else None,
        "kind": (EntryKind.BACK_ENTERED if paper else EntryKind.ALLOCATED).value,
        "stamped_at": stamped_at,
        "stamped_on": bangkok_date(stamped_at or at),
        "stamp_has_time": stamp.has_time if stamp else True,
        "at": at,
        "by": by.id,
        "reason": paper.reason if paper else None,
        "year": register_year(stamped_at or at),
    }


def _check_stamp(stamp: Stamp | None, at: datetime) -> None:
    if stamp is None:
        return
    if stamp.stamped_at > at:
        raise InvalidError("วันเวลารับอยู่ในอนาคต", code="stamped_in_future", field="stamped_at")
    if stamp.paper is None and register_year(stamp.stamped_at) != register_year(at):
        raise InvalidError(
            "ตรารับเป็นของปีก่อน โปรดระบุเลขรับบนกระดาษและเหตุผล",
            code="stamped_in_other_year",
            field="stamped_at",
        )
