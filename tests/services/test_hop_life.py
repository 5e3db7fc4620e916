"""The life of hops in random order, compared after every step with a model of plain Python."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime, timedelta
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from domain.alarms import Alarm
from domain.errors import WianError
from domain.vocabulary import AlarmStep, Book, EventKind, OutboxKind
from infra.database import create_engine
from models import Dispatch, Event, Hop, Notice, Outbox, Register, RegisterEntry
from services.acknowledge_hop import acknowledge_hop
from services.close_dispatch import close_dispatch
from services.forward_letter import forward_letter
from services.issue_letter import LetterDraft
from services.raise_alarm import raise_alarm
from services.recall_hop import recall_hop
from services.refuse_hop import refuse_hop
from services.register_hop import Receipt, register_hop
from services.report_upward import report_upward
from services.return_hop import return_hop
from tests.conftest import Database
from tests.support.directory import Directory
from tests.support.hop_model import MOVES, UNSETTLED, ModelDispatch, ModelHop
from tests.support.letters import MORNING, StoredFiles, hop_to, order, send

NAMES = ("agency", "hall", "office", "district_a", "body_a1", "stranger")
WITHOUT_PREFIX = {"body_a1"}
T = TypeVar("T")
WHICH = st.integers(0, 999)
WHO = st.sampled_from([*NAMES, *["the right one"] * 12])


class HopLife(RuleBasedStateMachine):
    runner: asyncio.Runner
    engine: AsyncEngine
    directory: Directory

    def __init__(self) -> None:
        super().__init__()
        self.hops: list[ModelHop] = []
        self.dispatches: list[ModelDispatch] = []
        self.events: Counter[str] = Counter()
        self.told: Counter[str] = Counter()
        self.now = MORNING
        self.session = self.runner.run(self._open())

    async def _open(self) -> AsyncSession:
        self._connection = await self.engine.connect()
        self._transaction = await self._connection.begin()
        return AsyncSession(
            bind=self._connection,
            expire_on_commit=False,
            join_transaction_mode="create_savepoint",
        )

    def teardown(self) -> None:
        async def undo() -> None:
            await self.session.close()
            await self._transaction.rollback()
            await self._connection.close()

        self.runner.run(undo())

    def act(self, work: Callable[[datetime], Awaitable[T]]) -> T | str:
        """Do it in a savepoint of its own; return the result, or the code of the refusal."""
        self.now += timedelta(seconds=1)

        async def attempt() -> T | str:
            try:
                async with self.session.begin_nested():
                    return await work(self.now)
            except WianError as error:
                return error.reason

        return self.runner.run(attempt())

    def pick(self, which: int) -> ModelHop:
        return self.hops[which % len(self.hops)]

    def note(
        self, dispatch: Dispatch, sender: str, above: ModelHop | None, names: list[str]
    ) -> None:
        made = ModelDispatch(id=dispatch.id, sender=sender, above=above)
        for name in names:
            hop_id = self.runner.run(hop_to(self.session, dispatch, self.directory[name]))
            made.hops.append(ModelHop(id=hop_id, recipient=name, dispatch=made))
        if above is not None:
            above.below.append(made)
        self.dispatches.append(made)
        self.hops += made.hops
        self.events["dispatched"] += 1
        self.events["sent"] += len(names)
        self.told["dispatched"] += 1

    @initialize(names=st.sets(st.sampled_from(NAMES[1:5]), min_size=1))
    def begin(self, names: set[str]) -> None:
        recipients = sorted(names)
        desks = [self.directory[name] for name in recipients]
        dispatch = self.act(lambda at: send(self.session, self.directory["agency"], *desks, at=at))
        assert isinstance(dispatch, Dispatch), dispatch
        self.events["letter_issued"] += 1
        self.note(dispatch, "agency", None, recipients)

    @rule(which=WHICH, who=WHO)
    def register(self, which: int, who: str) -> None:
        hop = self.pick(which)
        who = hop.recipient if who == "the right one" else who
        by = self.directory[who].clerk
        outcome = self.act(lambda at: register_hop(self.session, by=by, hop_id=hop.id, at=at))
        refusal = hop.refusal(who, "register")
        if refusal == "hop_step_not_allowed" and hop.receipt is not None:
            assert outcome == hop.receipt
        elif refusal is not None:
            assert outcome == refusal
        else:
            assert isinstance(outcome, Receipt), outcome
            stamped = [one for one in self.hops if one.recipient == who and one.receipt]
            assert outcome.number == len(stamped) + 1
            hop.state, hop.receipt = "registered", outcome
            self.events["registered"] += 1

    @rule(
        which=WHICH,
        who=WHO,
        names=st.sets(st.sampled_from(NAMES), min_size=1, max_size=3),
        has_cover=st.booleans(),
    )
    def forward(self, which: int, who: str, names: set[str], has_cover: bool) -> None:
        hop = self.pick(which)
        who = hop.recipient if who == "the right one" else who
        recipients = sorted(names)
        outcome = self.act(
            lambda at: forward_letter(
                self.session,
                by=self.directory[who].clerk,
                hop_id=hop.id,
                order=order(*(self.directory[name] for name in recipients)),
                files=StoredFiles(),
                at=at,
                cover=LetterDraft(subject="นำส่ง") if has_cover else None,
            )
        )
        refusal = hop.refusal(who, "forward")
        if refusal is None and has_cover and who in WITHOUT_PREFIX:
            refusal = "registry_without_prefix"
        if refusal is None and who in recipients:
            refusal = "recipient_is_sender"
        if refusal is not None:
            assert outcome == refusal
            return
        assert isinstance(outcome, Dispatch), outcome
        hop.state = "forwarded"
        self.events["forwarded"] += 1
        self.events["letter_issued"] += has_cover
        self.note(outcome, who, hop, recipients)

    @rule(
        which=WHICH, who=WHO, action=st.sampled_from(["acknowledge", "refuse", "return", "recall"])
    )
    def settle(self, which: int, who: str, action: str) -> None:
        hop = self.pick(which)
        if who == "the right one":
            who = hop.dispatch.sender if action == "recall" else hop.recipient
        by, why = self.directory[who].clerk, "เหตุผล"

        def work(at: datetime) -> Awaitable[Hop]:
            match action:
                case "acknowledge":
                    return acknowledge_hop(self.session, by=by, hop_id=hop.id, at=at)
                case "refuse":
                    return refuse_hop(self.session, by=by, hop_id=hop.id, at=at, reason=why)
                case "return":
                    return return_hop(self.session, by=by, hop_id=hop.id, at=at, reason=why)
                case _:
                    return recall_hop(self.session, by=by, hop_id=hop.id, at=at, reason=why)

        outcome = self.act(work)
        refusal = hop.refusal(who, action)
        if refusal is not None:
            assert outcome == refusal
            return
        assert isinstance(outcome, Hop), outcome
        hop.state = MOVES[hop.state, action]
        self.events[hop.state] += 1
        self.told["settled"] += 1

    @rule(which=WHICH, who=WHO)
    def close(self, which: int, who: str) -> None:
        dispatch = self.dispatches[which % len(self.dispatches)]
        who = dispatch.sender if who == "the right one" else who
        outcome = self.act(
            lambda at: close_dispatch(
                self.session,
                by=self.directory[who].head,
                dispatch_id=dispatch.id,
                reason="พอแล้ว",
                at=at,
            )
        )
        if who not in dispatch.senders():
            assert outcome == "not_found"
        elif who != dispatch.sender:
            assert outcome == "role_missing"
        elif dispatch.state != "open":
            assert outcome == "dispatch_not_open"
        else:
            assert not isinstance(outcome, str), outcome
            waiting = {hop.id for hop in dispatch.hops if hop.state in UNSETTLED}
            assert {one.hop_id for one in outcome[1]} == waiting
            dispatch.state = "closed"
            self.events["dispatch_closed"] += 1
            self.told["closed"] += 1

    @rule(which=WHICH)
    def report(self, which: int) -> None:
        dispatch = self.dispatches[which % len(self.dispatches)]
        outcome = self.act(lambda at: report_upward(self.session, dispatch_id=dispatch.id, at=at))
        if dispatch.state == "open" and not any(hop.state in UNSETTLED for hop in dispatch.hops):
            dispatch.state = "completed"
            self.events["dispatch_completed"] += 1
        above = dispatch.above
        is_reported = (
            dispatch.state != "open"
            and above is not None
            and above.state == "forwarded"
            and all(one.state != "open" for one in above.below)
        )
        assert outcome is is_reported
        if above is not None and is_reported:
            above.state = "acknowledged"
            self.events["reported"] += 1
            self.told["settled"] += 1

    @rule(which=WHICH, step=st.sampled_from(AlarmStep))
    def alarm(self, which: int, step: AlarmStep) -> None:
        dispatch = self.dispatches[which % len(self.dispatches)]
        alarm = Alarm(step=step, due_at=self.now)
        outcome = self.act(
            lambda at: raise_alarm(
                self.session, dispatch_id=dispatch.id, chunk=0, alarm=alarm, at=at
            )
        )
        chased = {"sent"} if "register" in step else UNSETTLED
        new = [
            hop
            for hop in dispatch.hops
            if dispatch.state == "open" and hop.state in chased and step not in hop.notices
        ]
        assert outcome == len(new)
        for hop in new:
            hop.notices.add(step)
        kind = {"remind": "reminded", "overdue": "overdue", "escalate": "escalated"}
        self.events[kind[step.split("_")[0]]] += len(new)

    @invariant()
    def the_ledger_says_what_the_model_says(self) -> None:
        ledger = self.runner.run(self._read())
        assert ledger == (
            {(hop.id, hop.state, hop.receipt and hop.receipt.number) for hop in self.hops},
            {(dispatch.id, dispatch.state) for dispatch in self.dispatches},
            {(hop.id, AlarmStep(step)) for hop in self.hops for step in hop.notices},
            +self.events,
            +self.told,
            sum(hop.receipt is not None for hop in self.hops),
        )

    async def _read(self) -> tuple[object, ...]:
        read = self.session.execute
        receipts = select(Hop.id, Hop.state, RegisterEntry.number).join(
            RegisterEntry, RegisterEntry.id == Hop.receipt_entry_id, isouter=True
        )
        given = select(func.coalesce(func.sum(Register.allocated), 0)).where(
            Register.book == Book.INCOMING
        )
        return (
            {tuple(row) for row in await read(receipts)},
            {tuple(row) for row in await read(select(Dispatch.id, Dispatch.state))},
            {tuple(row) for row in await read(select(Notice.hop_id, Notice.step))},
            await self._count(Event.kind),
            await self._count(Outbox.kind),
            (await read(given)).scalar_one(),
        )

    async def _count(self, kind: InstrumentedAttribute[EventKind | OutboxKind]) -> Counter[str]:
        counted = await self.session.execute(select(kind, func.count()).group_by(kind))
        return Counter({str(word): times for word, times in counted})


@pytest.fixture
def life(shared_database: Database, directory: Directory) -> Iterator[type[HopLife]]:
    """The machine on the shared database; each example is rolled back."""
    # A loop of its own, because hypothesis calls the steps from outside of any.
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        engine = create_engine(shared_database.app_url, pool=1)
        members = {"runner": runner, "engine": engine, "directory": directory}
        yield type("HopLifeHere", (HopLife,), members)
        runner.run(engine.dispose())


def test_whatever_the_desks_do_the_ledger_follows_the_rules(life: type[HopLife]) -> None:
    bounds = settings(
        max_examples=16,
        stateful_step_count=40,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    run_state_machine_as_test(life, settings=bounds)
