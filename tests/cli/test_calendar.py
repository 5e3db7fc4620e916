import asyncio
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.calendar import NO_LEDGER, add, count, month
from cli.calendar_ledger import UNCHANGED, announce, export, hours, import_, withdraw
from cli.keep_ledger import import_ as import_directory
from cli.keep_ledger import verify
from cli.mails import mails
from cli.main import main
from cli.policies import export as export_policies
from cli.policies import import_ as import_policies
from infra.embedded.postgres import PostgresServer
from tests.conftest import Database

REPOSITORY = Path(__file__).parents[2]
REGIONAL = REPOSITORY / "data" / "calendar" / "regional_2564.csv"
HEADER = "scope,first_day,last_day,kind,reason,source\n"
FLOOD = HEADER + "province:38,2021-03-03,2021-03-05,off,น้ำท่วม,ประกาศจังหวัด\n"
Say = Callable[..., tuple[str, str]]


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    """Run a command and return what it printed and what it warned of."""
    for name in ("WIAN_DATABASE_URL", "WIAN_OWNER_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)

    def say(command: Callable[..., None], *words: object, **options: str) -> tuple[str, str]:
        capsys.readouterr()
        command(*words, **options)
        return capsys.readouterr()

    return say


@pytest.fixture
def alone(say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Say:
    """Commands where there is no ledger."""
    monkeypatch.setenv("WIAN_DATA_DIR", str(tmp_path / "none"))
    return say


@pytest.fixture
def ledger(say: Say, database: Database, monkeypatch: pytest.MonkeyPatch) -> Say:
    """Commands on a ledger of one test's own."""
    monkeypatch.setenv("WIAN_WORKER_DATABASE_URL", database.worker_url.get_secret_value())
    monkeypatch.setenv("WIAN_OWNER_DATABASE_URL", database.owner_url.get_secret_value())
    return say


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str], Path]:
    """Write a CSV file."""

    def write(text: str) -> Path:
        path = tmp_path / "days.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_the_contract_for_scripts_holds_without_a_ledger(alone: Say) -> None:
    printed = alone(count, "2021-02-15", "2021-02-22", scope="province:38")
    assert printed == ("5\n", f"{NO_LEDGER}\n")
    assert alone(add, "2021-02-25", "2", scope="province:38")[0] == "2021-03-02\n"
    assert alone(add, "2021-03-15", "-19")[0] == "2021-02-15\n"
    assert alone(count, "2021-03-15", "2021-02-15")[0] == "-19\n"


def test_the_command_prints_the_date_alone_and_loads_no_database_library(tmp_path: Path) -> None:
    code = """
import sys
from cli.main import app
try:
    app("calendar add 2021-02-25 -2 --scope province:38")
finally:
    assert not {"sqlalchemy", "psycopg", "alembic", "fastapi"} & set(sys.modules)
"""
    run = _run("-c", code, folder=tmp_path)
    assert (run.returncode, run.stdout, run.stderr) == (0, "2021-02-23\n", f"{NO_LEDGER}\n")


def test_the_command_ends_with_one_line_and_exit_code_1(tmp_path: Path) -> None:
    run = _run("-m", "cli.main", "calendar", "add", "2021-02-25", "2.5", folder=tmp_path)
    assert (run.returncode, run.stdout) == (1, "")
    assert run.stderr == "a whole number of at most six digits expected, not '2.5'\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("add 2021-02-25", "DAYS"),
        ("count", "START"),
        ("import", "FILE"),
        ("withdraw nation 2021-02-25", "LAST_DAY"),
        ("hours nation 08:00 16:00", "--source"),
        ("month 2021-02 --scop nation", "--scop"),
    ],
)
def test_a_word_that_is_missing_is_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: str, told: str
) -> None:
    monkeypatch.setattr(sys, "argv", ["wian", "calendar", *words.split()])
    with pytest.raises(SystemExit) as ending:
        main()
    printed, warned = capsys.readouterr()
    assert (ending.value.code, printed, warned.count("\n")) == (2, "", 1)
    assert f" {told}" in warned


def test_a_year_that_nobody_announced_is_warned_of(alone: Say) -> None:
    printed, warned = alone(count, "2026-12-30", "2027-01-05")
    assert printed == "2\n"
    assert "พ.ศ. ๒๕๗๐ (2027) ยังไม่ประกาศ" in warned
    assert "2027" in alone(add, "2026-12-30", "2")[1]
    assert "2027" not in alone(add, "2026-12-29", "1")[1]


