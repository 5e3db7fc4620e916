"""`wian intake`: JSON for scripts, tables for people, one line for what is no letter."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cli.main import app

LETTERS = Path(__file__).parents[2] / "data" / "bueng_kan" / "letters"
Wian = Callable[..., str]


@pytest.fixture
def wian(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Wian:
    """Run `wian intake` where no ledger is set up, and return what it prints."""
    for name in ("WIAN_DATABASE_URL", "WIAN_WORKER_DATABASE_URL", "WIAN_OWNER_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)

    def run(*words: str) -> str:
        command, bound, _ = app.parse_args(["intake", *words], exit_on_error=False)
        command(*bound.args, **bound.kwargs)
        return capsys.readouterr().out

    return run


@pytest.fixture
def cover(wian: Wian) -> dict[str, Any]:
    """What a script is told of the cover letter that the demo begins with."""
    told: dict[str, Any] = json.loads(wian(str(LETTERS / "cover.txt"), "--json"))
    return told


def test_a_script_is_told_the_letters_with_iso_dates_and_arabic_digits(
    cover: dict[str, Any],
) -> None:
    first, second = cover["letters"]
    assert first == {
        "number": "บก 0023.4/ว 927",
        "date": "2021-03-02",
        "subject": "แจ้งองค์กรปกครองส่วนท้องถิ่นเข้าร่วมการอบรมออนไลน์",
        "issuer": "ศาลากลางจังหวัดบึงกาฬ",
        "addressees": [
            "นายอำเภอ ทุกอำเภอ",
            "นายกเทศมนตรีเมืองบึงกาฬ",
            "นายกองค์การบริหารส่วนจังหวัดบึงกาฬ",
        ],
        "references": [{"number": "ปช 0017/ว 0015", "date": "2021-02-17"}],
        "deadlines": [{"kind": "register", "date": "2021-03-15"}],
        "events": [{"start": "2021-03-19T09:00+07:00", "end": "2021-03-19T12:00+07:00"}],
        "receipt_stamps": [],
    }
    assert (second["number"], second["date"]) == ("ปช 0017/ว 0015", "2021-02-15")


def test_a_script_is_told_whom_each_line_means(cover: dict[str, Any]) -> None:
    lines = cover["recipients"]
    assert [line["no"] for line in lines] == list(range(1, 46))
    assert lines[5] == {
        "no": 6,
        "as_written": "องค์การบริหารส่วนตำบลบ้านด้อง",
        "district_as_written": "อำเภอเซกา",
        "status": "accepted",
        "organization": "องค์การบริหารส่วนตำบลบ้านต้อง",
    }
    assert {line["status"] for line in lines} == {"accepted", "asked"}


def test_a_script_is_told_what_disagrees_and_where(cover: dict[str, Any]) -> None:
    text = (LETTERS / "cover.txt").read_text(encoding="utf-8")
    (one,) = cover["contradictions"]
    assert (one["kind"], one["values"]) == ("date_differs", ["2021-02-17", "2021-02-15"])
    assert [text[start:end] for start, end in one["spans"]] == [
        "๑๗ กุมภาพันธ์ ๒๕๖๔",
        "๑๕ กุมภาพันธ์ ๒๕๖๔",
    ]


def test_a_person_sees_fields_contradictions_and_what_to_ask(wian: Wian) -> None:
    printed = wian(str(LETTERS / "cover.txt"))
    assert "หนังสือฉบับที่ 2" in printed
    assert "ขัดแย้งกัน 1 แห่ง" in printed
    assert "ต้องถาม 3 · ไม่พบ 0" in printed
    assert "เขียนต่างไป" in printed


def test_a_letter_without_contradiction_or_list_says_so(wian: Wian) -> None:
    printed = wian(str(LETTERS / "circular.txt"))
    assert "ไม่พบข้อความที่ขัดแย้งกัน" in printed
    assert "ผู้รับ" not in printed


def test_another_directory_can_be_named(wian: Wian, tmp_path: Path) -> None:
    (tmp_path / "organizations.csv").write_text(
        "code,kind,name,area_code,above,valid_from,valid_until\n"
        "p,province,จังหวัดบึงกาฬ,38,,2011-03-23,\n"
        "d,district,อำเภอเซกา,3804,command p,2011-03-23,\n"
        "b,sao,องค์การบริหารส่วนตำบลบ้านต้อง,380404,supervision d,2011-03-23,\n",
        encoding="utf-8",
    )
    for name, head in (
        (
            "registries",
            "code,organization_code,name,prefix,receives,has_circular_book,circular_digits",
        ),
        ("officers", "subject,name,registry_code,role"),
    ):
        (tmp_path / f"{name}.csv").write_text(head + "\n", encoding="utf-8")
    told = json.loads(
        wian(str(LETTERS / "cover.txt"), "--json", "--directory", str(tmp_path)),
    )
    accepted = [line for line in told["recipients"] if line["status"] == "accepted"]
    assert [line["organization"] for line in accepted] == ["องค์การบริหารส่วนตำบลบ้านต้อง"]
    assert accepted[0]["no"] == 6


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "file_empty"),
        (b"\x00\x01\x02" * 1000, "file_"),
        (b"%PDF-1.7 broken", "file_unreadable"),
    ],
)
def test_what_is_no_letter_ends_with_one_line(
    wian: Wian, tmp_path: Path, data: bytes, reason: str
) -> None:
    (tmp_path / "file").write_bytes(data)
    with pytest.raises(SystemExit) as ended:
        wian(str(tmp_path / "file"))
    assert reason in str(ended.value)
    assert "\n" not in str(ended.value)


def test_a_text_that_is_no_letter_is_no_error(wian: Wian, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("สวัสดีครับ", encoding="utf-8")
    assert "ไม่พบหนังสือ" in wian(str(tmp_path / "note.txt"))
    told = json.loads(wian(str(tmp_path / "note.txt"), "--json"))
    assert told == {"letters": [], "recipients": [], "contradictions": []}


def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    words = [sys.executable, "-m", "cli.main", "intake", str(LETTERS / "cover.txt"), "--json"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:  # noqa: S603 - our own file
        assert run.stdout is not None
        assert run.stderr is not None
        run.stdout.close()
        assert run.stderr.read() == b""
        assert run.wait(60) == 1
