"""How a process reaches the mail server."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPException,
    SMTPHeloError,
    SMTPNotSupported,
    SMTPRecipientsRefused,
    SMTPResponseException,
)
from pydantic import SecretStr

REPLY_SECONDS = 10.0
# The mail's row stays locked while it is sent, and the database ends a transaction that is idle
# for a minute.
MAIL_SECONDS = 40.0

GOODBYE_SECONDS = 1.0

_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


class MailServerAwayError(Exception):
    """The server cannot be reached, or does not let us in: no mail is to blame."""


class MailNotTakenError(Exception):
    """The server did not take one mail; `is_final` when it never will."""

    def __init__(self, message: str, *, is_final: bool) -> None:
        super().__init__(message)
        self.is_final = is_final


@dataclass(frozen=True, kw_only=True, slots=True)
class MailServer:
    """Where mails are handed in, from `smtp://`, `smtp+starttls://` or `smtps://name:word@host`.

    `smtp://` uses TLS where the server offers it; a password never travels without.
    """

    host: str
    port: int
    use_tls: bool
    must_start_tls: bool
    username: str | None
    password: SecretStr | None

    @classmethod
    def from_url(cls, url: SecretStr) -> "MailServer":
        """Read an address.

        Raises:
            ValueError: It is not one; the message does not repeat it, for it holds a password.
        """
        try:
            parts = urlsplit(url.get_secret_value())
            port = parts.port or _PORTS[parts.scheme]
        except (ValueError, KeyError):
            raise _not_an_address() from None
        if not parts.hostname:
            raise _not_an_address()
        return cls(
            host=parts.hostname,
            port=port,
            use_tls=parts.scheme == "smtps",
            must_start_tls=parts.scheme == "smtp+starttls"
            or (parts.scheme == "smtp" and parts.username is not None),
            username=unquote(parts.username) if parts.username else None,
            password=SecretStr(unquote(parts.password)) if parts.password else None,
        )

    async def send(self, message: EmailMessage) -> str | None:
        """Hand in a mail; return a remark when it was taken for some of its mailboxes only.

        Raises:
            MailServerAwayError: The server is away; nothing was sent.
            MailNotTakenError: It did not take this mail, or broke off.
        """
        client = self._client(str(message["From"].addresses[0].domain))
        try:
            async with asyncio.timeout(MAIL_SECONDS):
                await _enter(client)
                remark = await _hand_in(client, message)
        except TimeoutError as error:
            raise MailNotTakenError("no answer in time", is_final=False) from error
        else:
            await _leave(client)
            return remark
        finally:
            client.close()

    def _client(self, name: str) -> SMTP:
        return SMTP(
            hostname=self.host,
            port=self.port,
            username=self.username,
            password=self.password.get_secret_value() if self.password else None,
            use_tls=self.use_tls,
            start_tls=False if self.use_tls else self.must_start_tls or None,
            timeout=REPLY_SECONDS,
            # Otherwise the name of this machine is looked up, which may take long.
            local_hostname=name,
        )


async def _enter(client: SMTP) -> None:
    try:
        await client.connect()
    except (SMTPException, OSError, TimeoutError, ValueError) as error:
        raise MailServerAwayError(f"{type(error).__name__}: {error}") from error


async def _hand_in(client: SMTP, message: EmailMessage) -> str | None:
    try:
        refused, _ = await client.send_message(message)
    except SMTPRecipientsRefused as error:
        final = all(_is_final(one.code) for one in error.recipients)
        said = "; ".join(f"{one.code} {one.message}" for one in error.recipients)
        raise MailNotTakenError(said, is_final=final) from error
    except (SMTPHeloError, SMTPAuthenticationError, SMTPNotSupported) as error:
        raise MailServerAwayError(f"{type(error).__name__}: {error}") from error
    except SMTPResponseException as error:
        raise MailNotTakenError(
            f"{error.code} {error.message}", is_final=_is_final(error.code)
        ) from error
    except (SMTPException, OSError) as error:
        raise MailNotTakenError(f"{type(error).__name__}: {error}", is_final=False) from error
    if not refused:
        return None
    codes = ", ".join(str(answer.code) for answer in refused.values())
    return f"{len(refused)} of the mailboxes were refused: {codes}"


async def _leave(client: SMTP) -> None:
    # The mail was taken: whatever happens now must not send it again.
    with suppress(SMTPException, OSError):
        await client.quit(timeout=GOODBYE_SECONDS)


def _not_an_address() -> ValueError:
    return ValueError(f"WIAN_SMTP_URL must be one of {'://, '.join(_PORTS)}:// with a host")


def _is_final(code: int) -> bool:
    return 500 <= code < 600
