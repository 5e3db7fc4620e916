"""The mail client against a real server on loopback."""

import asyncio
import socket
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from pydantic import SecretStr

from infra.mail import MailNotTakenError, MailServer, MailServerAwayError
from tests.support.mailbox import BREAK_OFF, open_mailbox

MAILBOXES = ("saraban@hall.test", "head@hall.test")


def mail(*to: str) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"] = "wian@agency.test"
    message["To"] = [Address(addr_spec=one) for one in to or MAILBOXES]
    message["Subject"] = "แจ้งเตือน"
    message.set_content("เนื้อความ", cte="base64")
    return message


@pytest.mark.parametrize(
    ("url", "host", "port", "use_tls", "must_start_tls", "username", "password"),
    [
        ("smtp://mail.go.th", "mail.go.th", 25, False, False, None, None),
        ("smtp://mail:2525", "mail", 2525, False, False, None, None),
        ("smtp+starttls://mail", "mail", 587, False, True, None, None),
        ("smtps://mail", "mail", 465, True, False, None, None),
        # A password is never sent without TLS, and may hold any character.
        ("smtp://me%40x:p%3Aw@mail", "mail", 25, False, True, "me@x", "p:w"),
        ("smtps://me:pw@[::1]:1465", "::1", 1465, True, False, "me", "pw"),
    ],
)
def test_an_address_says_how_to_reach_the_server(
    url: str,
    host: str,
    port: int,
    use_tls: bool,
    must_start_tls: bool,
    username: str | None,
    password: str | None,
) -> None:
    server = MailServer.from_url(SecretStr(url))
    assert server == MailServer(
        host=host,
        port=port,
        use_tls=use_tls,
        must_start_tls=must_start_tls,
        username=username,
        password=SecretStr(password) if password else None,
    )
    assert "pw" not in repr(server)


@pytest.mark.parametrize(
    "url", ["mail.go.th", "http://mail", "smtp://", "smtp://mail:port", "smtp://hidden:word@"]
)
def test_another_address_is_refused_without_being_repeated(url: str) -> None:
    with pytest.raises(ValueError, match="WIAN_SMTP_URL") as refusal:
        MailServer.from_url(SecretStr(url))
    assert "hidden" not in str(refusal.value)


async def test_a_mail_arrives() -> None:
    async with open_mailbox() as mailbox:
        assert await mailbox.server.send(mail()) is None
    assert mailbox.recipients == [list(MAILBOXES)]
    assert mailbox.messages[0]["Subject"] == "แจ้งเตือน"


@pytest.mark.parametrize(
    ("answer", "is_final"),
    [
        ("451 try again", False),
        ("452 disk full", False),
        ("552 too large", True),
        ("554 not wanted", True),
        (BREAK_OFF, False),
    ],
)
async def test_a_mail_that_is_not_taken_says_whether_it_ever_will(
    answer: str, is_final: bool
) -> None:
    async with open_mailbox() as mailbox:
        mailbox.on_data = lambda _: answer
        with pytest.raises(MailNotTakenError) as refusal:
            await mailbox.server.send(mail())
        assert refusal.value.is_final is is_final
        assert answer == BREAK_OFF or answer in str(refusal.value)
        mailbox.on_data = lambda _: None
        await mailbox.server.send(mail())
    assert len(mailbox.messages) == 1


@pytest.mark.parametrize(
    ("answers", "is_final"),
    [(("550 unknown", "550 unknown"), True), (("550 unknown", "450 busy"), False)],
)
async def test_a_mail_that_no_mailbox_takes_is_given_up_only_if_none_ever_will(
    answers: tuple[str, str], is_final: bool
) -> None:
    async with open_mailbox() as mailbox:
        mailbox.on_recipient = dict(zip(MAILBOXES, answers, strict=True)).get
        with pytest.raises(MailNotTakenError) as refusal:
            await mailbox.server.send(mail())
    assert refusal.value.is_final is is_final
    assert mailbox.messages == []


async def test_a_mail_that_one_mailbox_takes_is_sent_with_a_remark() -> None:
    async with open_mailbox() as mailbox:
        mailbox.on_recipient = {MAILBOXES[1]: "550 unknown"}.get
        remark = await mailbox.server.send(mail())
    assert remark == "1 of the mailboxes were refused: 550"
    assert mailbox.recipients == [[MAILBOXES[0]]]


async def test_a_mail_that_was_taken_is_not_sent_again_for_want_of_a_goodbye() -> None:
    async with open_mailbox() as mailbox:
        mailbox.breaks_off_at_quit = True
        assert await mailbox.server.send(mail()) is None
    assert len(mailbox.messages) == 1


async def test_a_server_that_is_away_blames_no_mail() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = SecretStr(f"smtp://127.0.0.1:{taken.getsockname()[1]}")
        with pytest.raises(MailServerAwayError):
            await MailServer.from_url(url).send(mail())


@pytest.mark.parametrize("greeting", [b"554 no service\r\n", b"", b"hello\r\n"])
async def test_a_server_that_does_not_greet_blames_no_mail(greeting: bytes) -> None:
    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(MailServerAwayError):
            await MailServer.from_url(SecretStr(f"smtp://127.0.0.1:{port}")).send(mail())


@pytest.mark.parametrize("url", ["smtp+starttls://127.0.0.1:{}", "smtp://me:word@127.0.0.1:{}"])
async def test_what_must_be_encrypted_is_not_sent_in_clear(url: str) -> None:
    async with open_mailbox() as mailbox:
        server = MailServer.from_url(SecretStr(url.format(mailbox.port)))
        with pytest.raises(MailServerAwayError) as refusal:
            await server.send(mail())
    assert "word" not in str(refusal.value)
    assert mailbox.messages == []


async def test_a_server_that_never_answers_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("infra.mail.REPLY_SECONDS", 0.05)
    gone = asyncio.Event()

    async def listen(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await gone.wait()
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(MailServerAwayError):
            await MailServer.from_url(SecretStr(f"smtp://127.0.0.1:{port}")).send(mail())
        gone.set()
