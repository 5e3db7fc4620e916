"""Where checkpoints are kept outside the database, so that rewriting it shows.

A witness only goes forward: it keeps one checkpoint a size, never replaces one, and takes none
that is smaller than its newest. What it gives back is not believed but verified by who asks.
"""

import asyncio
import os
import re
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import quote

from infra.http_exchange import Answer, NoAnswerError, check_address, exchange, shown
from infra.whole_file import sync_folder, write_anew, write_once

LATEST: Final = "latest"
_DIGITS = 20
# Checkpoints of ten thousand sizes share a folder: the listing of one stays short for years.
_SHARED_DIGITS = 4


class WitnessAwayError(Exception):
    """The witness cannot be reached, or cannot read or write."""


class WitnessConflictError(Exception):
    """The witness keeps another checkpoint of this size, or a newer one: the log has forked."""


class Witness(Protocol):
    """A place for checkpoints; each method may raise `WitnessAwayError`.

    Attributes:
        name: What to call the witness in messages; holds no password.
    """

    name: str

    async def put(self, checkpoint: str, *, origin: str, size: int) -> None:
        """Keep a checkpoint; the same one again is no error.

        Raises:
            WitnessConflictError: Another one of this size is kept, or a newer one.
        """
        ...

    async def latest(self, origin: str) -> str | None:
        """Return the newest checkpoint of a log, or None."""
        ...

    def all(self, origin: str) -> AsyncIterator[str]:
        """Iterate over the checkpoints of a log by size, as far as the witness can list them."""
        ...


