"""The letters that the benchmark of the search writes, and whether all of them are found."""

from datetime import UTC, date, datetime
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from benchmarks.search_corpus import LEAST_SIGNS, MOST_SIGNS, ask, write_corpus
from benchmarks.search_fill import fill
from infra.database import create_engine, create_sessions
from models import LetterSearch
from services.find_officer import find_officer
from services.index_letter import forget_index, index_letters
from services.search.fold import fold
from services.search_letters import SearchQuestion, search_letters
from tests.conftest import Database
from tests.support.relay_desk import Sessions

LETTERS = 120
UNINDEXED = 10


def test_the_same_seed_writes_the_same_letters() -> None:
    corpus = write_corpus(20, seed=7)
    assert corpus == write_corpus(20, seed=7) != write_corpus(20, seed=8)
    assert all(LEAST_SIGNS <= len(body) <= MOST_SIGNS for body in corpus.bodies)
    questions = ask(corpus, ["กก 0100.0/ว 12"], count=30, seed=7)
    assert questions == ask(corpus, ["กก 0100.0/ว 12"], count=30, seed=7)
    assert len(set(questions)) == 30


async def test_what_is_filled_is_what_the_service_enters_and_every_answer_is_complete(
    database: Database, sessions: Sessions
) -> None:
    corpus = write_corpus(LETTERS + UNINDEXED, seed=7)
    url = database.owner_url.get_secret_value().replace("+psycopg", "")
    filled = fill(url, corpus, unindexed=UNINDEXED, seed=7)
    rows = text("SELECT to_jsonb(s) FROM letter_search s ORDER BY letter_id")
    async with sessions.begin() as session:
        before = (await session.scalars(rows)).all()
        assert len(before) == LETTERS
        await forget_index(session)
        sampled = await index_letters(session, after=None, limit=LETTERS // 3)
        again = (await session.scalars(rows)).all()
        assert (
            again[: len(sampled)]
            == [one | {"dated": again[0]["dated"]} for one in before][: len(sampled)]
        )
        assert len((await session.scalars(select(LetterSearch.letter_id))).all()) == LETTERS
    engine = create_engine(database.app_url, pool=1)
    async with create_sessions(engine).begin() as session:
        await find_officer(session, subject=filled.searcher, on=date(2026, 1, 1))
        for question in ask(corpus, filled.numbers, count=20, seed=7):
            wanted = {letter for letter, folded in filled.folded if fold(question) in folded}
            assert wanted <= await _found(session, question, filled.searcher), question
    await engine.dispose()


async def _found(session: AsyncSession, question: str, subject: str) -> set[UUID]:
    by = await find_officer(session, subject=subject, on=date(2026, 1, 1))
    asked = SearchQuestion(text=question, limit=200)
    page = await search_letters(session, by=by, asked=asked, at=datetime.now(UTC))
    assert page.next is None
    return {one.letter.id for one in page.items}
