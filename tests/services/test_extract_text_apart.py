import asyncio
import os
import signal
import subprocess
import sys
from asyncio import timeout
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import uvloop

from domain.errors import InvalidError
from domain.intake.vocabulary import TextMethod
from services import extract_text_apart as apart
from services.extract_text import ExtractedText, extract_text
from services.extract_text_apart import extract_text_apart, seconds_for
from tests.support.text_files import (
    LETTER,
    pdf_of,
    pdf_with_password,
    plain_word,
)


@pytest.fixture(autouse=True)
def no_child_is_left() -> Iterator[None]:
    before = children()
    yield
    assert children() <= before


def children() -> set[int]:
    """Return the processes that this one has started and not yet reaped."""
    ours = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError):
            continue
        if parent == os.getpid():
            ours.add(int(stat.parent.name))
    return ours


async def refusal(data: bytes, *, seconds: float = 60) -> InvalidError:
    with pytest.raises(InvalidError) as caught:
        await extract_text_apart(data, media_type="text/plain", file_name="ก.txt", seconds=seconds)
    return caught.value


@pytest.mark.parametrize("data", [LETTER.encode(), plain_word(LETTER), pdf_of(LETTER, LETTER)])
async def test_a_child_reads_what_we_read(
    data: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "services").mkdir()
    found = await extract_text_apart(data, media_type=None, file_name="ก")
    assert found == extract_text(data, media_type=None, file_name="ก")


async def test_scanned_pages_that_were_not_read_are_still_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    drawn = b"q 100 0 0 100 50 50 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \x00 EI Q\n"
    found = await extract_text_apart(
        pdf_of(LETTER, "", prologue=drawn), media_type=None, file_name=None
    )
    assert found == ExtractedText(
        text=f"{LETTER}\f",
        method=TextMethod.PDF,
        media_type="application/pdf",
        pages=2,
        unread_pages=(2,),
    )


async def test_the_refusal_of_a_child_is_ours() -> None:
    error = await refusal(pdf_with_password())
    assert error.reason == "file_encrypted"
    assert error.facts == {"file_name": "ก.txt", "claimed_type": "text/plain"}


