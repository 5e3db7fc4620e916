"""How much of what a text says was read: every field against its truth."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import median
from typing import TypeVar

from benchmarks.letters.agree import agrees, is_there, squeezed
from benchmarks.letters.noise import Scan
from benchmarks.letters.tally import Score
from benchmarks.letters.truth import LetterTruth, Mark, RowTruth, Sample, Span
from domain.intake.found import Found
from domain.intake.reading import LetterReading, RecipientRow, Reference, TextReading
from domain.vocabulary import Authority, Secrecy, Urgency

# What it means, where it stands, and how sure the rule is.
Reading = tuple[object, Span, float]
SURE = "of all, said to be sure"
_SURE_FROM = 0.8
"""Below it a person should look, says the contract."""

F = TypeVar("F")


def _same(value: object) -> object:
    return value


def _all(found: Iterable[Found[F]], value: Callable[[F], object] = _same) -> list[Reading]:
    return [(value(one.value), one.span, one.confidence) for one in found]


def _one(found: Found[F] | None) -> list[Reading]:
    # What is not printed may be said by its word for nothing special.
    plain = (Urgency.NORMAL, Secrecy.NORMAL, Authority.OWN)
    return [] if found is None or any(found.value is one for one in plain) else _all([found])


def _reference(one: Reference) -> Reading:
    number, dated = one.number, one.dated
    if dated is None:
        return (number.value, None), number.span, number.confidence
    sure = min(number.confidence, dated.confidence)
    return (number.value, dated.value), (number.start, dated.end), sure


FIELDS: Mapping[str, Callable[[LetterReading], list[Reading]]] = {
    "number": lambda one: _all(one.numbers),
    "date": lambda one: _one(one.dated),
    "kind": lambda one: _one(one.kind),
    "urgency": lambda one: _one(one.urgency),
    "secrecy": lambda one: _one(one.secrecy),
    "issuer": lambda one: _one(one.issuer),
    "addressees": lambda one: _all(one.addressees),
    "subject": lambda one: _one(one.subject),
    "references": lambda one: [_reference(each) for each in one.references],
    "enclosures": lambda one: _all(one.enclosures, lambda each: each.title),
    "deadlines": lambda one: _all(one.deadlines, lambda each: (each.kind, each.day, each.time)),
    "occasions": lambda one: _all(one.occasions, lambda each: (each.start, each.end)),
    "receipt_stamps": lambda one: _all(
        one.receipt_stamps, lambda each: (each.registry, each.number, each.dated, each.time)
    ),
    "signatory": lambda one: _one(one.signatory),
    "signatory_post": lambda one: _one(one.signatory_post),
    "authority": lambda one: _one(one.authority),
    "authority_post": lambda one: _one(one.authority_post),
    "contacts": lambda one: _all(one.contacts, lambda each: each.value),
}


def score_reading(score: Score, sample: Sample, scan: Scan, reading: TextReading) -> None:
    """Count what one reading has right."""
    pairs = _paired(sample.letters, reading.letters, scan)
    for truth, letter in pairs:
        _count_letter(score, truth, letter)
        for field, read_of in FIELDS.items():
            marks = list(truth.fields.get(field, ())) if truth else []
            readings = read_of(letter) if letter else []
            _score_field(score, field, sample, scan, marks, readings)
    _score_rows(score, sample, scan, reading.rows)


def _count_letter(score: Score, truth: LetterTruth | None, letter: LetterReading | None) -> None:
    tally = score.of("letters")
    tally.meant += truth is not None
    tally.read += letter is not None
    tally.right += truth is not None and letter is not None


def _paired(
    truths: Sequence[LetterTruth], letters: Sequence[LetterReading], scan: Scan
) -> list[tuple[LetterTruth | None, LetterReading | None]]:
    """Put each letter that was read to the one that it lies on; what is over stands alone."""
    left = list(letters)
    pairs: list[tuple[LetterTruth | None, LetterReading | None]] = []
    for truth in truths:
        start, end = scan.moved((truth.start, truth.end))
        mine = next((one for one in left if start <= _middle(one) < end), None)
        pairs.append((truth, mine))
        if mine:
            left.remove(mine)
    return pairs + [(None, one) for one in left]


def _middle(letter: LetterReading) -> float:
    starts = [span[0] for read_of in FIELDS.values() for _, span, _ in read_of(letter)]
    return median(starts) if starts else letter.start


def _score_field(
    score: Score,
    field: str,
    sample: Sample,
    scan: Scan,
    marks: list[Mark],
    readings: list[Reading],
) -> None:
    tally = score.of(field)
    tally.meant += len(marks)
    tally.read += len(readings)
    left, missed = list(readings), []
    for mark in marks:
        hit = next(
            (
                one
                for one in left
                if agrees(field, mark, one[0], scan, sample.text) and is_there(mark, one[1], scan)
            ),
            None,
        )
        _count_sure(score, hit, is_right=True)
        if hit is None:
            missed.append(mark)
        else:
            left.remove(hit)
            tally.right += 1
    for one in left:
        _count_sure(score, one, is_right=False)
    for nth in range(max(len(missed), len(left))):
        truth = _shown(missed[nth], scan) if nth < len(missed) else "-"
        score.miss(field, sample.name, truth=truth, read=left[nth][0] if nth < len(left) else "-")


def _count_sure(score: Score, reading: Reading | None, *, is_right: bool) -> None:
    if reading is not None and reading[2] >= _SURE_FROM:
        tally = score.of(SURE)
        tally.read += 1
        tally.meant += 1
        tally.right += is_right


def _shown(mark: Mark, scan: Scan) -> str:
    printed = " … ".join(_around(scan, span) for span in mark.spans)
    return f"{mark.value} {printed}" if printed else str(mark.value)


def _around(scan: Scan, span: Span) -> str:
    start, end = scan.moved(span)
    before, after = scan.text[max(0, start - 12) : start], scan.text[end : end + 6]
    return f"{before}⟨{scan.text[start:end]}⟩{after}".replace("\n", "⏎")


def _score_rows(score: Score, sample: Sample, scan: Scan, rows: Sequence[RecipientRow]) -> None:
    truths = [row for one in sample.lists for row in one.rows]
    found = paired_rows(truths, rows, scan)
    score.of("rows").read += len(rows)
    for truth in truths:
        score.of("rows").meant += 1
        row = found.get(truth)
        if row is None:
            score.miss("rows", sample.name, truth=scan.slice(truth.name))
            continue
        score.of("rows").right += 1
        _score_row(score, sample, scan, truth, row)
    for row in rows:
        if row not in found.values():
            score.miss("rows", sample.name, read=row.as_written)


def paired_rows(
    truths: Sequence[RowTruth], rows: Sequence[RecipientRow], scan: Scan
) -> dict[RowTruth, RecipientRow]:
    """Put each line that was read to the line of the truth that it lies on, one each."""
    starts = {scan.moved(truth.name): truth for truth in truths}
    found: dict[RowTruth, RecipientRow] = {}
    for row in rows:
        for (start, end), truth in starts.items():
            if truth not in found and start < row.end and row.start < end:
                found[truth] = row
                break
    return found


def _score_row(
    score: Score, sample: Sample, scan: Scan, truth: RowTruth, row: RecipientRow
) -> None:
    clean = sample.text[truth.name[0] : truth.name[1]]
    names = (squeezed(scan.slice(truth.name)), squeezed(clean))
    _check(score, "row_name", sample, squeezed(row.as_written) in names, names[0], row.as_written)
    district = squeezed(scan.slice(truth.district)) if truth.district else None
    read = squeezed(row.district_as_written) if row.district_as_written else None
    _check(score, "row_district", sample, read == district, district, row.district_as_written)
    _check(score, "row_kind", sample, row.kind == truth.kind, names[0], row.kind)


def _check(
    score: Score, what: str, sample: Sample, is_right: bool, truth: object, read: object
) -> None:
    tally = score.of(what)
    tally.meant += 1
    tally.read += read is not None
    tally.right += is_right and read is not None
    if not is_right:
        score.miss(what, sample.name, truth=truth, read=read)