def test_a_month_is_shown_for_people(alone: Say) -> None:
    page, _ = alone(month, "2021-02", scope="province:38")
    lines = [line.split() for line in page.splitlines()]
    assert lines[0][:3] == ["ปฏิทินวันทำการ", "กุมภาพันธ์", "๒๕๖๔"]
    assert lines[1] == ["อา.", "จ.", "อ.", "พ.", "พฤ.", "ศ.", "ส."]
    assert lines[2] == ["๑", "๒", "๓", "๔", "๕", "[๖]"]
    assert lines[4] == ["[๑๔]", "๑๕", "๑๖", "๑๗", "๑๘", "๑๙", "[๒๐]"]
    assert lines[6] == ["[๒๘]"]
    assert "วันทำการ ๑๘ วัน · เวลาราชการ ๐๘.๓๐-๑๖.๓๐ น." in page
    assert "๒๖ กุมภาพันธ์ ๒๕๖๔  หยุด  วันมาฆบูชา  (holidays 0." in page
    assert "คำเตือน" not in page
    assert "คำเตือน: วันหยุดราชการของ พ.ศ. ๒๕๗๐" in alone(month, "2027-02")[0]


@pytest.mark.parametrize(
    ("command", "words", "told"),
    [
        (count, ("2564-02-15", "2564-02-22"), "must be Gregorian, such as 2021 for B.E. 2564"),
        (count, ("15/02/2021", "2021-02-22"), "a day such as 2021-02-15 expected"),
        (count, ("2021-02-15", "2021-02-30"), "2021-02-30: day is out of range"),
        (count, ("๒๐๒๑-๐๒-๑๕", "2021-02-22"), "a day such as"),
        (count, ("1999-02-15", "2021-02-22"), "calendar_out_of_range"),
        (add, ("2021-02-15", "two"), "a whole number of at most six digits expected"),
        (add, ("2021-02-15", "99999"), "calendar_out_of_range"),
        (add, ("2021-02-15", "9999999"), "a whole number of at most six digits expected"),
        (month, ("2021-13",), "a month such as 2021-02 expected"),
        (month, ("2564-02",), "must be Gregorian"),
        (month, ("1999-12",), "calendar_out_of_range"),
    ],
)
def test_what_cannot_be_asked_is_told_in_one_line(
    alone: Say, command: Callable[..., None], words: tuple[str, ...], told: str
) -> None:
    with pytest.raises(SystemExit) as refusal:
        alone(command, *words)
    assert told in str(refusal.value.code)
    assert "\n" not in str(refusal.value.code)


@pytest.mark.parametrize(
    ("scope", "told"),
    [
        ("province:99", "calendar_unknown"),
        ("บึงกาฬ", "calendar_unknown"),
        ("organization:hall", "only a ledger knows organizations"),
    ],
)
def test_scopes_that_nobody_knows_are_refused(alone: Say, scope: str, told: str) -> None:
    for command, words in ((count, ("2021-02-15", "2021-02-22")), (month, ("2021-02",))):
        with pytest.raises(SystemExit, match=told):
            alone(command, *words, scope=scope)


def test_without_a_ledger_nothing_can_be_changed(
    alone: Say, written: Callable[[str], Path]
) -> None:
    with pytest.raises(SystemExit, match="WIAN_OWNER_DATABASE_URL is not set"):
        alone(import_, written(FLOOD))
    with pytest.raises(SystemExit, match="WIAN_DATABASE_URL is not set, and no ledger lies in"):
        alone(export_policies)


async def test_regional_days_are_imported_once_and_kept_there_alone(
    ledger: Say, tmp_path: Path
) -> None:
    def walk() -> None:
        assert ledger(add, "2021-03-25", "1", scope="region:north") == ("2021-03-26\n", "")
        assert "4 days added" in ledger(import_, REGIONAL)[0]
        assert ledger(add, "2021-03-25", "1", scope="province:50")[0] == "2021-03-29\n"
        assert ledger(add, "2021-03-25", "1", scope="province:38")[0] == "2021-03-26\n"
        assert ledger(import_, REGIONAL)[0] == f"{UNCHANGED}\n"
        page, _ = ledger(month, "2021-03", scope="province:50")
        assert "๒๖ มีนาคม ๒๕๖๔  หยุด  วันหยุดราชการประจำภาคเหนือ  (มติคณะรัฐมนตรี" in page
        assert "ปฏิทินรุ่นที่ ๒" in page
        copy = tmp_path / "copy.csv"
        ledger(export, copy)
        assert copy.read_bytes().startswith(b"\xef\xbb\xbf")
        assert ledger(import_, copy)[0] == f"{UNCHANGED}\n"
        assert ledger(export)[0] == copy.read_text(encoding="utf-8-sig")
        assert sorted(ledger(export)[0].splitlines()) == sorted(
            REGIONAL.read_text(encoding="utf-8").splitlines()
        )
        ended, _ = ledger(withdraw, "region:north", "2021-03-26", "2021-03-26", reason="ตรวจแล้วไม่มี")
        assert ended == "1 day ended. The calendar is now at version 3.\n"
        assert ledger(add, "2021-03-25", "1", scope="province:50")[0] == "2021-03-26\n"

    await asyncio.to_thread(walk)


