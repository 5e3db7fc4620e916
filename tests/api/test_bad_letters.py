import pytest

from tests.support.bad_input import refused_whole
from tests.support.http_desk import Api, Json

UNKNOWN = "00000000-0000-4000-8000-00000000dead"


LETTERS: list[tuple[str, Json, str, str]] = [
    ("subject empty", {"subject": ""}, "subject_empty", "subject"),
    ("subject blank", {"subject": " \t\u00a0\n"}, "subject_empty", "subject"),
    ("subject missing", {"subject": None}, "request_invalid", "subject"),
    ("subject a number", {"subject": 12}, "request_invalid", "subject"),
    ("subject too long", {"subject": "ก" * 100_001}, "request_invalid", "subject"),
    ("subject with NUL", {"subject": "ขอ\x00เชิญ"}, "value_not_storable", ""),
    ("subject with a surrogate", {"subject": "ขอ\ud800เชิญ"}, "request_invalid", "subject"),
    ("body with NUL", {"body": "\x00"}, "value_not_storable", ""),
    ("dated in B.E.", {"dated": "2564-03-02"}, "date_in_buddhist_era", "dated"),
    ("dated tomorrow", {"dated": "2021-03-03"}, "dated_in_future", "dated"),
    ("dated no day", {"dated": "2021-02-30"}, "request_invalid", "dated"),
    ("dated in year 1", {"dated": "0001-01-01"}, "request_invalid", "dated"),
    ("dated as text", {"dated": "๒ มีนาคม ๒๕๖๔"}, "request_invalid", "dated"),
    ("dated as a huge number", {"dated": 10**30}, "request_invalid", "dated"),
    ("top secret", {"secrecy": "top_secret"}, "secrecy_too_high", "secrecy"),
    ("unknown urgency", {"urgency": "ด่วน"}, "request_invalid", "urgency"),
    ("unknown field", {"subjekt": "ขอเชิญ"}, "request_invalid", "subjekt"),
    ("surrogate in a field's name", {"\udcff": 1}, "request_invalid", ""),
    ("on nobody's behalf", {"authority": "acting_for"}, "authority_post_missing", "authority_post"),
    ("blank post", {"signatory_post": "  "}, "request_invalid", "signatory_post"),
    ("malformed number", {"number": "ทส/1"}, "letter_number_malformed", "number"),
    ("number with Latin letters", {"number": "AB 0017/1"}, "letter_number_malformed", "number"),
    ("number zero", {"number": "ทด 0017/ว 0"}, "letter_number_malformed", "number"),
    ("number with Lao digits", {"number": "ทด 0017/໑"}, "letter_number_malformed", "number"),
    ("number of others", {"number": "อน 0001/5"}, "letter_number_foreign", "back_entry.number"),
    ("registry no UUID", {"registry_id": "hall"}, "request_invalid", "registry_id"),
    ("registry a number", {"registry_id": 7}, "request_invalid", "registry_id"),
    ("file no sha256", {"sha256": "xyz"}, "request_invalid", "attachments/0/sha256"),
    ("file unknown", {"sha256": "0" * 64}, "attachment_unknown", "attachments"),
    ("file with NUL", {"file_name": "\x00"}, "attachment_unknown", "attachments"),
    ("file of no type", {"media_type": "html"}, "request_invalid", "attachments/0/media_type"),
    ("101 files", {"files": 101}, "request_invalid", "attachments"),
]


@pytest.mark.parametrize(
    ("given", "code", "field"), [one[1:] for one in LETTERS], ids=[one[0] for one in LETTERS]
)
async def test_a_bad_letter_is_refused_and_spends_no_number(
    shared_api: Api, given: Json, code: str, field: str
) -> None:
    agency = shared_api.officer("agency")
    file = {"sha256": "0" * 64, "file_name": "กำหนดการ.pdf"}
    match given:
        case {"number": number}:
            given = {"back_entry": {"number": number, "reason": "ไฟฟ้าดับ"}}
        case {"files": times}:
            given = {"attachments": [file] * times}
        case {"sha256": _} | {"file_name": _} | {"media_type": _}:
            given = {"attachments": [file | given]}
        case _:
            pass
    body = agency.letter(**given)
    await refused_whole(agency, "/v1/letters", body, 422, code, field or None)


@pytest.mark.parametrize(
    ("dated", "code"),
    [("1956-12-31", "request_invalid"), ("2400-01-01", "date_in_buddhist_era")],
)
async def test_a_letter_on_paper_has_a_date_that_a_register_can_have(
    shared_api: Api, dated: str, code: str
) -> None:
    agency = shared_api.officer("agency")
    paper = {"number": "ทด 0017/ว 5", "reason": "ไฟฟ้าดับ"}
    body = agency.letter(dated=dated, back_entry=paper)
    await refused_whole(agency, "/v1/letters", body, 422, code, "dated")


async def test_a_desk_without_a_prefix_issues_no_letters(shared_api: Api) -> None:
    body_a1 = shared_api.officer("body_a1")
    await refused_whole(body_a1, "/v1/letters", body_a1.letter(), 409, "registry_without_prefix")


async def test_a_foreign_registry_is_not_found_rather_than_forbidden(shared_api: Api) -> None:
    stranger, agency = shared_api.officer("stranger"), shared_api.officer("agency")
    await refused_whole(stranger, "/v1/letters", agency.letter(), 404, "not_found")
    await refused_whole(
        stranger, "/v1/letters", agency.letter(registry_id=UNKNOWN), 404, "not_found"
    )
