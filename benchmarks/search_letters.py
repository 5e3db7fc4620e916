"""`python -m benchmarks.search_letters`: the search beside a trigram index and a bare tokenizer.

Both searches answer the same questions over the same letters for the same officer, under the same
conditions, with pages of the same size. What the right answer is, is found in a third way: by
looking for the folded question in every folded text that the officer may read.
"""

import argparse
import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import mean, median, quantiles
from tempfile import TemporaryDirectory
from typing import Any, Final
from uuid import UUID

import psycopg
from pydantic import SecretStr
from rich.console import Console
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from benchmarks.measure import Row, ratios
from benchmarks.search_corpus import ask, write_corpus
from benchmarks.search_fill import Filled, fill
from benchmarks.search_indexing import indexing_vs_tokenizer
from domain.access import ActingOfficer
from domain.buddhist_era import bangkok_date
from infra.database import create_engine, create_sessions
from infra.embedded.postgres import PostgresServer
from infra.migrate import upgrade_database
from services.find_officer import find_officer
from services.search.fold import fold
from services.search.places import find_places
from services.search.question import read_question
from services.search.results import read_results
from services.search_letters import SearchQuestion, limits_of, search_letters

_SEED: Final = 2564
_PAGE: Final = 20
_LONG_PAGE: Final = 10_000
_WARM: Final = 50
_AT_ONCE: Final = 2
_OPTIONS: Final = {"shared_buffers": "512MB", "maintenance_work_mem": "128MB"}
# What anybody would write: the planner may choose whatever way it likes.
_BASELINE: Final = """
CREATE FUNCTION search_by_trigrams(pattern text, most integer)
RETURNS TABLE (letter_id uuid, place bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
SET max_parallel_workers_per_gather = 0 SET jit = off SET work_mem = '32MB'
AS $$
DECLARE
    desks uuid[] := my_desks();
BEGIN
    RETURN QUERY EXECUTE 'SELECT s.letter_id, s.place FROM letter_search s
        WHERE s.folded LIKE $1 AND s.secrecy = ANY ($2)
            AND (s.registry_id = ANY ($3) OR s.circular_id IN (
                SELECT h.circular_id FROM hop h WHERE h.recipient_registry_id = ANY ($3)))
            AND (s.registry_id = ANY ($3)
                OR EXISTS (SELECT FROM my_letter l WHERE l.id = s.letter_id OFFSET 0))
        ORDER BY s.place DESC LIMIT $4'
    USING pattern, my_classes(), desks, most;
END $$;
REVOKE ALL ON FUNCTION search_by_trigrams(text, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION search_by_trigrams(text, integer) TO wian_app
"""
_BY_TRIGRAMS: Final = text("SELECT letter_id, 5 AS grade FROM search_by_trigrams(:pattern, :most)")


@dataclass(frozen=True, kw_only=True)
class SearchEffort:
    """How many letters and questions, and how often."""

    letters: int
    questions: int = 300
    indexed: int = 2_000
    pairs: int = 2


QUICK_SEARCH: Final = SearchEffort(letters=20_000, questions=100, indexed=1_000)
FULL_SEARCH: Final = SearchEffort(letters=100_000, pairs=1)


@dataclass(frozen=True, kw_only=True)
class _Desk:
    """The officer who searches, and the questions with their right answers."""

    sessions: async_sessionmaker[AsyncSession]
    filled: Filled
    questions: Sequence[str]
    truth: Sequence[frozenset[UUID]]

    async def look(self, search: Callable[[AsyncSession, ActingOfficer], Awaitable[Any]]) -> Any:  # noqa: ANN401 (whatever the search returns)
        """Sign in and search."""
        async with self.sessions.begin() as session:
            today = bangkok_date(datetime.now(UTC))
            by = await find_officer(session, subject=self.filled.searcher, on=today)
            assert by is not None
            return await search(session, by)


async def search_rows(effort: SearchEffort) -> list[Row]:
    """Fill a ledger of its own with letters, and measure the three rows."""
    with (
        TemporaryDirectory(prefix="wian-search-") as folder,
        PostgresServer.start(Path(folder) / "postgres", options=_OPTIONS) as server,
    ):
        upgrade_database(SecretStr(server.owner_url))
        return await _measure(server, effort)


async def _measure(server: PostgresServer, effort: SearchEffort) -> list[Row]:
    owner = server.owner_url.replace("+psycopg", "")
    corpus = write_corpus(effort.letters + effort.indexed, seed=_SEED)
    filled = fill(owner, corpus, unindexed=effort.indexed, seed=_SEED)
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute(_BASELINE.encode())
        sizes = {name: _size(connection, name) for name in ("words", "folded")}
    asked = ask(corpus, filled.numbers, count=2 * effort.questions, seed=_SEED)
    answers = _answered(filled, asked, effort.questions)
    engine = create_engine(SecretStr(server.app_url), pool=_AT_ONCE)
    desk = _Desk(
        sessions=create_sessions(engine),
        filled=filled,
        questions=list(answers),
        truth=list(answers.values()),
    )
    rows = [await _speed(desk, effort, sizes), await _recall(desk, effort)]
    await engine.dispose()
    rows.append(
        await indexing_vs_tokenizer(
            server, corpus, letters=effort.letters, indexed=effort.indexed, pairs=effort.pairs
        )
    )
    return rows


