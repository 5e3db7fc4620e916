from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import ActingOfficer
from domain.document_number import read_letter_search
from domain.vocabulary import EventKind, HopState, Secrecy
from services.acknowledge_hop import acknowledge_hop
from services.find_letters import LetterQuestion, find_letters, letters_by_number
from services.show_whereabouts import MOST_DESKS, Tier, Whereabouts
from tests.support.directory import Desk, Directory
from tests.support.letters import DAY, MORNING, events, hop_to, issue, pass_on, register, send
from tests.support.province import send_down


async def _find(
    session: AsyncSession,
    by: ActingOfficer,
    number: str,
    *,
    year: int | None = None,
    after: UUID | None = None,
    limit: int = 20,
) -> Sequence[Whereabouts]:
    asked = LetterQuestion(search=read_letter_search(number), year=year, after=after, limit=limit)
    return await find_letters(session, by=by, asked=asked, at=MORNING + 2 * DAY)


async def _numbers(session: AsyncSession, desk: Desk, number: str) -> set[str]:
    return {one.letter.number for one in await _find(session, desk.auditor, number)}


@pytest.mark.parametrize(
    "number",
    [
        "ทส 0023.4/ว 1",
        "ทส ๐๐๒๓.๔/ว ๑",
        "ทส0023.4/ว1",
        "ที่ ทส 0023.4/ว 0001",
        "0023.4/ว๑",
        "ทส/ว 1",
    ],
)
async def test_however_a_number_is_typed_it_finds_the_letter(
    session: AsyncSession, directory: Directory, number: str
) -> None:
    circular = await send_down(session, directory)
    (found,) = await _find(session, directory["body_a1"].clerk, number)
    assert found.letter.id == circular.letters["cover"]
    assert found.registry == directory["office"].name


async def test_a_shorter_number_finds_every_letter_that_ends_with_it(
    session: AsyncSession, directory: Directory
) -> None:
    await send_down(session, directory)
    both = {"ทด 0017/ว 1", "ทส 0023.4/ว 1"}
    for number in ("๑", "ว 1", "0001", "/ว 1"):
        assert await _numbers(session, directory["office"], number) == both
    assert await _numbers(session, directory["office"], "0017/ว 1") == {"ทด 0017/ว 1"}
    # Without ว it is a letter that is no circular, where the owner code is typed.
    assert await _numbers(session, directory["office"], "0017/1") == set()
    assert await _numbers(session, directory["office"], "2") == set()


async def test_nobody_finds_what_others_hold(session: AsyncSession, directory: Directory) -> None:
    await send_down(session, directory)
    assert await _numbers(session, directory["direct"], "1") == {"ทด 0017/ว 1"}
    assert await _numbers(session, directory["stranger"], "1") == {"อน 0001/ว 1"}
    assert await _find(session, directory["hall"].admin, "1") == []


async def test_a_receipt_number_is_searched_in_the_own_registers_alone(
    session: AsyncSession, directory: Directory
) -> None:
    agency, hall, office = directory["agency"], directory["hall"], directory["office"]
    for _ in range(2):
        await register(session, await send(session, agency, hall), hall)
    dispatch = await send(session, agency, hall, office)
    await register(session, dispatch, hall)
    await register(session, dispatch, office)
    for number in ("รับที่ ๓", "เลขรับ 3", "3"):
        (found,) = await _find(session, hall.clerk, number)
        assert found.letter.id == dispatch.letter_id
    assert await _find(session, office.clerk, "รับที่ 3") == []
    (found,) = await _find(session, office.clerk, "รับที่ 1")
    assert found.letter.id == dispatch.letter_id
    # The agency has stamped nothing, however much it may see of the others' stamps.
    assert await _find(session, agency.clerk, "รับที่ 1") == []


async def test_only_the_year_that_is_named_is_searched(
    session: AsyncSession, directory: Directory
) -> None:
    agency, hall = directory["agency"], directory["hall"]
    old = await send(session, agency, hall)
    await register(session, old, hall)
    new = await issue(session, agency, at=MORNING + 400 * DAY)
    for number in ("ว 1", "1"):
        for year, letters in ((2021, {old.letter_id}), (2022, {new.id}), (2023, set[UUID]())):
            found = await _find(session, agency.clerk, number, year=year)
            assert {one.letter.id for one in found} == letters
    assert await _find(session, hall.clerk, "รับที่ 1", year=2022) == []
    assert len(await _find(session, hall.clerk, "รับที่ 1", year=2021)) == 1


