import importlib
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest

from domain.errors import InvalidError
from domain.policies import WorkingSpan
from domain.vocabulary import OrganizationKind, Urgency
from domain.working_time import CONTINUOUS, WorkingCalendar
from services.policy_document import read_policies, write_policies
from tests.support.policies import DEFAULTS

Json = dict[str, Any]
OFFICE = WorkingCalendar({})


@pytest.mark.parametrize(
    ("text", "span", "in_office", "on_the_wall"),
    [
        ("2d", WorkingSpan(days=2), timedelta(hours=16), timedelta(hours=48)),
        ("8h", WorkingSpan(time=timedelta(hours=8)), timedelta(hours=8), timedelta(hours=8)),
        ("30m", WorkingSpan(time=timedelta(minutes=30)), *[timedelta(minutes=30)] * 2),
        ("90m", WorkingSpan(time=timedelta(minutes=90)), *[timedelta(minutes=90)] * 2),
        ("0m", WorkingSpan(), timedelta(0), timedelta(0)),
    ],
)
def test_a_span_is_read_and_written(
    text: str, span: WorkingSpan, in_office: timedelta, on_the_wall: timedelta
) -> None:
    assert WorkingSpan.parse(text) == span
    assert str(span) == text
    assert (span.length(OFFICE), span.length(CONTINUOUS)) == (in_office, on_the_wall)


def test_sixty_minutes_are_written_as_an_hour() -> None:
    assert str(WorkingSpan.parse("60m")) == "1h"


@pytest.mark.parametrize("text", ["", "2", "d", "2w", "-1d", "1.5h", "2 d", "๒d", "2d\n", "1000d"])
def test_other_texts_are_no_span(text: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        WorkingSpan.parse(text)
    assert refusal.value.reason == "span_invalid"


def test_the_first_version_holds_the_defaults() -> None:
    migration = importlib.import_module("migrations.versions.0006_keep_deadlines_in_working_time")
    assert write_policies(DEFAULTS) == migration._POLICIES
    assert read_policies(migration._POLICIES) == DEFAULTS


def test_what_the_sources_say_is_the_default() -> None:
    registered = {urgency: str(one.register_within) for urgency, one in DEFAULTS.urgencies.items()}
    assert registered[Urgency.NORMAL] == "1d"
    assert registered[Urgency.URGENT] == "8h"
    assert registered[Urgency.VERY_URGENT] == "4h"
    assert registered[Urgency.MOST_URGENT] == "1h"
    assert DEFAULTS.urgencies[Urgency.MOST_URGENT].is_continuous
    after_hours = DEFAULTS.urgencies[Urgency.NORMAL].after_hours_by
    assert after_hours is not None
    assert after_hours.isoformat("minutes") == "10:00"
    assert (DEFAULTS.extension.max_extensions, DEFAULTS.extension.max_days) == (3, 30)
    assert DEFAULTS.weights(OrganizationKind.SAO) == (1,)


MISTAKES: list[tuple[str, tuple[str, ...], object]] = [
    ("policies: missing extension", ("extension",), None),
    ("policies: unknown weights", ("weights",), {}),
    ("urgencies: missing normal", ("urgencies", "normal"), None),
    ("urgencies: unknown soon", ("urgencies", "soon"), {}),
    ("urgencies: an object", ("urgencies",), []),
    ("normal: an object", ("urgencies", "normal"), "1d"),
    ("normal: missing head_after", ("urgencies", "normal", "head_after"), None),
    ("normal: unknown tail_after", ("urgencies", "normal", "tail_after"), "1d"),
    ("normal.head_after: a text", ("urgencies", "normal", "head_after"), 1),
    ("1 day", ("urgencies", "normal", "head_after"), "1 day"),
    ("normal.register_within: more", ("urgencies", "normal", "register_within"), "0d"),
    ("normal.forward_within: more", ("urgencies", "normal", "forward_within"), "0m"),
    ("must not fall", ("urgencies", "normal", "head_after"), "3d"),
    ("must not fall", ("urgencies", "normal", "head_after"), "17h"),
    ("must not fall", ("urgencies", "most_urgent", "origin_after"), "59m"),
    ("normal.is_continuous", ("urgencies", "normal", "is_continuous"), "no"),
    ("normal.after_hours_by", ("urgencies", "normal", "after_hours_by"), "10.00"),
    ("normal.after_hours_by", ("urgencies", "normal", "after_hours_by"), "10:00+07:00"),
    ("normal.after_hours_by", ("urgencies", "normal", "after_hours_by"), 10),
    ("ministry", ("tier_weights", "ministry"), [1]),
    ("tier_weights.province: a list", ("tier_weights", "province"), []),
    ("tier_weights.province: a list", ("tier_weights", "province"), [1] * 11),
    ("tier_weights.province: a list", ("tier_weights", "province"), 1),
    ("tier_weights.province: a whole", ("tier_weights", "province"), [1, 0]),
    ("tier_weights.province: a whole", ("tier_weights", "province"), [1.5]),
    ("extension.max_days: a whole", ("extension", "max_days"), True),
    ("extension.max_days: less than the 30", ("extension", "max_days"), 29),
    ("than the 31", ("extension", "up_to_days", "sender_head"), 31),
    ("extension.max_days: a whole", ("extension", "max_days"), 1001),
    ("up_to_days: missing origin_head", ("extension", "up_to_days", "origin_head"), None),
    ("up_to_days: unknown clerk", ("extension", "up_to_days", "clerk"), 1),
    ("up_to_days.sender_head", ("extension", "up_to_days", "sender_head"), -1),
]


@pytest.mark.parametrize(("told", "place", "value"), MISTAKES)
def test_a_mistake_is_named_with_its_place(
    told: str, place: tuple[str, ...], value: object
) -> None:
    document: Json = deepcopy(write_policies(DEFAULTS))
    inner = document
    for name in place[:-1]:
        inner = inner[name]
    if value is None:
        del inner[place[-1]]
    else:
        inner[place[-1]] = value
    with pytest.raises(InvalidError, match=told) as refusal:
        read_policies(document)
    assert refusal.value.reason == "policy_invalid"


@pytest.mark.parametrize("document", [None, [], "x", 7, {}])
def test_something_else_is_no_document_of_policies(document: object) -> None:
    with pytest.raises(InvalidError) as refusal:
        read_policies(document)
    assert refusal.value.reason == "policy_invalid"
