"""The text of a stranger's file, read in a process of its own that may break and be stopped."""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from domain.errors import InvalidError
from domain.intake.vocabulary import TextMethod
from services.extract_text import ExtractedText, check_size, may_be_scan
from services.text_of.limits import unreadable

# Each may take a processor and two gigabytes of memory for a while; who comes later waits, but
# nobody with a text for somebody with a long scan.
_TURNS_OF_SCANS: Final = asyncio.Semaphore(2)
_TURNS: Final = asyncio.Semaphore(2)
# A page in black and white has 40 kilobytes and takes up to four seconds to recognize.
_SECONDS, _MOST_SECONDS = 60.0, 300.0
_SECONDS_OF_MEGABYTE: Final = 60.0
_ROOT: Final = Path(__file__).parents[1]
# What it needs to find its parts. Not our settings: they hold the password of the database.
_PASSED_ON: Final = ("PATH", "LD_LIBRARY_PATH", "TESSDATA_PREFIX")


async def extract_text_apart(
    data: bytes, *, media_type: str | None, file_name: str | None, seconds: float | None = None
) -> ExtractedText:
    """Return the text of a file as `extract_text` does, within limits of time and memory.

    `seconds` count from when its turn has come: two files are read at once. Unless they are given,
    a file that may be a scan gets more of them the larger it is.

    Raises:
        InvalidError: what `extract_text` raises, and `file_too_slow`; `file_unreadable` also when
            the reading broke down.
    """
    check_size(len(data))
    is_scan = may_be_scan(data)
    seconds = seconds_for(len(data), is_scan=is_scan) if seconds is None else seconds
    head = {"media_type": media_type, "file_name": file_name, "seconds": seconds}
    async with _TURNS_OF_SCANS if is_scan else _TURNS:
        said = await _ask(json.dumps(head).encode() + b"\n" + data, seconds=seconds)
    return _understood(said)


def seconds_for(size: int, *, is_scan: bool) -> float:
    """Return how long a file of `size` bytes may take."""
    more = _SECONDS_OF_MEGABYTE * size / 1024**2 if is_scan else 0.0
    return min(_SECONDS + more, _MOST_SECONDS)


async def _ask(given: bytes, *, seconds: float) -> bytes:
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",
        "-m",
        "services.text_of.stdin",
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
        cwd="/",
        env=_environment(),
        # It leads a group of its own, so that what it has started is stopped with it.
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(seconds):
            said, _ = await child.communicate(given)
    except TimeoutError:
        raise _too_slow() from None
    finally:
        await _end(child)
    if child.returncode == -signal.SIGXCPU:
        raise _too_slow()
    return said


def _environment() -> dict[str, str]:
    passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    folders = [str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return passed_on | {"PYTHONPATH": os.pathsep.join(folders), "PYTHONUTF8": "1"}


async def _end(child: Process) -> None:
    # Until it is reaped its id is nobody else's.
    if child.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
    await child.wait()


def _too_slow() -> InvalidError:
    return InvalidError("อ่านไฟล์นานเกินไป กรุณาแยกไฟล์ หรือส่งเป็นไฟล์ข้อความ", code="file_too_slow")


def _understood(said: bytes) -> ExtractedText:
    try:
        answer: dict[str, Any] = json.loads(said)
    except ValueError as error:
        raise unreadable("ไฟล์เสียหาย หรือเนื้อหาใหญ่เกินไป") from error
    if "error" in answer:
        told = answer["error"]
        raise InvalidError(told["detail"], code=told["code"], **told["facts"])
    found = answer["extracted"]
    return ExtractedText(
        text=found["text"],
        method=TextMethod(found["method"]),
        media_type=found["media_type"],
        pages=found["pages"],
        unread_pages=tuple(found["unread_pages"]),
        recognized_pages=tuple(found["recognized_pages"]),
    )
