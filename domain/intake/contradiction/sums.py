"""Parts that do not make their whole: ๔๐ คน แบ่งเป็นชาย ๑๘ คน หญิง ๒๑ คน, and sums below them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate

from domain.intake.contradiction.counts import (
    FURTHEST,
    Count,
    Item,
    counts_of,
    is_rounded,
    read_item,
    slip_explains,
)
from domain.intake.contradiction.text import CheckedText, contradiction
from domain.intake.reading import Contradiction
from domain.intake.vocabulary import ContradictionKind

_WHOLE_THEN = re.compile(
    r"[^\n]{0,40}?(?:(?P<all>แบ่งเป็น|แบ่งออกเป็น|แยกเป็น|จำแนกเป็น|ประกอบด้วย|ดังนี้)|(?P<some>ได้แก่|คือ)"
    r"|(?P<sexes>\A\s{0,3}\(?\s{0,2}(?:เป็น)?(?:ผู้)?(?=ชาย)))\s{0,3}:?"
)
_TOTAL = re.compile(
    r"[\s)]{0,10}(?:และ)?\s{0,3}(?:ยอด)?รวม(?:เป็นเงิน|เป็น|ทั้งสิ้น|ทั้งหมด|ทั้ง(?:สอง|สาม|สี่|ห้า)[ก-๎]{1,10}"
    r"|จำนวน|เงิน|ค่าใช้จ่าย|งบประมาณ|ร้อยละ|\s{1,30}+){0,6}"
)
_REST = re.compile(
    r"[\s)]{0,5}(?:คงเหลือ|เหลือ|คงค้าง|ยังขาด)(?:อีก|เงิน|งบประมาณ|จำนวน|อยู่|เป็นเงิน|\s){0,4}"
)
_ALL_OF_IT = re.compile(
    r"(?:จัดสรร|งบประมาณ|ทั้งหมด|ทั้งสิ้น|วงเงิน|ยอดยกมา|เป้าหมาย)(?:มา|ไว้|จำนวน|เป็นเงิน|เงิน|\s){0,5}\Z"
)
_BEGINS = re.compile(
    r"(?:ดังนี้|ดังต่อไปนี้|ได้แก่|ประกอบด้วย|แบ่งเป็น|แยกเป็น|จำแนกเป็น|คือ|:)\s{0,20}(?P<item>.*)\Z", re.DOTALL
)
# That of which a share was reckoned is not what the next sentence divides.
_SHARED = re.compile(r"(?:จาก|ของ|ใน)(?:จำนวน|ทั้งหมด|ทั้งสิ้น|เป้าหมาย|[ก-๎]{0,20}จำนวน|\s){0,4}\Z")
_GOES_ON = re.compile(
    r"[\s)]{0,5}(?:และ|กับ|รวมถึง|ตลอดจน|พร้อม|ส่วน|นอก|ที่เหลือ|เป็นต้น|ฯลฯ|อีก|อื่น|,|\.\.|…)"
)
# What follows tells of them all, and is no further part.
_OF_THESE = re.compile(r"[\s)]{0,5}(?:โดย)?(?:ในจำนวนนี้|ในนี้|ทั้งนี้)")
_MONEY = "บาท"
# A row of more counts is a table that lost its lines.
_MOST = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class _Parts:
    """Counts one behind the other, the items that they count, and where in their row they begin."""

    first: int
    counts: Sequence[Count]
    items: Sequence[Item]

    @property
    def values(self) -> Sequence[Decimal]:
        return [one.value for one in self.counts]

    @property
    def can_be_added(self) -> bool:
        """Whether there are parts, all of which were looked at and are told exactly."""
        is_rough = any(one.is_rough for one in self.counts)
        return 2 <= len(self.counts) < _MOST and not is_rough

    def may_be_rounded_to(self, total: Decimal) -> bool:
        """Tell whether they are shares, or amounts with fractions, that make a total nearly."""
        has_fractions = any("." in one.figure.value for one in self.counts)
        is_inexact = has_fractions or self.counts[0].unit == "ร้อยละ"
        return is_inexact and is_rounded(total, self.values)

    @property
    def may_be_more(self) -> bool:
        """Whether an item may stand there that is not counted."""
        return any(one.is_several for one in self.items) and self.counts[0].unit != _MONEY


def wrong_sums(checked: CheckedText) -> Iterator[Contradiction]:
    """Yield the wholes that their parts do not make."""
    for row in _rows(checked.text, counts_of(checked)):
        for at, count in enumerate(row):
            if not count.is_rough:
                yield from _divided(checked, row, at)
                yield from _summed(checked, row, at)
                yield from _left_over(checked, row, at)


def _rows(text: str, counts: Sequence[Count]) -> Iterator[Sequence[Count]]:
    """Yield the counts of one unit, and those of a bracket with the count that it explains."""
    units: dict[str, list[Count]] = {}
    explained: dict[tuple[int, str], list[Count]] = {}
    last: Count | None = None
    for count in counts:
        if count.bracket is None:
            units.setdefault(count.unit, []).append(count)
            last = count
        elif last is not None and last.unit == count.unit:
            is_right_before = not text[last.end : count.bracket].strip()
            if is_right_before:
                explained.setdefault((count.bracket, count.unit), [last]).append(count)
    yield from units.values()
    yield from explained.values()


def _divided(checked: CheckedText, row: Sequence[Count], at: int) -> Iterator[Contradiction]:
    """Look at a whole and the parts behind it."""
    whole, text = row[at], checked.text
    if _SHARED.search(text[max(whole.start - 40, 0) : whole.start]):
        return
    gap = text[whole.end : row[at + 1].start] if at + 1 < len(row) else ""
    opens = _WHOLE_THEN.match(gap) if len(gap) <= FURTHEST else None
    if opens is None or (first := read_item(gap[opens.end() :])) is None:
        return
    parts = _behind(text, row, at + 1, first)
    if not parts.can_be_added:
        return
    sums = [*accumulate(parts.values)]
    if whole.value in sums[1:] or (sums[-1] < whole.value and not _is_all(text, opens, row, parts)):
        return
    if parts.may_be_rounded_to(whole.value):
        return
    if whole.value / 2 <= sums[-1] <= whole.value * 2:
        yield _finding(checked, whole, parts.counts, sums[-1])


def _behind(text: str, row: Sequence[Count], at: int, first: Item) -> _Parts:
    counts, items = [row[at]], [first]
    for count in row[at + 1 : at + _MOST]:
        item = read_item(text[counts[-1].end : count.start])
        if item is None or (item.number is None) != (first.number is None):
            break
        counts.append(count)
        items.append(item)
    return _Parts(first=at, counts=counts, items=items)


def _is_all(text: str, opens: re.Match[str], row: Sequence[Count], parts: _Parts) -> bool:
    """Tell whether the parts that were read are all that there are."""
    last = parts.counts[-1]
    following = parts.first + len(parts.counts)
    if following < len(row) and row[following].start - last.end <= FURTHEST:
        gap = text[last.end : row[following].start]
        is_told_of = _OF_THESE.match(gap) is not None
        if "\n\n" not in gap and _TOTAL.fullmatch(gap) is None and not is_told_of:
            return False
    if opens["some"] and not parts.items[-1].is_joined:
        return False
    return not parts.may_be_more and _GOES_ON.match(text, last.end) is None


def _summed(checked: CheckedText, row: Sequence[Count], at: int) -> Iterator[Contradiction]:
    """Look at a total and the parts before it."""
    total, text = row[at], checked.text
    gap = text[row[at - 1].end : total.start] if at else ""
    if not at or _TOTAL.fullmatch(gap) is None:
        return
    parts = _before(text, row, at)
    sums = [*accumulate(reversed(parts.values))]
    if total.value in sums or not parts.can_be_added:
        return
    if parts.may_be_rounded_to(total.value):
        return
    if not _begins(text, parts) and not _is_slip_of_all(text, row, at, parts):
        return
    if sums[-1] > total.value or not parts.may_be_more:
        yield _finding(checked, total, parts.counts, sums[-1])


def _before(text: str, row: Sequence[Count], at: int) -> _Parts:
    counts, items = [row[at - 1]], []
    for count in reversed(row[max(at - _MOST, 0) : at - 1]):
        item = read_item(text[count.end : counts[-1].start])
        if item is None:
            break
        counts.append(count)
        items.append(item)
    return _Parts(first=at - len(counts), counts=counts[::-1], items=items[::-1])


def _begins(text: str, parts: _Parts) -> bool:
    """Tell whether an enumeration begins with the first of the counts; items may have numbers."""
    start = parts.counts[0].start
    begins = _BEGINS.search(text[max(start - FURTHEST, 0) : start])
    item = read_item(begins["item"]) if begins else None
    if item is None or item.number not in {None, 1}:
        return False
    return all((one.number is None) == (item.number is None) for one in parts.items)


def _is_slip_of_all(text: str, row: Sequence[Count], at: int, parts: _Parts) -> bool:
    """Without a word that begins it the row must be all of its paragraph, and one slip away."""
    first = parts.counts[0]
    earlier = parts.first - 1
    if earlier >= 0 and "\n" not in text[row[earlier].end : first.start]:
        return False
    before = text[max(first.start - FURTHEST, 0) : first.start].rpartition("\n")[2]
    item = read_item(before.rpartition(" ")[2])
    if item is None or min(row[at].value, *parts.values) < 10 or ")" in before[-3:]:
        return False
    return re.search(r"[0-9][.)]\s", before) is None and slip_explains(row[at].value, parts.values)


def _left_over(checked: CheckedText, row: Sequence[Count], at: int) -> Iterator[Contradiction]:
    """Look at what is left of a whole: ได้รับจัดสรร … เบิกจ่าย … คงเหลือ …."""
    rest, text = row[at], checked.text
    if at < 2 or _REST.fullmatch(text[row[at - 1].end : rest.start]) is None:
        return
    parts = _before(text, row, at)
    whole, spent = parts.counts[0], parts.values[1:]
    if not spent or not _ALL_OF_IT.search(text[max(whole.start - 40, 0) : whole.start]):
        return
    if any(whole.value - taken == rest.value for taken in [*accumulate(reversed(spent)), *spent]):
        return
    if slip_explains(whole.value, [*spent, rest.value]):
        total = sum(spent, rest.value)
        yield _finding(checked, whole, [*parts.counts[1:], rest], total)


def _finding(
    checked: CheckedText, whole: Count, parts: Sequence[Count], total: Decimal
) -> Contradiction:
    """Show the whole and the stretch of its parts: nobody knows which of them is wrong."""
    added = format(total.normalize(), "f")
    return contradiction(
        ContradictionKind.COUNT_DIFFERS,
        f"ตัวเลขที่แจกแจงไว้รวมได้ {added} แต่ยอดรวมระบุ {whole.figure.value}",
        [whole.place(checked), checked.place(added, parts[0].figure.start, parts[-1].figure.end)],
    )
