"""Where in a letter stands what was asked for, as plain text with offsets."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from unicodedata import category

from services.search.fold import FoldedText, fold
from services.search.question import Question

Span = tuple[int, int]

_BEFORE: Final = 60
_LENGTH: Final = 240
_MOST_READ: Final = 40_000
_MOST_MARKS: Final = 10
_LEAST_WORD: Final = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Marked:
    """A piece of a text, and in it the spans [begin, end) of what was found."""

    text: str
    marks: Sequence[Span]


def mark_line(text: str, question: Question) -> Marked:
    """Return a whole line with what was found in it."""
    read = FoldedText(text[:_MOST_READ])
    spans = _places(read, text, _found(read.folded, question), ends=len(text))
    return Marked(text=text, marks=_joined(spans))


def mark_snippet(text: str, question: Question) -> Marked:
    """Return the piece of a text in which the first match stands, else its beginning."""
    read = FoldedText(text[:_MOST_READ])
    found = _found(read.folded, question)
    begins = max(0, read.place(found[0][0]) - _BEFORE) if found else 0
    begins = _whole_sign(text, begins)
    ends = _whole_sign(text, min(len(text), begins + _LENGTH))
    spans = _joined(_places(read, text, found, ends=ends))
    return Marked(
        text=text[begins:ends],
        marks=[(one - begins, min(other, ends) - begins) for one, other in spans],
    )


def _found(folded: str, question: Question) -> list[Span]:
    """Return where in the folded text a wording stands as a whole; else where the words do."""
    found = _stands([one.folded for one in question.wordings], folded)
    if not found:
        words = {fold(word) for word in question.wordings[0].words}
        found = _stands([word for word in words if len(word) >= _LEAST_WORD], folded)
    return sorted(found)[:_MOST_MARKS]


def _stands(wanted: Sequence[str], folded: str) -> list[Span]:
    spans = []
    for one in wanted:
        at = folded.find(one)
        for _ in range(_MOST_MARKS):
            if at < 0:
                break
            spans.append((at, at + len(one)))
            at = folded.find(one, at + len(one))
    return spans


def _places(read: FoldedText, text: str, found: Sequence[Span], *, ends: int) -> Iterator[Span]:
    """Yield where in the text that is; nothing is worked out for what is not shown."""
    for one, other in found:
        begins = read.place(one)
        if begins >= ends:
            return
        yield begins, _whole_sign(text, read.place(other - 1) + 1)


def _whole_sign(text: str, at: int) -> int:
    """Return the next place that does not part a letter from the marks above or below it."""
    while at < len(text) and category(text[at]) == "Mn":
        at += 1
    return at


def _joined(spans: Iterable[Span]) -> list[Span]:
    joined: list[Span] = []
    for begins, ends in spans:
        if joined and begins <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(ends, joined[-1][1]))
        else:
            joined.append((begins, ends))
    return joined
