"""Letters that are secret: where they stand, who is told, what is recorded, and what time tells."""

from statistics import median
from time import perf_counter
from typing import Any, Final
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from domain.vocabulary import Book, EventKind, Role, Secrecy
from models import Event
from tests.support.guarded_desk import Guarded
from tests.support.http_desk import PROBLEM, refused
from tests.support.routes import guarded_routes, names_in, query_of
from tests.support.secrets import CLASSES, Person

SECRETS: Final = CLASSES[1:]
TOP: Final = CLASSES[-1]

SAYS_NOTHING: Final = frozenset(
    {
        "/v1/audit/figures",
        "/v1/calendar",
        "/v1/inbox/counts",
        "/v1/intake",
        "/v1/intake/{intake_id}",
        "/v1/intake/{intake_id}/candidates",
        "/v1/intake/{intake_id}/plan",
        "/v1/intake/{intake_id}/text",
        "/v1/mails",
        "/v1/me",
        "/v1/organizations",
        "/v1/plans",
        "/v1/policies",
        "/v1/registers",
        "/v1/registers/{registry_id}/{book}/{year}/gaps",
        "/v1/registries/{registry_id}/posts",
    }
)
"""Pages that name no letter: counts, books, texts that are none yet, directory, calendar."""

NOT_SEALED: Final = frozenset({"/v1/hops/{hop_id}/evidence"})
"""Pages that are refused here, because nothing is sealed: so nothing is told."""

MOST: Final = 1.15
"""By how much the median time of "not found" may differ between a hidden letter and none."""


def _pages(guarded: Guarded) -> list[str]:
    return [path for method, path in guarded_routes(guarded.api.app) if method == "GET"]


async def _reads(guarded: Guarded) -> list[tuple[UUID, UUID | None, Secrecy]]:
    query = select(Event.officer_id, Event.letter_id, Event.secrecy)
    async with guarded.api.sessions() as session:
        rows = await session.execute(query.where(Event.kind == EventKind.READ).order_by(Event.id))
        return [(row[0], row[1], row[2]) for row in rows]


def _reader(guarded: Guarded, desk: str, clearance: Secrecy) -> Any:  # noqa: ANN401 (an officer)
    return guarded.clients[Person(desk=desk, role=Role.AUDITOR, clearance=clearance)]


async def _look(guarded: Guarded, path: str, secrecy: Secrecy, clearance: Secrecy) -> int:
    """Let an auditor of the hall look at a page, and return the status of the answer."""
    ids = guarded.subject("hall", secrecy)
    query = query_of(path, ids) | ({"secrecy": secrecy.value} if "{book}" in path else {})
    answer = await _reader(guarded, "hall", clearance).get(path.format_map(ids), **query)
    status: int = answer.status_code
    return status


async def test_every_page_that_tells_of_a_secret_letter_records_who_was_told(
    guarded: Guarded,
) -> None:
    pages = set(_pages(guarded))
    assert pages > SAYS_NOTHING | NOT_SEALED
    reader = Person(desk="hall", role=Role.AUDITOR, clearance=TOP)
    for path in sorted(pages - SAYS_NOTHING - NOT_SEALED):
        for secrecy in SECRETS:
            before = await _reads(guarded)
            assert await _look(guarded, path, secrecy, TOP) == 200, path
            told = (await _reads(guarded))[len(before) :]
            assert told, path
            letters = [letter_id for _, letter_id, _ in told]
            assert len(letters) == len(set(letters)), path
            assert {officer for officer, _, _ in told} == {guarded.officers[reader.subject]}
            assert {str(one) for one in letters} <= guarded.seen[reader]["letter"]
            assert {found for *_, found in told} <= set(SECRETS)


async def test_no_other_look_is_recorded(guarded: Guarded) -> None:
    before = await _reads(guarded)
    for path in _pages(guarded):
        for secrecy in CLASSES:
            await _look(guarded, path, secrecy, Secrecy.NORMAL)
    for path in SAYS_NOTHING:
        assert await _look(guarded, path, Secrecy.SECRET, TOP) in {200, 403}
    for path in sorted(path for path in _pages(guarded) if "hop_id" in names_in(path)):
        await _look(guarded, path, Secrecy.NORMAL, TOP)
    assert await _reads(guarded) == before


async def test_the_record_stands_before_the_answer_leaves(guarded: Guarded) -> None:
    reader = _reader(guarded, "hall", TOP)
    ids = guarded.subject("hall", Secrecy.VERY_SECRET)
    before = await _count_reads(guarded)
    seen: list[tuple[int, int]] = []

    async def send(message: Any) -> None:  # noqa: ANN401 (a message of ASGI)
        if message["type"] == "http.response.start":
            seen.append((message["status"], await _count_reads(guarded) - before))

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": f"/v1/letters/{ids['letter_id']}",
        "raw_path": b"",
        "query_string": b"",
        "root_path": "",
        "headers": [(b"authorization", f"Bearer {reader.token}".encode())],
        "server": ("wian", 80),
        "client": ("desk", 1),
    }
    await guarded.api.app(scope, receive, send)
    assert seen == [(200, 1)]


async def _count_reads(guarded: Guarded) -> int:
    query = select(func.count()).select_from(Event).where(Event.kind == EventKind.READ)
    async with guarded.api.sessions() as session:
        return await session.scalar(query) or 0


