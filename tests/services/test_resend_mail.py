from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import ActingOfficer
from domain.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError, WianError
from domain.vocabulary import MailKind, MailState
from models import Mail
from services.list_mails import count_mails, list_mails
from services.resend_mail import resend_all, resend_mail
from tests.support.directory import Desk, Directory
from tests.support.mail_ledger import MONDAY, bangkok, mails

MORNING = bangkok(8, "08:40")
NOW = bangkok(9, "10:00")


async def post(session: AsyncSession, desk: Desk, state: MailState = MailState.DEAD) -> UUID:
    mail_id = await session.scalar(
        insert(Mail)
        .values(
            kind=MailKind.AT_ONCE,
            state=state,
            registry_id=desk.registry_id,
            day=MONDAY,
            created_at=MORNING,
            next_try_at=MORNING,
            attempts=6,
            last_error="451 try again",
            sent_at=MORNING if state is MailState.SENT else None,
        )
        .returning(Mail.id)
    )
    assert isinstance(mail_id, UUID)
    return mail_id


async def waiting(session: AsyncSession) -> set[UUID]:
    return {mail.id for mail in await mails(session) if mail.state is MailState.WAITING}


@pytest.mark.parametrize("role", ["head", "admin"])
async def test_a_registry_sends_all_its_dead_mails_again(
    session: AsyncSession, directory: Directory, role: str
) -> None:
    hall, office = directory["hall"], directory["office"]
    own = {await post(session, hall) for _ in range(2)}
    await post(session, hall, MailState.SENT)
    await post(session, office)
    by = getattr(hall, role)
    count = await resend_mail(session, by=by, registry_id=hall.registry_id, mail_ids=[], at=NOW)
    assert count == 2
    assert await waiting(session) == own
    revived = [mail for mail in await mails(session) if mail.id in own]
    assert {(mail.attempts, mail.next_try_at) for mail in revived} == {(0, NOW)}


async def test_some_are_sent_again_one_by_one(session: AsyncSession, directory: Directory) -> None:
    hall = directory["hall"]
    first, _, third = [await post(session, hall) for _ in range(3)]
    chosen = [first, third]
    assert await resend_mail(session, by=hall.head, registry_id=None, mail_ids=chosen, at=NOW) == 2
    assert await waiting(session) == set(chosen)


async def test_whoever_runs_the_system_sends_all(
    session: AsyncSession, directory: Directory
) -> None:
    ids = {await post(session, directory[name]) for name in ("hall", "office")}
    await post(session, directory["hall"], MailState.DROPPED)
    assert await resend_all(session, at=NOW) == 2
    assert await waiting(session) == ids
    assert await count_mails(session) == {
        MailState.WAITING: 2,
        MailState.SENT: 0,
        MailState.DROPPED: 1,
        MailState.DEAD: 0,
    }


async def test_a_refusal_changes_nothing(session: AsyncSession, directory: Directory) -> None:
    hall, office = directory["hall"], directory["office"]
    dead, foreign = await post(session, hall), await post(session, office)
    sent = await post(session, hall, MailState.SENT)
    nobody: list[UUID] = []
    cases: list[tuple[ActingOfficer, UUID | None, list[UUID], type[WianError], str]] = [
        (hall.head, None, nobody, InvalidError, "resend_unclear"),
        (hall.head, hall.registry_id, [dead], InvalidError, "resend_unclear"),
        (hall.head, office.registry_id, nobody, NotFoundError, "not_found"),
        (hall.head, uuid4(), nobody, NotFoundError, "not_found"),
        (hall.head, None, [dead, foreign], NotFoundError, "not_found"),
        (hall.head, None, [dead, uuid4()], NotFoundError, "not_found"),
        (hall.head, None, [dead, sent], ConflictError, "mail_not_dead"),
        (hall.clerk, hall.registry_id, nobody, NotAllowedError, "role_missing"),
        (hall.clerk, None, [dead], NotAllowedError, "role_missing"),
    ]
    for by, registry_id, mail_ids, error, code in cases:
        with pytest.raises(error) as refusal:
            await resend_mail(session, by=by, registry_id=registry_id, mail_ids=mail_ids, at=NOW)
        assert refusal.value.reason == code
        assert await waiting(session) == set()


async def test_heads_and_administrators_see_the_mails_of_their_registry(
    session: AsyncSession, directory: Directory
) -> None:
    hall = directory["hall"]
    dead = [await post(session, hall) for _ in range(2)]
    sent = await post(session, hall, MailState.SENT)
    await post(session, directory["office"])

    async def listed(
        by: ActingOfficer, state: MailState | None = None, after: UUID | None = None, limit: int = 9
    ) -> list[UUID]:
        rows = await list_mails(session, by=by, state=state, after=after, limit=limit)
        return [row.id for row in rows]

    for by in (hall.head, hall.admin):
        assert await listed(by) == [*dead, sent]
    assert await listed(hall.head, MailState.DEAD) == dead
    assert await listed(hall.head, MailState.DEAD, limit=1) == dead[:1]
    assert await listed(hall.head, MailState.DEAD, after=dead[0]) == dead[1:]
    for by in (hall.clerk, hall.deputy, hall.auditor):
        assert await listed(by) == []
