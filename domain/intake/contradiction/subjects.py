"""The subject of a letter that is cited or passed on, against the subject that it has itself."""

import re
from collections.abc import Iterator, Sequence, Set
from itertools import takewhile

from domain.intake.contradiction.citations import Citation
from domain.intake.contradiction.text import CheckedText, Place, contradiction
from domain.intake.near_words import is_near
from domain.intake.reading import Contradiction
from domain.intake.vocabulary import ContradictionKind

_QUOTED = re.compile(
    r"[ \t\n]{0,5}เรื่อง[ \t]{0,5}(?P<subject>[^\n]{10,200}?)(?=\s{2}|\s{0,3}จำนวน|\s{0,3}\n|\Z|\))"
)
_TITLE = re.compile('[“"](?P<title>[^“”"\n]{20,250})[”"]')
_SHORT = 15
# A title that lacks its end is cut short, and one that lacks a letter was misread.
_LONG_TITLE, _EDGE, _WORD = 24, 6, 3
_SPACES = re.compile(r"\s+")
_FIGURES = re.compile(r"[0-9๐-๙]+")


def differing_subjects(
    checked: CheckedText, citations: Sequence[Citation], told: Set[tuple[int, int]]
) -> Iterator[Contradiction]:
    """Yield the subjects of one letter that are not the same.

    Args:
        checked: The text.
        citations: Which letters are cited in it.
        told: Places of words that were already found to differ.
    """
    for one in citations:
        subject = one.cited.subject
        if subject is None:
            continue
        printed = Place(value=subject.value, span=subject.span)
        quoted = _quoted(checked.received, one)
        if quoted is not None and _is_misquoted(quoted.value, printed.value):
            yield _finding("เรื่องของหนังสือที่อ้างถึง", quoted, printed)
        own = one.citing.subject
        is_told = any(subject.start <= start < subject.end for span in told for start in span)
        if own is not None and not is_told and _is_slip(own.value, printed.value):
            yield _finding("เรื่องของหนังสือ", Place(value=own.value, span=own.span), printed)
        yield from _other_titles(checked, one, printed)


def _quoted(received: str, citation: Citation) -> Place | None:
    """Return the subject that stands behind the number and the day of a citation."""
    reference = citation.reference
    start = max(reference.number.end, reference.dated.end if reference.dated else 0)
    match = _QUOTED.match(received, start)
    if match is None:
        return None
    return Place(value=match["subject"].strip(), span=match.span("subject"))


def _other_titles(
    checked: CheckedText, citation: Citation, printed: Place
) -> Iterator[Contradiction]:
    """Look at titles in quotation marks in which a word is missing or added."""
    title = _TITLE.search(checked.received, *printed.span)
    if title is None:
        return
    right = Place(value=title["title"], span=title.span("title"))
    for letter in (citation.citing, citation.cited):
        end = letter.body.end if letter.body is not None else letter.start
        start = letter.subject.start if letter.subject is not None else end
        for match in _TITLE.finditer(checked.received, start, end):
            if _lacks_a_word(match["title"], right.value):
                said = Place(value=match["title"], span=match.span("title"))
                yield _finding("ชื่อในเครื่องหมายคำพูด", said, right)


def _lacks_a_word(said: str, printed: str) -> bool:
    """Tell whether one has a word in its middle that the other lacks, and all else is the same."""
    one, other = sorted((_bare(said), _bare(printed)), key=len)
    before = _begins_alike(one, other)
    behind = _begins_alike(one[before:][::-1], other[before:][::-1])
    is_whole = before + behind == len(one) >= _LONG_TITLE
    return is_whole and min(before, behind) >= _EDGE and len(other) - len(one) >= _WORD


def _begins_alike(one: str, other: str) -> int:
    """Return how many letters are the same before the first that is not."""
    pairs = zip(one, other, strict=False)
    return len([*takewhile(lambda pair: pair[0] == pair[1], pairs)])


def _is_misquoted(quoted: str, printed: str) -> bool:
    """Tell whether most is the same and not all; what is cut short is quoted rightly."""
    one, other = _bare(quoted), _bare(printed)
    if min(len(one), len(other)) < _SHORT or one in other or other in one:
        return False
    return not _is_near_spelling(one, other) and is_near(one, other, most=len(other) // 4)


def _is_slip(own: str, printed: str) -> bool:
    """Tell whether one letter differs; what is passed on may have another subject."""
    one, other = _bare(own), _bare(printed)
    is_long = min(len(one), len(other)) >= _SHORT
    is_same = one == other or _is_near_spelling(one, other)
    has_figures = _FIGURES.findall(one) != _FIGURES.findall(other)
    return is_long and not is_same and not has_figures and is_near(one, other, most=1)


def _is_near_spelling(one: str, other: str) -> bool:
    """Tell whether only marks differ that a word may have or not."""
    dropped = str.maketrans("", "", "์็ๆฯ\"'“”()-–.,")
    return one.translate(dropped) == other.translate(dropped)


def _bare(subject: str) -> str:
    return _SPACES.sub("", subject)


def _finding(called: str, one: Place, other: Place) -> Contradiction:
    return contradiction(
        ContradictionKind.WORDING_DIFFERS,
        f"{called}เขียนต่างกัน คือ “{one.value}” และ “{other.value}”",
        [one, other],
    )
