"""How fast working time is computed, and what it costs beside a bare date addition."""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from random import Random
from statistics import median

from benchmarks.measure import Row, ratios
from domain.working_time import WorkingCalendar
from services.thai_holidays import base_calendar

CASES = 20_000
REPEATS = 7
OPERATIONS_PER_CASE = 4

Case = tuple[datetime, timedelta, datetime, date, int, date]


def working_time_rows() -> list[Row]:
    """Measure a mix of adding and counting days and hours, each side in turn."""
    calendar, cases = base_calendar(), _cases()
    check, is_correct = _check(calendar, cases)
    ours, bare = _ours(calendar, cases), _bare(cases)
    pairs = [(_seconds(ours), _seconds(bare)) for _ in range(REPEATS + 1)]
    # The first pair lays the rulers and warms both sides up.
    rates = [CASES * OPERATIONS_PER_CASE / seconds for seconds, _ in pairs[1:]]
    cost, spread = ratios(pairs[1:])
    return [
        Row(
            name="working_time_ops_per_second",
            ratio=median(rates),
            spread=(min(rates), max(rates)),
            target=">= 100000",
            check=check,
            is_correct=is_correct,
            detail={"cases": CASES, "repeats": REPEATS},
        ),
        Row(
            name="working_time_vs_date_addition",
            ratio=cost,
            spread=spread,
            target="<= 25",
            check=check,
            is_correct=is_correct,
            detail={
                "working_time_seconds": [round(seconds, 4) for seconds, _ in pairs[1:]],
                "date_addition_seconds": [round(seconds, 4) for _, seconds in pairs[1:]],
            },
        ),
    ]


def _cases() -> list[Case]:
    dice = Random(38)  # noqa: S311 (the same sums each time, no secret)
    start = datetime(2018, 1, 1, tzinfo=UTC)
    cases = []
    for _ in range(CASES):
        at = start + timedelta(minutes=dice.randrange(8 * 365 * 1440))
        other = at + timedelta(minutes=dice.randrange(-86_400, 86_400))
        span = timedelta(minutes=dice.randrange(-4_800, 4_800))
        cases.append((at, span, other, at.date(), dice.randrange(-30, 31), other.date()))
    return cases


def _ours(calendar: WorkingCalendar, cases: list[Case]) -> Callable[[], None]:
    def run() -> None:
        for at, span, other, day, days, other_day in cases:
            calendar.add_time(at, span)
            calendar.count_time(at, other)
            calendar.add_days(day, days)
            calendar.count_days(day, other_day)

    return run


def _bare(cases: list[Case]) -> Callable[[], None]:
    one_day = timedelta(days=1)

    def run() -> None:
        for at, span, other, day, days, other_day in cases:
            at + span
            other - at
            day + days * one_day
            other_day - day

    return run


def _seconds(run: Callable[[], None]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def _check(calendar: WorkingCalendar, cases: list[Case]) -> tuple[str, bool]:
    circular = [date(2021, 2, 15), date(2021, 2, 22), date(2021, 2, 25), date(2021, 3, 2)]
    last = date(2021, 3, 15)
    days = [
        calendar.count_days(start, end)
        for start, end in zip(circular, [*circular[1:], last], strict=True)
    ]
    agree = all(
        calendar.count_days(day, calendar.add_days(day, number)) == number
        and calendar.count_time(at, calendar.add_time(at, span)) == span
        for at, span, _, day, number, _ in cases
    )
    told = f"{CASES} sums counted back; reference circular {'+'.join(map(str, days))} days"
    return told, agree and days == [5, 3, 2, 9]
