"""Altered copies: one thing is made wrong in a text that had nothing wrong."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from benchmarks.letters.hand import WEEKDAYS, printed_like
from benchmarks.letters.samples import make_sample
from benchmarks.letters.truth import Sample, Span
from benchmarks.letters.wording import MISREAD
from domain.buddhist_era import arabic_digits
from domain.intake.vocabulary import ContradictionKind

Altered = tuple[str, Sequence[Span]]
_DIGITS = re.compile(r"[0-9๐-๙]+")
_MISSPELT = {
    "นายกองค์การบริหารส่วน": "นายองค์การบริหารส่วน",
    "นายกเทศมนตรี": "นายเทศมนตรี",
    "ผู้ว่าราชการจังหวัด": "ผู้ว่าราชการจังหวด",
    "นายอำเภอ": "นายอำเถอ",
    "ปลัดกระทรวง": "ปลัดกะทรวง",
    "อธิบดีกรม": "อธิปดีกรม",
    "เลขาธิการ": "เลขาธิกร",
}
_MOST_TEXTS = 1_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Planted:
    """A text with one contradiction.

    Attributes:
        kind: What was made wrong.
        places: Where, in the altered text; a finding must show one of them.
        also: What follows from it and is no false alarm.
    """

    name: str
    text: str
    kind: ContradictionKind
    places: Sequence[Span]
    also: frozenset[ContradictionKind] = field(default_factory=frozenset)


def plant(kind: ContradictionKind, *, count: int, seed: int) -> list[Planted]:
    """Return so many texts with one kind of contradiction; the same for the same seed."""
    planted: list[Planted] = []
    for nth in range(_MOST_TEXTS):
        if len(planted) == count:
            break
        sample = make_sample(nth, seed=seed)
        draw = Random(f"{kind}/{seed}/{nth}")  # noqa: S311 (the same in every run)
        if altered := _PLANTS[kind](sample, draw):
            text, places = altered
            name, also = f"{sample.name}-{kind}", _ALSO.get(kind, frozenset())
            planted.append(Planted(name=name, text=text, kind=kind, places=places, also=also))
    return planted


def _replaced(text: str, *changes: tuple[Span, str]) -> Altered:
    places: list[Span] = []
    moved = 0
    for (start, end), new in sorted(changes):
        text = text[: start + moved] + new + text[end + moved :]
        places.append((start + moved, start + moved + len(new)))
        moved += len(new) - (end - start)
    return text, places


def _groups(sample: Sample, span: Span) -> list[tuple[Span, str]]:
    """Return the groups of digits that are printed at a place."""
    printed = sample.text[span[0] : span[1]]
    return [
        ((span[0] + one.start(), span[0] + one.end()), one[0]) for one in _DIGITS.finditer(printed)
    ]


def _change(sample: Sample, group: tuple[Span, str], number: int) -> Altered:
    """Print another number where a group of digits stands, leading zeros kept."""
    span, printed = group
    digits = str(number).zfill(len(printed)) if arabic_digits(printed)[0] == "0" else str(number)
    return _replaced(sample.text, (span, printed_like(printed, digits)))


def _value(group: tuple[Span, str]) -> int:
    return int(arabic_digits(group[1]))


def _place(sample: Sample, name: str, *, letters: int | None = None) -> Span | None:
    """Return the first place of that name, in a text of so many letters."""
    places = sample.places.get(name, ())
    fits = letters is None or len(sample.letters) == letters
    return places[0] if places and fits else None


def _number(sample: Sample, draw: Random) -> Altered | None:
    place = _place(sample, "cited_number", letters=2)
    if place is None:
        return None
    groups = _groups(sample, place)
    group = draw.choice((groups[0], groups[-1]))
    last = _value(group) % 10
    return _change(sample, group, _value(group) - last + draw.choice(_others(last)))


def _others(digit: int) -> list[int]:
    return [one for one in range(1, 10) if one != digit]


def _date(sample: Sample, draw: Random) -> Altered | None:
    place = _place(sample, "cited_date", letters=2)
    if place is None:
        return None
    day = _groups(sample, place)[0]
    near = [one for one in range(_value(day) - 4, _value(day)) if one > 0]
    return _change(sample, day, draw.choice(near)) if near else None


def _count(sample: Sample, draw: Random) -> Altered | None:
    place = _place(sample, "count", letters=2)
    if place is None:
        return None
    group = _groups(sample, place)[0]
    return _change(sample, group, _value(group) + draw.choice((3, 10, 20)))


def _percentage(sample: Sample, draw: Random) -> Altered | None:
    place = _place(sample, "percentage", letters=1)
    if place is None:
        return None
    whole = _groups(sample, place)[0]
    return _change(sample, whole, _value(whole) + draw.choice((2, 5, 10)))


def _years(sample: Sample, draw: Random) -> Altered | None:
    place = _place(sample, "years", letters=2)
    if place is None:
        return None
    last = _groups(sample, place)[-1]
    return _change(sample, last, _value(last) + draw.choice((1, 2, 3)))


def _era(sample: Sample, draw: Random) -> Altered | None:
    place = _place(sample, "years", letters=1)
    if place is None:
        return None
    first, last = _groups(sample, place)
    if draw.random() < 0.3:
        return _change(sample, last, _value(last) + 100)
    changes = [
        (span, printed_like(year, _value((span, year)) - 543)) for span, year in (first, last)
    ]
    return _replaced(sample.text, *changes)


def _past(sample: Sample, draw: Random) -> Altered | None:
    name = draw.choice(("asked_day", "asked_to_come"))
    place = _place(sample, name, letters=1)
    if place is None:
        return None
    year = _groups(sample, place)[-1]
    return _change(sample, year, _value(year) - 1)


def _after(sample: Sample, _: Random) -> Altered | None:
    asked = _place(sample, "asked_to_come", letters=1)
    held = _place(sample, "held_day", letters=1)
    if asked is None or held is None:
        return None
    text = sample.text
    return _replaced(text, (asked, text[held[0] : held[1]]), (held, text[asked[0] : asked[1]]))


def _weekday(sample: Sample, draw: Random) -> Altered | None:
    place = _place(sample, "weekday", letters=1)
    if place is None:
        return None
    others = [day for day in WEEKDAYS if day != sample.text[place[0] : place[1]]]
    return _replaced(sample.text, (place, draw.choice(others)))


def _length(sample: Sample, draw: Random) -> Altered | None:
    place = _place(sample, "stated_count")
    if place is None:
        return None
    group = _groups(sample, place)[0]
    return _change(sample, group, _value(group) + draw.choice((-2, -1, 1, 2, 10)))


def _numbering(sample: Sample, draw: Random) -> Altered | None:
    places = sample.places.get("row_number", ())
    if len(places) < 4:
        return None
    group = _groups(sample, places[draw.randrange(2, len(places) - 1)])[0]
    return _change(sample, group, _value(group) - 1)


def _repeated(sample: Sample, draw: Random) -> Altered | None:
    names, districts = sample.places.get("row_name", ()), sample.places.get("row_district", ())
    if len(names) < 6:
        return None
    text = sample.text
    first, second = sorted(draw.sample(range(len(names)), 2))
    name, district = names[first], districts[first]
    return _replaced(
        text,
        (names[second], text[name[0] : name[1]]),
        (districts[second], text[district[0] : district[1]]),
    )


def _misspelt(sample: Sample, draw: Random) -> Altered | None:
    choices = list(_offices(sample))
    if not choices:
        return None
    start, right = draw.choice(choices)
    text, (place, *_) = _replaced(sample.text, ((start, start + len(right)), _MISSPELT[right]))
    return text, [place]


def _offices(sample: Sample) -> Iterator[tuple[int, str]]:
    for letter in sample.letters:
        for name in ("addressees", "signatory_post", "authority_post"):
            for mark in letter.fields.get(name, ()):
                start, end = mark.spans[0]
                for right in _MISSPELT:
                    if (at := sample.text.find(right, start, end)) >= 0:
                        yield at, right


def _wording(sample: Sample, _: Random) -> Altered | None:
    place = _place(sample, "word", letters=2)
    if place is None:
        return None
    return _replaced(sample.text, (place, MISREAD[sample.text[place[0] : place[1]]]))


_PLANTS: Mapping[ContradictionKind, Callable[[Sample, Random], Altered | None]] = {
    ContradictionKind.NUMBER_DIFFERS: _number,
    ContradictionKind.DATE_DIFFERS: _date,
    ContradictionKind.COUNT_DIFFERS: _count,
    ContradictionKind.PERCENTAGE_WRONG: _percentage,
    ContradictionKind.YEAR_DIFFERS: _years,
    ContradictionKind.ERA_CONFUSED: _era,
    ContradictionKind.DEADLINE_IN_PAST: _past,
    ContradictionKind.DEADLINE_AFTER_OCCASION: _after,
    ContradictionKind.WEEKDAY_WRONG: _weekday,
    ContradictionKind.LIST_LENGTH_DIFFERS: _length,
    ContradictionKind.LIST_NUMBERING_BROKEN: _numbering,
    ContradictionKind.ROW_REPEATED: _repeated,
    ContradictionKind.OFFICE_MISSPELT: _misspelt,
    ContradictionKind.WORDING_DIFFERS: _wording,
}
# A wrong count makes the percentage beside it wrong, and so on.
_ALSO: Mapping[ContradictionKind, frozenset[ContradictionKind]] = {
    ContradictionKind.COUNT_DIFFERS: frozenset({ContradictionKind.PERCENTAGE_WRONG}),
    ContradictionKind.PERCENTAGE_WRONG: frozenset({ContradictionKind.COUNT_DIFFERS}),
    ContradictionKind.ERA_CONFUSED: frozenset({ContradictionKind.YEAR_DIFFERS}),
    ContradictionKind.YEAR_DIFFERS: frozenset({ContradictionKind.ERA_CONFUSED}),
    ContradictionKind.LIST_LENGTH_DIFFERS: frozenset({ContradictionKind.COUNT_DIFFERS}),
    ContradictionKind.OFFICE_MISSPELT: frozenset({ContradictionKind.WORDING_DIFFERS}),
}
