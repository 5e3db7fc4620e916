import json
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from cli.import_bodies import UNCHANGED, import_bodies_
from cli.ledger import upgrade
from tests.conftest import Database
from tests.support.local_bodies import body_list

SAO = "อบต.,บ้านต้อง,บึงกาฬ,เซกา,,,2554-03-23"
RENAME = "อบต.,บ้านงาม,บึงกาฬ,เซกา,,,,rename,บ้านต้อง,2564-02-01"
Say = Callable[..., tuple[int, str, str]]


@pytest.fixture
def say(
    database: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Say:
    """Run the command on a ledger of one test's own: exit code, what it printed and told."""
    monkeypatch.setenv("WIAN_WORKER_DATABASE_URL", database.worker_url.get_secret_value())
    monkeypatch.setenv("WIAN_OWNER_DATABASE_URL", database.owner_url.get_secret_value())

    def say(file: Path, **options: bool) -> tuple[int, str, str]:
        capsys.readouterr()
        try:
            import_bodies_(file, **options)
        except SystemExit as end:
            return (end.code if isinstance(end.code, int) else 1), *capsys.readouterr()
        return 0, *capsys.readouterr()

    return say


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    def written(*lines: str) -> Path:
        file = tmp_path / "bodies.csv"
        file.write_bytes(body_list(*lines))
        return file

    return written


def test_a_list_is_tried_imported_and_then_nothing_is_left_to_do(
    say: Say, written: Callable[..., Path]
) -> None:
    code, tried, _ = say(written(SAO, RENAME), dry_run=True)
    assert (code, tried.splitlines()[-1][:31]) == (0, "Dry run, nothing was written. 2")
    code, done, told = say(written(SAO, RENAME))
    assert (code, told) == (0, "")
    story, summary = done.splitlines()
    assert story.startswith("องค์การบริหารส่วนตำบลบ้านต้อง เปลี่ยนชื่อเป็น")
    assert story.endswith("๑ กุมภาพันธ์ ๒๕๖๔")
    assert summary == (
        "Imported 2 lines: 1 added, 1 renamed, 2 provinces and districts added,"
        " 3 registries added, 2 lines of supervision and command added."
    )
    for options in ({}, {"dry_run": True}):
        assert say(written(SAO, RENAME), **options) == (0, f"{UNCHANGED}\n", "")


def test_whoever_reads_it_by_script_gets_one_object(say: Say, written: Callable[..., Path]) -> None:
    code, printed, _ = say(written(SAO, "อบต.,บ้านงาม,บึงกาฬ,เชกา"), json_=True)
    told = json.loads(printed)
    assert (code, told["rows"], told["is_written"]) == (1, 2, False)
    (problem,) = told["problems"]
    assert problem.pop("detail")
    assert problem == {
        "line": 3,
        "column": "district",
        "code": "district_unknown",
        "value": "เชกา",
        "nearest": ["เซกา"],
    }
    code, printed, _ = say(written(SAO), json_=True)
    told = json.loads(printed)
    assert (code, told["added"], told["problems"], told["is_written"]) == (0, 1, [], True)


def test_every_line_that_is_wrong_is_told_on_one_line(
    say: Say, written: Callable[..., Path], tmp_path: Path
) -> None:
    code, printed, told = say(written("อบต.,ก,บึงกาล\x1b[31m,x", SAO, "อบด.,ข,บึงกาฬ,เซกา"))
    assert (code, printed) == (1, "")
    province, kind, summary = told.splitlines()
    assert province == (
        "บรรทัด 2 ช่อง province [province_unknown] ไม่มีจังหวัดชื่อนี้ “บึงกาล [31m” ใกล้เคียง: บึงกาฬ"
    )
    assert kind.startswith("บรรทัด 4 ช่อง kind [kind_unknown]")
    assert summary == "Nothing was imported: 2 problems in 2 lines."
    (tmp_path / "empty.csv").write_bytes(b"")
    assert say(tmp_path / "empty.csv")[::2] == (
        1,
        "[bodies_file_empty] ไฟล์ว่างเปล่า\nNothing was imported: 1 problem in 1 line.\n",
    )


def test_a_file_that_is_not_there_is_one_line(say: Say, tmp_path: Path) -> None:
    assert say(tmp_path / "none.csv")[0] == 1


def test_an_upgrade_of_the_schema_brings_the_areas(say: Say, database: Database) -> None:
    del say
    url = database.owner_url.get_secret_value().replace("+psycopg", "")
    for _ in range(2):
        upgrade()
        with psycopg.connect(url) as connection:
            query = "SELECT count(*) FROM area WHERE abolished_on IS NULL"
            assert connection.execute(query).fetchone() == (77 + 928 + 7436,)
