"""`wian search`: lines or JSON, never a secret letter; and the index made anew."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence

import psycopg
import pytest

from cli.main import app
from domain.vocabulary import Secrecy
from tests.conftest import Database
from tests.support.directory import Directory
from tests.support.letters import issue
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
    """Three letters, one of them secret; return what `wian search` prints of them."""
    async with sessions.begin() as session:
        for name in ("agency", "hall"):
            await issue(session, own_directory[name], subject=f"เชิญสัมมนา {name}", body="ณ โรงแรม")
        await issue(session, own_directory["hall"], subject="เชิญสัมมนาลับ", secrecy=Secrecy.SECRET)
    monkeypatch.setenv("WIAN_WORKER_DATABASE_URL", database.worker_url.get_secret_value())

    async def run(*words: str) -> Sequence[str]:
        command, bound, _ = app.parse_args(["search", *words], exit_on_error=False)
        await asyncio.to_thread(command, *bound.args, **bound.kwargs)
        return capsys.readouterr().out.splitlines()

    return run


async def test_letters_are_printed_newest_first_without_secret_ones(wian: Wian) -> None:
    assert await wian("สัมมนา") == [
        "2021-03-02  ทส 0017/ว 1  ศาลากลางจังหวัดทดสอบ  เชิญสัมมนา hall",
        "2021-03-02  ทด 0017/ว 1  สำนักงานทดสอบแห่งชาติ  เชิญสัมมนา agency",
    ]
    first, more = await wian("สัมมนา", "--limit", "1")
    assert first.endswith("hall")
    assert more == "There may be more than these 1 letter."
    assert await wian("ไม่มีคำนี้") == []


async def test_json_holds_one_object_a_line(wian: Wian) -> None:
    (line,) = await wian("โรงแรม ทด", "--json")
    told = json.loads(line)
    assert (told["number"], told["match"]) == ("ทด 0017/ว 1", "words")
    assert [told["snippet"][begins:ends] for begins, ends in told["marks"]] == ["โรงแรม"]


async def test_a_question_that_is_none_ends_with_one_line(wian: Wian) -> None:
    with pytest.raises(SystemExit, match="สั้นเกินไป"):
        await wian("ก")
    with pytest.raises(SystemExit, match="Type what to look for"):
        await wian()


async def test_the_index_is_made_anew(wian: Wian, database: Database) -> None:
    url = database.owner_url.get_secret_value().replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DELETE FROM letter_search")
    assert await wian("สัมมนา") == []
    assert await wian("--reindex") == ["Entered 3 letters."]
    assert len(await wian("สัมมนา")) == 2
    assert await wian("--reindex") == ["Entered 0 letters."]
    assert await wian("--reindex", "--all") == ["Entered 3 letters."]
