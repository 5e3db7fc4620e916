"""The only door to pythainlp: what it does right is used here, what it does wrong is not."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from pythainlp.util import collate

T = TypeVar("T")


def in_thai_order(items: Iterable[T], *, key: Callable[[T], str]) -> list[T]:
    """Return `items` sorted as a Thai dictionary sorts their keys.

    The database sorts by code point, which puts เกาะ after บาท.
    """
    by_key: dict[str, list[T]] = {}
    for item in items:
        by_key.setdefault(key(item), []).append(item)
    return [item for text in collate(by_key) for item in by_key[text]]