@pytest.mark.parametrize("secrecy", SECRETS)
async def test_a_secret_letter_stands_in_a_book_of_its_class(
    guarded: Guarded, secrecy: Secrecy
) -> None:
    clerk = guarded.clients[Person(desk="agency", role=Role.CLERK, clearance=secrecy)]
    books = (await clerk.get("/v1/registers")).json()
    letter = await clerk.issue(secrecy=secrecy.value, subject="ลับ")
    assert letter["secrecy"] == secrecy.value
    after = (await clerk.get("/v1/registers")).json()
    grown = [
        (one["book"], one["secrecy"])
        for one, was in zip(after, books, strict=True)
        if one["allocated"] != was["allocated"]
    ]
    assert [found for _, found in grown] == [secrecy.value]
    (book, _), year = grown[0], 2021
    place = f"/v1/registers/{clerk.desk.registry_id}/{book}/{year}/entries"
    entries = await clerk.read(place, secrecy=secrecy.value, limit=500)
    assert letter["number"] in {one["letter_number"] for one in entries["items"]}
    opened = await clerk.read(place, limit=500)
    assert letter["number"] not in {
        one["letter_number"] for one in opened["items"] if one["subject"] == "ลับ"
    }
    below = guarded.clients[
        Person(desk="agency", role=Role.CLERK, clearance=CLASSES[CLASSES.index(secrecy) - 1])
    ]
    refused(await below.get(place, secrecy=secrecy.value), 404, "not_found")
    listed = (await below.get("/v1/registers")).json()
    assert secrecy.value not in {one["secrecy"] for one in listed}


@pytest.mark.parametrize("clearance", CLASSES[:-1])
async def test_nobody_issues_above_the_own_clearance(guarded: Guarded, clearance: Secrecy) -> None:
    clerk = guarded.clients[Person(desk="agency", role=Role.CLERK, clearance=clearance)]
    async with guarded.api.nothing_written():
        for secrecy in CLASSES[CLASSES.index(clearance) + 1 :]:
            answer = await clerk.post("/v1/letters", clerk.letter(secrecy=secrecy.value))
            refused(answer, 403, "clearance_missing")


async def test_an_administrator_keeps_the_books_and_reads_none_of_them(guarded: Guarded) -> None:
    """With the highest clearance as with none."""
    for clearance in CLASSES:
        admin = guarded.clients[Person(desk="hall", role=Role.ADMIN, clearance=clearance)]
        books = (await admin.get("/v1/registers")).json()
        reached = CLASSES[: CLASSES.index(clearance) + 1]
        assert {one["secrecy"] for one in books} == {one.value for one in reached}
        for one in books:
            place = f"/v1/registers/{one['registry_id']}/{one['book']}/{one['year']}"
            for part in ("entries", "gaps"):
                answer = await admin.get(f"{place}/{part}", secrecy=one["secrecy"])
                refused(answer, 404, "not_found")
        for path in ("/v1/inbox", "/v1/notices"):
            assert (await admin.read(path))["items"] == []
        body = {"registry_id": str(admin.desk.registry_id), "book": Book.INCOMING, "year": 2040}
        book = await admin.act("/v1/registers", body | {"secrecy": clearance.value})
        assert book["secrecy"] == clearance.value
        for above in CLASSES[len(reached) :]:
            answer = await admin.post("/v1/registers", body | {"secrecy": above.value})
            refused(answer, 403, "clearance_missing")


async def test_a_page_of_mails_counts_only_notices_that_one_may_read(guarded: Guarded) -> None:
    """A mail says of a secret letter that it is late, and never which."""
    counts = set()
    for desk in guarded.planted.directory.desks:
        for clearance in CLASSES:
            head = guarded.clients[Person(desk=desk, role=Role.HEAD, clearance=clearance)]
            for mail in (await head.read("/v1/mails"))["items"]:
                seen = guarded.seen[Person(desk=desk, role=Role.HEAD, clearance=clearance)]
                carried = [
                    row
                    for row in guarded.ledger.rows["notice"]
                    if str(row["mail_id"]) == mail["id"] and row["told_apart"] in seen["notice"]
                ]
                assert mail["notices"] == len(carried)
                counts.add((clearance, len(carried)))
    assert len(counts) > len(CLASSES)


@pytest.mark.parametrize("path", ["/v1/letters/{}", "/v1/hops/{}", "/v1/circulars/{}/route"])
async def test_the_time_of_not_found_tells_nothing(guarded: Guarded, path: str) -> None:
    """Asked in turn, so that whatever else the machine does falls on both alike."""
    ids = guarded.subject("hall", Secrecy.VERY_SECRET)
    name = {"letters": "letter_id", "hops": "hop_id"}.get(path.split("/")[2], "circular_id")
    officer = _reader(guarded, "hall", Secrecy.NORMAL)
    spent = await _times(officer, path, ids[name], pairs=180)
    assert 1 / MOST < median(spent[True]) / median(spent[False]) < MOST


async def _times(
    officer: Any,  # noqa: ANN401 (an officer)
    path: str,
    hidden: str,
    *,
    pairs: int,
) -> dict[bool, list[float]]:
    spent: dict[bool, list[float]] = {True: [], False: []}
    for nth in range(pairs):
        for is_hidden in (nth % 2 == 0, nth % 2 == 1):
            place = path.format(hidden if is_hidden else uuid4())
            start = perf_counter()
            answer = await officer.get(place)
            spent[is_hidden].append(perf_counter() - start)
            assert (answer.status_code, answer.headers["content-type"]) == (404, PROBLEM)
    return spent
