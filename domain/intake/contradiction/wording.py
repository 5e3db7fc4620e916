"""Two sentences that are the same but for a letter: a scan that made another word of one."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from domain.buddhist_era import arabic_digits
from domain.intake.contradiction.alignment import MASKS, Passage, Run
from domain.intake.contradiction.figures import FigureKind
from domain.intake.contradiction.text import Place, contradiction
from domain.intake.near_words import NEVER_FIRST, is_near
from domain.intake.reading import Contradiction
from domain.intake.vocabulary import ContradictionKind

# So many letters must be the same on either side, so that nothing but a letter differs.
_SAME = 14
_MOST = 10
# Where so many stretches are shorter than this, a scan made the words differ.
_FEW, _LENGTH = 3, 50
# Written with and without, and the same word.
_OPTIONAL = frozenset("์็ๆฯ")
# Words of one letter, which a sentence may have or not.
_WORDS = frozenset({"ณ", "ก", "ก็", "ที่", "นี้", "มี", "ว่า", "จะ"})
# Words that a sentence goes on with: what is before them has ended.
_GOES_ON = re.compile(
    "การ|ความ|และ|ของ|ที่|แห่ง|หรือ|ให้|โดย|ได้|ตาม|เพื่อ|จาก|เป็น|ต่อ|แล้ว|ซึ่ง|กับ|ใน|จะ|ไม่|มี|ว่า"
)
_LONGEST_WORD = 8
# Where something takes place, behind its day or its hours.
_AT = re.compile(
    f"[{MASKS[FigureKind.DAY]}{MASKS[FigureKind.TIME]}]น?ณ(?:ห้อง|โรงแรม|หอ|อาคาร|ศาลา|วัด|โรงเรียน|สนาม"
    "|ศูนย์|มหาวิทยาลัย|สำนักงาน|ที่ว่าการ|ลาน)[ก-๎]{0,30}\\Z"
)
# Who takes part from afar sits in a room of his own.
_FROM_AFAR = re.compile("ทางไกล|ออนไลน์|ถ่ายทอด|รับชม|zoom|video|conference")
_NEAR, _AFFAIR, _LONGEST_NAME = 60, 200, 30


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
    slips = [slip for one, other in pairwise(runs) if (slip := _slip(one, other))]
    if len(slips) >= _FEW and sum(run.length for run in runs) < _LENGTH * len(runs):
        return
    long = [slip for slip in slips if slip.same >= _SAME]
    clear = [slip for slip in long if _is_inside_word(first, second, slip)]
    clear.sort(key=lambda slip: -slip.same)
    pairs = [(_word(first, slip.first), _word(second, slip.second)) for slip in clear[:_MOST]]
    for words in [*pairs, *_other_places(first, second, runs)]:
        yield contradiction(
            ContradictionKind.WORDING_DIFFERS,
            f"ข้อความเดียวกันแต่เขียนคำต่างกัน คือ “{words[0].value}” และ “{words[1].value}”",
            words,
        )


def _other_places(
    first: Passage, second: Passage, runs: Sequence[Run]
) -> Iterator[tuple[Place, Place]]:
    """Yield the names of which nothing is the same, where the rest of a place and its day is."""
    for one, other in pairwise(runs):
        names = [(first, one.first_end, other.first), (second, one.second_end, other.second)]
        said = [passage.symbols[start:end] for passage, start, end in names]
        if not all(2 < len(name) <= _LONGEST_NAME and _is_thai(name) for name in said):
            continue
        if other.length < _SAME or not all(_touch(passage, at) for passage, at, _ in names):
            continue
        before = first.symbols[max(one.first, one.first_end - _NEAR) : one.first_end]
        affair = first.symbols[max(one.first_end - _AFFAIR, 0) : one.first_end + _AFFAIR]
        if _FROM_AFAR.search(affair):
            continue
        if _AT.search(before) and not is_near(*said, most=len(min(said, key=len)) // 2):
            yield _whole_word(*names[0]), _whole_word(*names[1])


def _slip(one: Run, other: Run) -> _Slip | None:
    """Return what lies between two stretches, if it is little in both passages.

    A letter that is doubled belongs to both stretches: their overlap goes to the first.
    """
    overlap = max(one.first_end - other.first, one.second_end - other.second, 0)
    first = one.first_end, other.first + overlap
    second = one.second_end, other.second + overlap
    lengths = first[1] - first[0], second[1] - second[0]
    same = min(one.length, other.length - overlap)
    if max(lengths) > 4 or min(lengths) < 0 or max(lengths) == 0:
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
    if all(pieces) or all(letter in NEVER_FIRST for letter in "".join(pieces)):
        # One letter for another, or a mark: the word may begin or end with it.
        return _is_joined_once(first, slip.first) and _is_joined_once(second, slip.second)
    return _is_joined(first, slip.first) and _is_joined(second, slip.second)


def _letters(piece: str) -> int:
    return sum(letter not in NEVER_FIRST for letter in piece)


def _is_thai(piece: str) -> bool:
    return all("ก" <= letter <= "๎" for letter in piece)


def _is_joined(passage: Passage, place: tuple[int, int]) -> bool:
    """Tell whether nothing stands between the letters there and their neighbours."""
    return all(_touch(passage, at) for at in range(place[0], place[1] + 1))


def _is_joined_once(passage: Passage, place: tuple[int, int]) -> bool:
    """Tell whether two letters of a word stand beside them, on one side at least."""
    before, behind = range(place[0] - 1, place[0] + 1), range(place[1], place[1] + 2)
    return any(all(_touch(passage, at) for at in side) for side in (before, behind))


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


def _whole_word(passage: Passage, start: int, end: int) -> Place:
    return Place(value=arabic_digits(passage.symbols[start:end]), span=passage.span(start, end))


def _goes_back(passage: Passage, start: int) -> bool:
    ended = _GOES_ON.fullmatch(passage.symbols[max(start - 3, 0) : start])
    return ended is None and _touch(passage, start)


def _goes_on(passage: Passage, end: int) -> bool:
    return _touch(passage, end) and _GOES_ON.match(passage.symbols, end) is None
