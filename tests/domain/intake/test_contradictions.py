"""Whole texts: what is found in them, and that nothing else is."""

from datetime import date
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.intake.contradictions import find_contradictions
from domain.intake.contradictions_json import contradiction_json, full_contradiction_json
from domain.intake.read_text import read_text
from domain.intake.vocabulary import ContradictionKind
from tests.support.clean_texts import CLEAN, TABLE, enclosed_after, official
from tests.support.readings import found_in

REFERENCE = Path(__file__).parents[4] / "shared" / "seed" / "circular-2564.txt"
PIECES = [
    *CLEAN.values(),
    "ที่ ",
    "อ้างถึง",
    "ร้อยละ ",
    "๑๒,๓๔๕ แห่ง ",
    "พ.ศ. ",
    "วันจันทร์ที่ ",
    "\n",
    "เเ",
    "\u200b",
]


@pytest.mark.parametrize("name", CLEAN)
def test_nothing_is_found_where_nothing_is_wrong(name: str) -> None:
    text = CLEAN[name]
    assert found_in(text, read_text(text)) == []


@pytest.mark.parametrize(
    ("text", "kind", "values"),
    [
        pytest.param(
            CLEAN["numbers in two forms"].replace("ที่ กท ๐๔๐๒/ว ๘๘๑ ลง", "ที่ กท ๐๔๐๓/ว ๘๘๑ ลง"),
            ContradictionKind.NUMBER_DIFFERS,
            ("กท 0403/ว 881", "กท 0402/ว 881"),
            id="number",
        ),
        pytest.param(
            CLEAN["numbers in two forms"].replace("ลงวันที่ ๕ มิ", "ลงวันที่ ๖ มิ"),
            ContradictionKind.DATE_DIFFERS,
            ("2023-06-06", "2023-06-05"),
            id="date",
        ),
        pytest.param(
            CLEAN["numbers in two forms"].replace("๗,๘๕๒", "๗,๕๘๒"),
            ContradictionKind.COUNT_DIFFERS,
            ("7582", "7852"),
            id="count",
        ),
        pytest.param(
            CLEAN["a share that computes"].replace("๘๑๓", "๘๓๑"),
            ContradictionKind.PERCENTAGE_WRONG,
            ("831", "10.35"),
            id="percentage",
        ),
        pytest.param(
            CLEAN["plans of other years"].replace("๒๕๗๐) กำหนด", "๒๕๙๐) กำหนด"),
            ContradictionKind.YEAR_DIFFERS,
            ("2590", "2570"),
            id="year",
        ),
        pytest.param(
            CLEAN["years of both eras"].replace("ค.ศ. ๒๐๓๐ (พ.ศ. ๒๕๗๓)", "ค.ศ. ๒๕๗๓"),
            ContradictionKind.ERA_CONFUSED,
            ("2573",),
            id="era",
        ),
        pytest.param(
            official("ขอให้ตอบแบบสำรวจภายในวันที่ ๑๐ มิถุนายน ๒๕๖๖"),
            ContradictionKind.DEADLINE_IN_PAST,
            ("2023-06-10", "2023-06-14"),
            id="deadline in the past",
        ),
        pytest.param(
            official(
                "กำหนดสัมมนาในวันที่ ๒๒ มิถุนายน ๒๕๖๖ เวลา ๐๙.๐๐ น. ขอให้ลงทะเบียนภายในวันที่ ๒๙ มิถุนายน ๒๕๖๖"
            ),
            ContradictionKind.DEADLINE_AFTER_OCCASION,
            ("2023-06-29", "2023-06-22"),
            id="deadline after the occasion",
        ),
        pytest.param(
            CLEAN["a right weekday"].replace("พฤหัสบดี", "พุธ"),
            ContradictionKind.WEEKDAY_WRONG,
            ("วันพุธ", "2023-06-22"),
            id="weekday",
        ),
        pytest.param(
            TABLE.replace("จำนวน ๔", "จำนวน ๕"),
            ContradictionKind.LIST_LENGTH_DIFFERS,
            ("5", "4"),
            id="list length",
        ),
        pytest.param(
            TABLE.replace("๓\t", "๘\t"),
            ContradictionKind.LIST_NUMBERING_BROKEN,
            ("2", "8"),
            id="list numbering",
        ),
        pytest.param(
            TABLE.replace("นาอิน", "คอรุม"),
            ContradictionKind.ROW_REPEATED,
            ("องค์การบริหารส่วนตำบลคอรุม",) * 2,
            id="row",
        ),
        pytest.param(
            official("ขอแจ้งมาเพื่อทราบ", addressee="นายองค์การบริหารส่วนตำบลนาอิน"),
            ContradictionKind.OFFICE_MISSPELT,
            ("นายองค์การบริหารส่วนตำบล", "นายกองค์การบริหารส่วนตำบล"),
            id="office",
        ),
        pytest.param(
            enclosed_after(
                "เพื่อให้เกษตรกรได้รับบริการที่ตีและเข้าถึงแหล่งทุนได้สะดวกทุกพื้นที่",
                "เพื่อให้เกษตรกรได้รับบริการที่ดีและเข้าถึงแหล่งทุนได้สะดวกทุกพื้นที่",
            ),
            ContradictionKind.WORDING_DIFFERS,
            ("ตี", "ดี"),
            id="wording",
        ),
    ],
)
def test_what_is_planted_is_all_that_is_found(
    text: str, kind: ContradictionKind, values: tuple[str, ...]
) -> None:
    assert [one[:2] for one in found_in(text, read_text(text))] == [(kind, values)]


