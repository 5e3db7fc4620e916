from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import ActingOfficer
from domain.buddhist_era import bangkok_date
from domain.errors import InvalidError, NotFoundError
from domain.vocabulary import EventKind, Secrecy, Urgency
from models import Event, Letter
from services.find_officer import find_officer
from services.search import places
from services.search.fold import fold
from services.search.results import Match
from services.search_letters import Direction, SearchPage, SearchQuestion, search_letters
from tests.support.directory import Directory
from tests.support.letters import DAY, MORNING, cleared, issue, send

MEETING = "ขอเชิญประชุมชี้แจงแนวทางการประเมิน"
SEMINAR = (
    "ด้วยสำนักงาน ป.ป.ช. กำหนดจัดสัมมนาผู้บริหาร ณ โรงแรมริมโขง จังหวัดบึงกาฬ วันที่ ๑๕ มีนาคม ๒๕๖๔"
    " ให้ อบต.หนองหิน ส่งผู้แทน ๒ คน พร้อมข้าวสาร"
)


async def sign_in(session: AsyncSession, subject: str) -> ActingOfficer:
    found = await find_officer(session, subject=subject, on=bangkok_date(MORNING))
    assert found is not None
    return found


async def search(
    session: AsyncSession,
    words: str,
    *,
    subject: str = "clerk.agency",
    **chosen: Any,  # noqa: ANN401 (filters, each of its own type)
) -> SearchPage:
    by = await sign_in(session, subject)
    asked = SearchQuestion(text=words, **chosen)
    return await search_letters(session, by=by, asked=asked, at=MORNING)


def subjects(page: SearchPage) -> list[str]:
    return [one.letter.subject for one in page.items]


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("สัมมนาผู้บริหาร", id="words without blanks"),
        pytest.param("สัมมนา  ผู้บริหาร", id="with blanks"),
        pytest.param("ผู้บริหาร โรงแรม มีนาคม", id="words apart"),
        pytest.param("15 มีนาคม 2564", id="arabic digits for thai ones"),
        pytest.param("ปปช", id="an abbreviation without dots"),
        pytest.param("ป.ป.ช.", id="and with"),
        pytest.param("องค์การบริหารส่วนตำบลหนองหิน", id="an abbreviation written out"),
        pytest.param("อบต หนองหิน", id="and not"),
        pytest.param("แรมริมโข", id="a piece that is no word"),
        pytest.param("ทด 0017/ว ๑", id="the number"),
        pytest.param("ที่ ทด ๐๐๑๗/ว ๑", id="the number as it is printed"),
        pytest.param("ว 1", id="the end of the number"),
        pytest.param("สำนักงานทดสอบแห่งชาติ", id="the organization"),
        pytest.param("สัมนาผู้บริหาร", id="a letter too few"),
        pytest.param("สัมมมนาผู้บริหาร", id="a letter too many"),
        pytest.param("สัมนา", id="a letter too few in one word"),
        pytest.param("บึงกาล", id="a letter that sounds alike"),
        pytest.param("จังหวัดบีงกาฬ", id="another letter"),
        pytest.param("ผู้แทน๒", id="a number of one digit"),
        pytest.param("โรงเเรม", id="signs in the wrong order"),
    ],
)
async def test_a_letter_is_found_however_it_is_asked_for(
    session: AsyncSession, directory: Directory, words: str
) -> None:
    await issue(session, directory["agency"], subject="เชิญสัมมนา", body=SEMINAR)
    await issue(session, directory["hall"], subject="เรื่องอื่น", body=SEMINAR)
    assert subjects(await search(session, words)) == ["เชิญสัมมนา"]


@pytest.mark.parametrize("words", ["ประชุมใหญ่", "9999", "ว 77", "หนองบัว", "xyz"])
async def test_what_no_letter_says_is_not_found(
    session: AsyncSession, directory: Directory, words: str
) -> None:
    await issue(session, directory["agency"], subject="เชิญสัมมนา", body=SEMINAR)
    page = await search(session, words)
    assert (page.items, page.next, page.is_partial) == ([], None, False)


async def test_the_subject_comes_before_the_text_and_the_new_before_the_old(
    session: AsyncSession, directory: Directory
) -> None:
    agency = directory["agency"]
    for subject, body in (
        ("อบรมพัสดุ", "มีรถยนต์และราชการ"),
        ("อบรมรถยนต์ราชการ", ""),
        ("อบรมสารบรรณ", "เรื่องรถยนต์ราชการ"),
        ("อบรมรถยนต์ของราชการ", ""),
        ("อบรมการเงิน", "ขับรถยนต์ราชการ"),
    ):
        await issue(session, agency, subject=subject, body=body)
    page = await search(session, "รถยนต์ราชการ")
    assert [(one.letter.subject, one.match) for one in page.items] == [
        ("อบรมรถยนต์ราชการ", Match.SUBJECT),
        ("อบรมการเงิน", Match.TEXT),
        ("อบรมสารบรรณ", Match.TEXT),
        ("อบรมรถยนต์ของราชการ", Match.SUBJECT_WORDS),
        ("อบรมพัสดุ", Match.WORDS),
    ]


