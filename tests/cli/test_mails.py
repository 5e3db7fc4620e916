import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import insert

from cli.mails import mails
from domain.vocabulary import MailKind, MailState
from models import Mail
from tests.conftest import Database
from tests.support.directory import Directory
from tests.support.mail_ledger import MONDAY, bangkok
from tests.support.relay_desk import Sessions


async def test_dead_mails_are_counted_and_sent_again(
    database: Database,
    sessions: Sessions,
    own_directory: Directory,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    at = bangkok(8, "08:40")
    dead = {
        "kind": MailKind.AT_ONCE,
        "state": MailState.DEAD,
        "registry_id": own_directory["hall"].registry_id,
        "day": MONDAY,
        "created_at": at,
        "next_try_at": at,
        "attempts": 6,
    }
    async with sessions.begin() as session:
        await session.execute(insert(Mail), [dead, dead])
    # The rights of the application are enough.
    monkeypatch.setenv("WIAN_WORKER_DATABASE_URL", database.worker_url.get_secret_value())

    async def told(*, resend: bool) -> Sequence[str]:
        await asyncio.to_thread(mails, resend=resend)
        return capsys.readouterr().out.splitlines()

    assert await told(resend=False) == ["0 waiting, 0 sent, 0 dropped, 2 dead."]
    waiting = "2 waiting, 0 sent, 0 dropped, 0 dead."
    assert await told(resend=True) == ["To be sent again: 2 dead mails.", waiting]
    assert await told(resend=True) == ["To be sent again: 0 dead mails.", waiting]


def test_without_a_database_it_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("WIAN_DATABASE_URL", "WIAN_OWNER_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("WIAN_DATA_DIR", str(tmp_path))
    with pytest.raises(SystemExit, match="WIAN_DATABASE_URL"):
        mails()
