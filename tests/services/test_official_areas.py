from collections import Counter
from collections.abc import AsyncIterator
from datetime import date

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from cli.directory_files import read_directory
from cli.ledger import fill_areas
from domain.vocabulary import OrganizationKind
from infra.database import create_engine, create_sessions
from models import Area, AreaKind
from services.bodies.words import FULL_WORDS, OF_THE_PROVINCE
from services.official_areas import AREAS_VERSION, official_areas, refresh_areas
from tests.cli.test_directory_files import BUENG_KAN
from tests.conftest import Database

PROVINCE, DISTRICT, SUBDISTRICT = AreaKind
IN_FORCE = {PROVINCE: 77, DISTRICT: 928, SUBDISTRICT: 7436}


@pytest.fixture
async def owners(database: Database) -> AsyncIterator[async_sessionmaker[AsyncSession]]:
    engine = create_engine(database.owner_url, pool=1, role=None)
    yield create_sessions(engine)
    await engine.dispose()


def test_the_whole_country_is_known() -> None:
    areas = official_areas().by_code.values()
    assert Counter(area.kind for area in areas if area.abolished_on is None) == IN_FORCE
    assert all(area.parent_code in official_areas().by_code for area in areas if area.parent_code)


@pytest.mark.parametrize(
    ("name", "kind", "within", "code"),
    [
        ("บึงกาฬ", PROVINCE, "", "38"),
        ("จังหวัดบึงกาฬ", PROVINCE, "", "38"),
        ("จ. บึงกาฬ", PROVINCE, "", "38"),
        ("กทม.", PROVINCE, "", "10"),
        ("อำเภอเซกา", DISTRICT, "38", "3804"),
        ("อ.เซกา", DISTRICT, "38", "3804"),
        ("เมือง", DISTRICT, "38", "3801"),
        ("เมือง", DISTRICT, "14", "1401"),
        ("เมือง", DISTRICT, "10", None),
        ("เขตพระนคร", DISTRICT, "10", "1001"),
        ("ตำบลบ้านต้อง", SUBDISTRICT, "3804", "380404"),
        ("บ้านต้อง", SUBDISTRICT, "3803", None),
        ("บ้านด้อง", SUBDISTRICT, "3804", None),
        ("จปร", SUBDISTRICT, "8504", "850406"),
        ("", DISTRICT, "38", None),
        ("เซกา", DISTRICT, "??", None),
    ],
)
def test_an_area_is_found_by_name_within_what_surrounds_it(
    name: str, kind: AreaKind, within: str, code: str | None
) -> None:
    found = official_areas().named(name, kind, within)
    assert (None if found is None else found.code) == code


def test_every_official_name_finds_its_area_with_and_without_its_first_word() -> None:
    areas = official_areas()
    words = {PROVINCE: "จังหวัด", DISTRICT: "อำเภอ", SUBDISTRICT: "ตำบล"}
    lost = [
        area.code
        for area in areas.by_code.values()
        for name in (area.name_th, words[area.kind] + area.name_th)
        if area.abolished_on is None
        and areas.named(name, area.kind, area.parent_code or "") != area
    ]
    assert lost == []


def test_one_name_may_lie_in_several_places() -> None:
    found = official_areas().named_anywhere("ตำบลศรีชมภู", SUBDISTRICT)
    here = [area.code for area in found if area.code.startswith("38")]
    assert len({code[:4] for code in here}) == 2
    assert official_areas().title("380404") == "ตำบลบ้านต้อง อำเภอเซกา จังหวัดบึงกาฬ"
    assert official_areas().title("1001") == "เขตพระนคร กรุงเทพมหานคร"


def test_what_resembles_a_name_most_is_told_first() -> None:
    areas = official_areas()
    assert areas.nearest("บ้านด้อง", SUBDISTRICT, "3804")[0] == "บ้านต้อง"
    assert areas.nearest("อำเภอบึงคล้า", DISTRICT, "38")[0] == "บุ่งคล้า"
    assert areas.nearest("xyz", PROVINCE) == []


def test_an_abolished_area_is_not_in_force_and_tells_what_follows_it() -> None:
    areas = official_areas()
    old = areas.abolished("กระแจะ", SUBDISTRICT, "2203")
    assert old is not None
    assert (old.code, old.successors) == ("220394", ("220903",))
    assert areas.named("กระแจะ", SUBDISTRICT, "2203") is None


async def test_the_ledger_is_filled_once_and_again_only_for_another_release(
    database: Database, sessions: async_sessionmaker[AsyncSession]
) -> None:
    assert await fill_areas(database.owner_url)
    assert not await fill_areas(database.owner_url)
    async with sessions() as session:
        query = select(Area.kind, func.count()).where(Area.abolished_on.is_(None))
        found = (await session.execute(query.group_by(Area.kind))).all()
        old = await session.get_one(Area, "220394")
        assert ({one[0]: one[1] for one in found}, old.successors) == (IN_FORCE, ["220903"])
        assert old.abolished_on == date(2006, 1, 1)
        # A process may read them and nothing else.
        with pytest.raises(ProgrammingError, match="permission denied"):
            await session.execute(text("UPDATE area SET name_th = 'x'"))


async def test_a_newer_release_changes_adds_and_takes_away(
    database: Database, owners: async_sessionmaker[AsyncSession]
) -> None:
    await fill_areas(database.owner_url)
    async with owners.begin() as session:
        for statement in (
            "UPDATE area SET source_version = '2001.1.1'",
            "UPDATE area SET name_th = 'ชื่อเก่า' WHERE code = '3804'",
            "DELETE FROM area WHERE code = '380404'",
            "INSERT INTO area VALUES ('3899', '38', 'district', 'ไม่มีแล้ว', null, null, '{}', '')",
        ):
            await session.execute(text(statement))
    async with owners.begin() as session:
        assert await refresh_areas(session)
        assert (await session.get_one(Area, "3804")).name_th == "เซกา"
        assert (await session.get_one(Area, "380404")).name_th == "บ้านต้อง"
        assert await session.get(Area, "3899") is None
        versions = await session.scalars(select(Area.source_version).distinct())
        assert versions.all() == [AREAS_VERSION]


def test_the_reference_province_agrees_with_the_official_areas() -> None:
    areas, directory = official_areas(), read_directory(BUENG_KAN)
    by_code = {body.code: body for body in directory.bodies}
    local = [body for body in directory.bodies if body.kind in FULL_WORDS]
    assert len(local) == 45
    for body in directory.bodies:
        if body.kind in (OrganizationKind.PROVINCE, OrganizationKind.DISTRICT):
            assert body.area_code is not None
            assert areas.title(body.area_code).split()[0] == body.name
    for body in local:
        assert body.area_code is not None
        place = body.name.removeprefix(FULL_WORDS[body.kind])
        area, (_, above) = areas.by_code[body.area_code], body.above[0]
        if area.kind is DISTRICT:
            # A municipality with a name of its own: no subdistrict there bears it.
            assert areas.named(place, SUBDISTRICT, area.code) is None
        else:
            assert area.name_th == place
        assert by_code[above].area_code == (
            "38" if body.kind in OF_THE_PROVINCE else body.area_code[:4]
        )
