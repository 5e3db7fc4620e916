"""Lists put together by chance: what goes in once changes nothing again, in whatever order."""

import random
from datetime import date

import pytest

from services.bodies.changes import BodyChanges
from services.bodies.claims import BodyClaim, read_claim
from services.bodies.directory import BodyDirectory
from services.bodies.file import read_body_file
from services.bodies.links import link_bodies
from services.bodies.plan import BodyPlan
from services.bodies.problems import BodyProblem
from services.official_areas import official_areas
from tests.support.local_bodies import body_list

TODAY = date(2021, 3, 2)
PLACES = ("ก", "ข", "ค", "ง", "จ", "บ้านต้อง")
KINDS = ("อบต.", "ทต.", "ทม.")
WORDS = ("rename", "merge", "upgrade")


def _lines(chance: random.Random) -> list[str]:
    known = [
        f"{kind},{place},บึงกาฬ,เซกา,,,2540-01-01"
        for kind in KINDS
        for place in PLACES
        if chance.random() < 0.5
    ]
    # Changes of one day have no order of their own.
    years = chance.sample(range(2550, 2564), chance.randint(1, 5))
    return known + [_change(chance, year) for year in years]


def _change(chance: random.Random, year: int) -> str:
    word = chance.choice(WORDS)
    old = chance.sample(PLACES, chance.randint(1, 2) if word == "merge" else 1)
    replaces = ";".join(chance.choice((*KINDS, "")) + place for place in old)
    kind, place = chance.choice(KINDS), chance.choice(PLACES)
    return f"{kind},{place},บึงกาฬ,เซกา,,,,{word},{replaces},{year}-01-01"


def _apply(directory: BodyDirectory, lines: list[str]) -> tuple[list[BodyProblem], BodyPlan]:
    found, _ = read_body_file(body_list(*lines))
    claims = [
        claim
        for line in found
        if isinstance(claim := read_claim(line, official_areas()), BodyClaim)
    ]
    assert len(claims) == len(lines)
    changes = BodyChanges(directory=directory, today=TODAY)
    problems = changes.apply(claims) + link_bodies(directory, changes.plan, changes.meant)
    return problems, changes.plan


def _state(directory: BodyDirectory) -> set[tuple[object, ...]]:
    return {
        (one.code, one.kind, one.name, one.valid_from, one.valid_until)
        for one in directory.bodies.values()
    }


def _possible(lines: list[str]) -> list[str]:
    """Leave out what cannot be, until the rest can."""
    while True:
        problems, _ = _apply(BodyDirectory(), lines)
        wrong = {one.line for one in problems}
        if not wrong:
            return lines
        lines = [line for number, line in enumerate(lines, start=2) if number not in wrong]


@pytest.mark.parametrize("first", range(0, 400, 100))
def test_a_list_is_taken_once_whatever_its_order(first: int) -> None:
    changing = 0
    for seed in range(first, first + 100):
        chance = random.Random(seed)  # noqa: S311 (not for secrets)
        lines, directory, other = _possible(_lines(chance)), BodyDirectory(), BodyDirectory()
        problems, plan = _apply(directory, lines)
        changing += sum(plan.counts.values())
        after = _state(directory)
        for body in directory.bodies.values():
            body.is_new = False
        problems, plan = _apply(directory, lines)
        assert (problems, plan.changes_nothing, _state(directory)) == ([], True, after), lines
        chance.shuffle(lines)
        problems, _ = _apply(other, lines)
        assert (problems, _state(other)) == ([], after), lines
    assert changing > 20
