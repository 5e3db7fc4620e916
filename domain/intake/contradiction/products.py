"""Prices and groups that do not multiply: ๑๒ ตัว ตัวละ ๒,๕๐๐ บาท เป็นเงิน ๓๕,๐๐๐ บาท."""

import re
from collections.abc import Iterator
from decimal import Decimal
from math import prod

from domain.intake.contradiction.figures import UNITS
from domain.intake.contradiction.text import CheckedText, contradiction
from domain.intake.reading import Contradiction
from domain.intake.vocabulary import ContradictionKind

_NUMBER = r"(?:[0-9]{1,3}(?:,[0-9]{3}){1,5}|[0-9]{1,12})(?:\.[0-9]{1,2})?(?:\.-)?"
_START = r"(?<![0-9.,/])"
_TOTAL_WORD = (
    r"[\s,)]{0,4}(?:(?:รวม)?เป็นจำนวนเงิน|(?:รวม)?เป็นเงิน|คิดเป็นเงิน|รวม|เท่ากับ|=)"
    r"(?:ทั้งสิ้น|ทั้งหมด|เป็น|จำนวน|เงิน|\s){0,4}"
)
_MORE = (
    rf"\s{{0,3}}(?:เป็นเวลา|จำนวน|[x×*])\s{{0,3}}(?P<more>{_NUMBER})"
    r"\s{0,3}(?P<more_unit>[ก-๎]{2,12})"
)
# Of how many, what each of them is, and what all of it is.
_EACH = re.compile(
    rf"{_START}(?P<count>{_NUMBER})\s{{0,3}}(?P<unit>[ก-๎]{{2,15}}?)\s{{0,3}}(?:,|ๆ)?\s{{0,3}}(?:ใน)?(?:ราคา|อัตรา)?\s{{0,3}}"
    rf"(?P<base>[ก-๎]{{1,10}}?)?ละ\s{{0,3}}(?P<each>{_NUMBER})\s{{0,3}}(?P<of>{UNITS})"
    rf"(?:{_MORE})?{_TOTAL_WORD}(?P<total>{_NUMBER})\s{{0,3}}(?P<all>{UNITS})"
)
# Nothing is tried twice, or a row of strokes would take for ever.
_FACTOR = rf"(?>{_NUMBER})\s{{0,3}}+(?:(?!รวม|เป็น|คิด|เท่ากับ)[ก-๎.]){{0,12}}+"
_TIMES = re.compile(
    rf"{_START}(?P<factors>{_FACTOR}"
    rf"(?:\s{{0,3}}+[()]?+\s{{0,3}}+[x×X*]\s{{0,3}}+\(?+\s{{0,3}}+{_FACTOR}){{1,4}}+)"
    rf"{_TOTAL_WORD}(?P<total>{_NUMBER})\s{{0,3}}(?P<all>{UNITS})"
)
_FIGURES = re.compile(_NUMBER)
_PARAGRAPH = 600


def wrong_products(checked: CheckedText) -> Iterator[Contradiction]:
    """Yield the totals that are not the number times what each is."""
    for match in _EACH.finditer(checked.text):
        factors = _factors(match)
        if factors and match["of"] == match["all"]:
            yield from _compare(checked, match, factors, match.span("count"))
    for match in _TIMES.finditer(checked.text):
        factors = [_value(one) for one in _FIGURES.findall(match["factors"])]
        yield from _compare(checked, match, factors, match.span("factors"))


def _factors(match: re.Match[str]) -> list[Decimal]:
    """Return what is multiplied: each of what is counted, and nothing of which it is not said."""
    if match["unit"] == match["of"] or match["count"].endswith(".-"):
        # Money is not multiplied by money: that sum ends what is told before.
        return []
    factors = [_value(match["count"]), _value(match["each"])]
    units = {match["unit"], match["more_unit"]}
    # ๓ กลุ่ม ๆ ละ ๑๐ คน repeats the unit by a mark.
    is_of_count = match["base"] in {None, match["unit"]}
    if not is_of_count and not (match["base"] in units and match["more"]):
        return []
    return [*factors, _value(match["more"])] if match["more"] else factors


def _compare(
    checked: CheckedText, match: re.Match[str], factors: list[Decimal], shown: tuple[int, int]
) -> Iterator[Contradiction]:
    total, product = _value(match["total"]), Decimal(prod(factors))
    if (
        _is_equal(total, product)
        or not product
        or _is_times_more(checked.text, match, total / product)
    ):
        return
    end = match.end("each") if "each" in match.groupdict() else shown[1]
    if match.groupdict().get("more"):
        end = match.end("more")
    right = format(product.normalize(), "f")
    yield contradiction(
        ContradictionKind.COUNT_DIFFERS,
        f"คูณกันได้ {right} แต่ระบุ {format(total.normalize(), 'f')}",
        [
            checked.place(right, shown[0], end),
            checked.place(format(total.normalize(), "f"), *match.span("total")),
        ],
    )


def _is_equal(total: Decimal, product: Decimal) -> bool:
    """Tell whether the total is the product, or the whole bahts of it."""
    is_whole = total == total.to_integral_value()
    return total == product or (is_whole and abs(total - product) < 1)


def _is_times_more(text: str, match: re.Match[str], times: Decimal) -> bool:
    """Tell whether something else is counted before, such as the days of a course."""
    if times != times.to_integral_value():
        return False
    start = max(text.rfind("\n\n", 0, match.start()), match.start() - _PARAGRAPH, 0)
    around = text[start : match.start()] + text[match.end() : match.end() + _PARAGRAPH // 4]
    return any(_value(one) == times for one in _FIGURES.findall(around))


def _value(figures: str) -> Decimal:
    return Decimal(figures.removesuffix(".-").replace(",", ""))
