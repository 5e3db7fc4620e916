"""How policies are written down as JSON, and read back with every mistake named."""

from datetime import time
from typing import Any

from domain.errors import InvalidError
from domain.policies import ExtensionPolicy, Policies, UrgencyPolicy, WorkingSpan
from domain.vocabulary import Approver, OrganizationKind, Urgency

_SPANS = (
    "register_within",
    "forward_within",
    "remind_register_before",
    "remind_acknowledge_before",
    "head_after",
    "superior_after",
    "origin_after",
)


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


def read_policies(document: dict[str, Any]) -> Policies:
    """Read a document of policies; every urgency class must be there.

    Raises:
        InvalidError: `policy_invalid`, with what is wrong.
    """
    try:
        return Policies(
            urgencies={
                urgency: _read_urgency(document["urgencies"][urgency.value]) for urgency in Urgency
            },
            tier_weights={
                OrganizationKind(kind): tuple(_positive(one) for one in weights)
                for kind, weights in document["tier_weights"].items()
            },
            extension=_read_extension(document["extension"]),
        )
    except (KeyError, ValueError, TypeError, AttributeError, InvalidError) as error:
        raise InvalidError(
            f"นโยบายไม่ถูกต้อง: {error}", code="policy_invalid", field="policies"
        ) from error


def _write_urgency(policy: UrgencyPolicy) -> dict[str, Any]:
    by = policy.after_hours_by
    return {name: str(getattr(policy, name)) for name in _SPANS} | {
        "after_hours_by": by.strftime("%H:%M") if by else None,
        "is_continuous": policy.is_continuous,
    }


def _read_urgency(document: dict[str, Any]) -> UrgencyPolicy:
    by = document["after_hours_by"]
    spans = {name: WorkingSpan.parse(document[name]) for name in _SPANS}
    if not isinstance(document["is_continuous"], bool):
        raise TypeError("is_continuous is true or false")
    return UrgencyPolicy(
        **spans,
        after_hours_by=time.fromisoformat(by) if by is not None else None,
        is_continuous=document["is_continuous"],
    )


def _read_extension(document: dict[str, Any]) -> ExtensionPolicy:
    return ExtensionPolicy(
        up_to_days={
            Approver(approver): _positive(days) for approver, days in document["up_to_days"].items()
        },
        max_extensions=_positive(document["max_extensions"]),
        max_days=_positive(document["max_days"]),
    )


def _positive(number: object) -> int:
    if isinstance(number, bool) or not isinstance(number, int) or not 0 < number <= 1000:
        raise ValueError(f"a whole number from 1 to 1000 expected, not {number!r}")
    return number
