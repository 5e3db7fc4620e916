"""What happens when a registry issues a letter: it takes its number and is recorded."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import STAMP, ActingOfficer
from domain.buddhist_era import bangkok_date, bangkok_midnight
from domain.document_number import (
    DocumentNumber,
    compose_document_number,
    parse_document_number,
)
from domain.errors import ConflictError, InvalidError, NotFoundError
from domain.letter_digest import letter_digest
from domain.vocabulary import Book, EventKind
from models import Attachment, Letter, Registry
from services.files import FileStore
from services.index_letter import index_letter, read_letter_words
from services.letter_content import letter_content
from services.letter_draft import EnclosedFile, LetterDraft, check_draft
from services.record_event import record_event
from services.take_number import PaperNumber, Shelf, take_number


async def issue_letter(
    session: AsyncSession,
    *,
    by: ActingOfficer,
    registry_id: UUID,
    draft: LetterDraft,
    files: FileStore,
    at: datetime,
    parent: Letter | None = None,
) -> Letter:
    """Give a letter its number in the right book; or enter the number it has on paper.

    Args:
        session: The transaction.
        by: The officer who issues it.
        registry_id: The registry whose number it takes.
        draft: What the letter says.
        files: The store in which its enclosures lie.
        at: Now, as an aware instant.
        parent: The letter that a cover letter (หนังสือนำ) passes on.

    Raises:
        NotFoundError: The officer has no part in the registry.
        NotAllowedError: The officer is neither clerk nor head there; `clearance_missing`: the
            letter would be too secret for the officer.
        InvalidError: `deliver_by_missing`, `deliver_by_unexpected`, `deadline_in_past`,
            `meeting_backwards`, `subject_empty`, `date_in_buddhist_era`, `dated_in_future`,
            `secrecy_too_high`, `secrecy_below_parent`, `authority_post_missing`,
            `letter_number_malformed`, `letter_number_foreign`, `attachment_unknown`.
        ConflictError: `registry_without_prefix`, `number_taken`, `number_not_on_paper`.
    """
    registry = await _issuing_registry(session, by, registry_id)
    dated = draft.dated or bangkok_date(at)
    check_draft(draft, dated=dated, at=at, secrecy_above=parent.secrecy if parent else None)
    by.require_clearance(draft.secrecy)
    sizes = [await _size(files, enclosed, by.id) for enclosed in draft.files]
    # Parted into words before the number is taken, which locks the register.
    words = await read_letter_words(draft.subject, draft.body)
    letter_id = (await session.execute(text("SELECT uuidv7()"))).scalar_one()
    number, entry_id = await _take(session, registry, draft, dated, letter_id, by.id, at)
    letter = _letter(draft, dated, number, letter_id=letter_id, parent=parent)
    letter.registry_id, letter.register_entry_id = registry_id, entry_id
    letter.issued_at, letter.issued_by = at, by.id
    session.add(letter)
    await session.flush()
    await _enclose(session, letter_id, draft.files, sizes)
    await index_letter(session, letter=letter, words=words)
    await record_event(
        session,
        EventKind.LETTER_ISSUED,
        at=at,
        by=by.id,
        registry_id=registry_id,
        circular_id=letter.circular_id,
        letter_id=letter_id,
        facts={
            "number": str(number),
            "dated": dated.isoformat(),
            "sha256": letter_digest(letter_content(letter, draft.files)).hex(),
        }
        | ({"reason": draft.back_entry.reason} if draft.back_entry else {}),
    )
    return letter


async def _issuing_registry(
    session: AsyncSession, by: ActingOfficer, registry_id: UUID
) -> Registry:
    query = select(Registry).where(Registry.id == registry_id, Registry.closed_at.is_(None))
    registry = (await session.scalars(query)).one_or_none() if registry_id in by.roles else None
    if registry is None:
        raise NotFoundError("หน่วยสารบรรณ (registry)")
    by.require(STAMP, at=registry_id)
    if registry.prefix is None:
        raise ConflictError(
            "หน่วยสารบรรณนี้ยังไม่มีรหัสหนังสือ จึงออกเลขไม่ได้", code="registry_without_prefix"
        )
    return registry


async def _size(files: FileStore, enclosed: EnclosedFile, by: UUID) -> int:
    size = await files.size(enclosed.sha256, depositor=by)
    if size is None:
        raise InvalidError(
            f"ไม่พบไฟล์ {enclosed.file_name} ในที่เก็บ โปรดส่งไฟล์ก่อน",
            code="attachment_unknown",
            field="attachments",
            sha256=enclosed.sha256.hex(),
        )
    return size


async def _take(
    session: AsyncSession,
    registry: Registry,
    draft: LetterDraft,
    dated: date,
    letter_id: UUID,
    by: UUID,
    at: datetime,
) -> tuple[DocumentNumber, UUID]:
    prefix = registry.prefix or ""
    given = _given_number(draft, prefix)
    is_circular = given.is_circular if given else draft.is_circular
    taken = await take_number(
        session,
        shelf=Shelf(
            registry_id=registry.id,
            book=Book.CIRCULAR if is_circular and registry.has_circular_book else Book.OUTGOING,
            secrecy=draft.secrecy,
        ),
        letter_id=letter_id,
        by=by,
        at=at,
        # A number copied from paper belongs to the book of the year that the letter is dated in.
        stamped_at=bangkok_midnight(dated) if given else None,
        paper=PaperNumber(number=given.value, reason=draft.back_entry.reason)
        if given and draft.back_entry
        else None,
    )
    number = given or compose_document_number(
        prefix,
        number=taken.number,
        is_circular=is_circular,
        width=registry.circular_digits if is_circular else 1,
    )
    return number, taken.entry_id


def _given_number(draft: LetterDraft, prefix: str) -> DocumentNumber | None:
    if draft.back_entry is None:
        return None
    number = parse_document_number(draft.back_entry.number)
    own = compose_document_number(prefix, number=1, is_circular=False, width=1)
    if (number.letters, number.owner) != (own.letters, own.owner):
        raise InvalidError(
            f"เลขที่หนังสือต้องขึ้นต้นด้วยรหัสของหน่วยสารบรรณ ({prefix})",
            code="letter_number_foreign",
            field="back_entry.number",
        )
    return number


def _letter(
    draft: LetterDraft,
    dated: date,
    number: DocumentNumber,
    *,
    letter_id: UUID,
    parent: Letter | None,
) -> Letter:
    return Letter(
        id=letter_id,
        circular_id=parent.circular_id if parent else letter_id,
        parent_letter_id=parent.id if parent else None,
        lineage=[*(parent.lineage if parent else ()), letter_id],
        number=str(number),
        number_letters=number.letters,
        number_owner=number.owner,
        number_is_circular=number.is_circular,
        number_running=number.running,
        dated=dated,
        subject=draft.subject.strip(),
        body=draft.body,
        urgency=draft.urgency,
        secrecy=draft.secrecy,
        deliver_by=draft.deliver_by,
        event_starts_at=draft.meeting.starts_at if draft.meeting else None,
        event_ends_at=draft.meeting.ends_at if draft.meeting else None,
        event_place=draft.meeting.place if draft.meeting else None,
        signatory_post=draft.signatory_post,
        authority=draft.authority,
        authority_post=draft.authority_post,
    )


async def _enclose(
    session: AsyncSession, letter_id: UUID, files: Sequence[EnclosedFile], sizes: Sequence[int]
) -> None:
    rows = [
        {
            "letter_id": letter_id,
            "position": position,
            "file_name": enclosed.file_name,
            "media_type": enclosed.media_type,
            "size": size,
            "sha256": enclosed.sha256,
        }
        for position, (enclosed, size) in enumerate(zip(files, sizes, strict=True))
    ]
    if rows:
        await session.execute(insert(Attachment), rows)
