"""The life of hops in random order, compared after every step with a model of plain Python."""

import random
from collections import Counter
from collections.abc import Awaitable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from domain.alarms import Alarm
from domain.deadlines import Deadlines
from domain.vocabulary import AlarmStep, EventKind
from models import Dispatch, Hop
from services.acknowledge_hop import acknowledge_hop
from services.close_dispatch import close_dispatch
from services.forward_letter import forward_letter
from services.letter_draft import LetterDraft
from services.raise_alarm import raise_alarm
from services.recall_hop import recall_hop
from services.refuse_hop import refuse_hop
from services.register_hop import Receipt, register_hop
from services.report_upward import report_upward
from services.return_hop import return_hop
from tests.support.directory import Directory
from tests.support.hop_machine import LedgerWalk
from tests.support.hop_model import MOVES, UNSETTLED, ModelDispatch, ModelHop
from tests.support.letters import (
    ACKNOWLEDGE_BY,
    DAY,
    MORNING,
    REGISTER_BY,
    StoredFiles,
    order,
    send,
)

NAMES = ("agency", "hall", "office", "district_a", "body_a1", "stranger")
WITHOUT_PREFIX = {"body_a1"}
WALKS, STEPS = 12, 60
ACTS = (
    "register",
    "forward",
    "acknowledge",
    "refuse",
    "return",
    "recall",
    "report",
    "alarm",
    "close",
)
WEIGHTS = (30, 16, 16, 6, 4, 8, 24, 10, 2)
# Acts that have walks or tests of their own.
ELSEWHERE = {
    "register_opened",
    "number_voided",
    "extended",
    "suspended",
    "resumed",
    "post_filled",
    "post_cleared",
    "read",
    "organization_recorded",
    "registry_recorded",
    "officer_recorded",
    "officer_cleared",
    "log_restarted",
}
LONG_AFTER = MORNING + 60 * DAY
KINDS = (
    Deadlines(register_by=REGISTER_BY, acknowledge_by=ACKNOWLEDGE_BY),
    # Long enough for what is sent on below.
    Deadlines(acknowledge_within=8),
)


class HopLife(LedgerWalk):
    async def begin(self, names: set[str], deadlines: Deadlines) -> None:
        recipients = sorted(names)
        desks = [self.directory[name] for name in recipients]
        dispatch = await self.act(
            lambda at: send(
                self.session, self.directory["agency"], *desks, at=at, deadlines=deadlines
            )
        )
        assert isinstance(dispatch, Dispatch), dispatch
        self.events["letter_issued"] += 1
        await self.note(dispatch, "agency", None, recipients)

    async def register(self, hop: ModelHop, who: str) -> None:
        by = self.directory[who].clerk
        outcome = await self.act(lambda at: register_hop(self.session, by=by, hop_id=hop.id, at=at))
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
            # Where the sender gave days, the receipt starts them and the process is told.
            if hop.dispatch.counts_from_receipt:
                self.told["moved"] += 1
                self.events["clock_started"] += 1
                hop.begin_to_count()

    async def forward(self, hop: ModelHop, who: str, names: set[str], has_cover: bool) -> None:
        recipients = sorted(names)
        outcome = await self.act(
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
        await self.note(outcome, who, hop, recipients)

    async def settle(self, hop: ModelHop, who: str, action: str) -> None:
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

        outcome = await self.act(work)
        refusal = hop.refusal(who, action)
        if refusal is not None:
            assert outcome == refusal
            return
        assert isinstance(outcome, Hop), outcome
        hop.state = MOVES[hop.state, action]
        self.events[hop.state] += 1
        self.told["settled"] += 1

    async def close(self, dispatch: ModelDispatch, who: str) -> None:
        outcome = await self.act(
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

    async def report(self, dispatch: ModelDispatch) -> None:
        outcome = await self.act(
            lambda at: report_upward(self.session, dispatch_id=dispatch.id, at=at)
        )
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

    async def alarm(self, dispatch: ModelDispatch, step: AlarmStep, is_due: bool) -> None:
        alarm = Alarm(step=step, due_at=LONG_AFTER if is_due else self.now)
        outcome = await self.act(
            lambda at: raise_alarm(
                self.session, dispatch_id=dispatch.id, chunk=0, alarm=alarm, at=at
            )
        )
        new = [
            hop
            for hop in dispatch.hops
            if is_due and dispatch.state == "open" and hop.owes(step) and step not in hop.told
        ]
        # Who gave a tier its time is told too when that is used up.
        told = len(new) * (2 if step is AlarmStep.OVERDUE_FORWARD else 1)
        assert outcome == told
        for hop in new:
            hop.notices.add(step)
            hop.told.add(step)
        kind = {"remind": "reminded", "overdue": "overdue", "escalate": "escalated"}
        self.events[kind.get(step.split("_")[0], step)] += told

    async def check(self) -> None:
        expected: set[tuple[str, str, str, int | None]] = {
            ("hop", str(hop.id), hop.state, hop.receipt.number if hop.receipt else None)
            for hop in self.hops
        }
        expected |= {("dispatch", str(one.id), one.state, None) for one in self.dispatches}
        expected |= {
            ("notice", str(hop.id), step, None) for hop in self.hops for step in hop.notices
        }
        expected |= {("event", "", kind, times) for kind, times in (+self.events).items()}
        expected |= {("told", "", kind, times) for kind, times in (+self.told).items()}
        if stamped := sum(hop.receipt is not None for hop in self.hops):
            expected.add(("given", "", "incoming", stamped))
        assert await self.read() == expected

    async def step(self, chance: random.Random) -> None:
        """Do one thing: mostly by the desk whose turn it is, sometimes by anybody."""
        hop, dispatch = chance.choice(self.hops), chance.choice(self.dispatches)
        anybody = chance.choice(NAMES) if chance.random() < 0.15 else None
        recipient, sender = anybody or hop.recipient, anybody or dispatch.sender
        match chance.choices(ACTS, WEIGHTS)[0]:
            case "register":
                await self.register(hop, recipient)
            case "forward":
                names = set(chance.sample(NAMES, chance.choice([1, 1, 2])))
                await self.forward(hop, recipient, names, has_cover=chance.random() < 0.3)
            case "close":
                await self.close(dispatch, sender)
            case "report":
                below = [one for one in self.dispatches if one.above] or self.dispatches
                await self.report(chance.choice([dispatch, *below]))
            case "alarm":
                step = chance.choice(list(AlarmStep))
                await self.alarm(dispatch, step, is_due=chance.random() < 0.9)
            case "recall":
                await self.settle(hop, anybody or hop.dispatch.sender, "recall")
            case action:
                await self.settle(hop, recipient, action)


async def test_whatever_the_desks_do_the_ledger_follows_the_rules(
    session: AsyncSession, directory: Directory
) -> None:
    done: Counter[str] = Counter()
    moved = 0
    for seed in range(WALKS):
        chance = random.Random(seed)  # noqa: S311 - a walk must be able to repeat itself
        life = HopLife(session, directory)
        async with session.begin_nested() as walk:
            await life.begin(set(chance.sample(NAMES[1:5], 3)), chance.choice(KINDS))
            for _ in range(STEPS):
                await life.step(chance)
                await life.check()
            await walk.rollback()
        done.update(life.events)
        moved += life.told["moved"]
    # Walks that never get anywhere would prove nothing.
    assert {kind.value for kind in EventKind if done[kind] < 3} == ELSEWHERE, done
    assert moved > 3
