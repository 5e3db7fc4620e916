import csv
import io
import json
import stat
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from api.main import create_app
from domain.vocabulary import Secrecy
from infra.cursor_key import cursor_key
from infra.database import WORKER_ROLE, create_engine, create_sessions
from infra.embedded.postgres import PostgresServer
from infra.settings import Settings
from services import export_events
from tests.api.conftest import DatabaseCopy
from tests.conftest import Database
from tests.support.directory import Directory
from tests.support.http_desk import ANSWER, FORM, Api, Json, Officer, refused, running_api
from tests.support.letters import MORNING

EVENTS = "/v1/audit/events"
EXPORT = "/v1/audit/export"


@dataclass(frozen=True, kw_only=True, slots=True)
class Ledger:
    """A ledger on which only reading goes on, and the three dispatches of its circular."""

    api: Api
    top: Json
    middle: Json
    low: Json

    def officer(self, desk: str, role: str = "clerk") -> Officer:
        return self.api.officer(desk, role)


@pytest.fixture(scope="module")
async def ledger(
    postgres: PostgresServer,
    province: tuple[Database, Directory],
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Ledger]:
    database = DatabaseCopy(postgres, province[0])
    database.create()
    engine = create_engine(database.app_url, pool=4)
    worker = create_engine(database.worker_url, pool=1, role=WORKER_ROLE)
    async with running_api(
        create_app(Settings()),
        sessions=create_sessions(engine),
        inside=create_sessions(worker),
        desks=province[1],
        folder=tmp_path_factory.mktemp("audit"),
    ) as api:
        top, middle, low = await _down(api)
        yield Ledger(api=api, top=top, middle=middle, low=low)
    await worker.dispose()
    await engine.dispose()
    database.drop()


async def _down(api: Api) -> tuple[Json, Json, Json]:
    """agency → hall and direct; hall → office, which sends a cover letter to a district."""
    await api.officer("stranger").send("body_b1")
    agency, hall, office = (api.officer(name) for name in ("agency", "hall", "office"))
    top = await agency.send("hall", "direct", answer_form=FORM)
    middle = await hall.pass_on(top, "office")
    low = await office.pass_on(middle, "district_a", cover={"subject": "ส่งหนังสือเวียน"})
    district = api.officer("district_a")
    hop_id = await district.register(low)
    await district.act(f"/v1/hops/{hop_id}/acknowledgment", {"answer": ANSWER})
    return top, middle, low


async def _whole(officer: Officer, limit: int, **query: object) -> list[Json]:
    items: list[Json] = []
    page = await officer.read(EVENTS, limit=limit, **query)
    while True:
        items += page["items"]
        if page["next"] is None:
            return items
        page = await officer.read(EVENTS, limit=limit, cursor=page["next"], **query)


async def test_an_auditor_pages_through_what_happened_below(ledger: Ledger) -> None:
    top, low = ledger.top, ledger.low
    auditor = ledger.officer("agency", "auditor")
    whole = await _whole(auditor, 500)
    assert await _whole(auditor, 4) == whole
    ids = [item["id"] for item in whole]
    assert ids == sorted(ids, reverse=True)
    assert {item["circular_id"] for item in whole} == {top["circular_id"]}
    newest = next(item for item in whole if item["kind"] == "acknowledged")
    assert newest["text"] == "ตอบรับ (ลงรับแล้ว → ตอบรับแล้ว)"
    assert (newest["before"], newest["after"]) == (
        {"state": "registered"},
        {"state": "acknowledged"},
    )
    assert (newest["registry"], newest["officer"]) == ("ที่ว่าการอำเภอ ก", "clerk.district_a")
    assert (newest["letter_id"], newest["letter_number"]) == (low["letter_id"], "ทส 0023.4/ว 1")
    assert (newest["receipt_number"], newest["is_late"]) == (1, False)


async def test_filters_are_combined(ledger: Ledger) -> None:
    agency, hall = ledger.officer("agency", "head"), str(ledger.api.desks["hall"].organization_id)
    whole = await _whole(agency, 500)
    below = {ledger.api.desks[name].name for name in ("hall", "office", "district_a")}
    found = await _whole(agency, 3, organization_id=hall)
    assert found == [item for item in whole if item["registry"] in below]
    only = await _whole(agency, 3, organization_id=hall, subtree=False)
    assert {item["registry"] for item in only} == {ledger.api.desks["hall"].name}
    kinds = await _whole(agency, 3, organization_id=hall, kind=["registered", "forwarded"])
    assert {item["kind"] for item in kinds} == {"registered", "forwarded"}
    registry = str(ledger.api.desks["office"].registry_id)
    officer = str(ledger.api.desks["office"].clerk.id)
    assert await _whole(agency, 9, registry_id=registry) == await _whole(
        agency, 9, officer_id=officer
    )
    assert await _whole(agency, 9, urgency="most_urgent") == []
    assert await _whole(agency, 9, late=True) == []
    assert await _whole(agency, 500, until=(MORNING + timedelta(1)).isoformat()) == whole
    later = {"from": (MORNING + timedelta(1)).isoformat()}
    assert await _whole(agency, 9, **later) == []


