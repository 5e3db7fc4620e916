"""What the use cases need of the file store: whether a file is there, and how large it is."""

from typing import Protocol


class FileStore(Protocol):
    """Files by their sha256; tests and production keep them in different places."""

    async def size(self, sha256: bytes) -> int | None:
        """Return the size in bytes of a stored file, or None when it is not there."""
        ...
