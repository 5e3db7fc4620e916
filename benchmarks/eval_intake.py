"""`make eval`: how well letters are read, checked and matched, on texts whose truth is known.

The texts are made from a seed, damaged as `letters/noise.py` says, or altered as
`letters/planted.py` does; a few are written by hand in `letters/cases.py`, where adding one is
adding a tuple. Nothing here knows how reading works.
"""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.letters.baseline import (
    TOLERANCE,
    Target,
    targets_of,
    worse_than_baseline,
    write_baseline,
)
from benchmarks.letters.evaluate import DAMAGED_COPIES, SMALL, Effort, Evaluation, evaluate
from benchmarks.letters.tally import Miss, Tally

OUTPUT = Path("build/eval.json")

console = Console(highlight=False, width=None if sys.stdout.isatty() else 160)


def main() -> None:
    """Evaluate, print, write `build/eval.json`; exit 1 on a missed target or a worse figure."""
    options = _options()
    effort = Effort(
        letters=options.letters, seed=options.seed, plants=options.plants, noise=options.noise
    )
    began = time.perf_counter()
    result = evaluate(effort)
    figures, targets = result.figures(), targets_of(result)
    if options.write_baseline:
        write_baseline(figures, effort.name)
        write_baseline(evaluate(SMALL).figures(), SMALL.name)
    worse = worse_than_baseline(figures, effort.name)
    seconds = round(time.perf_counter() - began, 1)
    said = {"run": effort.name, "seconds": seconds, "worse": worse, "targets": _said(targets)}
    _write(said | figures)
    _show(result, targets, worse, examples=options.examples)
    console.print(f"{result.letters} letters in {seconds} s. Written to {OUTPUT}.")
    if worse or not all(one.is_reached for one in targets):
        sys.exit("A target is missed, or a figure is worse than the baseline.")


def _options() -> argparse.Namespace:
    usual, parser = Effort(), argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--letters", type=int, default=usual.letters, help="how many to make")
    parser.add_argument("--seed", type=int, default=usual.seed)
    parser.add_argument("--plants", type=int, default=usual.plants, help="copies of each kind")
    parser.add_argument("--noise", type=_shares, default=usual.noise, help="percent: 0,5,10")
    parser.add_argument("--examples", type=int, default=0, help="how many misses of each to show")
    parser.add_argument("--write-baseline", action="store_true")
    return parser.parse_args()


def _shares(percents: str) -> tuple[float, ...]:
    return tuple(int(one) / 100 for one in percents.split(","))


def _said(targets: Sequence[Target]) -> list[dict[str, object]]:
    return [
        {"name": one.name, "value": one.value, "bound": one.bound, "is_reached": one.is_reached}
        for one in targets
    ]


def _write(output: dict[str, object]) -> None:
    OUTPUT.parent.mkdir(exist_ok=True)
    OUTPUT.write_text(json.dumps(output, ensure_ascii=False, indent=2) + "\n")


def _show(
    result: Evaluation, targets: Sequence[Target], worse: Sequence[str], *, examples: int
) -> None:
    console.print(_fields_table(result))
    console.print(_matching_table(result))
    console.print(_contradictions_table(result))
    _show_cases(result)
    console.print(_targets_table(targets))
    for one in worse:
        console.print(f"worse by more than {TOLERANCE:.0%}: {one}")
    if examples:
        _show_examples(result, examples)


def _fields_table(result: Evaluation) -> Table:
    table = Table(title="Reading: precision / recall, by share of damaged characters")
    table.add_column("field")
    for level in result.fields:
        table.add_column(level, justify="right")
    names = dict.fromkeys(name for score in result.fields.values() for name in score.tallies)
    table.add_column("in the texts", justify="right")
    for name in names:
        tallies = [score.of(name) for score in result.fields.values()]
        table.add_row(name, *map(_shown, tallies), str(max(one.meant for one in tallies)))
    return table


def _shown(tally: Tally) -> str:
    return f"{tally.precision:.1%} / {tally.recall:.1%}"


def _matching_table(result: Evaluation) -> Table:
    table = Table(title="Matching: lines as they were read; strangers are not in the directory")
    columns = ("noise", "lines", "lost", "strangers", "accepted", "right", "wrong", "share")
    for name in (*columns, "asked", "offered", "rejected"):
        table.add_column(name, justify="right")
    for level, one in result.matching.items():
        counts = (one.lines, one.lost, one.strangers, one.accepted, one.right)
        wrong = one.accepted - one.right
        shares = (f"{one.asked} ({one.asked_share:.1%})", str(one.offered))
        rejected = f"{one.rejected} ({one.rejected_share:.1%})"
        table.add_row(
            level, *map(str, counts), str(wrong), f"{one.accepted_right:.2%}", *shares, rejected
        )
    return table


def _contradictions_table(result: Evaluation) -> Table:
    table = Table(title="Contradictions planted in clean texts")
    columns = ("kind", "planted", "found", "false alarms", "precision", "recall")
    for name in (*columns, f"recall, {DAMAGED_COPIES:.0%} damaged"):
        table.add_column(name, justify="left" if name == "kind" else "right")
    clean = result.contradictions.of("clean texts")
    for name, tally in result.contradictions.tallies.items():
        if tally is clean:
            continue
        counts = (tally.meant, tally.right, tally.read - tally.right)
        damaged = result.damaged_contradictions.of(name).recall
        shares = (f"{one:.1%}" for one in (tally.precision, tally.recall, damaged))
        table.add_row(str(name), *map(str, counts), *shares)
    table.caption = f"{clean.right} of {clean.meant} texts without one gave none"
    return table


def _show_cases(result: Evaluation) -> None:
    tallies = result.cases.tallies
    whole = sum(one.right == one.meant for one in tallies.values())
    right, meant = (sum(getattr(one, name) for one in tallies.values()) for name in _COUNTS)
    console.print(f"Written by hand: {whole} of {len(tallies)} texts, {right} of {meant} words.")
    for miss in result.cases.misses:
        console.print(f"  {miss.what}: is {miss.truth}, read {miss.read}", markup=False)
    for name, value in (result.reference or {}).items():
        console.print(f"reference {name}: {value}", markup=False)


_COUNTS = ("right", "meant")


def _targets_table(targets: Sequence[Target]) -> Table:
    table = Table(title="Targets")
    for name in ("target", "value", "bound", "reached"):
        table.add_column(name, justify="left" if name == "target" else "right")
    for one in targets:
        sign = ">=" if one.is_least else "<="
        reached = "yes" if one.is_reached else "NO"
        table.add_row(one.name, f"{one.value:.4g}", f"{sign} {one.bound:.4g}", reached)
    return table


def _show_examples(result: Evaluation, most: int) -> None:
    for level, misses in _missed(result):
        for what, count in Counter(one.what for one in misses).most_common():
            console.print(f"\n[bold]{level} {what}: {count}[/bold]")
            for one in [each for each in misses if each.what == what][:most]:
                line = f"  {one.sample}: is {one.truth[:150]!r}, read {one.read[:150]!r}"
                console.print(line, markup=False, soft_wrap=True)


def _missed(result: Evaluation) -> Iterator[tuple[str, Sequence[Miss]]]:
    for level, score in result.fields.items():
        yield level, score.misses
    for level, one in result.matching.items():
        yield f"{level} matching", one.misses
    yield "contradictions", result.contradictions.misses
    yield "contradictions, damaged", result.damaged_contradictions.misses


if __name__ == "__main__":
    main()