async def test_the_word_as_it_is_comes_before_one_that_looks_like_it(
    session: AsyncSession, directory: Directory
) -> None:
    await issue(session, directory["agency"], subject="ราคาข้าวสาร")
    await issue(session, directory["agency"], subject="ศูนย์ข่าวสาร")
    assert subjects(await search(session, "ข้าวสาร")) == ["ราคาข้าวสาร", "ศูนย์ข่าวสาร"]
    assert subjects(await search(session, "ข่าวสาร")) == ["ศูนย์ข่าวสาร", "ราคาข้าวสาร"]


async def test_what_was_found_is_shown_where_it_stands(
    session: AsyncSession, directory: Directory
) -> None:
    body = "ข้อความยาว " * 50 + "จัดที่จังหวัดบึงกาฬในเดือนหน้า" + " ข้อความยาว" * 50
    await issue(session, directory["agency"], subject="ไปบึงกาฬ", body=body)
    (found,) = (await search(session, "บึงกาฬ")).items
    for shown in (found.subject, found.snippet):
        assert [shown.text[begins:ends] for begins, ends in shown.marks] == ["บึงกาฬ"]
    assert found.snippet.text in body
    assert len(found.snippet.text) < 300
    assert "<" not in found.snippet.text


@pytest.mark.parametrize("words", ["โข", "หิน", "ข้า", "๖๔", "น ๒", "มโ", "วส"])
async def test_a_piece_of_two_or_three_signs_is_found_wherever_it_stands(
    session: AsyncSession, directory: Directory, words: str
) -> None:
    await issue(session, directory["agency"], subject="อบรม", body="โรงแรมริมโขง มีข้าวสาร")
    await issue(session, directory["agency"], subject="พ.ศ. ๒๕๖๔", body="รวมโขลง บ้านหินตั้ง คน ๒")
    page = await search(session, words)
    wanted = {one.letter.subject for one in page.items}
    texts = {"อบรม": "โรงแรมริมโขง มีข้าวสาร", "พ.ศ. ๒๕๖๔": "รวมโขลง บ้านหินตั้ง คน ๒"}
    assert wanted == {
        subject for subject, body in texts.items() if fold(words) in fold(f"{subject}ๆ{body}")
    }
    assert wanted


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        pytest.param({"urgency": Urgency.URGENT}, ["ด่วน"], id="urgency"),
        pytest.param({"is_circular": False}, ["ไม่เวียน"], id="book"),
        pytest.param({"since": bangkok_date(MORNING + DAY)}, ["พรุ่งนี้"], id="since"),
        pytest.param({"until": bangkok_date(MORNING)}, ["ของจังหวัด", "ไม่เวียน", "ด่วน"], id="until"),
        pytest.param({"direction": Direction.RECEIVED}, ["ของจังหวัด"], id="received"),
        pytest.param({"direction": Direction.SENT}, ["พรุ่งนี้", "ไม่เวียน", "ด่วน"], id="issued by us"),
        pytest.param({"secrecy": Secrecy.SECRET}, [], id="a class above the clearance"),
    ],
)
async def test_filters(
    session: AsyncSession, directory: Directory, chosen: dict[str, Any], found: list[str]
) -> None:
    agency, hall = directory["agency"], directory["hall"]
    await issue(session, agency, subject="ด่วน", body=MEETING, urgency=Urgency.URGENT)
    await issue(session, agency, subject="ไม่เวียน", body=MEETING, is_circular=False)
    letter = await issue(session, hall, subject="ของจังหวัด", body=MEETING)
    await send(session, hall, agency, letter=letter)
    await issue(session, agency, subject="ลับ", body=MEETING, secrecy=Secrecy.SECRET)
    await issue(session, agency, subject="พรุ่งนี้", body=MEETING, at=MORNING + DAY)
    assert subjects(await search(session, "ประชุมชี้แจง", **chosen)) == found


