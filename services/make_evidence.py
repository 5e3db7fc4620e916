"""What a stranger needs to believe what became of a hop: its entries in the sealed log, proved."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from typing import Any
from uuid import UUID

from sqlalchemy import Row, TextClause, bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Text, Uuid

from domain.access import ActingOfficer
from domain.checkpoint import read_checkpoint
from domain.errors import ConflictError, NotFoundError
from domain.evidence_bundle import FORMAT
from domain.evidence_summary import EvidenceStory, summarize_evidence
from domain.leaf import ENTRY, EVENT, read_leaf
from domain.vocabulary import EventKind, Secrecy
from models import Attachment, Dispatch, Hop, Letter
from services.letter_content import letter_content
from services.note_reading import note_reading
from services.prove_leaves import (
    LeafProofs,
    Place,
    SignedSize,
    find_places,
    prove_places,
    read_entry_leaf,
    read_event_leaves,
)
from services.read_log import current_era
from services.record_event import SYSTEM_OFFICER
from services.visible_events import OPERATOR, Sight
from services.visible_hops import get_hop, get_letter

Json = dict[str, Any]

_COLUMNS = "e.id, e.at, CAST(CAST(e.txid AS text) AS bigint) AS txid, e.kind"

# By id: a desk that waits for the lock of the hop writes its event after the other has committed.
_OWN = (
    "SELECT {columns}, e.dispatch_id FROM event e WHERE e.hop_id = :hop_id AND {seen} ORDER BY e.id"
)

# Both lie in the partition of their instant, at the beginning of what is searched.
_BEFORE = """
(SELECT {columns} FROM event e WHERE e.letter_id = :letter_id AND e.at = :issued_at
    AND e.kind = 'letter_issued' AND {seen} ORDER BY e.id LIMIT 1)
UNION ALL
(SELECT {columns} FROM event e WHERE e.kind = 'dispatched' AND e.id > :sent_id AND e.at = :sent_at
    AND e.dispatch_id = :dispatch_id AND e.letter_id = :letter_id AND {seen} ORDER BY e.id LIMIT 1)
"""

# What everybody was called when it happened, or was recorded to be called later.
_NAMES = text(f"""
SELECT DISTINCT ON (e.named) {_COLUMNS} FROM (
    SELECT registry_id AS named, * FROM event
    WHERE kind = 'registry_recorded' AND registry_id = ANY(:registries)
    UNION ALL
    SELECT CAST(facts ->> 'id' AS uuid), * FROM event
    WHERE kind = 'officer_recorded' AND facts ->> 'id' = ANY(:officers)
) e
ORDER BY e.named, e.id <= :until DESC, e.id DESC
""").bindparams(  # noqa: S608 (our own columns)
    bindparam("registries", type_=ARRAY(Uuid())), bindparam("officers", type_=ARRAY(Text()))
)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Entry:
    """A leaf that is sealed: where it stands, its bytes, and what they say."""

    place: Place
    leaf: bytes
    fields: Json


async def make_evidence(
    session: AsyncSession, *, by: ActingOfficer | None, hop_id: UUID, at: datetime
) -> Json:
    """Return the evidence bundle of a hop, as far as the record is sealed (docs/evidence.md).

    Args:
        session: The transaction; the reading of a secret letter is recorded in it.
        by: Who asks; None is an operator, for whom nothing secret exists.
        hop_id: The hop.
        at: Now, as an aware instant.

    Raises:
        NotFoundError: There is no such hop, or its letter is not for who asks.
        ConflictError: `not_sealed_yet`: Its receipt, or that it was sent, is not sealed yet;
            `record_differs`: A row is not what was sealed.
    """
    hop, letter = await _subject(session, by, hop_id)
    era = await current_era(session)
    own = await _own_entries(session, Sight.of(by) if by else OPERATOR, era, hop, letter)
    told = [*own, *await _name_entries(session, era, own)]
    proofs = await prove_places(
        session,
        era=era,
        first_size=own[0].place.first_size,
        indexes=[one.place.index for one in told],
    )
    content = await _content(session, letter)
    if by is not None:
        await note_reading(session, by=by, at=at, letters=[letter.id])
    told.sort(key=lambda one: one.place.index)
    return _bundle(hop_id, content, told, proofs)


async def _subject(
    session: AsyncSession, by: ActingOfficer | None, hop_id: UUID
) -> tuple[Hop, Letter]:
    if by is not None:
        hop, dispatch = await get_hop(session, by=by, hop_id=hop_id)
        return hop, await get_letter(session, by=by, letter_id=dispatch.letter_id)
    query = (
        select(Hop, Letter)
        .join(Dispatch, Dispatch.id == Hop.dispatch_id)
        .join(Letter, Letter.id == Dispatch.letter_id)
        .where(Hop.id == hop_id, Letter.secrecy == Secrecy.NORMAL)
    )
    row = (await session.execute(query)).one_or_none()
    if row is None:
        raise NotFoundError("หนังสือที่ส่งมา (hop)")
    return row[0], row[1]


async def _content(session: AsyncSession, letter: Letter) -> Mapping[str, object]:
    query = (
        select(Attachment).where(Attachment.letter_id == letter.id).order_by(Attachment.position)
    )
    return letter_content(letter, (await session.scalars(query)).all())


async def _own_entries(
    session: AsyncSession, sight: Sight, era: int, hop: Hop, letter: Letter
) -> Sequence[_Entry]:
    """Return what the first seal has to cover, and then the rest of what the hop's story needs."""
    values: Json = sight.values | {"hop_id": hop.id}
    rows = (await session.execute(_statement(_OWN, sight), values)).all()
    sent = next(one for one in rows if one.kind == EventKind.SENT)
    values |= {"letter_id": letter.id, "issued_at": letter.issued_at}
    values |= {"sent_id": sent.id, "sent_at": sent.at, "dispatch_id": hop.dispatch_id}
    before = (await session.execute(_statement(_BEFORE, sight), values)).all()
    receipt = await _receipt(session, era, hop)
    issued, *others = await _sealed_events(session, era, [*before, *rows])
    told = list(takewhile(lambda one: one is not None, others[len(before) - 1 :]))
    anchor = (receipt or told[0]) if told else None
    registered = [one for one in told if one and one.fields["kind"] == EventKind.REGISTERED]
    if issued is None or anchor is None or (receipt is None) != (not registered):
        raise _not_sealed_yet()
    rest = [issued, *others[: len(before) - 1], *told]
    return [anchor, *(one for one in rest if one is not None and one is not anchor)]


