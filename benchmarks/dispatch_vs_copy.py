"""`dispatch_vs_copy`: a national dispatch through the use case, against COPY of the same rows."""

import time
from datetime import UTC, datetime
from uuid import UUID, uuid4

import psycopg
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from benchmarks.measure import Row, alternate, ratios
from benchmarks.nation import Body, issue, order
from services.dispatch_letter import dispatch_letter

_TABLES = {
    "dispatch": "id, letter_id, circular_id, letters, sender_registry_id, lineage, senders,"
    " state, register_by, acknowledge_by, weights, sent_at, sent_by",
    "deadline_plan": "id, dispatch_id, calendar_scopes, register_by, forward_by, acknowledge_by,"
    " alarms, share_days, left_days, unannounced_years, calendar_version, policy_version,"
    " holidays_release, made_at",
    "hop": "id, dispatch_id, position, chunk, recipient_registry_id, circular_id, senders, plan_id,"
    " state",
    "event": "at, kind, registry_id, officer_id, circular_id, letter_id, dispatch_id, hop_id,"
    " urgency, facts",
    "outbox": "kind, dispatch_id, chunk, created_at",
}


async def dispatch_vs_copy(
    sessions: async_sessionmaker[AsyncSession],
    owner_url: str,
    nation: list[Body],
    *,
    pairs: int,
) -> Row:
    """Send to everybody but the first body, and copy the rows that came of it.

    The rows are copied by the owner: COPY knows no policies, and is the quicker for it.
    """
    sender, recipients = nation[0], nation[1:]
    sent: list[UUID] = []

    async def ours() -> float:
        letter = await issue(sessions, sender)
        chosen = order(recipients)
        began = time.perf_counter()
        async with sessions.begin() as session:
            dispatch = await dispatch_letter(
                session, by=sender.clerk, letter_id=letter.id, order=chosen, at=datetime.now(UTC)
            )
        sent.append(dispatch.id)
        return time.perf_counter() - began

    async def copy() -> float:
        return _copy_again(owner_url, sent[-1])

    await ours()
    measured = await alternate(ours, copy, pairs=pairs)
    ratio, spread = ratios(measured)
    hops, outbox = _count(owner_url, sent)
    return Row(
        name="dispatch_vs_copy",
        ratio=ratio,
        spread=spread,
        target="<= 2.0",
        check=f"{hops} hops in {len(sent)} dispatches, {outbox} messages",
        is_correct=hops == len(recipients) * len(sent),
        detail={
            "recipients": len(recipients),
            "ours_seconds": [round(one, 3) for one, _ in measured],
            "copy_seconds": [round(other, 3) for _, other in measured],
        },
    )


def _copy_again(owner_url: str, dispatch_id: UUID) -> float:
    with psycopg.connect(owner_url.replace("+psycopg", ""), autocommit=True) as connection:
        blocks = {
            table: _rows(connection, table, columns, dispatch_id)
            for table, columns in _TABLES.items()
        }
        fresh = _with_fresh_ids(blocks, dispatch_id)
        began = time.perf_counter()
        with connection.transaction():
            for table, columns in _TABLES.items():
                statement = f"COPY {table} ({columns}) FROM STDIN"
                with connection.cursor().copy(statement.encode()) as into:
                    into.write(fresh[table])
        return time.perf_counter() - began


def _rows(connection: psycopg.Connection, table: str, columns: str, dispatch_id: UUID) -> bytes:
    key = "id" if table == "dispatch" else "dispatch_id"
    query = f"COPY (SELECT {columns} FROM {table} WHERE {key} = '{dispatch_id}') TO STDOUT"  # noqa: S608 (our own names and a UUID)
    with connection.cursor().copy(query.encode()) as out:
        return b"".join(bytes(block) for block in out)


def _with_fresh_ids(blocks: dict[str, bytes], dispatch_id: UUID) -> dict[str, bytes]:
    # The copy needs ids of its own. The hops keep their order in time, as ours have it: random
    # ids would scatter the index and flatter us.
    old, new = str(dispatch_id).encode(), str(_later(dispatch_id)).encode()
    names = {
        line.partition(b"\t")[0]: str(_later(UUID(line.partition(b"\t")[0].decode()))).encode()
        for line in blocks["hop"].splitlines() + blocks["deadline_plan"].splitlines()
    }
    swapped: dict[str, bytes] = {}
    for table, block in blocks.items():
        lines = [line.split(b"\t") for line in block.replace(old, new).splitlines()]
        swapped[table] = b"".join(
            b"\t".join(names.get(cell, cell) for cell in line) + b"\n" for line in lines
        )
    return swapped


def _later(given: UUID) -> UUID:
    # The 48 bits of time stay, what follows is fresh.
    return UUID(int=(given.int >> 80 << 80) | (uuid4().int & ((1 << 80) - 1)))


def _count(owner_url: str, sent: list[UUID]) -> tuple[int, int]:
    with psycopg.connect(owner_url.replace("+psycopg", "")) as connection:
        row = connection.execute(
            "SELECT (SELECT count(*) FROM hop WHERE dispatch_id = ANY(%(ids)s)),"
            " (SELECT count(*) FROM outbox WHERE dispatch_id = ANY(%(ids)s))",
            {"ids": sent},
        ).fetchone()
    assert row is not None
    return int(row[0]), int(row[1])
