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
_BETWEEN: Final = re.compile("(?<=[0-9]) +(?=[0-9])")
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
    plain = _SILENT.sub("", text) if "์" in text else text
    return _BETWEEN.sub("\n", plain.translate(_SIGNS)).replace(" ", "").replace("\n", " ")


def fold_with_places(text: str) -> tuple[str, list[int]]:
    """Return the folded text, and for each of its signs which sign of the text it came from."""
    plain = _SILENT.sub(_nothing, text)
    folded = _BETWEEN.sub(_one_blank, plain.translate(_SIGNS))
    places = [at for at, sign in enumerate(plain) for _ in _SIGNS[ord(sign)]]
    kept = [at for at, sign in zip(places, folded, strict=True) if sign != " "]
    return folded.replace(" ", "").replace("\n", " "), kept


def _nothing(found: re.Match[str]) -> str:
    """Return as many signs that fold to nothing."""
    return "์" * len(found[0])


def _one_blank(found: re.Match[str]) -> str:
    return "\n" + " " * (len(found[0]) - 1)


# Where a text may be cut without another outcome: no number and no silent letter goes across. To
# fold a piece is a few times the work that it saves.
_PIECE: Final = re.compile("(?s).{200,}?(?<=[ก-๎a-zA-Z]) (?=[ก-๎a-zA-Z])")


class FoldedText:
    """A folded text that knows where its signs came from, worked out only where that is asked."""

    def __init__(self, text: str) -> None:
        cuts = [0, *(found.end() for found in _PIECE.finditer(text))]
        self._pieces = [text[at:end] for at, end in pairwise([*cuts, len(text)])]
        folded = [fold(piece) for piece in self._pieces]
        self._begins = cuts
        self._folded_begins = list(accumulate(map(len, folded), initial=0))
        self._places: dict[int, list[int]] = {}
        self.folded = "".join(folded)

    def place(self, at: int) -> int:
        """Return which sign of the text a sign of the folded text came from."""
        nth = bisect_right(self._folded_begins, at) - 1
        if nth not in self._places:
            _, self._places[nth] = fold_with_places(self._pieces[nth])
        return self._begins[nth] + self._places[nth][at - self._folded_begins[nth]]


# Thai signs take three bytes each; in a run they take one, from a block that is not used otherwise.
_SHORT: Final = {0x0E00 + nth: chr(0x20 + nth) for nth in range(1, 0x5C)} | {
    code: chr(code + 0x100) for code in (*range(0x30, 0x3A), *range(0x61, 0x7B), 0x20)
}


def short_run(folded: str) -> str:
    """Return a stretch of folded text as it stands in a run."""
    return folded.translate(_SHORT)


def runs_of(folded: str) -> set[str]:
    """Return every run of signs in a folded text; of a very long one, those at its beginning.

    The last are shorter, so that every stretch of two signs or more begins one.
    """
    short = short_run(folded[:_MOST_SIGNS])
    return {short[at : at + RUN] for at in range(len(short) - 1)}


def linked_runs(folded: str) -> list[str]:
    """Return runs that together hold a folded text and overlap, fewer than all of them."""
    short, last = short_run(folded), len(folded) - RUN
    if last < 0:
        return []
    # The longer it is, the less it takes to tell it from the same runs elsewhere.
    step = 1 if last < RUN else 2 if last < 3 * RUN else 3
    return list(dict.fromkeys(short[at : at + RUN] for at in [*range(0, last, step), last]))
