"""A province in which every desk holds letters of every class, and officers of every clearance."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from domain.access import ActingOfficer
from domain.alarms import Alarm
from domain.clock_moves import Extension
from domain.vocabulary import AlarmStep, EventKind, HopState, MailKind, MailState, Role, Secrecy
from infra.database import create_engine
from models import (
    Dispatch,
    Event,
    Hop,
    IdempotencyKey,
    IntendedRecipient,
    Letter,
    Mail,
    Notice,
    Officer,
    OfficerRole,
    Register,
    RegisterEntry,
)
from services.acknowledge_hop import acknowledge_hop
from services.extend_deadlines import extend_deadlines
from services.fill_post import PostTerm, fill_post
from services.forward_letter import forward_letter
from services.issue_letter import issue_letter
from services.learn_alias import learn_alias
from services.letter_draft import EnclosedFile, LetterDraft
from services.lock_open_hops import MoveTarget
from services.note_reading import note_reading
from services.raise_alarm import raise_alarm
from services.record_event import SYSTEM_OFFICER
from services.register_hop import register_hop
from services.roll_up_figures import roll_up_figures
from services.void_number import void_number
from tests.conftest import Database
from tests.support.directory import Desk, Directory
from tests.support.http_desk import FORM
from tests.support.intakes import plant_intake
from tests.support.ladder import due_of
from tests.support.letters import HOUR, MORNING, StoredFiles, hop_to, order, send

CLASSES: Final = (Secrecy.NORMAL, Secrecy.SECRET, Secrecy.VERY_SECRET)
PREFIXED: Final = ("agency", "hall", "office", "district_a", "district_b", "stranger")
"""The desks that have a number of their own to issue letters with."""

_STEPS = (
    AlarmStep.REMIND_ACKNOWLEDGE,
    AlarmStep.OVERDUE_ACKNOWLEDGE,
    AlarmStep.ESCALATE_SUPERIOR,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """An officer by desk, role and clearance, and under which name the token issuer knows it."""

    desk: str
    role: Role
    clearance: Secrecy

    @property
    def subject(self) -> str:
        """The name; who was in the directory before has no clearance."""
        own = f"{self.role.value}.{self.desk}"
        return own if self.clearance is Secrecy.NORMAL else f"{own}.{self.clearance.value}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """Of which class of secrecy a marker is, and in which row it stands if in one alone."""

    secrecy: Secrecy
    table: str | None = None
    id: UUID | None = None


@dataclass(kw_only=True, slots=True)
class Planted:
    """What stands in the ledger, by class of secrecy and by desk.

    `markers` are words that stand nowhere else: in a letter, in what was answered for a hop, or
    in the reason of an act.
    """

    directory: Directory
    roots: dict[Secrecy, Letter] = field(default_factory=dict)
    own: dict[tuple[Secrecy, str], Letter] = field(default_factory=dict)
    files: dict[UUID, bytes] = field(default_factory=dict)
    markers: dict[str, Mark] = field(default_factory=dict)
    sent: dict[tuple[Secrecy, str], Dispatch] = field(default_factory=dict)
    hops: dict[tuple[Secrecy, str], UUID] = field(default_factory=dict)
    notices: dict[tuple[Secrecy, str], UUID] = field(default_factory=dict)
    registers: dict[tuple[Secrecy, str], Register] = field(default_factory=dict)
    mails: dict[str, UUID] = field(default_factory=dict)
    periods: dict[str, UUID] = field(default_factory=dict)
    intakes: dict[tuple[Secrecy, str], UUID] = field(default_factory=dict)

    def people(self) -> list[Person]:
        """Return everybody: each desk has each role in each clearance."""
        return [
            Person(desk=desk, role=role, clearance=clearance)
            for desk in self.directory.desks
            for role in Role
            for clearance in CLASSES
        ]

    def acting(self, person: Person, officers: Mapping[str, UUID]) -> ActingOfficer:
        """Return a person as signed in."""
        desk = self.directory[person.desk].registry_id
        return ActingOfficer(
            id=officers[person.subject],
            name=person.subject,
            roles={desk: frozenset({person.role})},
            clearance=person.clearance,
        )


async def add_cleared_officers(database: Database, directory: Directory) -> None:
    """Give each desk a second and a third officer of each role, who may know of secrets."""
    engine = create_engine(database.owner_url, pool=1, role=None)
    async with AsyncSession(engine) as session, session.begin():
        for name, desk in directory.desks.items():
            people = [
                Person(desk=name, role=role, clearance=clearance)
                for role in Role
                for clearance in CLASSES[1:]
            ]
            rows = [
                {"subject": one.subject, "name": one.subject, "clearance": one.clearance}
                for one in people
            ]
            ids = (await session.scalars(insert(Officer).returning(Officer.id), rows)).all()
            roles = [
                {"officer_id": id_, "registry_id": desk.registry_id, "role": one.role}
                for id_, one in zip(ids, people, strict=True)
            ]
            await session.execute(insert(OfficerRole), roles)
    await engine.dispose()


async def plant(sessions: async_sessionmaker[AsyncSession], directory: Directory) -> Planted:
    """Send a circular of each class all the way down, and let each desk keep something."""
    planted = Planted(directory=directory)
    async with sessions.begin() as session:
        for secrecy in CLASSES:
            await _Planting(session=session, planted=planted, secrecy=secrecy).run()
        await _under_a_secret_cover(session, planted)
        await _take_in_texts(session, planted)
        await _keep_house(session, planted)
    async with sessions.begin() as session:
        await _find(session, planted)
    while True:
        async with sessions.begin() as session:
            if not await roll_up_figures(session):
                return planted


def marker(*words: str) -> str:
    """Return a word that stands nowhere else."""
    return "หมาย-" + "-".join([*words, uuid4().hex[:10]])


@dataclass(frozen=True, kw_only=True, slots=True)
class _Planting:
    """The letters of one class, on their way."""

    session: AsyncSession
    planted: Planted
    secrecy: Secrecy

    async def run(self) -> None:
        for name in PREFIXED:
            self.planted.own[self.secrecy, name] = await self._issue(name)
        root = self.planted.roots[self.secrecy] = await self._issue("agency")
        top = await send(
            self.session,
            self._desk("agency"),
            self._desk("hall"),
            self._desk("direct"),
            letter=root,
            answer_form=FORM,
        )
        await self._note("agency", top, "hall", "direct")
        below = await self._pass_on("hall", top, "office")
        below = await self._pass_on("office", below, "district_a", "district_b", covered=True)
        await self._pass_on("district_a", below, "body_a1", "body_a2")
        last = await self._pass_on("district_b", below, "body_b1")
        await self._answer("body_b1", last)
        foreign = await send(
            self.session,
            self._desk("stranger"),
            self._desk("direct"),
            letter=await self._issue("stranger"),
        )
        await self._note("stranger", foreign)
        await be_late(self.session, top, below)
        await self._move(top)
        await self._void()

    def _desk(self, name: str) -> Desk:
        return cleared_desk(self.planted.directory[name])

    async def _issue(self, name: str) -> Letter:
        desk, word = self._desk(name), marker(self.secrecy.value, name)
        letter = await issue_letter(
            self.session,
            by=desk.clerk,
            registry_id=desk.registry_id,
            draft=self._draft(word),
            files=_ANY_FILE,
            at=MORNING,
        )
        self._mark(word, letter)
        return letter

    def _draft(self, word: str) -> LetterDraft:
        enclosed = EnclosedFile(
            sha256=_digest(word), file_name=f"{word}.pdf", media_type="application/pdf"
        )
        return LetterDraft(subject=word, body=word, secrecy=self.secrecy, files=[enclosed])

    def _mark(self, word: str, letter: Letter) -> None:
        self._remember(word, "letter", letter.id)
        self.planted.files[letter.id] = _digest(word)

    def _remember(self, word: str, table: str | None = None, id_: UUID | None = None) -> str:
        self.planted.markers[word] = Mark(secrecy=self.secrecy, table=table, id=id_)
        return word

    async def _note(self, sender: str, dispatch: Dispatch, *recipients: str) -> None:
        self.planted.sent[self.secrecy, sender] = dispatch
        for name in recipients:
            hop_id = await hop_to(self.session, dispatch, self._desk(name))
            self.planted.hops[self.secrecy, name] = hop_id

    async def _pass_on(
        self, name: str, above: Dispatch, *recipients: str, covered: bool = False
    ) -> Dispatch:
        desk, word = self._desk(name), marker(self.secrecy.value, name, "cover")
        hop_id = await hop_to(self.session, above, desk)
        await register_hop(self.session, by=desk.clerk, hop_id=hop_id, at=MORNING)
        dispatch = await forward_letter(
            self.session,
            by=desk.clerk,
            hop_id=hop_id,
            order=order(*(self._desk(one) for one in recipients)),
            files=_ANY_FILE,
            at=MORNING,
            cover=self._draft(word) if covered else None,
        )
        if covered:
            self._mark(word, await self.session.get_one(Letter, dispatch.letter_id))
        await self._note(name, dispatch, *recipients)
        return dispatch

    async def _answer(self, name: str, dispatch: Dispatch) -> None:
        desk, word = self._desk(name), marker(self.secrecy.value, name, "answer")
        hop_id = await hop_to(self.session, dispatch, desk)
        await register_hop(self.session, by=desk.clerk, hop_id=hop_id, at=MORNING)
        await acknowledge_hop(
            self.session,
            by=desk.clerk,
            hop_id=hop_id,
            at=MORNING + HOUR,
            remark=word,
            answer={"joined": True, "names": [word, word]},
        )
        self._remember(word, "hop", hop_id)

    async def _move(self, dispatch: Dispatch) -> None:
        await extend_deadlines(
            self.session,
            by=self._desk("agency").head,
            target=MoveTarget(dispatch_id=dispatch.id),
            length=Extension(days=1),
            reason=self._remember(marker(self.secrecy.value, "move")),
            at=MORNING + HOUR,
        )

    async def _void(self) -> None:
        letter = await self._issue("hall")
        entry = await self.session.get_one(RegisterEntry, letter.register_entry_id)
        await void_number(
            self.session,
            by=self._desk("hall").head,
            register_id=entry.register_id,
            number=entry.number,
            reason=self._remember(marker(self.secrecy.value, "void")),
            at=MORNING + HOUR,
        )


async def be_late(session: AsyncSession, *dispatches: Dispatch) -> None:
    """Let every desk that was sent to be chased, and the one above it be told."""
    for dispatch in dispatches:
        for step in _STEPS:
            due_at = await due_of(session, dispatch.id, step)
            await raise_alarm(
                session,
                dispatch_id=dispatch.id,
                chunk=0,
                alarm=Alarm(step=step, due_at=due_at),
                at=due_at,
            )


def cleared_desk(desk: Desk) -> Desk:
    """Return a desk whose officers may know of everything."""
    return replace(
        desk,
        clerk=replace(desk.clerk, clearance=CLASSES[-1]),
        head=replace(desk.head, clearance=CLASSES[-1]),
    )


async def _under_a_secret_cover(session: AsyncSession, planted: Planted) -> None:
    """An open letter that goes on under a secret cover: below, there is nothing of it."""
    hall = cleared_desk(planted.directory["hall"])
    top = await send(session, planted.directory["agency"], hall)
    hop_id = await hop_to(session, top, hall)
    await register_hop(session, by=hall.clerk, hop_id=hop_id, at=MORNING)
    below = await forward_letter(
        session,
        by=hall.clerk,
        hop_id=hop_id,
        order=order(planted.directory["body_a2"]),
        files=StoredFiles(),
        at=MORNING,
        cover=LetterDraft(subject=marker("cover"), secrecy=Secrecy.SECRET),
    )
    # The district above is told that it is late, and knows nothing else of it.
    await be_late(session, below)


async def _take_in_texts(session: AsyncSession, planted: Planted) -> None:
    """Each desk has a text of each class that waits, and the office means bodies further below."""
    desks = planted.directory.desks
    for secrecy in CLASSES:
        for name, desk in desks.items():
            word = marker(secrecy.value, name, "text")
            intake_id = await plant_intake(
                session, word, registry_id=desk.registry_id, by=desk.clerk.id, secrecy=secrecy
            )
            planted.intakes[secrecy, name] = intake_id
            planted.markers[word] = Mark(secrecy=secrecy, table="intake", id=intake_id)
        meant = [
            {
                "dispatch_id": planted.sent[secrecy, "office"].id,
                "organization_id": desks[name].organization_id,
                "via_id": desks[via].organization_id,
                "position": position,
            }
            for position, (name, via) in enumerate(
                [("body_a1", "district_a"), ("body_b1", "district_b")]
            )
        ]
        await session.execute(insert(IntendedRecipient), meant)
    await learn_alias(
        session,
        by=desks["office"].clerk,
        kind=None,
        district_id=None,
        as_written="หน่วยงานสะกดผิด",
        organization_id=desks["body_a1"].organization_id,
        at=MORNING,
    )


async def _keep_house(session: AsyncSession, planted: Planted) -> None:
    """What belongs to no letter: mails, posts, keys, who read, and what an import wrote."""
    for name, desk in planted.directory.desks.items():
        mail = Mail(
            kind=MailKind.DIGEST,
            state=MailState.DEAD,
            registry_id=desk.registry_id,
            day=date(2021, 3, 12),
            created_at=MORNING,
            next_try_at=MORNING,
            attempts=9,
        )
        session.add(mail)
        await session.flush()
        planted.mails[name] = mail.id
        of_desk = update(Notice).where(Notice.registry_id == desk.registry_id)
        await session.execute(of_desk.values(mail_id=mail.id))
        term = PostTerm(
            post=Role.DEPUTY,
            officer_id=None,
            first_day=date(2021, 3, 22),
            last_day=date(2021, 3, 26),
            reason="ลา",
        )
        period = await fill_post(
            session, by=desk.head, registry_id=desk.registry_id, term=term, at=MORNING
        )
        planted.periods[name] = period.id
        session.add(
            IdempotencyKey(
                officer_id=desk.clerk.id,
                key="planted",
                fingerprint=bytes(32),
                status=201,
                body=b"{}",
                created_at=MORNING,
            )
        )
    for secrecy, root in planted.roots.items():
        for name in ("agency", "office", "body_b1"):
            reader = replace(planted.directory[name].auditor, clearance=secrecy)
            await note_reading(session, by=reader, at=MORNING, letters=[root.id])
    for kind, facts in (
        (EventKind.ORGANIZATION_RECORDED, {"code": "agency"}),
        (EventKind.OFFICER_RECORDED, {"name": "สมหญิง"}),
        (EventKind.OFFICER_CLEARED, {"subject": "clerk.hall", "clearance": "secret"}),
    ):
        recorded = Event(kind=kind, at=MORNING, officer_id=SYSTEM_OFFICER, facts=facts)
        recorded.registry_id = UUID(int=0)
        session.add(recorded)


async def _find(session: AsyncSession, planted: Planted) -> None:
    names = {desk.registry_id: name for name, desk in planted.directory.desks.items()}
    for notice in await session.scalars(select(Notice).order_by(Notice.id)):
        planted.notices.setdefault((notice.secrecy, names[notice.registry_id]), notice.id)
    for register in await session.scalars(select(Register).order_by(Register.id)):
        planted.registers[register.secrecy, names[register.registry_id]] = register
    for secrecy in CLASSES:
        for name in planted.directory.desks:
            planted.hops.setdefault(
                (secrecy, name), await _some_hop(session, planted.sent.get((secrecy, name)))
            )


async def _some_hop(session: AsyncSession, dispatch: Dispatch | None) -> UUID:
    query = select(Hop.id).order_by(Hop.state == HopState.SENT, Hop.id).limit(1)
    if dispatch is not None:
        query = query.where(Hop.dispatch_id == dispatch.id)
    return (await session.scalars(query)).one()


def _digest(word: str) -> bytes:
    return sha256(word.encode()).digest()


class _AnyFile:
    """A file store that holds everything."""

    async def size(self, sha256: bytes, *, depositor: UUID) -> int | None:
        return 11


_ANY_FILE = _AnyFile()
