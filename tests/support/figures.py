"""A province whose letters live through everything a figure counts, and a recount in Python."""

from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from domain.access import ActingOfficer
from domain.buddhist_era import register_year
from domain.clock_moves import Extension
from domain.deadlines import Deadlines
from domain.figures import SETTLING
from domain.vocabulary import EventKind, Secrecy, Urgency
from domain.working_time import OfficeHours
from infra.database import WORKER_ROLE, create_engine, create_sessions
from infra.embedded.postgres import PostgresServer
from models import DeadlinePlan, DeskCount, Dispatch, Event, Hop, HopTime, Letter
from services.acknowledge_hop import acknowledge_hop
from services.deadline_rules import load_rules
from services.dispatch_letter import dispatch_letter
from services.extend_deadlines import extend_deadlines
from services.issue_letter import issue_letter
from services.letter_draft import LetterDraft
from services.lock_open_hops import MoveTarget
from services.recall_hop import recall_hop
from services.record_event import SYSTEM_OFFICER
from services.refuse_hop import refuse_hop
from services.register_hop import register_hop
from services.report_upward import report_upward
from services.return_hop import return_hop
from services.roll_up_figures import roll_up_figures
from services.set_office_hours import set_office_hours
from tests.conftest import Database
from tests.support.directory import Desk, Directory, create_directory
from tests.support.letters import StoredFiles, hop_to, order, pass_on
from tests.support.planning import bangkok

Sessions = async_sessionmaker[AsyncSession]
T = TypeVar("T")

REASON = "ทดสอบ"
MINUTE = timedelta(minutes=1)
ALL = Secrecy.VERY_SECRET


def cleared(officer: ActingOfficer, clearance: Secrecy = ALL) -> ActingOfficer:
    """Return an officer as if of that clearance."""
    return replace(officer, clearance=clearance)


