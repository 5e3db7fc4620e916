from datetime import date, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from domain.buddhist_era import bangkok_midnight
from domain.errors import InvalidError, WianError
from domain.vocabulary import Book, EntryKind, EventKind, HopState
from models import RegisterEntry
from services.register_hop import Stamp, register_hop
from services.take_number import PaperNumber
from services.void_number import void_number
from tests.support.directory import Desk, Directory
from tests.support.letters import (
    DAY,
    HOUR,
    MORNING,
    book_of,
    events,
    hop_after,
    hop_to,
    issue,
    open_incoming,
    send,
    size_of_ledger,
)

PAPER = PaperNumber(number=7, reason="รับบนกระดาษขณะระบบขัดข้อง")


async def test_a_stamp_may_be_older_than_its_record(
    session: AsyncSession, directory: Directory
) -> None:
    hall = directory["hall"]
    hop_id = await hop_to(session, await send(session, directory["agency"], hall), hall)
    receipt = await register_hop(
        session,
        by=hall.clerk,
        hop_id=hop_id,
        at=MORNING + DAY,
        stamp=Stamp(stamped_at=MORNING + HOUR),
    )
    assert (receipt.stamped_at, receipt.recorded_at) == (MORNING + HOUR, MORNING + DAY)
    assert (receipt.stamp_has_time, receipt.number) == (True, 1)


async def test_a_stamp_without_time_of_day_is_kept_as_such(
    session: AsyncSession, directory: Directory
) -> None:
    hall = directory["hall"]
    hop_id = await hop_to(session, await send(session, directory["agency"], hall), hall)
    midnight = bangkok_midnight(date(2021, 3, 3))
    receipt = await register_hop(
        session,
        by=hall.clerk,
        hop_id=hop_id,
        at=MORNING + 2 * DAY,
        stamp=Stamp(stamped_at=midnight, has_time=False),
    )
    assert (receipt.stamped_at, receipt.stamp_has_time) == (midnight, False)
    (event,) = await events(session, EventKind.REGISTERED)
    assert event.facts["stamp_has_time"] is False


async def test_a_paper_receipt_keeps_its_number_and_reason_in_the_book_of_its_year(
    session: AsyncSession, directory: Directory
) -> None:
    hall, agency = directory["hall"], directory["agency"]
    await open_incoming(session, hall, after=10, year=2020)
    letter = await issue(session, agency, dated=date(2020, 12, 29))
    hop_id = await hop_to(session, await send(session, agency, hall, letter=letter), hall)
    stamped = bangkok_midnight(date(2020, 12, 30))
    receipt = await register_hop(
        session,
        by=hall.clerk,
        hop_id=hop_id,
        at=MORNING,
        stamp=Stamp(stamped_at=stamped, has_time=False, paper=PAPER),
    )
    assert (receipt.number, receipt.stamped_at, receipt.recorded_at) == (7, stamped, MORNING)
    hop = await hop_after(session, hop_id)
    assert hop.receipt_entry_id is not None
    entry = await session.get_one(RegisterEntry, hop.receipt_entry_id)
    assert (entry.kind, entry.reason) == (EntryKind.BACK_ENTERED, PAPER.reason)
    book = await book_of(session, hall, Book.INCOMING, 2020)
    assert (entry.register_id, book.allocated, book.positions) == (book.id, 0, 1)
    again = await register_hop(session, by=hall.clerk, hop_id=hop_id, at=MORNING)
    assert again == receipt


@pytest.mark.parametrize(
    ("code", "stamp"),
    [
        pytest.param(
            "stamped_in_future", Stamp(stamped_at=MORNING + timedelta(microseconds=1)), id="future"
        ),
        pytest.param(
            "stamped_in_other_year",
            Stamp(stamped_at=bangkok_midnight(date(2021, 1, 1)) - timedelta(microseconds=1)),
            id="last year without a paper number",
        ),
        pytest.param(
            "stamped_before_letter",
            Stamp(stamped_at=bangkok_midnight(date(2021, 3, 2)) - timedelta(microseconds=1)),
            id="the day before the letter",
        ),
        pytest.param(
            "stamped_before_letter",
            Stamp(stamped_at=bangkok_midnight(date(2021, 3, 1)), has_time=False, paper=PAPER),
            id="paper older than the letter",
        ),
    ],
)
async def test_a_stamp_that_cannot_be_true_is_refused(
    session: AsyncSession, directory: Directory, code: str, stamp: Stamp
) -> None:
    hall = directory["hall"]
    await open_incoming(session, hall, after=10)
    hop_id = await hop_to(session, await send(session, directory["agency"], hall), hall)
    before = await size_of_ledger(session)
    with pytest.raises(InvalidError) as refusal:
        await register_hop(session, by=hall.clerk, hop_id=hop_id, at=MORNING, stamp=stamp)
    assert (refusal.value.reason, refusal.value.facts["field"]) == (code, "stamped_at")
    assert await size_of_ledger(session) == before
    assert (await hop_after(session, hop_id)).state is HopState.SENT


async def test_a_stamp_of_the_letters_own_day_is_fine(
    session: AsyncSession, directory: Directory
) -> None:
    hall = directory["hall"]
    hop_id = await hop_to(session, await send(session, directory["agency"], hall), hall)
    stamp = Stamp(stamped_at=bangkok_midnight(date(2021, 3, 2)), has_time=False)
    receipt = await register_hop(session, by=hall.clerk, hop_id=hop_id, at=MORNING, stamp=stamp)
    assert receipt.stamped_at == stamp.stamped_at


async def _paper(session: AsyncSession, desk: Desk, hop_id: object, number: int) -> str | None:
    """Return the code with which a paper number is refused, or None."""
    stamp = Stamp(stamped_at=MORNING, paper=PaperNumber(number=number, reason="กระดาษ"))
    try:
        async with session.begin_nested():
            await register_hop(session, by=desk.clerk, hop_id=hop_id, at=MORNING, stamp=stamp)  # type: ignore[arg-type]  # a hop id
    except WianError as error:
        return error.reason
    return None


async def test_a_paper_number_is_taken_once_and_only_from_paper(
    session: AsyncSession, directory: Directory
) -> None:
    hall, agency = directory["hall"], directory["agency"]
    await open_incoming(session, hall, after=10)
    one = await hop_to(session, await send(session, agency, hall), hall)
    other = await hop_to(session, await send(session, agency, hall), hall)
    assert await _paper(session, hall, one, 11) == "number_not_on_paper"
    assert await _paper(session, hall, one, 10) is None
    assert await _paper(session, hall, other, 10) == "number_taken"
    assert (await hop_after(session, other)).state is HopState.SENT


async def test_a_number_spoiled_on_paper_is_not_given_to_a_letter_afterwards(
    session: AsyncSession, directory: Directory
) -> None:
    hall, agency = directory["hall"], directory["agency"]
    await open_incoming(session, hall, after=10)
    book = await book_of(session, hall, Book.INCOMING)
    await void_number(
        session, by=hall.head, register_id=book.id, number=7, reason="เขียนผิด", at=MORNING
    )
    hop_id = await hop_to(session, await send(session, agency, hall), hall)
    assert await _paper(session, hall, hop_id, 7) == "number_taken"
