"""Random letters on virtual time, through the real services and the real mailer.

The same rules over ten thousand stories without a database: tests/domain/test_notice_times.py.
"""

import random
import re
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from functools import partial
from uuid import UUID

import pytest

from domain.alarms import MEANING
from domain.buddhist_era import bangkok_date
from domain.vocabulary import AlarmStep, Duty, MailKind, NoticeKind, Urgency
from domain.working_time import WorkingCalendar, weekends
from infra.embedded.postgres import PostgresServer
from infra.mail import MailNotTakenError, MailServerAwayError
from services.thai_holidays import base_holidays
from tests.conftest import Database
from tests.support.directory import create_directory
from tests.support.mail_ledger import Sent, bangkok, notify, send_out, settle, suspend
from tests.support.mailbox import Mailbox, text_of
from tests.support.post_office import Ground, Post, open_ground

START = bangkok(5, "00:00")
DAYS = 5
LETTERS = 20
CALENDAR = WorkingCalendar(weekends() | dict(base_holidays()))
NAMES = ("hall", "office", "district_a", "district_b", "direct")
SHIFT = {NoticeKind.REMINDER: timedelta(hours=-3), NoticeKind.ESCALATION: timedelta(hours=5)}


@dataclass(slots=True)
class MoodyServer:
    """Takes most mails, and remembers which hops each named and when."""

    post: Post
    chance: random.Random
    taken: list[tuple[datetime, UUID, set[UUID]]] = field(default_factory=list)

    async def send(self, message: EmailMessage) -> str | None:
        mood = self.chance.random()
        if mood < 0.1:
            raise MailServerAwayError("away")
        if mood < 0.35:
            raise MailNotTakenError("451 later", is_final=mood < 0.15)
        links = re.findall(r"/v1/hops/(\S+)", text_of(message, "plain"))
        hops = set(map(UUID, links))
        assert len(hops) == len(links)
        mail_id = UUID(message["Message-ID"].removeprefix("<mail-").partition("@")[0])
        self.taken.append((self.post.now, mail_id, hops))
        return None


@pytest.fixture(scope="module")
async def ground(postgres: PostgresServer) -> AsyncIterator[Ground]:
    database = Database(postgres)
    database.create()
    directory = await create_directory(database.owner_url)
    async with open_ground(database, directory) as ground:
        await ground.give(of={directory[name].registry_id: f"{name}@x.test" for name in NAMES})
        yield ground
    database.drop()


def some(chance: random.Random) -> datetime:
    return START + timedelta(minutes=chance.randrange(DAYS * 24 * 60))


Happening = tuple[datetime, int, Callable[[], Awaitable[object]]]


@dataclass(slots=True)
class Story:
    """What happens to the letters of one story, and when each was settled."""

    post: Post
    chance: random.Random
    settled: dict[UUID, datetime] = field(default_factory=dict)
    happens: list[Happening] = field(default_factory=list)

    async def write(self) -> None:
        directory = self.post.ground.directory
        async with self.post.ground.sessions.begin() as session:
            for _ in range(LETTERS):
                register_by, acknowledge_by = sorted((some(self.chance), some(self.chance)))
                is_urgent = self.chance.random() < 0.25
                sent = await send_out(
                    session,
                    directory["agency"],
                    directory[self.chance.choice(NAMES)],
                    register_by=register_by,
                    acknowledge_by=acknowledge_by,
                    urgency=Urgency.MOST_URGENT if is_urgent else Urgency.NORMAL,
                )
                by = {Duty.REGISTER: register_by, Duty.ACKNOWLEDGE: acknowledge_by}
                self._plan(sent, by)

    def _plan(self, sent: Sent, by: dict[Duty, datetime]) -> None:
        for step, (duty, _, kind) in MEANING.items():
            if duty in by and kind is not NoticeKind.ARRIVAL:
                due = by[duty] + SHIFT.get(kind, timedelta())
                self.happens.append((due, 0, partial(self._notify, sent, step)))
        answered_at = max(some(self.chance), some(self.chance))
        self.happens.append((answered_at, 0, partial(self._settle, sent)))
        if self.chance.random() < 0.2:
            begin = some(self.chance)
            end = begin + timedelta(hours=self.chance.choice((2, 20)))
            self.happens.append((begin, 0, partial(self._suspend, sent, is_on=True)))
            self.happens.append((end, 0, partial(self._suspend, sent, is_on=False)))

    async def play(self, server: MoodyServer) -> None:
        mailer = self.post.mailer(server)
        for day in range(DAYS):
            digest = START + timedelta(days=day, hours=8, minutes=40)
            again = digest + timedelta(hours=self.chance.choice((0, 1, 9)))
            self.happens += [(when, 1, self.post.make_digests) for when in (digest, again)]
            self.happens += [
                (
                    START + timedelta(days=day, minutes=self.chance.randrange(1440)),
                    2,
                    mailer.send_due,
                )
                for _ in range(12)
            ]
        for when, _, act in sorted(self.happens, key=lambda one: one[:2]):
            self.post.now = when
            try:
                await act()
            except MailServerAwayError:
                continue

    async def _notify(self, sent: Sent, step: AlarmStep) -> None:
        if sent.hop_id in self.settled:
            return
        async with self.post.ground.sessions.begin() as session:
            await notify(session, sent, step, at=self.post.now)

    async def _settle(self, sent: Sent) -> None:
        async with self.post.ground.sessions.begin() as session:
            await suspend(session, sent, is_on=False)
            await settle(session, sent, at=self.post.now)
        self.settled[sent.hop_id] = self.post.now

    async def _suspend(self, sent: Sent, *, is_on: bool) -> None:
        if sent.hop_id not in self.settled:
            async with self.post.ground.sessions.begin() as session:
                await suspend(session, sent, is_on=is_on)


@pytest.mark.parametrize("seed", [1, 2])
async def test_random_letters_through_the_real_services(
    ground: Ground, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # In which order lanes take the mails is not a matter of chance that a seed repeats.
    monkeypatch.setattr("worker.mailer.LANES", 1)
    await ground.empty()
    chance = random.Random(seed)  # noqa: S311 - a story must repeat
    post = Post(ground=ground, mailbox=Mailbox(), now=START)
    story, server = Story(post=post, chance=chance), MoodyServer(post=post, chance=chance)
    await story.write()
    await story.play(server)
    by_id = {mail.id: mail for mail in await post.mails()}
    digests: Counter[tuple[UUID, date]] = Counter()
    for now, mail_id, hops in server.taken:
        assert hops
        assert all(now < story.settled[hop] for hop in hops)
        mail = by_id[mail_id]
        if mail.kind is MailKind.DIGEST:
            digests[mail.registry_id, bangkok_date(now)] += 1
            assert CALENDAR.is_open(now)
    assert len({mail_id for _, mail_id, _ in server.taken}) == len(server.taken)
    assert max(digests.values()) == 1
    assert len(digests) >= 2
    assert any(by_id[mail_id].kind is MailKind.AT_ONCE for _, mail_id, _ in server.taken)
