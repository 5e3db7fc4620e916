"""The only door to pythainlp: what it does right is used here, what it does wrong is not."""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TypeVar

from pythainlp.soundex import lk82, udom83
from pythainlp.tokenize.newmm import segment
from pythainlp.util import collate, normalize

T = TypeVar("T")


def in_thai_order(items: Iterable[T], *, key: Callable[[T], str]) -> list[T]:
    """Return `items` sorted as a Thai dictionary sorts their keys.

    The database sorts by code point, which puts เกาะ after บาท.
    """
    by_key: dict[str, list[T]] = {}
    for item in items:
        by_key.setdefault(key(item), []).append(item)
    return [item for text in collate(by_key) for item in by_key[text]]


@lru_cache(maxsize=20_000)
def sound_codes(word: str) -> frozenset[str]:
    """Return how a bare name sounds, in two systems; words that share a code sound alike.

    A long first word common to all would eat up the code: leave it out.
    """
    return frozenset(
        f"{system}:{code}"
        for system, code in (("lk82", lk82(word)), ("udom83", udom83(word)))
        if code.strip("0 ")
    )


# What `normalize` would put right; to look for it is a hundredth of the work.
_ODD = re.compile("เเ|ํ[่-๋]?า|[่-๋][ัิ-ฺ]|([ัิ-๎])\\1|[\u200b-\u200f\u2060\ufeff]")


def words_in(text: str) -> list[str]:
    """Return the words of a text in their order, as one engine (newmm) parts them.

    Blanks and signs between words come along; a blank always parts two words.
    """
    written = normalize(text) if _ODD.search(text) else text
    return [word for part in written.split() for word in segment(part)]
