from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest

from domain.vocabulary import Authority, Secrecy, Urgency
from services.intake.draft import DraftField, contradictions_of_lists, draft_fields, draft_of
from services.letter_draft import LetterDraft, Meeting
from services.show_intake import ConfirmedValue

TODAY = date(2021, 3, 2)
START, END = "2021-03-19T09:00:00+07:00", "2021-03-19T12:00:00+07:00"


def _read(value: object, *, at: int = 0, confidence: float = 1.0) -> dict[str, Any]:
    return {"value": value, "span": [at, at + 10], "confidence": confidence, "rule": "test"}


def _reading(*spans: tuple[int, int], **letter: Any) -> dict[str, Any]:  # noqa: ANN401 (JSON)
    one = {"numbers": [], "occasions": []} | letter
    return {"letters": [one], "lists": [], "contradictions": [{"spans": [list(s) for s in spans]}]}


def _said(field: str, value: object, *, letter: int = 0) -> ConfirmedValue:
    return ConfirmedValue(
        letter=letter,
        field=field,
        value=value,
        confirmed_at=datetime(2021, 3, 2, tzinfo=UTC),
        confirmed_by=uuid4(),
    )


def _field(fields: list[DraftField], name: str) -> DraftField:
    (one,) = [field for field in fields if field.name == name]
    return one


def _questions(fields: list[DraftField]) -> dict[str, str]:
    asked = {field.name: field.question(TODAY) for field in fields}
    return {name: code for name, code in asked.items() if code is not None}


def test_a_letter_is_made_of_what_was_read() -> None:
    fields = draft_fields(
        _reading(
            subject=_read("ขอเชิญประชุม"),
            body=_read("ด้วยจะมีการประชุม"),
            dated=_read("2021-03-02"),
            urgency=_read("very_urgent"),
            secrecy=_read("secret"),
            numbers=[_read("ทส 0017/12")],
            occasions=[_read({"start": START, "end": END})],
            signatory_post=_read("รองผู้ว่าราชการจังหวัด"),
            authority=_read("performing_duties_for"),
            authority_post=_read("ผู้ว่าราชการจังหวัด"),
        ),
        0,
        [],
    )
    assert draft_of(fields) == LetterDraft(
        subject="ขอเชิญประชุม",
        body="ด้วยจะมีการประชุม",
        dated=TODAY,
        urgency=Urgency.VERY_URGENT,
        secrecy=Secrecy.SECRET,
        is_circular=False,
        meeting=Meeting(
            starts_at=datetime.fromisoformat(START), ends_at=datetime.fromisoformat(END), place=None
        ),
        signatory_post="รองผู้ว่าราชการจังหวัด",
        authority=Authority.PERFORMING_DUTIES_FOR,
        authority_post="ผู้ว่าราชการจังหวัด",
    )


def test_what_was_not_read_is_not_guessed() -> None:
    fields = draft_fields(_reading(), 0, [])
    assert draft_of(fields) == LetterDraft(subject="")
    assert all(field.read is None for field in fields)


def test_what_a_clerk_says_counts_and_what_was_read_stays_beside_it() -> None:
    reading = _reading(subject=_read("ขอเชีญประชุม"), dated=_read("2021-03-02"))
    said = [_said("subject", "ขอเชิญประชุม"), _said("dated", None)]
    fields = draft_fields(reading, 0, said)
    draft = draft_of(fields)
    assert (draft.subject, draft.dated) == ("ขอเชิญประชุม", None)
    subject = _field(fields, "subject")
    assert subject.read is not None
    assert subject.read.value == "ขอเชีญประชุม"


def test_what_was_said_of_another_letter_of_the_text_does_not_count() -> None:
    fields = draft_fields(_reading(subject=_read("หนึ่ง")), 0, [_said("subject", "สอง", letter=1)])
    assert draft_of(fields).subject == "หนึ่ง"


@pytest.mark.parametrize(
    "occasions",
    [
        [{"start": START, "end": None}],
        [{"start": START, "end": END}, {"start": END, "end": END}],
    ],
    ids=["no end", "two"],
)
def test_a_meeting_that_is_not_plain_is_left_to_the_clerk(occasions: list[Any]) -> None:
    fields = draft_fields(_reading(occasions=[_read(one) for one in occasions]), 0, [])
    assert draft_of(fields).meeting is None


def test_a_person_is_asked_for_three_fields_in_any_case() -> None:
    asked = {"subject", "urgency", "secrecy"}
    unread = _questions(draft_fields(_reading(), 0, []))
    assert unread == dict.fromkeys(asked, "value_unconfirmed")
    sure = _reading(subject=_read("ก"), urgency=_read("urgent"), secrecy=_read("secret"))
    assert _questions(draft_fields(sure, 0, [])) == dict.fromkeys(asked, "value_unconfirmed")
    said = [_said("subject", "ก"), _said("urgency", "normal"), _said("secrecy", "normal")]
    assert _questions(draft_fields(sure, 0, said)) == {}


@pytest.mark.parametrize(
    ("confidence", "asked"), [(1.0, None), (0.8, None), (0.79, "value_doubtful")]
)
def test_a_doubtful_value_is_asked(confidence: float, asked: str | None) -> None:
    reading = _reading(signatory_post=_read("นายอำเภอ", confidence=confidence))
    assert _questions(draft_fields(reading, 0, [])).get("signatory_post") == asked


@pytest.mark.parametrize(
    ("span", "asked"),
    [
        ((105, 107), "value_contradicted"),
        ((95, 101), "value_contradicted"),
        ((109, 120), "value_contradicted"),
        ((90, 100), None),
        ((110, 120), None),
    ],
)
def test_a_value_that_a_contradiction_touches_is_asked(
    span: tuple[int, int], asked: str | None
) -> None:
    reading = _reading(span, body=_read("จำนวน ๔๓ แห่ง", at=100))
    assert _questions(draft_fields(reading, 0, [])).get("body") == asked


@pytest.mark.parametrize(
    ("dated", "asked"),
    [
        ("2021-03-02", None),
        ("2021-03-01", "value_unconfirmed"),
        ("2021-03-03", "value_unconfirmed"),
    ],
)
def test_a_date_that_is_not_today_is_asked(dated: str, asked: str | None) -> None:
    fields = draft_fields(_reading(dated=_read(dated)), 0, [])
    assert _questions(fields).get("dated") == asked


@pytest.mark.parametrize(
    ("numbers", "is_circular"),
    [
        (["ทส 0017/ว 12"], True),
        (["ทส 0017/12"], False),
        ([], True),
        (["ทส 0017/1", "ทส 0017/2"], True),
    ],
)
def test_a_circular_is_known_by_its_number(numbers: list[str], is_circular: bool) -> None:
    fields = draft_fields(_reading(numbers=[_read(one) for one in numbers]), 0, [])
    assert draft_of(fields).is_circular is is_circular


def test_a_contradiction_counts_against_the_list_that_it_touches() -> None:
    reading = _reading((10, 20), (40, 60)) | {"lists": [{"span": [50, 90]}]}
    reading["contradictions"].append({"spans": [[90, 99]]})
    assert contradictions_of_lists(reading) == 1
    assert contradictions_of_lists(_reading((10, 20))) == 0
