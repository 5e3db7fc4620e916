import asyncio
import csv
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from cli.audit import audit
from domain.vocabulary import EventKind, Secrecy, Urgency
from infra.database import create_engine
from services.export_events import FileFormat
from tests.conftest import Database
from tests.support.directory import Directory
from tests.support.letters import events, issue, send
from tests.support.province import Circular, send_down
from tests.support.relay_desk import Sessions


@pytest.fixture
async def circular(
    database: Database,
    sessions: Sessions,
    own_directory: Directory,
    monkeypatch: pytest.MonkeyPatch,
) -> Circular:
    monkeypatch.setenv("WIAN_WORKER_DATABASE_URL", database.worker_url.get_secret_value())
    monkeypatch.setenv("WIAN_DATABASE_URL", database.app_url.get_secret_value())
    async with sessions.begin() as session:
        return await send_down(session, own_directory)


async def _told(capsys: pytest.CaptureFixture[str], **asked: Any) -> str:  # noqa: ANN401 (options)
    capsys.readouterr()
    await asyncio.to_thread(audit, **asked)
    return capsys.readouterr().out


async def _json(capsys: pytest.CaptureFixture[str], **asked: Any) -> list[dict[str, Any]]:  # noqa: ANN401
    return [json.loads(line) for line in (await _told(capsys, json=True, **asked)).splitlines()]


async def _refused(**asked: Any) -> str:  # noqa: ANN401 (options)
    with pytest.raises(SystemExit) as end:
        await asyncio.to_thread(audit, **asked)
    message = end.value.code
    assert isinstance(message, str)
    assert len(message.splitlines()) == 1
    return message


async def test_a_journey_is_printed_from_its_beginning(
    circular: Circular, sessions: Sessions, capsys: pytest.CaptureFixture[str]
) -> None:
    async with sessions() as session:
        recorded = await events(session)
    of_cover = [one.id for one in recorded if one.letter_id == circular.letters["cover"]]
    lines = await _json(capsys, letter="ทส ๐๐๒๓.๔/ว ๑")
    assert [line["id"] for line in lines] == of_cover
    for number in ("ทส0023.4/ว1", "0023.4/ว 1"):
        assert await _json(capsys, letter=number) == lines
    assert lines[0]["kind"] == "letter_issued"
    assert lines[0]["letter_number"] == "ทส 0023.4/ว 1"
    whole = await _json(capsys, circular=circular.id)
    assert [one["id"] for one in whole] == [
        one.id for one in recorded if one.circular_id == circular.id
    ]
    forwarded = await _json(capsys, circular=circular.id, kind=[EventKind.FORWARDED])
    assert forwarded == [one for one in whole if one["kind"] == "forwarded"]
    readable = (await _told(capsys, letter="ทส 0023.4/ว 1")).splitlines()
    assert len(readable) == len(of_cover)
    assert readable[0].startswith("2021-03-02 09:00  ออกเลขที่หนังสือ ที่ ทส ๐๐๒๓.๔/ว ๑  ทส 0023.4/ว 1")


