"""How fast letters are entered into the index, beside parting their texts into words."""

import time
from collections.abc import Sequence
from typing import Final
from uuid import UUID

import psycopg
from pydantic import SecretStr
from pythainlp.tokenize import word_tokenize
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from benchmarks.measure import Row, ratios
from benchmarks.search_corpus import Corpus
from infra.database import WORKER_ROLE, create_engine, create_sessions
from infra.embedded.postgres import PostgresServer
from models import LetterSearch
from services.index_letter import index_letters

_BATCH: Final = 200


async def indexing_vs_tokenizer(
    server: PostgresServer, corpus: Corpus, *, letters: int, indexed: int, pairs: int
) -> Row:
    """Enter the last letters, which are not in the index; part the same texts and nothing else."""
    engine = create_engine(SecretStr(server.worker_url), pool=1, role=WORKER_ROLE)
    sessions = create_sessions(engine)
    said = [
        f"{subject}\n{body}" for subject, body in zip(corpus.subjects, corpus.bodies, strict=True)
    ][-indexed:]
    async with sessions() as session:
        entered = await session.scalar(
            select(LetterSearch.letter_id).order_by(LetterSearch.letter_id.desc()).limit(1)
        )
    assert entered is not None
    measured = []
    for _ in range(pairs):
        bare = _tokenize(said)
        seconds, count = await _index(sessions, entered)
        assert count == indexed
        measured.append((bare, seconds))
        with psycopg.connect(server.owner_url.replace("+psycopg", "")) as connection:
            connection.execute("DELETE FROM letter_search WHERE letter_id > %s", (entered,))
    await engine.dispose()
    ratio, spread = ratios(measured)
    return Row(
        name="indexing_vs_tokenizer",
        ratio=ratio,
        spread=spread,
        target=">= 0.5",
        check=f"{indexed:,} letters entered beside {letters:,}, all there",
        is_correct=True,
        detail={"letters_a_second": [round(indexed / one) for _, one in measured]},
    )


def _tokenize(said: Sequence[str]) -> float:
    began = time.perf_counter()
    for one in said:
        word_tokenize(one, engine="newmm")
    return time.perf_counter() - began


async def _index(sessions: async_sessionmaker[AsyncSession], after: UUID) -> tuple[float, int]:
    began, count = time.perf_counter(), 0
    last: UUID | None = after
    while last is not None:
        async with sessions.begin() as session:
            batch = await index_letters(session, after=last, limit=_BATCH)
        count += len(batch)
        last = batch[-1] if batch else None
    return time.perf_counter() - began, count
