"""The made letters are the same in every run, and what they are said to print is printed."""

import re
from collections import Counter
from datetime import date

import pytest

from benchmarks.letters.agree import squeezed
from benchmarks.letters.bodies import all_provinces
from benchmarks.letters.hand import MONTHS, SHORT_MONTHS
from benchmarks.letters.noise import scan
from benchmarks.letters.planted import plant
from benchmarks.letters.samples import SHAPES, make_sample, make_samples
from benchmarks.letters.truth import Mark, Sample
from domain.buddhist_era import arabic_digits
from domain.document_number import parse_document_number
from domain.intake.vocabulary import ContradictionKind, LetterKind

SEED = 11
TEXTS = ("issuer", "addressees", "subject", "signatory", "signatory_post", "authority_post")
DATE = re.compile(r"(\d+)\s*([ก-๙.]+?)\s*(?:พ\.ศ\. )?(\d{4}|\d{2})(?!\d)")


@pytest.fixture(scope="module")
def samples() -> list[Sample]:
    return make_samples(60, seed=SEED)


def printed(sample: Sample, mark: Mark) -> list[str]:
    return [sample.text[start:end] for start, end in mark.spans]


def day_in(text: str) -> date:
    found = DATE.search(arabic_digits(text))
    assert found is not None, text
    day, month, year = found.groups()
    months = MONTHS if month in MONTHS else SHORT_MONTHS
    era = int(year) if len(year) == 4 else 2500 + int(year)
    return date(era - 543, months.index(month) + 1, int(day))


def test_the_same_seed_makes_the_same_texts(samples: list[Sample]) -> None:
    assert make_samples(60, seed=SEED) == samples
    assert make_sample(7, seed=SEED) == samples[7]
    assert make_sample(7, seed=SEED + 1).text != samples[7].text


def test_every_shape_and_kind_is_made(samples: list[Sample]) -> None:
    assert {one.name.split("-", 1)[1] for one in samples} == set(SHAPES)
    kinds = Counter(
        mark.value for one in samples for letter in one.letters for mark in letter.fields["kind"]
    )
    assert set(kinds) == {LetterKind.EXTERNAL, LetterKind.INTERNAL, LetterKind.STAMPED}
    assert min(kinds.values()) >= 3


@pytest.mark.parametrize("field", TEXTS)
def test_a_text_stands_where_it_is_said_to(samples: list[Sample], field: str) -> None:
    marks = [
        (one, mark)
        for one in samples
        for letter in one.letters
        for mark in letter.fields.get(field, ())
    ]
    assert len(marks) > 5
    for sample, mark in marks:
        assert {squeezed(text) for text in printed(sample, mark)} == {squeezed(str(mark.value))}


def test_numbers_and_dates_stand_where_they_are_said_to(samples: list[Sample]) -> None:
    for sample in samples:
        for letter in sample.letters:
            (number,), (dated,) = letter.fields["number"], letter.fields["date"]
            assert parse_document_number(printed(sample, number)[0]) == number.value
            assert [day_in(text) for text in printed(sample, dated)] == [dated.value]


def test_deadlines_and_occasions_stand_where_they_are_said_to(samples: list[Sample]) -> None:
    seen = 0
    for sample in samples:
        for letter in sample.letters:
            for mark in letter.fields.get("deadlines", ()):
                assert isinstance(mark.value, tuple)
                assert [day_in(text) for text in printed(sample, mark)] == [mark.value[1]]
                seen += 1
            for mark in letter.fields.get("occasions", ()):
                assert isinstance(mark.value, tuple)
                assert [day_in(text) for text in printed(sample, mark)] == [mark.value[0].date()]
                seen += 1
    assert seen > 50


def test_the_lines_of_lists_name_bodies_of_the_directory(samples: list[Sample]) -> None:
    bodies = {body.code: body for one in all_provinces().values() for body in one.bodies}
    lengths = set()
    for sample in samples:
        for one in sample.lists:
            lengths.add(len(one.rows))
            assert one.stated_count in {None, len(one.rows)}
            for row in one.rows:
                assert sample.text[row.name[0] : row.name[1]].endswith(bodies[row.code].place)
    assert min(lengths) >= 5
    assert max(lengths) > 60


@pytest.mark.parametrize("share", [0.0, 0.05, 0.2])
def test_so_many_characters_are_damaged(samples: list[Sample], share: float) -> None:
    text = samples[0].text
    damaged = scan(text, share, seed="x")

    touched = [nth for nth, one in enumerate(text) if damaged.slice((nth, nth + 1)) != one]

    assert len(touched) == round(share * len(text))
    assert damaged == scan(text, share, seed="x")
    assert damaged.slice((0, len(text))) == damaged.text


def test_digits_are_rarely_damaged(samples: list[Sample]) -> None:
    text = "".join(one.text for one in samples)[:60_000]
    damaged = scan(text, 0.1, seed="x")

    digits = [nth for nth, one in enumerate(text) if one.isdigit()]
    touched = sum(damaged.slice((nth, nth + 1)) != text[nth] for nth in digits)

    assert 0 < touched < 0.03 * len(digits)


@pytest.mark.parametrize("kind", ContradictionKind)
def test_a_contradiction_is_planted_at_its_place(kind: ContradictionKind) -> None:
    planted = plant(kind, count=3, seed=SEED)

    assert len(planted) == 3
    assert planted == plant(kind, count=3, seed=SEED)
    for one in planted:
        clean = make_sample(int(one.name[:4]), seed=SEED).text
        first, last = min(one.places), max(one.places)
        assert one.text != clean
        assert one.text[: first[0]] == clean[: first[0]]
        assert one.text[last[1] :] == clean[len(clean) - len(one.text) + last[1] :]
