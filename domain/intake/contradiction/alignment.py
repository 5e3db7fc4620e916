"""Two passages side by side: the stretches that say the same in the same words.

Only letters count: spaces, stops and brackets do not, and every figure is one masked symbol, so
that a stretch runs on over figures that differ.
"""

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

from domain.intake.contradiction.figures import Figure, FigureKind, find_figures
from domain.intake.folded_text import FoldedText, fold_text

MASKS = {kind: chr(0xE000 + at) for at, kind in enumerate(FigureKind)}
"""What stands for a figure; the private use area is no letter, so no text brings these along."""

# Thai letters with their marks, and those of other scripts; figures that mean nothing too.
_LETTERS = re.compile(r"[^\W_\u0e00-\u0e7f]+|[ก-ฺเ-๎]+")
_ENDS = re.compile(r"[ )]{0,3}(?:[”\"'\n]|\Z)")
# So many letters in a row, once in either passage, are the same words and no chance.
_ANCHOR = 12
# An anchor is widened so far to either side; further on there are other anchors.
_WIDEST = 2_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Passage:
    """A stretch of the text as symbols.

    Attributes:
        symbols: One for each letter and figure.
        figures: What the masked symbols are, by their place in `symbols`.
        pieces: The stretches of the text that it was taken from.
        endings: Where a figure ends its paragraph, its stretch or a title in quotation marks.
    """

    symbols: str
    figures: Mapping[int, Figure]
    pieces: Sequence["_Piece"]
    endings: Set[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where the symbols from `start` to before `end` stand."""
        return self._one(start)[0], self._one(end - 1)[1]

    def _one(self, at: int) -> tuple[int, int]:
        piece = next(piece for piece in reversed(self.pieces) if piece.first <= at)
        start = piece.places[at - piece.first]
        end = self.figures[at].end if at in self.figures else start + 1
        span = piece.fold.span(start, end)
        return piece.start + span[0], piece.start + span[1]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Piece:
    """A stretch of the text: where it begins, its first symbol, and where each one stands."""

    start: int
    fold: FoldedText
    first: int
    places: Sequence[int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """A stretch that two passages share, by its place in the symbols of each."""

    first: int
    second: int
    length: int

    @property
    def first_end(self) -> int:
        """Where it ends in the first passage."""
        return self.first + self.length

    @property
    def second_end(self) -> int:
        """Where it ends in the second passage."""
        return self.second + self.length


def read_passage(received: str, stretches: Iterable[tuple[int, int]]) -> Passage:
    """Turn stretches of the received text into symbols."""
    symbols: list[str] = []
    figures: dict[int, Figure] = {}
    pieces: list[_Piece] = []
    endings: set[int] = set()
    for start, end in stretches:
        fold = fold_text(received[start:end])
        places: list[int] = []
        first, at = len(symbols), 0
        for figure in find_figures(fold.text):
            _add_letters(fold.text, at, figure.start, symbols, places)
            figures[len(symbols)] = figure
            if _ENDS.match(fold.text, figure.end):
                endings.add(len(symbols))
            symbols.append(MASKS[figure.kind])
            places.append(figure.start)
            at = figure.end
        _add_letters(fold.text, at, len(fold.text), symbols, places)
        pieces.append(_Piece(start=start, fold=fold, first=first, places=places))
    return Passage(
        symbols="".join(symbols), figures=figures, pieces=pieces, endings=frozenset(endings)
    )


def _add_letters(text: str, start: int, end: int, symbols: list[str], places: list[int]) -> None:
    for match in _LETTERS.finditer(text, start, end):
        symbols += match[0].lower() if match[0].isascii() else match[0]
        places += range(match.start(), match.end())


def shared_runs(first: str, second: str) -> Sequence[Run]:
    """Return the stretches that two rows of symbols share, in the order of the first.

    They grow from what stands exactly once in either: a phrase that comes twice says not which of
    the two is meant.
    """
    others = _once(second)
    reached: dict[int, int] = {}
    runs: list[Run] = []
    for shingle, at in _once(first).items():
        other = others.get(shingle)
        if other is None or reached.get(at - other, 0) >= at + _ANCHOR:
            continue
        run = _widen(first, second, at, other)
        reached[at - other] = run.first_end
        runs.append(run)
    return sorted(runs, key=lambda run: run.first)


def _once(symbols: str) -> dict[str, int]:
    """Return the anchors that stand only once in a passage, in their order."""
    places: dict[str, int] = {}
    repeated: set[str] = set()
    for at in range(len(symbols) - _ANCHOR + 1):
        shingle = symbols[at : at + _ANCHOR]
        if places.setdefault(shingle, at) != at:
            repeated.add(shingle)
    return {shingle: at for shingle, at in places.items() if shingle not in repeated}


def _widen(first: str, second: str, at: int, other: int) -> Run:
    before = 0
    room = min(at, other, _WIDEST)
    while before < room and first[at - before - 1] == second[other - before - 1]:
        before += 1
    after = _ANCHOR
    room = min(len(first) - at, len(second) - other, _WIDEST)
    while after < room and first[at + after] == second[other + after]:
        after += 1
    return Run(first=at - before, second=other - before, length=before + after)