def _size(connection: psycopg.Connection, column: str) -> int:
    query = f"SELECT pg_relation_size('ix_letter_search_{column}') / 1048576"
    row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return int(row[0])


def _answered(filled: Filled, asked: Sequence[str], most: int) -> dict[str, frozenset[UUID]]:
    """Return the first questions that have an answer: some are about letters of others."""
    answers: dict[str, frozenset[UUID]] = {}
    for question in asked:
        if len(answers) < most and (truth := _truth(filled, question)):
            answers[question] = truth
    return answers


def _truth(filled: Filled, question: str) -> frozenset[UUID]:
    wanted = fold(question)
    return frozenset(letter for letter, folded in filled.folded if wanted in folded)


async def _speed(desk: _Desk, effort: SearchEffort, sizes: dict[str, int]) -> Row:
    measured: list[tuple[float, float]] = []
    details = []
    await _pass(desk, desk.questions[:_WARM])
    for _ in range(effort.pairs):
        ours, theirs = await _pass(desk, desk.questions)
        measured.append((_p95(theirs), _p95(ours)))
        details.append([_ms(median(theirs)), _ms(median(ours))])
    ratio, spread = ratios(measured)
    found = [len(one) for one in desk.truth]
    return Row(
        name="search_trgm_p95_vs_ours",
        ratio=ratio,
        spread=spread,
        target=">= 5",
        check=f"{effort.letters:,} letters, {len(found)} questions, {median(found):,.0f} letters"
        " each in the middle",
        is_correct=len(found) == effort.questions,
        detail={
            "p95_ms": [[_ms(one), _ms(two)] for one, two in measured],
            "p50_ms": details,
            "index_mb": sizes,
        },
    )


async def _pass(desk: _Desk, questions: Sequence[str]) -> tuple[list[float], list[float]]:
    """Ask every question of both in turn, and return the seconds that each took."""
    ours, theirs = [], []
    for question in questions:
        ours.append(await desk.look(partial(_timed, partial(_ours, question))))
        theirs.append(await desk.look(partial(_timed, partial(_by_trigrams, question))))
    return ours, theirs


async def _timed(
    search: Callable[[AsyncSession, ActingOfficer], Awaitable[object]],
    session: AsyncSession,
    by: ActingOfficer,
) -> float:
    began = time.perf_counter()
    await search(session, by)
    return time.perf_counter() - began


async def _ours(question: str, session: AsyncSession, by: ActingOfficer) -> object:
    asked = SearchQuestion(text=question, limit=_PAGE)
    return await search_letters(session, by=by, asked=asked, at=datetime.now(UTC))


async def _by_trigrams(question: str, session: AsyncSession, by: ActingOfficer) -> object:
    values = {"pattern": f"%{fold(question)}%", "most": _PAGE}
    rows = (await session.execute(_BY_TRIGRAMS, values)).all()
    return await read_results(session, by=by, question=read_question(question), rows=rows)


async def _recall(desk: _Desk, effort: SearchEffort) -> Row:
    """Page through every answer until the truth is found or it ends, and compare the two."""
    parts = await asyncio.gather(*(_answers(desk, nth) for nth in range(_AT_ONCE)))
    pairs = [pair for part in parts for pair in part]
    readable = frozenset(letter for letter, _ in desk.filled.folded)
    shares = [len(truth & found) / len(truth) for truth, found in pairs]
    foreign = sum(len(found - readable) for _, found in pairs)
    return Row(
        name="search_recall",
        ratio=mean(shares),
        spread=(min(shares), max(shares)),
        target=">= 0.99",
        check=f"{effort.letters:,} letters, {len(shares)} questions that have an answer,"
        f" {foreign} foreign letters",
        is_correct=not foreign,
    )


async def _answers(desk: _Desk, nth: int) -> list[tuple[frozenset[UUID], frozenset[UUID]]]:
    """Return truth and answer of every second question, or every first."""
    asked = list(zip(desk.questions, desk.truth, strict=True))[nth::_AT_ONCE]
    return [(truth, await desk.look(partial(_pages, question, truth))) for question, truth in asked]


async def _pages(
    question: str, truth: frozenset[UUID], session: AsyncSession, by: ActingOfficer
) -> frozenset[UUID]:
    del by
    found: set[UUID] = set()
    after: int | None = None
    size = min(max(len(truth), _PAGE), _LONG_PAGE)
    while True:
        asked = SearchQuestion(text=question, limit=size, after=after)
        rows = await find_places(
            session,
            is_operator=False,
            question=read_question(question),
            limits=limits_of(asked) | {"registries": None},
        )
        found.update(row.letter_id for row in rows if row.letter_id)
        if truth <= found or not rows or rows[-1].letter_id is not None:
            return frozenset(found)
        after = rows[-1].grade << 60 | rows[-1].place


def _p95(seconds: Sequence[float]) -> float:
    return quantiles(seconds, n=100, method="inclusive")[94]


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 2)


def main() -> None:
    """Measure with so many letters, and print the rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--letters", type=int, default=QUICK_SEARCH.letters)
    parser.add_argument("--questions", type=int, default=FULL_SEARCH.questions)
    given = parser.parse_args()
    effort = SearchEffort(letters=given.letters, questions=given.questions)
    rows = asyncio.run(search_rows(effort))
    Console().print_json(json.dumps([row.as_json() for row in rows], ensure_ascii=False))


if __name__ == "__main__":
    main()
