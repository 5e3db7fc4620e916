"""Long names of bodies and posts with one letter wrong, wherever they stand in a text."""

import re
from collections.abc import Iterator

from domain.intake.contradiction.known_offices import KINDS_OF_BODIES, POSTS
from domain.intake.near_words import NEVER_FIRST, near_prefix

# So long a name is near to nothing else that may be right, even in the middle of a sentence.
_LONG = 16
_NAMES = [name for name in (*KINDS_OF_BODIES, *POSTS) if len(name) >= _LONG]
_RIGHT = re.compile("|".join(_NAMES))


def _either_half(name: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """With one letter wrong, one half of a name is there as it is, and not beside the other."""
    first, second = name[: len(name) // 2], name[len(name) // 2 :]
    return re.compile(f"{first}(?!{second})"), re.compile(f"(?<!{first}){second}")


_HALVES = {name: _either_half(name) for name in _NAMES}


def near_long_names(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield which name is nearly there, where that begins and where it ends."""
    for name, (first, second) in _HALVES.items():
        starts = {match.start() for match in first.finditer(text)}
        for match in second.finditer(text):
            starts |= {match.start() - len(name) // 2 + by for by in (-1, 0, 1)}
        for start in sorted(at for at in starts if at >= 0):
            length = _near(name, text[start : start + len(name) + 2])
            if length:
                yield name, start, start + length


def _near(name: str, written: str) -> int:
    """Return how many letters stand for the name, 0 where it is right or another one."""
    # Where a right name begins a little further on, the letters before it are of another word.
    if written[:1] != name[0] or any(_RIGHT.match(written, at) for at in range(4)):
        return 0
    near = near_prefix(name, written, most=1)
    if near is None or written[near.length - 1] != name[-1]:
        return 0
    return near.length if written[near.length : near.length + 1] not in NEVER_FIRST else 0
