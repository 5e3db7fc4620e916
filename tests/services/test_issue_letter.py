from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError
from domain.letter_digest import letter_digest
from domain.vocabulary import Authority, Book, EntryKind, EventKind, Secrecy
from models import Attachment, RegisterEntry
from services.issue_letter import issue_letter
from services.letter_content import letter_content
from services.letter_draft import BackEntry, EnclosedFile, LetterDraft
from services.open_register import open_register
from tests.support.directory import Desk, Directory
from tests.support.letters import (
    DAY,
    MORNING,
    StoredFiles,
    book_of,
    events,
    issue,
    last_event,
    messages,
    size_of_ledger,
)

SHA = bytes(range(32))


async def _open(session: AsyncSession, desk: Desk, book: Book, *, after: int, year: int) -> None:
    await open_register(
        session,
        by=desk.head,
        registry_id=desk.registry_id,
        book=book,
        year=year,
        last_paper_number=after,
        at=MORNING,
    )


async def test_a_letter_takes_the_next_number_of_its_book(
    session: AsyncSession, directory: Directory
) -> None:
    office = directory["office"]
    await _open(session, office, Book.CIRCULAR, after=926, year=2021)
    circular = await issue(session, office)
    ordinary = await issue(session, office, is_circular=False)
    following = await issue(session, office)
    assert [circular.number, ordinary.number, following.number] == [
        "ทส 0023.4/ว 927",
        "ทส 0023.4/1",
        "ทส 0023.4/ว 928",
    ]
    assert (circular.circular_id, circular.parent_letter_id) == (circular.id, None)
    assert circular.dated == date(2021, 3, 2)


async def test_issuing_leaves_an_entry_and_an_event_and_tells_nobody(
    session: AsyncSession, directory: Directory
) -> None:
    agency = directory["agency"]
    letter = await issue(session, agency, dated=date(2021, 3, 1))
    entry = await session.get_one(RegisterEntry, letter.register_entry_id)
    assert (entry.letter_id, entry.hop_id, entry.number) == (letter.id, None, 1)
    assert (entry.kind, entry.recorded_by) == (EntryKind.ALLOCATED, agency.clerk.id)
    event = await last_event(session)
    assert (event.kind, event.letter_id) == (EventKind.LETTER_ISSUED, letter.id)
    assert (event.officer_id, event.registry_id) == (agency.clerk.id, agency.registry_id)
    content = letter_content(letter, [])
    assert event.facts == {
        "number": "ทด 0017/ว 1",
        "dated": "2021-03-01",
        "sha256": letter_digest(content).hex(),
    }
    assert await messages(session) == []


async def test_enclosures_keep_their_order_and_the_stored_size(
    session: AsyncSession, directory: Directory
) -> None:
    other = bytes(32)
    letter = await issue_letter(
        session,
        by=directory["agency"].clerk,
        registry_id=directory["agency"].registry_id,
        draft=LetterDraft(
            subject=" มีสิ่งที่ส่งมาด้วย ",
            files=[
                EnclosedFile(sha256=SHA, file_name="ก.pdf", media_type="application/pdf"),
                EnclosedFile(sha256=other, file_name="ข.pdf", media_type="application/pdf"),
            ],
        ),
        files=StoredFiles({SHA: 11, other: 22}),
        at=MORNING,
    )
    query = (
        select(Attachment).where(Attachment.letter_id == letter.id).order_by(Attachment.position)
    )
    kept = [(one.file_name, one.size, one.sha256) for one in await session.scalars(query)]
    assert kept == [("ก.pdf", 11, SHA), ("ข.pdf", 22, other)]
    assert letter.subject == "มีสิ่งที่ส่งมาด้วย"


async def test_a_paper_letter_keeps_its_number_and_goes_to_the_book_of_its_year(
    session: AsyncSession, directory: Directory
) -> None:
    agency = directory["agency"]
    await _open(session, agency, Book.CIRCULAR, after=20, year=2020)
    await _open(session, agency, Book.CIRCULAR, after=30, year=2021)
    letter = await issue(
        session,
        agency,
        dated=date(2020, 12, 30),
        back_entry=BackEntry(number="ทด ๐๐๑๗/ว ๐๐๑๕", reason="ออกบนกระดาษก่อนเริ่มใช้ระบบ"),
    )
    assert (letter.number, letter.number_running) == ("ทด 0017/ว 0015", "0015")
    old = await book_of(session, agency, Book.CIRCULAR, 2020)
    entry = await session.get_one(RegisterEntry, letter.register_entry_id)
    assert (entry.register_id, entry.number, entry.position) == (old.id, 15, 1)
    assert (entry.kind, entry.reason) == (EntryKind.BACK_ENTERED, "ออกบนกระดาษก่อนเริ่มใช้ระบบ")
    assert entry.recorded_at == MORNING
    assert (old.allocated, old.positions) == (0, 1)
    assert (await last_event(session)).facts["reason"] == "ออกบนกระดาษก่อนเริ่มใช้ระบบ"
    assert (await book_of(session, agency, Book.CIRCULAR, 2021)).positions == 0


async def test_the_mark_on_paper_decides_the_book(
    session: AsyncSession, directory: Directory
) -> None:
    agency = directory["agency"]
    await _open(session, agency, Book.OUTGOING, after=9, year=2021)
    letter = await issue(
        session, agency, is_circular=True, back_entry=BackEntry(number="ทด 0017/9", reason="กระดาษ")
    )
    assert letter.number_is_circular is False
    assert (await book_of(session, agency, Book.OUTGOING)).positions == 1


