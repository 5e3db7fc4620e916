"""Where in a letter stands what was asked for, as plain text with offsets."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from unicodedata import category

from services.search_fold import FoldedText, fold
from services.search_question import Question

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
    return Marked(text=text, marks=_spans(text, question))


def mark_snippet(text: str, question: Question) -> Marked:
    """Return the piece of a text in which the first match stands, else its beginning."""
    spans = _spans(text, question)
    begins = max(0, spans[0][0] - _BEFORE) if spans else 0
    begins = _whole_sign(text, begins)
    ends = _whole_sign(text, min(len(text), begins + _LENGTH))
    return Marked(
        text=text[begins:ends],
        marks=[(one - begins, min(other, ends) - begins) for one, other in spans if one < ends],
    )


def _spans(text: str, question: Question) -> list[Span]:
    """Return where a wording stands as a whole; where none does, where the words do."""
    read = FoldedText(text[:_MOST_READ])
    found = list(_stands([one.folded for one in question.wordings], read, text))
    if not found:
        words = sorted({fold(word) for word in question.wordings[0].words})
        found = list(_stands([word for word in words if len(word) >= _LEAST_WORD], read, text))
    return _joined(found)


def _stands(wanted: Sequence[str], read: FoldedText, text: str) -> Iterator[Span]:
    for one in wanted:
        at = read.folded.find(one)
        for _ in range(_MOST_MARKS):
            if at < 0:
                break
            yield read.place(at), _whole_sign(text, read.place(at + len(one) - 1) + 1)
            at = read.folded.find(one, at + len(one))


def _whole_sign(text: str, at: int) -> int:
    """Return the next place that does not part a letter from the marks above or below it."""
    while at < len(text) and category(text[at]) == "Mn":
        at += 1
    return at


def _joined(spans: list[Span]) -> list[Span]:
    joined: list[Span] = []
    for begins, ends in sorted(spans)[:_MOST_MARKS]:
        if joined and begins <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(ends, joined[-1][1]))
        else:
            joined.append((begins, ends))
    return joined
