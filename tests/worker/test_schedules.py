"""The schedules on a real Temporal server, and what they do to a real ledger."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, time, timedelta
from functools import partial
from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest
from pydantic import SecretStr
from temporalio.client import (
    Client,
    ScheduleActionExecutionStartWorkflow,
    ScheduleActionStartWorkflow,
    ScheduleDescription,
    ScheduleOverlapPolicy,
)
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import Worker

from activities.upkeep import UpkeepActivities
from domain.reconciliation import Reconciliation, RunningChunk
from domain.vocabulary import AlarmStep, MailKind, MailState, Urgency
from infra.embedded.temporal import TemporalServer
from infra.settings import Settings
from services.reconcile import GRACE, reconcile
from tests.conftest import Database
from tests.support.directory import Directory
from tests.support.dispatch_process import (
    ProcessBench,
    eventually,
    hop_ids,
    ladder,
    watch,
)
from tests.support.mail_ledger import alarm, bangkok, mails, notify, replan, send_out, settle
from tests.support.mailbox import open_mailbox
from tests.support.post_office import open_ground
from tests.support.relay_desk import Sessions, outbox
from worker.executions import list_running
from worker.main import run_relay, run_worker
from worker.relay import Relay
from worker.schedules import (
    digest_schedule_id,
    ensure_patiently,
    ensure_schedules,
    reconcile_schedule_id,
)
from workflows.dispatch import DispatchWorkflow
from workflows.names import dispatch_workflow_id
from workflows.upkeep import DigestWorkflow, ReconcileWorkflow

MORNING = bangkok(8, "08:40")
AT = time(8, 40)


@pytest.fixture
async def task_queue(temporal_client: Client) -> AsyncIterator[str]:
    """A task queue of one test's own, whose schedules end with the test."""
    name = f"test-{uuid4()}"
    yield name
    await ensure_schedules(temporal_client, task_queue=name, digest_at=None)
    await temporal_client.get_schedule_handle(reconcile_schedule_id(name)).delete()


async def described(client: Client, schedule_id: str) -> ScheduleDescription:
    return await client.get_schedule_handle(schedule_id).describe()


async def exists(client: Client, schedule_id: str) -> bool:
    try:
        await described(client, schedule_id)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return False
        raise
    return True


async def test_the_schedules_follow_the_clock_of_bangkok(
    temporal_client: Client, task_queue: str
) -> None:
    await ensure_schedules(temporal_client, task_queue=task_queue, digest_at=AT)
    for schedule_id, at in (
        (digest_schedule_id(task_queue), time(1, 40)),
        (reconcile_schedule_id(task_queue), time(19, 0)),
    ):
        found = await described(temporal_client, schedule_id)
        assert found.schedule.policy.overlap is ScheduleOverlapPolicy.SKIP
        assert (found.schedule.policy.catchup_window or timedelta()) >= timedelta(hours=6)
        assert isinstance(found.schedule.action, ScheduleActionStartWorkflow)
        assert found.schedule.action.task_queue == task_queue
        next_times = found.info.next_action_times
        # Every day, for whose working day it is the calendars say.
        assert {one.astimezone(UTC).time() for one in next_times} == {at}
        days = [(later - one).days for one, later in pairwise(next_times)]
        assert set(days) == {1}


async def test_many_workers_set_them_once_and_a_later_one_changes_them(
    temporal_client: Client, task_queue: str
) -> None:
    ensure = partial(ensure_schedules, temporal_client, task_queue=task_queue)
    await asyncio.gather(*(ensure(digest_at=AT) for _ in range(4)))
    digest = digest_schedule_id(task_queue)
    await temporal_client.get_schedule_handle(digest).pause(note="ตรวจสอบระบบเมล")

    async def is_paused() -> bool:
        return (await described(temporal_client, digest)).schedule.state.paused

    # Temporal answers before the pause is done: of 60 descriptions at once 21 did not show it.
    await eventually(is_paused)
    await ensure(digest_at=time(9, 15))
    found = await described(temporal_client, digest)
    (calendar,) = found.schedule.spec.calendars
    assert (calendar.hour[0].start, calendar.minute[0].start) == (9, 15)
    assert (found.schedule.state.paused, found.schedule.state.note) == (True, "ตรวจสอบระบบเมล")


