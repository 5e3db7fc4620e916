"""What a letter says, as it is hashed into the record and told in evidence."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Protocol

from sqlalchemy import Row

from models import Letter


class Enclosure(Protocol):
    """A file of a letter, before or after it was issued."""

    @property
    def sha256(self) -> bytes:
        """The hash of its bytes."""
        ...

    @property
    def file_name(self) -> str:
        """What it is called."""
        ...

    @property
    def media_type(self) -> str:
        """What sort of file it is."""
        ...


def letter_content(letter: Letter | Row[Any], files: Iterable[Enclosure]) -> dict[str, object]:
    """Return everything that a letter says, its enclosures in their order.

    Args:
        letter: The letter, or its row.
        files: Its enclosures by position.
    """
    return {
        "number": letter.number,
        "dated": letter.dated.isoformat(),
        "subject": letter.subject,
        "body": letter.body,
        "urgency": letter.urgency.value,
        "secrecy": letter.secrecy.value,
        "deliver_by": _instant(letter.deliver_by),
        "event_starts_at": _instant(letter.event_starts_at),
        "event_ends_at": _instant(letter.event_ends_at),
        "event_place": letter.event_place,
        "signatory_post": letter.signatory_post,
        "authority": letter.authority.value,
        "authority_post": letter.authority_post,
        "attachments": [
            {"file_name": one.file_name, "media_type": one.media_type, "sha256": one.sha256.hex()}
            for one in files
        ],
    }


def _instant(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat(timespec="microseconds")
