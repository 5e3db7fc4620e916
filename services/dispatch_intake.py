"""What happens when a received text becomes a letter and goes out: all of it, or nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, text, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Uuid

from domain.access import ActingOfficer
from domain.deadlines import Deadlines
from domain.errors import ConflictError, InvalidError
from domain.intake.vocabulary import IntakeState, TextMethod
from models import Dispatch, Intake, Letter
from services.create_dispatch import SendOrder
from services.dispatch_letter import dispatch_letter
from services.files import FileStore
from services.forward_letter import forward_letter
from services.intake.readiness import ReceivedPlan, plan_received
from services.intake.sight import lock_intake
from services.issue_letter import issue_letter
from services.letter_draft import BackEntry, EnclosedFile, LetterDraft

_INTEND = text("""
INSERT INTO intended_recipient (dispatch_id, organization_id, via_id, position)
SELECT :dispatch_id, organization_id, via_id, CAST(nth - 1 AS integer)
FROM unnest(CAST(:members AS uuid[]), CAST(:through AS uuid[])) WITH ORDINALITY
    AS meant (organization_id, via_id, nth)
""").bindparams(
    bindparam("members", type_=ARRAY(Uuid())), bindparam("through", type_=ARRAY(Uuid()))
)


@dataclass(frozen=True, kw_only=True, slots=True)
class IntakeOrder:
    """Until when, and what goes along; the recipients are those of the plan.

    Attributes:
        letter: Which letter of the text, from 0.
        accept_warnings: Whether to send although the plan warns.
        enclose_original: Whether the file that came goes along.
        back_entry: The number that the letter bears on paper; None takes the next one.
    """

    deadlines: Deadlines
    answer_form: dict[str, Any] | None = None
    letter: int = 0
    accept_warnings: bool = False
    enclose_original: bool = False
    back_entry: BackEntry | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class IntakeSent:
    """What a text became; `intended` counts the bodies that the recipients are to send on to."""

    letter: Letter
    dispatch: Dispatch
    intended: int


async def dispatch_intake(
    session: AsyncSession,
    *,
    by: ActingOfficer,
    intake_id: UUID,
    order: IntakeOrder,
    files: FileStore,
    at: datetime,
) -> IntakeSent:
    """Issue the letter that a text became, send it as planned, and say whom it means below.

    Raises:
        NotFoundError: The officer must not know of the text.
        NotAllowedError: The officer is neither clerk nor head at its desk, or `clearance_missing`.
        InvalidError: `letter_unknown`, `original_not_a_file`, or what `issue_letter` and
            `create_dispatch` raise.
        ConflictError: `intake_not_ready` with everything that is open, `intake_settled`, or what
            `forward_letter` and `issue_letter` raise.
    """
    intake = await lock_intake(session, by=by, intake_id=intake_id)
    plan = await plan_received(session, by=by, intake=intake, letter=order.letter, at=at)
    _refuse_unready(plan, order)
    draft = replace(plan.draft, files=_original(intake, order), back_entry=order.back_entry)
    send = SendOrder(
        recipients=plan.recipients, deadlines=order.deadlines, answer_form=order.answer_form
    )
    kept = _KeptOriginal(files, intake)
    dispatch = await _send(session, by, intake, draft, send, kept, at)
    intended = await _intend(session, dispatch.id, plan.meant_through)
    await _settle(session, intake, dispatch.id, by, at)
    letter = await session.get_one(Letter, dispatch.letter_id)
    return IntakeSent(letter=letter, dispatch=dispatch, intended=intended)


def _refuse_unready(plan: ReceivedPlan, order: IntakeOrder) -> None:
    still_open = plan.still_open(with_warnings=not order.accept_warnings)
    if still_open:
        raise ConflictError(
            f"ยังส่งไม่ได้ มีเรื่องที่ต้องตัดสินใจก่อน {len(still_open)} ข้อ",
            code="intake_not_ready",
            open=[one.facts() for one in still_open],
        )


def _original(intake: Intake, order: IntakeOrder) -> Sequence[EnclosedFile]:
    if not order.enclose_original:
        return ()
    if intake.method is TextMethod.PASTED or intake.file_name is None:
        raise InvalidError(
            "ข้อความนี้วางมาโดยไม่มีไฟล์ จึงแนบต้นฉบับไม่ได้",
            code="original_not_a_file",
            field="enclose_original",
        )
    return [
        EnclosedFile(sha256=intake.sha256, file_name=intake.file_name, media_type=intake.media_type)
    ]


class _KeptOriginal:
    """The file store for whoever acts on a text: its file lies there for every clerk of the desk.

    Who sends the letter need not be who brought the file.
    """

    def __init__(self, files: FileStore, intake: Intake) -> None:
        self._files = files
        self._intake = intake

    async def size(self, sha256: bytes, *, depositor: UUID) -> int | None:
        is_original = sha256 == self._intake.sha256
        return await self._files.size(
            sha256, depositor=self._intake.received_by if is_original else depositor
        )


async def _send(
    session: AsyncSession,
    by: ActingOfficer,
    intake: Intake,
    draft: LetterDraft,
    order: SendOrder,
    files: FileStore,
    at: datetime,
) -> Dispatch:
    if intake.hop_id is not None:
        return await forward_letter(
            session, by=by, hop_id=intake.hop_id, order=order, files=files, at=at, cover=draft
        )
    letter = await issue_letter(
        session, by=by, registry_id=intake.registry_id, draft=draft, files=files, at=at
    )
    return await dispatch_letter(session, by=by, letter_id=letter.id, order=order, at=at)


async def _intend(
    session: AsyncSession, dispatch_id: UUID, meant_through: Mapping[UUID, UUID]
) -> int:
    if meant_through:
        values = {
            "dispatch_id": dispatch_id,
            "members": list(meant_through),
            "through": list(meant_through.values()),
        }
        await session.execute(_INTEND, values)
    return len(meant_through)


async def _settle(
    session: AsyncSession, intake: Intake, dispatch_id: UUID, by: ActingOfficer, at: datetime
) -> None:
    await session.execute(
        update(Intake)
        .where(Intake.id == intake.id)
        .values(
            state=IntakeState.DISPATCHED,
            dispatch_id=dispatch_id,
            settled_at=at,
            settled_by=by.id,
        )
    )
