"""Shapes of notices by mail."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from api.schemas.base import Given, Told
from domain.vocabulary import MailKind, MailState


class MailOut(Told):
    """A mail to a registry, without what is in it."""

    id: UUID
    kind: MailKind
    state: MailState
    registry_id: UUID
    registry: str
    day: date
    notices: int
    attempts: int
    last_error: str | None
    created_at: datetime
    next_try_at: datetime
    sent_at: datetime | None


class ResendIn(Given):
    """Which dead mails to send again: all of a registry, or these."""

    registry_id: UUID | None = None
    mail_ids: list[UUID] = Field(default_factory=list, max_length=1000)


class ResendOut(Told):
    """How many mails wait for the mailer again."""

    resent: int
