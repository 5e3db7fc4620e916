"""What the figures were before, and what they must reach."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.letters.evaluate import Evaluation

BASELINE = Path(__file__).parents[1] / "eval_baseline.json"
TOLERANCE = 0.02
"""A share may be worse by two in a hundred before it counts as worse."""

_HIGH = ("precision", "recall", "accepted_right", "right_after_confirming", "disagree_found")
_LOW = ("asked_share", "rejected_share")


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """A figure that the project promises."""

    name: str
    value: float
    bound: float
    is_least: bool

    @property
    def is_reached(self) -> bool:
        """Whether the promise is kept."""
        return self.value >= self.bound if self.is_least else self.value <= self.bound


def targets_of(result: Evaluation) -> list[Target]:
    """Return what is promised of matching and of the reference circular."""
    targets = [
        Target(
            name=f"accepted lines right at {level} noise",
            value=one.accepted_right,
            bound=0.995,
            is_least=True,
        )
        for level, one in result.matching.items()
    ]
    if one := result.matching.get("10%"):
        name = "lines asked at 10% noise"
        targets.append(Target(name=name, value=one.asked_share, bound=0.15, is_least=False))
    return targets + _reference_targets(result.reference)


def _reference_targets(reference: Mapping[str, Any] | None) -> list[Target]:
    if reference is None:
        return []
    pairs = (
        ("reference: fields right", "fields_right", "fields"),
        ("reference: contradictions found", "disagree_found", "disagree"),
        ("reference: lines right after confirming", "right_after_confirming", "lines"),
        ("reference: accepted lines right", "accepted_right", "accepted"),
    )
    return [
        Target(name=name, value=reference[value], bound=reference[bound], is_least=True)
        for name, value, bound in pairs
    ]


def worse_than_baseline(figures: Mapping[str, Any], key: str) -> list[str]:
    """Say which figures are worse than those that were stored, by more than the tolerance."""
    stored = _stored().get(key, {})
    before = dict(_flat(stored))
    return [
        f"{name}: {before[name]} before, {value} now"
        for name, value in _flat(figures)
        if name in before and _is_worse(name, before[name], value)
    ]


def write_baseline(figures: Mapping[str, Any], key: str) -> None:
    """Store the figures of a run."""
    stored = _stored() | {key: figures}
    BASELINE.write_text(json.dumps(stored, ensure_ascii=False, indent=1, sort_keys=True) + "\n")


def _stored() -> dict[str, Any]:
    stored: dict[str, Any] = json.loads(BASELINE.read_text()) if BASELINE.exists() else {}
    return stored


def _flat(figures: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, float]]:
    for name, value in figures.items():
        path = f"{above}{name}"
        if isinstance(value, Mapping):
            yield from _flat(value, f"{path} / ")
        elif name in _HIGH or name in _LOW:
            yield path, float(value)


def _is_worse(path: str, before: float, now: float) -> bool:
    name = path.rpartition(" / ")[2]
    return now > before + TOLERANCE if name in _LOW else now < before - TOLERANCE
