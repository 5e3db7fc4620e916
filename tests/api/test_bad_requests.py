import json
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from api.main import MAX_BODY_BYTES
from tests.support.bad_input import fields_of
from tests.support.http_desk import PROBLEM, Api, refused

UNKNOWN = "00000000-0000-4000-8000-00000000dead"


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
async def test_a_bad_address_or_query_isrefused_whole(
    shared_api: Api, path: str, query: dict[str, str]
) -> None:
    answer = await shared_api.officer("hall").get(path, **query)
    assert (answer.status_code, answer.headers["content-type"]) == (422, PROBLEM)


RAW: list[tuple[str, bytes, str, int, str]] = [
    ("truncated", b'{"subject": "abc', "application/json", 400, "request_unreadable"),
    ("empty", b"", "application/json", 422, "request_invalid"),
    (
        "TIS-620",
        "เรื่อง".encode("cp874").join([b'{"subject": "', b'"}']),
        "application/json",
        400,
        "request_unreadable",
    ),
    (
        "UTF-16",
        '{"subject": "เรื่อง"}'.encode("utf-16"),
        "application/json",
        400,
        "request_unreadable",
    ),
    (
        "UTF-32",
        '{"subject": "เรื่อง"}'.encode("utf-32"),
        "application/json",
        400,
        "request_unreadable",
    ),
    (
        "surrogate bytes",
        b'{"subject": "\xed\xa0\x80"}',
        "application/json",
        400,
        "request_unreadable",
    ),
    ("BOM", b'\xef\xbb\xbf{"subject": 1}', "application/json", 422, "request_invalid"),
    ("too deep", b"[" * 100_000, "application/json", 400, "request_unreadable"),
    (
        "digits without end",
        b'{"subject": ' + b"9" * 10_000 + b"}",
        "application/json",
        400,
        "request_unreadable",
    ),
    ("plain text", b'{"subject": "a"}', "text/plain", 422, "request_invalid"),
    ("form", b"subject=a", "application/x-www-form-urlencoded", 422, "request_invalid"),
    (
        "too long",
        b'{"subject": "' + b"a" * MAX_BODY_BYTES + b'"}',
        "application/json",
        413,
        "too_large",
    ),
]


@pytest.mark.parametrize(
    ("content", "media_type", "status", "code"),
    [one[1:] for one in RAW],
    ids=[one[0] for one in RAW],
)
async def test_an_unreadable_body_isrefused_whole(
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
    assert fields_of(refused(answer, 422, "request_invalid")) == ["urgency"]


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
