"""Every line that cannot be is named with its column and why; then nothing is written at all."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text, update

from infra.database import create_engine, create_sessions
from infra.embedded.postgres import PostgresServer
from models import Registry
from services.bodies.dates import DayError, read_body_day
from services.import_bodies import BodiesImported, import_bodies
from tests.support.letters import MORNING
from tests.support.local_bodies import COLUMNS, Owners, body_list, empty_ledger

SAO = "อบต.,บ้านต้อง,บึงกาฬ,เซกา,,,2554-03-23"
OTHER = "อบต.,น้ำจั้น,บึงกาฬ,เซกา,,,2554-03-23"
TOWN = "ทม.,บึงกาฬ,บึงกาฬ,เมือง,,town,2554-03-23"


WRITTEN = text("""
SELECT (SELECT count(*) FROM organization) + (SELECT count(*) FROM organization_edge)
    + (SELECT count(*) FROM registry) + (SELECT count(*) FROM event)
""")


@pytest.fixture(scope="module")
async def owners(postgres: PostgresServer) -> AsyncIterator[Owners]:
    async with empty_ledger(postgres) as database:
        engine = create_engine(database.owner_url, pool=1, role=None)
        yield create_sessions(engine)
        await engine.dispose()


async def take(
    owners: Owners, lines: tuple[str, ...], *, known: tuple[str, ...] = ()
) -> BodiesImported:
    """Import a list that is wrong, after one that is not, and keep nothing of it."""
    async with owners() as session:
        if known:
            result = await import_bodies(session, data=body_list(*known), at=MORNING)
            assert result.is_written
        before = await session.scalar(WRITTEN)
        result = await import_bodies(session, data=body_list(*lines), at=MORNING)
        assert result.problems
        assert not result.is_written
        assert await session.scalar(WRITTEN) == before
        await session.rollback()
    return result


def said(line: str, column: str, value: str) -> str:
    """Return a line of the list with one more cell."""
    cells = line.split(",") + [""] * len(COLUMNS)
    cells[COLUMNS.index(column)] = value
    return ",".join(cells[: len(COLUMNS)])


@pytest.mark.parametrize(
    ("column", "value", "code", "nearest"),
    [
        ("kind", "อบด.", "kind_unknown", "องค์การบริหารส่วนตำบล"),
        ("kind", "province", "kind_unknown", None),
        ("kind", "", "kind_unknown", None),
        ("name", "", "name_empty", None),
        ("name", "อบต.", "name_empty", None),
        ("name", "\u200b", "name_empty", None),
        ("name", "เทศบาลตำบลบ้านต้อง", "name_contradicts_kind", None),
        ("name", "ทต.บ้านต้อง", "name_contradicts_kind", None),
        ("province", "", "province_empty", None),
        ("province", "บึงกาล", "province_unknown", "บึงกาฬ"),
        ("province", "กรุงเทพมหานคร", "area_without_bodies", None),
        ("district", "", "district_empty", None),
        ("district", "เชกา", "district_unknown", "เซกา"),
        ("district", "บึงคล้า", "district_unknown", "บุ่งคล้า"),
        ("district", "โพนพิสัย", "district_unknown", "อำเภอโพนพิสัย จังหวัดหนองคาย"),
        ("subdistrict", "บ้านด้อง", "subdistrict_unknown", "บ้านต้อง"),
        ("code", "รหัส", "code_unreadable", None),
        ("code", "a" * 65, "code_unreadable", None),
        ("valid_from", "2564-02-29", "date_impossible", None),
        ("valid_from", "31/4/2564", "date_impossible", None),
        ("valid_from", "เมื่อวาน", "date_unreadable", None),
        ("valid_from", "1 ต.ค. 64", "era_confused", None),
        ("valid_from", "3107-10-01", "era_confused", None),
        ("valid_from", "1 ตุลาคม พ.ศ. 2021", "era_confused", None),
        ("change", "หายไป", "change_unknown", None),
        ("on", "2564-10-01", "change_missing", None),
        ("replaces", "x", "change_missing", None),
    ],
)
async def test_a_wrong_cell_is_named_with_what_may_be_meant(
    owners: Owners, column: str, value: str, code: str, nearest: str | None
) -> None:
    result = await take(owners, (OTHER, said(SAO, column, value)))
    found = [one for one in result.problems if one.code == code]
    assert found
    assert {one.line for one in result.problems} == {3}
    if code != "change_missing":
        # Nothing is said of a cell that stands below an unknown one.
        assert [(one.column, one.value) for one in result.problems] == [
            (column, value.replace("\u200b", ""))
        ] or code == "area_without_bodies"
    assert nearest is None or nearest in found[0].nearest
    assert found[0].detail


@pytest.mark.parametrize(
    ("before", "line", "column", "code"),
    [
        ((SAO,), said(SAO, "name", "บ้านต้อง"), "name", "duplicate_in_file"),
        ((said(SAO, "code", "a"),), said(OTHER, "code", "a"), "code", "duplicate_code"),
        ((), "อบจ.,หนองคาย,บึงกาฬ,", "name", "name_contradicts_province"),
        (
            (SAO,),
            "อบต.,ก,บึงกาฬ,เซกา,,,,rename,บ้านด้อง,2564-01-01",
            "replaces",
            "replaced_unknown",
        ),
        (
            (SAO,),
            "อบต.,ก,บึงกาฬ,ปากคาด,,,,rename,บ้านต้อง,2564-01-01",
            "replaces",
            "replaced_unknown",
        ),
        ((TOWN,), "อบต.,ก,บึงกาฬ,เซกา,,,,rename,town,2564-01-01", "replaces", "replaced_unlike"),
        ((SAO,), "อบต.,ก,บึงกาฬ,เซกา,,,,rename,บ้านต้อง,2565-01-01", "on", "change_in_future"),
        ((SAO,), "อบต.,ก,บึงกาฬ,เซกา,,,,rename,บ้านต้อง,2540-01-01", "on", "dates_disagree"),
        (
            (SAO, OTHER),
            "อบต.,น้ำจั้น,บึงกาฬ,เซกา,,,,rename,บ้านต้อง,2564-01-01",
            "name",
            "name_taken",
        ),
        ((SAO,), "ทต.,ก,บึงกาฬ,เซกา,,,,merge,บ้านต้อง,2540-01-01", "on", "dates_disagree"),
        ((TOWN,), "ทต.,บึงกาฬ,บึงกาฬ,เมือง,,,,upgrade,town,2564-01-01", "kind", "upgrade_not_upward"),
        ((SAO,), "ทต.,ก,บึงกาฬ,เซกา,,,,upgrade,,2564-01-01", "replaces", "replaces_missing"),
        ((SAO,), "ทต.,ก,บึงกาฬ,เซกา,,,,upgrade,ก;ข,2564-01-01", "replaces", "replaces_too_many"),
        ((SAO,), "ทต.,ก,บึงกาฬ,เซกา,,,,upgrade,บ้านต้อง,", "on", "on_missing"),
        (
            (SAO,),
            "ทต.,ก,บึงกาฬ,เซกา,,,2550-01-01,upgrade,บ้านต้อง,2564-01-01",
            "valid_from",
            "dates_disagree",
        ),
        (
            (SAO, said(SAO, "kind", "ทต.")),
            "ทม.,ก,บึงกาฬ,เซกา,,,,upgrade,บ้านต้อง,2564-01-01",
            "replaces",
            "replaced_ambiguous",
        ),
    ],
)
async def test_a_line_that_contradicts_others_is_named(
    owners: Owners, before: tuple[str, ...], line: str, column: str, code: str
) -> None:
    result = await take(owners, (*before, line))
    assert [(one.line, one.column, one.code) for one in result.problems] == [
        (len(before) + 2, column, code)
    ]


@pytest.mark.parametrize(
    ("known", "line", "column", "code"),
    [
        ((SAO,), said(SAO, "code", "another"), "code", "code_differs"),
        ((said(SAO, "code", "a"),), said(OTHER, "code", "a"), "name", "code_of_another"),
        ((said(SAO, "code", "a"),), said(TOWN, "code", "a"), "code", "code_of_another"),
        (
            (SAO, "อบต.,ก,บึงกาฬ,เซกา,,,,rename,บ้านต้อง,2563-01-01"),
            "อบต.,ก,บึงกาฬ,เซกา,,,,rename,บ้านต้อง,2564-01-01",
            "on",
            "changed_on_another_day",
        ),
        (
            (SAO, OTHER, "ทต.,ก,บึงกาฬ,เซกา,,,,merge,บ้านต้อง,2563-01-01"),
            "ทต.,ข,บึงกาฬ,เซกา,,,,merge,sao-380404;น้ำจั้น,2564-01-01",
            "replaces",
            "already_ended",
        ),
        (
            (SAO, "ทต.,ก,บึงกาฬ,เซกา,,,2550-01-01"),
            "ทต.,ก,บึงกาฬ,เซกา,,,,upgrade,อบต.บ้านต้อง,2564-01-01",
            "on",
            "dates_disagree",
        ),
    ],
)
async def test_a_line_that_contradicts_the_ledger_is_named(
    owners: Owners, known: tuple[str, ...], line: str, column: str, code: str
) -> None:
    result = await take(owners, (line,), known=known)
    assert [(one.line, one.column, one.code) for one in result.problems] == [(2, column, code)]


async def test_all_of_a_line_and_of_a_file_is_told_at_once(owners: Owners) -> None:
    result = await take(
        owners,
        (
            "อบด.,,บึงกาฬ,เชกา,,ก,31/2/2564",
            SAO,
            "อบต.,ก,บึงกาล,เซกา",
            f"{SAO},,,,มากไป",
            "อบต.,ข,บึงกาฬ,เซกา,,,,rename,ไม่มี,2564-01-01",
        ),
    )
    assert [(one.line, one.column, one.code) for one in result.problems] == [
        (2, "code", "code_unreadable"),
        (2, "district", "district_unknown"),
        (2, "kind", "kind_unknown"),
        (2, "name", "name_empty"),
        (2, "valid_from", "date_impossible"),
        (4, "province", "province_unknown"),
        (5, None, "cells_differ"),
        (6, "replaces", "replaced_unknown"),
    ]
    assert result.rows == 5


async def test_a_code_that_another_desk_bears_is_refused(owners: Owners) -> None:
    async with owners() as session:
        await import_bodies(session, data=body_list(TOWN), at=MORNING)
        await session.execute(
            update(Registry).values(code="sao-380404").where(Registry.code == "town")
        )
        result = await import_bodies(session, data=body_list(SAO), at=MORNING)
        await session.rollback()
    assert [(one.column, one.code) for one in result.problems] == [("code", "code_taken")]


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2021-10-01", "2021-10-01"),
        ("2564-10-01", "2021-10-01"),
        ("๒๕๖๔-๑๐-๐๑", "2021-10-01"),
        ("1/10/2564", "2021-10-01"),
        ("01.10.2021", "2021-10-01"),
        ("1 ตุลาคม 2564", "2021-10-01"),
        ("วันที่ ๑ ต.ค. พ.ศ. ๒๕๖๔", "2021-10-01"),
        ("1 ตุลาคม ค.ศ. 2021", "2021-10-01"),
        # A leap day in the Gregorian calendar, whatever the number of the Buddhist year.
        ("2563-02-29", "2020-02-29"),
        ("2563-02-29 00:00:00", "2020-02-29"),
    ],
)
def test_a_day_is_read_in_either_era(written: str, day: str) -> None:
    assert read_body_day(written).isoformat() == day


@pytest.mark.parametrize("written", ["1" * 1000, "1 " + "ก" * 1000, "²/1/2564", "0000-00-00", "--"])
def test_no_cell_breaks_the_reader_of_days(written: str) -> None:
    with pytest.raises(DayError):
        read_body_day(written)