async def test_a_cursor_is_good_for_its_own_list_and_reader_alone(ledger: Ledger) -> None:
    agency = ledger.officer("agency", "auditor")
    cursor = (await agency.read(EVENTS, limit=2, kind=["sent", "registered"]))["next"]
    # The kinds are a set, and a page may be of any length.
    await agency.read(EVENTS, limit=5, kind=["registered", "sent", "sent"], cursor=cursor)
    for other in ({}, {"kind": ["sent"]}, {"kind": ["sent", "registered"], "late": True}):
        answer = await agency.get(EVENTS, cursor=cursor, **other)
        refused(answer, 422, "cursor_of_another_query")
    head = ledger.officer("agency", "head")
    answer = await head.get(EVENTS, kind=["sent", "registered"], cursor=cursor)
    refused(answer, 422, "cursor_of_another_query")
    for forged in (cursor[:-1] + ("A" if cursor[-1] != "A" else "B"), "927", cursor[::-1], ""):
        answer = await agency.get(EVENTS, kind=["sent", "registered"], cursor=forged)
        refused(answer, 422, "cursor_invalid")


async def test_bad_questions_are_named(ledger: Ledger) -> None:
    hall = ledger.officer("hall", "auditor")
    for path in (EVENTS, EXPORT):
        for name in ("organization_id", "registry_id", "officer_id"):
            refused(await hall.get(path, **{name: uuid4()}), 404, "not_found")
        times = {"from": "2021-03-02T00:00:00Z", "until": "2021-03-01T00:00:00Z"}
        refused(await hall.get(path, **times), 422, "time_range_reversed")
        for name in ("from", "until"):
            thai = {name: "2564-03-02T00:00:00+07:00"}
            refused(await hall.get(path, **thai), 422, "date_in_buddhist_era")
            refused(await hall.get(path, **{name: "2021-03-02T00:00:00"}), 422, "request_invalid")
        for wrong in ({"kind": "opened"}, {"urgency": "slow"}, {"oficer_id": str(uuid4())}):
            refused(await hall.get(path, **wrong), 422, "request_invalid")
    refused(await hall.get(EXPORT, format="xlsx"), 422, "request_invalid")
    refused(await hall.get(EVENTS, limit=501), 422, "request_invalid")


async def test_everybody_exports_no_more_than_may_be_seen(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_events, "PIECE", 3)
    for name, role in (("agency", "auditor"), ("hall", "head"), ("stranger", "auditor")):
        officer = ledger.officer(name, role)
        whole = await _whole(officer, 500)
        answer = await officer.get(EXPORT, format="jsonl")
        assert answer.headers["content-type"] == "application/jsonl"
        assert answer.headers["content-disposition"].endswith('wian-events.jsonl"')
        assert [json.loads(line) for line in answer.text.splitlines()] == whole
        answer = await officer.get(EXPORT)
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        assert answer.content.startswith(b"\xef\xbb\xbf")
        rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
        assert [int(row["ลำดับเหตุการณ์"]) for row in rows] == [item["id"] for item in whole]
        assert len(whole) > 2
    for role in ("clerk", "deputy", "admin"):
        refused(await ledger.officer("hall", role).get(EXPORT), 403, "role_missing")


async def test_every_subject_has_a_timeline_that_is_paged(ledger: Ledger) -> None:
    top, middle, low = ledger.top, ledger.middle, ledger.low
    agency, district = ledger.officer("agency"), ledger.officer("district_a")
    hop_id = middle["parent_hop_id"]
    desks = ledger.api.desks
    for path, column, value in (
        (f"/v1/letters/{low['letter_id']}", "letter_id", low["letter_id"]),
        (f"/v1/hops/{hop_id}", "hop_id", hop_id),
        (f"/v1/circulars/{top['circular_id']}", "circular_id", top["circular_id"]),
        (f"/v1/organizations/{desks['hall'].organization_id}", "registry", desks["hall"].name),
        (f"/v1/officers/{desks['hall'].clerk.id}", "officer", "clerk.hall"),
    ):
        whole = await agency.read(f"{path}/history")
        assert whole["next"] is None
        assert {item[column] for item in whole["items"]} == {value}, path
        items: list[Json] = []
        after: str | None = "0"
        while after is not None:
            page = await agency.read(f"{path}/history", limit=2, after=after)
            items, after = items + page["items"], page["next"]
        assert items == whole["items"]
        assert len(items) >= 2
    refused(await district.get(f"/v1/hops/{hop_id}/history"), 404, "not_found")
    for subject in ("letters", "hops", "circulars", "organizations", "officers"):
        refused(await agency.get(f"/v1/{subject}/{uuid4()}/history"), 404, "not_found")
    for place in (
        f"organizations/{desks['hall'].organization_id}",
        f"officers/{desks['hall'].clerk.id}",
    ):
        assert (await ledger.officer("stranger").read(f"/v1/{place}/history"))["items"] == []


