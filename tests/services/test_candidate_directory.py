from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import ActingOfficer
from domain.errors import InvalidError
from domain.intake.reading import RecipientRow
from domain.intake.vocabulary import MatchStatus
from domain.vocabulary import OrganizationKind
from infra.database import create_engine
from services.candidate_directory import (
    CandidateDirectory,
    alias_key,
    candidates_of,
    load_candidates,
)
from services.find_officer import find_officer
from services.learn_alias import learn_alias
from services.match_recipients import RowMatch, match_rows
from tests.conftest import Database
from tests.support.directory import Directory
from tests.support.recipient_rows import body, row

DAY = date(2021, 3, 2)
AT = datetime(2021, 3, 2, 2, tzinfo=UTC)
SAO = "องค์การบริหารส่วนตำบล"


def codes(directory: CandidateDirectory, area: str) -> set[str]:
    return {one.code for one in directory.within.get(area, ())}


def test_bodies_lie_in_their_districts_and_those_of_the_province_in_each() -> None:
    directory = candidates_of(
        [
            body("จังหวัดบึงกาฬ", "38", kind=OrganizationKind.PROVINCE, code="hall"),
            body("องค์การบริหารส่วนจังหวัดบึงกาฬ", "38", code="pao"),
            body(f"{SAO}บ้านต้อง", "380404", code="tong"),
            body(f"{SAO}โนนศิลา", "380504", code="sila"),
            body("สำนักงานแห่งชาติ", None, code="agency"),
        ]
    )
    assert codes(directory, "38") == {"hall", "pao", "tong", "sila"}
    assert codes(directory, "3804") == {"hall", "pao", "tong"}
    assert len(directory.candidates) == 5
    tong = next(one for one in directory.candidates if one.code == "tong")
    assert (tong.id, tong.place) == (None, "บ้านต้อง")
    # No district is among the bodies: what the official areas call it serves.
    assert (tong.district_code, tong.district_name) == ("3804", "เซกา")
    assert (tong.province_code, tong.province_name) == ("38", "บึงกาฬ")


def test_the_directory_s_own_word_for_a_district_comes_first() -> None:
    directory = candidates_of(
        [
            body("ที่ว่าการอำเภอใหม่", "3804", kind=OrganizationKind.DISTRICT),
            body(f"{SAO}บ้านต้อง", "380404"),
        ]
    )
    assert [(one.code, one.name) for one in directory.districts["38"]] == [("3804", "ใหม่")]
    assert [one.name for one in directory.provinces] == ["บึงกาฬ"]


@pytest.mark.parametrize(
    ("on", "found"),
    [
        (None, {"now"}),
        (date(2021, 1, 1), {"now", "ended"}),
        (date(2021, 1, 2), {"now"}),
        (date(2000, 1, 1), set()),
    ],
)
def test_only_who_exists_on_the_day_is_a_candidate(on: date | None, found: set[str]) -> None:
    bodies = [
        body(f"{SAO}บ้านต้อง", "380404", code="now"),
        body(f"{SAO}บ้านเดิม", "380404", code="ended", until=date(2021, 1, 1)),
    ]
    assert codes(candidates_of(bodies, on=on), "3804") == found


async def test_the_ledger_gives_its_bodies_with_their_ids(
    session: AsyncSession, directory: Directory
) -> None:
    loaded = await load_candidates(session, on=DAY)
    by_code = {one.code: one for one in loaded.candidates}
    assert by_code["body_a1"].id == directory["body_a1"].organization_id
    assert by_code["body_a1"].district_name == "ก"
    assert "closed" not in by_code
    assert {"body_a1", "body_a2", "direct"} <= codes(loaded, "3801")
    assert "closed" in {
        one.code for one in (await load_candidates(session, on=date(2019, 1, 1))).candidates
    }


@dataclass(frozen=True, kw_only=True, slots=True)
class Clerk:
    """A clerk at the API: what the clerk teaches is rolled back."""

    session: AsyncSession
    by: ActingOfficer
    directory: Directory

    async def teach(
        self, name: str, *, as_written: str = f"{SAO}บ้านใหญ่โต", minutes: int = 0
    ) -> None:
        await learn_alias(
            self.session,
            by=self.by,
            kind=OrganizationKind.SAO,
            district_id=self.directory["district_a"].organization_id,
            as_written=as_written,
            organization_id=self.directory[name].organization_id,
            at=AT + timedelta(minutes=minutes),
        )

    async def match(self, line: RecipientRow) -> RowMatch:
        known = await load_candidates(self.session, on=DAY)
        (match,) = match_rows([line], province=None, directory=known)
        return match


@pytest.fixture
async def clerk(shared_database: Database, directory: Directory) -> AsyncIterator[Clerk]:
    engine = create_engine(shared_database.app_url, pool=1)
    async with AsyncSession(engine) as session:
        by = await find_officer(session, subject="clerk.office", on=DAY)
        assert by is not None
        yield Clerk(session=session, by=by, directory=directory)
        await session.rollback()
    await engine.dispose()


async def test_a_confirmed_spelling_is_known_from_then_on(clerk: Clerk) -> None:
    line = row(f"{SAO}บ้านใหญ่โต", "อำเภอ ก")
    assert (await clerk.match(line)).status is not MatchStatus.ACCEPTED
    await clerk.teach("body_a1")
    after = await clerk.match(line)
    assert after.status is MatchStatus.ACCEPTED
    assert after.organization is not None
    assert after.organization.id == clerk.directory["body_a1"].organization_id
    # A lost tone mark or another space makes no other spelling of it.
    again = await clerk.match(row(f"{SAO} บ้านใหญโต", "อำเภอ ก"))
    assert again.status is MatchStatus.ACCEPTED


async def test_of_several_confirmations_the_last_counts(clerk: Clerk) -> None:
    for minutes, name in enumerate(("body_a1", "body_a2")):
        await clerk.teach(name, minutes=minutes)
    loaded = await load_candidates(clerk.session, on=DAY)
    known = loaded.learned(OrganizationKind.SAO, "3801", f"{SAO}บ้านใหญ่โต")
    assert known is not None
    assert known.code == "body_a2"
    assert loaded.learned(OrganizationKind.SAO, "3802", f"{SAO}บ้านใหญ่โต") is None
    assert loaded.learned(None, "3801", f"{SAO}บ้านใหญ่โต") is None


async def test_a_spelling_of_nothing_teaches_nothing(clerk: Clerk) -> None:
    with pytest.raises(InvalidError) as refusal:
        await clerk.teach("body_a1", as_written=" ่ ")
    assert refusal.value.reason == "spelling_empty"


def test_the_key_of_a_spelling_is_its_place() -> None:
    assert alias_key(f"{SAO}บ้านต้อง") == alias_key("อบต. บานตอง") == "บานตอง"
