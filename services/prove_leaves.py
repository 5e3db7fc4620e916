"""Where rows of the record stand in the sealed log, and the proofs of that."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import BigInteger, Integer, LargeBinary, Text

from domain.errors import ConflictError
from domain.leaf import ENTRY, ENTRY_COLUMNS, EVENT, EVENT_COLUMNS
from domain.merkle import (
    STORED_HEIGHT,
    Subtree,
    consistency_path,
    inclusion_path,
    leaf_hash,
    needed_for_consistency,
    needed_for_inclusion,
    small_subtrees,
    windows_of,
)
from services.read_leaves import copy_rows

_HASH_BYTES = 32

_ENTRY = f"SELECT '{ENTRY}', {', '.join(ENTRY_COLUMNS)} FROM register_entry WHERE id = "  # noqa: S608 (ours)
# A row is named by its instant too: that is what says in which year it lies.
_EVENTS = f"SELECT '{EVENT}', {', '.join(EVENT_COLUMNS)} FROM event WHERE "  # noqa: S608 (ours)

# Which place a row has in its seal is not counted: whoever asks may not see the rows before it.
# Its hash is looked for instead, and a row that was changed since is not found.
_FIND = text("""
SELECT s.first_index, s.size, position(asked.hash IN s.leaves) AS place
FROM unnest(CAST(CAST(:txids AS text[]) AS xid8[]), :hashes) WITH ORDINALITY
    AS asked (txid, hash, nth)
LEFT JOIN LATERAL (
    SELECT * FROM seal WHERE era = :era AND until_txid > asked.txid ORDER BY until_txid LIMIT 1
) s ON s.from_txid <= asked.txid
ORDER BY asked.nth
""").bindparams(
    bindparam("txids", type_=ARRAY(Text())), bindparam("hashes", type_=ARRAY(LargeBinary()))
)

_SEALS = text("""
SELECT size, checkpoint, token FROM seal
WHERE era = :era AND (size = :first OR size = (SELECT max(size) FROM seal WHERE era = :era))
ORDER BY size
""")

_NODES = text("""
SELECT n.height, n.position, n.hash
FROM unnest(:heights, :positions) AS wanted (height, position)
JOIN log_node n ON n.era = :era AND n.height = wanted.height AND n.position = wanted.position
""").bindparams(
    bindparam("heights", type_=ARRAY(Integer())), bindparam("positions", type_=ARRAY(BigInteger()))
)

# A window may lie across seals: from the one with its first leaf to the one with its last.
_WINDOWS = text("""
SELECT w.number, substring(s.leaves
    FROM CAST(32 * (greatest(s.first_index, w.low) - s.first_index) + 1 AS integer)
    FOR CAST(32 * (least(s.size, w.high) - greatest(s.first_index, w.low)) AS integer)) AS hashes
FROM (SELECT number, number * :width AS low, (number + 1) * :width AS high
    FROM unnest(:windows) AS asked (number)) w
JOIN seal s ON s.era = :era AND s.size > w.low AND s.first_index < w.high
    AND s.size <= coalesce((SELECT min(size) FROM seal WHERE era = :era AND size >= w.high),
        (SELECT max(size) FROM seal WHERE era = :era))
ORDER BY w.number, s.size
""").bindparams(bindparam("windows", type_=ARRAY(BigInteger())))


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where a leaf stands in the log, and the size of the log when it was first sealed."""

    index: int
    first_size: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SignedSize:
    """A checkpoint of the log, with its time-stamp where it has one."""

    size: int
    checkpoint: str
    token: bytes | None


@dataclass(frozen=True, kw_only=True, slots=True)
class LeafProofs:
    """What proves leaves: two checkpoints, that one grew from the other, and a path for each."""

    first: SignedSize
    newest: SignedSize
    consistency: Sequence[bytes]
    paths: Mapping[int, Sequence[bytes]]


async def read_entry_leaf(session: AsyncSession, *, entry_id: UUID) -> bytes:
    """Return the leaf of a register entry."""
    (leaf,) = await _copy(session, f"{_ENTRY} '{UUID(str(entry_id))}'")
    return leaf


