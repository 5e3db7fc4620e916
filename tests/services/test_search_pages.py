"""The pages of a search: each letter once, in one order, whatever ends a page."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from infra.database import create_engine
from services.search_letters import SearchPage
from tests.conftest import Database
from tests.services.test_search_letters import MEETING, search
from tests.support.directory import Directory
from tests.support.letters import issue, send

# Rows of a foreign registry, each newer than the one before; a search asks nothing else of them.
_THEIRS = text("""
INSERT INTO letter_search (letter_id, place, registry_id, circular_id, secrecy, urgency,
    is_circular, dated, words, folded, rules)
SELECT uuidv7(), s.place + nth, registry_id, circular_id, secrecy, urgency, is_circular, dated,
    words, folded, rules
FROM letter_search s, generate_series(1, :count) nth WHERE s.letter_id = :like
""")
_NOT_NAMED = """
CREATE OR REPLACE FUNCTION circulars_of(desks uuid[]) RETURNS uuid[] LANGUAGE sql
AS 'SELECT NULL::uuid[]'
"""
_ONE_INSTANT = """
UPDATE letter_search SET place = (SELECT place FROM letter_search WHERE letter_id = :one)
WHERE letter_id = :other
"""


@pytest.fixture
async def owner(shared_database: Database, directory: Directory) -> AsyncIterator[AsyncSession]:
    """A session of the owner, who may do to the index what nobody else may; rolled back."""
    del directory
    engine = create_engine(shared_database.owner_url, pool=1, role=None)
    async with AsyncSession(engine) as session:
        yield session
        await session.rollback()
    await engine.dispose()


async def _pages(session: AsyncSession, words: str, *, limit: int) -> list[SearchPage]:
    pages: list[SearchPage] = []
    while not pages or pages[-1].next is not None:
        after = pages[-1].next if pages else None
        pages.append(await search(session, words, limit=limit, after=after))
    return pages


async def test_pages_hold_every_letter_once_in_one_order(
    session: AsyncSession, directory: Directory
) -> None:
    for nth in range(23):
        where: dict[str, Any] = {"subject" if nth % 3 else "body": f"{MEETING} {nth}"}
        await issue(session, directory["agency"], **where)
    whole = [one.letter.id for one in (await search(session, "ประชุมชี้แจง", limit=50)).items]
    assert len(whole) == len(set(whole)) == 23
    paged, after = [], None
    while True:
        page = await search(session, "ประชุมชี้แจง", limit=5, after=after)
        paged += [one.letter.id for one in page.items]
        assert len(page.items) == 5 or page.next is None
        if (after := page.next) is None:
            break
    assert paged == whole


async def test_letters_of_one_instant_share_a_page(
    owner: AsyncSession, directory: Directory
) -> None:
    """Two of six bear one instant; wherever a page ends, none is lost or doubled."""
    ids = [(await issue(owner, directory["agency"], subject=MEETING)).id for _ in range(6)]
    await owner.execute(text(_ONE_INSTANT), {"one": ids[2], "other": ids[3]})
    for limit in (1, 2, 3, 4):
        pages = await _pages(owner, "ประชุมชี้แจง", limit=limit)
        found = [[one.letter.id for one in page.items] for page in pages]
        assert sorted(one for page in found for one in page) == sorted(ids), limit
        assert any(set(ids[2:4]) <= set(page) for page in found), limit


async def test_circulars_are_not_named_for_a_search_that_does_without(
    owner: AsyncSession, directory: Directory
) -> None:
    """To plan a search with thousands of names takes longer than the search."""
    await issue(owner, directory["agency"], subject=MEETING)
    theirs = await issue(owner, directory["hall"], subject=MEETING)
    await send(owner, directory["hall"], directory["agency"], letter=theirs)
    await owner.execute(text("DROP FUNCTION circulars_of(uuid[])"))
    assert len((await search(owner, "ประชุมชี้แจง")).items) == 2


@pytest.mark.parametrize(
    ("is_named", "partial"),
    [
        pytest.param(True, [False], id="circulars that are named"),
        pytest.param(False, [True, False], id="too many to name"),
    ],
)
async def test_a_page_that_ends_because_enough_was_looked_through_goes_on(
    owner: AsyncSession,
    directory: Directory,
    is_named: bool,
    partial: list[bool],
) -> None:
    """Thousands of newer letters of others say it too."""
    ours = await issue(owner, directory["agency"], subject=MEETING)
    theirs = await issue(owner, directory["hall"], subject=MEETING)
    await owner.execute(
        text("ALTER TABLE letter_search DROP CONSTRAINT fk_letter_search_letter_id_letter")
    )
    await owner.execute(_THEIRS, {"like": theirs.id, "count": 4_100})
    if not is_named:
        await owner.execute(text(_NOT_NAMED))
    pages = await _pages(owner, "ประชุมชี้แจง", limit=5)
    assert [one.letter.id for page in pages for one in page.items] == [ours.id]
    assert [page.is_partial for page in pages] == partial
    assert len(pages[-1].items) == 1