@pytest.mark.usefixtures("own_directory")
async def test_an_organization_follows_its_area(
    ledger: Say, written: Callable[[str], Path]
) -> None:
    def walk() -> None:
        ledger(import_, written(FLOOD))
        assert ledger(add, "2021-03-02", "1", scope="organization:hall")[0] == "2021-03-08\n"
        assert ledger(add, "2021-03-02", "1", scope="organization:agency")[0] == "2021-03-03\n"
        for command, words in ((add, ("2021-03-02", "1")), (month, ("2021-03",))):
            with pytest.raises(SystemExit, match="calendar_unknown"):
                ledger(command, *words, scope="organization:nobody")

    await asyncio.to_thread(walk)


MISTAKES = [
    ("another header", "scope,day\n", "line 1: the columns must be"),
    ("empty", "", "line 1: the columns must be"),
    ("column missing", HEADER + "nation,2021-03-03,2021-03-03,off,x\n", "line 2: another number"),
    ("kind", HEADER + "nation,2021-03-03,2021-03-03,half,x,y\n", "line 2: kind is off or working"),
    ("date", HEADER + "nation,3 มี.ค. 64,2021-03-03,off,x,y\n", "line 2: a day such as"),
    ("B.E.", HEADER + "nation,2564-03-03,2564-03-03,off,x,y\n", "line 2: 2564-03-03: the year"),
    ("no reason", HEADER + "nation,2021-03-03,2021-03-03,off, ,y\n", "line 2: reason is empty"),
    ("no source", HEADER + "nation,2021-03-03,2021-03-03,off,x,\n", "line 2: source is empty"),
    ("scope", FLOOD + "province:99,2021-03-03,2021-03-03,off,x,y\n", "บรรทัด 3: ไม่รู้จักปฏิทิน"),
    ("reversed", FLOOD + "nation,2021-03-03,2021-03-02,off,x,y\n", "บรรทัด 3: วันสุดท้าย"),
    ("too long", FLOOD + "nation,2021-03-03,2022-03-04,off,x,y\n", "บรรทัด 3: ช่วงวันที่ยาวเกิน 366"),
    ("overlap", FLOOD + "province:38,2021-03-05,2021-03-05,off,x,y\n", "บรรทัด 3: .*ที่บรรทัด 2"),
    (
        "organization",
        FLOOD + "organization:x,2021-03-05,2021-03-05,off,x,y\n",
        "บรรทัด 3: .*organization:x",
    ),
]


async def test_one_wrong_line_keeps_all_days_out(
    ledger: Say, written: Callable[[str], Path], tmp_path: Path
) -> None:
    def walk() -> None:
        for _, text, told in MISTAKES:
            with pytest.raises(SystemExit, match=told) as refusal:
                ledger(import_, written(text))
            assert "\n" not in str(refusal.value.code)
        assert ledger(export)[0] == HEADER
        ledger(import_, written(FLOOD))
        storm = FLOOD.replace("น้ำท่วม", "พายุ")
        with pytest.raises(
            SystemExit, match=r"บรรทัด 2: .*๓ มีนาคม ๒๕๖๔.*calendar_override_overlaps"
        ):
            ledger(import_, written(storm))
        assert ledger(export)[0] == FLOOD

    await asyncio.to_thread(walk)


