from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.event_story import kind_words, tell_event
from domain.hop_states import TRANSITIONS
from domain.vocabulary import EventKind, HopAction, HopState

OLD = {
    "register_by": "2021-03-03T02:00:00+00:00",
    "forward_by": None,
    "acknowledge_by": "2021-03-10T02:00:00+00:00",
}
NEW = {
    "register_by": "2021-03-05T02:00:00+00:00",
    "forward_by": None,
    "acknowledge_by": "2021-03-12T02:00:00+00:00",
}
MOVED_FROM = {name: OLD[name] for name in ("register_by", "acknowledge_by")}
MOVED_TO = {name: NEW[name] for name in ("register_by", "acknowledge_by")}
BOOK = {"book": "incoming", "year": 2021}

STORIES: list[tuple[EventKind, dict[str, Any], str, dict[str, Any], dict[str, Any]]] = [
    (
        EventKind.REGISTER_OPENED,
        BOOK | {"last_paper_number": 1096},
        "เปิดทะเบียน ทะเบียนรับ พ.ศ. ๒๕๖๔ ต่อจากเลขที่ ๑๐๙๖",
        {},
        BOOK | {"last_paper_number": 1096},
    ),
    (
        EventKind.LETTER_ISSUED,
        {"number": "บก 0023.4/ว 927", "dated": "2021-03-02", "sha256": "ab"},
        "ออกเลขที่หนังสือ ที่ บก ๐๐๒๓.๔/ว ๙๒๗",
        {},
        {"number": "บก 0023.4/ว 927", "dated": "2021-03-02", "sha256": "ab"},
    ),
    (
        EventKind.NUMBER_VOIDED,
        BOOK | {"number": 12, "reason": "พิมพ์ผิด\nไม่ได้ส่งออก"},
        "ยกเลิกเลข ๑๒ ทะเบียนรับ พ.ศ. ๒๕๖๔ เหตุผล: พิมพ์ผิด ไม่ได้ส่งออก",
        BOOK | {"number": 12, "is_voided": False},
        BOOK | {"number": 12, "is_voided": True},
    ),
    (
        EventKind.DISPATCHED,
        {"recipients": 45, "acknowledge_by": NEW["acknowledge_by"], "calendar_version": 1},
        "ส่งหนังสือ ถึงผู้รับ ๔๕ ราย",
        {},
        {"recipients": 45, "acknowledge_by": NEW["acknowledge_by"]},
    ),
    (EventKind.SENT, {"recipient_registry_id": "x"}, "ส่งถึงผู้รับ", {}, {"state": "sent"}),
    (
        EventKind.FORWARDED,
        {"before": "registered", "after": "forwarded", "number": "บก 0023.4/ว 927"},
        "ส่งต่อ ที่ บก ๐๐๒๓.๔/ว ๙๒๗ (ลงรับแล้ว → ส่งต่อแล้ว)",
        {"state": "registered"},
        {"state": "forwarded"},
    ),
    (
        EventKind.RETURNED,
        {"before": "registered", "after": "returned", "remark": "ไม่เกี่ยวข้อง"},
        "คืนเรื่อง (ลงรับแล้ว → คืนเรื่องแล้ว) เหตุผล: ไม่เกี่ยวข้อง",
        {"state": "registered"},
        {"state": "returned"},
    ),
    (
        EventKind.REPORTED,
        {"before": "forwarded", "after": "acknowledged", "below": {"hops": 8, "acknowledged": 7}},
        "รายงานผลรวม ตอบรับ ๗ จาก ๘ ราย (ส่งต่อแล้ว → ตอบรับแล้ว)",
        {"state": "forwarded"},
        {"state": "acknowledged"},
    ),
    (
        EventKind.OVERDUE,
        {"step": "overdue_register"},
        "แจ้งเกินกำหนด เกินกำหนดลงรับ",
        {},
        {},
    ),
    (
        EventKind.EXTENDED,
        {"days": 2, "old": OLD, "new": NEW, "reason": "น้ำท่วม"},
        "ขยายกำหนดเวลา ๒ วันทำการ เหตุผล: น้ำท่วม",
        MOVED_FROM,
        MOVED_TO,
    ),
    (
        EventKind.SUSPENDED,
        {"old": OLD, "reason": "รอเอกสาร"},
        "หยุดนับเวลา เหตุผล: รอเอกสาร",
        {"is_suspended": False},
        {"is_suspended": True},
    ),
    (
        EventKind.RESUMED,
        {"old": OLD, "new": NEW, "days": 2},
        "นับเวลาต่อ",
        MOVED_FROM | {"is_suspended": True},
        MOVED_TO | {"is_suspended": False},
    ),
    (
        EventKind.CLOCK_STARTED,
        {"days": 5, "old": OLD, "new": NEW},
        "เริ่มนับเวลาจากวันลงรับ ๕ วันทำการ",
        MOVED_FROM,
        MOVED_TO,
    ),
    (
        EventKind.POST_FILLED,
        {"post": "head", "officer_id": "x", "first_day": "2021-03-22", "reason": "ลา"},
        "แต่งตั้งผู้รักษาการ หัวหน้า เหตุผล: ลา",
        {},
        {"post": "head", "officer_id": "x", "first_day": "2021-03-22"},
    ),
    (
        EventKind.POST_CLEARED,
        {"post": "deputy", "post_period_id": "x"},
        "ยกเลิกการรักษาการ รองหัวหน้า",
        {"post": "deputy", "post_period_id": "x"},
        {},
    ),
    (
        EventKind.DISPATCH_COMPLETED,
        {"hops": 45, "acknowledged": 45},
        "การส่งเสร็จสิ้น ตอบรับ ๔๕ จาก ๔๕ ราย",
        {"state": "open"},
        {"state": "completed"},
    ),
    (
        EventKind.DISPATCH_CLOSED,
        {"reason": "พ้นกำหนด", "missing": ["a", "b"]},
        "ปิดเรื่อง ยังไม่ครบ ๒ ราย เหตุผล: พ้นกำหนด",
        {"state": "open"},
        {"state": "closed"},
    ),
    (EventKind.READ, {}, "เปิดอ่านหนังสือลับ", {}, {}),
    (
        EventKind.REGISTRY_RECORDED,
        {"code": "hall", "name": "ศาลากลาง"},
        "บันทึกหน่วยสารบรรณ hall ศาลากลาง",
        {},
        {"code": "hall", "name": "ศาลากลาง"},
    ),
    (
        EventKind.ORGANIZATION_RECORDED,
        {"code": "local-1", "name": "เทศบาลตำบลตัวอย่าง", "change": "upgrade", "on": "2026-10-01"},
        "บันทึกหน่วยงาน local-1 เทศบาลตำบลตัวอย่าง ยกฐานะตั้งแต่วันที่ ๑ ตุลาคม ๒๕๖๙",
        {},
        {"code": "local-1", "name": "เทศบาลตำบลตัวอย่าง"},
    ),
]


