import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import NotFoundError
from models import Letter
from services.issue_letter import issue_letter
from services.letter_draft import EnclosedFile, LetterDraft
from services.show_letter import find_enclosure, show_hop, show_letter
from tests.support.directory import Directory
from tests.support.letters import MORNING, StoredFiles, hop_to, register, send

SHA = bytes(range(32))


async def _enclosing(session: AsyncSession, directory: Directory) -> Letter:
    enclosed = EnclosedFile(sha256=SHA, file_name="ก.pdf", media_type="application/pdf")
    return await issue_letter(
        session,
        by=directory["agency"].clerk,
        registry_id=directory["agency"].registry_id,
        draft=LetterDraft(subject="มีสิ่งที่ส่งมาด้วย", files=[enclosed, enclosed]),
        files=StoredFiles({SHA: 11}),
        at=MORNING,
    )


async def test_a_letter_is_shown_with_its_enclosures_to_who_may_read_it(
    session: AsyncSession, directory: Directory
) -> None:
    agency, hall = directory["agency"], directory["hall"]
    letter = await _enclosing(session, directory)
    await send(session, agency, hall, letter=letter)
    for desk in (agency, hall):
        shown, enclosures = await show_letter(
            session, by=desk.auditor, letter_id=letter.id, at=MORNING
        )
        assert shown.id == letter.id
        assert [(one.position, one.size) for one in enclosures] == [(0, 11), (1, 11)]
        found = await find_enclosure(session, by=desk.clerk, sha256=SHA, at=MORNING)
        assert (found.letter_id, found.file_name) == (letter.id, "ก.pdf")
    with pytest.raises(NotFoundError):
        await show_letter(session, by=directory["direct"].head, letter_id=letter.id, at=MORNING)
    with pytest.raises(NotFoundError):
        await find_enclosure(session, by=directory["direct"].head, sha256=SHA, at=MORNING)
    with pytest.raises(NotFoundError):
        await find_enclosure(session, by=agency.head, sha256=bytes(32), at=MORNING)


async def test_a_hop_is_shown_with_its_receipt(session: AsyncSession, directory: Directory) -> None:
    hall = directory["hall"]
    dispatch = await send(session, directory["agency"], hall)
    hop_id = await hop_to(session, dispatch, hall)
    assert (await show_hop(session, by=hall.clerk, hop_id=hop_id, at=MORNING)).receipt is None
    receipt = await register(session, dispatch, hall)
    detail = await show_hop(session, by=directory["agency"].auditor, hop_id=hop_id, at=MORNING)
    assert detail.receipt == receipt
    assert (detail.hop.id, detail.dispatch.id) == (hop_id, dispatch.id)
    with pytest.raises(NotFoundError):
        await show_hop(session, by=directory["direct"].head, hop_id=hop_id, at=MORNING)
