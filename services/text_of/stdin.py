"""The child of `extract_text_apart`: a file comes in on one pipe, its text goes out on another."""

import json
import resource
import sys
from dataclasses import asdict
from math import ceil
from typing import Final

from domain.errors import InvalidError
from services.extract_text import extract_text
from services.text_of.limits import unreadable

# The most that was measured is half a gigabyte: a Word file with 20 MB of markup in a table.
_MEMORY_BYTES: Final = 2 * 1024**3


def main() -> None:
    """Read one line of JSON and then the file; write one document of JSON."""
    given = json.loads(sys.stdin.buffer.readline())
    _limit(given["seconds"])
    data = sys.stdin.buffer.read()
    try:
        found = extract_text(data, media_type=given["media_type"], file_name=given["file_name"])
        answer: dict[str, object] = {"extracted": asdict(found)}
    except InvalidError as error:
        answer = _told(error)
    except (MemoryError, RecursionError):
        answer = _told(unreadable("เนื้อหาซับซ้อนหรือใหญ่เกินไป"))
    sys.stdout.write(json.dumps(answer))


def _told(error: InvalidError) -> dict[str, object]:
    return {
        "error": {"detail": error.detail, "code": error.reason, "facts": dict(error.facts)},
    }


def _limit(seconds: float) -> None:
    # The parent stops it by the clock; these hold when the parent itself is gone or very busy.
    # Of the processor, the lower limit sends a signal that tells why, the upper one kills.
    processor = ceil(seconds) + 1
    for what, most in (
        (resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES)),
        (resource.RLIMIT_CPU, (processor, processor + 1)),
        (resource.RLIMIT_CORE, (0, 0)),
    ):
        resource.setrlimit(what, most)


if __name__ == "__main__":
    main()