async def test_a_letter_is_found_by_whatever_is_typed(ledger: Ledger) -> None:
    top, low = ledger.top, ledger.low
    office = ledger.officer("office")
    (found,) = (await office.read("/v1/letters", number="ทส ๐๐๒๓.๔/ว ๑"))["items"]
    for number in ("ทส0023.4/ว1", "0023.4/ว๑"):
        assert (await office.read("/v1/letters", number=number))["items"] == [found]
    assert (found["letter_id"], found["number"]) == (low["letter_id"], "ทส 0023.4/ว 1")
    assert found["tiers"] == [{"tier": 3, "hops": 1, "registered": 1, "open": 0}]
    assert found["holders"] == []
    assert [one["registry"] for one in found["receipts"]] == ["ที่ว่าการอำเภอ ก"]
    assert found["last_event"]["kind"] == "acknowledged"
    both = (await office.read("/v1/letters", number="๑"))["items"]
    assert [one["letter_id"] for one in both] == [low["letter_id"], top["letter_id"]]
    (by_receipt,) = (await ledger.officer("hall").read("/v1/letters", number="รับที่ 1"))["items"]
    assert by_receipt["letter_id"] == top["letter_id"]
    first = await office.read("/v1/letters", number="1", limit=1)
    second = await office.read("/v1/letters", number="1", limit=1, after=first["next"])
    assert [*first["items"], *second["items"]] == both


async def test_a_year_says_which_era_it_is_of(ledger: Ledger) -> None:
    office, path = ledger.officer("office"), "/v1/letters"
    for year, count in (({"year": 2021}, 2), ({"be_year": 2564}, 2), ({"be_year": 2565}, 0)):
        assert len((await office.read(path, number="ว 1", **year))["items"]) == count
    refused(await office.get(path, number="1", year=2564), 422, "date_in_buddhist_era")
    refused(await office.get(path, number="1", be_year=2021), 422, "request_invalid")
    refused(await office.get(path, number="1", year=2021, be_year=2564), 422, "year_twice")
    for number in ("ก", "0", "บก 0023.4/", "%"):
        refused(await office.get(path, number=number), 422, "letter_number_malformed")
    refused(await office.get(path), 422, "request_invalid")
    refused(await office.get(path, number="1", limit=51), 422, "request_invalid")


async def _clear(copy: Database, *subjects: str) -> None:
    engine = create_engine(copy.owner_url, pool=1, role=None)
    async with engine.begin() as connection:
        await connection.execute(
            text("UPDATE officer SET clearance = 'secret' WHERE subject = ANY(:subjects)"),
            {"subjects": list(subjects)},
        )
    await engine.dispose()


async def test_of_a_secret_letter_nothing_is_told_without_the_clearance(
    api: Api, copy: Database
) -> None:
    await _clear(copy, "clerk.agency", "clerk.hall", "auditor.agency")
    agency, hall = api.officer("agency"), api.officer("hall")
    letter = await agency.issue(secrecy=Secrecy.SECRET)
    dispatch = await agency.send("hall", letter=letter)
    hop_id = await hall.hop(dispatch)
    everywhere = [str(api.desks[name].registry_id) for name in ("agency", "hall")]
    async with api.nothing_written():
        for officer in (api.officer("agency", "head"), api.officer("hall", "auditor")):
            for place in ({}, *({"registry_id": one} for one in everywhere)):
                assert letter["id"] not in (await officer.get(EVENTS, **place)).text
                assert letter["id"] not in (await officer.get(EXPORT, **place)).text
            for path in (f"letters/{letter['id']}", f"hops/{hop_id}", f"circulars/{letter['id']}"):
                refused(await officer.get(f"/v1/{path}/history"), 404, "not_found")
            for number in (letter["number"], "1"):
                assert (await officer.read("/v1/letters", number=number))["items"] == []
    # Who is cleared sees it, and each way to it leaves its mark.
    auditor = api.officer("agency", "auditor")
    for path, query in (
        (EVENTS, {}),
        (f"/v1/letters/{letter['id']}/history", {}),
        ("/v1/letters", {"number": letter["number"]}),
        (EXPORT, {"format": "jsonl"}),
    ):
        before = (await api.sizes())["event"]
        assert letter["id"] in (await auditor.get(path, **query)).text
        assert (await api.sizes())["event"] == before + 1

    async def readers(officer: Officer) -> set[str]:
        pages = [await _whole(officer, 500, registry_id=one) for one in everywhere]
        return {one["officer"] for page in pages for one in page if one["kind"] == "read"}

    # The hall's clerk found it in the inbox; the agency's auditor may know that, not the reverse.
    assert {"auditor.agency", "clerk.hall"} <= await readers(auditor)
    assert await readers(hall) == {"clerk.hall"}


def test_the_secret_of_the_cursors_is_private_and_stays(tmp_path: Path) -> None:
    file = tmp_path / "data" / "cursor-key"
    secret = cursor_key(None, file=file)
    assert len(secret) == 32
    assert cursor_key(None, file=file) == secret == file.read_bytes()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert cursor_key(None, file=tmp_path / "other") != secret
    assert cursor_key(SecretStr("given by setting"), file=file) == b"given by setting"
