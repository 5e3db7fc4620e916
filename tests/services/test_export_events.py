import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import ActingOfficer
from domain.errors import NotAllowedError
from domain.event_story import tell_event
from domain.vocabulary import EventKind, Role, Secrecy, Urgency
from services import export_events as module
from services.export_events import FileFormat, export_events, write_events, write_head
from services.list_events import AuditQuestion, list_events
from services.tell_events import EventItem
from tests.support.directory import Directory
from tests.support.letters import MORNING
from tests.support.province import send_down


async def _export(session: AsyncSession, by: ActingOfficer, **chosen: Any) -> list[EventItem]:  # noqa: ANN401
    items: list[EventItem] = []
    before: int | None = None
    while True:
        page = await export_events(
            session, by=by, chosen=AuditQuestion(**chosen), at=MORNING, before=before
        )
        items += page.items
        if page.next is None:
            return items
        before = page.next


async def test_a_file_holds_what_the_pages_hold(
    session: AsyncSession, directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    await send_down(session, directory)
    by = directory["hall"].auditor
    page = await list_events(
        session, by=by, chosen=AuditQuestion(), at=MORNING, before=None, limit=1000
    )
    monkeypatch.setattr(module, "PIECE", 4)
    assert await _export(session, by) == list(page.items)
    assert len(page.items) > 8


async def test_only_auditors_and_heads_take_the_record_out(
    session: AsyncSession, directory: Directory
) -> None:
    await send_down(session, directory)
    hall = directory["hall"]
    assert await _export(session, hall.auditor)
    assert await _export(session, hall.head) == await _export(session, hall.auditor)
    for by in (hall.clerk, hall.deputy, hall.admin):
        with pytest.raises(NotAllowedError) as refusal:
            await _export(session, by)
        assert refusal.value.reason == "role_missing"
        assert refusal.value.facts == {"roles": ["auditor", "head"]}


async def test_a_clerk_elsewhere_exports_for_the_audited_desk_alone(
    session: AsyncSession, directory: Directory
) -> None:
    circular = await send_down(session, directory)
    agency, stranger = directory["agency"], directory["stranger"]
    roles = {
        agency.registry_id: frozenset({Role.CLERK}),
        stranger.registry_id: frozenset({Role.AUDITOR}),
    }
    items = await _export(session, replace(stranger.auditor, roles=roles))
    assert items
    assert circular.id not in {item.circular_id for item in items}


def _item(**changed: Any) -> EventItem:  # noqa: ANN401 (the fields of an event)
    given: dict[str, Any] = {
        "before": "sent",
        "after": "registered",
        "number": 1097,
        "stamped_at": "2021-02-22T04:00:00+00:00",
        "stamp_has_time": True,
    }
    item = EventItem(
        id=7,
        at=datetime(2021, 2, 22, 4, 5, tzinfo=UTC),
        kind=EventKind.REGISTERED,
        registry_id=UUID(int=1),
        registry="ศาลากลาง",
        officer_id=UUID(int=2),
        officer="clerk",
        circular_id=None,
        letter_id=None,
        letter_number="บก 0023.4/ว 927",
        dispatch_id=None,
        hop_id=None,
        recipient="ศาลากลาง",
        receipt_number=1097,
        secrecy=Secrecy.NORMAL,
        urgency=Urgency.URGENT,
        is_late=False,
        facts=given,
        story=tell_event(EventKind.REGISTERED, given),
    )
    return replace(item, **changed)


def _rows(*items: EventItem) -> list[dict[str, str]]:
    raw = write_head(FileFormat.CSV) + write_events(FileFormat.CSV, items)
    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.endswith(b"\r\n")
    return list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))


def test_a_spreadsheet_reads_thai_headings_and_local_times() -> None:
    (row,) = _rows(_item())
    assert row["บันทึกเมื่อ (เวลาไทย ค.ศ.)"] == "2021-02-22 11:05:00"
    assert row["เวลาตามตรารับ (เวลาไทย ค.ศ.)"] == "2021-02-22 11:00:00"
    assert row["เหตุการณ์"] == "ลงรับ"
    assert (row["เลขรับ"], row["ชั้นความเร็ว"], row["เกินกำหนด"]) == ("1097", "ด่วน", "ไม่")
    assert (row["ก่อน"], row["หลัง"]) == ("state=sent", "state=registered")
    assert row["รหัสทอด"] == ""


def test_a_stamp_without_a_time_of_day_shows_none() -> None:
    facts = {"stamped_at": "2021-02-21T17:00:00+00:00", "stamp_has_time": False}
    (row,) = _rows(_item(story=tell_event(EventKind.REGISTERED, facts)))
    assert row["เวลาตามตรารับ (เวลาไทย ค.ศ.)"] == "2021-02-22"


@pytest.mark.parametrize(
    "text", ["=1+1", "+66", "-1", "@SUM(A1)", "  =1", "\t=1", "\r=1", "＝1", '=HYPERLINK("x")']
)
def test_no_cell_is_a_formula(text: str) -> None:
    (row,) = _rows(_item(registry=text, officer=text))
    assert row["หน่วยสารบรรณ"] == row["เจ้าหน้าที่"] == f"'{text}"


def test_other_cells_stay_as_they_are() -> None:
    text = 'ก, "ข"\nค = ง'
    (row,) = _rows(_item(registry=text, officer=None))
    assert (row["หน่วยสารบรรณ"], row["เจ้าหน้าที่"]) == (text, "")


def test_every_event_is_one_line_of_json() -> None:
    raw = write_events(FileFormat.JSONL, [_item(registry="ก\nข"), _item(id=8)])
    assert write_head(FileFormat.JSONL) == b""
    first, second = (json.loads(line) for line in raw.decode().splitlines())
    assert (first["id"], second["id"], first["registry"]) == (7, 8, "ก\nข")
    assert first["at"] == "2021-02-22T04:05:00Z"
    assert first["stamped_at"] == "2021-02-22T04:00:00Z"
    assert (first["before"], first["after"]) == ({"state": "sent"}, {"state": "registered"})
    assert "ศาลากลาง".encode() in raw