@pytest.mark.parametrize(
    ("data", "code"), [(b"", "file_empty"), (bytes(50 * 1024 * 1024), "file_too_large")]
)
async def test_no_child_is_started_for_what_is_refused_by_its_size(
    data: bytes, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", "/nowhere")
    assert (await refusal(data)).reason == code


@pytest.fixture
def endless(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Let the next child start a program that never ends and write its id into this file."""
    child_of(
        monkeypatch,
        tmp_path,
        "import subprocess\n"
        "program = subprocess.Popen(['sleep', '60'])\n"
        f"print(program.pid, file=open('{tmp_path}/pid', 'w'), flush=True)\n"
        "program.wait()\n",
    )
    return tmp_path / "pid"


def program_of(endless: Path) -> int:
    return int(endless.read_text())


def works(pid: int) -> bool:
    """Tell whether a process still does something; dead ones wait for whoever reaps them."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


async def until(is_so: Callable[[], bool]) -> None:
    async with timeout(30):
        while True:
            if is_so():
                return
            await asyncio.sleep(0.01)


async def test_a_child_that_is_too_slow_is_killed_with_all_it_started(
    endless: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits: list[asyncio.Timeout] = []

    def noted(seconds: float) -> asyncio.Timeout:
        limits.append(timeout(seconds))
        return limits[-1]

    monkeypatch.setattr(asyncio, "timeout", noted)
    waiting = asyncio.create_task(refusal(b"letter", seconds=600))
    await until(lambda: endless.exists() and endless.read_text() != "")
    recognition = program_of(endless)
    # The ten minutes are over as soon as the program is at work.
    limits[0].reschedule(asyncio.get_running_loop().time())
    assert (await waiting).reason == "file_too_slow"
    await until(lambda: not works(recognition))


async def test_a_child_is_killed_when_nobody_waits_any_more(endless: Path) -> None:
    waiting = asyncio.create_task(extract_text_apart(b"letter", media_type=None, file_name=None))
    await until(lambda: endless.exists() and endless.read_text() != "")
    recognition = program_of(endless)
    assert works(recognition)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await until(lambda: not works(recognition))


@pytest.mark.parametrize(
    ("pages", "is_scan", "seconds"),
    [(1, True, 62), (30, True, 130), (500, True, 300), (1, False, 60), (500, False, 60)],
)
def test_a_long_scan_may_take_longer(pages: int, is_scan: bool, seconds: int) -> None:
    assert round(seconds_for(pages * 40 * 1024, is_scan=is_scan)) == seconds


async def test_a_text_does_not_wait_for_scans(endless: Path) -> None:
    scans = [
        asyncio.create_task(extract_text_apart(b"%PDF-1.7", media_type=None, file_name=None))
        for _ in range(3)
    ]
    await until(lambda: endless.exists() and endless.read_text() != "")
    assert (await refusal(b"letter", seconds=0.2)).reason == "file_too_slow"
    for one in scans:
        one.cancel()
    await asyncio.gather(*scans, return_exceptions=True)


CHILD = "import sys; sys.stdin.buffer.read(); {}"


@pytest.mark.parametrize(
    ("act", "code"),
    [
        ("import os; os.abort()", "file_unreadable"),
        ("sys.exit(3)", "file_unreadable"),
        ("print('{')", "file_unreadable"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGXCPU)", "file_too_slow"),
    ],
)
async def test_a_child_that_breaks_down_is_told_as_a_bad_file(
    act: str, code: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    child_of(monkeypatch, tmp_path, CHILD.format(act))
    assert (await refusal(b"letter")).reason == code


def child_of(monkeypatch: pytest.MonkeyPatch, folder: Path, source: str) -> None:
    """Let the next children do what `source` says."""
    package = folder / "services" / "text_of"
    package.mkdir(parents=True)
    (package / "stdin.py").write_text(source)
    monkeypatch.setattr(apart, "_ROOT", folder)


async def test_a_child_knows_none_of_our_secrets(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("WIAN_DATABASE_URL", "postgresql://secret")
    monkeypatch.setenv("TESSDATA_PREFIX", "/somewhere")
    tell = "import os, json; open({!r}, 'w').write(json.dumps([dict(os.environ), os.getcwd()]))"
    child_of(monkeypatch, tmp_path, CHILD.format(tell.format(str(tmp_path / "told"))))
    await refusal(b"letter")
    told = (tmp_path / "told").read_text()
    assert "secret" not in told
    assert '"TESSDATA_PREFIX": "/somewhere"' in told
    assert told.endswith(', "/"]')


async def test_two_children_work_at_once_and_a_third_waits(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    child_of(
        monkeypatch,
        tmp_path,
        "import os, sys, time\n"
        "sys.stdin.buffer.read()\n"
        f"mine = '{tmp_path}/at-work-' + str(os.getpid())\n"
        "open(mine, 'w').close()\n"
        "until = time.monotonic() + 0.2\n"
        "while time.monotonic() < until:\n"
        f"    seen = sum(one.startswith('at-work-') for one in os.listdir('{tmp_path}'))\n"
        f"    open('{tmp_path}/seen', 'a').write(str(seen) + ' ')\n"
        "    time.sleep(0.01)\n"
        "os.unlink(mine)\n",
    )
    await asyncio.gather(*(refusal(b"letter") for _ in range(4)))
    assert set((tmp_path / "seen").read_text().split()) <= {"1", "2"}


@pytest.mark.parametrize(
    ("act", "outcome"),
    [("bytes(3 * 1024**3)", b"MemoryError"), ("while True: pass", -signal.SIGXCPU)],
)
def test_a_child_limits_itself(act: str, outcome: bytes | int) -> None:
    source = f"import services.text_of.stdin as child\nchild._limit(0)\n{act}"
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", source],
        cwd=apart._ROOT,
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == outcome or (isinstance(outcome, bytes) and outcome in done.stderr)


def test_libraries_are_loaded_only_for_files_of_their_kind() -> None:
    source = (
        "import sys\nfrom services.extract_text import extract_text\n"
        "extract_text(b'letter', media_type=None, file_name=None)\n"
        "print(sorted({'pypdfium2', 'docx', 'PIL', 'lxml', 'asyncio'} & sys.modules.keys()))"
    )
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", source], cwd=apart._ROOT, capture_output=True, check=True, timeout=60
    )
    assert done.stdout.strip() == b"[]"


def test_it_works_on_the_loop_of_the_server() -> None:
    async def read() -> ExtractedText:
        return await extract_text_apart(LETTER.encode(), media_type=None, file_name=None)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(read()).text == LETTER
