"""What a person typed, as the index is asked for it: the best matches first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from domain.errors import InvalidError
from services.search.fold import RUN, fold, linked_runs, short_run
from services.search.words import IN_SUBJECT, RUN_MARK, SHORT_FORMS, without_dots, words_of

LEAST_SIGNS: Final = 2
MOST_SIGNS: Final = 200
_MOST_ALIKE: Final = 40
_LONG_FORMS: Final = {long: short for short, long in SHORT_FORMS.items()}


@dataclass(frozen=True, kw_only=True, slots=True)
class Wording:
    """One way to say what was asked; `folded` is to stand in the text, or all of `words`."""

    folded: str
    words: tuple[str, ...]

    @property
    def runs(self) -> list[str]:
        """The entries of the stretch of text, none where it is too short for one."""
        return [RUN_MARK + run for run in linked_runs(self.folded)]

    @property
    def is_one(self) -> bool:
        """Whether the words say no more than the stretch does."""
        return len(self.words) < 2 and len(self.folded) >= RUN


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """A question, read.

    Attributes:
        wordings: As it was typed, with abbreviations written out, and with them put in.
        grades: A tsquery for each grade of a match from the best on; None where a grade finds no
            more than the one before.
        alike: A regular expression of what differs by one sign, for where nothing else is found.
        near: A tsquery of what is left of the text around a wrong sign, where it is long enough.
    """

    wordings: tuple[Wording, ...]
    grades: tuple[str | None, ...]
    alike: str | None
    near: str | None


def read_question(text: str) -> Question:
    """Read what was typed.

    Raises:
        InvalidError: `search_too_short`, nothing but punctuation too; `search_too_long`.
    """
    if len(text) > MOST_SIGNS:
        raise InvalidError(
            f"คำค้นยาวเกินไป พิมพ์ได้ไม่เกิน {MOST_SIGNS} ตัวอักษร",
            code="search_too_long",
            field="q",
            most=MOST_SIGNS,
        )
    folded = fold(text)
    if len(folded) < LEAST_SIGNS:
        raise InvalidError(
            f"คำค้นสั้นเกินไป พิมพ์ตัวอักษรหรือตัวเลขอย่างน้อย {LEAST_SIGNS} ตัว",
            code="search_too_short",
            field="q",
            least=LEAST_SIGNS,
        )
    wordings = _wordings(text)
    return Question(
        wordings=wordings,
        grades=(*_grades(wordings), _piece(folded)),
        alike=_alike(folded),
        near=_near(folded),
    )


def _wordings(text: str) -> tuple[Wording, ...]:
    plain = without_dots(text)
    written_out = " ".join(SHORT_FORMS.get(word, word) for word in _parted(plain))
    put_in = plain
    # The longest first: one long form may begin another.
    for long in sorted(_LONG_FORMS, key=len, reverse=True):
        put_in = put_in.replace(long, f" {_LONG_FORMS[long]} ")
    said = {fold(one): one for one in (put_in, written_out, text)}
    ordered = dict.fromkeys([fold(text), *said])
    return tuple(
        Wording(folded=folded, words=tuple(dict.fromkeys(words_of(said[folded]))))
        for folded in ordered
        if len(folded) >= LEAST_SIGNS
    )


def _parted(text: str) -> list[str]:
    words = words_of(text)
    return words if any(word in SHORT_FORMS for word in words) else [text]


def _grades(wordings: Sequence[Wording]) -> tuple[str | None, ...]:
    whole = [[*one.runs, *one.words] for one in wordings if one.runs]
    stretch = [one.runs for one in wordings if one.runs and one.words]
    words = [] if all(one.is_one for one in wordings) else [list(one.words) for one in wordings]
    return (
        _either(_marked(whole)),
        _either(whole),
        _either(_marked(words)),
        _either(stretch),
        _either(words),
    )


def _piece(folded: str) -> str | None:
    """Return what finds a stretch of text too short for a run: the runs that begin with it."""
    return None if len(folded) >= RUN else f"{_quoted(RUN_MARK + short_run(folded))}:*"


def _alike(folded: str) -> str | None:
    """Return what finds a text with one sign too many, too few or another."""
    if not RUN <= len(folded) <= _MOST_ALIKE:
        return None
    # No sign of a folded text means anything in a regular expression.
    return "|".join(f"{folded[:at]}.{{0,2}}{folded[at + 1 :]}" for at in range(1, len(folded) - 1))


def _near(folded: str) -> str | None:
    if not 2 * RUN <= len(folded) <= _MOST_ALIKE:
        return None
    step = 1 if len(folded) <= _MOST_ALIKE // 2 else 2
    around = (
        [*linked_runs(folded[:at]), *linked_runs(folded[at + step :])]
        for at in range(1, len(folded) - step)
    )
    return _either([RUN_MARK + run for run in runs] for runs in around)


def _marked(ways: Iterable[Sequence[str]]) -> list[list[str]]:
    return [[IN_SUBJECT + entry for entry in way] for way in ways]


def _either(ways: Iterable[Sequence[str]]) -> str | None:
    each = [" & ".join(_quoted(entry) for entry in way) for way in ways if way]
    return " | ".join(f"({one})" for one in each) or None


def _quoted(entry: str) -> str:
    escaped = entry.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"