@pytest.mark.parametrize(
    ("kind", "facts", "text", "before", "after"), STORIES, ids=[one[0].value for one in STORIES]
)
def test_an_event_tells_what_was_and_what_is(
    kind: EventKind,
    facts: dict[str, Any],
    text: str,
    before: dict[str, Any],
    after: dict[str, Any],
) -> None:
    story = tell_event(kind, facts)
    assert (story.text, dict(story.before), dict(story.after)) == (text, before, after)
    assert (story.receipt_number, story.stamped_at, story.stamp_has_time) == (None, None, None)


def test_a_receipt_tells_its_number_and_both_of_its_times() -> None:
    facts = {
        "before": "sent",
        "after": "registered",
        "number": 1097,
        "stamped_at": "2021-02-22T04:00:00+00:00",
        "stamp_has_time": True,
    }
    story = tell_event(EventKind.REGISTERED, facts)
    assert story.text == "ลงรับ เลขรับที่ ๑๐๙๗ (ยังไม่ลงรับ → ลงรับแล้ว)"
    assert story.receipt_number == 1097
    assert story.stamped_at == datetime(2021, 2, 22, 4, tzinfo=UTC)
    assert story.stamp_has_time is True


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        (HopAction.REGISTER, EventKind.REGISTERED),
        (HopAction.ACKNOWLEDGE, EventKind.ACKNOWLEDGED),
        (HopAction.REPORT, EventKind.REPORTED),
        (HopAction.REFUSE, EventKind.REFUSED),
        (HopAction.RETURN, EventKind.RETURNED),
        (HopAction.RECALL, EventKind.RECALLED),
    ],
)
def test_an_older_event_that_named_no_states_is_told_by_the_transitions(
    action: HopAction, kind: EventKind
) -> None:
    ((before, after),) = [
        (state.value, new.value) for (state, act), new in TRANSITIONS.items() if act is action
    ]
    story = tell_event(kind, {"number": 1} if kind is EventKind.REGISTERED else {})
    assert (story.before, story.after) == ({"state": before}, {"state": after})


@pytest.mark.parametrize("kind", EventKind)
def test_every_kind_has_a_word_and_a_story_without_any_facts(kind: EventKind) -> None:
    story = tell_event(kind, {})
    assert story.text.startswith(kind_words(kind))
    assert story.text == " ".join(story.text.split())
    assert "None" not in story.text


def test_no_two_kinds_are_called_the_same() -> None:
    assert len({kind_words(kind) for kind in EventKind}) == len(EventKind)


@given(
    kind=st.sampled_from(EventKind),
    state=st.sampled_from(HopState),
    said=st.text(max_size=40),
)
def test_a_story_stays_on_one_line(kind: EventKind, state: HopState, said: str) -> None:
    facts = {"before": state.value, "after": state.value, "reason": said, "name": said}
    assert len(tell_event(kind, facts).text.splitlines()) == 1
