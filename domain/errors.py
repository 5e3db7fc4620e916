"""What can go wrong by the rules, each with a stable code; no transport is known here."""

from collections.abc import Mapping
from typing import ClassVar


class WianError(Exception):
    """A rule was broken; nothing was written.

    Attributes:
        code: Stable identifier for programs; texts may change, codes may not.
        detail: One sentence in Thai for the person at the desk.
        facts: Values that a program may want beside the sentence.
    """

    code: ClassVar[str] = "error"

    def __init__(self, detail: str, *, code: str | None = None, **facts: object) -> None:
        super().__init__(detail)
        self.detail = detail
        self.reason = code or self.code
        self.facts: Mapping[str, object] = facts


class InvalidError(WianError):
    """The request contradicts a rule whatever the ledger holds, or names what does not exist."""

    code = "invalid"


class NotFoundError(WianError):
    """There is no such thing, or the officer must not know that there is."""

    code = "not_found"

    def __init__(self, what: str) -> None:
        super().__init__(f"ไม่พบ{what}", what=what)


class NotAllowedError(WianError):
    """The officer may see the thing but holds no role that allows the act."""

    code = "role_missing"


class ConflictError(WianError):
    """The ledger's present state forbids the act."""

    code = "conflict"


class UnavailableError(WianError):
    """The ledger takes no such act for now, whoever asks; it may later."""

    code = "unavailable"
