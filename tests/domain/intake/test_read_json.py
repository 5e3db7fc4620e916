"""The contract for scripts, and the full form that the ledger keeps."""

import json

from domain.intake.read_text import read_text
from domain.intake.reading_json import contract_json, full_json
from tests.domain.intake.read_cases import CASES

TEXT = next(text for name, text, _ in CASES if name.startswith("stamps on one line"))


def test_the_contract_has_its_names_and_no_other() -> None:
    letter = contract_json(read_text(TEXT))["letters"][0]
    assert letter == {
        "number": "ตก 0017/101",
        "date": "2023-01-05",
        "subject": "การรายงานผล",
        "issuer": "ศาลากลางจังหวัดตาก",
        "addressees": ["นายอำเภอเมืองตาก"],
        "references": [{"number": "มท 0510/88", "date": "2022-12-20"}],
        "deadlines": [],
        "events": [],
        "receipt_stamps": [
            {
                "registry": "สำนักงานจังหวัดตาก",
                "number": 2201,
                "date": "2023-01-06",
                "time": "14:05",
            }
        ],
    }


def test_what_is_missing_is_null() -> None:
    (letter,) = contract_json(read_text("เรียน นายอำเภอ\nด้วยมีเหตุ\n"))["letters"]
    assert [letter[field] for field in ("number", "date", "subject", "issuer")] == [None] * 4


def test_the_full_form_keeps_value_place_confidence_and_rule() -> None:
    full = json.loads(json.dumps(full_json(read_text(TEXT)), ensure_ascii=False))
    number = full["letters"][0]["numbers"][0]
    start, end = number["span"]
    assert TEXT[start:end] == "ตก ๐๐๑๗/๑๐๑"
    assert number == {
        "value": "ตก 0017/101",
        "span": [start, end],
        "confidence": 1.0,
        "rule": "number.heading",
    }
    stamp = full["letters"][0]["receipt_stamps"][0]["value"]
    assert stamp["dated"] == "2023-01-06"
    assert stamp["time"] == "14:05"
    assert full["letters"][0]["span"][1] <= full["letters"][1]["span"][0]
    assert full["letters"][0]["urgency"] is None
