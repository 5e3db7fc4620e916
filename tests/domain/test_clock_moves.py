from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.clock_moves import (
    Extension,
    Shift,
    at_most,
    check_extension,
    check_length,
    check_resumption,
    days_until,
    fit,
    go_on,
    longest_resumption,
    put_off,
    shift_instant,
    time_stopped,
)
from domain.deadline_plan import Plan, plan_hop
from domain.deadlines import Deadlines
from domain.errors import ConflictError, InvalidError, NotAllowedError, WianError
from domain.policies import ExtensionPolicy
from domain.vocabulary import AlarmStep, Approver
from domain.working_time import CONTINUOUS, WorkingCalendar
from tests.support.planning import OFFICE, bangkok, circumstances, due, wall
from tests.support.policies import DEFAULTS

SENDER, ORIGIN = frozenset({Approver.SENDER_HEAD}), frozenset({Approver.ORIGIN_HEAD})
HOUR = timedelta(hours=1)

# Friday 26 February 2021 is มาฆบูชา, 6 April จักรี, 12 to 15 April สงกรานต์ with a special holiday.
MOVED = [
    ("the next day", "2021-03-02 16:30", 1, "2021-03-03 16:30"),
    ("over a weekend", "2021-03-05 16:30", 1, "2021-03-08 16:30"),
    ("over a holiday and a weekend", "2021-02-25 16:30", 1, "2021-03-01 16:30"),
    ("the time of day stays", "2021-03-02 10:07", 3, "2021-03-05 10:07"),
    ("also at opening", "2021-03-02 08:30", 1, "2021-03-03 08:30"),
    ("also outside office hours", "2021-03-02 22:15", 1, "2021-03-03 22:15"),
    ("ten days", "2021-03-10 16:30", 10, "2021-03-24 16:30"),
    ("ten days over Songkran", "2021-04-02 16:30", 10, "2021-04-23 16:30"),
    ("Saturday ends at closing time", "2021-03-06 12:00", 1, "2021-03-08 16:30"),
    ("so does a holiday", "2021-02-26 09:00", 2, "2021-03-02 16:30"),
]


@pytest.mark.parametrize(
    ("instant", "days", "moved"), [one[1:] for one in MOVED], ids=[one[0] for one in MOVED]
)
def test_working_days_keep_the_time_of_day(instant: str, days: int, moved: str) -> None:
    assert wall(shift_instant(OFFICE, bangkok(instant), Shift(days=days))) == moved


def test_a_clock_that_never_stops_moves_by_24_hours_a_day() -> None:
    moved = shift_instant(CONTINUOUS, bangkok("2021-03-05 23:10"), Shift(days=2, rest=HOUR))
    assert wall(moved) == "2021-03-08 00:10"


STOPPED = [
    ("2021-02-18 09:00", "2021-03-05 09:00", 10, 0),
    ("2021-02-18 16:30", "2021-03-06 03:00", 10, 0),
    ("2021-02-26 09:00", "2021-02-28 18:00", 0, 0),
    ("2021-03-02 09:00", "2021-03-04 12:00", 2, 3),
    ("2021-03-02 15:00", "2021-03-03 09:30", 0, 2.5),
]


@pytest.mark.parametrize(("since", "until", "days", "hours"), STOPPED)
def test_only_working_time_counts_as_stopped(
    since: str, until: str, days: int, hours: float
) -> None:
    stopped = time_stopped(OFFICE, bangkok(since), bangkok(until))
    assert stopped == Shift(days=days, rest=hours * HOUR)


PARTS = [
    (timedelta(milliseconds=38), timedelta(0)),
    (timedelta(seconds=59, microseconds=999_999), timedelta(0)),
    (timedelta(seconds=60), timedelta(minutes=1)),
    (timedelta(hours=2, seconds=119), timedelta(hours=2, minutes=1)),
]


@pytest.mark.parametrize(("stood", "rest"), PARTS)
def test_what_is_left_of_a_minute_is_dropped(stood: timedelta, rest: timedelta) -> None:
    since = bangkok("2021-03-02 09:00")
    for clock in (OFFICE, CONTINUOUS):
        assert time_stopped(clock, since, since + stood) == Shift(days=0, rest=rest)


def test_a_stop_under_a_minute_leaves_closing_time_where_it_is() -> None:
    since = bangkok("2021-03-02 09:00")
    stopped = time_stopped(OFFICE, since, since + timedelta(milliseconds=38))
    assert go_on(plan(), OFFICE, stopped, since=since) == plan()


