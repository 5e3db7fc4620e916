"""What an event tells a person: what was before it, what is after it, and one Thai sentence."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from domain.buddhist_era import BUDDHIST_ERA_OFFSET, thai_digits, thai_long_date
from domain.notice_wording import STEP_TH, one_line
from domain.vocabulary import Book, DispatchState, EventKind, HopState, Role

Facts = Mapping[str, Any]

_KIND_TH: Mapping[EventKind, str] = {
    EventKind.REGISTER_OPENED: "เปิดทะเบียน",
    EventKind.LETTER_ISSUED: "ออกเลขที่หนังสือ",
    EventKind.NUMBER_VOIDED: "ยกเลิกเลข",
    EventKind.DISPATCHED: "ส่งหนังสือ",
    EventKind.SENT: "ส่งถึงผู้รับ",
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
    EventKind.CLOCK_STARTED: "เริ่มนับเวลาจากวันลงรับ",
    EventKind.POST_FILLED: "แต่งตั้งผู้รักษาการ",
    EventKind.POST_CLEARED: "ยกเลิกการรักษาการ",
    EventKind.DISPATCH_COMPLETED: "การส่งเสร็จสิ้น",
    EventKind.DISPATCH_CLOSED: "ปิดเรื่อง",
    EventKind.READ: "เปิดอ่านหนังสือลับ",
    EventKind.ORGANIZATION_RECORDED: "บันทึกหน่วยงาน",
    EventKind.REGISTRY_RECORDED: "บันทึกหน่วยสารบรรณ",
    EventKind.OFFICER_RECORDED: "บันทึกเจ้าหน้าที่",
    EventKind.OFFICER_CLEARED: "กำหนดชั้นความลับของเจ้าหน้าที่",
    EventKind.LOG_RESTARTED: "เริ่มบันทึกปิดผนึกชุดใหม่",
}

_STATE_TH: Mapping[str, str] = {
    HopState.SENT: "ยังไม่ลงรับ",
    HopState.REGISTERED: "ลงรับแล้ว",
    HopState.FORWARDED: "ส่งต่อแล้ว",
    HopState.ACKNOWLEDGED: "ตอบรับแล้ว",
    HopState.REFUSED: "ปฏิเสธแล้ว",
    HopState.RETURNED: "คืนเรื่องแล้ว",
    HopState.RECALLED: "ถูกดึงกลับแล้ว",
}
_BOOK_TH: Mapping[str, str] = {
    Book.INCOMING: "ทะเบียนรับ",
    Book.OUTGOING: "ทะเบียนส่ง",
    Book.CIRCULAR: "ทะเบียนหนังสือเวียน",
}
_STEP_TH: Mapping[str, str] = {step.value: words for step, words in STEP_TH.items()}
_POST_TH: Mapping[str, str] = {
    Role.CLERK: "เจ้าหน้าที่สารบรรณ",
    Role.HEAD: "หัวหน้า",
    Role.DEPUTY: "รองหัวหน้า",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class EventStory:
    """An event, told.

    Attributes:
        text: One sentence in Thai, without line breaks; it ends with the reason or remark given.
        before: What the event changed, as it was; empty where something came into being.
        after: The same, as it is since.
        stamped_at: What the stamp says, where the event is a receipt.
        stamp_has_time: Whether the stamp says a time of day.
        receipt_number: The number that a receipt took in its register.
    """

    text: str
    before: Facts = field(default_factory=dict)
    after: Facts = field(default_factory=dict)
    stamped_at: datetime | None = None
    stamp_has_time: bool | None = None
    receipt_number: int | None = None


def tell_event(kind: EventKind, facts: Facts) -> EventStory:
    """Return the story of an event; facts that an older version did not write are left out."""
    before, after = _change(kind, facts)
    is_receipt = kind is EventKind.REGISTERED
    stamped = facts.get("stamped_at") if is_receipt else None
    return EventStory(
        text=_sentence(kind, facts, before, after),
        before=before,
        after=after,
        stamped_at=datetime.fromisoformat(stamped) if stamped else None,
        stamp_has_time=facts.get("stamp_has_time") if is_receipt else None,
        receipt_number=facts.get("number") if is_receipt else None,
    )


def kind_words(kind: EventKind) -> str:
    """Return what a kind of event is called."""
    return _KIND_TH[kind]


def _change(kind: EventKind, facts: Facts) -> tuple[Facts, Facts]:
    if "after" in facts:
        return {"state": facts.get("before")}, {"state": facts["after"]}
    if kind in _FIXED:
        return _FIXED[kind]
    if kind in _MOVES:
        old, new = (_without_none(facts.get(side) or {}) for side in ("old", "new"))
        return _clock(kind, old, is_suspended=True), _clock(kind, new, is_suspended=False)
    if kind is EventKind.NUMBER_VOIDED:
        number = _some(facts, "book", "year", "number")
        return number | {"is_voided": False}, number | {"is_voided": True}
    if kind is EventKind.POST_CLEARED:
        return _some(facts, "post", "post_period_id"), {}
    return {}, _some(facts, *_CREATED.get(kind, ()))


def _states(before: str | None, after: str) -> tuple[Facts, Facts]:
    return {"state": before} if before else {}, {"state": after}


# What changes in the same way every time. Events of hops name their states themselves; those that
# were recorded before they did are told from the table of transitions.
_FIXED: Mapping[EventKind, tuple[Facts, Facts]] = {
    EventKind.SENT: _states(None, HopState.SENT.value),
    EventKind.REGISTERED: _states(HopState.SENT.value, HopState.REGISTERED.value),
    EventKind.FORWARDED: _states(None, HopState.FORWARDED.value),
    EventKind.ACKNOWLEDGED: _states(HopState.REGISTERED.value, HopState.ACKNOWLEDGED.value),
    EventKind.REPORTED: _states(HopState.FORWARDED.value, HopState.ACKNOWLEDGED.value),
    EventKind.REFUSED: _states(HopState.SENT.value, HopState.REFUSED.value),
    EventKind.RETURNED: _states(HopState.REGISTERED.value, HopState.RETURNED.value),
    EventKind.RECALLED: _states(HopState.SENT.value, HopState.RECALLED.value),
    EventKind.SUSPENDED: ({"is_suspended": False}, {"is_suspended": True}),
    EventKind.DISPATCH_COMPLETED: _states(DispatchState.OPEN.value, DispatchState.COMPLETED.value),
    EventKind.DISPATCH_CLOSED: _states(DispatchState.OPEN.value, DispatchState.CLOSED.value),
}
_MOVES = frozenset({EventKind.EXTENDED, EventKind.RESUMED, EventKind.CLOCK_STARTED})

# What comes into being with an event, by the names of its facts.
_CREATED: Mapping[EventKind, tuple[str, ...]] = {
    EventKind.REGISTER_OPENED: ("book", "year", "last_paper_number", "secrecy"),
    EventKind.LETTER_ISSUED: ("number", "dated", "sha256"),
    EventKind.DISPATCHED: ("recipients", "register_by", "forward_by", "acknowledge_by"),
    EventKind.POST_FILLED: ("post", "officer_id", "first_day", "last_day"),
    EventKind.ORGANIZATION_RECORDED: ("code", "name"),
    EventKind.REGISTRY_RECORDED: ("code", "name"),
    EventKind.OFFICER_RECORDED: ("name",),
    EventKind.OFFICER_CLEARED: ("subject", "clearance"),
}


def _clock(kind: EventKind, deadlines: Facts, *, is_suspended: bool) -> Facts:
    if kind is EventKind.RESUMED:
        return {**deadlines, "is_suspended": is_suspended}
    return deadlines


def _some(facts: Facts, *names: str) -> dict[str, Any]:
    return {name: facts[name] for name in names if facts.get(name) is not None}


def _without_none(deadlines: Facts) -> dict[str, Any]:
    return {name: value for name, value in deadlines.items() if value is not None}


def _sentence(kind: EventKind, facts: Facts, before: Facts, after: Facts) -> str:
    parts = [_KIND_TH[kind], *(_DETAIL[kind](facts) if kind in _DETAIL else [])]
    if "state" in before and before["state"] in _STATE_TH:
        states = (_STATE_TH.get(side["state"], side["state"]) for side in (before, after))
        parts.append("({} → {})".format(*states))
    said = one_line(facts.get("reason") or facts.get("remark"))
    return " ".join([*parts, f"เหตุผล: {said}"] if said else parts)


def _register(facts: Facts) -> list[str]:
    words = [_BOOK_TH.get(facts.get("book", ""), "")]
    if "year" in facts:
        words.append(f"พ.ศ. {_be(facts['year'])}")
    return [word for word in words if word]


def _opened(facts: Facts) -> list[str]:
    last = facts.get("last_paper_number")
    return _register(facts) + ([f"ต่อจากเลขที่ {_number(last)}"] if last else [])


def _voided(facts: Facts) -> list[str]:
    number = [_number(facts["number"])] if "number" in facts else []
    return number + _register(facts)


def _received(facts: Facts) -> list[str]:
    return [f"เลขรับที่ {_number(facts['number'])}"] if "number" in facts else []


def _numbered(facts: Facts) -> list[str]:
    number = one_line(facts.get("number"))
    return [f"ที่ {thai_digits(number)}"] if number else []


def _recipients(facts: Facts) -> list[str]:
    return [f"ถึงผู้รับ {_number(facts['recipients'])} ราย"] if "recipients" in facts else []


def _step(facts: Facts) -> list[str]:
    return [words] if (words := _STEP_TH.get(facts.get("step", ""))) else []


def _days(facts: Facts) -> list[str]:
    return [f"{_number(facts['days'])} วันทำการ"] if facts.get("days") else []


def _post(facts: Facts) -> list[str]:
    return [_POST_TH[facts["post"]]] if facts.get("post") in _POST_TH else []


def _counts(facts: Facts) -> list[str]:
    counts = facts.get("below", facts)
    if "hops" not in counts or "acknowledged" not in counts:
        return []
    return [f"ตอบรับ {_number(counts['acknowledged'])} จาก {_number(counts['hops'])} ราย"]


def _missing(facts: Facts) -> list[str]:
    return [f"ยังไม่ครบ {_number(len(facts['missing']))} ราย"] if facts.get("missing") else []


_CHANGE_TH = {"rename": "เปลี่ยนชื่อ", "merge": "ยุบรวม", "upgrade": "ยกฐานะ"}


def _recorded(facts: Facts) -> list[str]:
    told = [one_line(str(facts[key])) for key in ("code", "subject", "name") if facts.get(key)]
    if facts.get("change") in _CHANGE_TH and facts.get("on"):
        day = thai_long_date(date.fromisoformat(facts["on"]))
        told.append(f"{_CHANGE_TH[facts['change']]}ตั้งแต่วันที่ {day}")
    return told


_DETAIL: Mapping[EventKind, Callable[[Facts], list[str]]] = {
    EventKind.REGISTER_OPENED: _opened,
    EventKind.LETTER_ISSUED: _numbered,
    EventKind.NUMBER_VOIDED: _voided,
    EventKind.DISPATCHED: _recipients,
    EventKind.REGISTERED: _received,
    EventKind.FORWARDED: _numbered,
    EventKind.REPORTED: _counts,
    EventKind.REMINDED: _step,
    EventKind.OVERDUE: _step,
    EventKind.ESCALATED: _step,
    EventKind.EXTENDED: _days,
    EventKind.CLOCK_STARTED: _days,
    EventKind.POST_FILLED: _post,
    EventKind.POST_CLEARED: _post,
    EventKind.DISPATCH_COMPLETED: _counts,
    EventKind.DISPATCH_CLOSED: _missing,
    EventKind.ORGANIZATION_RECORDED: _recorded,
    EventKind.REGISTRY_RECORDED: _recorded,
    EventKind.OFFICER_RECORDED: _recorded,
    EventKind.OFFICER_CLEARED: _recorded,
}


def _number(value: object) -> str:
    return thai_digits(str(value))


def _be(year: int) -> str:
    return thai_digits(str(year + BUDDHIST_ERA_OFFSET))
