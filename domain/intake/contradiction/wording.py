"""Two sentences that are the same but for a letter: a scan that made another word of one."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from domain.buddhist_era import arabic_digits
from domain.intake.contradiction.alignment import MASKS, Passage, Run
from domain.intake.contradiction.text import Place, contradiction
from domain.intake.near_words import NEVER_FIRST
from domain.intake.reading import Contradiction
from domain.intake.vocabulary import ContradictionKind

# So many letters must be the same on either side, so that nothing but a letter differs.
_SAME = 14
_MOST = 10
# Written with and without, and the same word.
_OPTIONAL = frozenset("์็ๆฯ")
# Words of one letter, which a sentence may have or not.
_WORDS = frozenset("ณก็")
# Words that a sentence goes on with: what is before them has ended.
_GOES_ON = re.compile(
    "การ|ความ|และ|ของ|ที่|แห่ง|หรือ|ให้|โดย|ได้|ตาม|เพื่อ|จาก|เป็น|ต่อ|แล้ว|ซึ่ง|กับ|ใน|จะ|ไม่|มี|ว่า"
)
_LONGEST_WORD = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class _Slip:
    """Where two passages differ, by the symbols of each; empty where a letter is missing."""

    first: tuple[int, int]
    second: tuple[int, int]
    same: int


def differing_words(
    first: Passage, second: Passage, runs: Sequence[Run]
) -> Iterator[Contradiction]:
    """Yield the clearest words of which one letter differs."""
    slips = [_slip(one, other) for one, other in pairwise(runs)]
    clear = [slip for slip in slips if slip and _is_inside_word(first, second, slip)]
    clear.sort(key=lambda slip: -slip.same)
    for slip in clear[:_MOST]:
        words = [_word(first, slip.first), _word(second, slip.second)]
        yield contradiction(
            ContradictionKind.WORDING_DIFFERS,
            f"ข้อความเดียวกันแต่เขียนคำต่างกัน คือ “{words[0].value}” และ “{words[1].value}”",
            words,
        )


def _slip(one: Run, other: Run) -> _Slip | None:
    """Return what lies between two stretches, if it is little in both passages.

    A letter that is doubled belongs to both stretches: their overlap goes to the first.
    """
    overlap = max(one.first_end - other.first, one.second_end - other.second, 0)
    first = one.first_end, other.first + overlap
    second = one.second_end, other.second + overlap
    lengths = first[1] - first[0], second[1] - second[0]
    same = min(one.length, other.length - overlap)
    if max(lengths) > 4 or min(lengths) < 0 or max(lengths) == 0 or same < _SAME:
        return None
    return _Slip(first=first, second=second, same=same)


def _is_inside_word(first: Passage, second: Passage, slip: _Slip) -> bool:
    """Tell whether at most one letter differs, or a mark, and not at the edge of a word."""
    pieces = first.symbols[slice(*slip.first)], second.symbols[slice(*slip.second)]
    if any(mask in piece for piece in pieces for mask in MASKS.values()):
        return False
    if set("".join(pieces)) <= _OPTIONAL or any(piece in _WORDS for piece in pieces):
        return False
    if any(_letters(piece) > 1 or not _is_thai(piece) for piece in pieces):
        return False
    return _is_joined(first, slip.first) and _is_joined(second, slip.second)


def _letters(piece: str) -> int:
    return sum(letter not in NEVER_FIRST for letter in piece)


def _is_thai(piece: str) -> bool:
    return all("ก" <= letter <= "๎" for letter in piece)


def _is_joined(passage: Passage, place: tuple[int, int]) -> bool:
    """Tell whether nothing stands between the letters there and their neighbours."""
    return all(_touch(passage, at) for at in range(place[0], place[1] + 1))


def _touch(passage: Passage, at: int) -> bool:
    """Tell whether a symbol and the one before it stand side by side."""
    if not 0 < at < len(passage.symbols):
        return False
    return passage.span(at - 1, at)[1] == passage.span(at, at + 1)[0]


def _word(passage: Passage, place: tuple[int, int]) -> Place:
    """Return the word around a place as well as can be told without a dictionary."""
    start, end = place
    while start > max(place[0] - _LONGEST_WORD, 0) and _goes_back(passage, start):
        start -= 1
    while start < place[0] and passage.symbols[start] in NEVER_FIRST:
        start += 1
    most = min(place[1] + _LONGEST_WORD, len(passage.symbols))
    while end < most and _goes_on(passage, end):
        end += 1
    return Place(value=arabic_digits(passage.symbols[start:end]), span=passage.span(start, end))


def _goes_back(passage: Passage, start: int) -> bool:
    ended = _GOES_ON.fullmatch(passage.symbols[max(start - 3, 0) : start])
    return ended is None and _touch(passage, start)


def _goes_on(passage: Passage, end: int) -> bool:
    return _touch(passage, end) and _GOES_ON.match(passage.symbols, end) is None
