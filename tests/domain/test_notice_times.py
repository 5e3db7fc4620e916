"""The rules of notices by mail, alone and in ten thousand random stories on virtual time."""

import random
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from domain.alarms import MEANING, OWED
from domain.buddhist_era import bangkok_date, bangkok_midnight
from domain.hop_states import SETTLED, UNSETTLED
from domain.notice_times import (
    PAUSES,
    NoticeFacts,
    is_still_true,
    mail_turn,
    pause_after,
)
from domain.vocabulary import AlarmStep, Duty, HopState, MailKind, NoticeKind
from domain.working_time import OfficeHours, WorkingCalendar, weekends

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
MONDAY = date(2026, 6, 8)
CALENDAR = WorkingCalendar(weekends())


def at(day: int, clock: str) -> datetime:
    return datetime.fromisoformat(f"2026-06-{day:02}T{clock}+07:00")


NOON = at(9, "12:00")


def facts(
    step: AlarmStep,
    state: HopState = HopState.SENT,
    **changed: Any,  # noqa: ANN401 (fields of several types)
) -> NoticeFacts:
    late = MEANING[step][2] in {NoticeKind.OVERDUE, NoticeKind.ESCALATION}
    usual = NoticeFacts(
        step=step,
        hop_state=state,
        deadline=NOON - HOUR if late else NOON + HOUR,
        is_open=True,
        is_suspended=False,
        is_read=False,
    )
    return replace(usual, **changed)


@pytest.mark.parametrize("step", AlarmStep)
@pytest.mark.parametrize("state", HopState)
def test_a_notice_is_told_while_its_duty_is_owed(step: AlarmStep, state: HopState) -> None:
    assert is_still_true(facts(step, state), NOON) is (state in OWED[MEANING[step][0]])


@pytest.mark.parametrize("step", AlarmStep)
@pytest.mark.parametrize("changed", [{"is_open": False}, {"is_suspended": True}, {"is_read": True}])
def test_nobody_is_told_what_needs_no_telling(step: AlarmStep, changed: dict[str, Any]) -> None:
    assert is_still_true(facts(step), NOON)
    assert not is_still_true(facts(step, **changed), NOON)


@pytest.mark.parametrize(
    ("step", "ahead", "passed"),
    [
        (AlarmStep.ARRIVED, True, True),
        (AlarmStep.REMIND_REGISTER, True, False),
        (AlarmStep.REMIND_ACKNOWLEDGE, True, False),
        (AlarmStep.OVERDUE_REGISTER, False, True),
        (AlarmStep.OVERDUE_FORWARD, False, True),
        (AlarmStep.ESCALATE_ORIGIN, False, True),
    ],
)
def test_a_deadline_that_was_put_off_or_has_passed_changes_what_is_true(
    step: AlarmStep, ahead: bool, passed: bool
) -> None:
    assert is_still_true(facts(step, deadline=NOON + MINUTE), NOON) is ahead
    assert is_still_true(facts(step, deadline=NOON), NOON) is passed


@pytest.mark.parametrize(
    ("turn", "now", "expected"),
    [
        (at(8, "08:40"), at(8, "08:40"), at(8, "08:40")),
        (at(8, "08:40"), at(8, "16:29"), at(8, "16:29")),
        (at(8, "08:40"), at(8, "16:30"), None),
        (at(8, "07:00"), at(8, "07:00"), at(8, "08:30")),
        (at(8, "08:40"), at(9, "08:30"), None),
        (at(6, "08:40"), at(6, "08:40"), None),
        # Half past midnight in Bangkok is still the day before in UTC.
        (at(9, "00:30"), at(9, "00:30"), at(9, "08:30")),
    ],
)
def test_a_digest_goes_on_its_day_in_office_hours_or_not_at_all(
    turn: datetime, now: datetime, expected: datetime | None
) -> None:
    assert mail_turn(MailKind.DIGEST, CALENDAR, turn=turn, at=now) == expected
    assert mail_turn(MailKind.AT_ONCE, CALENDAR, turn=turn, at=now) == now