SHORTENED = [
    (Shift(days=9, rest=HOUR), Shift(days=9, rest=HOUR)),
    (Shift(days=10), Shift(days=10)),
    (Shift(days=10, rest=timedelta(minutes=1)), Shift(days=10)),
    (Shift(days=11), Shift(days=10)),
]


@pytest.mark.parametrize(("shift", "shortened"), SHORTENED)
def test_a_shift_is_cut_to_whole_days(shift: Shift, shortened: Shift) -> None:
    assert at_most(shift, 10) == shortened


def plan(sent: str = "2021-03-02 09:00", until: str = "2021-03-15 16:30") -> Plan:
    """Register by 3 March 16:30; remind, overdue, head, superior, origin around 15 March."""
    wish = Deadlines(acknowledge_by=bangkok(until))
    return plan_hop(wish, circumstances(sent, forwards=True))


def instants(of: Plan) -> Mapping[str, str | None]:
    deadlines = {
        "register_by": wall(of.register_by),
        "forward_by": wall(of.forward_by),
        "acknowledge_by": wall(of.acknowledge_by),
    }
    return deadlines | {step.value: at for step, at in due(of.alarms).items()}


def test_what_lies_ahead_is_put_off_and_what_is_past_stays() -> None:
    old, at = plan(), bangkok("2021-03-04 10:00")
    new = put_off(old, OFFICE, 5, since=at)
    before, after = instants(old), instants(new)
    past = {"register_by", "remind_register", "overdue_register"}
    assert {name for name in before if before[name] == after[name]} == past
    assert after["acknowledge_by"] == after["overdue_acknowledge"] == "2021-03-22 16:30"
    assert (before["forward_by"], after["forward_by"]) == ("2021-03-08 16:30", "2021-03-15 16:30")
    assert after["escalate_origin"] == "2021-03-26 16:30"
    assert (new.share_days - old.share_days, new.left_days - old.left_days) == (5, 0)


def test_time_that_only_those_below_gain_is_theirs() -> None:
    old = plan()
    new = put_off(old, OFFICE, 5, since=bangkok("2021-03-09 10:00"))
    assert new.forward_by == old.forward_by
    assert (new.share_days - old.share_days, new.left_days - old.left_days) == (0, 5)


def test_a_late_recipient_gets_a_new_deadline_with_its_steps() -> None:
    old, at = plan(), bangkok("2021-03-16 10:00")
    before, after = instants(old), instants(put_off(old, OFFICE, 5, since=at))
    assert after["acknowledge_by"] == after["overdue_acknowledge"] == "2021-03-22 16:30"
    assert after["remind_acknowledge"] > before["remind_acknowledge"]  # type: ignore[operator]
    for name in ("register_by", "forward_by", "overdue_register", "overdue_forward"):
        assert after[name] == before[name]


def test_what_was_late_when_its_clock_stopped_is_late_when_it_goes_on() -> None:
    old, since = plan(), bangkok("2021-03-16 10:00")
    before, after = instants(old), instants(go_on(old, OFFICE, Shift(days=5), since=since))
    assert after["acknowledge_by"] == before["acknowledge_by"]
    assert after["escalate_head"] == "2021-03-23 16:30"


def test_a_leap_from_a_day_off_keeps_the_order() -> None:
    friday, saturday, monday = (
        bangkok(one) for one in ("2021-03-05 20:00", "2021-03-06 12:00", "2021-03-08 09:00")
    )
    old = replace(plan(), register_by=friday, forward_by=saturday, acknowledge_by=monday)
    new = put_off(old, OFFICE, 1, since=bangkok("2021-03-05 10:00"))
    assert wall(new.register_by) == wall(new.forward_by) == "2021-03-08 20:00"
    assert wall(new.acknowledge_by) == "2021-03-09 09:00"


def test_a_move_fits_below_a_limit_by_whole_days_or_not_at_all() -> None:
    old, since = plan(), bangkok("2021-03-02 10:00")

    def move(shift: Shift) -> Plan:
        return go_on(old, OFFICE, shift, since=since)

    asked = Shift(days=10, rest=2 * HOUR)
    limits = {
        None: asked,
        bangkok("2021-03-30 10:30"): asked,
        bangkok("2021-03-30 10:29"): Shift(days=10),
        bangkok("2021-03-24 10:00"): Shift(days=6),
        bangkok("2021-03-15 16:30"): Shift(days=0),
        bangkok("2021-03-01 16:30"): Shift(days=0),
    }
    for limit, shift in limits.items():
        new, moved = fit(move, asked, limit)
        assert moved == shift, limit
        assert new.acknowledge_by == shift_instant(OFFICE, old.acknowledge_by, shift)


