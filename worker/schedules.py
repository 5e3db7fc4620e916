"""The two Temporal Schedules: the digests of a working day, and the nightly reconciliation."""

import asyncio
import logging
from datetime import time, timedelta

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleCalendarSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleRange,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)
from temporalio.service import RPCError, RPCStatusCode

from workflows.upkeep import DigestWorkflow, ReconcileWorkflow

log = logging.getLogger(__name__)

RECONCILE_AT = time(2, 0)
RETRY_SECONDS = 5.0
# A digest of the morning is still worth having in the afternoon of the same day.
DIGEST_CATCHUP = timedelta(hours=6)
RECONCILE_CATCHUP = timedelta(hours=12)


def digest_schedule_id(task_queue: str) -> str:
    """Return the id of the schedule that makes digests for one installation."""
    return f"digest-{task_queue}"


def reconcile_schedule_id(task_queue: str) -> str:
    """Return the id of the schedule that reconciles one installation."""
    return f"reconcile-{task_queue}"


async def ensure_patiently(client: Client, *, task_queue: str, digest_at: time | None) -> None:
    """Bring the schedules to this version, trying again until Temporal takes them."""
    while True:
        try:
            await ensure_schedules(client, task_queue=task_queue, digest_at=digest_at)
        except RPCError as error:
            log.warning("schedules were not set, next try in %.0f s: %s", RETRY_SECONDS, error)
        else:
            return
        await asyncio.sleep(RETRY_SECONDS)


async def ensure_schedules(client: Client, *, task_queue: str, digest_at: time | None) -> None:
    """Create the schedules, or change those that are there; several workers may do so at once.

    Args:
        client: The Temporal client.
        task_queue: Where the worker takes its work from.
        digest_at: Bangkok time of the digests, on every day: whose working day it is, the
            calendar of each registry says. None where no mail is sent.
    """
    nightly = ScheduleActionStartWorkflow(
        ReconcileWorkflow.run, id=reconcile_schedule_id(task_queue), task_queue=task_queue
    )
    await _ensure(client, nightly, at=RECONCILE_AT, catchup=RECONCILE_CATCHUP)
    digest = ScheduleActionStartWorkflow(
        DigestWorkflow.run, id=digest_schedule_id(task_queue), task_queue=task_queue
    )
    if digest_at is None:
        await _remove(client, digest.id)
    else:
        await _ensure(client, digest, at=digest_at, catchup=DIGEST_CATCHUP)


def _daily(action: ScheduleActionStartWorkflow, *, at: time, catchup: timedelta) -> Schedule:
    return Schedule(
        action=action,
        spec=ScheduleSpec(
            calendars=[
                ScheduleCalendarSpec(
                    # Tuples, as a description returns them.
                    hour=(ScheduleRange(at.hour),),
                    minute=(ScheduleRange(at.minute),),
                )
            ],
            # Without a name a calendar means UTC.
            time_zone_name="Asia/Bangkok",
        ),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=catchup),
    )


async def _ensure(
    client: Client, action: ScheduleActionStartWorkflow, *, at: time, catchup: timedelta
) -> None:
    """Bring a schedule to this version; it bears the name of the execution that it starts."""
    wanted = _daily(action, at=at, catchup=catchup)
    try:
        await client.create_schedule(action.id, wanted)
    except ScheduleAlreadyRunningError:

        def change(given: ScheduleUpdateInput) -> ScheduleUpdate | None:
            found = given.description.schedule
            # An update carries the whole state as it was seen, and the server has no way to refuse
            # it: where nothing changes, it could only undo a pause of the same moment.
            if _content(found) == _content(wanted):
                return None
            wanted.state = found.state
            return ScheduleUpdate(schedule=wanted)

        await client.get_schedule_handle(action.id).update(change)


def _content(schedule: Schedule) -> tuple[object, ...]:
    action = schedule.action
    workflow = action.workflow if isinstance(action, ScheduleActionStartWorkflow) else None
    return schedule.spec, schedule.policy, workflow


async def _remove(client: Client, schedule_id: str) -> None:
    try:
        await client.get_schedule_handle(schedule_id).delete()
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
