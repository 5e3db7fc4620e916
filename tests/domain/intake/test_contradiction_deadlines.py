from datetime import date, datetime, time

import pytest

from domain.buddhist_era import BANGKOK
from domain.intake.reading import TextReading
from domain.intake.vocabulary import ContradictionKind, RequestKind
from tests.support.readings import Written, found_in

PAST = ContradictionKind.DEADLINE_IN_PAST
AFTER = ContradictionKind.DEADLINE_AFTER_OCCASION
MAY_10, MAY_20 = ("10 พฤษภาคม 2566", date(2023, 5, 10)), ("20 พฤษภาคม 2566", date(2023, 5, 20))


def asking(
    body: str,
    *deadlines: tuple[str, date],
    dated: date = date(2023, 5, 2),
    kind: RequestKind = RequestKind.REGISTER,
    at: time | None = None,
    occasions: tuple[tuple[str, date], ...] = (),
    opens: time = time.min,
    ends: datetime | None = None,
) -> tuple[str, TextReading]:
    """A letter with a body that asks for something until days that stand in it."""
    written = Written(f"ลงวันที่\n{body}")
    letter = written.letter(
        dated=written.found("ลงวันที่", dated),
        deadlines=[written.deadline(*one, kind=kind, at=at) for one in deadlines],
        occasions=[written.occasion(*one, opens=opens, ends=ends) for one in occasions],
    )
    return written.text, TextReading(letters=[letter], lists=())


def test_a_deadline_before_its_letter_is_found() -> None:
    reading = asking("ให้แจ้งชื่อภายในวันที่ 10 พฤษภาคม 2566", MAY_10, dated=date(2023, 5, 12))
    assert found_in(*reading) == [(PAST, ("2023-05-10", "2023-05-12"), (MAY_10[0], "ลงวันที่"))]


@pytest.mark.parametrize(
    "body",
    [
        "ตามที่ได้ขอให้ส่งแบบสำรวจภายในวันที่ 10 พฤษภาคม 2566 นั้น บัดนี้ยังไม่ได้รับจากท่าน",
        "ขอขยายเวลาการส่งจากเดิมวันที่ 10 พฤษภาคม 2566 ออกไปอีกเจ็ดวัน",
        "ตามหนังสือที่อ้างถึงได้กำหนดให้ส่งภายในวันที่ 10 พฤษภาคม 2566 ซึ่งล่วงเลยมาแล้ว",
    ],
)
def test_a_deadline_that_is_told_of_is_no_deadline(body: str) -> None:
    assert found_in(*asking(body, MAY_10, dated=date(2023, 5, 12))) == []


def test_what_is_asked_for_after_what_is_told_is_a_deadline() -> None:
    body = "ตามที่ได้ขอให้ส่งข้อมูล นั้น บัดนี้ขอให้ส่งภายในวันที่ 10 พฤษภาคม 2566 เพื่อการนั้น"
    found = found_in(*asking(body, MAY_10, dated=date(2023, 5, 12)))
    assert [kind for kind, _, _ in found] == [PAST]


@pytest.mark.parametrize(
    ("today", "is_late"),
    [
        pytest.param(None, False, id="no day is given"),
        pytest.param(date(2023, 5, 10), False, id="on the day itself"),
        pytest.param(date(2023, 5, 11), True, id="the day after"),
        pytest.param(date(2023, 7, 1), True, id="sixty days after the letter"),
        pytest.param(date(2023, 7, 2), False, id="an old letter"),
    ],
)
def test_a_deadline_of_a_new_letter_may_have_passed(today: date | None, is_late: bool) -> None:
    text, reading = asking("ให้แจ้งชื่อภายในวันที่ 10 พฤษภาคม 2566", MAY_10)
    expected = [(PAST, ("2023-05-10",), (MAY_10[0],))] if is_late else []
    assert found_in(text, reading, today=today) == expected


def test_a_registration_after_the_occasion_is_found() -> None:
    body = "ประชุมวันที่ 10 พฤษภาคม 2566 ลงทะเบียนภายในวันที่ 20 พฤษภาคม 2566"
    assert found_in(*asking(body, MAY_20, occasions=(MAY_10,))) == [
        (AFTER, ("2023-05-20", "2023-05-10"), (MAY_20[0], MAY_10[0]))
    ]


@pytest.mark.parametrize(
    ("at", "is_found"),
    [
        pytest.param(None, False, id="the whole day counts"),
        pytest.param(time(8, 30), False, id="before it begins"),
        pytest.param(time(13), True, id="after it began"),
    ],
)
def test_on_the_day_itself_the_time_decides(at: time | None, is_found: bool) -> None:
    body = "ประชุมและลงทะเบียนวันที่ 10 พฤษภาคม 2566"
    found = found_in(*asking(body, MAY_10, at=at, occasions=(MAY_10,), opens=time(9)))
    assert [kind for kind, _, _ in found] == ([AFTER] if is_found else [])


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        pytest.param(
            "ประชุมวันที่ 10 พฤษภาคม 2566 และรายงานภายในวันที่ 20 พฤษภาคม 2566",
            RequestKind.REPORT,
            id="a report on it",
        ),
        pytest.param(
            "ประชุมวันที่ 10 พฤษภาคม 2566 และภายหลังการประชุมให้ตอบแบบสอบถามภายในวันที่ 20 พฤษภาคม 2566",
            RequestKind.REPLY,
            id="an answer asked for afterwards",
        ),
    ],
)
def test_what_is_asked_for_afterwards_may_be_due_afterwards(body: str, kind: RequestKind) -> None:
    assert found_in(*asking(body, MAY_20, kind=kind, occasions=(MAY_10,))) == []


def test_the_last_occasion_counts_and_none_that_is_over() -> None:
    later = ("28 พฤษภาคม 2566", date(2023, 5, 28))
    body = "รุ่นแรก 10 พฤษภาคม 2566 รุ่นหลัง 28 พฤษภาคม 2566 ลงทะเบียนถึง 20 พฤษภาคม 2566"
    assert found_in(*asking(body, MAY_20, occasions=(MAY_10, later))) == []
    over = asking(body, MAY_20, dated=date(2023, 5, 12), occasions=(MAY_10,))
    assert found_in(*over) == []


def test_what_goes_on_for_long_may_be_joined_while_it_lasts() -> None:
    ends = datetime(2023, 6, 10, tzinfo=BANGKOK)
    body = "นิทรรศการตั้งแต่ 10 พฤษภาคม 2566 ลงทะเบียนถึง 20 พฤษภาคม 2566"
    assert found_in(*asking(body, MAY_20, occasions=(MAY_10,), ends=ends)) == []
