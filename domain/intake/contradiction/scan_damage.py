"""Differences that a scan made: no person wrote them, so no person is asked about each."""

import re

from domain.intake.near_shapes import shape_of
from domain.intake.reading import Contradiction
from domain.intake.vocabulary import ContradictionKind

# What nobody types: a mark without its letter or on one that never has it, two that exclude each
# other, a letter alone in the middle of a word, two sorts of digits in one number.
_NEVER_TYPED = re.compile(
    r"(?<![ก-๎])[ะัาิีึืฺุู็่้๊๋์]|[เแโใไ][ะัิีึืฺุู็่้๊๋์]|[่้๊๋][ัิีึืฺุู็่้๊๋]|[ัิีึื][ัิีึืุู]"
    r"|(?<=[ก-๎] )[ก-ฑด-ฮ](?= [ก-๎])|[ขคงชซณถทธนผพฟภมยรลวสหฮ][ัิีึืุู]?[๊๋]|[๐-๙][0-9oO]|[0-9oO][๐-๙]|[พค]\.ศ,"
)
_ONE_IN = 2_000
_WORDS = {ContradictionKind.OFFICE_MISSPELT, ContradictionKind.WORDING_DIFFERS}


def is_damaged(text: str) -> bool:
    """Tell whether a text has so much that nobody types that a scan must have made it."""
    return len(_NEVER_TYPED.findall(text)) * _ONE_IN > len(text)


def is_scan_made(found: Contradiction, *, damaged: bool) -> bool:
    """Tell whether two words are one to a scan; without damage only gaps are nothing."""
    if found.kind not in _WORDS:
        return False
    words = ["".join(value.split()) for value in found.values]
    if not damaged:
        return words[0] == words[-1]
    shapes = [shape_of(word) for word in words]
    if found.kind is ContradictionKind.OFFICE_MISSPELT:
        # A letter at the edge may stand apart from its word.
        return shapes[0] in shapes[-1]
    # The words are cut out of sentences, not always at the same letter.
    return shapes[0] in shapes[-1] or shapes[-1] in shapes[0]
