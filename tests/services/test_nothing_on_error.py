"""What fails after it has begun to write leaves nothing behind, not even a number."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from domain.deadlines import Deadlines
from domain.errors import WianError
from domain.vocabulary import Book
from services.acknowledge_hop import acknowledge_hop
from services.forward_letter import forward_letter
from services.letter_draft import BackEntry, LetterDraft
from services.register_hop import Stamp, register_hop
from services.take_number import PaperNumber
from services.void_number import void_number
from tests.support.directory import Directory
from tests.support.letters import (
    ACKNOWLEDGE_BY,
    HOUR,
    MORNING,
    REGISTER_BY,
    StoredFiles,
    book_of,
    hop_to,
    issue,
    order,
    register,
    send,
    size_of_ledger,
)


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A hop that the hall registered, one that waits for it, and one that was refused."""

    directory: Directory
    registered: UUID
    waiting: UUID
    book: UUID


async def _set(session: AsyncSession, directory: Directory) -> Scene:
    agency, hall = directory["agency"], directory["hall"]
    first, second = [await send(session, agency, hall) for _ in range(2)]
    await register(session, first, hall)
    return Scene(
        directory=directory,
        registered=await hop_to(session, first, hall),
        waiting=await hop_to(session, second, hall),
        book=(await book_of(session, agency, Book.CIRCULAR)).id,
    )


def _forward(session: AsyncSession, scene: Scene, **changed: object) -> Awaitable[object]:
    asked: dict[str, Any] = {
        "by": scene.directory["hall"].clerk,
        "hop_id": scene.registered,
        "order": order(scene.directory["office"]),
        "files": StoredFiles(),
        "at": MORNING,
        "cover": LetterDraft(subject="นำส่ง"),
    }
    return forward_letter(session, **(asked | changed))


def _late() -> Deadlines:
    return Deadlines(register_by=REGISTER_BY, acknowledge_by=ACKNOWLEDGE_BY + HOUR)


async def _issue_and_send_to_nobody(session: AsyncSession, scene: Scene) -> object:
    return await send(session, scene.directory["agency"])


def _register_twice_on_paper(session: AsyncSession, scene: Scene) -> Awaitable[object]:
    stamp = Stamp(stamped_at=MORNING, paper=PaperNumber(number=1, reason="กระดาษ"))
    hall = scene.directory["hall"]
    return register_hop(session, by=hall.clerk, hop_id=scene.waiting, at=MORNING, stamp=stamp)


CASES: list[tuple[str, Callable[[AsyncSession, Scene], Awaitable[object]]]] = [
    (
        "recipient_closed",
        lambda session, scene: _forward(session, scene, order=order(scene.directory.closed)),
    ),
    (
        "deadline_after_parent",
        lambda session, scene: _forward(
            session, scene, order=order(scene.directory["office"], deadlines=_late())
        ),
    ),
    (
        "subject_empty",
        lambda session, scene: _forward(session, scene, cover=LetterDraft(subject="")),
    ),
    (
        "number_not_on_paper",
        lambda session, scene: _forward(
            session,
            scene,
            cover=LetterDraft(
                subject="นำส่ง", back_entry=BackEntry(number="ทส 0017/ว 1", reason="กระดาษ")
            ),
        ),
    ),
    ("recipients_empty", _issue_and_send_to_nobody),
    ("number_not_on_paper", _register_twice_on_paper),
    (
        "stamped_before_letter",
        lambda session, scene: register_hop(
            session,
            by=scene.directory["hall"].clerk,
            hop_id=scene.waiting,
            at=MORNING,
            # The day before, still of the same year.
            stamp=Stamp(stamped_at=MORNING - 24 * HOUR),
        ),
    ),
    (
        "answer_not_asked",
        lambda session, scene: acknowledge_hop(
            session,
            by=scene.directory["hall"].clerk,
            hop_id=scene.registered,
            at=MORNING,
            answer={"done": True},
        ),
    ),
    (
        "number_in_use",
        lambda session, scene: void_number(
            session,
            by=scene.directory["agency"].head,
            register_id=scene.book,
            number=1,
            reason="ผิด",
            at=MORNING,
        ),
    ),
]


async def test_a_failed_act_leaves_no_trace(
    sessions: async_sessionmaker[AsyncSession], own_directory: Directory
) -> None:
    async with sessions.begin() as session:
        scene = await _set(session, own_directory)
    async with sessions() as session:
        before = await size_of_ledger(session)
        head = (await book_of(session, own_directory["hall"], Book.INCOMING)).head_hash
    for code, act in CASES:
        with pytest.raises(WianError) as refusal:
            async with sessions.begin() as session:
                await act(session, scene)
        assert refusal.value.reason == code
        async with sessions() as session:
            assert await size_of_ledger(session) == before, code
            book = await book_of(session, own_directory["hall"], Book.INCOMING)
            assert book.head_hash == head
    async with sessions.begin() as session:
        # No number was lost: the next one follows.
        assert (await issue(session, own_directory["agency"])).number_running == "3"
        await _forward(session, scene)
        assert (await book_of(session, own_directory["hall"], Book.CIRCULAR)).allocated == 1
