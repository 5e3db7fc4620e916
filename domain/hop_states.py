"""Which action takes a hop (ทอด) from which state to which: one table, used by every caller."""

from collections.abc import Mapping

from domain.errors import ConflictError
from domain.vocabulary import HopAction, HopState

# A forwarded hop is acknowledged by the report that climbs from below, never by hand: the counts
# would otherwise stand beside an open dispatch. Forwarding again adds a dispatch for a recipient
# that was forgotten.
TRANSITIONS: Mapping[tuple[HopState, HopAction], HopState] = {
    (HopState.SENT, HopAction.REGISTER): HopState.REGISTERED,
    (HopState.SENT, HopAction.REFUSE): HopState.REFUSED,
    (HopState.SENT, HopAction.RECALL): HopState.RECALLED,
    (HopState.REGISTERED, HopAction.FORWARD): HopState.FORWARDED,
    (HopState.REGISTERED, HopAction.ACKNOWLEDGE): HopState.ACKNOWLEDGED,
    (HopState.REGISTERED, HopAction.RETURN): HopState.RETURNED,
    (HopState.FORWARDED, HopAction.FORWARD): HopState.FORWARDED,
    (HopState.FORWARDED, HopAction.REPORT): HopState.ACKNOWLEDGED,
}

SETTLED = frozenset({HopState.ACKNOWLEDGED, HopState.REFUSED, HopState.RETURNED, HopState.RECALLED})
"""States nobody waits for any more."""

UNSETTLED = frozenset(HopState) - SETTLED

_STATE_TH: Mapping[HopState, str] = {
    HopState.SENT: "ส่งแล้ว ยังไม่ลงรับ",
    HopState.REGISTERED: "ลงรับแล้ว",
    HopState.FORWARDED: "ส่งต่อแล้ว",
    HopState.ACKNOWLEDGED: "ตอบรับแล้ว",
    HopState.REFUSED: "ปฏิเสธแล้ว",
    HopState.RETURNED: "คืนเรื่องแล้ว",
    HopState.RECALLED: "ถูกดึงกลับแล้ว",
}

_ACTION_TH: Mapping[HopAction, str] = {
    HopAction.REGISTER: "ลงรับ",
    HopAction.FORWARD: "ส่งต่อ",
    HopAction.ACKNOWLEDGE: "ตอบรับ",
    HopAction.REPORT: "รายงานผลรวม",
    HopAction.REFUSE: "ปฏิเสธ",
    HopAction.RETURN: "คืนเรื่อง",
    HopAction.RECALL: "ดึงกลับ",
}


def sources(action: HopAction) -> list[HopState]:
    """Return the states in which `action` is legal."""
    return [state for (state, act) in TRANSITIONS if act is action]


def target(state: HopState, action: HopAction) -> HopState:
    """Return the state after `action`.

    Raises:
        ConflictError: `hop_step_not_allowed`, with the state and the action.
    """
    try:
        return TRANSITIONS[state, action]
    except KeyError:
        raise step_not_allowed(state, action) from None


def step_not_allowed(state: HopState, action: HopAction) -> ConflictError:
    """Return the error that says why `action` is illegal in `state`."""
    return ConflictError(
        f"{_ACTION_TH[action]}ไม่ได้ เพราะหนังสืออยู่ในสถานะ “{_STATE_TH[state]}”",
        code="hop_step_not_allowed",
        state=state.value,
        action=action.value,
    )