async def read_event_leaves(
    session: AsyncSession, *, ids: Mapping[int, datetime]
) -> Sequence[bytes]:
    """Return the leaves of events by id; each id comes with the event's instant."""
    # COPY takes no parameters: these are written out, whole numbers and instants as they are.
    numbers = ", ".join(str(int(one)) for one in ids)
    instants = ", ".join(f"'{one.isoformat()}'" for one in set(ids.values()))
    return await _copy(session, f"{_EVENTS} id IN ({numbers}) AND at IN ({instants}) ORDER BY id")


async def _copy(session: AsyncSession, query: str) -> Sequence[bytes]:
    return [row async for rows in copy_rows(session, query) for row in rows]


async def find_places(
    session: AsyncSession, *, era: int, leaves: Sequence[tuple[int, bytes]]
) -> Sequence[Place | None]:
    """Return where leaves stand in the log; None for one that is not sealed yet.

    Args:
        session: The transaction.
        era: Of the log.
        leaves: The transaction that wrote each, and its bytes.

    Raises:
        ConflictError: `record_differs`: A row is not what was sealed.
    """
    values = {
        "era": era,
        "txids": [str(txid) for txid, _ in leaves],
        "hashes": [leaf_hash(leaf) for _, leaf in leaves],
    }
    return [_place(*row) for row in (await session.execute(_FIND, values)).all()]


def _place(first_index: int | None, size: int, place: int) -> Place | None:
    if first_index is None:
        return None
    steps, rest = divmod(place - 1, _HASH_BYTES)
    if place == 0 or rest:
        raise _record_differs()
    return Place(index=first_index + steps, first_size=size)


async def prove_places(
    session: AsyncSession, *, era: int, first_size: int, indexes: Collection[int]
) -> LeafProofs:
    """Return what proves the leaves at `indexes`, from a seal of `first_size` to the newest.

    Raises:
        ConflictError: `record_differs`: A part of the log is gone.
    """
    rows = (await session.execute(_SEALS, {"era": era, "first": first_size})).all()
    seals = [SignedSize(size=row.size, checkpoint=row.checkpoint, token=row.token) for row in rows]
    first, newest = seals[0], seals[-1]
    needed = set(needed_for_consistency(first.size, newest.size))
    for index in indexes:
        needed.update(needed_for_inclusion(index, newest.size))
    try:
        hashes = await _fetch(session, era, needed)
        return LeafProofs(
            first=first,
            newest=newest,
            consistency=consistency_path(first.size, newest.size, hashes),
            paths={index: inclusion_path(index, newest.size, hashes) for index in indexes},
        )
    except (KeyError, ValueError) as error:
        raise _record_differs() from error


async def _fetch(
    session: AsyncSession, era: int, needed: Collection[Subtree]
) -> Mapping[Subtree, bytes]:
    stored = [one for one in needed if one.height >= STORED_HEIGHT]
    values = {
        "era": era,
        "heights": [one.height for one in stored],
        "positions": [one.position for one in stored],
    }
    rows = await session.execute(_NODES, values)
    hashes = {Subtree(row.height, row.position): row.hash for row in rows}
    windows: dict[int, list[bytes]] = {}
    width = 1 << STORED_HEIGHT
    asked = {"era": era, "width": width, "windows": windows_of(needed)}
    for row in await session.execute(_WINDOWS, asked):
        windows.setdefault(row.number, []).extend(_parts(row.hashes))
    return hashes | small_subtrees(needed, windows)


def _parts(hashes: bytes) -> list[bytes]:
    return [hashes[at : at + _HASH_BYTES] for at in range(0, len(hashes), _HASH_BYTES)]


def _record_differs() -> ConflictError:
    return ConflictError(
        "ข้อมูลในระบบไม่ตรงกับบันทึกที่ผนึกไว้ จึงออกหลักฐานไม่ได้ โปรดแจ้งผู้ดูแลระบบ", code="record_differs"
    )
