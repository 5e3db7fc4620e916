"""How far a damaged word lies from a known one, told by what scans confuse.

A letter taken for one that looks like it, a lost mark or vowel weigh little; another letter
weighs so much that การใน is never taken for ภายใน.
"""

from functools import lru_cache

from domain.intake.near_words import NEVER_FIRST

_CLASSES = (
    "กถภ",
    "ขฃชซ",
    "คฅดตศ",
    "นมฆ",
    "บปยษ",
    "พฟผฝ",
    "สล",
    "จว",
    "ธรฐ",
    "อฮ",
    "ทฑหฬ",
    "ฎฏ",
    "ญณ",
    "เแาะำๅ",
    "โไใ",
)
_CLASS = {letter: letters for letters in _CLASSES for letter in letters}
_SHAPES = str.maketrans(
    {letter: letters[0] for letters in _CLASSES for letter in letters}
    | dict.fromkeys("ัิีึืฺุู็่้๊๋์ํ๎ \t\n.,", None)
)
_CONSONANTS = str.maketrans({one: two[0] for one, two in _CLASS.items() if one <= "ฮ"})
_MARKS = NEVER_FIRST - set("าะำๅ")
_VOWELS = frozenset("เแโใไาะำๅ")
_ALIKE, _MARK, _VOWEL, _LETTER = 0.5, 0.25, 0.5, 1.5


def shape_of(text: str) -> str:
    """Return a text without marks and spaces, with one letter for all that look alike."""
    return text.translate(_SHAPES)


def shape_places(text: str) -> list[int]:
    """Return where in a text the letters of its shape stand."""
    return [at for at, one in enumerate(text) if _SHAPES.get(ord(one), one) is not None]


def look_of(text: str) -> str:
    """Return a text, as long as it is, with one consonant for all that look alike."""
    return text.translate(_CONSONANTS)


@lru_cache(maxsize=16384)
def near_whole(word: str, text: str, *, most: float) -> float | None:
    """Return how far the whole of `text` is from `word`, None where it is farther than `most`."""
    column = _first_column(word)
    for letter in text:
        column = _next_column(column, word, letter)
        if min(column) > most:
            return None
    return column[-1] if column[-1] <= most else None


@lru_cache(maxsize=16384)
def near_end(word: str, text: str, *, most: float) -> tuple[float, int] | None:
    """Read `word` at the end of `text`: how far off it is, and how many characters it takes."""
    word = word[::-1]
    column = _first_column(word)
    best: tuple[float, int] | None = None
    for length, letter in enumerate(reversed(text[-len(word) - 4 :]), 1):
        column = _next_column(column, word, letter)
        if column[-1] <= most and (best is None or column[-1] <= best[0]):
            best = column[-1], length
        if min(column) > most:
            break
    return best


def near_start(word: str, text: str, *, most: float) -> tuple[float, int] | None:
    """Read `word` at the beginning of `text`, as `near_end` does at its end."""
    return near_end(word[::-1], text[: len(word) + 4][::-1], most=most)


def _first_column(word: str) -> list[float]:
    column = [0.0]
    for letter in word:
        column.append(column[-1] + _weight(letter))
    return column


def _next_column(column: list[float], word: str, letter: str) -> list[float]:
    more = _weight(letter)
    above = column[0] + more
    following = [above]
    for known, slant, left in zip(word, column, column[1:], strict=False):
        if known == letter:
            above = slant
        else:
            above = min(slant + _between(known, letter), left + more, above + _weight(known))
        following.append(above)
    return following


def _weight(letter: str) -> float:
    """How much a letter weighs that is lost or too many."""
    return _MARK if letter in _MARKS else _VOWEL if letter in _VOWELS else _LETTER


def _between(known: str, letter: str) -> float:
    if _CLASS.get(known, known) == _CLASS.get(letter, letter):
        return _ALIKE
    return max(_weight(known), _weight(letter)) + _MARK