UNTIL = [
    ("2021-03-16 09:00", 1),
    ("2021-03-16 16:30", 1),
    ("2021-03-16 16:31", 2),
    ("2021-03-20 12:00", 5),
    ("2021-03-22 16:30", 5),
    ("2021-03-15 16:30", 0),
    ("2021-03-12 16:30", 0),
    ("2021-03-15 16:31", 1),
]


@pytest.mark.parametrize(("until", "days"), UNTIL)
def test_an_instant_is_reached_in_whole_working_days(until: str, days: int) -> None:
    found = days_until(OFFICE, bangkok("2021-03-15 16:30"), bangkok(until))
    # Saturday noon lies after Friday's closing time, so Monday's is the first to reach it.
    assert found == days


LENGTHS = [
    (Extension(), "extension_length_unclear"),
    (Extension(days=1, until=bangkok("2021-04-01 09:00")), "extension_length_unclear"),
    (Extension(days=0), "extension_days_invalid"),
    (Extension(days=-3), "extension_days_invalid"),
    (Extension(until=bangkok("2021-03-02 09:00")), "deadline_in_past"),
]


@pytest.mark.parametrize(("length", "code"), LENGTHS, ids=[code for _, code in LENGTHS])
def test_a_length_says_one_thing(length: Extension, code: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        check_length(length, bangkok("2021-03-02 09:00"))
    assert refusal.value.reason == code


def test_an_instant_that_is_past_is_named() -> None:
    with pytest.raises(InvalidError, match=r"๑ มีนาคม ๒๕๖๔ เวลา ๑๖\.๓๐ น\."):
        check_length(Extension(until=bangkok("2021-03-01 16:30")), bangkok("2021-03-02 09:00"))


ALLOWED = [(SENDER, 10, 0, 0), (SENDER, 10, 2, 20), (ORIGIN, 30, 0, 0), (SENDER | ORIGIN, 11, 0, 0)]
REFUSED: list[tuple[frozenset[Approver], int, int, int, type[WianError], str]] = [
    (SENDER, 11, 0, 0, NotAllowedError, "approver_too_low"),
    (SENDER, 1, 3, 3, ConflictError, "extension_limit"),
    (ORIGIN, 1, 3, 3, ConflictError, "extension_limit"),
    (ORIGIN, 31, 0, 0, ConflictError, "extension_days_limit"),
    (SENDER, 10, 2, 21, ConflictError, "extension_days_limit"),
]


@pytest.mark.parametrize(("approvers", "days", "extensions", "extended"), ALLOWED)
def test_an_approver_allows_up_to_the_policy(
    approvers: frozenset[Approver], days: int, extensions: int, extended: int
) -> None:
    check_extension(
        DEFAULTS.extension,
        approvers=approvers,
        days=days,
        extensions=extensions,
        extended_days=extended,
    )


@pytest.mark.parametrize(("approvers", "days", "extensions", "extended", "error", "code"), REFUSED)
def test_beyond_the_policy_the_numbers_are_told(
    approvers: frozenset[Approver],
    days: int,
    extensions: int,
    extended: int,
    error: type[WianError],
    code: str,
) -> None:
    with pytest.raises(error) as refusal:
        check_extension(
            DEFAULTS.extension,
            approvers=approvers,
            days=days,
            extensions=extensions,
            extended_days=extended,
        )
    assert refusal.value.reason == code
    facts: dict[str, dict[str, Any]] = {
        "approver_too_low": {"days": days, "up_to_days": 10, "approvers": ["origin_head"]},
        "extension_limit": {"extensions": extensions, "max_extensions": 3},
        "extension_days_limit": {"days": days, "extended_days": extended, "max_days": 30},
    }
    assert refusal.value.facts == facts[code]
    # Those who may allow it are told as facts; how often it was put off before is the limit itself.
    for name, number in facts[code].items():
        assert name in ("approvers", "extensions") or str(number) in refusal.value.detail


def test_a_policy_without_an_approver_lets_nobody_through() -> None:
    policy = ExtensionPolicy(up_to_days={Approver.ORIGIN_HEAD: 5}, max_extensions=3, max_days=30)
    with pytest.raises(NotAllowedError):
        check_extension(policy, approvers=SENDER, days=1, extensions=0, extended_days=0)


def policy_of(sender: int | None, origin: int | None, most: int) -> ExtensionPolicy:
    given = {Approver.SENDER_HEAD: sender, Approver.ORIGIN_HEAD: origin}
    up_to_days = {one: days for one, days in given.items() if days is not None}
    return ExtensionPolicy(up_to_days=up_to_days, max_extensions=3, max_days=most)


# Days of the sender's head, of the origin's, in all; who asks; how far a clock goes on at most.
LONGEST = [
    (10, 30, 30, SENDER, 30),
    (10, 30, 30, ORIGIN, 30),
    (10, 30, 30, SENDER | ORIGIN, 30),
    (10, 30, 60, ORIGIN, 30),
    (10, 60, 30, ORIGIN, 30),
    (20, 5, 30, SENDER, 20),
    (20, 5, 30, ORIGIN, 5),
    (20, 5, 30, SENDER | ORIGIN, 20),
    (10, None, 30, SENDER, 10),
    (10, None, 30, ORIGIN, 0),
]


@pytest.mark.parametrize(("sender", "origin", "most", "approvers", "days"), LONGEST)
def test_a_clock_gives_back_what_somebody_may_allow(
    sender: int, origin: int | None, most: int, approvers: frozenset[Approver], days: int
) -> None:
    policy = policy_of(sender, origin, most)
    assert longest_resumption(policy, approvers) == days


@given(
    st.integers(1, 40), st.integers(1, 40), st.integers(1, 60), st.sampled_from([SENDER, ORIGIN])
)
def test_no_clock_stands_still_for_ever(
    sender: int, origin: int, most: int, approvers: frozenset[Approver]
) -> None:
    """The origin is never refused, and whoever is refused is told of another who is not."""
    policy = policy_of(sender, origin, most)
    days = longest_resumption(policy, approvers)
    if approvers == SENDER and days > sender:
        with pytest.raises(NotAllowedError) as refusal:
            check_resumption(policy, approvers=approvers, days=days)
        assert refusal.value.facts["approvers"] == [Approver.ORIGIN_HEAD]
    else:
        check_resumption(policy, approvers=approvers, days=days)


def test_whoever_may_not_let_a_clock_go_on_is_told_the_numbers() -> None:
    check_resumption(DEFAULTS.extension, approvers=SENDER, days=10)
    with pytest.raises(NotAllowedError) as refusal:
        check_resumption(DEFAULTS.extension, approvers=SENDER, days=11)
    assert refusal.value.reason == "approver_too_low"
    assert refusal.value.facts == {"days": 11, "up_to_days": 10, "approvers": ["origin_head"]}
    assert "11" in refusal.value.detail
    assert "10" in refusal.value.detail


MINUTES = st.integers(0, 40 * 24 * 60)
_START = datetime(2021, 3, 1, tzinfo=UTC)


@given(
    st.lists(MINUTES, min_size=2, max_size=6),
    st.integers(1, 30),
    st.sampled_from([OFFICE, CONTINUOUS]),
)
def test_a_moved_plan_keeps_its_order(
    minutes: list[int], days: int, clock: WorkingCalendar
) -> None:
    """Whatever day or hour an instant lies on."""
    ordered = sorted(_START + timedelta(minutes=one) for one in minutes)
    old = replace(
        plan(), register_by=ordered[0], forward_by=ordered[0], acknowledge_by=ordered[-1], alarms=()
    )
    new = put_off(old, clock, days, since=_START - HOUR)
    assert new.register_by <= new.acknowledge_by
    moved = clock.count_time(old.acknowledge_by, new.acknowledge_by)
    assert moved >= days * clock.day_length


@given(st.integers(0, 40 * 24 * 60), st.integers(1, 30))
def test_an_instant_never_moves_by_less_than_the_working_days(minutes: int, days: int) -> None:
    instant = _START + timedelta(minutes=minutes)
    moved = shift_instant(OFFICE, instant, Shift(days=days))
    assert OFFICE.count_time(instant, moved) == days * OFFICE.day_length


def test_every_step_is_moved_with_its_duty() -> None:
    old = plan()
    new = put_off(old, OFFICE, 3, since=bangkok("2021-03-02 09:00"))
    assert {alarm.step for alarm in new.alarms} == set(AlarmStep) - {AlarmStep.ARRIVED}
    moved = due(new.alarms)
    for alarm in old.alarms:
        assert moved[alarm.step] == wall(shift_instant(OFFICE, alarm.due_at, Shift(days=3)))
