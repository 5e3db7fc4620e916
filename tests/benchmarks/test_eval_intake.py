"""The judge of reading and matching gives full marks to the truth and none to anything else."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from benchmarks import eval_intake
from benchmarks.letters import baseline, score_matching
from benchmarks.letters.baseline import targets_of, worse_than_baseline, write_baseline
from benchmarks.letters.bodies import all_provinces, directory_rows, is_stranger
from benchmarks.letters.evaluate import SMALL, evaluate
from benchmarks.letters.noise import Scan, scan
from benchmarks.letters.planted import plant
from benchmarks.letters.samples import make_sample, make_samples
from benchmarks.letters.score_contradictions import score_clean, score_damaged, score_planted
from benchmarks.letters.score_matching import Matching
from benchmarks.letters.score_reading import FIELDS, SURE, score_reading
from benchmarks.letters.tally import Score, Tally
from benchmarks.letters.truth import LetterTruth, Mark, Sample, Span
from domain.document_number import DocumentNumber
from domain.intake.found import Found
from domain.intake.reading import (
    Contact,
    Contradiction,
    Deadline,
    Enclosure,
    LetterReading,
    Occasion,
    ReceiptStamp,
    RecipientList,
    RecipientRow,
    Reference,
    TextReading,
)
from domain.intake.vocabulary import ContactKind, ContradictionKind, MatchStatus
from services.candidate_directory import candidates_of
from services.match_recipients import Ranked, RowMatch


def oracle(sample: Sample, damaged: Scan) -> TextReading:
    """Read a text by its truth."""
    letters = [_letter(one, sample, damaged) for one in sample.letters]
    return TextReading(letters=letters, lists=[_list(sample, damaged)] if sample.lists else [])


def _letter(truth: LetterTruth, sample: Sample, damaged: Scan) -> LetterReading:
    start, end = damaged.moved((truth.start, truth.end))

    def found(name: str, read: Callable[[Any, str], Any] = lambda value, _: value) -> list[Any]:
        return [_found(mark, sample, damaged, read) for mark in truth.fields.get(name, ())]

    def one(name: str) -> Any:  # noqa: ANN401 (a found value of any sort)
        return next(iter(found(name)), None)

    return LetterReading(
        start=start,
        end=end,
        numbers=found("number"),
        dated=one("date"),
        kind=one("kind"),
        urgency=one("urgency"),
        secrecy=one("secrecy"),
        issuer=one("issuer"),
        addressees=found("addressees"),
        subject=one("subject"),
        references=[
            Reference(number=each.as_(_first), dated=each.as_(_second), issuer=None)
            for each in found("references")
        ],
        enclosures=found("enclosures", lambda _, text: Enclosure(title=text, copies=1)),
        body=None,
        signatory=one("signatory"),
        signatory_post=one("signatory_post"),
        authority=one("authority"),
        authority_post=one("authority_post"),
        contacts=found("contacts", lambda value, _: Contact(kind=ContactKind.PHONE, value=value)),
        deadlines=found(
            "deadlines", lambda value, _: Deadline(kind=value[0], day=value[1], time=value[2])
        ),
        occasions=found("occasions", lambda value, _: Occasion(start=value[0], end=value[1])),
        receipt_stamps=found("receipt_stamps", lambda value, _: _stamp(*value)),
    )


def _first(value: tuple[DocumentNumber, date]) -> DocumentNumber:
    return value[0]


def _second(value: tuple[DocumentNumber, date]) -> date:
    return value[1]


def _stamp(registry: str, number: int, dated: date, time: Any) -> ReceiptStamp:  # noqa: ANN401
    return ReceiptStamp(registry=registry, number=number, dated=dated, time=time)


def _found(
    mark: Mark, sample: Sample, damaged: Scan, read: Callable[[Any, str], Any]
) -> Found[Any]:
    span: Span = mark.spans[0] if mark.spans else (0, 0)
    start, end = damaged.moved(span)
    value = read(mark.value, sample.text[span[0] : span[1]])
    return Found(value=value, start=start, end=end, confidence=1.0, rule="oracle")


def _list(sample: Sample, damaged: Scan) -> RecipientList:
    truth = sample.lists[0]
    rows = [
        RecipientRow(
            no=row.no,
            as_written=damaged.slice(row.name),
            district_as_written=damaged.slice(row.district) if row.district else None,
            kind=row.kind,
            place=damaged.slice(row.name),
            start=damaged.moved(row.name)[0],
            end=damaged.moved(row.name)[1],
        )
        for row in truth.rows
    ]
    return RecipientList(
        start=rows[0].start,
        end=rows[-1].end,
        title="",
        province=truth.province,
        stated_count=None,
        rows=rows,
    )


def scored(share: float, change: Callable[[TextReading], TextReading]) -> Score:
    score = Score()
    for sample in make_samples(40, seed=5):
        damaged = scan(sample.text, share, seed=sample.name)
        score_reading(score, sample, damaged, change(oracle(sample, damaged)))
    return score


@pytest.mark.parametrize("share", [0.0, 0.1, 0.2])
def test_the_truth_has_everything_right(share: float) -> None:
    score = scored(share, lambda reading: reading)

    wrong = {
        name: one for name, one in score.tallies.items() if (one.precision, one.recall) != (1, 1)
    }
    assert (wrong, score.misses) == ({}, [])
    assert set(score.tallies) == {
        "letters",
        "rows",
        "row_name",
        "row_district",
        "row_kind",
        SURE,
        *FIELDS,
    }
    assert min(one.meant for one in score.tallies.values()) > 0


def test_who_reads_nothing_has_nothing_right() -> None:
    score = scored(0.0, lambda _: TextReading(letters=[], lists=[]))

    assert {one.recall for name, one in score.tallies.items() if one.meant} == {0.0}
    assert {one.precision for one in score.tallies.values()} == {1.0}


def test_a_wrong_date_is_missed_and_false() -> None:
    def other_day(reading: TextReading) -> TextReading:
        letters = [
            replace(
                one, dated=one.dated.as_(lambda day: day.replace(year=1999)) if one.dated else None
            )
            for one in reading.letters
        ]
        return replace(reading, letters=letters)

    score = scored(0.1, other_day)

    assert (score.of("date").recall, score.of("date").precision) == (0.0, 0.0)
    assert score.of("number").recall == 1.0


def test_a_value_that_stands_elsewhere_is_not_right() -> None:
    def moved(reading: TextReading) -> TextReading:
        letters = [
            replace(
                one,
                numbers=[
                    replace(each, start=each.end + 9, end=each.end + 12) for each in one.numbers
                ],
            )
            for one in reading.letters
        ]
        return replace(reading, letters=letters)

    assert scored(0.0, moved).of("number").right == 0


def test_what_is_printed_after_the_damage_may_be_read() -> None:
    sample = make_sample(1, seed=5)
    (mark,) = sample.letters[0].fields["number"]
    (span,) = mark.spans
    text = sample.text[: span[1] - 1] + "๙" + sample.text[span[1] :]
    damaged = Scan(text=text, offsets=tuple(range(len(text) + 1)))
    assert isinstance(mark.value, DocumentNumber)
    misread = replace(mark.value, running=mark.value.running[:-1] + "9")
    assert misread != mark.value

    def right_of(number: DocumentNumber) -> int:
        score, reading = Score(), oracle(sample, damaged)
        found = [one.as_(lambda _: number) for one in reading.letters[0].numbers]
        letter = replace(reading.letters[0], numbers=found)
        score_reading(score, sample, damaged, replace(reading, letters=[letter]))
        return score.of("number").right

    assert (right_of(mark.value), right_of(misread), right_of(replace(misread, owner="1"))) == (
        1,
        1,
        0,
    )


def test_planted_contradictions_are_counted() -> None:
    (planted,) = plant(ContradictionKind.WEEKDAY_WRONG, count=1, seed=3)
    place = planted.places[0]
    score = Score()

    score_planted(score, planted, [_said(ContradictionKind.WEEKDAY_WRONG, place)])
    score_planted(score, planted, [_said(ContradictionKind.WEEKDAY_WRONG, (0, 1))])
    score_planted(score, planted, [_said(ContradictionKind.DATE_DIFFERS, place)])
    score_clean(score, make_sample(0, seed=3), [_said(ContradictionKind.ROW_REPEATED, place)])
    score_clean(score, make_sample(1, seed=3), [])

    assert score.of("weekday_wrong") == Tally(right=1, meant=3, read=2)
    assert score.of("date_differs") == Tally(right=0, meant=0, read=1)
    assert score.of("row_repeated") == Tally(right=0, meant=0, read=1)
    assert score.of("clean texts") == Tally(right=1, meant=2, read=2)


def test_a_contradiction_is_looked_for_where_the_damage_moved_it() -> None:
    (planted,) = plant(ContradictionKind.WEEKDAY_WRONG, count=1, seed=3)
    damaged, score = scan(planted.text, 0.2, seed="x"), Score()
    place = damaged.moved(planted.places[0])
    assert place != planted.places[0]

    score_damaged(score, planted, damaged, [_said(ContradictionKind.WEEKDAY_WRONG, place)])
    score_damaged(score, planted, damaged, [])

    assert score.of("weekday_wrong") == Tally(right=1, meant=2, read=1)


def _said(kind: ContradictionKind, span: Span) -> Contradiction:
    return Contradiction(kind=kind, values=["?"], spans=[span], message="")


DIRECTORY = candidates_of(directory_rows())
KNOWN = {one.code: one for one in DIRECTORY.candidates}


def matched(
    sample: Sample, monkeypatch: pytest.MonkeyPatch, said: Sequence[tuple[MatchStatus, str]]
) -> Matching:
    """Count what a matcher that says this of the lines of a clean text has right."""

    def fake(rows: Sequence[RecipientRow], **_: object) -> list[RowMatch]:
        pairs = zip(rows, said, strict=True)
        return [_match(row, status, KNOWN[code]) for row, (status, code) in pairs]

    monkeypatch.setattr(score_matching, "match_rows", fake)
    matching, damaged = Matching(), scan(sample.text, 0.0, seed="x")
    score_matching.score_matching(matching, sample, damaged, oracle(sample, damaged), DIRECTORY)
    return matching


def listed(*, has_stranger: bool) -> tuple[Sample, list[str]]:
    """Return a text with a list that names a body the directory lacks, or none, and its codes."""
    for sample in make_samples(60, seed=5):
        codes = [row.code for one in sample.lists for row in one.rows]
        if codes and any(map(is_stranger, codes)) is has_stranger:
            return sample, codes
    raise AssertionError


def test_the_directory_lacks_strangers_only() -> None:
    made = {body.code for one in all_provinces().values() for body in one.bodies}

    assert made - KNOWN.keys() == {code for code in made if is_stranger(code)}
    assert 0.02 < len(made - KNOWN.keys()) / len(made) < 0.05


def test_matched_lines_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    sample, codes = listed(has_stranger=False)
    said = [(MatchStatus.ACCEPTED, codes[0]), (MatchStatus.ACCEPTED, codes[0])]
    said += [(MatchStatus.ASKED, codes[2]), (MatchStatus.ASKED, codes[0])]
    said += [(MatchStatus.REJECTED, code) for code in codes[4:]]

    matching = matched(sample, monkeypatch, said)

    assert (matching.accepted, matching.right, matching.asked, matching.offered) == (2, 1, 2, 1)
    assert (matching.lost, matching.strangers, matching.rejected) == (0, 0, len(codes) - 4)


def test_a_stranger_may_be_asked_about_but_not_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    sample, codes = listed(has_stranger=True)
    somebody = next(iter(KNOWN))
    strangers = sum(map(is_stranger, codes))

    asked = matched(sample, monkeypatch, [(MatchStatus.ASKED, somebody)] * len(codes))
    accepted = matched(
        sample,
        monkeypatch,
        [(MatchStatus.ACCEPTED, somebody if is_stranger(code) else code) for code in codes],
    )

    assert (asked.strangers, asked.asked) == (strangers, len(codes) - strangers)
    assert (accepted.accepted, accepted.right) == (len(codes), len(codes) - strangers)


def _match(row: RecipientRow, status: MatchStatus, candidate: Any) -> RowMatch:  # noqa: ANN401
    return RowMatch(
        row=row,
        status=status,
        organization=candidate,
        score=90,
        margin=9,
        candidates=[Ranked(candidate=candidate, score=90)],
        district=None,
    )


def test_a_worse_figure_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(baseline, "BASELINE", tmp_path / "baseline.json")
    before = {"fields": {"0%": {"date": {"recall": 0.9}}}, "matching": {"asked_share": 0.1}}
    write_baseline(before, "a")

    assert worse_than_baseline(before, "a") == []
    assert worse_than_baseline({"fields": {"0%": {"date": {"recall": 0.885}}}}, "a") == []
    assert len(worse_than_baseline({"fields": {"0%": {"date": {"recall": 0.87}}}}, "a")) == 1
    assert len(worse_than_baseline({"matching": {"asked_share": 0.13}}, "a")) == 1
    assert worse_than_baseline({"matching": {"asked_share": 0.9}}, "b") == []


def test_a_small_run_is_as_good_as_it_was() -> None:
    result = evaluate(SMALL)
    key = SMALL.name

    assert key in baseline.BASELINE.read_text()
    assert worse_than_baseline(result.figures(), key) == []
    assert [one for one in targets_of(result) if one.is_least and not one.is_reached] == []
    assert result.letters >= SMALL.letters


def test_a_run_prints_and_writes_its_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output, printed = tmp_path / "build" / "eval.json", StringIO()
    monkeypatch.setattr(eval_intake, "OUTPUT", output)
    monkeypatch.setattr(eval_intake, "console", Console(file=printed, width=160))
    monkeypatch.setattr(eval_intake, "worse_than_baseline", lambda *_: ["date: 1 before, 0 now"])
    arguments = ["eval", "--letters", "2", "--plants", "0", "--noise", "0", "--examples", "1"]
    monkeypatch.setattr("sys.argv", arguments)

    with pytest.raises(SystemExit, match="worse than the baseline"):
        eval_intake.main()

    written = json.loads(output.read_text())
    assert {"fields", "matching", "contradictions", "cases", "targets", "worse"} <= written.keys()
    assert written["worse"] == ["date: 1 before, 0 now"]
    assert "Reading: precision / recall" in printed.getvalue()