@dataclass(frozen=True, kw_only=True, slots=True)
class Province:
    """Desks whose officers may know of everything, and who commit each act."""

    sessions: Sessions
    directory: Directory
    database: Database

    def __getitem__(self, name: str) -> Desk:
        desk = self.directory[name]
        return replace(desk, clerk=cleared(desk.clerk), head=cleared(desk.head))

    async def do(self, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
        """Do `work` in a transaction of its own."""
        async with self.sessions.begin() as session:
            return await work(session)

    async def roll_up(self, *, batch: int = 1000) -> None:
        """Fold in everything that happened."""
        while await self.do(lambda session: roll_up_figures(session, batch=batch)):
            pass

    async def send(
        self,
        sender: str,
        *recipients: str,
        at: datetime,
        deadlines: Deadlines | None = None,
        **draft: Any,  # noqa: ANN401 (the fields of a draft, each of its own type)
    ) -> Dispatch:
        """Send a new letter, to be registered in a day and acknowledged in eight."""
        desk = self[sender]
        given = deadlines or Deadlines(
            register_by=at + timedelta(days=1), acknowledge_by=at + timedelta(days=8)
        )

        async def work(session: AsyncSession) -> Dispatch:
            letter = await issue_letter(
                session,
                by=desk.clerk,
                registry_id=desk.registry_id,
                draft=LetterDraft(**{"subject": "ขอให้รายงานผล", **draft}),
                files=StoredFiles(),
                at=at,
            )
            return await dispatch_letter(
                session,
                by=desk.clerk,
                letter_id=letter.id,
                order=order(*(self[one] for one in recipients), deadlines=given),
                at=at,
            )

        return await self.do(work)

    async def forward(
        self, above: Dispatch, name: str, *below: str, at: datetime, days: int
    ) -> Dispatch:
        """Register and pass on, to be acknowledged in so many days."""
        due = Deadlines(
            register_by=at + timedelta(days=1), acknowledge_by=at + timedelta(days=days)
        )
        desks = [self[one] for one in below]
        return await self.do(
            lambda session: pass_on(session, above, self[name], *desks, at=at, deadlines=due)
        )

    async def hop(self, dispatch: Dispatch, name: str) -> UUID:
        """Return the hop of a dispatch that goes to a desk."""
        return await self.do(lambda session: hop_to(session, dispatch, self[name]))

    async def register(self, dispatch: Dispatch, name: str, *, at: datetime) -> None:
        """Register."""
        hop_id = await self.hop(dispatch, name)
        by = self[name].clerk
        await self.do(lambda session: register_hop(session, by=by, hop_id=hop_id, at=at))

    async def settle(
        self,
        dispatch: Dispatch,
        name: str,
        act: Callable[..., Awaitable[Hop]],
        *,
        by: str | None = None,
        at: datetime,
    ) -> None:
        """Acknowledge, refuse, return or recall."""
        hop_id = await self.hop(dispatch, name)
        officer = self[by or name].head
        said = {"remark": REASON} if act is acknowledge_hop else {"reason": REASON}
        await self.do(lambda session: act(session, by=officer, hop_id=hop_id, at=at, **said))

    async def report(self, dispatch: Dispatch, *, at: datetime) -> None:
        """Complete a dispatch and report upward."""
        await self.do(lambda session: report_upward(session, dispatch_id=dispatch.id, at=at))


async def play(province: Province) -> None:
    """Let twelve hops live through everything: four tiers, three classes, three urgencies."""
    nine = bangkok("2021-03-02 09:00")
    hour, day = timedelta(hours=1), timedelta(days=1)
    circular = await province.send("agency", "hall", "direct", at=nine, urgency=Urgency.URGENT)
    lower = await province.forward(circular, "hall", "office", "district_a", at=nine + hour, days=5)
    lowest = await province.forward(lower, "office", "body_b1", at=nine + 2 * day, days=2)
    await province.register(lowest, "body_b1", at=nine + 2 * day + hour)
    await province.settle(lowest, "body_b1", acknowledge_hop, at=nine + 3 * day + 7 * MINUTE)
    await province.register(lower, "district_a", at=nine + 13 * hour)
    await province.settle(lower, "district_a", return_hop, at=nine + day)
    await province.settle(circular, "direct", refuse_hop, at=nine + 3 * hour)
    for dispatch in (lowest, lower):
        await province.report(dispatch, at=nine + 9 * day)
    late = await province.send("agency", "stranger", at=nine + MINUTE)
    await province.register(late, "stranger", at=nine + 2 * day)
    await province.settle(late, "stranger", acknowledge_hop, at=nine + 20 * day)
    await _play_clocks(province)


async def _play_clocks(province: Province) -> None:
    """Clocks that never stop, that are moved, that begin with the receipt; a change of hours."""
    friday, eve = bangkok("2021-03-05 17:00"), bangkok("2021-12-30 14:00")
    day = timedelta(days=1)
    urgent = await province.send("agency", "hall", at=friday, urgency=Urgency.MOST_URGENT)
    await province.register(urgent, "hall", at=friday + 2 * day)
    secret = await province.send("agency", "hall", "office", at=friday, secrecy=Secrecy.SECRET)
    await province.register(secret, "hall", at=friday + 3 * day)
    await province.settle(secret, "office", recall_hop, by="agency", at=friday + day)
    await province.send("agency", "hall", at=friday, secrecy=Secrecy.VERY_SECRET)
    days = Deadlines(acknowledge_within=3)
    before = await province.send("office", "body_a1", at=eve, deadlines=days)
    await province.do(
        lambda session: set_office_hours(
            session,
            by=SYSTEM_OFFICER,
            scope="province:38",
            hours=OfficeHours(opens=time(9), closes=time(12)),
            source=REASON,
            note=REASON,
            at=eve,
        )
    )
    after = await province.send("office", "body_a2", at=eve)
    await province.do(
        lambda session: extend_deadlines(
            session,
            by=province["office"].head,
            target=MoveTarget(dispatch_id=after.id),
            length=Extension(days=5),
            reason=REASON,
            at=eve,
        )
    )
    for dispatch, name in ((before, "body_a1"), (after, "body_a2")):
        await province.register(dispatch, name, at=eve + 6 * day)
        await province.settle(dispatch, name, acknowledge_hop, at=eve + 10 * day)


Row = Mapping[str, Any]


async def stored_hops(session: AsyncSession) -> dict[UUID, Row]:
    """Return the table of hops as it stands."""
    rows = (await session.execute(select(HopTime.__table__))).mappings()
    return {row["hop_id"]: dict(row) for row in rows}


async def stored_counts(session: AsyncSession) -> dict[tuple[Any, ...], tuple[int, ...]]:
    """Return the table of counts as it stands: registry, year, secrecy, urgency → five counts."""
    rows = (await session.execute(select(DeskCount.__table__))).all()
    return {tuple(row[:4]): tuple(row[4:]) for row in rows}


async def counted_hops(session: AsyncSession) -> dict[UUID, Row]:
    """Tell every hop from its events, one after the other."""
    told: defaultdict[UUID, dict[EventKind, Event]] = defaultdict(dict)
    versions: dict[UUID, Mapping[str, int]] = {}
    for event in await session.scalars(select(Event).order_by(Event.id)):
        if event.kind is EventKind.DISPATCHED:
            assert event.dispatch_id is not None
            versions[event.dispatch_id] = {
                name: event.facts[name] for name in ("calendar_version", "policy_version")
            }
        elif event.hop_id is not None:
            told[event.hop_id][event.kind] = event
    return {
        hop_id: await _counted(session, hop_id, events, versions) for hop_id, events in told.items()
    }


async def _counted(
    session: AsyncSession,
    hop_id: UUID,
    events: Mapping[EventKind, Event],
    versions: Mapping[UUID, Mapping[str, int]],
) -> Row:
    query = (
        select(Dispatch, Letter, DeadlinePlan.calendar_scopes)
        .join(Letter, Letter.id == Dispatch.letter_id)
        .join(Hop, Hop.dispatch_id == Dispatch.id)
        .join(DeadlinePlan, DeadlinePlan.id == Hop.plan_id)
        .where(Hop.id == hop_id)
    )
    dispatch, letter, scopes = (await session.execute(query)).one()
    clock = (await load_rules(session, **versions[dispatch.id])).clock(scopes, letter.urgency)
    sent, registered = events[EventKind.SENT], events.get(EventKind.REGISTERED)
    settled = next((events[kind] for kind in SETTLING if kind in events), None)

    def minutes(event: Event | None) -> int | None:
        return clock.count_time(sent.at, event.at) // MINUTE if event else None

    return {
        "hop_id": hop_id,
        "circular_id": letter.circular_id,
        "dispatch_id": dispatch.id,
        "sender_registry_id": sent.registry_id,
        "recipient_registry_id": UUID(sent.facts["recipient_registry_id"]),
        "senders": dispatch.senders,
        "secrecy": letter.secrecy,
        "urgency": letter.urgency,
        "tier": len(dispatch.lineage),
        "sent_at": sent.at,
        "registered_at": registered.at if registered else None,
        "settled_at": settled.at if settled else None,
        "register_minutes": minutes(registered),
        "settle_minutes": minutes(settled),
        "registered_late": registered.is_late if registered else None,
        "settled_late": settled.is_late if settled else None,
    }


def counts_of(hops: Mapping[UUID, Row]) -> dict[tuple[Any, ...], tuple[int, ...]]:
    """Count hops as `stored_counts` has them."""
    counts: defaultdict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0] * 5)
    for hop in hops.values():
        year = register_year(hop["sent_at"])
        key = (hop["recipient_registry_id"], year, hop["secrecy"], hop["urgency"])
        marks = (
            True,
            hop["registered_at"] is not None,
            hop["settled_at"] is not None,
            bool(hop["registered_late"]),
            bool(hop["settled_late"]),
        )
        counts[key] = [had + mark for had, mark in zip(counts[key], marks, strict=True)]
    return {key: tuple(values) for key, values in counts.items()}


