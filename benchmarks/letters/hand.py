"""How one typist prints digits, dates, times and numbers of letters."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from random import Random
from typing import Literal

from domain.buddhist_era import BUDDHIST_ERA_OFFSET, arabic_digits, thai_digits
from domain.document_number import DocumentNumber

Digits = Literal["thai", "arabic", "mixed"]
Years = Literal["full", "short", "named"]

MONTHS = (
    *("มกราคม", "กุมภาพันธ์", "มีนาคม", "เมษายน", "พฤษภาคม", "มิถุนายน"),
    *("กรกฎาคม", "สิงหาคม", "กันยายน", "ตุลาคม", "พฤศจิกายน", "ธันวาคม"),
)
SHORT_MONTHS = (
    *("ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย."),
    *("ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค."),
)
WEEKDAYS = ("จันทร์", "อังคาร", "พุธ", "พฤหัสบดี", "ศุกร์", "เสาร์", "อาทิตย์")


@dataclass(frozen=True, kw_only=True, slots=True)
class Hand:
    """The habits of one typist; `draw` decides where a habit is to mix."""

    draw: Random
    digits: Digits
    is_short: bool
    years: Years
    gap: str
    blank: str

    def count(self, number: int | str) -> str:
        """Print digits."""
        is_thai = self.digits == "thai" or (self.digits == "mixed" and self.draw.random() < 0.5)
        return thai_digits(str(number)) if is_thai else str(number)

    def thousands(self, number: int) -> str:
        """Print a count with its separators."""
        return self.count(f"{number:,}")

    def year(self, year: int) -> str:
        """Print a year of the Buddhist era in four digits."""
        return self.count(year + BUDDHIST_ERA_OFFSET)

    def day(self, day: date, *, between: str = " ") -> str:
        """Print a date; `between` separates the day from the month."""
        month = (SHORT_MONTHS if self.is_short else MONTHS)[day.month - 1]
        return f"{self.count(day.day)}{between}{month} {self._year_of(day)}"

    def _year_of(self, day: date) -> str:
        year = day.year + BUDDHIST_ERA_OFFSET
        if self.years == "short" and self.is_short:
            return self.count(year % 100)
        return f"{'พ.ศ. ' if self.years == 'named' else ''}{self.count(year)}"

    def clock(self, at: time) -> str:
        """Print a time of day without its unit."""
        return self.count(f"{at.hour:02d}.{at.minute:02d}")

    def number(self, number: DocumentNumber) -> str:
        """Print the number of a letter."""
        before = self.pick((" ", " ", " ", ""))
        stroke = self.pick(("/", "/", "/", " / "))
        mark = "" if not number.is_circular else "ว" + self.pick((" ", " ", ""))
        owner, running = self.count(number.owner), self.count(number.running)
        return f"{number.letters}{before}{owner}{stroke}{mark}{running}"

    def pick(self, choices: Sequence[str]) -> str:
        """Choose a way of writing something."""
        return self.draw.choice(choices)


def new_hand(draw: Random) -> Hand:
    """Draw the habits of a typist; most print Thai digits and whole dates."""
    return Hand(
        draw=draw,
        digits=draw.choice(("thai", "thai", "thai", "arabic", "arabic", "mixed")),
        is_short=draw.random() < 0.2,
        years=draw.choice(("full", "full", "full", "short", "named")),
        gap=draw.choice(("\t\t", "\t", " " * 12, " " * 30, "  ")),
        blank=draw.choice(("\n", "\n", "\n\n")),
    )


def printed_like(printed: str, number: int | str) -> str:
    """Print digits in the script that a place of the text uses."""
    return thai_digits(str(number)) if arabic_digits(printed) != printed else str(number)