def test_trying_ends() -> None:
    pauses = [pause_after(failures) for failures in range(1, len(PAUSES) + 2)]
    assert pauses == [*PAUSES, None]
    assert list(PAUSES) == sorted(PAUSES)
    assert sum(PAUSES, timedelta()) < CALENDAR.day_length


# Ten thousand random stories. What the services do with rows, `Story` does with lists, asking the
# same functions of the domain; tests/services/test_mail_stories.py plays some with the services.

STORIES = 10_000
DAYS = 5
DIGEST_AT = time(8, 40)


@dataclass(slots=True)
class Letter:
    settled_at: datetime
    registered_at: datetime
    suspended: tuple[datetime, datetime]
    register_by: datetime
    acknowledge_by: datetime

    def state(self, now: datetime) -> HopState:
        if now >= self.settled_at:
            return HopState.ACKNOWLEDGED
        return HopState.REGISTERED if now >= self.registered_at else HopState.SENT


@dataclass(slots=True)
class Told:
    """A notice that waits to be carried by a mail."""

    step: AlarmStep
    letter: Letter
    mail: "Post | None" = None


@dataclass(slots=True)
class Post:
    kind: MailKind
    turn: datetime
    state: str = "waiting"
    failures: int = 0


@dataclass(slots=True)
class Story:
    """One registry for some days: letters, alarms, digests, a mail server that fails at times."""

    chance: random.Random
    is_urgent: bool
    calendar: WorkingCalendar
    letters: list[Letter] = field(default_factory=list)
    notices: list[Told] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    days: set[date] = field(default_factory=set)
    sent: list[tuple[datetime, Post, list[Told]]] = field(default_factory=list)
    dropped: int = 0

    def make_digest(self, now: datetime) -> None:
        free = [one for one in self.notices if one.mail is None]
        turn = mail_turn(MailKind.DIGEST, self.calendar, turn=now, at=now)
        if not self.is_urgent and free and turn is not None and bangkok_date(now) not in self.days:
            self.days.add(bangkok_date(now))
            self._carry(free, Post(kind=MailKind.DIGEST, turn=turn))

    def tick(self, now: datetime) -> None:
        free = [one for one in self.notices if one.mail is None]
        if self.is_urgent and free:
            self._carry(free, Post(kind=MailKind.AT_ONCE, turn=now))
        for post in self.posts:
            if post.state == "waiting" and post.turn <= now:
                self._try(post, now)

    def _carry(self, notices: list[Told], post: Post) -> None:
        self.posts.append(post)
        for one in notices:
            one.mail = post

    def _try(self, post: Post, now: datetime) -> None:
        turn = mail_turn(post.kind, self.calendar, turn=post.turn, at=now)
        if turn != now:
            self._set_down(post, turn)
            return
        told = [one for one in self.notices if one.mail is post and self._is_true(one, now)]
        if not told:
            post.state = "dropped"
            self.dropped += 1
        elif self.chance.random() < 0.7:
            post.state = "sent"
            self.sent.append((now, post, told))
        else:
            post.failures += 1
            pause = pause_after(post.failures)
            if pause is None:
                post.state = "dead"
                return
            later = mail_turn(post.kind, self.calendar, turn=post.turn, at=now + pause)
            self._set_down(post, later)

    def _set_down(self, post: Post, turn: datetime | None) -> None:
        if turn is not None:
            post.turn = turn
            return
        post.state = "dropped"
        for one in self.notices:
            if one.mail is post:
                one.mail = None

    def _is_true(self, one: Told, now: datetime) -> bool:
        letter, (start, end) = one.letter, one.letter.suspended
        duty = MEANING[one.step][0]
        return is_still_true(
            NoticeFacts(
                step=one.step,
                hop_state=letter.state(now),
                deadline=letter.register_by if duty is Duty.REGISTER else letter.acknowledge_by,
                is_open=True,
                is_suspended=start <= now < end,
                is_read=False,
            ),
            now,
        )


