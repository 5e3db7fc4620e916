from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from domain.deadline_plan import plan_hop
from domain.deadlines import Circumstances, Deadlines, check_within_parent
from domain.errors import InvalidError
from domain.vocabulary import Urgency
from tests.support.planning import bangkok, circumstances

SENT = "2021-03-02 09:00"
NORMAL = circumstances(SENT)
WITHIN = circumstances(SENT, Urgency.URGENT_WITHIN, deliver_by="2021-03-02 14:00")
GOOD = Deadlines(acknowledge_by=bangkok("2021-03-10 09:00"))
BEFORE, NOW, AFTER = bangkok("2021-03-02 08:59"), bangkok(SENT), bangkok("2021-03-02 09:01")
LATE = bangkok("2021-03-12 09:00")


def _refusal(wish: Deadlines, given: Circumstances) -> tuple[str, object]:
    with pytest.raises(InvalidError) as refusal:
        plan_hop(wish, given)
    assert refusal.value.detail
    return refusal.value.reason, refusal.value.facts.get("field")


@pytest.mark.parametrize(
    "kinds",
    [
        pytest.param({}, id="none"),
        pytest.param({"acknowledge_by": LATE, "acknowledge_on": LATE.date()}, id="instant and day"),
        pytest.param({"acknowledge_by": LATE, "acknowledge_within": 3}, id="instant and span"),
        pytest.param({"acknowledge_on": LATE.date(), "acknowledge_within": 3}, id="day and span"),
        pytest.param(
            {"acknowledge_by": LATE, "acknowledge_on": LATE.date(), "acknowledge_within": 3},
            id="all",
        ),
    ],
)
def test_a_deadline_is_given_in_exactly_one_way(kinds: dict[str, Any]) -> None:
    assert _refusal(Deadlines(**kinds), NORMAL) == ("deadline_kind_unclear", "acknowledge_by")


PAST: list[tuple[str, dict[str, Any], str]] = [
    ("registered before it is sent", {"register_by": BEFORE}, "register_by"),
    ("registered when it is sent", {"register_by": NOW}, "register_by"),
    ("acknowledged before it is sent", {"acknowledge_by": BEFORE}, "acknowledge_by"),
    ("acknowledged when it is sent", {"acknowledge_by": NOW}, "acknowledge_by"),
    (
        "a day that is over",
        {"acknowledge_by": None, "acknowledge_on": date(2021, 3, 1)},
        "acknowledge_by",
    ),
]


@pytest.mark.parametrize(("change", "field"), [one[1:] for one in PAST], ids=[p[0] for p in PAST])
def test_a_deadline_in_the_past_is_refused(change: dict[str, Any], field: str) -> None:
    assert _refusal(replace(GOOD, **change), NORMAL) == ("deadline_in_past", field)


def test_the_day_itself_is_over_when_the_office_closes() -> None:
    today = Deadlines(acknowledge_on=date(2021, 3, 2))
    assert plan_hop(today, NORMAL).acknowledge_by == bangkok("2021-03-02 16:30")
    for sent in ("2021-03-02 16:30", "2021-03-02 20:00"):
        assert _refusal(today, circumstances(sent)) == ("deadline_in_past", "acknowledge_by")


def test_an_arrival_that_is_past_is_named_as_such() -> None:
    given = circumstances(SENT, Urgency.URGENT_WITHIN, deliver_by=SENT)
    assert _refusal(GOOD, given) == ("deadline_in_past", "deliver_by")


def test_acknowledging_before_registering_is_refused() -> None:
    wish = replace(GOOD, register_by=LATE)
    assert _refusal(wish, NORMAL) == ("deadlines_out_of_order", "acknowledge_by")
    assert plan_hop(replace(wish, acknowledge_by=LATE), NORMAL).register_by == LATE
    soon = Deadlines(acknowledge_by=bangkok("2021-03-02 13:00"))
    assert _refusal(soon, WITHIN) == ("deadlines_out_of_order", "acknowledge_by")


