"""Numbers that carry no letter, against a set of numbers in plain Python."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from domain.access import ActingOfficer
from domain.errors import NotFoundError
from domain.figures import GapKind
from domain.vocabulary import Book, Secrecy
from models import Register
from services.list_gaps import Gap, list_gaps
from services.open_register import open_register
from services.void_number import void_number
from tests.support.directory import Desk, Directory
from tests.support.letters import HOUR, MORNING

REASON = "ชำรุดบนกระดาษ"
_ENTER = text("""
INSERT INTO register_entry (register_id, number, kind, recorded_at, recorded_by, reason)
VALUES (:register_id, :number, :kind, :at, :by, :reason)
""")


async def book_with(
    session: AsyncSession,
    desk: Desk,
    *,
    paper: int,
    back_entered: Sequence[int] = (),
    given: int = 0,
    voided: Sequence[int] = (),
    secrecy: Secrecy = Secrecy.NORMAL,
) -> Register:
    """Open a book after a paper one, copy numbers from it, give numbers, void some."""
    register = await open_register(
        session,
        by=replace(desk.head, clearance=Secrecy.VERY_SECRET),
        registry_id=desk.registry_id,
        book=Book.INCOMING,
        year=2021,
        last_paper_number=paper,
        at=MORNING,
        secrecy=secrecy,
    )
    for kind, numbers in (("back_entered", back_entered), ("allocated", [None] * given)):
        for number in numbers:
            values = {"number": number, "kind": kind, "at": MORNING, "by": desk.clerk.id}
            reason = REASON if number else None
            await session.execute(_ENTER, {"register_id": register.id, "reason": reason, **values})
    for number in voided:
        await void_number(
            session,
            by=replace(desk.head, clearance=Secrecy.VERY_SECRET),
            register_id=register.id,
            number=number,
            reason=REASON,
            at=MORNING + HOUR,
        )
    return register


async def gaps_of(
    session: AsyncSession,
    desk: Desk,
    *,
    by: ActingOfficer | None = None,
    secrecy: Secrecy = Secrecy.NORMAL,
    after: int = 0,
    limit: int = 500,
) -> Sequence[Gap]:
    return await list_gaps(
        session,
        by=by or desk.auditor,
        registry_id=desk.registry_id,
        book=Book.INCOMING,
        year=2021,
        secrecy=secrecy,
        after=after,
        limit=limit,
    )


def ranges(gaps: Sequence[Gap]) -> list[tuple[int, int, str]]:
    return [(gap.first, gap.last, gap.kind.value) for gap in gaps]


async def test_a_book_tells_what_was_voided_and_what_was_left_on_paper(
    session: AsyncSession, directory: Directory
) -> None:
    hall = directory["hall"]
    await book_with(session, hall, paper=20, back_entered=[3, 4, 19], given=4, voided=[7, 22])
    gaps = await gaps_of(session, hall)
    assert ranges(gaps) == [
        (1, 2, "left_on_paper"),
        (5, 6, "left_on_paper"),
        (7, 7, "voided"),
        (8, 18, "left_on_paper"),
        (20, 20, "left_on_paper"),
        (22, 22, "voided"),
    ]
    assert gaps[0] == Gap(
        first=1, last=2, kind=GapKind.LEFT_ON_PAPER, reason=None, officer=None, recorded_at=None
    )
    assert gaps[2] == Gap(
        first=7,
        last=7,
        kind=GapKind.VOIDED,
        reason=REASON,
        officer="head.hall",
        recorded_at=MORNING + HOUR,
    )


@pytest.mark.parametrize(
    ("paper", "back_entered", "given", "expected"),
    [
        pytest.param(0, [], 3, [], id="a whole book"),
        pytest.param(0, [], 0, [], id="an empty book"),
        pytest.param(5, [], 0, [(1, 5, "left_on_paper")], id="all on paper"),
        pytest.param(3, [1, 2, 3], 2, [], id="all copied"),
        pytest.param(3, [2], 2, [(1, 1, "left_on_paper"), (3, 3, "left_on_paper")], id="some"),
        pytest.param(9_999_999, [], 1, [(1, 9_999_999, "left_on_paper")], id="a thick book"),
    ],
)
async def test_holes_are_told_as_ranges(
    session: AsyncSession,
    directory: Directory,
    paper: int,
    back_entered: list[int],
    given: int,
    expected: list[tuple[int, int, str]],
) -> None:
    hall = directory["hall"]
    await book_with(session, hall, paper=paper, back_entered=back_entered, given=given)
    assert ranges(await gaps_of(session, hall)) == expected


async def test_any_book_agrees_with_a_set_of_numbers_in_pages_of_any_size(
    session: AsyncSession, directory: Directory
) -> None:
    dice = Random(2564)  # noqa: S311 (no secret)
    desks = [directory[name] for name in ("hall", "office", "direct", "district_a", "agency")]
    for desk in desks:
        paper, given = dice.randrange(30), dice.randrange(20)
        copied = dice.sample(range(1, paper + 1), paper // 2)
        # Nothing on a receipt is voided here, and what was copied has no letter.
        free = sorted(set(range(1, paper + given + 1)) - set(copied))
        voided = dice.sample(free, len(free) // 3)
        await book_with(session, desk, paper=paper, back_entered=copied, given=given, voided=voided)
        expected = dict.fromkeys(voided, "voided") | dict.fromkeys(
            set(range(1, paper + 1)) - set(copied) - set(voided), "left_on_paper"
        )
        for limit in (1, 2, 500):
            seen: list[Gap] = []
            while page := await gaps_of(
                session, desk, after=seen[-1].last if seen else 0, limit=limit
            ):
                assert len(page) <= limit
                seen += page
            told = {
                number: gap.kind.value for gap in seen for number in range(gap.first, gap.last + 1)
            }
            assert told == expected
            assert sum(gap.last - gap.first + 1 for gap in seen) == len(expected)


async def test_a_number_that_was_given_and_is_not_there_is_a_fault(
    sessions: async_sessionmaker[AsyncSession],
    own_directory: Directory,
    superuser: psycopg.AsyncConnection,
) -> None:
    """Only a superuser can bring that about, past every trigger."""
    hall = own_directory["hall"]
    async with sessions.begin() as session:
        register = await book_with(session, hall, paper=4, back_entered=[1, 2, 3, 4], given=6)
    await superuser.execute("SET session_replication_role = replica")
    await superuser.execute(
        "DELETE FROM register_entry WHERE register_id = %s AND number IN (4, 5, 8, 10)",
        [register.id],
    )
    async with sessions() as session:
        assert ranges(await gaps_of(session, hall)) == [
            (4, 4, "left_on_paper"),
            (5, 5, "missing"),
            (8, 8, "missing"),
            (10, 10, "missing"),
        ]


async def test_a_secret_book_is_there_only_for_who_is_cleared(
    session: AsyncSession, directory: Directory
) -> None:
    hall = directory["hall"]
    await book_with(session, hall, paper=2, secrecy=Secrecy.SECRET)
    cleared = replace(hall.auditor, clearance=Secrecy.SECRET)
    told = await gaps_of(session, hall, by=cleared, secrecy=Secrecy.SECRET)
    assert ranges(told) == [(1, 2, "left_on_paper")]
    hidden: list[tuple[ActingOfficer, Secrecy]] = [
        (hall.auditor, Secrecy.SECRET),
        (cleared, Secrecy.NORMAL),
        (cleared, Secrecy.VERY_SECRET),
        (replace(hall.admin, clearance=Secrecy.SECRET), Secrecy.SECRET),
        (replace(directory["agency"].head, clearance=Secrecy.SECRET), Secrecy.SECRET),
    ]
    for by, secrecy in hidden:
        with pytest.raises(NotFoundError):
            await gaps_of(session, hall, by=by, secrecy=secrecy)
