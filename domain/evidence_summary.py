"""What an evidence bundle says to a person: a fixed template over what the bundle proves."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from domain.buddhist_era import bangkok_date, thai_digits, thai_instant, thai_long_date
from domain.notice_wording import URGENCY_TH
from domain.vocabulary import EventKind, Secrecy, Urgency

Fields = Mapping[str, Any]
"""The fields of a leaf, as `domain.leaf.read_leaf` returns them."""

_SYSTEM = "00000000-0000-7000-8000-000000000001"

EVENT_TH: Mapping[str, str] = {
    EventKind.SENT: "ส่ง",
    EventKind.REGISTERED: "ลงรับ",
    EventKind.FORWARDED: "ส่งต่อ",
    EventKind.ACKNOWLEDGED: "ตอบรับ",
    EventKind.REPORTED: "รายงานผลรวม",
    EventKind.REFUSED: "ปฏิเสธ",
    EventKind.RETURNED: "คืนเรื่อง",
    EventKind.RECALLED: "ดึงกลับ",
    EventKind.REMINDED: "แจ้งเตือน",
    EventKind.OVERDUE: "แจ้งเกินกำหนด",
    EventKind.ESCALATED: "เร่งรัด",
    EventKind.EXTENDED: "ขยายกำหนดเวลา",
    EventKind.SUSPENDED: "หยุดนับเวลา",
    EventKind.RESUMED: "นับเวลาต่อ",
    EventKind.CLOCK_STARTED: "เริ่มนับเวลา",
}
"""Words of the events of a hop; another kind stands as it is. A change is a new bundle format."""

_SECRECY_TH = {Secrecy.SECRET: "ลับ", Secrecy.VERY_SECRET: "ลับมาก"}

# Written out: the classes of Unicode change with its version, and a verifier of another year has
# to come to the same text.
_BLANK = re.compile("[\x00-\x20\x7f-\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
_UNSEEN = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")


@dataclass(frozen=True, kw_only=True, slots=True)
class EvidenceStory:
    """What a bundle proves of a hop.

    Attributes:
        letter: Its letter, as the bundle shows it.
        events: The events of the hop in the order in which they were recorded; `sent` is one.
        receipt: The entry of the register, if it has been registered.
        registries: Names that the record holds; a registry without one is told by its id.
        officers: The same for officers.
        origin: Which log proves it.
        size: How many leaves that log has.
    """

    letter: Fields
    events: Sequence[Fields]
    receipt: Fields | None
    registries: Mapping[str, str]
    officers: Mapping[str, str]
    origin: str
    size: int


def summarize_evidence(story: EvidenceStory) -> str:
    """Return the summary of a bundle; the verifier writes the same text anew and compares."""
    return "".join(f"{line}\n" for line in _lines(story))


def _lines(story: EvidenceStory) -> Iterator[str]:
    letter = story.letter
    sent = next(one for one in story.events if one["kind"] == EventKind.SENT)
    yield "หลักฐานการส่งหนังสือราชการ"
    yield f"หนังสือที่ {thai_digits(shown(letter['number']))}"
    yield f"ลงวันที่ {thai_long_date(date.fromisoformat(letter['dated']))}"
    yield f"เรื่อง {shown(letter['subject'])}"
    if urgency := URGENCY_TH[Urgency(letter["urgency"])]:
        yield f"ชั้นความเร็ว {urgency}"
    if secrecy := _SECRECY_TH.get(Secrecy(letter["secrecy"])):
        yield f"ชั้นความลับ {secrecy}"
    for attachment in letter["attachments"]:
        yield f"สิ่งที่ส่งมาด้วย {shown(attachment['file_name'])}"
    yield f"ผู้ส่ง {_registry(story, sent['registry_id'])}"
    yield f"ผู้รับ {_registry(story, sent['facts']['recipient_registry_id'])}"
    yield "ยังไม่มีเลขรับ" if story.receipt is None else _receipt(story, story.receipt)
    yield "เหตุการณ์"
    for nth, event in enumerate(story.events, 1):
        yield f"{thai_digits(str(nth))}. {_event(story, event)}"
    yield f"บันทึกที่ใช้พิสูจน์ {shown(story.origin)}"
    yield f"ผนึกแล้ว {thai_digits(str(story.size))} รายการ"


def _receipt(story: EvidenceStory, receipt: Fields) -> str:
    stamped = datetime.fromisoformat(receipt["stamped_at"])
    recorded = datetime.fromisoformat(receipt["recorded_at"])
    stamp = (
        thai_instant(stamped)
        if receipt["stamp_has_time"]
        else thai_long_date(bangkok_date(stamped))
    )
    parts = [
        f"เลขรับ {thai_digits(str(receipt['number']))} ตรารับลงวันที่ {stamp}",
        f"บันทึกเมื่อ {thai_instant(recorded)} โดย {_officer(story, receipt['recorded_by'])}",
    ]
    if receipt["reason"]:
        parts.append(f"เหตุผลที่ลงภายหลัง {shown(receipt['reason'])}")
    if receipt["is_unsealed"]:
        parts.append("ออกเลขขณะที่การผนึกบันทึกล่าช้า")
    return " ".join(parts)


def _event(story: EvidenceStory, event: Fields) -> str:
    kind, facts = event["kind"], event["facts"]
    parts = [
        thai_instant(datetime.fromisoformat(event["at"])),
        EVENT_TH.get(kind, shown(kind)),
        f"โดย {_officer(story, event['officer_id'])}",
        _registry(story, event["registry_id"]),
    ]
    if event["is_late"]:
        parts.append("(พ้นกำหนด)")
    remark = facts.get("remark", facts.get("reason"))
    if isinstance(remark, str):
        parts.append(f"ความว่า {shown(remark)}")
    return " ".join(parts)


def _registry(story: EvidenceStory, registry_id: str) -> str:
    name = story.registries.get(registry_id)
    return f"หน่วยสารบรรณ {registry_id}" if name is None else shown(name)


def _officer(story: EvidenceStory, officer_id: str) -> str:
    if officer_id == _SYSTEM:
        return "ระบบ"
    name = story.officers.get(officer_id)
    return f"เจ้าหน้าที่ {officer_id}" if name is None else shown(name)


def shown(text: str) -> str:
    """Return a text of the ledger on one line, without what a screen does not show."""
    return _BLANK.sub(" ", _UNSEEN.sub("", text)).strip(" ")