def percentile(values: Sequence[int], part: float) -> float | None:
    """Return the value below which a part of all lies, in proportion between two of them."""
    if not values:
        return None
    ordered = sorted(values)
    place = part * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


@asynccontextmanager
async def open_province(postgres: PostgresServer) -> AsyncIterator[Province]:
    """Open a province in a database of its own."""
    database = Database(postgres)
    database.create()
    engine = create_engine(database.worker_url, pool=16, role=WORKER_ROLE)
    directory = await create_directory(database.owner_url)
    yield Province(sessions=create_sessions(engine), directory=directory, database=database)
    await engine.dispose()
    database.drop()


@asynccontextmanager
async def played_province(postgres: PostgresServer) -> AsyncIterator[Province]:
    """Open one in which everything has happened, and is folded in."""
    async with open_province(postgres) as province:
        await play(province)
        await province.roll_up()
        yield province


async def fold_anew(province: Province, *, batch: int = 1000) -> None:
    """Empty the figures and fold everything in from the first event."""
    async with province.sessions.begin() as session:
        await session.execute(text("DELETE FROM hop_time"))
        await session.execute(text("DELETE FROM desk_count"))
        await session.execute(text("UPDATE rolled_up SET until_txid = '0'"))
    await province.roll_up(batch=batch)
