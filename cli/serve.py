"""The three processes: API, worker and relay, each until SIGTERM."""

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable

import uvicorn

from infra.settings import Settings
from worker.main import run_relay, run_worker

GRACE_SECONDS = 10


def api() -> None:
    """Serve the HTTP API until SIGTERM."""
    settings = Settings()
    _log()
    uvicorn.run(
        "api.main:create_app",
        factory=True,
        host=settings.api_host,
        port=settings.api_port,
        timeout_graceful_shutdown=GRACE_SECONDS,
        log_level="warning",
        access_log=False,
        server_header=False,
    )


def worker() -> None:
    """Run the processes of the dispatches until SIGTERM."""
    _log()
    asyncio.run(_until_stopped(run_worker))


def relay() -> None:
    """Carry messages from the ledger to the processes until SIGTERM."""
    _log()
    asyncio.run(_until_stopped(run_relay))


async def _until_stopped(run: Callable[[Settings, asyncio.Event], Awaitable[None]]) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, stop.set)
    running = asyncio.ensure_future(run(Settings(), stop))
    stopping = asyncio.ensure_future(stop.wait())
    # A process that still waits for Temporal has nothing to finish: it ends at once.
    await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
    done, _ = await asyncio.wait({running}, timeout=GRACE_SECONDS + 5)
    if not done:
        running.cancel()
    stopping.cancel()
    await asyncio.gather(running, stopping, return_exceptions=True)
    if done and (error := running.exception()) is not None:
        raise error


def _log() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