_CALENDARS = [
    WorkingCalendar(
        weekends() | {MONDAY + timedelta(days=off): "วันหยุด" for off in offs},
        OfficeHours(opens=time(opens), closes=time(closes)),
    )
    for offs in ([], [1], [0, 2, 4])
    for opens, closes in ((8, 16), (10, 12), (0, 23))
]
_STEPS = [
    AlarmStep.REMIND_REGISTER,
    AlarmStep.OVERDUE_REGISTER,
    AlarmStep.REMIND_ACKNOWLEDGE,
    AlarmStep.OVERDUE_ACKNOWLEDGE,
    AlarmStep.ESCALATE_HEAD,
]


def _letter(chance: random.Random, start: datetime) -> Letter:
    def some() -> datetime:
        return start + timedelta(minutes=chance.randrange(DAYS * 24 * 60))

    registered_at, settled_at = sorted((some(), some()))
    register_by, acknowledge_by = sorted((some(), some()))
    begin = some()
    return Letter(
        settled_at=settled_at,
        registered_at=registered_at,
        suspended=(begin, begin + timedelta(hours=chance.choice((0, 0, 3, 30)))),
        register_by=register_by,
        acknowledge_by=acknowledge_by,
    )


def _alarms(letter: Letter) -> list[tuple[datetime, AlarmStep]]:
    by = {Duty.REGISTER: letter.register_by, Duty.ACKNOWLEDGE: letter.acknowledge_by}
    shift = {NoticeKind.REMINDER: -2 * HOUR, NoticeKind.ESCALATION: 4 * HOUR}
    return [
        (by[MEANING[step][0]] + shift.get(MEANING[step][2], timedelta()), step) for step in _STEPS
    ]


def _play(chance: random.Random) -> Story:
    start = bangkok_midnight(MONDAY)
    story = Story(
        chance=chance, is_urgent=chance.random() < 0.2, calendar=chance.choice(_CALENDARS)
    )
    happens: list[tuple[datetime, int, tuple[Letter, AlarmStep] | None]] = []
    for _ in range(chance.randint(1, 2)):
        letter = _letter(chance, start)
        happens += [(when, 0, (letter, step)) for when, step in _alarms(letter)]
    for day in range(DAYS):
        digest = start + timedelta(days=day, hours=DIGEST_AT.hour, minutes=DIGEST_AT.minute)
        # The schedule catches up late now and then, or two workers fire it.
        happens += [(digest, 1, None), (digest + chance.choice((MINUTE, 5 * HOUR)), 1, None)]
        # The mailer is away for a while, or looks in the middle of the night.
        happens += [
            (start + timedelta(days=day, minutes=chance.randrange(1440)), 2, None) for _ in range(6)
        ]
    for now, what, alarm in sorted(happens, key=lambda one: one[:2]):
        if alarm is not None and alarm[0].state(now) in OWED[MEANING[alarm[1]][0]]:
            story.notices.append(Told(step=alarm[1], letter=alarm[0]))
        elif what == 1:
            story.make_digest(now)
            story.tick(now)
        elif what == 2:
            story.tick(now)
    return story


def test_ten_thousand_random_schedules() -> None:
    sent = dropped = dead = 0
    for number in range(STORIES):
        story = _play(random.Random(number))  # noqa: S311 - a story must repeat
        digests: Counter[date] = Counter()
        for now, post, told in story.sent:
            sent += 1
            for one in told:
                assert now < one.letter.settled_at, number
                assert one.letter.state(now) in UNSETTLED - SETTLED, number
            if post.kind is MailKind.DIGEST:
                digests[bangkok_date(now)] += 1
                assert story.calendar.is_open(now), number
        assert not digests or max(digests.values()) == 1, number
        carried = Counter(id(one) for _, _, told in story.sent for one in told)
        assert not carried or max(carried.values()) == 1, number
        dropped += story.dropped
        dead += sum(post.state == "dead" for post in story.posts)
    # The stories do reach what they are about.
    assert sent > STORIES / 2
    assert dropped > STORIES / 20
    assert dead > 0