async def test_an_organization_is_asked_for_with_those_below_it_or_alone(
    session: AsyncSession, directory: Directory
) -> None:
    agency, hall, district = (directory[name] for name in ("agency", "hall", "district_a"))
    for desk in (hall, district):
        letter = await issue(session, desk, subject=f"{MEETING}{desk.name}")
        await send(session, desk, agency, letter=letter)
    asked: list[tuple[dict[str, Any], int]] = [
        ({"organization_id": hall.organization_id}, 2),
        ({"organization_id": hall.organization_id, "subtree": False}, 1),
        ({"registry_id": district.registry_id}, 1),
        ({"registry_id": district.registry_id, "organization_id": agency.organization_id}, 0),
    ]
    for chosen, count in asked:
        assert len((await search(session, "ประชุมชี้แจง", **chosen)).items) == count
    with pytest.raises(NotFoundError):
        await search(session, "ประชุมชี้แจง", organization_id=uuid4())
    with pytest.raises(NotFoundError):
        await search(session, "ประชุมชี้แจง", registry_id=uuid4())


async def test_a_range_that_ends_before_it_begins_is_refused(
    session: AsyncSession, directory: Directory
) -> None:
    del directory
    day = bangkok_date(MORNING)
    with pytest.raises(InvalidError, match="กลับกัน") as refusal:
        await search(session, "ประชุม", since=day, until=day - timedelta(days=1))
    assert refusal.value.reason == "time_range_reversed"


async def test_a_secret_letter_that_is_found_is_noted_as_read(
    session: AsyncSession, directory: Directory
) -> None:
    agency = directory["agency"]
    letter = await issue(session, agency, subject=MEETING, secrecy=Secrecy.SECRET)
    await issue(session, agency, subject=MEETING)
    by = cleared(agency.clerk, Secrecy.SECRET)
    await sign_in(session, "clerk.agency")
    classes = "{normal,secret}"
    await session.execute(text("SELECT set_config('wian.classes', :to, true)"), {"to": classes})
    asked = SearchQuestion(text="ประชุมชี้แจง")
    page = await search_letters(session, by=by, asked=asked, at=MORNING)
    assert len(page.items) == 2
    reads = await session.scalars(select(Event).where(Event.kind == EventKind.READ))
    assert [(one.letter_id, one.officer_id) for one in reads] == [(letter.id, by.id)]
    # Whoever has no clearance finds nothing of it, and nothing is noted.
    assert len((await search(session, "ประชุมชี้แจง")).items) == 1
    count = select(func.count()).where(Event.kind == EventKind.READ)
    assert await session.scalar(count) == 1


async def test_an_operator_finds_whatever_is_not_secret(
    session: AsyncSession, directory: Directory
) -> None:
    for name in ("agency", "hall", "stranger"):
        await issue(session, directory[name], subject=f"{MEETING} {name}")
    await issue(session, directory["hall"], subject=MEETING, secrecy=Secrecy.SECRET)
    asked = SearchQuestion(text="ประชุมชี้แจง")
    page = await search_letters(session, by=None, asked=asked, at=MORNING)
    assert subjects(page) == [f"{MEETING} {name}" for name in ("stranger", "hall", "agency")]


async def test_a_search_that_takes_too_long_is_broken_off(
    session: AsyncSession, directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    await issue(session, directory["agency"], subject=MEETING)
    slow = text("SELECT pg_sleep(60) WHERE CAST(:q AS text[]) IS NULL OR true")
    monkeypatch.setattr(places, "_FOUND", slow.bindparams(q=None))
    monkeypatch.setattr(places, "PATIENCE", 50)
    with pytest.raises(InvalidError) as refusal:
        await search(session, "ประชุมชี้แจง")
    assert refusal.value.reason == "search_takes_too_long"


async def test_the_usual_patience_comes_back(session: AsyncSession, directory: Directory) -> None:
    await issue(session, directory["agency"], subject=MEETING)
    before = await session.scalar(text("SHOW statement_timeout"))
    await search(session, "ประชุมชี้แจง")
    assert await session.scalar(text("SHOW statement_timeout")) == before


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("'; DROP TABLE letter_search; --", id="SQL"),
        pytest.param("a' & !'b' | <->", id="tsquery"),
        pytest.param("%_%ประชุม%_%", id="LIKE"),
        pytest.param("(ประชุม|.*)+[ก-", id="regular expression"),
        pytest.param("\\\\ประชุม\\'", id="backslashes"),
        pytest.param("ประ\0ชุม", id="NUL"),
        pytest.param("ประ\ud800ชุม", id="half a sign"),
    ],
)
async def test_signs_of_other_languages_mean_nothing(
    session: AsyncSession, directory: Directory, words: str
) -> None:
    await issue(session, directory["agency"], subject=MEETING)
    found: Sequence[Letter] = [one.letter for one in (await search(session, words)).items]
    assert len(found) <= 1
    assert await session.scalar(text("SELECT count(*) FROM letter_search")) == 1
