"""Read a received text: the letters in it, and the lists of recipients they enclose."""

from collections.abc import Sequence

from domain.intake.folded_text import fold_text
from domain.intake.read_letter import read_letter
from domain.intake.reading import LetterReading, TextReading
from domain.intake.receipt_stamps import find_stamps
from domain.intake.recipient_lists import ListAt, find_lists
from domain.intake.split_letters import split_letters
from domain.intake.text_lines import lines_of
from domain.intake.thai_dates import find_dates


def read_text(text: str) -> TextReading:
    """Return everything that the rules read in a text; any text may be given.

    Every place is counted in the text as it was received. What is not printed, or what only a
    guess would tell, is left out.
    """
    folded = fold_text(text)
    lines = lines_of(folded.text)
    stamps = find_stamps(folded, lines)
    lists = find_lists(folded, lines)
    frames = split_letters(lines, stamps, _listed(lists))
    dates = find_dates(folded.text)
    letters = [
        read_letter(folded, lines, frame, stamps=stamps, lists=lists, dates=dates)
        for frame in frames
    ]
    return TextReading(
        letters=[one for one in letters if _says_something(one)],
        lists=[one.list for one in lists],
    )


def _listed(lists: Sequence[ListAt]) -> frozenset[int]:
    return frozenset(at for one in lists for at in range(one.first, one.last))


def _says_something(letter: LetterReading) -> bool:
    return bool(letter.numbers or letter.subject or letter.addressees or letter.signatory)