async def test_a_worker_that_starts_again_changes_nothing(
    temporal_client: Client, task_queue: str
) -> None:
    # Its update would carry the state that it saw, and could undo a pause of the same moment.
    ensure = partial(ensure_schedules, temporal_client, task_queue=task_queue)
    for _ in range(2):
        await ensure(digest_at=AT)
        for schedule_id in (digest_schedule_id(task_queue), reconcile_schedule_id(task_queue)):
            info = (await described(temporal_client, schedule_id)).info
            assert info.last_updated_at is None


async def test_without_a_mail_server_there_is_no_digest(
    temporal_client: Client, task_queue: str
) -> None:
    ensure = partial(ensure_schedules, temporal_client, task_queue=task_queue)
    await ensure(digest_at=AT)
    for _ in range(2):
        await ensure(digest_at=None)
        assert not await exists(temporal_client, digest_schedule_id(task_queue))
    assert await exists(temporal_client, reconcile_schedule_id(task_queue))


async def test_setting_them_is_tried_again(
    temporal_client: Client, task_queue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("worker.schedules.RETRY_SECONDS", 0.01)
    calls = 0

    async def ensure(client: Client, **given: Any) -> None:  # noqa: ANN401
        nonlocal calls
        calls += 1
        if calls < 3:
            raise RPCError("away", RPCStatusCode.UNAVAILABLE, b"")
        await ensure_schedules(client, **given)

    monkeypatch.setattr("worker.schedules.ensure_schedules", ensure)
    await ensure_patiently(temporal_client, task_queue=task_queue, digest_at=AT)
    assert calls == 3
    assert await exists(temporal_client, digest_schedule_id(task_queue))


async def result_of(client: Client, schedule_id: str) -> object:
    """Let a schedule fire now, and return what the workflow that it started returned."""
    handle = client.get_schedule_handle(schedule_id)
    await handle.trigger()

    async def has_fired() -> bool:
        return bool((await handle.describe()).info.recent_actions)

    await eventually(has_fired)
    (fired,) = (await handle.describe()).info.recent_actions
    assert isinstance(fired.action, ScheduleActionExecutionStartWorkflow)
    async with asyncio.timeout(30):
        return await client.get_workflow_handle(fired.action.workflow_id).result()


async def test_a_schedule_that_fires_makes_digests_and_reconciles(
    temporal_client: Client, task_queue: str, sessions: Sessions, own_directory: Directory
) -> None:
    async with sessions.begin() as session:
        sent = await send_out(session, own_directory["agency"], own_directory["hall"])
        await notify(session, sent, AlarmStep.OVERDUE_REGISTER)
    upkeep = UpkeepActivities(sessions, lambda: MORNING, partial(list_running, temporal_client))
    async with Worker(
        temporal_client,
        task_queue=task_queue,
        workflows=[DigestWorkflow, ReconcileWorkflow],
        activities=[upkeep.make_digests, upkeep.reconcile, upkeep.recount_figures],
        workflow_failure_exception_types=[Exception],
    ):
        await ensure_schedules(temporal_client, task_queue=task_queue, digest_at=AT)
        assert await result_of(temporal_client, digest_schedule_id(task_queue)) == 1
        found = await result_of(temporal_client, reconcile_schedule_id(task_queue))
    assert isinstance(found, dict)
    assert (found["started"], found["moved"]) == (1, 0)
    async with sessions() as session:
        (mail,) = await mails(session)
    assert (mail.kind, mail.registry_id) == (MailKind.DIGEST, sent.recipient.registry_id)
    assert [row.dispatch_id for row in await outbox(sessions)] == [sent.dispatch_id]


async def test_executions_are_listed_with_what_they_watch(
    temporal_client: Client, bench: ProcessBench
) -> None:
    due = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
    first = watch(hop_ids(1), ladder(1, since=due - timedelta(days=1)))
    second = watch(hop_ids(1), chunk=12)
    handles = [await bench.start(one) for one in (first, second)]
    wanted = {
        RunningChunk(dispatch_id=first.dispatch_id, chunk=0, next_due_at=due),
        RunningChunk(dispatch_id=second.dispatch_id, chunk=12, next_due_at=None),
    }

    async def are_listed() -> bool:
        return wanted <= set(await list_running(temporal_client))

    await eventually(are_listed)
    for handle in handles:
        await handle.signal(DispatchWorkflow.close)
        await handle.result()

    async def are_gone() -> bool:
        return not wanted & set(await list_running(temporal_client))

    await eventually(are_gone)
    assert {handle.id for handle in handles} == {
        dispatch_workflow_id(one.dispatch_id, one.chunk) for one in (first, second)
    }


async def test_what_the_process_has_missed_is_made_good(
    temporal_client: Client,
    bench: ProcessBench,
    relay: Relay,
    sessions: Sessions,
    own_directory: Directory,
) -> None:
    """A dispatch that nobody watches, a deadline that was not moved, an answer that got lost."""
    now = datetime.now(UTC).replace(microsecond=0)
    first, second = now + timedelta(days=3), now + timedelta(days=5)
    step = AlarmStep.OVERDUE_ACKNOWLEDGE
    async with sessions.begin() as session:
        sent = await send_out(
            session,
            own_directory["agency"],
            own_directory["hall"],
            register_by=first,
            acknowledge_by=first,
            alarms=[alarm(step, first)],
            sent_at=now - timedelta(days=1),
        )

    async def repair(at: datetime) -> Reconciliation:
        running = await list_running(temporal_client)
        async with sessions.begin() as session:
            return await reconcile(session, running=running, at=at)

    async def watched_until() -> list[datetime | None]:
        running = await list_running(temporal_client)
        return [one.next_due_at for one in running if one.dispatch_id == sent.dispatch_id]

    assert (await repair(now)).started == 1
    assert await relay.deliver_batch() == 1
    await eventually(lambda: _is(watched_until, [first]))
    async with sessions.begin() as session:
        await replan(session, sent, acknowledge_by=second, alarms=[alarm(step, second)])
    assert (await repair(now)).moved == 1
    assert await relay.deliver_moves() == 1
    await eventually(lambda: _is(watched_until, [second]))
    found = await repair(now)
    assert (found.started, found.settled, found.closed, found.moved) == (0, 0, 0, 0)
    async with sessions.begin() as session:
        await settle(session, sent, at=now)
    assert (await repair(now + 2 * GRACE)).settled == 1
    assert await relay.deliver_batch() == 1
    await eventually(lambda: _is(watched_until, []))
    assert bench.done.reports == [sent.dispatch_id]


async def _is(ask: Callable[[], Awaitable[object]], expected: object) -> bool:
    return await ask() == expected


async def test_the_processes_set_the_schedules_and_send_the_mails(
    sessions: Sessions,
    own_directory: Directory,
    database: Database,
    temporal: TemporalServer,
    temporal_client: Client,
    task_queue: str,
) -> None:
    hall = own_directory["hall"]
    async with open_ground(database, own_directory) as ground:
        await ground.give(of={hall.registry_id: "saraban@hall.test"})
    async with sessions.begin() as session:
        sent = await send_out(session, own_directory["agency"], hall, urgency=Urgency.MOST_URGENT)
        await notify(session, sent, AlarmStep.ARRIVED)
    stop = asyncio.Event()
    async with open_mailbox() as mailbox:
        settings = Settings(
            worker_database_url=database.worker_url,
            temporal_address=temporal.address,
            task_queue=task_queue,
            smtp_url=mailbox.url,
            mail_from="wian@agency.test",
            mail_interval=0.05,
        )
        both = asyncio.gather(run_worker(settings, stop), run_relay(settings, stop))

        async def is_sent() -> bool:
            async with sessions() as session:
                return [mail.state for mail in await mails(session)] == [MailState.SENT]

        try:
            await eventually(is_sent)
            await eventually(lambda: exists(temporal_client, digest_schedule_id(task_queue)))
        finally:
            stop.set()
            await asyncio.wait_for(both, 30)
    assert mailbox.recipients == [["saraban@hall.test"]]


@pytest.mark.parametrize(
    ("url", "mail_from", "missing"),
    [
        ("smtp://mail", None, "WIAN_MAIL_FROM"),
        ("smtp://mail", "nobody", "WIAN_MAIL_FROM"),
        ("mail:25", "wian@agency.test", "WIAN_SMTP_URL"),
    ],
)
async def test_a_relay_with_half_a_mail_server_says_what_is_missing(
    url: str, mail_from: str | None, missing: str
) -> None:
    settings = Settings(
        database_url=SecretStr("postgresql+psycopg://x@127.0.0.1:1/x"),
        temporal_address="127.0.0.1:1",
        smtp_url=SecretStr(url),
        mail_from=mail_from,
    )
    with pytest.raises(SystemExit, match=missing):
        await run_relay(settings, asyncio.Event())
