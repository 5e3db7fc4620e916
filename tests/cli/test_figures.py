"""`wian figures`: a table or JSON Lines, and a recount that ends with 1 where something differs."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence

import pytest
from sqlalchemy import text

from cli.main import app
from domain.vocabulary import Secrecy
from services.roll_up_figures import roll_up_figures
from tests.conftest import Database
from tests.support.directory import Directory
from tests.support.letters import HOUR, MORNING, issue, pass_on, send
from tests.support.relay_desk import Sessions

Wian = Callable[..., Awaitable[Sequence[str]]]


@pytest.fixture
async def wian(
    database: Database,
    sessions: Sessions,
    own_directory: Directory,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Wian:
    """agency → hall → office, and a secret letter; return what `wian figures` prints of it."""
    agency, hall = own_directory["agency"], own_directory["hall"]
    async with sessions.begin() as session:
        top = await send(session, agency, hall)
        await pass_on(session, top, hall, own_directory["office"], at=MORNING + HOUR)
        secret = await issue(session, agency, secrecy=Secrecy.SECRET)
        await send(session, agency, hall, letter=secret)
    async with sessions.begin() as session:
        await roll_up_figures(session)
    monkeypatch.setenv("WIAN_WORKER_DATABASE_URL", database.worker_url.get_secret_value())
    monkeypatch.setattr("cli.figures.console.width", 200)

    async def run(*words: str) -> Sequence[str]:
        command, bound, _ = app.parse_args(["figures", *words], exit_on_error=False)
        await asyncio.to_thread(command, *bound.args, **bound.kwargs)
        return capsys.readouterr().out.splitlines()

    return run


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("│┃ ").split("│")]


async def test_figures_are_printed_as_a_table(wian: Wian) -> None:
    lines = [cells(line) for line in await wian() if "│" in line]
    none = ["0", "0", "-", "-", "-"]
    assert lines == [
        ["1", "1", "1", "0", "100.0%", "1.0", "1.0", *none],
        ["2", "1", *none, *none],
        ["total", "2", "1", "0", "100.0%", "1.0", "1.0", *none],
    ]
    named = [cells(line)[0] for line in await wian("--by", "registry") if "│" in line]
    assert named == ["ศาลากลางจังหวัดทดสอบ", "สำนักงานท้องถิ่นจังหวัดทดสอบ", "total"]


async def test_figures_are_printed_as_json_lines(wian: Wian) -> None:
    async def hops(*words: str) -> list[tuple[str | None, int]]:
        rows = [json.loads(line) for line in await wian("--json", *words)]
        return [(row["key"], row["hops"]) for row in rows]

    assert await hops() == [(None, 2), ("1", 1), ("2", 1)]
    assert await hops("--by", "registry") == [(None, 2), ("hall", 1), ("office", 1)]
    assert await hops("--registry", "hall") == [(None, 1), ("1", 1)]
    assert await hops("--organization", "office") == [(None, 1), ("2", 1)]
    assert await hops("--urgency", "urgent") == [(None, 0)]
    assert await hops("--since", "2021-03-02", "--until", "2021-03-02", "--year", "2021") == [
        (None, 2),
        ("1", 1),
        ("2", 1),
    ]
    assert await hops("--until", "2021-03-01") == [(None, 0)]
    assert await hops("--as", "clerk.office") == [(None, 1), ("2", 1)]


async def test_groups_of_all_pages_are_printed(wian: Wian, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = await wian("--json", "--by", "registry")
    monkeypatch.setattr("cli.figures._PAGE", 1)
    assert await wian("--json", "--by", "registry") == whole


async def test_what_cannot_be_asked_ends_with_one_line(wian: Wian) -> None:
    for words, said in {
        ("--organization", "nowhere"): "nowhere",
        ("--registry", "nowhere"): "nowhere",
        ("--as", "nobody"): "officer",
        ("--year", "2564"): "2021",
        ("--since", "2564-03-01"): "2021",
        ("--since", "2021-03-03", "--until", "2021-03-01"): "time_range_reversed",
    }.items():
        with pytest.raises(SystemExit, match=said) as caught:
            await wian(*words)
        assert "\n" not in str(caught.value)


async def test_a_recount_confirms_and_names_the_first_that_differs(
    wian: Wian, sessions: Sessions, own_directory: Directory, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await wian("recount") == ["3 hops, 3 counts: as the events say."]
    async with sessions.begin() as session:
        await session.execute(text("UPDATE hop_time SET registered_late = true"))
    with pytest.raises(SystemExit) as caught:
        await wian("recount")
    assert caught.value.code == 1
    fault, counts = capsys.readouterr().out.splitlines()
    assert fault.startswith("FAULT hop_time ")
    assert "registered_late is True, counted" in fault
    assert counts == "3 hops, 3 counts, 6 differ."
