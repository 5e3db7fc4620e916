"""`wian intake`: what a letter's file says, what contradicts itself in it, and whom it is for.

Nothing is stored: clerks take a letter in through the API, which keeps what came.
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter
from rich.console import Console
from rich.table import Table
from sqlalchemy.ext.asyncio import AsyncSession

from cli.calendar_input import in_one_line
from cli.directory_files import read_directory
from cli.open_ledger import read_ledger
from cli.up import DIRECTORY
from domain.buddhist_era import bangkok_date, thai_instant, thai_long_date
from domain.intake.contradictions import find_contradictions
from domain.intake.contradictions_json import contradiction_json
from domain.intake.found import Found
from domain.intake.read_text import read_text
from domain.intake.reading import (
    Contradiction,
    Deadline,
    LetterReading,
    Occasion,
    ReceiptStamp,
    Term,
    TextReading,
)
from domain.intake.reading_json import contract_json
from domain.intake.vocabulary import LetterKind, MatchStatus, RequestKind, TermUnit, TextMethod
from domain.notice_wording import one_line
from domain.vocabulary import Secrecy, Urgency
from infra.settings import Settings
from services.candidate_directory import CandidateDirectory, candidates_of, load_candidates
from services.extract_text import ExtractedText, extract_text
from services.match_recipients import RowMatch, match_rows

_STATUS_TH = {
    MatchStatus.ACCEPTED: "ตรง",
    MatchStatus.ASKED: "ต้องถาม",
    MatchStatus.REJECTED: "ไม่พบ",
}
_WORDS_TH: dict[object, str] = {
    LetterKind.EXTERNAL: "หนังสือภายนอก",
    LetterKind.INTERNAL: "หนังสือภายใน",
    LetterKind.STAMPED: "หนังสือประทับตรา",
    LetterKind.DIRECTIVE: "หนังสือสั่งการ",
    LetterKind.PUBLIC_RELATIONS: "หนังสือประชาสัมพันธ์",
    LetterKind.EVIDENCE: "หนังสือที่ทำขึ้นเป็นหลักฐาน",
    Urgency.URGENT: "ด่วน",
    Urgency.VERY_URGENT: "ด่วนมาก",
    Urgency.MOST_URGENT: "ด่วนที่สุด",
    Urgency.URGENT_WITHIN: "ด่วนภายใน",
    Secrecy.SECRET: "ลับ",
    Secrecy.VERY_SECRET: "ลับมาก",
    Secrecy.TOP_SECRET: "ลับที่สุด",
    RequestKind.REGISTER: "ลงทะเบียน",
    RequestKind.REPLY: "ตอบ",
    RequestKind.REPORT: "รายงาน",
    RequestKind.SUBMIT: "ส่ง",
    RequestKind.PAY: "ชำระ",
    RequestKind.OTHER: "ดำเนินการ",
    TermUnit.HOUR: "ชั่วโมง",
    TermUnit.DAY: "วัน",
    TermUnit.WORKING_DAY: "วันทำการ",
    TermUnit.WEEK: "สัปดาห์",
    TermUnit.MONTH: "เดือน",
}
_DOUBTFUL = 0.8


@dataclass(frozen=True, kw_only=True, slots=True)
class _Intake:
    source: ExtractedText
    reading: TextReading
    contradictions: Sequence[Contradiction]
    matches: Sequence[RowMatch]


def intake(
    file: Path | None = None,
    *,
    json_: Annotated[bool, Parameter(name="--json", negative=())] = False,
    directory: Path | None = None,
) -> None:
    """Read a letter's file: its fields, its contradictions, and its recipients.

    Exits 0 when the file could be read, 1 when it could not.

    Parameters
    ----------
    file
        Plain text, DOCX, PDF or a picture of a page; standard input if left out.
    json_
        Print one JSON document for scripts.
    directory
        A folder with organizations.csv to match the recipients with. Without it the ledger that is
        set up is asked, and where there is none, the reference directory that comes with Wian.
    """
    with in_one_line():
        taken = _take_in(file, directory)
    if json_:
        print(json.dumps(_as_json(taken), ensure_ascii=False, indent=1))
    else:
        _show(taken)


def _take_in(file: Path | None, directory: Path | None) -> _Intake:
    data = file.read_bytes() if file else sys.stdin.buffer.read()
    source = extract_text(data, media_type=None, file_name=file.name if file else None)
    reading = read_text(source.text)
    known = _directory(directory) if reading.rows else None
    matches = [
        match
        for one in reading.lists
        if known is not None
        for match in match_rows(one.rows, province=one.province, directory=known)
    ]
    contradictions = find_contradictions(source.text, reading)
    return _Intake(source=source, reading=reading, contradictions=contradictions, matches=matches)


def _directory(folder: Path | None) -> CandidateDirectory:
    if folder is None and Settings().process_database_url is not None:
        return read_ledger(_load)
    return candidates_of(read_directory(folder or DIRECTORY).bodies)


async def _load(session: AsyncSession) -> CandidateDirectory:
    return await load_candidates(session, on=bangkok_date(datetime.now(UTC)))


def _as_json(taken: _Intake) -> dict[str, Any]:
    return {
        **contract_json(taken.reading),
        "recipients": [_match_json(match) for match in taken.matches],
        "contradictions": [contradiction_json(one) for one in taken.contradictions],
    }


def _match_json(match: RowMatch) -> dict[str, Any]:
    return {
        "no": match.row.no,
        "as_written": match.row.as_written,
        "district_as_written": match.row.district_as_written,
        "status": match.status.value,
        "organization": match.organization.name if match.organization else None,
    }


def _show(taken: _Intake) -> None:
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 160)
    _show_pages(console, taken.source)
    for nth, letter in enumerate(taken.reading.letters, start=1):
        console.print(_letter_table(nth, letter, taken.source.text))
    if not taken.reading.letters:
        console.print("ไม่พบหนังสือในข้อความนี้")
    _show_contradictions(console, taken)
    _show_recipients(console, taken.matches)


def _show_pages(console: Console, source: ExtractedText) -> None:
    if source.method is TextMethod.OCR or source.recognized_pages:
        console.print("อ่านจากภาพสแกน โปรดตรวจเลขที่ วันที่ และจำนวนกับต้นฉบับทุกแห่ง")
    if source.unread_pages:
        pages = ", ".join(map(str, source.unread_pages))
        console.print(f"หน้า {pages} เป็นภาพสแกนที่อ่านไม่ได้ในเครื่องนี้")


def _letter_table(nth: int, letter: LetterReading, text: str) -> Table:
    table = Table("ช่อง", "อ่านได้", "บรรทัด", "ความแน่ใจ", title=f"หนังสือฉบับที่ {nth}")
    for name, found in _fields(letter):
        sure = f"{found.confidence:.0%}"
        if found.confidence < _DOUBTFUL:
            sure += " โปรดตรวจ"
        value = one_line(_words(found.value))
        table.add_row(name, value, str(_line(text, found.start)), sure)
    return table


def _fields(letter: LetterReading) -> list[tuple[str, Found[Any]]]:
    fields: list[tuple[str, Found[Any] | None]] = [
        *(("ที่", one) for one in letter.numbers),
        ("ชนิด", letter.kind),
        ("ลงวันที่", letter.dated),
        ("ชั้นความเร็ว", letter.urgency),
        ("ชั้นความลับ", letter.secrecy),
        ("ส่วนราชการ", letter.issuer),
        ("เรื่อง", letter.subject),
        *(("เรียน", one) for one in letter.addressees),
        *(("อ้างถึง", one.number) for one in letter.references),
        *(("ลงวันที่ (อ้างถึง)", one.dated) for one in letter.references),
        *(("สิ่งที่ส่งมาด้วย", one.as_(lambda value: value.title)) for one in letter.enclosures),
        *(("ขอให้", one) for one in letter.deadlines),
        *(("ขอให้", one) for one in letter.terms),
        *(("กำหนดงาน", one) for one in letter.occasions),
        ("ผู้ลงนาม", letter.signatory),
        ("ตำแหน่ง", letter.signatory_post),
        ("ลงนามแทน", letter.authority_post),
        *(("ติดต่อ", one.as_(lambda value: value.value)) for one in letter.contacts),
        *(("ตรารับ", one) for one in letter.receipt_stamps),
    ]
    return [(name, found) for name, found in fields if found is not None]


def _words(value: object) -> str:
    match value:
        case Deadline():
            clock = f" เวลา {value.time:%H.%M} น." if value.time else ""
            return f"{_WORDS_TH[value.kind]} ภายใน {thai_long_date(value.day)}{clock}"
        case Term():
            since = f" {value.since}" if value.since else ""
            return f"{_WORDS_TH[value.kind]} ภายใน {value.count} {_WORDS_TH[value.unit]}{since}"
        case Occasion():
            until = f" ถึง {thai_instant(value.end)}" if value.end else ""
            return f"{thai_instant(value.start)}{until}"
        case ReceiptStamp():
            clock = f" เวลา {value.time:%H.%M} น." if value.time else ""
            name = f"{value.registry} " if value.registry else ""
            return f"{name}เลขรับ {value.number} {thai_long_date(value.dated)}{clock}"
        case date():
            return thai_long_date(value)
        case _:
            return _WORDS_TH.get(value, str(value))


def _show_contradictions(console: Console, taken: _Intake) -> None:
    if not taken.contradictions:
        console.print("ไม่พบข้อความที่ขัดแย้งกัน")
        return
    text = taken.source.text
    table = Table("ข้อขัดแย้ง", "ค่า", "บรรทัด", title=f"ขัดแย้งกัน {len(taken.contradictions)} แห่ง")
    for one in taken.contradictions:
        lines = " · ".join(str(_line(text, start)) for start, _ in one.spans)
        table.add_row(one.message, " / ".join(one.values), lines)
    console.print(table)


def _show_recipients(console: Console, matches: Sequence[RowMatch]) -> None:
    if not matches:
        return
    counts = {status: sum(one.status is status for one in matches) for status in MatchStatus}
    told = " · ".join(f"{_STATUS_TH[status]} {count}" for status, count in counts.items())
    table = Table("ที่", "ตามที่เขียน", "", "ที่น่าจะหมายถึง", title=f"ผู้รับ {len(matches)} แห่ง: {told}")
    for match in matches:
        written = f"{match.row.as_written} {match.row.district_as_written or ''}"
        table.add_row(str(match.row.no or ""), written, _STATUS_TH[match.status], _meant(match))
    console.print(table)


def _meant(match: RowMatch) -> str:
    if match.status is MatchStatus.ACCEPTED and match.organization is not None:
        name = match.organization.name
        return name if name == match.row.as_written else f"{name} (เขียนต่างไป เหมือน {match.score}%)"
    ranked = (
        f"{one.candidate.name} {one.candidate.district_name or ''}".rstrip()
        for one in match.candidates[:2]
    )
    return " หรือ ".join(ranked) or "ไม่มีชื่อใกล้เคียง"


def _line(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1
