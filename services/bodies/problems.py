"""What is wrong with a line of a list of local bodies, told so that a person can put it right."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class BodyProblem:
    """One thing that is wrong.

    Attributes:
        line: Of the file, whose first line is 1; None where it is the file itself.
        column: Its identifier, such as `district`; None where the line as a whole is wrong.
        code: Stable, for programs.
        detail: One sentence in Thai.
        value: What is written there.
        nearest: Official names, or bodies, that may be meant.
    """

    line: int | None
    column: str | None
    code: str
    detail: str
    value: str = ""
    nearest: Sequence[str] = ()


def in_order(problems: Sequence[BodyProblem]) -> list[BodyProblem]:
    """Return the problems as one goes through the file."""
    return sorted(problems, key=lambda one: (one.line or 0, one.column or ""))


class BodyRefusedError(Exception):
    """A line that cannot be done; nothing of it was."""

    def __init__(
        self, column: str | None, code: str, detail: str, *, nearest: Sequence[str] = ()
    ) -> None:
        super().__init__(detail)
        self.column = column
        self.code = code
        self.detail = detail
        self.nearest = nearest
