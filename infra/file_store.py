"""Where attachments lie: a folder, each file under its sha256."""

import asyncio
import os
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO
from uuid import UUID


class HashDiffersError(Exception):
    """The bytes that came are not those that were announced."""


class FolderFileStore:
    """Files in a folder, two levels deep; a file is there whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, digest: bytes) -> Path:
        """Return where the file with this sha256 lies, or would lie."""
        name = digest.hex()
        return self._folder / name[:2] / name

    async def size(self, sha256: bytes, *, depositor: UUID) -> int | None:
        """Return the size in bytes of a file that `depositor` has sent, or None."""
        try:
            await asyncio.to_thread(self._deposit(sha256, depositor).stat)
            return (await asyncio.to_thread(self.path(sha256).stat)).st_size
        except FileNotFoundError:
            return None

    async def put(self, digest: bytes, chunks: AsyncIterator[bytes], *, depositor: UUID) -> int:
        """Store a file and return its size; the same file again replaces itself.

        Who sent the bytes is remembered beside the file: knowing a hash must not be enough to
        enclose a file and so to read it.

        Raises:
            HashDiffersError: The bytes have another sha256 than announced.
        """
        place = self.path(digest)
        draft = place.with_suffix(f".{os.urandom(8).hex()}")
        await asyncio.to_thread(place.parent.mkdir, parents=True, exist_ok=True)
        try:
            size = await self._write(draft, digest, chunks)
            await asyncio.to_thread(draft.replace, place)
            await asyncio.to_thread(self._deposit(digest, depositor).touch)
        finally:
            await asyncio.to_thread(draft.unlink, missing_ok=True)
        return size

    def _deposit(self, digest: bytes, depositor: UUID) -> Path:
        return self.path(digest).with_suffix(f".{depositor}")

    async def _write(self, draft: Path, digest: bytes, chunks: AsyncIterator[bytes]) -> int:
        seen, size = sha256(), 0
        with draft.open("wb") as file:
            async for chunk in chunks:
                size += len(chunk)
                seen.update(chunk)
                await asyncio.to_thread(file.write, chunk)
            # The row that names the file must never outlive a crash that the file did not.
            await asyncio.to_thread(_sync, file)
        if seen.digest() != digest:
            raise HashDiffersError
        return size


def _sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())
