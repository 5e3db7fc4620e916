import json
from datetime import timedelta
from typing import Any

import pytest

from tests.support.bad_input import Scene, fields_of, refused_whole
from tests.support.http_desk import PROBLEM, Json, Officer, refused
from tests.support.letters import ACKNOWLEDGE_BY, MORNING

UNKNOWN = "00000000-0000-4000-8000-00000000dead"
DEEP: Any = json.loads("[" * 300 + "]" * 300)


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
    ("head early", {"escalate_head_at": PAST}, "alarm_out_of_order", "escalate_head_at"),
    ("no deadline", {"acknowledge_by": None}, "deadline_kind_unclear", "acknowledge_by"),
    ("two deadlines", {"acknowledge_within": 3}, "deadline_kind_unclear", "acknowledge_by"),
    (
        "day past",
        {"acknowledge_by": None, "register_by": None, "acknowledge_on": "2021-03-01"},
        "deadline_in_past",
        "acknowledge_by",
    ),
    (
        "day in B.E.",
        {"acknowledge_by": None, "acknowledge_on": "2564-03-10"},
        "date_in_buddhist_era",
        "acknowledge_on",
    ),
    ("no days", {"acknowledge_within": 0}, "request_invalid", "acknowledge_within"),
    ("too many days", {"acknowledge_within": 251}, "request_invalid", "acknowledge_within"),
    (
        "beyond the calendar",
        {"acknowledge_by": "2061-01-01T00:00:00+07:00"},
        "calendar_out_of_range",
        "",
    ),
    ("no weights", {"weights": []}, "request_invalid", "weights"),
    ("a tier without time", {"weights": [5, 0]}, "request_invalid", "weights/1"),
    ("too many tiers", {"weights": [1] * 11}, "request_invalid", "weights"),
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
    "escalate_head_at",
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
        case _:
            pass
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
    assert not field or field in fields_of(problem)


async def test_every_recipient_at_fault_is_named(scene: Scene) -> None:
    agency, desks = scene.api.officer("agency"), scene.api.desks
    recipients = [str(desks["hall"].organization_id), str(desks.closed), UNKNOWN]
    body = {"letter_id": scene.fresh["id"]} | agency.order() | {"recipients": recipients}
    problem = await refused_whole(agency, "/v1/dispatches", body, 422, "recipient_closed")
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
    assert field in fields_of(refused(answer, 422, code))


async def test_a_dispatch_below_does_not_wait_longer_than_the_one_above(scene: Scene) -> None:
    office = scene.api.officer("office")
    body = office.order("district_a", acknowledge_by=LATER, cover={"subject": "ส่งหนังสือเวียน"})
    path = f"/v1/hops/{scene.registered}/forward"
    problem = await refused_whole(
        office, path, body, 422, "deadline_after_parent", "acknowledge_by"
    )
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
    await refused_whole(office, f"/v1/hops/{scene.registered}/forward", body, 422, code)
    hop = await office.read(f"/v1/hops/{scene.registered}")
    assert hop["hop"]["state"] == "registered"
