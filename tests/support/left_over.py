"""Who still works in a folder, seen from outside: no process is asked, none is trusted."""

from contextlib import suppress
from pathlib import Path


def users_of(folder: Path) -> dict[int, str]:
    """Return the processes that stand in `folder` or hold a file beneath it, by id.

    Servers keep their data there and every other process its log, so whatever a command has
    started is found, also what it has forgotten. Only Linux shows this.
    """
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            places = [(process / "cwd").readlink()]
            places += [link.readlink() for link in (process / "fd").iterdir()]
            if any(place.is_relative_to(folder) for place in places):
                command = (process / "cmdline").read_bytes().replace(b"\0", b" ")
                found[int(process.name)] = command.decode(errors="replace")
    return found
