"""Files that are there whole or not at all, and stay after a crash."""

import os
from pathlib import Path


def write_once(place: Path, content: bytes, *, mode: int) -> bool:
    """Write a file unless it is there; return whether this call wrote it.

    The folder has to exist. A link, unlike a rename, never replaces what another process wrote.
    """
    draft = _write_draft(place, content, mode)
    try:
        place.hardlink_to(draft)
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    sync_folder(place.parent)
    return True


def write_anew(place: Path, content: bytes, *, mode: int) -> None:
    """Write a file, in place of the one that may be there."""
    draft = _write_draft(place, content, mode)
    try:
        draft.replace(place)
    finally:
        draft.unlink(missing_ok=True)
    sync_folder(place.parent)


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _write_draft(place: Path, content: bytes, mode: int) -> Path:
    draft = place.with_name(f".{place.name}.{os.urandom(8).hex()}")
    try:
        with open(draft, "xb", opener=lambda path, flags: os.open(path, flags, mode)) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    return draft