class FolderWitness:
    """Checkpoints in a folder, best on another disk or machine; one file a size.

    `<origin>/<size without its last four digits>/<size>`, in twenty digits altogether, is the
    record. `<origin>/latest` repeats the newest for people and for copying.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.name = str(folder)

    async def put(self, checkpoint: str, *, origin: str, size: int) -> None:
        """Keep a checkpoint; it is on the disk before this returns."""
        await asyncio.to_thread(self._put, checkpoint.encode(), origin, size)

    async def latest(self, origin: str) -> str | None:
        """Return the newest checkpoint, found by its name: `latest` may be one behind."""
        return await asyncio.to_thread(self._latest, origin)

    async def all(self, origin: str) -> AsyncIterator[str]:
        """Iterate over the checkpoints by size."""
        for folder in await asyncio.to_thread(self._folders, origin):
            for checkpoint in await asyncio.to_thread(_read_all, folder):
                yield checkpoint

    def _put(self, checkpoint: bytes, origin: str, size: int) -> None:
        log = self._folder / _escaped(origin)
        place = log / f"{size:0{_DIGITS}}"[:-_SHARED_DIGITS] / f"{size:0{_DIGITS}}"
        newest = self._newest(origin)
        newest_size = int(newest.name) if newest else 0
        try:
            if newest_size > size and not place.exists():
                raise WitnessConflictError(f"{self.name} keeps {newest_size} leaves already")
            _make_folder(place.parent)
            if not write_once(place, checkpoint, mode=0o644) and place.read_bytes() != checkpoint:
                raise WitnessConflictError(f"{self.name} keeps another one of {size} leaves")
            if newest_size <= size:
                write_anew(log / LATEST, checkpoint, mode=0o644)
        except OSError as error:
            raise WitnessAwayError(f"{self.name}: {error}") from error

    def _latest(self, origin: str) -> str | None:
        newest = self._newest(origin)
        return _read(newest) if newest else None

    def _newest(self, origin: str) -> Path | None:
        # The last folder is empty if a crash came between it and its first file.
        for folder in reversed(self._folders(origin)):
            for number in reversed(_numbers(folder)):
                return folder / number
        return None

    def _folders(self, origin: str) -> list[Path]:
        log = self._folder / _escaped(origin)
        return [log / number for number in _numbers(log)]


class HttpWitness:
    """Checkpoints at an address: an object store, or the endpoint of another agency.

    `PUT <address>/<origin>/<size>` and `PUT <address>/<origin>/latest`, both readable by `GET`.
    The address may hold a name and password. What is kept is only as unchangeable as the other
    side makes it: versions that cannot be deleted, or rights to add and not to replace.
    """

    SECONDS = 5.0

    def __init__(self, url: str) -> None:
        check_address(url, must_be_private=True)
        self._url = url.rstrip("/")
        self.name = shown(self._url)

    async def put(self, checkpoint: str, *, origin: str, size: int) -> None:
        """Keep a checkpoint; what the other side holds is read first, and never replaced."""
        kept, newest = await self._get(origin, str(size)), await self._get(origin, LATEST)
        newest_size = _size_of(newest)
        if kept is None and newest_size > size:
            raise WitnessConflictError(f"{self.name} keeps {newest_size} leaves already")
        if (kept or checkpoint) != checkpoint or (newest_size == size and newest != checkpoint):
            raise WitnessConflictError(f"{self.name} keeps another one of {size} leaves")
        if kept is None:
            await self._put(origin, str(size), checkpoint, {"If-None-Match": "*"})
        if newest_size < size:
            await self._put(origin, LATEST, checkpoint, {})

    async def latest(self, origin: str) -> str | None:
        """Return the newest checkpoint."""
        return await self._get(origin, LATEST)

    async def all(self, origin: str) -> AsyncIterator[str]:
        """Iterate over the newest checkpoint alone: an address cannot be listed."""
        newest = await self.latest(origin)
        if newest is not None:
            yield newest

    async def _get(self, origin: str, name: str) -> str | None:
        answer = await self._ask("GET", origin, name)
        if answer.status in {404, 410}:
            return None
        if answer.status != 200:
            raise WitnessAwayError(f"{self.name} answered {answer.status}")
        return _text(answer.body)

    async def _put(self, origin: str, name: str, checkpoint: str, headers: dict[str, str]) -> None:
        headers = {"Content-Type": "text/plain; charset=utf-8", **headers}
        answer = await self._ask("PUT", origin, name, checkpoint.encode(), headers)
        if answer.status in {409, 412}:
            raise WitnessConflictError(f"{self.name} refused {name}: there is one already")
        if answer.status not in {200, 201, 202, 204}:
            raise WitnessAwayError(f"{self.name} answered {answer.status}")

    async def _ask(
        self,
        method: str,
        origin: str,
        name: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        url = f"{self._url}/{_escaped(origin)}/{name}"
        try:
            return await exchange(method, url, body=body, headers=headers, seconds=self.SECONDS)
        except NoAnswerError as error:
            raise WitnessAwayError(str(error)) from error


def open_witnesses(folder: Path | None, urls: Sequence[str]) -> list[Witness]:
    """Return the witnesses that are set up.

    Raises:
        ValueError: An address is none, or would send in the open.
    """
    folders = [FolderWitness(folder)] if folder else []
    return [*folders, *map(HttpWitness, urls)]


def _escaped(origin: str) -> str:
    """Return a log's origin as one harmless name of a folder."""
    # Dots are letters to `quote`, but `..` leads out of the folder and `.x` hides.
    return quote(origin, safe="").replace(".", "%2E", 1 if origin.startswith(".") else 0)


def _numbers(folder: Path) -> list[str]:
    """Return the names that are digits alone, in order; drafts and strangers are passed over."""
    try:
        names = os.listdir(folder)  # noqa: PTH208 (names are enough, and paths are slow)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise WitnessAwayError(str(error)) from error
    return sorted(name for name in names if name.isascii() and name.isdigit())


def _make_folder(folder: Path) -> None:
    new = [one for one in (folder, *folder.parents) if not one.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for one in new:
        sync_folder(one.parent)


def _read_all(folder: Path) -> list[str]:
    return [_read(folder / number) for number in _numbers(folder)]


def _read(file: Path) -> str:
    try:
        return _text(file.read_bytes())
    except OSError as error:
        raise WitnessAwayError(str(error)) from error


def _text(raw: bytes) -> str:
    # What is no UTF-8 is no checkpoint: let it be refused as one, with its name.
    return raw.decode(errors="replace")


def _size_of(checkpoint: str | None) -> int:
    """Return what a checkpoint says on its second line; 0 where it says nothing."""
    line = (checkpoint or "").split("\n")[1:2]
    return int(line[0]) if line and re.fullmatch("[0-9]{1,19}", line[0]) else 0
