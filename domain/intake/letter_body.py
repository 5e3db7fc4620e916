"""What a letter says, between its headings and its closing words or signature."""

import re
from collections.abc import Sequence

from domain.document_number import DocumentNumber
from domain.intake.body_citations import read_body_citations
from domain.intake.citations import read_references
from domain.intake.folded_text import FoldedText
from domain.intake.found import Found
from domain.intake.heading_words import Heading
from domain.intake.letter_parts import Parts
from domain.intake.reading import Reference
from domain.intake.thai_dates import DateAt

# Below the subject of an order or a memo there may be a ruled line.
_ABOVE = re.compile(r"\s*(?:[-_=*.~]{4,}\s*)?")


def read_body(folded: FoldedText, said: tuple[int, int], *, sure: float) -> Found[str] | None:
    """Return a stretch of the text as it was received, without the blanks around it."""
    above = _ABOVE.match(folded.text, *said)
    first = above.end() if above else said[0]
    end = first + len(folded.text[first : said[1]].rstrip())
    if first == end:
        return None
    at, until = folded.span(first, end)
    return folded.found(folded.received[at:until], (first, end), sure=sure, rule="body.between")


def read_citations(
    folded: FoldedText,
    parts: Parts,
    said: tuple[int, int],
    dates: Sequence[DateAt],
    own: Sequence[Found[DocumentNumber]],
) -> Sequence[Reference]:
    """Return the letters cited under a heading, then those in the subject and the sentences."""
    headed = read_references(folded, parts, dates)
    known = [one.value for one in own] + [one.number.value for one in headed]
    subject = parts.of(Heading.SUBJECT)
    start = subject.span[0] if subject else said[0]
    return [*headed, *read_body_citations(folded, (start, said[1]), dates, known=known)]