def _statement(words: str, sight: Sight) -> TextClause:
    return text(words.format(columns=_COLUMNS, seen=sight.condition))


async def _receipt(session: AsyncSession, era: int, hop: Hop) -> _Entry | None:
    """Return the entry of the register; None if the hop has none.

    Raises:
        ConflictError: `not_sealed_yet`.
    """
    if hop.receipt_entry_id is None:
        return None
    query = text("SELECT CAST(CAST(txid AS text) AS bigint) FROM register_entry WHERE id = :id")
    txid = (await session.execute(query, {"id": hop.receipt_entry_id})).scalar_one()
    leaf = await read_entry_leaf(session, entry_id=hop.receipt_entry_id)
    (place,) = await find_places(session, era=era, leaves=[(txid, leaf)])
    if place is None:
        raise _not_sealed_yet()
    return _Entry(place=place, leaf=leaf, fields=read_leaf(leaf))


async def _sealed_events(
    session: AsyncSession, era: int, rows: Sequence[Row[Any]]
) -> Sequence[_Entry | None]:
    """Return the entries of events in the order of `rows`; None for one that is not sealed."""
    found = await read_event_leaves(session, ids={row.id: row.at for row in rows})
    leaves = dict(zip(sorted(row.id for row in rows), found, strict=True))
    places = await find_places(
        session, era=era, leaves=[(row.txid, leaves[row.id]) for row in rows]
    )
    return [
        None
        if place is None
        else _Entry(place=place, leaf=leaves[row.id], fields=read_leaf(leaves[row.id]))
        for row, place in zip(rows, places, strict=True)
    ]


async def _name_entries(
    session: AsyncSession, era: int, told: Sequence[_Entry]
) -> Sequence[_Entry]:
    """Return the entries, as far as there are, that say who is called what."""
    events = [one.fields for one in told if one.fields["record"] == EVENT]
    registries = {one["registry_id"] for one in events}
    registries |= {one["facts"]["recipient_registry_id"] for one in events if _is_sent(one)}
    officers = {one["officer_id"] for one in events} - {str(SYSTEM_OFFICER)}
    values = {
        "registries": [UUID(one) for one in registries],
        "officers": sorted(officers),
        "until": max(one["id"] for one in events),
    }
    rows = (await session.execute(_NAMES, values)).all()
    if not rows:
        return []
    return [one for one in await _sealed_events(session, era, rows) if one is not None]


def _is_sent(event: Json) -> bool:
    return bool(event["kind"] == EventKind.SENT)


def _bundle(
    hop_id: UUID, content: Mapping[str, object], told: Sequence[_Entry], proofs: LeafProofs
) -> Json:
    fields = [one.fields for one in told]
    names = _names(fields)
    own = [one for one in fields if one["record"] == EVENT and one["hop_id"] == str(hop_id)]
    story = EvidenceStory(
        letter=content,
        events=sorted(own, key=lambda one: int(one["id"])),
        receipt=next((one for one in fields if one["record"] == ENTRY), None),
        registries=names["registries"],
        officers=names["officers"],
        origin=read_checkpoint(proofs.newest.checkpoint).origin,
        size=proofs.newest.size,
    )
    return {
        "format": FORMAT,
        "hop_id": str(hop_id),
        "checkpoint": _checkpoint(proofs.newest),
        "first_checkpoint": _checkpoint(proofs.first) | {"consistency": _hex(proofs.consistency)},
        "entries": [_shown(one, proofs) for one in told],
        "letter": content,
        "names": names,
        "summary": summarize_evidence(story),
    }


def _names(fields: Sequence[Json]) -> dict[str, dict[str, str]]:
    registries, officers = EventKind.REGISTRY_RECORDED, EventKind.OFFICER_RECORDED
    return {
        "registries": {
            one["registry_id"]: one["facts"]["name"] for one in fields if one["kind"] == registries
        },
        "officers": {
            one["facts"]["id"]: one["facts"]["name"] for one in fields if one["kind"] == officers
        },
    }


def _checkpoint(seal: SignedSize) -> Json:
    token = None if seal.token is None else b64encode(seal.token).decode()
    return {"note": seal.checkpoint, "time_stamp": token}


def _shown(entry: _Entry, proofs: LeafProofs) -> Json:
    return {
        "index": entry.place.index,
        "leaf": b64encode(entry.leaf).decode(),
        "path": _hex(proofs.paths[entry.place.index]),
        "fields": entry.fields,
    }


def _hex(hashes: Sequence[bytes]) -> list[str]:
    return [one.hex() for one in hashes]


def _not_sealed_yet() -> ConflictError:
    return ConflictError("ยังไม่ถึงรอบปิดผนึก โปรดลองใหม่ในอีกไม่กี่วินาที", code="not_sealed_yet")
