"""The policies that hold until an office says otherwise, as the rules know them."""

from datetime import time

from domain.policies import ExtensionPolicy, Policies, UrgencyPolicy, WorkingSpan
from domain.vocabulary import Approver, OrganizationKind, Urgency


def _policy(
    *spans: str, after_hours: time | None = time(10), day_and_night: bool = False
) -> UrgencyPolicy:
    register, forward, remind_register, remind_acknowledge, head, superior, origin = map(
        WorkingSpan.parse, spans
    )
    return UrgencyPolicy(
        register_within=register,
        forward_within=forward,
        after_hours_by=after_hours,
        remind_register_before=remind_register,
        remind_acknowledge_before=remind_acknowledge,
        head_after=head,
        superior_after=superior,
        origin_after=origin,
        is_continuous=day_and_night,
    )


DEFAULTS = Policies(
    urgencies={
        Urgency.NORMAL: _policy("1d", "3d", "2h", "2d", "1d", "2d", "4d"),
        Urgency.URGENT: _policy("8h", "2d", "2h", "1d", "4h", "1d", "2d"),
        Urgency.VERY_URGENT: _policy("4h", "1d", "1h", "4h", "2h", "4h", "1d"),
        Urgency.MOST_URGENT: _policy(
            "1h", "2h", "15m", "1h", "0m", "1h", "2h", after_hours=None, day_and_night=True
        ),
        # The letter itself says until when it must be there.
        Urgency.URGENT_WITHIN: _policy("1h", "2h", "1h", "4h", "1h", "2h", "4h", after_hours=None),
    },
    tier_weights={
        OrganizationKind.NATIONAL_AGENCY: (2, 1, 2, 5),
        OrganizationKind.PROVINCE: (1, 3, 6),
        OrganizationKind.PROVINCIAL_OFFICE: (3, 7),
        OrganizationKind.DISTRICT: (1,),
    },
    extension=ExtensionPolicy(
        up_to_days={Approver.SENDER_HEAD: 10, Approver.ORIGIN_HEAD: 30},
        max_extensions=3,
        max_days=30,
    ),
)
"""What migration 0006 writes as version 1; tests/models/test_migrations.py compares them."""
