"""What a received text would become, whom it would go to, and what a person has still to say.

Nothing is written and no number is spent.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import ActingOfficer
from domain.buddhist_era import bangkok_date
from domain.errors import WianError
from domain.hop_states import target
from domain.vocabulary import HopAction, Secrecy
from models import Hop, Intake, Registry
from services.confirm_values import check_letter
from services.intake.draft import DraftField, contradictions_of_lists, draft_fields, draft_of
from services.intake.lines import Line, list_lines
from services.letter_draft import LetterDraft, check_draft
from services.plan_intake import IntakePlan, plan_intake
from services.show_intake import list_values

_FIELD_TH = {
    "subject": "เรื่อง",
    "urgency": "ชั้นความเร็ว",
    "secrecy": "ชั้นความลับ",
    "body": "เนื้อความ",
    "dated": "วันที่ของหนังสือ",
    "deliver_by": "เวลาที่ต้องถึงผู้รับ",
    "meeting": "กำหนดการประชุม",
    "signatory_post": "ตำแหน่งผู้ลงนาม",
    "authority": "แบบของการลงนาม",
    "authority_post": "ตำแหน่งที่ลงนามแทน",
    "is_circular": "การเป็นหนังสือเวียน",
}
_ASKED_TH = {
    "value_unconfirmed": "โปรดยืนยัน{name}",
    "value_doubtful": "อ่าน{name}ได้ไม่แน่ชัด โปรดตรวจแล้วยืนยัน",
    "value_contradicted": "มีข้อความขัดแย้งกันที่{name} โปรดตรวจแล้วยืนยัน",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenPoint:
    """Something that a person has to say, or to mend, before the letter can go out."""

    code: str
    detail: str
    field: str | None = None
    position: int | None = None
    organization_id: UUID | None = None

    def facts(self) -> Mapping[str, Any]:
        """Return what is told of it, without what does not apply."""
        return {name: value for name, value in asdict(self).items() if value is not None}


@dataclass(frozen=True, kw_only=True, slots=True)
class ReceivedPlan:
    """A text as the letter that it would become, and the way of that letter.

    Attributes:
        fields: The parts of the letter, each with what was read and what was confirmed.
        draft: The letter that they make up.
        questions: What a person has still to say.
        warnings: What a person has to know of the text.
        route: Who passes it on to whom, and what is in the way.
    """

    letter: int
    fields: Sequence[DraftField]
    draft: LetterDraft
    questions: Sequence[OpenPoint]
    warnings: Sequence[OpenPoint]
    route: IntakePlan

    @property
    def recipients(self) -> list[UUID]:
        """Whom the sender itself sends to."""
        return [one.organization_id for one in self.route.recipients]

    @property
    def meant_through(self) -> dict[UUID, UUID]:
        """Whom it is meant for further below, each with the recipient that sends it on."""
        return {
            body.organization_id: group.via.organization_id
            for group in self.route.groups
            if group.via is not None
            for body in group.members
        }

    def still_open(self, *, with_warnings: bool) -> list[OpenPoint]:
        """Return everything that keeps the letter back."""
        found = [
            OpenPoint(
                code=one.code,
                detail=one.sentence,
                organization_id=one.body.organization_id if one.body else None,
            )
            for one in self.route.findings
            if one.blocks or with_warnings
        ]
        return [*self.questions, *found, *(self.warnings if with_warnings else ())]


async def plan_received(
    session: AsyncSession, *, by: ActingOfficer, intake: Intake, letter: int, at: datetime
) -> ReceivedPlan:
    """Return what a text that the officer may see would become.

    Args:
        session: The transaction.
        by: The officer who asks.
        intake: The text.
        letter: Which of its letters, from 0.
        at: Now, as an aware instant.

    Raises:
        InvalidError: `letter_unknown`.
    """
    check_letter(intake, letter)
    confirmed = await list_values(session, intake.id)
    fields = draft_fields(intake.reading, letter, confirmed)
    draft = draft_of(fields)
    lines = await list_lines(session, intake.id)
    route = await plan_intake(
        session,
        by=by,
        registry_id=intake.registry_id,
        organizations=[one.organization_id for one in lines if one.organization_id],
        at=at,
        secrecy=draft.secrecy,
    )
    questions = [
        *_of_fields(fields, bangkok_date(at)),
        *_of_lines(lines),
        *await _of_rules(session, by, intake, draft, at),
    ]
    return ReceivedPlan(
        letter=letter,
        fields=fields,
        draft=draft,
        questions=questions,
        warnings=list(_of_text(intake, draft)),
        route=route,
    )


def _of_fields(fields: Iterable[DraftField], today: date) -> Iterator[OpenPoint]:
    for field in fields:
        code = field.question(today)
        if code is not None:
            detail = _ASKED_TH[code].format(name=_FIELD_TH[field.name])
            yield OpenPoint(code=code, detail=detail, field=field.name)


def _of_lines(lines: Iterable[Line]) -> Iterator[OpenPoint]:
    for line in lines:
        if line.is_open:
            yield OpenPoint(
                code="recipient_undecided",
                detail=f"ผู้รับรายที่ {line.position + 1} ในรายชื่อยังไม่ได้ระบุว่าคือหน่วยงานใด",
                position=line.position,
            )


def _of_text(intake: Intake, draft: LetterDraft) -> Iterator[OpenPoint]:
    if list(Secrecy).index(draft.secrecy) < list(Secrecy).index(intake.secrecy):
        detail = "หนังสือจะออกด้วยชั้นความลับต่ำกว่าข้อความที่รับเข้า โปรดตรวจว่าไม่มีเรื่องลับรวมอยู่"
        yield OpenPoint(code="secrecy_below_text", detail=detail, field="secrecy")
    if intake.unread_pages:
        pages = ", ".join(str(page) for page in intake.unread_pages)
        yield OpenPoint(code="pages_unread", detail=f"ยังไม่ได้อ่านหน้าที่ {pages} เพราะเป็นภาพสแกน")
    count = contradictions_of_lists(intake.reading)
    if count:
        detail = f"รายชื่อผู้รับมีข้อความที่ขัดแย้งกัน {count} แห่ง โปรดตรวจว่าครบถ้วน"
        yield OpenPoint(code="list_contradicted", detail=detail)


async def _of_rules(
    session: AsyncSession, by: ActingOfficer, intake: Intake, draft: LetterDraft, at: datetime
) -> list[OpenPoint]:
    """Return what the rules of letters would refuse, one fault at a time as they do."""
    hop = await session.get_one(Hop, intake.hop_id) if intake.hop_id else None
    registry = await session.get_one(Registry, intake.registry_id)
    found = []
    if registry.prefix is None:
        detail = "หน่วยสารบรรณนี้ยังไม่มีรหัสหนังสือ จึงออกเลขไม่ได้"
        found.append(OpenPoint(code="registry_without_prefix", detail=detail))
    try:
        if hop is not None:
            target(hop.state, HopAction.FORWARD)
        by.require_clearance(draft.secrecy)
        check_draft(
            draft,
            dated=draft.dated or bangkok_date(at),
            at=at,
            secrecy_above=hop.secrecy if hop else None,
        )
    except WianError as error:
        field = str(error.facts["field"]) if "field" in error.facts else None
        found.append(OpenPoint(code=error.reason, detail=error.detail, field=field))
    return found
