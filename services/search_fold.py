"""What people leave out, mix up or misplace in a text, taken out of it before it is compared."""

import re
from bisect import bisect_right
from itertools import accumulate, pairwise
from typing import Final
from unicodedata import category, normalize

RUN: Final = 4
"""How many signs make a run: what two of three Thai words are longer than."""

_MOST_SIGNS: Final = 40_000
# A silent letter is what is misspelt most, so it is left out with its mark.
_SILENT: Final = re.compile("[ก-ฮ][ิุ]?์")
# Two numbers side by side are not one.
_BETWEEN: Final = re.compile(r"(?<=[0-9]) +(?=[0-9])")
_MARKS: Final = dict.fromkeys("็่้๊๋์๎ฺ", "")
# Letters that sound alike, and vowels that are typed as two others.
_ALIKE: Final = {
    **dict.fromkeys("ศษ", "ส"),
    **dict.fromkeys("ฏฎฑ", "ต"),
    "ด": "ต",
    "ณ": "น",
    "ใ": "ไ",
    "แ": "เเ",
    "ำ": "ํา",
    "ญ": "ย",
    "ฬ": "ล",
    "ๅ": "า",
}


class _Signs(dict[int, str]):
    """What a sign is folded to: one of these, a sign in its simplest form, a blank or nothing."""

    def __missing__(self, code: int) -> str:
        sign = chr(code)
        if sign.isspace():
            folded = " "
        else:
            simple = normalize("NFKC", sign).casefold() if code > 127 else sign.lower()
            folded = "".join(one for one in simple if one.isalnum() or _is_thai_vowel(one))
        if code < 0x3000:
            self[code] = folded
        return folded


def _is_thai_vowel(sign: str) -> bool:
    return "ั" <= sign <= "ํ" and category(sign) == "Mn"


_SIGNS: Final = _Signs(
    {ord(sign): folded for sign, folded in (_MARKS | _ALIKE).items()}
    | {ord("๐") + digit: str(digit) for digit in range(10)}
)


def fold(text: str) -> str:
    """Return a text without blanks, punctuation, tone marks and silent letters, in small letters.

    Thai digits become Arabic ones, letters that sound alike become one. A blank stays between two
    numbers.
    """
    spaced = _SILENT.sub("", text).translate(_SIGNS)
    return _BETWEEN.sub("\n", spaced).replace(" ", "").replace("\n", " ")


def fold_with_places(text: str) -> tuple[str, list[int]]:
    """Return the folded text, and for each of its signs which sign of the text it came from."""
    silent = {at for found in _SILENT.finditer(text) for at in range(*found.span())}
    signs = [
        (sign, at) for at, one in enumerate(text) if at not in silent for sign in _SIGNS[ord(one)]
    ]
    folded = [(sign, at) for sign, at in _thin(signs)]
    return "".join(sign for sign, _ in folded), [at for _, at in folded]


def _thin(signs: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """Leave out blanks that do not stand between two numbers."""
    kept: list[tuple[str, int]] = []
    blank: int | None = None
    for sign, at in signs:
        if sign == " ":
            blank = at if blank is None else blank
            continue
        if blank is not None and kept and _is_digit(kept[-1][0]) and _is_digit(sign):
            kept.append((" ", blank))
        blank = None
        kept.append((sign, at))
    return kept


def _is_digit(sign: str) -> bool:
    return "0" <= sign <= "9"


# Where a text may be cut without another outcome: no number and no silent letter goes across.
_CUT: Final = re.compile("(?<=[ก-๎a-zA-Z]) (?=[ก-๎a-zA-Z])")


class FoldedText:
    """A folded text that knows where its signs came from, worked out only where that is asked."""

    def __init__(self, text: str) -> None:
        cuts = [0, *(found.end() for found in _CUT.finditer(text))]
        self._pieces = [text[at:end] for at, end in pairwise([*cuts, len(text)])]
        folded = [fold(piece) for piece in self._pieces]
        self._begins = cuts
        self._folded_begins = list(accumulate(map(len, folded), initial=0))
        self.folded = "".join(folded)

    def place(self, at: int) -> int:
        """Return which sign of the text a sign of the folded text came from."""
        nth = bisect_right(self._folded_begins, at) - 1
        _, places = fold_with_places(self._pieces[nth])
        return self._begins[nth] + places[at - self._folded_begins[nth]]


# Thai signs take three bytes each; in a run they take one, from a block that is not used otherwise.
_SHORT: Final = {0x0E00 + nth: chr(0x20 + nth) for nth in range(1, 0x5C)} | {
    code: chr(code + 0x100) for code in (*range(0x30, 0x3A), *range(0x61, 0x7B), 0x20)
}


def runs_of(folded: str) -> set[str]:
    """Return every run of signs in a folded text; of a very long one, those at its beginning."""
    short = folded[:_MOST_SIGNS].translate(_SHORT)
    return {short[at : at + RUN] for at in range(len(short) - RUN + 1)}


def linked_runs(folded: str) -> list[str]:
    """Return runs that together hold a folded text and overlap, fewer than all of them."""
    short, last = folded.translate(_SHORT), len(folded) - RUN
    if last < 0:
        return []
    step = 1 if last < RUN else 2
    return list(dict.fromkeys(short[at : at + RUN] for at in [*range(0, last, step), last]))