@pytest.mark.skipif(not REFERENCE.exists(), reason="the reference text lies beside the repository")
def test_the_reference_text_contradicts_itself_in_these_and_no_others() -> None:
    text = REFERENCE.read_text(encoding="utf-8")
    found = [(kind.value, values) for kind, values, _ in found_in(text, read_text(text))]
    assert found == [
        ("office_misspelt", ("นายองค์การบริหารส่วนจังหวัด", "นายกองค์การบริหารส่วนจังหวัด")),
        ("number_differs", ("ปช 0013/ว 0015", "ปช 0017/ว 0015")),
        ("date_differs", ("2021-02-18", "2021-02-15")),
        ("year_differs", ("2680", "2580")),
        ("wording_differs", ("ปลด", "ปลอด")),
        ("count_differs", ("823", "813")),
        ("percentage_wrong", ("823", "10.35")),
    ]


def test_a_deadline_that_has_passed_is_told_to_whoever_enters_the_letter() -> None:
    text = official("ขอให้ส่งแบบสำรวจภายในวันที่ ๓๐ มิถุนายน ๒๕๖๖")
    assert found_in(text, read_text(text), today=date(2023, 6, 30)) == []
    late = found_in(text, read_text(text), today=date(2023, 7, 3))
    assert [one[:2] for one in late] == [(ContradictionKind.DEADLINE_IN_PAST, ("2023-06-30",))]


def test_a_contradiction_is_told_to_scripts_and_to_clerks() -> None:
    text = "วันพุธที่ ๒๒ มิถุนายน ๒๕๖๖"
    (one,) = find_contradictions(text, read_text(text))
    short = {
        "kind": "weekday_wrong",
        "values": ["วันพุธ", "2023-06-22"],
        "spans": [[0, 6], [10, 26]],
    }
    assert contradiction_json(one) == short
    assert full_contradiction_json(one) == {
        **short,
        "message": "วันที่ระบุไว้ตรงกับวันพฤหัสบดี ไม่ใช่วันพุธ",
    }


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=40), max_size=6).map("".join))
def test_any_text_is_looked_at_and_every_place_lies_in_it(text: str) -> None:
    found = find_contradictions(text, read_text(text), today=date(2023, 7, 1))
    spans = [span for one in found for span in one.spans]
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert [one.spans[0] for one in found] == sorted(one.spans[0] for one in found)
    assert all(one.message and len(one.values) in {len(one.spans), 2} for one in found)


@pytest.mark.parametrize(
    "piece",
    [
        pytest.param("ก" * 50, id="one letter"),
        pytest.param("๑" * 50, id="one figure"),
        pytest.param("๑ ๑,๐๐๐ แห่ง " * 5, id="figures"),
        pytest.param("ร้อยละ ๕ จาก ๕ คน คิดเป็น" * 2, id="shares"),
        pytest.param("วันจันทร์ที่ ๑ - วันจันทร์ที่ " * 2, id="weekdays"),
    ],
)
def test_the_time_grows_as_the_text_does(piece: str) -> None:
    def taken(times: int) -> float:
        text = enclosed_after(piece * times, piece * times)
        reading = read_text(text)
        began = process_time()
        find_contradictions(text, reading)
        return process_time() - began

    taken(10)
    short, long = (min(taken(times) for _ in range(3)) for times in (40, 80))
    assert long < 3.5 * short + 0.02
