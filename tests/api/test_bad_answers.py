from typing import Any

import pytest

from tests.support.bad_input import Scene, fields_of, refused_whole
from tests.support.http_desk import ANSWER, Json, refused

UNKNOWN = "00000000-0000-4000-8000-00000000dead"


ANSWERS: list[tuple[str, Any, str, list[str]]] = [
    ("missing", None, "answer_missing", ["answer"]),
    ("empty", {}, "answer_invalid", ["answer", "answer"]),
    ("too few", ANSWER | {"names": ["ก"]}, "answer_invalid", ["answer/names"]),
    ("wrong type", ANSWER | {"names": ["ก", 2]}, "answer_invalid", ["answer/names/1"]),
    (
        "two faults",
        {"joined": "ใช่", "names": []},
        "answer_invalid",
        ["answer/joined", "answer/names"],
    ),
    ("list", [], "request_invalid", ["answer"]),
    ("NUL", ANSWER | {"note": "\x00"}, "value_not_storable", []),
    ("NUL in a key", ANSWER | {"\x00": 1}, "value_not_storable", []),
    ("surrogate", ANSWER | {"note": "\ud800"}, "request_invalid", ["answer"]),
    ("surrogate in a key", ANSWER | {"\udfff": 1}, "request_invalid", ["answer"]),
    (
        "surrogate at fault",
        {"joined": "\ud800", "names": ["\udfff"]},
        "request_invalid",
        ["answer"],
    ),
    ("infinite", ANSWER | {"note": float("inf")}, "request_invalid", ["answer"]),
    ("no number", ANSWER | {"note": float("nan")}, "request_invalid", ["answer"]),
]


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
        assert fields_of(problem) == fields
    assert all(one["reason"] for one in problem.get("errors", []))


async def test_an_answer_that_was_not_asked_for_isrefused_whole(scene: Scene) -> None:
    path = f"/v1/hops/{scene.unasked}/acknowledgment"
    office = scene.api.officer("office")
    await refused_whole(office, path, {"answer": ANSWER}, 422, "answer_not_asked", "answer")


# Who asks, where, with what.
OTHERS: list[tuple[str, str, str, Any, str]] = [
    ("recall no reason", "agency", "/v1/hops/{sent}/recall", {}, "request_invalid"),
    ("refusal blank reason", "hall", "/v1/hops/{sent}/refusal", {"reason": " "}, "request_invalid"),
    (
        "refusal long reason",
        "hall",
        "/v1/hops/{sent}/refusal",
        {"reason": "ก" * 1001},
        "request_invalid",
    ),
    ("refusal NUL", "hall", "/v1/hops/{sent}/refusal", {"reason": "\x00"}, "value_not_storable"),
    ("refusal no object", "hall", "/v1/hops/{sent}/refusal", [], "request_invalid"),
    ("refusal nothing", "hall", "/v1/hops/{sent}/refusal", None, "request_invalid"),
    (
        "return twice told",
        "office",
        "/v1/hops/{registered}/return",
        {"reason": "ก", "why": "ข"},
        "request_invalid",
    ),
    (
        "stamp B.E. day",
        "hall",
        "/v1/hops/{sent}/receipt",
        {"stamped_on": "2564-03-02"},
        "date_in_buddhist_era",
    ),
    (
        "stamp B.E.",
        "hall",
        "/v1/hops/{sent}/receipt",
        {"stamped_at": "2564-03-02T09:00:00+07:00"},
        "date_in_buddhist_era",
    ),
    (
        "stamp naive",
        "hall",
        "/v1/hops/{sent}/receipt",
        {"stamped_at": "2021-03-02T09:00:00"},
        "request_invalid",
    ),
    (
        "stamp in year 1",
        "hall",
        "/v1/hops/{sent}/receipt",
        {"stamped_on": "0001-01-01"},
        "request_invalid",
    ),
    (
        "stamp tomorrow",
        "hall",
        "/v1/hops/{sent}/receipt",
        {"stamped_on": "2021-03-03"},
        "stamped_in_future",
    ),
    (
        "stamp before letter",
        "hall",
        "/v1/hops/{sent}/receipt",
        {"stamped_on": "2021-03-01"},
        "stamped_before_letter",
    ),
    (
        "stamp last year",
        "hall",
        "/v1/hops/{sent}/receipt",
        {"stamped_on": "2020-12-31"},
        "stamped_in_other_year",
    ),
    (
        "stamp twice",
        "hall",
        "/v1/hops/{sent}/receipt",
        {"stamped_on": "2021-03-02", "stamped_at": "2021-03-02T09:00:00Z"},
        "request_invalid",
    ),
    (
        "paper without reason",
        "hall",
        "/v1/hops/{sent}/receipt",
        {"stamped_on": "2021-03-02", "paper_number": 4},
        "request_invalid",
    ),
    (
        "paper without date",
        "hall",
        "/v1/hops/{sent}/receipt",
        {"reason": "ก", "paper_number": 4},
        "request_invalid",
    ),
    (
        "paper number huge",
        "hall",
        "/v1/hops/{sent}/receipt",
        {"stamped_on": "2021-03-02", "reason": "ก", "paper_number": 10**30},
        "request_invalid",
    ),
    (
        "paper number zero",
        "hall",
        "/v1/hops/{sent}/receipt",
        {"stamped_on": "2021-03-02", "reason": "ก", "paper_number": 0},
        "request_invalid",
    ),
    (
        "book in B.E.",
        "hall",
        "/v1/registers",
        {"book": "incoming", "year": 2564},
        "date_in_buddhist_era",
    ),
    (
        "book long ago",
        "hall",
        "/v1/registers",
        {"book": "incoming", "year": 1956},
        "request_invalid",
    ),
    ("book unknown", "hall", "/v1/registers", {"book": "ทะเบียน", "year": 2021}, "request_invalid"),
    ("book huge", "hall", "/v1/registers", {"book": "incoming", "year": 10**30}, "request_invalid"),
    (
        "book far",
        "hall",
        "/v1/registers",
        {"book": "incoming", "year": 2021, "last_paper_number": 10**8},
        "request_invalid",
    ),
    (
        "void nothing",
        "hall",
        "/v1/registers/" + UNKNOWN + "/voids",
        {"number": 0, "reason": "ก"},
        "request_invalid",
    ),
    (
        "void huge",
        "hall",
        "/v1/registers/" + UNKNOWN + "/voids",
        {"number": 2**63, "reason": "ก"},
        "request_invalid",
    ),
    (
        "closure no reason",
        "agency",
        "/v1/dispatches/" + UNKNOWN + "/closure",
        {"reason": ""},
        "request_invalid",
    ),
]


@pytest.mark.parametrize(
    ("who", "path", "body", "code"), [one[1:] for one in OTHERS], ids=[one[0] for one in OTHERS]
)
async def test_other_bad_bodies_arerefused_whole(
    scene: Scene,
    who: str,
    path: str,
    body: Json,
    code: str,
) -> None:
    officer = scene.api.officer(who, "head" if path.startswith("/v1/registers") else "clerk")
    if path == "/v1/registers":
        body = body | {"registry_id": str(officer.desk.registry_id)}
    await refused_whole(officer, scene.path(path), body, 422, code)
