"""Readings as plain words, so that a case written by hand needs nothing but words."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, time
from typing import Any

from benchmarks.letters.agree import squeezed
from benchmarks.letters.tally import Score
from domain.buddhist_era import BANGKOK
from domain.intake.found import Found
from domain.intake.reading import Contradiction, LetterReading, Occasion, TextReading

Plain = Mapping[str, Any]


def _text(found: Found[Any] | None) -> str | None:
    return None if found is None else str(found.value)


def _instant(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(BANGKOK).strftime("%Y-%m-%d %H:%M")


def _occasion(one: Occasion) -> tuple[str | None, str | None]:
    return _instant(one.start), _instant(one.end)


# What a case may say of a letter, each as words; a list where there may be several.
LETTER: Mapping[str, Callable[[LetterReading], object]] = {
    "numbers": lambda one: [str(each.value) for each in one.numbers],
    "date": lambda one: _text(one.dated),
    "kind": lambda one: _text(one.kind),
    "urgency": lambda one: _text(one.urgency) or "normal",
    "secrecy": lambda one: _text(one.secrecy) or "normal",
    "issuer": lambda one: _text(one.issuer),
    "addressees": lambda one: [_text(each) for each in one.addressees],
    "subject": lambda one: _text(one.subject),
    "references": lambda one: [
        (str(each.number.value), _text(each.dated)) for each in one.references
    ],
    "deadlines": lambda one: [
        (str(each.value.kind), str(each.value.day)) for each in one.deadlines
    ],
    "occasions": lambda one: [_occasion(each.value) for each in one.occasions],
    "stamps": lambda one: [
        (each.value.registry, each.value.number, str(each.value.dated), _clock(each.value.time))
        for each in one.receipt_stamps
    ],
    "signatory": lambda one: _text(one.signatory),
    "post": lambda one: _text(one.signatory_post),
    "authority": lambda one: _text(one.authority) or "own",
}


def _clock(at: time | None) -> str | None:
    return None if at is None else f"{at:%H:%M}"


def score_plain(
    score: Score, name: str, truth: Plain, reading: TextReading, found: Sequence[Contradiction]
) -> None:
    """Check every word of a case; what it does not mention is not checked."""
    letters = truth.get("letters", [])
    check(score, name, "letters", len(letters), len(reading.letters))
    for nth, letter in enumerate(letters):
        read = reading.letters[nth] if nth < len(reading.letters) else None
        for field, words in letter.items():
            check(score, name, field, words, LETTER[field](read) if read else None)
    if "rows" in truth:
        rows = [(row.as_written, row.district_as_written) for row in reading.rows]
        check(score, name, "rows", truth["rows"], rows)
    if "stated" in truth:
        stated = [one.stated_count.value if one.stated_count else None for one in reading.lists]
        check(score, name, "stated", truth["stated"], stated)
    kinds = sorted({str(one.kind) for one in found})
    check(score, name, "contradictions", sorted(truth.get("contradictions", [])), kinds)


def check(score: Score, name: str, what: str, truth: object, read: object) -> None:
    """Count one thing that a case says."""
    tally = score.of(name)
    tally.meant += 1
    tally.read += 1
    if _folded(truth) == _folded(read):
        tally.right += 1
    else:
        score.miss(f"{name}: {what}", name, truth=truth, read=read)


def _folded(value: object) -> object:
    """Leave spaces out of account, which no text that was scanned keeps."""
    if isinstance(value, str):
        return squeezed(value)
    if isinstance(value, list | tuple):
        return [_folded(one) for one in value]
    return value
