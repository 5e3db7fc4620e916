"""What happens in a made-up year: circulars down the tiers, answers up, some late, some never.

What would come after the last office hour does not happen in this year.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from math import log
from operator import itemgetter
from random import Random
from typing import Any, Final

from benchmarks.copy_rows import uuid_of
from benchmarks.year_bodies import Bodies, Desk
from benchmarks.year_days import DAY, NEVER, Year

_MOMENT: Final = 3
_PACE: Final = 0.9 * DAY
"""Seconds of working time between receipt and answer, on average."""

# Share of all hops: (of a national circular, of a provincial one); the rest are single letters.
_NATIONAL, _PROVINCIAL = 0.52, 0.42
_SECRET, _VERY_SECRET = 0.02, 0.005
_REFUSED, _RETURNED = 0.004, 0.008


@dataclass(kw_only=True, slots=True, eq=False)
class Paper:
    """A letter; it gets its number when it is issued."""

    id: bytes
    desk: Desk
    secrecy: str
    urgency: str
    above: "Paper | None"
    is_circular: bool
    number: str = ""

    @property
    def is_secret(self) -> bool:
        """Whether only the heads of desks see it."""
        return self.secrecy != "normal"

    @property
    def lineage(self) -> list[bytes]:
        """The letters above it, root first, and itself."""
        return [*(self.above.lineage if self.above else ()), self.id]


@dataclass(slots=True, eq=False)
class Hop:
    """One recipient: what it will do, and when."""

    id: bytes
    sending: "Sending"
    desk: Desk
    entry_id: bytes
    registered: int
    settled: int
    outcome: str
    forwarded: int = NEVER


@dataclass(kw_only=True, slots=True, eq=False)
class Sending:
    """One dispatch with all that will become of it."""

    id: bytes
    plan_id: bytes
    desk: Desk
    paper: Paper
    is_new_paper: bool
    parent: Hop | None
    mark: int
    register_by: int
    acknowledge_by: int
    done: int = NEVER
    hops: list[Hop] = field(default_factory=list)
    # What the writer keeps of it: how many it went to and will be acknowledged by, and the fields
    # that every row about it has.
    recipients: int = 0
    acknowledged: int = 0
    is_secret: bool = False
    subject: bytes = b""
    classes: bytes = b""

    @property
    def lineage(self) -> "list[Sending]":
        """The dispatches above it, root first, and itself."""
        return [*(self.parent.sending.lineage if self.parent else ()), self]


@dataclass(frozen=True, kw_only=True)
class Acts:
    """What is told, in the order in which it happens."""

    send: Callable[[int, Sending], None]
    register: Callable[[int, Hop], None]
    forward: Callable[[int, tuple[Hop, Sending]], None]
    settle: Callable[[int, Hop], None]
    complete: Callable[[int, Sending], None]
    alarm: Callable[[int, tuple[Hop, str]], None]


class Story:
    """Invents a year day by day; what happens on later days waits in their lists."""

    def __init__(self, *, bodies: Bodies, year: Year, hops: int, rng: Random, acts: Acts) -> None:
        self._bodies, self._year, self._rng, self._acts = bodies, year, rng, acts
        self._left = self._hops = hops
        self._pending: list[list[tuple[int, Callable[..., None], object]]] = [
            [] for _ in range(year.days)
        ]
        national = len(bodies.desks) - len(bodies.agencies)
        provincial = (len(bodies.districts) + len(bodies.locals)) / len(bodies.provinces)
        single = 1 - _NATIONAL - _PROVINCIAL
        self._weights = [_NATIONAL / national, _PROVINCIAL / provincial, single]

    def tell(self) -> Iterator[int]:
        """Tell the year, and yield after each day how many hops were sent."""
        for day in range(self._year.days):
            due = self._hops * (day + 1) // self._year.days
            while self._hops - self._left < due:
                self._start(day * DAY + int(self._rng.random() * DAY))
            happened, self._pending[day] = self._pending[day], []
            happened.sort(key=itemgetter(0))
            for mark, act, thing in happened:
                act(mark, thing)
            yield self._hops - self._left

    def _start(self, mark: int) -> None:
        rng, bodies = self._rng, self._bodies
        (kind,) = rng.choices(("national", "provincial", "single"), self._weights)
        if kind == "national":
            desk = rng.choice(bodies.agencies)
            recipients = bodies.provinces
        elif kind == "provincial":
            desk = rng.choice(bodies.provinces)
            recipients = desk.below
        else:
            desk, recipients = self._single()
        paper = self._paper(desk, mark, None, is_circular=kind != "single")
        self._send(paper, recipients, mark, goes_on=kind != "single")

    def _single(self) -> tuple[Desk, list[Desk]]:
        rng = self._rng
        desk = rng.choice(self._bodies.locals if rng.random() < 0.8 else self._bodies.districts)
        assert desk.above is not None
        return desk, [desk.above]

    def _paper(self, desk: Desk, mark: int, above: Paper | None, *, is_circular: bool) -> Paper:
        luck = self._rng.random()
        secrecy = "very_secret" if luck < _VERY_SECRET else "secret" if luck < _SECRET else "normal"
        luck = self._rng.random()
        urgency = "very_urgent" if luck < 0.03 else "urgent" if luck < 0.12 else "normal"
        return Paper(
            id=self._id(mark),
            desk=desk,
            secrecy=above.secrecy if above else secrecy,
            urgency=above.urgency if above else urgency,
            above=above,
            is_circular=is_circular,
        )

    def _id(self, mark: int) -> bytes:
        return uuid_of(self._year.at(mark), self._rng.getrandbits(64))

    def _send(
        self,
        paper: Paper,
        recipients: Sequence[Desk],
        mark: int,
        *,
        goes_on: bool,
        parent: Hop | None = None,
        desk: Desk | None = None,
    ) -> Sending:
        sending = self._sending(paper, mark, parent, desk or paper.desk)
        wait = self._wait
        wait(mark, self._acts.send, sending)
        if parent is not None:
            wait(mark, self._acts.forward, (parent, sending))
        kept = recipients[: self._left]
        self._left -= len(kept)
        latest = 0
        for nth, recipient in enumerate(kept):
            hop = self._hop(sending, recipient, nth)
            sending.hops.append(hop)
            if goes_on and recipient.below and hop.registered < NEVER:
                self._pass_on(hop)
            self._schedule(hop)
            latest = max(latest, hop.settled)
        sending.done = latest + _MOMENT
        wait(sending.done, self._acts.complete, sending)
        return sending

    def _sending(self, paper: Paper, mark: int, parent: Hop | None, desk: Desk) -> Sending:
        days = 12 if desk.above is None and parent is None else 7
        due = mark + days * DAY
        if parent is not None:
            due = max(min(due, parent.sending.acknowledge_by), mark + DAY)
        return Sending(
            id=self._id(mark),
            plan_id=self._id(mark),
            desk=desk,
            paper=paper,
            is_new_paper=parent is None or paper.desk is desk,
            parent=parent,
            mark=mark,
            is_secret=paper.is_secret,
            register_by=min(mark + 3 * DAY // 2, due),
            acknowledge_by=due,
        )

    def _hop(self, sending: Sending, desk: Desk, nth: int) -> Hop:
        luck, bits = self._rng.random, self._rng.getrandbits(128)
        registered = sending.mark + _MOMENT - int(log(1 - luck()) * desk.slowness)
        settled = registered + _MOMENT - int(log(1 - luck()) * _PACE)
        outcome, chance = "acknowledged", luck()
        # Ids of one dispatch follow one another.
        hop_id = uuid_of(self._year.at(sending.mark) + nth, bits)
        entry_id = uuid_of(self._year.at(min(registered, self._year.end)), bits >> 64)
        if chance < desk.neglects:
            registered = settled = NEVER
        elif chance > 1 - _REFUSED:
            outcome, settled, registered = "refused", registered, NEVER
        elif chance > 1 - _REFUSED - _RETURNED:
            outcome = "returned"
        return Hop(hop_id, sending, desk, entry_id, registered, settled, outcome)

    def _pass_on(self, hop: Hop) -> None:
        hop.forwarded = hop.settled
        hop.outcome, hop.settled = "reported", NEVER
        if hop.forwarded >= self._year.end or not self._left:
            hop.forwarded = NEVER
            return
        above = hop.sending.paper
        paper = above
        # A province writes a cover letter of its own, a district hands the letter on as it is.
        if hop.desk.above is None:
            paper = self._paper(hop.desk, hop.forwarded, above, is_circular=True)
        below = self._send(
            paper, hop.desk.below, hop.forwarded, goes_on=True, parent=hop, desk=hop.desk
        )
        hop.settled = below.done

    def _schedule(self, hop: Hop) -> None:
        acts, sending, pending = self._acts, hop.sending, self._pending
        registered, settled, end = hop.registered, hop.settled, self._year.end
        if registered < end:
            pending[registered // DAY].append((registered, acts.register, hop))
        if settled < end:
            pending[settled // DAY].append((settled, acts.settle, hop))
        if registered > sending.register_by - DAY // 2 and settled > sending.register_by:
            self._chase(hop, _REGISTER_STEPS, sending.register_by, min(registered, settled))
        if settled > sending.acknowledge_by - DAY:
            self._chase(hop, _ACKNOWLEDGE_STEPS, sending.acknowledge_by, settled)

    def _chase(self, hop: Hop, steps: Sequence[tuple[str, int]], deadline: int, until: int) -> None:
        for step, delay in steps:
            if hop.sending.mark < deadline + delay < until:
                self._wait(deadline + delay, self._acts.alarm, (hop, step))

    def _wait(self, mark: int, act: Callable[[int, Any], None], thing: object) -> None:
        if mark < self._year.end:
            self._pending[mark // DAY].append((mark, act, thing))


_REGISTER_STEPS: Final = (
    ("remind_register", -DAY // 2),
    ("overdue_register", 0),
    ("escalate_register_head", DAY),
)
_ACKNOWLEDGE_STEPS: Final = (
    ("remind_acknowledge", -DAY),
    ("overdue_acknowledge", 0),
    ("escalate_superior", DAY),
)