def test_registering_after_the_instant_on_the_letter_is_refused() -> None:
    wish = replace(GOOD, register_by=bangkok("2021-03-02 14:01"))
    with pytest.raises(InvalidError) as refusal:
        plan_hop(wish, WITHIN)
    assert refusal.value.reason == "register_after_delivery"
    assert refusal.value.facts["field"] == "register_by"
    assert refusal.value.facts["deliver_by"] == bangkok("2021-03-02 14:00").isoformat()
    on_time = replace(GOOD, register_by=bangkok("2021-03-02 14:00"))
    assert plan_hop(on_time, WITHIN).register_by == bangkok("2021-03-02 14:00")


@pytest.mark.parametrize(
    "weights",
    [
        pytest.param((), id="none"),
        pytest.param((0,), id="nothing"),
        pytest.param((5, 0, 2), id="nothing for one tier"),
        pytest.param((5, -1), id="negative"),
    ],
)
def test_a_tier_without_time_is_refused(weights: tuple[int, ...]) -> None:
    assert _refusal(GOOD, replace(NORMAL, weights=weights)) == ("weights_invalid", "weights")


OVERDUE = bangkok("2021-03-10 09:00")
AFTER_IT = bangkok("2021-03-11 09:00")
LADDERS: list[tuple[str, dict[str, Any], str]] = [
    ("reminded before it is sent", {"remind_register_at": BEFORE}, "remind_register_at"),
    ("reminded when it is late", {"remind_register_at": LATE}, "remind_register_at"),
    ("reminded of the answer before", {"remind_acknowledge_at": BEFORE}, "remind_acknowledge_at"),
    ("reminded of the answer late", {"remind_acknowledge_at": AFTER_IT}, "remind_acknowledge_at"),
    ("the head too early", {"escalate_head_at": AFTER}, "escalate_head_at"),
    ("the superior too early", {"escalate_superior_at": AFTER}, "escalate_superior_at"),
    ("the origin too early", {"escalate_origin_at": AFTER}, "escalate_origin_at"),
    (
        "the superior before the head",
        {"escalate_head_at": LATE, "escalate_superior_at": AFTER_IT},
        "escalate_superior_at",
    ),
    (
        "the origin before the superior",
        {"escalate_superior_at": LATE, "escalate_origin_at": AFTER_IT},
        "escalate_origin_at",
    ),
    (
        "the origin before the head",
        {"escalate_head_at": LATE, "escalate_origin_at": AFTER_IT},
        "escalate_origin_at",
    ),
]


@pytest.mark.parametrize(
    ("change", "field"), [one[1:] for one in LADDERS], ids=[one[0] for one in LADDERS]
)
def test_the_field_at_fault_is_named_when_steps_come_out_of_order(
    change: dict[str, Any], field: str
) -> None:
    assert _refusal(replace(GOOD, **change), NORMAL) == ("alarm_out_of_order", field)


@pytest.mark.parametrize(
    ("wish", "given"),
    [
        pytest.param(Deadlines(acknowledge_on=date(2061, 1, 1)), NORMAL, id="too late"),
        pytest.param(Deadlines(acknowledge_on=date(1999, 12, 31)), NORMAL, id="too early"),
        pytest.param(
            Deadlines(acknowledge_within=250), circumstances("2060-12-01 09:00"), id="a span"
        ),
        pytest.param(
            Deadlines(acknowledge_on=date(2060, 12, 30)),
            circumstances("2060-12-01 09:00"),
            id="the ladder",
        ),
    ],
)
def test_what_no_calendar_covers_is_refused(wish: Deadlines, given: Circumstances) -> None:
    with pytest.raises(InvalidError) as refusal:
        plan_hop(wish, given)
    assert refusal.value.reason == "calendar_out_of_range"
    assert (refusal.value.facts["first_year"], refusal.value.facts["last_year"]) == (2000, 2060)


def test_a_child_after_its_parent_is_refused_with_both_instants() -> None:
    for parent in (None, OVERDUE, LATE):
        check_within_parent(OVERDUE, parent=parent)
    with pytest.raises(InvalidError) as refusal:
        check_within_parent(LATE, parent=OVERDUE)
    assert refusal.value.reason == "deadline_after_parent"
    assert refusal.value.facts == {
        "field": "acknowledge_by",
        "acknowledge_by": LATE.isoformat(),
        "parent_acknowledge_by": OVERDUE.isoformat(),
    }
