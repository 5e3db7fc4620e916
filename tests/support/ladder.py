"""One late letter and what may be different about it, written row by row so that cases are exact.

agency → office → district_a: the hall commands the district, the office sent it the letter, and
the agency sent it to the office. Everything happens on one day that begins in Bangkok before it
does in UTC.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncSession

from domain.alarms import Alarm
from domain.vocabulary import (
    AlarmStep,
    DispatchState,
    HopState,
    Secrecy,
)
from models import (
    DeadlinePlan,
    Dispatch,
    Hop,
    Letter,
)
from services.raise_alarm import raise_alarm
from tests.support.directory import Directory
from tests.support.letters import DAY, MORNING, issue

DUE = datetime(2021, 3, 4, 20, tzinfo=UTC)
"""Three in the morning of 5 March in Bangkok; every step of the usual plan is due then."""

TODAY = date(2021, 3, 5)
SECOND = timedelta(seconds=1)
DAYS = {"days_used": 3, "days_left": 0}
"""From the morning of 2 March until TODAY; the plan had thought of others."""


@dataclass(kw_only=True, slots=True)
class LadderScene:
    """A dispatch whose hops are late, and the hands that change what is around it."""

    session: AsyncSession
    directory: Directory
    sender: str = "office"
    letter: Letter = field(init=False)
    dispatch: Dispatch = field(init=False)
    hops: dict[str, Hop] = field(default_factory=dict)

    async def write(self, *recipients: str, secrecy: Secrecy, is_root: bool = False) -> None:
        """Write the dispatch and its hops, below one of the agency unless it is a root."""
        self.letter = await issue(self.session, self.directory["agency"], secrecy=secrecy)
        above = None if is_root else await self._dispatch("agency")
        self.dispatch = await self._dispatch(self.sender, above=above)
        plan_id = await self.plan()
        for position, name in enumerate(recipients):
            self.hops[name] = Hop(
                dispatch_id=self.dispatch.id,
                position=position,
                chunk=0,
                recipient_registry_id=self.directory[name].registry_id,
                circular_id=self.dispatch.circular_id,
                senders=self.dispatch.senders,
                secrecy=secrecy,
                state=HopState.SENT,
                plan_id=plan_id,
            )
        self.session.add_all(self.hops.values())
        await self.session.flush()

    async def _dispatch(self, sender: str, *, above: Dispatch | None = None) -> Dispatch:
        desk, id_ = self.directory[sender], uuid4()
        dispatch = Dispatch(
            id=id_,
            lineage=[*(above.lineage if above else ()), id_],
            senders=[*(above.senders if above else ()), desk.registry_id],
            letters=self.letter.lineage,
            secrecy=self.letter.secrecy,
            letter_id=self.letter.id,
            circular_id=self.letter.circular_id,
            sender_registry_id=desk.registry_id,
            state=DispatchState.OPEN,
            register_by=DUE,
            acknowledge_by=DUE,
            weights=[1],
            sent_at=MORNING,
            sent_by=desk.clerk.id,
        )
        self.session.add(dispatch)
        await self.session.flush()
        return dispatch

    async def plan(
        self, *, later: timedelta = timedelta(0), lacks: AlarmStep | None = None
    ) -> UUID:
        """Write a plan whose steps are due `later` than usual, and return its id."""
        steps = [step for step in AlarmStep if step not in {AlarmStep.ARRIVED, lacks}]
        plan = DeadlinePlan(
            dispatch_id=self.dispatch.id,
            calendar_scopes=["nation"],
            register_by=DUE + later,
            acknowledge_by=DUE + later,
            alarms=[{"step": step, "due_at": (DUE + later).isoformat()} for step in steps],
            share_days=5,
            left_days=3,
            unannounced_years=[],
            calendar_version=1,
            policy_version=1,
            holidays_release="none",
            made_at=MORNING,
        )
        self.session.add(plan)
        await self.session.flush()
        return plan.id

    async def ring(
        self, step: AlarmStep, *, later: timedelta = timedelta(0), chunk: int = 0
    ) -> int:
        """Raise the alarm of a step, a second after it is due."""
        due = DUE + later
        return await raise_alarm(
            self.session,
            dispatch_id=self.dispatch.id,
            chunk=chunk,
            alarm=Alarm(step=step, due_at=due),
            at=due + SECOND,
        )

    def officer_id(self, subject: str) -> UUID:
        """Return the id of an officer such as `head.hall`."""
        role, desk = subject.split(".")
        officer: UUID = getattr(self.directory[desk], role).id
        return officer

    async def change_hop(self, name: str, **values: Any) -> None:  # noqa: ANN401 (columns)
        """Change a hop as a use case would have."""
        await self.session.execute(update(Hop).where(Hop.id == self.hops[name].id).values(**values))


_DUE_OF = text("""
SELECT max(CAST(one ->> 'due_at' AS timestamptz))
FROM hop JOIN deadline_plan plan ON plan.id = hop.plan_id
CROSS JOIN LATERAL jsonb_array_elements(plan.alarms) one
WHERE hop.dispatch_id = :dispatch_id AND one ->> 'step' = :step
""")


async def due_of(session: AsyncSession, dispatch_id: UUID, step: AlarmStep) -> datetime:
    """Return when a step of a dispatch is due for the last of its hops, or much later if never."""
    due = await session.scalar(_DUE_OF, {"dispatch_id": dispatch_id, "step": step.value})
    return due or MORNING + 99 * DAY
