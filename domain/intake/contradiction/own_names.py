"""The name of an agency that its own letter spells in two ways."""

import re
from collections.abc import Iterator
from itertools import islice

from domain.intake.contradiction.offices import misspelt
from domain.intake.contradiction.text import CheckedText, Place
from domain.intake.folded_text import fold_text
from domain.intake.near_words import NEVER_FIRST, near_prefix
from domain.intake.reading import Contradiction, LetterReading

# There is one of each in the land; of bodies with the name of a place there may be near ones.
_AGENCIES = re.compile(r"(?:กรม|กระทรวง|สำนักงาน(?=คณะกรรมการ|ปลัดกระทรวง|กองทุน))[ก-๎]{8,80}")
_SURE = 0.8
_BEGINS, _MOST = 6, 5


def misspelt_names(checked: CheckedText) -> Iterator[Contradiction]:
    """Yield where a letter writes the name of its agency with a letter wrong."""
    for letter in checked.reading.letters:
        name = _name(letter)
        if name is not None:
            for place in islice(_near_ones(checked, letter, name), _MOST):
                yield misspelt(place, name)


def _name(letter: LetterReading) -> str | None:
    """Return the name that is printed as letterhead."""
    if letter.issuer is None or letter.issuer.confidence < _SURE:
        return None
    name = "".join(letter.issuer.value.split())
    return name if _AGENCIES.fullmatch(name) else None


def _near_ones(checked: CheckedText, letter: LetterReading, name: str) -> Iterator[Place]:
    """Look at what begins and ends as the name does, in the letter itself.

    Where the letterhead is the only one that is written so, it may be wrong itself.
    """
    fold = fold_text(checked.received[letter.start : letter.end])
    if fold.text.count(name) < 2:
        return
    for match in re.finditer(re.escape(name[:_BEGINS]), fold.text):
        start = match.start()
        written = fold.text[start : start + len(name) + 2]
        near = None if written.startswith(name) else near_prefix(name, written, most=1)
        if near is not None and _is_whole(near.length, written, name):
            first, last = fold.span(start, start + near.length)
            value = fold.written(start, start + near.length)
            yield Place(value=value, span=(letter.start + first, letter.start + last))


def _is_whole(length: int, written: str, name: str) -> bool:
    """Tell whether the last letters are there, so that it is no other word that begins alike."""
    ends = written[:length]
    is_word = all("ก" <= letter <= "๎" for letter in ends)
    return is_word and ends[-2:] == name[-2:] and written[length : length + 1] not in NEVER_FIRST
