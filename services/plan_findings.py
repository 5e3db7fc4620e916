"""What is in the way of a letter before it goes out, each with a code and a sentence."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from domain.vocabulary import OrganizationKind, Secrecy

MOST_RECIPIENTS = 10_000
"""As many hops may one dispatch have."""


class Severity(StrEnum):
    """Whether a finding must be mended, or only known."""

    BLOCKS = "blocks"
    WARNS = "warns"


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedBody:
    """A body on the way of a letter; without a code the directory does not know it.

    Attributes:
        registry_id: Its desk that receives letters, None where none is open.
        is_meant: Whether the letter is meant for it; else it only passes it on.
        is_below: Whether it stands below the sender.
        is_valid: Whether it exists on the day.
        has_desk: Whether it has any desk, open or not.
        is_staffed: Whether somebody holds a post at its desk.
        is_cleared: Whether one of them may know of a letter of that class.
    """

    organization_id: UUID
    code: str | None
    name: str | None
    kind: OrganizationKind | None
    registry_id: UUID | None
    is_meant: bool
    is_below: bool
    is_valid: bool
    has_desk: bool
    is_staffed: bool
    is_cleared: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One obstacle; without a body it is about the whole list."""

    code: str
    severity: Severity
    body: PlannedBody | None
    sentence: str

    @property
    def blocks(self) -> bool:
        """Whether it must be mended before the letter can go out."""
        return self.severity is Severity.BLOCKS


_SENTENCES = {
    "recipient_unknown": "ไม่รู้จักหน่วยงานนี้",
    "recipient_closed": "{name} ยุบแล้วหรือยังไม่ตั้งขึ้น",
    "recipient_without_registry": "{name} ไม่มีหน่วยสารบรรณ",
    "recipient_not_receiving": "หน่วยสารบรรณของ{name} ปิดแล้วหรือไม่เปิดรับหนังสือ",
    "recipient_is_sender": "{name} เป็นผู้ส่งเอง จึงส่งถึงตนเองไม่ได้",
    "recipient_without_officer": "ที่{name} ยังไม่มีเจ้าหน้าที่ซึ่งลงรับหนังสือได้",
    "recipient_without_clearance": "ที่{name} ไม่มีผู้ได้รับอนุญาตให้เข้าถึงชั้นความลับของหนังสือนี้",
    "recipient_not_below": "{name} ไม่อยู่ในสายของผู้ส่ง จึงจะส่งถึงโดยตรง",
    "recipient_twice": "{name} อยู่ในรายชื่อ {times} ครั้ง จะส่งให้ครั้งเดียว",
}
# Whoever passes the letter on will be refused by the same rule later; until then it may be mended.
_BLOCKS_FIRST_TIER = frozenset(
    {"recipient_without_registry", "recipient_not_receiving", "recipient_without_clearance"}
)
_BLOCKS = frozenset({"recipient_unknown", "recipient_closed", "recipient_is_sender"})


def find_obstacles(
    bodies: Iterable[PlannedBody],
    *,
    firsts: Sequence[PlannedBody],
    times: Mapping[UUID, int],
    sender: UUID,
    secrecy: Secrecy,
) -> list[Finding]:
    """Return what is in the way, the worst first, then by body.

    Args:
        bodies: Everybody on the way.
        firsts: Those to whom the sender itself sends.
        times: How often the list names each.
        sender: The sending registry.
        secrecy: The class of the letter.
    """
    first_ids = {one.organization_id for one in firsts}
    everybody = list(bodies)
    # Whoever writes to nobody below has chosen them so; beside those below, one may be a slip.
    has_below = any(one.is_below for one in everybody)
    findings = [
        _finding(code, body, body.organization_id in first_ids, times)
        for body in everybody
        for code in _codes(body, times=times, sender=sender, secrecy=secrecy)
        if has_below or code != "recipient_not_below"
    ]
    findings += _of_the_list(len(first_ids))
    return sorted(findings, key=lambda one: not one.blocks)


def _codes(
    body: PlannedBody, *, times: Mapping[UUID, int], sender: UUID, secrecy: Secrecy
) -> Iterator[str]:
    if body.code is None:
        yield "recipient_unknown"
        return
    if times.get(body.organization_id, 0) > 1:
        yield "recipient_twice"
    if not body.is_valid:
        yield "recipient_closed"
    elif body.registry_id is None:
        yield "recipient_not_receiving" if body.has_desk else "recipient_without_registry"
    elif body.registry_id == sender:
        yield "recipient_is_sender"
    else:
        yield from _codes_of_desk(body, secrecy)


def _codes_of_desk(body: PlannedBody, secrecy: Secrecy) -> Iterator[str]:
    if not body.is_staffed:
        yield "recipient_without_officer"
    elif not body.is_cleared and secrecy is not Secrecy.NORMAL:
        yield "recipient_without_clearance"
    if not body.is_below:
        yield "recipient_not_below"


def _finding(code: str, body: PlannedBody, is_first: bool, times: Mapping[UUID, int]) -> Finding:
    blocks = code in _BLOCKS or (is_first and code in _BLOCKS_FIRST_TIER)
    sentence = _SENTENCES[code].format(name=body.name, times=times.get(body.organization_id))
    return Finding(
        code=code,
        severity=Severity.BLOCKS if blocks else Severity.WARNS,
        body=body,
        sentence=sentence,
    )


def _of_the_list(firsts: int) -> Iterator[Finding]:
    if not firsts:
        sentence = "ยังไม่มีผู้รับ"
        yield Finding(
            code="recipients_empty", severity=Severity.BLOCKS, body=None, sentence=sentence
        )
    if firsts > MOST_RECIPIENTS:
        sentence = f"ส่งครั้งเดียวได้ไม่เกิน {MOST_RECIPIENTS:,} แห่ง แต่รายชื่อนี้มี {firsts:,} แห่ง"
        yield Finding(
            code="recipients_too_many", severity=Severity.BLOCKS, body=None, sentence=sentence
        )
