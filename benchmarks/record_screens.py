"""Screens of the record over a small and a large year: the size must not be felt.

A screen is what a service sends to the server for an officer who is signed in, under the API's
role and its policies; the time is that of the server and the driver. Both years lie on one server
and are read in turn. A key is looked at several times; the machine's own hiccups are left out by
the least of two looks.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from statistics import mean, median, quantiles

from benchmarks.measure import Row, ratios
from benchmarks.record_http import page_http_vs_sql
from benchmarks.record_keys import (
    AUDIT_PAGE,
    Key,
    audit_keys,
    deep_keys,
    full_inbox,
    history_keys,
    inbox_keys,
)
from benchmarks.year_books import YearBooks
from cli.stack import Stack

_SEED = 99
_DEEP_PAGE = 1_000


@dataclass(frozen=True, kw_only=True)
class ScreenEffort:
    """How many keys to look at, and how often; `label` tells the two sizes."""

    small: int
    large: int
    keys: int
    pairs: int

    @property
    def label(self) -> str:
        """The two sizes, in hops."""
        return f"{_short(self.large)} against {_short(self.small)} hops"


QUICK_SCREENS = ScreenEffort(small=100_000, large=1_000_000, keys=60, pairs=2)
FULL_SCREENS = ScreenEffort(small=1_000_000, large=10_000_000, keys=400, pairs=3)


async def screen_rows(
    stack: Stack, small: YearBooks, large: YearBooks, effort: ScreenEffort
) -> list[Row]:
    """Measure the three screens over both years, and a deep page and HTTP over the large one."""
    inbox = full_inbox(small, effort.keys)
    screens: dict[str, Callable[[YearBooks, Random, int], list[Key]]] = {
        "history": history_keys,
        "inbox": lambda books, rng, count: inbox_keys(books, rng, count, rows=inbox),
        "audit": audit_keys,
    }
    rows = [
        await _screen_row(f"{name}_p99_10m_vs_1m", choose, small, large, effort)
        for name, choose in screens.items()
    ]
    rows.append(await _deep_row(large, effort))
    rows.append(await page_http_vs_sql(stack, large, pairs=2 * effort.pairs + 1))
    return rows


async def _screen_row(
    name: str,
    choose: Callable[[YearBooks, Random, int], list[Key]],
    small: YearBooks,
    large: YearBooks,
    effort: ScreenEffort,
) -> Row:
    sides = [(large, choose(large, Random(_SEED), effort.keys))]  # noqa: S311 (a choice of keys)
    sides.append((small, choose(small, Random(_SEED), effort.keys)))  # noqa: S311
    counts = await _warm(sides)
    measured = [await _pair(sides) for _ in range(effort.pairs)]
    tails = [(_p99(one), _p99(other)) for one, other in measured]
    ratio, spread = ratios(tails)
    full = [round(mean(one), 1) for one in counts]
    return Row(
        name=name,
        ratio=ratio,
        spread=spread,
        target="<= 1.5",
        check=f"{effort.label}, {effort.keys} pages each, {full[0]} and {full[1]} rows a page",
        is_correct=min(map(min, counts)) > 0 and abs(full[0] - full[1]) <= 0.1 * full[1] + 1,
        detail={
            "p99_ms": [[_ms(one), _ms(other)] for one, other in tails],
            "p50_ms": [[_ms(median(one)), _ms(median(other))] for one, other in measured],
            "p50_ms_by_page": _by_name(measured, sides),
        },
    )


async def _warm(sides: Sequence[tuple[YearBooks, list[Key]]]) -> list[list[int]]:
    return [[len(await books.look(key.subject, key.look)) for key in keys] for books, keys in sides]


async def _pair(sides: Sequence[tuple[YearBooks, list[Key]]]) -> tuple[list[float], list[float]]:
    """Look at every key twice on both sides in turn, and return the lesser times."""
    least: tuple[list[float], list[float]] = ([], [])
    for turn in range(2):
        for nth in range(len(sides[0][1])):
            for (books, keys), seconds in zip(sides, least, strict=True):
                await books.look(keys[nth].subject, keys[nth].look)
                if turn == 0:
                    seconds.append(books.seconds)
                else:
                    seconds[nth] = min(seconds[nth], books.seconds)
    return least


def _by_name(
    measured: Sequence[tuple[list[float], list[float]]],
    sides: Sequence[tuple[YearBooks, list[Key]]],
) -> dict[str, list[float]]:
    """Return the median of each sort of page on both sides, in milliseconds."""
    names = [key.name for key in sides[0][1]]
    return {
        name: [
            _ms(median(one for one, own in zip(side, names, strict=True) if own == name))
            for side in measured[-1]
        ]
        for name in sorted(set(names))
    }


async def _deep_row(books: YearBooks, effort: ScreenEffort) -> Row:
    """Compare page 1,000 of a question with its first page."""
    count = max(effort.keys // 4, 20)
    firsts, deeps = deep_keys(books, Random(_SEED), count, page=_DEEP_PAGE)  # noqa: S311
    sides = [(books, deeps), (books, firsts)]
    counts = await _warm(sides)
    measured = [await _pair(sides) for _ in range(effort.pairs)]
    ratio, spread = ratios([(median(one), median(other)) for one, other in measured])
    return Row(
        name="deep_page_vs_first",
        ratio=ratio,
        spread=spread,
        target="<= 1.2",
        check=f"{_short(effort.large)} hops, page {_DEEP_PAGE:,} of {AUDIT_PAGE} events, all full",
        is_correct={one for side in counts for one in side} == {AUDIT_PAGE},
        detail={"p50_ms": [[_ms(median(one)), _ms(median(two))] for one, two in measured]},
    )


def _p99(seconds: list[float]) -> float:
    return quantiles(seconds, n=100, method="inclusive")[98]


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 2)


def _short(hops: int) -> str:
    return f"{hops // 1_000_000} M" if hops >= 1_000_000 else f"{hops // 1_000} k"
