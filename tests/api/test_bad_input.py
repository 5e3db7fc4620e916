"""Everything that is refused: a problem document with its code, and nothing written."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from api.main import MAX_BODY_BYTES
from tests.support.http_desk import ANSWER, FORM, PROBLEM, Api, Json, Officer, refused
from tests.support.letters import ACKNOWLEDGE_BY, MORNING

UNKNOWN = str(uuid4())
DEEP: Any = json.loads("[" * 300 + "]" * 300)


@dataclass(frozen=True, kw_only=True, slots=True)
class Scene:
    """A letter of the agency, sent to desks that stand in different states."""

    api: Api
    letter: Json
    fresh: Json
    dispatch: Json
    sent: str
    registered: str
    unasked: str

    def path(self, path: str) -> str:
        return path.format(sent=self.sent, registered=self.registered, unasked=self.unasked)


@pytest.fixture(scope="session")
async def scene(shared_api: Api) -> Scene:
    agency, hall, office = (shared_api.officer(name) for name in ("agency", "hall", "office"))
    letter = await agency.issue()
    dispatch = await agency.send("hall", "office", letter=letter, answer_form=FORM)
    return Scene(
        api=shared_api,
        letter=letter,
        fresh=await agency.issue(),
        dispatch=dispatch,
        sent=await hall.hop(dispatch),
        registered=await office.register(dispatch),
        unasked=await office.register(await agency.send("office")),
    )


async def _refused(
    officer: Officer, path: str, body: object, status: int, code: str, field: str | None = None
) -> Json:
    async with officer.api.nothing_written():
        answer = await officer.post(path, body)
    problem = refused(answer, status, code)
    if field is not None:
        assert field in _fields(problem)
    return problem


def _fields(problem: Json) -> list[str]:
    named = [problem["field"]] if "field" in problem else []
    return named + [one["field"] for one in problem.get("errors", [])]


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
    body = agency.letter(**given)
    await _refused(agency, "/v1/letters", body, 422, code, field or None)


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
    await _refused(agency, "/v1/letters", body, 422, code, "dated")


async def test_a_desk_without_a_prefix_issues_no_letters(shared_api: Api) -> None:
    body_a1 = shared_api.officer("body_a1")
    await _refused(body_a1, "/v1/letters", body_a1.letter(), 409, "registry_without_prefix")


async def test_a_foreign_registry_is_not_found_rather_than_forbidden(shared_api: Api) -> None:
    stranger, agency = shared_api.officer("stranger"), shared_api.officer("agency")
    await _refused(stranger, "/v1/letters", agency.letter(), 404, "not_found")
    await _refused(stranger, "/v1/letters", agency.letter(registry_id=UNKNOWN), 404, "not_found")


LATER = (ACKNOWLEDGE_BY + timedelta(days=1)).isoformat()
PAST = (MORNING - timedelta(seconds=1)).isoformat()
ORDERS: list[tuple[str, Json, str, str]] = [
    ("nobody", {"recipients": []}, "recipients_empty", "recipients"),
    ("unknown recipient", {"extra": UNKNOWN}, "recipient_unknown", "recipients"),
    ("recipient twice", {"twice": True}, "recipient_twice", "recipients"),
    ("closed recipient", {"extra": "closed"}, "recipient_closed", "recipients"),
    ("recipient without a desk", {"extra": "deskless"}, "recipient_without_registry", "recipients"),
    ("itself", {"extra": "agency"}, "recipient_is_sender", "recipients"),
    ("recipient no UUID", {"extra": "hall"}, "request_invalid", "recipients/1"),
    ("recipients no list", {"recipients": {}}, "request_invalid", "recipients"),
    ("too many", {"recipients": [UNKNOWN] * 10_001}, "request_invalid", "recipients"),
    ("registration past", {"register_by": PAST}, "deadline_in_past", "register_by"),
    ("registration now", {"register_by": MORNING.isoformat()}, "deadline_in_past", "register_by"),
    ("acknowledgment past", {"acknowledge_by": PAST}, "deadline_in_past", "acknowledge_by"),
    ("out of order", {"register_by": LATER}, "deadlines_out_of_order", "acknowledge_by"),
    ("alarm too late", {"remind_register_at": LATER}, "alarm_out_of_order", "remind_register_at"),
    ("alarm past", {"remind_acknowledge_at": PAST}, "alarm_out_of_order", "remind_acknowledge_at"),
    (
        "escalation early",
        {"escalate_superior_at": PAST},
        "alarm_out_of_order",
        "escalate_superior_at",
    ),
    ("origin early", {"escalate_origin_at": PAST}, "alarm_out_of_order", "escalate_origin_at"),
    ("letter no UUID", {"letter_id": 1}, "request_invalid", "letter_id"),
    (
        "form no schema",
        {"answer_form": {"type": "object", "properties": 1}},
        "answer_form_invalid",
        "answer_form",
    ),
    ("form no object", {"answer_form": {"type": "string"}}, "answer_form_invalid", "answer_form"),
    (
        "form from elsewhere",
        {"answer_form": {"type": "object", "$ref": "http://10.0.0.1/x"}},
        "answer_form_invalid",
        "answer_form",
    ),
    (
        "form too long",
        {"answer_form": {"type": "object", "title": "ก" * 32_768}},
        "answer_form_invalid",
        "answer_form",
    ),
    (
        "form with a surrogate",
        {"answer_form": {"type": "object", "title": "\ud800"}},
        "request_invalid",
        "answer_form",
    ),
    (
        "form with a surrogate in its key",
        {"answer_form": {"type": "object", "\udcff": 1}},
        "request_invalid",
        "answer_form",
    ),
    (
        "form with NUL",
        {"answer_form": {"type": "object", "title": "\x00"}},
        "value_not_storable",
        "",
    ),
    (
        "form too deep",
        {"answer_form": {"type": "object", "default": DEEP}},
        "answer_form_invalid",
        "answer_form",
    ),
]
INSTANTS = (
    "register_by",
    "acknowledge_by",
    "remind_register_at",
    "remind_acknowledge_at",
    "escalate_superior_at",
    "escalate_origin_at",
)
BAD_INSTANTS = {
    "B.E.": ("2564-03-05T16:30:00+07:00", "date_in_buddhist_era"),
    "B.E. in Bangkok": ("2399-12-31T20:00:00Z", "date_in_buddhist_era"),
    "naive": ("2021-03-05T16:30:00", "request_invalid"),
    "a day": ("2021-03-05", "request_invalid"),
    "year 1": ("0001-01-01T00:00:00+14:00", "request_invalid"),
    "a huge number": (10**30, "request_invalid"),
    "infinite": (float("inf"), "request_invalid"),
    "text": ("พรุ่งนี้", "request_invalid"),
}


def _order(agency: Officer, given: Json) -> Json:
    desks = agency.api.desks
    match given:
        case {"extra": "closed"}:
            given = {"recipients": [str(desks["hall"].organization_id), str(desks.closed)]}
        case {"extra": "deskless"}:
            given = {"recipients": [str(desks["hall"].organization_id), str(desks.deskless)]}
        case {"extra": "agency"}:
            return agency.order("hall", "agency")
        case {"extra": recipient}:
            given = {"recipients": [str(desks["hall"].organization_id), recipient]}
        case {"twice": _}:
            return agency.order("hall", "direct", "hall")
    return agency.order("hall") | given


@pytest.mark.parametrize(
    ("given", "code", "field"), [one[1:] for one in ORDERS], ids=[one[0] for one in ORDERS]
)
async def test_a_bad_dispatch_is_refused_whole(
    scene: Scene, given: Json, code: str, field: str
) -> None:
    agency = scene.api.officer("agency")
    body = {"letter_id": scene.fresh["id"]} | _order(agency, given)
    async with agency.api.nothing_written():
        answer = await agency.post("/v1/dispatches", body)
    assert answer.headers["content-type"] == PROBLEM
    problem = refused(answer, 422, code or answer.json()["code"])
    assert not field or field in _fields(problem)


async def test_every_recipient_at_fault_is_named(scene: Scene) -> None:
    agency, desks = scene.api.officer("agency"), scene.api.desks
    recipients = [str(desks["hall"].organization_id), str(desks.closed), UNKNOWN]
    body = {"letter_id": scene.fresh["id"]} | agency.order() | {"recipients": recipients}
    problem = await _refused(agency, "/v1/dispatches", body, 422, "recipient_closed")
    named = {one["organization_id"]: (one["code"], one["name"]) for one in problem["errors"]}
    assert named == {
        str(desks.closed): ("recipient_closed", "หน่วยงานที่ยุบแล้ว"),
        UNKNOWN: ("recipient_unknown", None),
    }


@pytest.mark.parametrize("field", INSTANTS)
@pytest.mark.parametrize(("value", "code"), BAD_INSTANTS.values(), ids=BAD_INSTANTS)
async def test_an_instant_is_gregorian_and_has_its_offset(
    scene: Scene, field: str, value: object, code: str
) -> None:
    agency = scene.api.officer("agency")
    body = {"letter_id": scene.fresh["id"]} | agency.order("hall") | {field: value}
    async with agency.api.nothing_written():
        answer = await agency.post("/v1/dispatches", body)
    assert field in _fields(refused(answer, 422, code))


async def test_a_dispatch_below_does_not_wait_longer_than_the_one_above(scene: Scene) -> None:
    office = scene.api.officer("office")
    body = office.order("district_a", acknowledge_by=LATER, cover={"subject": "ส่งหนังสือเวียน"})
    path = f"/v1/hops/{scene.registered}/forward"
    problem = await _refused(office, path, body, 422, "deadline_after_parent", "acknowledge_by")
    assert problem["parent_acknowledge_by"] == ACKNOWLEDGE_BY.isoformat()


FORWARDS: list[tuple[str, Json, str]] = [
    ("subject", {"cover": {"subject": " "}}, "subject_empty"),
    ("B.E.", {"cover": {"subject": "ก", "dated": "2564-03-02"}}, "date_in_buddhist_era"),
    ("secrecy", {"cover": {"subject": "ก", "secrecy": "top_secret"}}, "secrecy_too_high"),
    ("unknown", {"cover": {"subject": "ก", "registry_id": UNKNOWN}}, "request_invalid"),
    ("nobody", {"cover": {"subject": "ก"}, "recipients": []}, "recipients_empty"),
    ("unknown body", {"cover": {"subject": "ก"}, "recipients": [UNKNOWN]}, "recipient_unknown"),
]


@pytest.mark.parametrize(
    ("given", "code"), [one[1:] for one in FORWARDS], ids=[one[0] for one in FORWARDS]
)
async def test_a_bad_cover_letter_spends_no_number_and_moves_no_hop(
    scene: Scene, given: Json, code: str
) -> None:
    office = scene.api.officer("office")
    body = office.order("district_a") | given
    await _refused(office, f"/v1/hops/{scene.registered}/forward", body, 422, code)
    hop = await office.read(f"/v1/hops/{scene.registered}")
    assert hop["hop"]["state"] == "registered"


ANSWERS: list[tuple[str, Any, str, list[str]]] = [
    ("missing", None, "answer_missing", ["answer"]),
    ("empty", {}, "answer_invalid", ["answer", "answer"]),
    ("too few", ANSWER | {"names": ["ก"]}, "answer_invalid", ["answer/names"]),
    ("wrong type", ANSWER | {"names": ["ก", 2]}, "answer_invalid", ["answer/names/1"]),
    ("two faults", {"joined": "ใช่", "names": []}, "answer_invalid", ["answer/joined", "answer/names"]),
    ("list", [], "request_invalid", ["answer"]),
    ("NUL", ANSWER | {"note": "\x00"}, "value_not_storable", []),
    ("NUL in a key", ANSWER | {"\x00": 1}, "value_not_storable", []),
    ("surrogate", ANSWER | {"note": "\ud800"}, "request_invalid", ["answer"]),
    ("surrogate in a key", ANSWER | {"\udfff": 1}, "request_invalid", ["answer"]),
    ("surrogate at fault", {"joined": "\ud800", "names": ["\udfff"]}, "request_invalid", ["answer"]),
    ("infinite", ANSWER | {"note": float("inf")}, "request_invalid", ["answer"]),
    ("no number", ANSWER | {"note": float("nan")}, "request_invalid", ["answer"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("given", "code", "fields"), [one[1:] for one in ANSWERS], ids=[one[0] for one in ANSWERS]
)
async def test_a_bad_answer_names_the_field_and_the_reason(
    scene: Scene, given: object, code: str, fields: list[str]
) -> None:
    office = scene.api.officer("office")
    path = f"/v1/hops/{scene.registered}/acknowledgment"
    async with scene.api.nothing_written():
        answer = await office.post(path, {"answer": given})
    problem = refused(answer, 422, code or answer.json()["code"])
    if code:
        assert _fields(problem) == fields
    assert all(one["reason"] for one in problem.get("errors", []))


async def test_an_answer_that_was_not_asked_for_is_refused(scene: Scene) -> None:
    path = f"/v1/hops/{scene.unasked}/acknowledgment"
    office = scene.api.officer("office")
    await _refused(office, path, {"answer": ANSWER}, 422, "answer_not_asked", "answer")


# Who asks, where, with what.
OTHERS: list[tuple[str, str, str, Any, str]] = [
    ("recall no reason", "agency", "/v1/hops/{sent}/recall", {}, "request_invalid"),
    ("refusal blank reason", "hall", "/v1/hops/{sent}/refusal", {"reason": " "}, "request_invalid"),
    ("refusal long reason", "hall", "/v1/hops/{sent}/refusal", {"reason": "ก" * 1001}, "request_invalid"),
    ("refusal NUL", "hall", "/v1/hops/{sent}/refusal", {"reason": "\x00"}, "value_not_storable"),
    ("refusal no object", "hall", "/v1/hops/{sent}/refusal", [], "request_invalid"),
    ("refusal nothing", "hall", "/v1/hops/{sent}/refusal", None, "request_invalid"),
    ("return twice told", "office", "/v1/hops/{registered}/return", {"reason": "ก", "why": "ข"}, "request_invalid"),
    ("stamp B.E. day", "hall", "/v1/hops/{sent}/receipt", {"stamped_on": "2564-03-02"}, "date_in_buddhist_era"),
    ("stamp B.E.", "hall", "/v1/hops/{sent}/receipt", {"stamped_at": "2564-03-02T09:00:00+07:00"}, "date_in_buddhist_era"),
    ("stamp naive", "hall", "/v1/hops/{sent}/receipt", {"stamped_at": "2021-03-02T09:00:00"}, "request_invalid"),
    ("stamp in year 1", "hall", "/v1/hops/{sent}/receipt", {"stamped_on": "0001-01-01"}, "request_invalid"),
    ("stamp tomorrow", "hall", "/v1/hops/{sent}/receipt", {"stamped_on": "2021-03-03"}, "stamped_in_future"),
    ("stamp before letter", "hall", "/v1/hops/{sent}/receipt", {"stamped_on": "2021-03-01"}, "stamped_before_letter"),
    ("stamp last year", "hall", "/v1/hops/{sent}/receipt", {"stamped_on": "2020-12-31"}, "stamped_in_other_year"),
    ("stamp twice", "hall", "/v1/hops/{sent}/receipt", {"stamped_on": "2021-03-02", "stamped_at": "2021-03-02T09:00:00Z"}, "request_invalid"),
    ("paper without reason", "hall", "/v1/hops/{sent}/receipt", {"stamped_on": "2021-03-02", "paper_number": 4}, "request_invalid"),
    ("paper without date", "hall", "/v1/hops/{sent}/receipt", {"reason": "ก", "paper_number": 4}, "request_invalid"),
    ("paper number huge", "hall", "/v1/hops/{sent}/receipt", {"stamped_on": "2021-03-02", "reason": "ก", "paper_number": 10**30}, "request_invalid"),
    ("paper number zero", "hall", "/v1/hops/{sent}/receipt", {"stamped_on": "2021-03-02", "reason": "ก", "paper_number": 0}, "request_invalid"),
    ("book in B.E.", "hall", "/v1/registers", {"book": "incoming", "year": 2564}, "date_in_buddhist_era"),
    ("book long ago", "hall", "/v1/registers", {"book": "incoming", "year": 1956}, "request_invalid"),
    ("book unknown", "hall", "/v1/registers", {"book": "ทะเบียน", "year": 2021}, "request_invalid"),
    ("book huge", "hall", "/v1/registers", {"book": "incoming", "year": 10**30}, "request_invalid"),
    ("book far", "hall", "/v1/registers", {"book": "incoming", "year": 2021, "last_paper_number": 10**8}, "request_invalid"),
    ("void nothing", "hall", "/v1/registers/" + UNKNOWN + "/voids", {"number": 0, "reason": "ก"}, "request_invalid"),
    ("void huge", "hall", "/v1/registers/" + UNKNOWN + "/voids", {"number": 2**63, "reason": "ก"}, "request_invalid"),
    ("closure no reason", "agency", "/v1/dispatches/" + UNKNOWN + "/closure", {"reason": ""}, "request_invalid"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("who", "path", "body", "code"), [one[1:] for one in OTHERS], ids=[one[0] for one in OTHERS]
)
async def test_other_bad_bodies_are_refused(
    scene: Scene,
    who: str,
    path: str,
    body: Any,
    code: str,  # noqa: ANN401 (JSON)
) -> None:
    officer = scene.api.officer(who, "head" if "reg" in path[:9] else "clerk")
    if path == "/v1/registers":
        body |= {"registry_id": str(officer.desk.registry_id)}
    await _refused(officer, scene.path(path), body, 422, code)


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/v1/inbox", {"limit": "0"}),
        ("/v1/inbox", {"limit": "201"}),
        ("/v1/inbox", {"after": "x"}),
        ("/v1/inbox", {"state": "lost"}),
        ("/v1/inbox", {"late": "maybe"}),
        ("/v1/notices", {"limit": "9" * 5000}),
        ("/v1/organizations", {"area": "3_"}),
        ("/v1/organizations", {"name": "\x00"}),
        ("/v1/organizations", {"after": "\x00"}),
        ("/v1/registers", {"registry_id": "x"}),
        (f"/v1/circulars/{UNKNOWN}/history", {"after": str(2**63)}),
        (f"/v1/registers/{UNKNOWN}/incoming/2564/entries", {}),
        (f"/v1/registers/{UNKNOWN}/lost/2021/entries", {}),
        ("/v1/letters/927", {}),
        ("/v1/letters/%00", {}),
        ("/v1/hops/hall", {}),
        ("/v1/dispatches/1", {}),
        ("/v1/circulars/1/route", {}),
    ],
)
async def test_a_bad_address_or_query_is_refused(
    shared_api: Api, path: str, query: dict[str, str]
) -> None:
    answer = await shared_api.officer("hall").get(path, **query)
    assert (answer.status_code, answer.headers["content-type"]) == (422, PROBLEM)


RAW: list[tuple[str, bytes, str, int, str]] = [
    ("truncated", b'{"subject": "abc', "application/json", 400, "request_unreadable"),
    ("empty", b"", "application/json", 422, "request_invalid"),
    ("TIS-620", "เรื่อง".encode("cp874").join([b'{"subject": "', b'"}']), "application/json", 400, "request_unreadable"),
    ("UTF-16", '{"subject": "เรื่อง"}'.encode("utf-16"), "application/json", 400, "request_unreadable"),
    ("UTF-32", '{"subject": "เรื่อง"}'.encode("utf-32"), "application/json", 400, "request_unreadable"),
    ("surrogate bytes", b'{"subject": "\xed\xa0\x80"}', "application/json", 400, "request_unreadable"),
    ("BOM", b'\xef\xbb\xbf{"subject": 1}', "application/json", 422, "request_invalid"),
    ("too deep", b"[" * 100_000, "application/json", 400, "request_unreadable"),
    ("digits without end", b'{"subject": ' + b"9" * 10_000 + b"}", "application/json", 400, "request_unreadable"),
    ("plain text", b'{"subject": "a"}', "text/plain", 422, "request_invalid"),
    ("form", b"subject=a", "application/x-www-form-urlencoded", 422, "request_invalid"),
    ("too long", b'{"subject": "' + b"a" * MAX_BODY_BYTES + b'"}', "application/json", 413, "too_large"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "media_type", "status", "code"),
    [one[1:] for one in RAW],
    ids=[one[0] for one in RAW],
)
async def test_an_unreadable_body_is_refused(
    shared_api: Api, content: bytes, media_type: str, status: int, code: str
) -> None:
    headers = {"Idempotency-Key": str(uuid4()), "Content-Type": media_type}
    async with shared_api.nothing_written():
        answer = await shared_api.officer("agency").ask(
            "POST", "/v1/letters", content=content, headers=headers
        )
    refused(answer, status, code)


async def test_a_body_of_unknown_length_is_cut_at_the_limit(shared_api: Api) -> None:
    taken = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal taken
        while True:
            taken += 1
            yield b" " * 65_536

    headers = {"Idempotency-Key": str(uuid4()), "Content-Type": "application/json"}
    async with shared_api.nothing_written():
        answer = await shared_api.officer("agency").ask(
            "POST", "/v1/letters", content=endless(), headers=headers
        )
    refused(answer, 413, "too_large")
    assert taken == MAX_BODY_BYTES // 65_536 + 1


async def test_a_body_of_exactly_the_limit_is_read(shared_api: Api) -> None:
    agency = shared_api.officer("agency")
    body = json.dumps(agency.letter(urgency="?")).encode()
    headers = {"Idempotency-Key": str(uuid4()), "Content-Type": "application/json"}
    padded = body + b" " * (MAX_BODY_BYTES - len(body))
    answer = await agency.ask("POST", "/v1/letters", content=padded, headers=headers)
    assert _fields(refused(answer, 422, "request_invalid")) == ["urgency"]


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/letter", "/v1/letters/", "/v2/letters"])
async def test_an_unknown_address_is_a_problem_too(shared_api: Api, path: str) -> None:
    refused(await shared_api.officer("hall").get(path), 404, "not_found")


async def test_a_wrong_method_is_a_problem_too(shared_api: Api) -> None:
    answer = await shared_api.officer("hall").ask("DELETE", "/v1/inbox")
    refused(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == "GET"


async def test_a_problem_does_not_repeat_what_was_sent(shared_api: Api) -> None:
    agency = shared_api.officer("agency")
    answer = await agency.post("/v1/letters", agency.letter(urgency="ความลับ-4711"))
    assert "4711" not in answer.text