@pytest.mark.parametrize(
    "content",
    ["ปฏิทิน".encode("cp874"), b"\x00\x01\n", b'"open quote\n'],
    ids=["TIS-620", "NUL", "quote"],
)
def test_a_file_of_another_kind_is_told_in_one_line(
    alone: Say, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "days.csv"
    path.write_bytes(content)
    for file in (path, tmp_path / "missing.csv", tmp_path):
        with pytest.raises(SystemExit) as refusal:
            alone(import_, file)
        assert str(refusal.value.code).count("\n") == 0
        assert file.name in str(refusal.value.code)


async def test_hours_and_years_are_said_once(ledger: Say) -> None:
    def walk() -> None:
        assert "version 2" in ledger(hours, "province:38", "08:00", "16:00", source="คำสั่ง")[0]
        assert ledger(hours, "province:38", "08:00", "16:00", source="คำสั่ง")[0] == f"{UNCHANGED}\n"
        assert "๐๘.๐๐-๑๖.๐๐ น." in ledger(month, "2021-03", scope="province:38")[0]
        assert "๐๘.๓๐-๑๖.๓๐ น." in ledger(month, "2021-03", scope="province:39")[0]
        assert "ยังไม่ประกาศ" in ledger(count, "2027-01-01", "2027-01-05")[1]
        assert "version 3" in ledger(announce, "2027", source="มติ ครม.")[0]
        assert ledger(announce, "2027", source="มติ ครม.")[0] == f"{UNCHANGED}\n"
        assert ledger(count, "2027-01-01", "2027-01-05")[1] == ""
        for command, words, told in (
            (hours, ("province:38", "16:00", "08:00"), "office_hours_reversed"),
            (hours, ("province:38", "8", "16:00"), "a time such as 08:30"),
            (hours, ("province:99", "08:00", "16:00"), "calendar_unknown"),
            (announce, ("2570",), "must be Gregorian"),
            (announce, ("1999",), "calendar_out_of_range"),
            (announce, ("2027",), "calendar_year_confirmed"),
        ):
            with pytest.raises(SystemExit, match=told):
                ledger(command, *words, source="ที่อื่น")
        for command, words in ((hours, ("nation", "08:00", "16:00")), (announce, ("2028",))):
            with pytest.raises(SystemExit, match="source is empty"):
                ledger(command, *words, source=" ")
        with pytest.raises(SystemExit, match="not_found"):
            withdraw("nation", "2021-03-26", "2021-03-26", reason="ไม่มี")

    await asyncio.to_thread(walk)


async def test_policies_are_exported_edited_and_imported(ledger: Say, tmp_path: Path) -> None:
    def walk() -> None:
        file = tmp_path / "policies.json"
        assert "version 1" in ledger(export_policies, file)[0]
        assert "Nothing to change" in ledger(import_policies, file)[0]
        document = json.loads(file.read_text(encoding="utf-8"))
        document["extension"]["max_extensions"] = 4
        file.write_text(json.dumps(document), encoding="utf-8")
        assert "version 2" in ledger(import_policies, file)[0]
        assert json.loads(ledger(export_policies)[0]) == document
        document["extension"]["max_days"] = 29
        for text, told in (
            ("{", "is not JSON"),
            ("[]", "policy_invalid"),
            ("{}", "missing"),
            (json.dumps(document), "extension.max_days: less than the 30"),
        ):
            file.write_text(text, encoding="utf-8")
            with pytest.raises(SystemExit, match=told) as refusal:
                ledger(import_policies, file)
            assert "\n" not in str(refusal.value.code)
        document["extension"]["max_days"] = 30
        assert json.loads(ledger(export_policies)[0]) == document

    await asyncio.to_thread(walk)


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (count, ("2021-02-15", "2021-02-22")),
        (mails, ()),
        (verify, ()),
        (import_directory, (REPOSITORY / "data" / "bueng_kan",)),
    ],
    ids=["count", "mails", "verify", "import"],
)
async def test_a_ledger_that_is_away_or_too_old_is_told_in_one_line(
    say: Say,
    postgres: PostgresServer,
    monkeypatch: pytest.MonkeyPatch,
    command: Callable[..., None],
    words: tuple[object, ...],
) -> None:
    base, _, name = postgres.superuser_url.rpartition("/")
    for url, told in (
        (f"{base}/nowhere", "cannot be reached"),
        (f"{base.rpartition(':')[0]}:1/{name}", "cannot be reached"),
        (f"{base}/postgres", "wian db upgrade"),
    ):
        monkeypatch.setenv("WIAN_DATABASE_URL", url)
        with pytest.raises(SystemExit, match=told) as refusal:
            await asyncio.to_thread(say, command, *words)
        assert "\n" not in str(refusal.value.code)


async def test_the_embedded_ledger_that_runs_is_the_one_that_is_read(
    say: Say, postgres: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "postgres").symlink_to(postgres._folder.path)
    monkeypatch.setenv("WIAN_DATA_DIR", str(tmp_path))
    printed = await asyncio.to_thread(say, count, "2021-02-15", "2021-02-22", scope="province:38")
    assert printed == ("5\n", "")
    with pytest.raises(SystemExit, match="calendar_unknown"):
        await asyncio.to_thread(say, month, "2021-02", scope="organization:nobody")
    assert "0 dead." in (await asyncio.to_thread(say, mails))[0]
    assert "0 at fault." in (await asyncio.to_thread(say, verify))[0]


def test_the_embedded_ledger_that_does_not_run_is_started_for_the_command(
    tmp_path: Path, written: Callable[[str], Path]
) -> None:
    folder = tmp_path / "data"
    PostgresServer.start(folder / "postgres", options={"fsync": "off"}).stop()
    run = _run("-m", "cli.main", "calendar", "import", str(written(FLOOD)), folder=folder)
    told = "3 days added. The calendar is now at version 2.\n"
    assert (run.returncode, run.stdout) == (0, told), run.stderr


def _run(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 (our own environment)
        [sys.executable, *words],
        cwd=REPOSITORY,
        env={"WIAN_DATA_DIR": str(folder), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
