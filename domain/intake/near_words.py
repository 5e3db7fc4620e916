"""Words that a scan damaged: how many letters lie between a known word and what is written."""

from dataclasses import dataclass
from functools import lru_cache

# Vowels and marks above and below their consonant, and those that never begin a word.
NEVER_FIRST = frozenset("ะัาำิีึืฺุูๅ็่้๊๋์ํ๎")


@dataclass(frozen=True, kw_only=True, slots=True)
class NearPrefix:
    """How a text begins with a known word.

    Attributes:
        word: The known word.
        length: How many characters of the text stand for it.
        edits: Letters wrong, missing or too many.
    """

    word: str
    length: int
    edits: int


@lru_cache(maxsize=32768)
def near_prefix(word: str, text: str, *, most: int) -> NearPrefix | None:
    """Read `word` at the beginning of `text` with at most so many letters wrong."""
    if text.startswith(word):
        return NearPrefix(word=word, length=len(word), edits=0)
    if most == 0 or not text:
        return None
    column = list(range(len(word) + 1))
    best: tuple[int, int] | None = None
    for length, letter in enumerate(text[: len(word) + most], 1):
        column = _next_column(column, word, letter)
        if column[-1] <= most and (best is None or column[-1] <= best[0]):
            best = column[-1], length
        if min(column) > most:
            break
    return best and NearPrefix(word=word, length=_whole(text, best[1]), edits=best[0])


# The same line is judged for many a reason, and the same names stand in a list again and again.
@lru_cache(maxsize=32768)
def nearest_prefix(words: tuple[str, ...], text: str, *, share: float) -> NearPrefix | None:
    """Read one of several words, each with at most a share of its letters wrong; ties are none."""
    read = [
        near
        for word in words
        if (near := near_prefix(word, text, most=int(len(word) * share))) is not None
    ]
    if not read:
        return None
    best = min(read, key=_wrongness)
    rivals = [near for near in read if _wrongness(near) == _wrongness(best)]
    return best if len(rivals) == 1 else None


@lru_cache(maxsize=32768)
def is_near(word: str, text: str, *, most: int) -> bool:
    """Tell whether the whole of `text` is `word` with at most so many letters wrong."""
    if abs(len(word) - len(text)) > most:
        return False
    column = list(range(len(word) + 1))
    for letter in text:
        column = _next_column(column, word, letter)
    return column[-1] <= most


def _next_column(column: list[int], word: str, letter: str) -> list[int]:
    """One more letter of the text in Levenshtein's table."""
    above = column[0] + 1
    following = [above]
    for known, slant, left in zip(word, column, column[1:], strict=False):
        above = slant if known == letter else min(slant, left, above) + 1
        following.append(above)
    return following


def _wrongness(near: NearPrefix) -> float:
    return near.edits / len(near.word)


def _whole(text: str, length: int) -> int:
    """Take along the marks that stand on the last letter."""
    while length < len(text) and text[length] in NEVER_FIRST:
        length += 1
    return length
