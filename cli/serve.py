"""The three processes: API, worker and relay, each until SIGTERM."""

import asyncio
import logging
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import uvicorn

from infra.settings import Settings
from worker.main import run_relay, run_worker

GRACE_SECONDS = 10
BEAT_SECONDS = 5.0
SILENT_SECONDS = 30.0


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
    asyncio.run(until_stopped(run_worker))


def relay() -> None:
    """Carry messages from the ledger to the processes until SIGTERM."""
    _log()
    asyncio.run(until_stopped(run_relay))


def alive() -> None:
    """Exit 0 if the heartbeat file was touched within half a minute, 1 otherwise."""
    file = Settings().heartbeat_file
    if file is None:
        sys.exit("WIAN_HEARTBEAT_FILE is not set.")
    if not file.exists() or time.time() - file.stat().st_mtime > SILENT_SECONDS:
        sys.exit(1)


async def until_stopped(run: Callable[[Settings, asyncio.Event], Awaitable[None]]) -> None:
    """Run a process until SIGTERM or SIGINT, and let it finish what it holds."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, stop.set)
    settings = Settings()
    beating = asyncio.create_task(_beat(settings.heartbeat_file))
    try:
        await run(settings, stop)
    finally:
        beating.cancel()


async def _beat(file: Path | None) -> None:
    # From the loop that does the work: when it hangs, the beat stops.
    while file is not None:
        await asyncio.to_thread(file.touch)
        await asyncio.sleep(BEAT_SECONDS)


def _log() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
