"""What the use cases need of the file store: who sent a file, and how large it is."""

from typing import Protocol
from uuid import UUID


class FileStore(Protocol):
    """Files by their sha256; tests and production keep them in different places."""

    async def size(self, sha256: bytes, *, depositor: UUID) -> int | None:
        """Return the size in bytes of a file that `depositor` has sent, or None."""
        ...
