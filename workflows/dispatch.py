"""The process of one dispatch: wait for its hops, raise its alarms, report upward."""

from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import FailureError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from activities.dispatch import DispatchActivities, DueAlarm
    from domain.alarms import Alarm
    from workflows.names import NEXT_DUE_AT

ATTEMPT_TIMEOUT = timedelta(seconds=30)
# The ledger may be away for hours; an alarm must not be given up because of it.
PATIENT = RetryPolicy(maximum_interval=timedelta(seconds=30))
# Well under the 10 s of a workflow task, which a local activity holds while it runs.
LOCAL_TIMEOUT = timedelta(seconds=5)
ONCE = RetryPolicy(maximum_attempts=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Watch:
    """What an execution knows, at its start and when it continues as new.

    Attributes:
        dispatch_id: The dispatch.
        chunk: Which chunk of its recipients this execution watches.
        unsettled: Hops that nobody has settled.
        alarms: Alarms that are not yet raised, by their due instant.
        is_closed: Whether the sender has stopped waiting.
    """

    dispatch_id: UUID
    chunk: int
    unsettled: list[UUID]
    alarms: list[Alarm]
    is_closed: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class HopEvents:
    """A batch of hops that came to rest."""

    settled: list[UUID]


@dataclass(frozen=True, kw_only=True, slots=True)
class DeadlineChange:
    """The alarms that replace those not yet raised; one that is due already is raised at once."""

    alarms: list[Alarm]


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """What an operator sees of an execution; people's screens read the ledger."""

    unsettled: int
    alarms: list[Alarm]
    is_closed: bool


@workflow.defn
class DispatchWorkflow:
    """Watches one chunk of a dispatch until every hop is settled or the sender closes it.

    Hops leave the set of the unsettled and never come back, so a message that arrives twice, late
    or out of order changes nothing: no message has to be remembered.
    """

    @workflow.init
    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        # A dict keeps its order on replay, a set of another type might not.
        self._unsettled = dict.fromkeys(watch.unsettled)
        self._alarms = list(watch.alarms)
        self._is_closed = watch.is_closed
        self._plan = 0

    @workflow.run
    async def run(self, watch: Watch) -> None:
        """Wait, raise alarms as they fall due, and report when nobody is waited for."""
        while not self._is_done():
            await self._wait()
            if not self._is_done() and self._is_due():
                await self._raise_alarm(self._alarms.pop(0))
            if workflow.info().is_continue_as_new_suggested():
                await workflow.wait_condition(workflow.all_handlers_finished)
                workflow.continue_as_new(self._carry_over())
        await self._report_upward()
        await workflow.wait_condition(workflow.all_handlers_finished)

    @workflow.signal
    def record_events(self, events: HopEvents) -> None:
        """Take hops off the list of the unsettled; an unknown hop is none of ours."""
        for hop_id in events.settled:
            self._unsettled.pop(hop_id, None)

    @workflow.signal
    def close(self) -> None:
        """Stop waiting: the sender closed the dispatch."""
        self._is_closed = True

    @workflow.update
    def change_deadline(self, change: DeadlineChange) -> Progress:
        """Replace the alarms that are not yet raised."""
        self._alarms = sorted(change.alarms, key=lambda alarm: alarm.due_at)
        self._plan += 1
        self._show_next_due()
        return self.progress()

    @change_deadline.validator
    def _check_change(self, change: DeadlineChange) -> None:
        if self._is_done():
            raise ValueError("nobody is waited for any more")

    @workflow.query
    def progress(self) -> Progress:
        """Return how many hops are waited for, and which alarms are to come."""
        return Progress(
            unsettled=len(self._unsettled), alarms=list(self._alarms), is_closed=self._is_closed
        )

    def _is_done(self) -> bool:
        return self._is_closed or not self._unsettled

    def _is_due(self) -> bool:
        return bool(self._alarms) and self._alarms[0].due_at <= workflow.now()

    async def _wait(self) -> None:
        plan = self._plan
        timeout = self._alarms[0].due_at - workflow.now() if self._alarms else None
        if timeout is not None and timeout <= timedelta(0):
            return
        try:
            await workflow.wait_condition(
                lambda: (
                    self._is_done()
                    or self._plan != plan
                    or workflow.info().is_continue_as_new_suggested()
                ),
                timeout=timeout,
            )
        except TimeoutError:
            return

    async def _raise_alarm(self, alarm: Alarm) -> None:
        due = DueAlarm(dispatch_id=self._watch.dispatch_id, chunk=self._watch.chunk, alarm=alarm)
        await workflow.execute_activity_method(
            DispatchActivities.raise_alarm,
            due,
            start_to_close_timeout=ATTEMPT_TIMEOUT,
            retry_policy=PATIENT,
        )
        self._show_next_due()

    def _show_next_due(self) -> None:
        next_due = (
            NEXT_DUE_AT.value_set(self._alarms[0].due_at)
            if self._alarms
            else NEXT_DUE_AT.value_unset()
        )
        workflow.upsert_search_attributes([next_due])

    async def _report_upward(self) -> None:
        # Nearly always the ledger is there, and a local activity costs one event instead of six
        # (docs/decisions/0005). When it is not, the patient kind waits without adding any.
        dispatch_id = self._watch.dispatch_id
        try:
            await workflow.execute_local_activity_method(
                DispatchActivities.report_upward,
                dispatch_id,
                schedule_to_close_timeout=LOCAL_TIMEOUT,
                retry_policy=ONCE,
            )
        except FailureError as error:
            # An exception of a local activity comes as it is, a timeout wrapped as ActivityError.
            if is_cancelled_exception(error):
                raise
            await workflow.execute_activity_method(
                DispatchActivities.report_upward,
                dispatch_id,
                start_to_close_timeout=ATTEMPT_TIMEOUT,
                retry_policy=PATIENT,
            )

    def _carry_over(self) -> Watch:
        return replace(
            self._watch,
            unsettled=list(self._unsettled),
            alarms=self._alarms,
            is_closed=self._is_closed,
        )