async def test_everything_else_is_printed_newest_first(
    circular: Circular,
    own_directory: Directory,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("cli.audit.PIECE", 4)
    whole = await _json(capsys)
    assert [one["id"] for one in whole] == sorted((one["id"] for one in whole), reverse=True)
    assert {str(circular.id)} < {one["circular_id"] for one in whole}
    hall = own_directory["hall"].name
    only = [one for one in whole if one["registry"] == hall]
    assert await _json(capsys, registry="hall") == only
    assert await _json(capsys, officer="clerk.hall") == only
    below = await _json(capsys, organization="hall")
    assert len(whole) > len(below) > len(only)
    assert await _json(capsys, since="2021-03-02", until="2021-03-02") == whole
    assert await _json(capsys, since="2021-03-03") == []
    assert await _json(capsys, until="2021-03-01") == []
    assert await _json(capsys, urgency=Urgency.MOST_URGENT) == []
    assert await _json(capsys, late=True) == []
    assert await _json(capsys, as_="auditor.stranger", registry="hall") == []


async def test_a_file_is_there_whole_or_not_at_all(
    circular: Circular, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "record.csv"
    said = await _told(capsys, circular=circular.id, output=file)
    raw = file.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(raw.decode("utf-8-sig").splitlines()))
    assert said == f"Wrote {len(rows)} events to {file}.\n"
    assert len(rows) > 20
    assert await _refused(letter="ว 999", output=tmp_path / "none.csv")
    assert _names(tmp_path) == ["record.csv"]
    lines = tmp_path / "record.jsonl"
    await _told(capsys, circular=circular.id, output=lines, format=FileFormat.JSONL)
    assert len(lines.read_text().splitlines()) == len(rows)
    # On the screen there is no mark that only programs look for.
    assert (await _told(capsys, circular=circular.id, format=FileFormat.CSV))[0] == "ล"


def _names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


REFUSED: tuple[tuple[dict[str, Any], str], ...] = (
    ({"letter": "บก ๐๐๒๓.๔/ว ๙๒๗"}, "No letter bears the number บก ๐๐๒๓.๔/ว ๙๒๗."),
    ({"letter": "ก"}, "letter_number_malformed"),
    ({"circular": uuid4()}, "No circular has the id"),
    ({"organization": "nowhere"}, "No organization is known as nowhere."),
    ({"registry": "nowhere"}, "No registry is known as nowhere."),
    ({"officer": "nobody"}, "No officer is known as nobody."),
    ({"as_": "nobody"}, "No officer is known as nobody."),
    ({"as_": "auditor.stranger", "letter": "ทส 0023.4/ว 1"}, "No letter bears the number"),
    ({"since": "2564-03-02"}, "the year must be Gregorian"),
    ({"since": "2021-03-02", "until": "2021-03-01"}, "time_range_reversed"),
)


async def test_what_cannot_be_is_told_in_one_line(circular: Circular) -> None:
    del circular
    for asked, words in REFUSED:
        assert words in await _refused(**asked)


async def test_secrets_need_an_officer_with_the_clearance_and_leave_a_mark(
    circular: Circular,
    database: Database,
    sessions: Sessions,
    own_directory: Directory,
    capsys: pytest.CaptureFixture[str],
) -> None:
    agency = own_directory["agency"]
    cleared = replace(agency, clerk=replace(agency.clerk, clearance=Secrecy.SECRET))
    async with sessions.begin() as session:
        letter = await issue(session, cleared, secrecy=Secrecy.SECRET, subject="ลับ")
        await send(session, cleared, own_directory["hall"], letter=letter)
    await _clear(database, "auditor.agency")

    async def readings() -> Sequence[UUID]:
        async with sessions() as session:
            return [one.officer_id for one in await events(session, EventKind.READ)]

    assert str(letter.id) not in await _told(capsys, json=True)
    assert str(letter.id) not in await _told(capsys, json=True, as_="head.agency")
    assert "No circular" in await _refused(circular=letter.id)
    assert await readings() == []
    assert str(letter.id) in await _told(capsys, json=True, as_="auditor.agency")
    assert await readings() == [agency.auditor.id]
    assert await _json(capsys, circular=letter.id, as_="auditor.agency")
    assert await readings() == [agency.auditor.id] * 2


async def _clear(database: Database, subject: str) -> None:
    engine = create_engine(database.owner_url, pool=1, role=None)
    async with engine.begin() as connection:
        statement = text("UPDATE officer SET clearance = 'secret' WHERE subject = :subject")
        await connection.execute(statement, {"subject": subject})
    await engine.dispose()


def test_without_a_database_it_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("WIAN_DATABASE_URL", "WIAN_WORKER_DATABASE_URL", "WIAN_OWNER_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("WIAN_DATA_DIR", str(tmp_path))
    with pytest.raises(SystemExit, match="WIAN_DATABASE_URL"):
        audit()
