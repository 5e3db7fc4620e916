import asyncio
import os
from collections.abc import AsyncIterator, MutableMapping
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from api.routes.letters import MAX_FILE_BYTES
from tests.support.http_desk import PROBLEM, Api, Json, Officer, digest_of, refused

LARGE = os.urandom(3 * 1024 * 1024)


async def _enclose(officer: Officer, content: bytes, name: str = "กำหนดการ.pdf") -> Json:
    assert (await officer.put_file(content)).status_code == 201
    return await officer.issue(attachments=[{"sha256": digest_of(content), "file_name": name}])


@pytest.mark.parametrize(
    "content", [b"", b"%PDF-1.7 \x00\xff", LARGE], ids=["empty", "small", "3M"]
)
async def test_the_bytes_of_a_file_come_back(api: Api, content: bytes) -> None:
    agency = api.officer("agency")
    await _enclose(agency, content)
    answer = await agency.get(f"/v1/files/{digest_of(content)}")
    assert (answer.status_code, answer.content) == (200, content)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["x-content-type-options"] == "nosniff"
    disposition = answer.headers["content-disposition"]
    assert disposition.startswith("attachment")
    assert "%E0%B8%81" in disposition


async def test_putting_a_file_twice_changes_nothing(api: Api) -> None:
    agency, hall = api.officer("agency"), api.officer("hall")
    await _enclose(agency, b"content")
    assert (await hall.put_file(b"content")).status_code == 201
    assert (await agency.get(f"/v1/files/{digest_of(b'content')}")).content == b"content"
    assert _stored(api) == {digest_of(b"content")}


async def test_knowing_a_hash_is_not_enough_to_enclose_and_so_to_read_a_file(api: Api) -> None:
    agency, stranger = api.officer("agency"), api.officer("stranger")
    await _enclose(agency, b"for few eyes")
    digest = digest_of(b"for few eyes")
    async with api.nothing_written():
        enclosed = [{"sha256": digest, "file_name": "กำหนดการ.pdf"}]
        answer = await stranger.post("/v1/letters", stranger.letter(attachments=enclosed))
        refused(answer, 422, "attachment_unknown")
    refused(await stranger.get(f"/v1/files/{digest}"), 404, "not_found")


async def test_a_file_with_another_hash_is_not_kept(api: Api) -> None:
    agency, digest = api.officer("agency"), digest_of(b"announced")
    async with api.nothing_written():
        refused(await agency.put_file(b"sent", digest=digest), 422, "file_hash_differs")
        enclosed = [{"sha256": digest, "file_name": "กำหนดการ.pdf"}]
        answer = await agency.post("/v1/letters", agency.letter(attachments=enclosed))
        assert refused(answer, 422, "attachment_unknown")["sha256"] == digest
    assert _stored(api) == set()


@pytest.mark.parametrize("is_announced", [True, False], ids=["content-length", "chunked"])
async def test_a_file_over_the_limit_is_refused_and_leaves_nothing(
    api: Api, is_announced: bool
) -> None:
    agency = api.officer("agency")
    content = bytes(MAX_FILE_BYTES + 1)
    body = content if is_announced else _chunks(content)
    path = f"/v1/files/{digest_of(content)}"
    refused(await agency.ask("PUT", path, content=body), 413, "too_large")
    assert _stored(api) == set()


async def test_a_file_of_exactly_the_limit_is_kept(api: Api) -> None:
    content = bytes(MAX_FILE_BYTES)
    assert (await api.officer("agency").put_file(content)).status_code == 201
    assert _stored(api) == {digest_of(content)}


async def test_a_file_is_read_by_those_who_may_read_its_letter(api: Api) -> None:
    agency, hall = api.officer("agency"), api.officer("hall")
    letter = await _enclose(agency, b"content")
    path = f"/v1/files/{digest_of(b'content')}"
    refused(await hall.get(path), 404, "not_found")
    await agency.send("hall", letter=letter)
    assert (await hall.get(path)).content == b"content"
    assert (await api.officer("hall", "auditor").get(path)).content == b"content"
    for stranger in (api.officer("stranger"), api.officer("office"), api.officer("hall", "admin")):
        refused(await stranger.get(path), 404, "not_found")


async def test_a_file_that_no_letter_encloses_is_read_by_nobody(api: Api) -> None:
    agency = api.officer("agency")
    await agency.put_file(b"content")
    refused(await agency.get(f"/v1/files/{digest_of(b'content')}"), 404, "not_found")


@pytest.mark.parametrize("role", ["auditor", "admin"])
async def test_those_who_issue_no_letters_put_no_files(api: Api, role: str) -> None:
    refused(await api.officer("agency", role).put_file(b"content"), 403, "role_missing")
    assert _stored(api) == set()


@pytest.mark.parametrize("digest", ["..", "A" * 64, "0" * 63, "0" * 65, "0" * 64 + "%0A"])
async def test_a_file_is_named_by_nothing_but_its_sha256(api: Api, digest: str) -> None:
    agency = api.officer("agency")
    for method in ("PUT", "GET"):
        answer = await agency.ask(
            method, f"/v1/files/{digest}", content=b"" if method == "PUT" else None
        )
        assert answer.status_code in {404, 422}
        assert answer.headers["content-type"] == PROBLEM
    assert _stored(api) == set()


async def test_a_slow_reader_of_a_file_holds_no_connection_to_the_ledger(
    api: Api, engine: AsyncEngine
) -> None:
    agency = api.officer("agency")
    await _enclose(agency, LARGE)
    held: list[int] = []

    async def send(message: MutableMapping[str, Any]) -> None:
        del message
        held.append(engine.pool.checkedout())  # type: ignore[attr-defined]  # of its QueuePool

    never: asyncio.Future[MutableMapping[str, Any]] = asyncio.get_running_loop().create_future()

    async def receive() -> MutableMapping[str, Any]:
        return await never

    scope = {
        "type": "http",
        "method": "GET",
        "path": f"/v1/files/{digest_of(LARGE)}",
        "query_string": b"",
        "headers": [(b"authorization", f"Bearer {agency.token}".encode())],
    }
    await api.app(scope, receive, send)
    assert len(held) > 2
    assert set(held) == {0}


async def _chunks(content: bytes) -> AsyncIterator[bytes]:
    size = 1024 * 1024
    for start in range(0, len(content), size):
        yield content[start : start + size]


def _stored(api: Api) -> set[str]:
    # Beside a file lies an empty one for each officer who sent it; a half-written one has bytes.
    return {
        path.name
        for path in api.settings.file_store_dir.rglob("*")
        if path.is_file() and not (path.suffix and path.stat().st_size == 0)
    }
