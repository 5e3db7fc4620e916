"""The two processes beside the API: the Temporal worker, and the relay with the mailer."""

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial

from pydantic import SecretStr
from temporalio.client import Client
from temporalio.worker import Worker

from activities.dispatch import DispatchActivities
from activities.upkeep import UpkeepActivities
from domain.mailbox import is_mailbox
from infra.database import WORKER_ROLE, create_engine, create_sessions
from infra.mail import MailServer
from infra.settings import Settings
from infra.temporal import connect_patiently, ensure_search_attributes
from services.compose_mail import Letterhead
from worker.executions import list_running
from worker.figures import follow_figures
from worker.mailer import LANES, Mailer
from worker.relay import Relay
from worker.schedules import ensure_patiently
from workflows.dispatch import DispatchWorkflow
from workflows.names import SEARCH_ATTRIBUTES
from workflows.upkeep import DigestWorkflow, ReconcileWorkflow

GRACE = timedelta(seconds=10)


def now() -> datetime:
    """Return the present instant, aware, in UTC."""
    return datetime.now(UTC)


async def run_worker(settings: Settings, stop: asyncio.Event) -> None:
    """Run workflows and activities until `stop`; activities under way may finish."""
    engine = create_engine(_database(settings), pool=settings.database_pool, role=WORKER_ROLE)
    client = await _connect(settings, stop)
    if client is None:
        return
    sessions = create_sessions(engine)
    activities = DispatchActivities(sessions, now)
    upkeep = UpkeepActivities(sessions, now, partial(list_running, client))
    worker = Worker(
        client,
        task_queue=settings.task_queue,
        workflows=[DispatchWorkflow, DigestWorkflow, ReconcileWorkflow],
        activities=[
            activities.raise_alarm,
            activities.report_upward,
            upkeep.make_digests,
            upkeep.reconcile,
            upkeep.recount_figures,
        ],
        # An activity holds one connection; more of them than connections would only wait.
        max_concurrent_activities=max(1, settings.database_pool // 2),
        max_concurrent_local_activities=max(1, settings.database_pool // 2),
        graceful_shutdown_timeout=GRACE,
    )
    # Temporal may take its time over a schedule; who wants to stop does not wait for that.
    async with worker, asyncio.TaskGroup() as group:
        schedules = group.create_task(
            ensure_patiently(
                client,
                task_queue=settings.task_queue,
                digest_at=settings.digest_at if settings.smtp_url else None,
            )
        )
        await stop.wait()
        schedules.cancel()
    await engine.dispose()


async def run_relay(settings: Settings, stop: asyncio.Event) -> None:
    """Carry messages until `stop`, and mails where a mail server is named."""
    database = _database(settings)
    mail = _mail_server(settings)
    engine = create_engine(database, pool=2, role=WORKER_ROLE)
    client = await _connect(settings, stop)
    if client is None:
        return
    await ensure_search_attributes(client, SEARCH_ATTRIBUTES)
    relay = Relay(create_sessions(engine), client, task_queue=settings.task_queue, clock=now)
    async with asyncio.TaskGroup() as both:
        both.create_task(relay.run(interval=settings.relay_interval, stop=stop))
        both.create_task(follow_figures(database, stop))
        if mail is not None:
            both.create_task(_run_mailer(settings, *mail, stop))
    await engine.dispose()


async def _run_mailer(
    settings: Settings, server: MailServer, letterhead: Letterhead, stop: asyncio.Event
) -> None:
    # Connections of its own: a slow mail server must not keep the relay waiting.
    engine = create_engine(_database(settings), pool=LANES, role=WORKER_ROLE)
    mailer = Mailer(create_sessions(engine), server, letterhead, clock=now)
    await mailer.run(interval=settings.mail_interval, stop=stop)
    await engine.dispose()


def _mail_server(settings: Settings) -> tuple[MailServer, Letterhead] | None:
    if settings.smtp_url is None:
        return None
    if settings.mail_from is None or not is_mailbox(settings.mail_from):
        raise SystemExit("WIAN_MAIL_FROM must be the address that mails come from")
    try:
        server = MailServer.from_url(settings.smtp_url)
    except ValueError as error:
        raise SystemExit(str(error)) from None
    return server, Letterhead(sender=settings.mail_from, public_url=settings.public_url)


def _database(settings: Settings) -> SecretStr:
    url = settings.process_database_url
    if url is None:
        raise SystemExit("WIAN_DATABASE_URL is not set; `wian up` sets it for one machine")
    return url


async def _connect(settings: Settings, stop: asyncio.Event) -> Client | None:
    if settings.temporal_address is None:
        raise SystemExit("WIAN_TEMPORAL_ADDRESS is not set; `wian up` sets it for one machine")
    return await connect_patiently(
        settings.temporal_address, namespace=settings.temporal_namespace, stop=stop
    )
