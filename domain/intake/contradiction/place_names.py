"""Districts and the province that one place writes with another letter than all the others."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from domain.intake.contradiction.offices import misspelt
from domain.intake.contradiction.text import CheckedText, Place
from domain.intake.near_words import NEVER_FIRST, is_near, near_prefix
from domain.intake.reading import Contradiction, RecipientList, RecipientRow

_PROVINCE = "จังหวัด"
# Shorter names are near to others that are right too.
_SHORT = 4
# Known is what stands so often; what stands wrong more often than this a scan damaged.
_OFTEN, _MOST = 3, 2


def misspelt_places(checked: CheckedText) -> Iterator[Contradiction]:
    """Yield the names of places that are nearly those that the text has again and again."""
    found = [*_provinces(checked)]
    for one in checked.reading.lists:
        found += _districts(checked.received, one)
    if len(found) <= _MOST:
        yield from (misspelt(place, name) for place, name in found)


def _districts(received: str, one: RecipientList) -> Iterator[tuple[Place, str]]:
    """Look at the districts that stand once, beside a row of a district that stands often."""
    named = Counter(row.district_as_written for row in one.rows)
    for at, row in enumerate(one.rows):
        written = row.district_as_written or ""
        if named[written] > 1 or not written:
            continue
        for name in {near.district_as_written or "" for near in _beside(one.rows, at)}:
            if named[name] >= _OFTEN and _is_misprint(name, written):
                start = received.find(written, row.start, row.end)
                span = (start, start + len(written)) if start >= 0 else (row.start, row.end)
                yield Place(value=written, span=span), name


def _beside(rows: Sequence[RecipientRow], at: int) -> Sequence[RecipientRow]:
    return [*rows[max(at - 1, 0) : at], *rows[at + 1 : at + 2]]


def _is_misprint(name: str, written: str) -> bool:
    return len(name) >= _SHORT + len("อำเภอ") and is_near(name, written, most=1)


def _provinces(checked: CheckedText) -> Iterator[tuple[Place, str]]:
    """Look at what stands behind จังหวัด and nearly is the province of a list or a letterhead."""
    for province in _named(checked):
        name = _PROVINCE + province
        if len(province) < _SHORT or checked.text.count(name) < _OFTEN:
            continue
        for match in re.finditer(_PROVINCE, checked.text):
            written = checked.text[match.start() : match.start() + len(name) + 2]
            near = None if written.startswith(name) else near_prefix(name, written, most=1)
            if near and near.length > len(_PROVINCE) and _is_whole(written, near.length, name):
                end = match.start() + near.length
                yield checked.place(written[: near.length], match.start(), end), name


def _named(checked: CheckedText) -> set[str]:
    heads = [one.issuer.value for one in checked.reading.letters if one.issuer is not None]
    named = {head.partition(_PROVINCE)[2].strip() for head in heads}
    return named | {one.province for one in checked.reading.lists if one.province} - {""}


def _is_whole(written: str, length: int, name: str) -> bool:
    """Tell whether a word ends there; a letter that is missing at its end may be cut off."""
    ends_alike = written[length - 1] == name[-1]
    is_end = not ("ก" <= written[length : length + 1] <= "๎")
    return (ends_alike or is_end) and written[length : length + 1] not in NEVER_FIRST
