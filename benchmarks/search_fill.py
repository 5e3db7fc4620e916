"""Fill a ledger with letters for a search: by COPY, with the very rows that the service writes."""

import struct
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cache
from random import Random
from types import SimpleNamespace
from typing import Any, Final
from uuid import UUID

import psycopg
from psycopg.rows import TupleRow

from benchmarks.copy_rows import FALSE, TRUE, TableCopy, int4, int8, raw, text, uuid_of, uuids
from benchmarks.search_corpus import Corpus
from benchmarks.set_aside import set_aside
from benchmarks.year_bodies import Desk, Size, make_bodies, write_bodies
from domain.vocabulary import Secrecy, Urgency
from services import thai_text
from services.index_letter import index_row, read_letter
from services.record_event import SYSTEM_OFFICER

SIZE: Final = Size(agencies=3, provinces=2, districts=2, locals=3)
"""Few bodies: what is measured is the search for what is in many letters."""

_ENGINE: Final = "segment"
_PROCESSES: Final = 2
_PIECE: Final = 500
_MINUTE: Final = 60_000_000
_FIRST_DAY: Final = 366 * 25
_DAY_ZERO: Final = date(2000, 1, 1)
_LETTER: Final = (
    "id, circular_id, lineage, registry_id, register_entry_id, number, number_letters,"
    " number_owner, number_is_circular, number_running, dated, subject, body, urgency, secrecy,"
    " authority, issued_at, issued_by"
)
_ENTRY: Final = (
    "id, register_id, position, number, kind, letter_id, stamped_at, stamp_has_time, recorded_at,"
    " recorded_by, entry_hash"
)
_INDEX: Final = (
    "letter_id, place, registry_id, circular_id, secrecy, urgency, is_circular, dated, words,"
    " folded, rules"
)
_REGISTER: Final = """
INSERT INTO register (id, registry_id, book, year, secrecy, opened_at, opened_by)
VALUES (%s, %s, 'circular', 2025, %s, now(), %s)
"""
_UNNUMBERED: Final = (
    "ALTER TABLE register_entry DISABLE TRIGGER number_register_entry",
    "ALTER TABLE register_entry ENABLE TRIGGER number_register_entry",
)
# Two processes build each index; by the size of the table without its long texts one would.
_BY_TWO: Final = (
    "ALTER TABLE letter_search SET (parallel_workers = 1)",
    "ALTER TABLE letter_search RESET (parallel_workers)",
)
# Letters of a foreign desk that came to the desk that searches.
_SEND: Final = (
    """
    CREATE TEMP TABLE going AS SELECT id AS letter_id, uuidv7() AS dispatch_id, uuidv7() AS plan_id
    FROM letter WHERE registry_id = %(sender)s AND secrecy = 'normal' ORDER BY id LIMIT %(most)s
    """,
    """
    INSERT INTO dispatch (id, letter_id, circular_id, sender_registry_id, lineage, senders,
        letters, state, register_by, acknowledge_by, sent_at, sent_by)
    SELECT dispatch_id, letter_id, letter_id, %(sender)s, ARRAY[dispatch_id],
        ARRAY[%(sender)s::uuid], ARRAY[letter_id], 'open', now(), now(), now(), %(by)s FROM going
    """,
    """
    INSERT INTO deadline_plan (id, dispatch_id, calendar_scopes, register_by, acknowledge_by,
        alarms, share_days, left_days, unannounced_years, calendar_version, policy_version,
        holidays_release, made_at)
    SELECT plan_id, dispatch_id, '{}', now(), now(), '[]', 1, 0, '{}',
        (SELECT max(number) FROM calendar_version), (SELECT max(number) FROM policy_version),
        'none', now() FROM going
    """,
    """
    INSERT INTO hop (dispatch_id, position, chunk, recipient_registry_id, circular_id, senders,
        state, plan_id)
    SELECT dispatch_id, 0, 0, %(recipient)s, letter_id, ARRAY[%(sender)s::uuid], 'sent', plan_id
    FROM going
    """,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Paper:
    """A letter that is to be written."""

    nth: int
    id: bytes
    desk: Desk
    number: int
    secrecy: str
    subject: str
    body: str

    @property
    def letters(self) -> tuple[str, str]:
        """The abbreviation and the owner code before the number."""
        one, other = self.desk.prefix.split(" ")
        return one, other

    @property
    def printed(self) -> str:
        """The number as it is printed."""
        return f"{self.desk.prefix}/ว {self.number}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Filled:
    """What was written: who searches, and the folded texts of what that officer may read."""

    searcher: str
    numbers: Sequence[str]
    folded: Sequence[tuple[UUID, str]]


def fill(url: str, corpus: Corpus, *, unindexed: int, seed: int) -> Filled:
    """Write letters and their index into a migrated ledger, as its owner.

    Of ten letters, seven are the searcher's own, one came from another desk, and two are not the
    searcher's to read: a foreign one and a secret one.

    Args:
        url: The ledger.
        corpus: What the letters say.
        unindexed: How many more letters to write that are not in the index.
        seed: What the rest is invented from.
    """
    rng = Random(seed)  # noqa: S311 (made-up data)
    bodies = make_bodies(SIZE, rng)
    write_bodies(url, bodies, rng)
    papers = _papers(rng, corpus, bodies.agencies)
    entered = papers[: len(papers) - unindexed]
    aside = set_aside(url, ("letter", "register_entry", "letter_search"))
    with _told(url, *_BY_TWO), aside, _told(url, *_UNNUMBERED):
        _write(url, rng, papers)
        rows = _index(url, entered)
    own, sender = bodies.agencies[0], bodies.agencies[1]
    sent = sum(1 for one in entered if one.desk is sender) // 2
    with psycopg.connect(url, autocommit=True) as connection:
        _send(connection, own, sender, sent)
        connection.execute("VACUUM (ANALYZE)")
    return Filled(
        searcher=f"{own.code}-clerk",
        numbers=[one.printed for one in entered if one.desk is own],
        folded=_read_by(entered, rows, own, sender, sent),
    )


def _papers(rng: Random, corpus: Corpus, desks: Sequence[Desk]) -> list[Paper]:
    counts, papers = dict.fromkeys([one.code for one in desks], 0), []
    for nth, (subject, body) in enumerate(zip(corpus.subjects, corpus.bodies, strict=True)):
        kind = nth % 10
        desk = desks[0 if kind < 8 else 1]
        counts[desk.code] += 1
        at = _FIRST_DAY * 86_400_000_000 + nth * 5 * _MINUTE
        papers.append(
            Paper(
                nth=nth,
                id=uuid_of(at, rng.getrandbits(64)),
                desk=desk,
                number=counts[desk.code],
                secrecy="secret" if kind == 7 else "normal",
                subject=subject,
                body=body,
            )
        )
    return papers


@contextmanager
def _told(url: str, before: str, after: str) -> Iterator[None]:
    """Give an order to the database, and take it back in the end."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(before.encode())
        try:
            yield
        finally:
            connection.execute(after.encode())


def _write(url: str, rng: Random, papers: Sequence[Paper]) -> None:
    books: dict[tuple[str, str], bytes] = {}
    with psycopg.connect(url) as connection:
        for one in papers:
            if (key := (one.desk.code, one.secrecy)) not in books:
                books[key] = uuid_of(0, rng.getrandbits(64))
                values = (_uuid(books[key]), _uuid(one.desk.registry_id), one.secrecy)
                connection.execute(_REGISTER, (*values, SYSTEM_OFFICER))
    with ExitStack() as stack:
        letters = TableCopy(stack, url, "letter", _LETTER)
        entries = TableCopy(stack, url, "register_entry", _ENTRY)
        for one in papers:
            entry, at = uuid_of(0, rng.getrandbits(64)), int8(_FIRST_DAY * 86_400_000_000)
            clerk, number = one.desk.clerk, text(one.printed)
            short, owner = one.letters
            letters.add(
                *(one.id, one.id, uuids([one.id]), one.desk.registry_id, entry, number),
                *(text(short), text(owner), TRUE, text(str(one.number)), int4(_FIRST_DAY)),
                *(text(one.subject), text(one.body), text("normal"), text(one.secrecy)),
                *(text("own"), at, clerk),
            )
            book = books[one.desk.code, one.secrecy]
            entries.add(
                *(entry, book, int4(one.nth + 1), int4(one.nth + 1), text("allocated"), one.id),
                *(at, TRUE, at, clerk, raw(bytes(32))),
            )
        letters.end()
        entries.end()


def _index(url: str, papers: Sequence[Paper]) -> dict[bytes, str]:
    """Enter the letters; return the folded text of each."""
    pieces = [papers[at : at + _PIECE] for at in range(0, len(papers), _PIECE)]
    folded: dict[bytes, str] = {}
    with ProcessPoolExecutor(_PROCESSES) as pool, ExitStack() as stack:
        index = TableCopy(stack, url, "letter_search", _INDEX)
        for piece, rows in zip(pieces, pool.map(_prepared, pieces), strict=True):
            for one, (fields, said) in zip(piece, rows, strict=True):
                index.add(one.id, fields)
                folded[one.id] = said
        index.end()
    return folded


def _prepared(papers: Sequence[Paper]) -> list[tuple[bytes, str]]:
    # The same half-sentences return again and again: each is parted once in a process.
    if not hasattr(getattr(thai_text, _ENGINE), "cache_info"):
        setattr(thai_text, _ENGINE, cache(getattr(thai_text, _ENGINE)))
    return [_row(one) for one in papers]


def _row(one: Paper) -> tuple[bytes, str]:
    short, owner = one.letters
    letter: Any = SimpleNamespace(
        id=_uuid(one.id),
        number=one.printed,
        number_letters=short,
        number_owner=owner,
        number_running=str(one.number),
        number_is_circular=True,
        registry_id=_uuid(one.desk.registry_id),
        circular_id=_uuid(one.id),
        secrecy=Secrecy(one.secrecy),
        urgency=Urgency.NORMAL,
        dated=_DAY_ZERO,
    )
    title = f"สำนักงานส่วนกลางที่ {one.desk.code[7:]}"
    names = [f"งานสารบรรณ {title}", title]
    row = index_row(letter, read_letter(one.subject, one.body), names)
    fields = (
        *(int8(row["place"]), one.desk.registry_id, one.id, text(row["secrecy"])),
        *(text(row["urgency"]), TRUE if row["is_circular"] else FALSE, int4(_FIRST_DAY)),
        *(_tsvector(row["entries"]), text(row["folded"]), int4(row["rules"])),
    )
    return b"".join(fields), row["folded"]


def _tsvector(entries: str) -> bytes:
    """Return a field of entries without places, as PostgreSQL reads it: each ends with three zeros.

    The server puts them in its own order.
    """
    count = struct.pack("!i", entries.count("\n") + 1)
    return raw(count + entries.encode().replace(b"\n", bytes(3)) + bytes(3))


def _send(connection: psycopg.Connection[TupleRow], own: Desk, sender: Desk, letters: int) -> None:
    values = {
        "sender": _uuid(sender.registry_id),
        "recipient": _uuid(own.registry_id),
        "by": _uuid(sender.clerk),
        "most": letters,
    }
    for statement in _SEND:
        connection.execute(statement.encode(), values)


def _read_by(
    papers: Sequence[Paper], folded: dict[bytes, str], own: Desk, sender: Desk, sent: int
) -> list[tuple[UUID, str]]:
    received = [one for one in papers if one.desk is sender and one.secrecy == "normal"][:sent]
    owned = [one for one in papers if one.desk is own and one.secrecy == "normal"]
    return [(_uuid(one.id), folded[one.id]) for one in owned + received]


def _uuid(field: bytes) -> UUID:
    return UUID(bytes=field[4:])
