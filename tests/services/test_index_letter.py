from uuid import UUID

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from models import LetterSearch
from services.index_letter import (
    RULES,
    count_lacking,
    forget_index,
    index_letter,
    index_letters,
    place_of,
    read_letter,
)
from services.issue_letter import issue_letter
from services.letter_draft import LetterDraft
from tests.support.directory import Directory
from tests.support.letters import MORNING, StoredFiles, issue

_ALL = text("SELECT to_jsonb(s) FROM letter_search s ORDER BY letter_id")


async def _rows(session: AsyncSession) -> list[object]:
    return list(await session.scalars(_ALL))


async def test_an_issued_letter_is_in_the_index_at_once(
    session: AsyncSession, directory: Directory
) -> None:
    letter = await issue(session, directory["agency"], subject="เชิญประชุม", body="ณ โรงแรม")
    (row,) = (await session.scalars(select(LetterSearch))).all()
    assert (row.letter_id, row.registry_id, row.secrecy) == (
        letter.id,
        letter.registry_id,
        letter.secrecy,
    )
    assert (row.place, row.rules) == (place_of(letter.id), RULES)
    assert "'ประชุม'" in row.words
    assert "'^ประชุม'" in row.words
    assert "'^โรงแรม'" not in row.words


@pytest.mark.parametrize("piece", [1, 2, 3, 4])
async def test_the_index_of_a_letter_is_the_same_as_a_fresh_one(
    session: AsyncSession, directory: Directory, monkeypatch: pytest.MonkeyPatch, piece: int
) -> None:
    monkeypatch.setattr("services.index_letter._PIECE", piece)
    for name in ("agency", "hall", "office"):
        await issue(session, directory[name], subject=f"อบต.{name}", body="ว ๙๒๗ 'ทดสอบ' \\")
    before = await _rows(session)
    await forget_index(session)
    assert await count_lacking(session) == 3
    assert len(await index_letters(session, after=None, limit=10)) == 3
    assert await _rows(session) == before
    assert await count_lacking(session) == 0


async def test_an_index_is_made_in_batches_and_goes_on_where_it_was_broken_off(
    session: AsyncSession, directory: Directory
) -> None:
    ids = [(await issue(session, directory["agency"])).id for _ in range(5)]
    await session.execute(update(LetterSearch).values(rules=0))
    first = await index_letters(session, after=None, limit=2)
    assert list(first) == ids[:2]
    # Somebody begins again without knowing of the first batch.
    assert list(await index_letters(session, after=None, limit=2)) == ids[2:4]
    assert list(await index_letters(session, after=ids[3], limit=2)) == ids[4:]
    assert await index_letters(session, after=None, limit=2) == []


async def test_a_letter_that_is_refused_leaves_nothing_in_the_index(
    session: AsyncSession, directory: Directory
) -> None:
    agency = directory["agency"]
    before = await _rows(session)
    broken_off = await session.begin_nested()
    await issue(session, agency)
    assert len(await _rows(session)) == len(before) + 1
    await broken_off.rollback()
    assert await _rows(session) == before


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("", id="nothing"),
        pytest.param("ก" * 100_000, id="one sign 100,000 times"),
        pytest.param("".join(chr(0x4E00 + n * 7919 % 20_000) for n in range(100_000)), id="noise"),
    ],
)
async def test_whatever_a_letter_says_it_is_issued(
    session: AsyncSession, directory: Directory, body: str
) -> None:
    letter = await issue_letter(
        session,
        by=directory["agency"].clerk,
        registry_id=directory["agency"].registry_id,
        draft=LetterDraft(subject="ยาวมาก", body=body),
        files=StoredFiles(),
        at=MORNING,
    )
    found = select(LetterSearch.letter_id).where(LetterSearch.letter_id == letter.id)
    assert await session.scalar(found) == letter.id


def test_a_later_letter_has_a_greater_place() -> None:
    early, late = UUID("018f0000-0000-7000-8000-ffffffffffff"), UUID(int=2**128 - 1)
    assert 0 <= place_of(UUID(int=0)) < place_of(early) < place_of(late) < 2**60


async def test_a_letter_is_not_entered_twice(session: AsyncSession, directory: Directory) -> None:
    letter = await issue(session, directory["agency"])
    words = read_letter(letter.subject, letter.body)
    with pytest.raises(IntegrityError, match="pk_letter_search"):
        await index_letter(session, letter=letter, words=words)
