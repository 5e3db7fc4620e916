import pytest
from sqlalchemy import insert

from cli.mails import mails, tend_mails
from domain.vocabulary import MailKind, MailState
from models import Mail
from tests.conftest import Database
from tests.support.directory import Directory
from tests.support.mail_ledger import MONDAY, bangkok
from tests.support.relay_desk import Sessions


async def test_dead_mails_are_counted_and_sent_again(
    database: Database, sessions: Sessions, own_directory: Directory
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
    for resend, expected in ((False, (0, 0, 2)), (True, (2, 2, 0)), (True, (0, 2, 0))):
        resent, counts = await tend_mails(database.app_url, resend=resend)
        assert (resent, counts[MailState.WAITING], counts[MailState.DEAD]) == expected


def test_the_command_prints_the_counts(
    database: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WIAN_DATABASE_URL", database.app_url.get_secret_value())
    mails(resend=True)
    printed = capsys.readouterr().out
    assert "0 dead mails wait to be sent again." in printed
    assert "0 waiting, 0 sent, 0 dropped, 0 dead." in printed


def test_without_a_database_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WIAN_DATABASE_URL", raising=False)
    with pytest.raises(SystemExit, match="WIAN_DATABASE_URL"):
        mails()
