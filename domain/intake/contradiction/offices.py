"""Posts and kinds of bodies that are nearly known ones: นายองค์การ… for นายกองค์การ…."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from domain.intake.contradiction.known_offices import KINDS_OF_BODIES, POSTS
from domain.intake.contradiction.long_names import near_long_names
from domain.intake.contradiction.text import CheckedText, Place, contradiction
from domain.intake.folded_text import FoldedText, fold_text
from domain.intake.near_words import NearPrefix, near_prefix
from domain.intake.reading import Contradiction, LetterReading
from domain.intake.vocabulary import ContradictionKind

_KNOWN = (*KINDS_OF_BODIES, *POSTS)
# What else may follow the first words of a known one, or a word near one, and is right.
_RIGHT = re.compile(
    "องค์การ(?!บ|ป)|เทศบาล(?!ต|เ|น)|เทศกาล|ผู้ว่าการ|อธิบดีศาล|อธิบดีอัยการ|อธิบดีผู้พิพากษา|ประธานศาล|ปลัดทัพ|ปลัดบัญชี"
)
# What is wrong wherever it stands; in sentences other words near a known one may be right.
_NEVER_RIGHT = {
    re.compile(f"นาย{rest}"): f"นายก{rest}"
    for rest in ("องค์การบริหารส่วนตำบล", "องค์การบริหารส่วนจังหวัด", "เทศมนตรี")
}
# A word begins behind a space, a stroke, a number of a row, or a word that joins two.
_BEGINNING = re.compile(r"(?:\A|(?<=[\s,/|(.)])|(?<=และ)|(?<=หรือ)|(?<=เรียน))(?=[ก-๎])")
_SPACES = re.compile(r"[ \t\n]+")
# A place is a short line; a text that has no lines is no place.
_LONGEST_PLACE = 400
# So many may be misspelt, or one in so many; more than that a scan damaged.
_FEW, _ONE_IN = 3, 10


def _most_edits(word: str) -> int:
    """Short words are near to others that are right too."""
    return 0 if len(word) < 8 else 1 if len(word) < 13 else 2


def _pieces(word: str, count: int) -> Sequence[str]:
    """Cut a word into so many parts; with fewer letters wrong one of them is there as it is."""
    step = -(-len(word) // count)
    return [word[at : at + step] for at in range(0, len(word), step)]


_DAMAGED = [(word, most, _pieces(word, most + 1)) for word in _KNOWN if (most := _most_edits(word))]
_LONGEST_WORD = max(len(word) for word in _KNOWN) + 2


@dataclass(frozen=True, kw_only=True, slots=True)
class _Bare:
    """A stretch without its spaces, and where each of its characters stands."""

    text: str
    places: list[int]


def misspelt_offices(checked: CheckedText) -> Iterator[Contradiction]:
    """Yield the posts and bodies that are nearly known ones.

    Where a whole row of them is damaged, a scan did it, and only what no scan does is told.
    """
    places = [*_places(checked)]
    near = [*_apart(_near_ones(checked, places))]
    if len(near) > max(_FEW, len(places) // _ONE_IN):
        near = []
    yield from (misspelt(place, word) for place, word in near)
    told = {place.span[0] for place, _ in near}
    for wrong, word in _NEVER_RIGHT.items():
        for match in wrong.finditer(checked.received):
            if match.start() not in told:
                yield misspelt(Place(value=match[0], span=match.span()), word)


def _near_ones(
    checked: CheckedText, places: Sequence[tuple[int, int]]
) -> Iterator[tuple[Place, str]]:
    """Yield what is nearly a known name: headings, signatures and lists, long ones anywhere."""
    bare = _bare(checked.text)
    for word, begin, end in near_long_names(bare.text):
        first, last = bare.places[begin], bare.places[end - 1] + 1
        yield _moved(checked.fold, 0, first, last), word
    for start, end in places:
        fold = fold_text(checked.received[start : min(end, start + _LONGEST_PLACE)])
        bare = _bare(fold.text)
        for begin in _beginnings(fold.text, bare):
            if near := _misspelt(bare.text[begin:]):
                word, length = near
                first, last = bare.places[begin], bare.places[begin + length - 1] + 1
                yield _moved(fold, start, first, last), word


def _apart(found: Iterable[tuple[Place, str]]) -> Iterator[tuple[Place, str]]:
    """Leave out a name inside another one: นายก… is not told again as องค์การ…."""
    ended = 0
    for place, word in sorted(found, key=lambda one: (one[0].span[0], -one[0].span[1])):
        if place.span[0] >= ended:
            ended = place.span[1]
            yield place, word


def _places(checked: CheckedText) -> Iterator[tuple[int, int]]:
    for letter in checked.reading.letters:
        yield from _places_of(letter)
    for one in checked.reading.lists:
        for row in one.rows:
            at = checked.received.find(row.as_written, row.start, row.end)
            # Digits are folded in what is written; then the whole row is looked at.
            yield (at, at + len(row.as_written)) if at >= 0 else (row.start, row.end)


def _places_of(letter: LetterReading) -> Iterator[tuple[int, int]]:
    for found in (letter.issuer, letter.signatory_post, letter.authority_post):
        if found is not None:
            yield found.span
    for addressee in letter.addressees:
        yield addressee.span


def _bare(text: str) -> _Bare:
    places = [at for at, letter in enumerate(text) if not letter.isspace()]
    return _Bare(text="".join(text[at] for at in places), places=places)


def _beginnings(text: str, bare: _Bare) -> Iterator[int]:
    index = {place: at for at, place in enumerate(bare.places)}
    return (index[match.start()] for match in _BEGINNING.finditer(text))


def _misspelt(text: str) -> tuple[str, int] | None:
    """Return the known word that is nearly there, and how many letters stand for it."""
    if any(text.startswith(word) for word in _KNOWN) or _RIGHT.match(text):
        return None
    begins = text[:_LONGEST_WORD]
    near = [
        one
        for word, most, pieces in _DAMAGED
        if any(piece in begins for piece in pieces)
        if (one := near_prefix(word, text, most=most)) and _is_whole(one, text)
    ]
    if not near:
        return None
    best = min(near, key=lambda one: (one.edits / len(one.word), -len(one.word)))
    return best.word, min(best.length, len(text))


def _is_whole(near: NearPrefix, text: str) -> bool:
    """Tell whether the word is there to its end: the beginning of another word is not it."""
    written = text[: near.length]
    is_swapped = len(written) == len(near.word) and written[-2] == near.word[-2]
    return is_swapped or written[-1] == near.word[-1]


def _moved(fold: FoldedText, start: int, first: int, last: int) -> Place:
    span = fold.span(first, last)
    written = _SPACES.sub("", fold.written(first, last))
    return Place(value=written, span=(start + span[0], start + span[1]))


def misspelt(place: Place, word: str) -> Contradiction:
    """Return the finding that a name is nearly the known one."""
    message = f"“{place.value}” น่าจะเป็น “{word}”"
    found = contradiction(ContradictionKind.OFFICE_MISSPELT, message, [place])
    return Contradiction(
        kind=found.kind, values=(place.value, word), spans=found.spans, message=message
    )
