"""The life of a circular through the use cases, without the process."""

from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from domain.alarms import Deadlines
from domain.vocabulary import Book, HopState
from models import Hop
from services.create_dispatch import SendOrder
from services.dispatch_letter import dispatch_letter
from services.issue_letter import LetterDraft, issue_letter
from services.open_register import open_register
from services.register_hop import register_hop
from services.show_route import show_route
from tests.support.directory import Directory
from sqlalchemy import select

class NoFiles:
    async def size(self, sha256: bytes) -> int | None:
        return None


async def test_smoke(session: AsyncSession, directory: Directory) -> None:
    now = datetime.now(UTC)
    agency, hall = directory["agency"], directory["hall"]
    await open_register(session, by=hall.head, registry_id=hall.registry_id, book=Book.INCOMING, year=now.year, last_paper_number=1096, at=now)
    letter = await issue_letter(session, by=agency.clerk, registry_id=agency.registry_id, draft=LetterDraft(subject="ทดสอบ"), files=NoFiles(), at=now)
    assert letter.number == "ทด 0017/ว 1"
    dispatch = await dispatch_letter(session, by=agency.clerk, letter_id=letter.id, at=now, order=SendOrder(recipients=[hall.organization_id], deadlines=Deadlines(register_by=now+timedelta(days=1), acknowledge_by=now+timedelta(days=2))))
    hop = (await session.scalars(select(Hop).where(Hop.dispatch_id==dispatch.id))).one()
    receipt = await register_hop(session, by=hall.clerk, hop_id=hop.id, at=now)
    assert receipt.number == 1097
    again = await register_hop(session, by=hall.clerk, hop_id=hop.id, at=now)
    assert again == receipt
    route = await show_route(session, by=agency.clerk, circular_id=letter.id, at=now)
    assert route[0].hops[0].receipt_number == 1097
    assert route[0].hops[0].state is HopState.REGISTERED