async def test_where_it_is_now(session: AsyncSession, directory: Directory) -> None:
    agency, hall, office = directory["agency"], directory["hall"], directory["office"]
    root = await send(session, agency, hall, directory["direct"])
    below = await pass_on(session, root, hall, office)
    receipt = await register(session, below, office)
    (found,) = await _find(session, agency.clerk, "ทด 0017/ว 1")
    assert found.tiers == [
        Tier(tier=1, hops=2, registered=1, open=2),
        Tier(tier=2, hops=1, registered=1, open=1),
    ]
    # First those who have to do something; the hall waits for the office.
    assert [(one.registry, one.tier, one.state, one.receipt_number) for one in found.holders] == [
        (directory["direct"].name, 1, HopState.SENT, None),
        (office.name, 2, HopState.REGISTERED, receipt.number),
        (hall.name, 1, HopState.FORWARDED, 1),
    ]
    assert [one.is_late for one in found.holders] == [True, False, False]
    assert [(one.registry, one.number) for one in found.receipts] == [
        (hall.name, 1),
        (office.name, 1),
    ]
    assert found.last_event is not None
    assert (found.last_event.kind, found.last_event.registry) == (
        EventKind.REGISTERED,
        office.name,
    )
    # The office sees its own hop, and nothing of what stands above or beside.
    (own,) = await _find(session, office.clerk, "ทด 0017/ว 1")
    assert own.tiers == [Tier(tier=2, hops=1, registered=1, open=1)]
    assert [one.registry for one in own.holders] == [office.name]


async def test_a_settled_hop_holds_it_no_more(session: AsyncSession, directory: Directory) -> None:
    agency, hall = directory["agency"], directory["hall"]
    dispatch = await send(session, agency, hall)
    await register(session, dispatch, hall)
    hop_id = await hop_to(session, dispatch, hall)
    await acknowledge_hop(
        session, by=hall.clerk, hop_id=hop_id, remark=None, answer=None, at=MORNING
    )
    (found,) = await _find(session, agency.clerk, "ว 1")
    assert found.holders == []
    assert found.tiers == [Tier(tier=1, hops=1, registered=1, open=0)]
    assert [one.registry for one in found.receipts] == [hall.name]


async def test_whoever_holds_the_cover_holds_the_letter(
    session: AsyncSession, directory: Directory
) -> None:
    circular = await send_down(session, directory)
    found = {one.letter.id: one for one in await _find(session, directory["office"].clerk, "1")}
    root, cover = (found[circular.letters[name]] for name in ("root", "cover"))
    assert [(one.tier, one.hops) for one in cover.tiers] == [(3, 2), (4, 3)]
    assert [(one.tier, one.hops) for one in root.tiers] == [(2, 1), (3, 2), (4, 3)]


async def test_pages_are_bounded_and_fit(session: AsyncSession, directory: Directory) -> None:
    agency, hall = directory["agency"], directory["hall"]
    letters = [
        (await send(session, desk, hall)).letter_id
        for desk in (agency, directory["office"], directory["stranger"], directory["district_a"])
    ]
    whole = [one.letter.id for one in await _find(session, hall.clerk, "1")]
    assert whole == sorted(letters, reverse=True)
    found: list[UUID] = []
    while page := await _find(
        session, hall.clerk, "1", after=found[-1] if found else None, limit=3
    ):
        assert len(page) <= 3
        found += [one.letter.id for one in page]
    assert found == whole


async def test_only_the_first_holders_are_named(
    session: AsyncSession, directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MOST_DESKS == 20
    monkeypatch.setattr("services.show_whereabouts.MOST_DESKS", 2)
    await send(
        session, directory["agency"], *(directory[name] for name in ("hall", "office", "direct"))
    )
    (found,) = await _find(session, directory["agency"].clerk, "ว 1")
    assert len(found.holders) == 2
    assert found.tiers[0].open == 3


async def test_a_secret_letter_is_found_with_the_clearance_alone_and_that_is_recorded(
    session: AsyncSession, directory: Directory
) -> None:
    agency, hall = directory["agency"], directory["hall"]
    cleared = replace(agency, clerk=replace(agency.clerk, clearance=Secrecy.SECRET))
    letter = await issue(session, cleared, secrecy=Secrecy.SECRET)
    await send(session, cleared, hall, letter=letter)
    for number in ("1", "ว 1", letter.number):
        assert await _find(session, hall.clerk, number) == []
        assert await _find(session, agency.head, number) == []
    assert await events(session, EventKind.READ) == []
    by = replace(hall.clerk, clearance=Secrecy.VERY_SECRET)
    (found,) = await _find(session, by, letter.number)
    assert found.letter.id == letter.id
    (read,) = await events(session, EventKind.READ)
    assert (read.letter_id, read.officer_id) == (letter.id, by.id)
    # An operator who names no officer has no clearance either.
    asked = LetterQuestion(search=read_letter_search(letter.number))
    assert await letters_by_number(session, by=None, asked=asked) == []