INVALID: list[tuple[str, str, str, dict[str, Any]]] = [
    ("subject_empty", "subject", "blank subject", {"subject": " \n"}),
    ("date_in_buddhist_era", "dated", "Buddhist year", {"dated": date(2564, 3, 2)}),
    ("dated_in_future", "dated", "tomorrow", {"dated": date(2021, 3, 3)}),
    ("secrecy_too_high", "secrecy", "top secret", {"secrecy": Secrecy.TOP_SECRET}),
    ("authority_post_missing", "authority_post", "for nobody", {"authority": Authority.ACTING_FOR}),
    (
        "authority_post_missing",
        "authority_post",
        "for a blank post",
        {"authority": Authority.BY_ORDER_OF, "authority_post": " "},
    ),
    (
        "letter_number_malformed",
        "number",
        "malformed number",
        {"back_entry": BackEntry(number="ว 15", reason="กระดาษ")},
    ),
    (
        "letter_number_foreign",
        "back_entry.number",
        "number of another registry",
        {"back_entry": BackEntry(number="ทส 0017/ว 15", reason="กระดาษ")},
    ),
    (
        "attachment_unknown",
        "attachments",
        "file not in the store",
        {"files": [EnclosedFile(sha256=SHA, file_name="ก.pdf", media_type="application/pdf")]},
    ),
]


@pytest.mark.parametrize(
    ("code", "field", "draft"),
    [(c, f, d) for c, f, _, d in INVALID],
    ids=[i for _, _, i, _ in INVALID],
)
async def test_a_draft_that_breaks_a_rule_is_refused(
    session: AsyncSession, directory: Directory, code: str, field: str, draft: dict[str, Any]
) -> None:
    before = await size_of_ledger(session)
    with pytest.raises(InvalidError) as refusal:
        await issue(session, directory["agency"], **draft)
    assert (refusal.value.reason, refusal.value.facts["field"]) == (code, field)
    assert await size_of_ledger(session) == before


@pytest.mark.parametrize("authority", [one for one in Authority if one is not Authority.OWN])
async def test_who_signs_for_another_names_the_post(
    session: AsyncSession, directory: Directory, authority: Authority
) -> None:
    letter = await issue(session, directory["hall"], authority=authority, authority_post="ผู้ว่าฯ")
    assert (letter.authority, letter.authority_post) == (authority, "ผู้ว่าฯ")


async def test_a_registry_without_a_prefix_cannot_issue(
    session: AsyncSession, directory: Directory
) -> None:
    with pytest.raises(ConflictError) as refusal:
        await issue(session, directory["body_a1"])
    assert refusal.value.reason == "registry_without_prefix"


@pytest.mark.parametrize(
    ("number", "code"),
    [("ทด 0017/ว 21", "number_not_on_paper"), ("ทด 0017/ว 20", "number_taken")],
)
async def test_a_paper_number_must_be_free_and_from_paper(
    session: AsyncSession, directory: Directory, number: str, code: str
) -> None:
    agency = directory["agency"]
    await _open(session, agency, Book.CIRCULAR, after=20, year=2021)
    await issue(session, agency, back_entry=BackEntry(number="ทด 0017/ว 20", reason="กระดาษ"))
    with pytest.raises(ConflictError) as refusal:
        async with session.begin_nested():
            await issue(session, agency, back_entry=BackEntry(number=number, reason="กระดาษ"))
    assert refusal.value.reason == code
    assert (await book_of(session, agency, Book.CIRCULAR)).positions == 1


async def test_a_number_from_paper_needs_a_book_that_was_kept_on_paper(
    session: AsyncSession, directory: Directory
) -> None:
    with pytest.raises(ConflictError) as refusal:
        await issue(
            session,
            directory["agency"],
            back_entry=BackEntry(number="ทด 0017/ว 1", reason="กระดาษ"),
        )
    assert refusal.value.reason == "number_not_on_paper"


async def test_only_the_desk_itself_issues(session: AsyncSession, directory: Directory) -> None:
    agency, hall = directory["agency"], directory["hall"]
    draft = LetterDraft(subject="ทดสอบ")
    for by in (agency.auditor, agency.admin):
        with pytest.raises(NotAllowedError) as refusal:
            await issue_letter(
                session,
                by=by,
                registry_id=agency.registry_id,
                draft=draft,
                files=StoredFiles(),
                at=MORNING,
            )
        assert refusal.value.reason == "role_missing"
    with pytest.raises(NotFoundError):
        await issue_letter(
            session,
            by=hall.head,
            registry_id=agency.registry_id,
            draft=draft,
            files=StoredFiles(),
            at=MORNING,
        )
    assert await events(session) == []


async def test_recorded_time_never_runs_backwards_in_a_register(
    session: AsyncSession, directory: Directory
) -> None:
    agency = directory["agency"]
    late = await issue(session, agency, at=MORNING + timedelta(seconds=1))
    early = await issue(session, agency, at=MORNING - DAY)
    entries = [
        await session.get_one(RegisterEntry, letter.register_entry_id) for letter in (late, early)
    ]
    assert [entry.position for entry in entries] == [1, 2]
    assert entries[0].recorded_at == entries[1].recorded_at == MORNING + timedelta(seconds=1)
