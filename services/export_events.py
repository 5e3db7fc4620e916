"""The record as a file, in pieces that are read one after the other."""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import ActingOfficer
from domain.buddhist_era import BANGKOK
from domain.errors import NotAllowedError
from domain.event_story import kind_words
from domain.notice_wording import URGENCY_TH
from domain.vocabulary import Role, Secrecy
from services.list_events import AuditQuestion, list_events
from services.read_events import EventPage
from services.tell_events import EventItem, event_fields

EXPORT = frozenset({Role.AUDITOR, Role.HEAD})
"""Roles that take the record out of the house."""

PIECE = 1_000
"""Events that are read at a time: a file of any length takes no more memory than this many."""

_HEADINGS: Final = (
    "ลำดับเหตุการณ์",
    "บันทึกเมื่อ (เวลาไทย ค.ศ.)",
    "เหตุการณ์",
    "รายละเอียด",
    "หน่วยสารบรรณ",
    "เจ้าหน้าที่",
    "เลขที่หนังสือ",
    "หน่วยสารบรรณผู้รับ",
    "เลขรับ",
    "เวลาตามตรารับ (เวลาไทย ค.ศ.)",
    "ก่อน",
    "หลัง",
    "ชั้นความเร็ว",
    "ชั้นความลับ",
    "เกินกำหนด",
    "รหัสหนังสือเวียน",
    "รหัสหนังสือ",
    "รหัสการส่ง",
    "รหัสทอด",
)
_SECRECY_TH: Mapping[Secrecy, str] = {
    Secrecy.NORMAL: "ปกติ",
    Secrecy.SECRET: "ลับ",
    Secrecy.VERY_SECRET: "ลับมาก",
    Secrecy.TOP_SECRET: "ลับที่สุด",
}
_YES_TH: Mapping[bool | None, str] = {True: "ใช่", False: "ไม่", None: ""}
# What a spreadsheet may take for the beginning of a formula, the wide forms of these signs too.
_FORMULA: Final = frozenset("=+-@＝＋－＠")


class FileFormat(StrEnum):
    """How a file of events is written."""

    CSV = "csv"
    JSONL = "jsonl"


async def export_events(
    session: AsyncSession,
    *,
    by: ActingOfficer,
    chosen: AuditQuestion,
    at: datetime,
    before: int | None,
) -> EventPage:
    """Return one piece of a file, newest event first.

    Each piece is a transaction of its own: a slow reader holds neither a connection nor a view of
    the past that the database would have to keep. What was recorded before the first piece was
    read never changes, so the pieces fit.

    Args:
        session: The transaction.
        by: The officer who takes the file.
        chosen: The filters.
        at: Now, as an aware instant.
        before: The end of the piece before, None for the first.

    Raises:
        InvalidError: `time_range_reversed`.
        NotFoundError: There is no such organization, registry or officer.
        NotAllowedError: `role_missing`, the officer is nowhere auditor or head.
    """
    if not by.registries(EXPORT):
        raise NotAllowedError(
            "เฉพาะผู้ตรวจสอบหรือหัวหน้าเท่านั้นที่ส่งออกบันทึกเหตุการณ์ได้",
            roles=sorted(role.value for role in EXPORT),
        )
    return await list_events(
        session,
        by=by,
        chosen=chosen,
        at=at,
        before=before,
        limit=PIECE,
        roles=EXPORT,
        patient=True,
    )


def write_head(form: FileFormat) -> bytes:
    """Return what a file begins with: a mark, or a spreadsheet takes Thai for something else."""
    if form is FileFormat.JSONL:
        return b""
    return _csv([_HEADINGS]).encode("utf-8-sig")


def write_events(form: FileFormat, items: Iterable[EventItem]) -> bytes:
    """Return the lines of some events."""
    if form is FileFormat.CSV:
        return _csv(_row(item) for item in items).encode()
    return "".join(json_line(event_fields(item)) for item in items).encode()


def json_line(fields: Mapping[str, Any]) -> str:
    """Return an object as one line of JSON Lines."""
    return json.dumps(fields, ensure_ascii=False, default=_plain) + "\n"


def _csv(rows: Iterable[Iterable[object]]) -> str:
    output = io.StringIO()
    csv.writer(output, lineterminator="\r\n").writerows(
        [_cell(value) for value in row] for row in rows
    )
    return output.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, str) and (value.lstrip()[:1] in _FORMULA or value[:1] in "\t\r\n"):
        return f"'{value}" if value else value
    return value


def _row(item: EventItem) -> list[object]:
    story = item.story
    return [
        item.id,
        _local(item.at),
        kind_words(item.kind),
        story.text,
        item.registry,
        item.officer,
        item.letter_number,
        item.recipient,
        item.receipt_number,
        _local(story.stamped_at, has_time=story.stamp_has_time is not False),
        _pairs(story.before),
        _pairs(story.after),
        item.urgency and (URGENCY_TH[item.urgency] or _SECRECY_TH[Secrecy.NORMAL]),
        _SECRECY_TH[item.secrecy],
        _YES_TH[item.is_late],
        item.circular_id,
        item.letter_id,
        item.dispatch_id,
        item.hop_id,
    ]


def _local(at: datetime | None, *, has_time: bool = True) -> str:
    if at is None:
        return ""
    return at.astimezone(BANGKOK).strftime("%Y-%m-%d %H:%M:%S" if has_time else "%Y-%m-%d")


def _pairs(facts: Mapping[str, Any]) -> str:
    return "; ".join(f"{name}={value}" for name, value in facts.items())


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"no JSON for {type(value).__name__}")
