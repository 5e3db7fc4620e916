"""How policies are written down as JSON, and read back with every mistake named."""

import re
from collections.abc import Collection, Mapping
from datetime import time
from typing import Any, Final

from domain.errors import InvalidError
from domain.policies import ExtensionPolicy, Policies, UrgencyPolicy, WorkingSpan
from domain.vocabulary import Approver, OrganizationKind, Urgency
from domain.working_time import CONTINUOUS, WorkingCalendar

MOST_TIERS: Final = 10

_SPANS = (
    "register_within",
    "forward_within",
    "remind_register_before",
    "remind_acknowledge_before",
    "head_after",
    "superior_after",
    "origin_after",
)
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
# For the length of a working day where no office is meant.
_OFFICE = WorkingCalendar({})


def write_policies(policies: Policies) -> dict[str, Any]:
    """Return the policies as the document that `read_policies` takes."""
    return {
        "urgencies": {
            urgency.value: _write_urgency(policy) for urgency, policy in policies.urgencies.items()
        },
        "tier_weights": {
            kind.value: list(weights) for kind, weights in policies.tier_weights.items()
        },
        "extension": {
            "up_to_days": {
                approver.value: days for approver, days in policies.extension.up_to_days.items()
            },
            "max_extensions": policies.extension.max_extensions,
            "max_days": policies.extension.max_days,
        },
    }


def read_policies(document: object) -> Policies:
    """Read a document of policies; nothing may be missing, and nothing unknown in it.

    Raises:
        InvalidError: `policy_invalid`, with what is wrong and where.
    """
    try:
        parts = _object(document, "policies", ("urgencies", "tier_weights", "extension"))
        return Policies(
            urgencies=_read_urgencies(parts["urgencies"]),
            tier_weights=_read_weights(parts["tier_weights"]),
            extension=_read_extension(parts["extension"]),
        )
    except (TypeError, ValueError, InvalidError) as error:
        raise InvalidError(
            f"นโยบายไม่ถูกต้อง: {error}", code="policy_invalid", field="policies"
        ) from error


def _write_urgency(policy: UrgencyPolicy) -> dict[str, Any]:
    by = policy.after_hours_by
    return {name: str(getattr(policy, name)) for name in _SPANS} | {
        "after_hours_by": by.strftime("%H:%M") if by else None,
        "is_continuous": policy.is_continuous,
    }


def _read_urgencies(document: object) -> dict[Urgency, UrgencyPolicy]:
    found = _object(document, "urgencies", [urgency.value for urgency in Urgency])
    return {urgency: _read_urgency(found[urgency.value], urgency.value) for urgency in Urgency}


def _read_urgency(document: object, place: str) -> UrgencyPolicy:
    found = _object(document, place, (*_SPANS, "after_hours_by", "is_continuous"))
    if not isinstance(found["is_continuous"], bool):
        raise TypeError(f"{place}.is_continuous: true or false expected")
    spans = {name: _span(found[name], f"{place}.{name}") for name in _SPANS}
    policy = UrgencyPolicy(
        **spans,
        after_hours_by=_time(found["after_hours_by"], f"{place}.after_hours_by"),
        is_continuous=found["is_continuous"],
    )
    _check_order(policy, place)
    return policy


def _check_order(policy: UrgencyPolicy, place: str) -> None:
    for name in ("register_within", "forward_within"):
        if getattr(policy, name) == WorkingSpan():
            raise ValueError(f"{place}.{name}: more than nothing expected")
    day = CONTINUOUS if policy.is_continuous else _OFFICE
    ladder = (policy.head_after, policy.superior_after, policy.origin_after)
    lengths = [span.length(day) for span in ladder]
    if lengths != sorted(lengths):
        raise ValueError(f"{place}: head_after, superior_after, origin_after must not fall")


def _read_weights(document: object) -> dict[OrganizationKind, tuple[int, ...]]:
    found = _object(document, "tier_weights")
    return {
        OrganizationKind(kind): tuple(
            _positive(one, f"tier_weights.{kind}") for one in _shares(weights, kind)
        )
        for kind, weights in found.items()
    }


def _shares(weights: object, kind: str) -> list[object]:
    if not isinstance(weights, list) or not 1 <= len(weights) <= MOST_TIERS:
        raise ValueError(f"tier_weights.{kind}: a list of 1 to {MOST_TIERS} numbers expected")
    return weights


def _read_extension(document: object) -> ExtensionPolicy:
    found = _object(document, "extension", ("up_to_days", "max_extensions", "max_days"))
    approvers = [approver.value for approver in Approver]
    days = _object(found["up_to_days"], "extension.up_to_days", approvers)
    policy = ExtensionPolicy(
        up_to_days={
            Approver(name): _positive(days[name], f"extension.up_to_days.{name}")
            for name in approvers
        },
        max_extensions=_positive(found["max_extensions"], "extension.max_extensions"),
        max_days=_positive(found["max_days"], "extension.max_days"),
    )
    most = max(policy.up_to_days.values())
    if policy.max_days < most:
        raise ValueError(f"extension.max_days: less than the {most} of extension.up_to_days")
    return policy


def _object(
    document: object, place: str, names: Collection[str] | None = None
) -> Mapping[str, object]:
    if not isinstance(document, dict):
        raise TypeError(f"{place}: an object expected")
    for said, those in (
        ("missing", set(names or ()) - set(document)),
        ("unknown", set(document) - set(names if names is not None else document)),
    ):
        if those:
            raise ValueError(f"{place}: {said} {', '.join(sorted(those))}")
    return document


def _span(text: object, place: str) -> WorkingSpan:
    if not isinstance(text, str):
        raise TypeError(f"{place}: a text such as 2d, 8h or 30m expected")
    return WorkingSpan.parse(text)


def _time(text: object, place: str) -> time | None:
    if text is None:
        return None
    if not isinstance(text, str) or not _TIME.fullmatch(text):
        raise ValueError(f"{place}: null or a time such as 10:00 expected")
    return time.fromisoformat(text)


def _positive(number: object, place: str) -> int:
    if isinstance(number, bool) or not isinstance(number, int) or not 0 < number <= 1000:
        raise ValueError(f"{place}: a whole number from 1 to 1000 expected, not {number!r}")
    return number
