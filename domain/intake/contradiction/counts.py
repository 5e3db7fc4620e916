"""Counts of one kind in a row, and whether what stands between two of them is one item."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from domain.intake.contradiction.figures import UNITS, Figure, FigureKind
from domain.intake.contradiction.text import CheckedText, Place
from domain.intake.near_words import is_near

_BRACKETS = re.compile(r"\([^()\n]{0,200}\)")
_UNIT = re.compile(rf"\s{{0,3}}(?:\.-\s{{0,2}})?(?:พัน|หมื่น|แสน|ล้าน){{0,2}}(?:{UNITS})")
# What is told of each one, or only nearly, is no part of anything.
_RATE = re.compile(r"(?<!ร้อย)ละ\s{0,3}(?:ไม่เกิน)?\s{0,3}\Z|/\s{0,2}\Z|ต่อ[ก-๎]{0,10}\s{0,3}\Z")
_ROUGH = re.compile(r"(?:ไม่เกิน|ไม่น้อยกว่า|อย่างน้อย|ประมาณ|กว่า|เกือบ|ราว|ไม่ต่ำกว่า|มากกว่า)\s{0,3}\Z")
_OTHERS = re.compile(
    rf"(?:(?:ราคา)?[ก-๎]{{0,20}}ละ\s{{0,3}})?[0-9][0-9,.]{{0,15}}(?:{_UNIT.pattern})?"
)
_ITEM_NUMBER = re.compile(
    r"(?:\A|(?<=\n)|(?<=\s))\(?[0-9]{1,2}(?:\.[0-9])?[.)]\s{0,8}(?=[ก-๎A-Za-z])"
)
_JOINED = re.compile(r"\A(?:และ|กับ|,|-|•)\s{0,3}|(?:เป็นเงิน|จำนวน|วงเงิน|ร้อยละ|เป็น)\s{0,3}\Z")
_ITEM = re.compile(r"[ก-๎A-Za-z./“”\"]{0,45}")
_NO_ITEM = re.compile(
    r"ในจำนวน|ในนั้น|ในนี้|จาก|เดิม|เหลือ|รวม|โดย|ทั้งนี้|เพื่อ|ซึ่ง|อื่น|สมทบ|เพิ่ม|ลด|ประกอบด้วย|แบ่งเป็น|แยกเป็น|ได้แก่|ดังนี้|จำแนก"
)
# Between two counts further apart stands more than one item.
FURTHEST = 120


@dataclass(frozen=True, kw_only=True, slots=True)
class Count:
    """A count and where it stands in the folded text.

    Attributes:
        end: Where its unit ends.
        bracket: Where the bracket begins in which it stands.
    """

    figure: Figure
    value: Decimal
    start: int
    end: int
    bracket: int | None
    is_rough: bool

    @property
    def unit(self) -> str:
        """What is counted."""
        return self.figure.unit

    def place(self, checked: CheckedText) -> Place:
        """Return the place of the figure."""
        return checked.place(self.figure.value, self.figure.start, self.figure.end)


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """What stands between two counts that count parts of one thing.

    Attributes:
        number: The number of the item, None where it has none.
        is_joined: Whether และ stands before it, which ends an enumeration.
        is_several: Whether it may be several things of which only the last is counted.
    """

    number: int | None
    is_joined: bool
    is_several: bool


def counts_of(checked: CheckedText) -> Sequence[Count]:
    """Return the counts of a text in their order, but for those of each single thing."""
    brackets = [match.span() for match in _BRACKETS.finditer(checked.text)]
    return [*_counts(checked.text, checked.figures, brackets)]


def _counts(
    text: str, figures: Sequence[Figure], brackets: Sequence[tuple[int, int]]
) -> Iterator[Count]:
    at = 0
    for figure in figures:
        if figure.kind is not FigureKind.COUNT:
            continue
        while at < len(brackets) and brackets[at][1] <= figure.start:
            at += 1
        before = text[max(figure.start - 20, 0) : figure.start]
        if _RATE.search(before):
            continue
        unit = None if figure.unit == "ร้อยละ" else _UNIT.match(text, figure.end)
        yield Count(
            figure=figure,
            value=Decimal(figure.value),
            start=figure.start,
            end=unit.end() if unit else figure.end,
            bracket=brackets[at][0]
            if at < len(brackets) and brackets[at][0] < figure.start
            else None,
            is_rough=_ROUGH.search(before) is not None,
        )


# In a long row each gap is looked at from every count before it.
@lru_cache(maxsize=1024)
def read_item(gap: str) -> Item | None:
    """Return the one item that stands before a count, None where it is more or other than that."""
    if len(gap) > FURTHEST or gap.count("\n\n"):
        return None
    numbers = _ITEM_NUMBER.findall(gap)
    said = _BRACKETS.sub(" ", _ITEM_NUMBER.sub(" ", gap))
    said = _OTHERS.sub(" ", said).strip()
    is_joined = said.startswith("และ")
    while (bare := _JOINED.sub("", said).strip()) != said:
        said = bare
    if len(numbers) > 1 or not _ITEM.fullmatch(said) or _NO_ITEM.search(said):
        return None
    number = int(re.sub(r"[^0-9].*|\A\(", "", numbers[0].lstrip("("))) if numbers else None
    return Item(number=number, is_joined=is_joined, is_several="และ" in said or "," in said)


def is_slip(one: Decimal, other: Decimal) -> bool:
    """Tell whether two numbers differ in one digit, or in two that changed places."""
    first, second = (format(number.normalize(), "f") for number in (one, other))
    swapped = len(first) == len(second) and sorted(first) == sorted(second)
    return other >= 0 and is_near(first, second, most=2 if swapped else 1)


def is_rounded(total: Decimal, parts: Sequence[Decimal]) -> bool:
    """Tell whether rounded parts may make a total: shares of a whole, amounts with fractions."""
    is_exact = total != 100 and all(one == one.to_integral_value() for one in (total, *parts))
    return not is_exact and abs(total - sum(parts)) <= Decimal(len(parts)) / 2


def slip_explains(whole: Decimal, parts: Sequence[Decimal]) -> bool:
    """Tell whether one slip in one figure makes the whole another than the sum of its parts."""
    total = sum(parts)
    return is_slip(whole, Decimal(total)) or any(is_slip(one, whole - total + one) for one in parts)
