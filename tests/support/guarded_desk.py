"""The application on a ledger full of secrets, and what each route may be asked about there."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from re import findall
from uuid import UUID

from sqlalchemy import select

from api.main import create_app
from domain.vocabulary import Secrecy
from infra.database import WORKER_ROLE, create_engine, create_sessions
from infra.embedded.postgres import PostgresServer
from infra.settings import Settings
from models import Officer as OfficerRow
from tests.conftest import Database
from tests.support.directory import create_directory
from tests.support.http_desk import Api, Officer, running_api
from tests.support.secrets import CLASSES, Person, Planted, add_cleared_officers, plant
from tests.support.sight import Ledger, Seen, Sight, read_ledger

UUIDS = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_TABLES = ("letter", "dispatch", "hop", "notice", "register", "register_entry", "mail", "intake")
"""The tables whose ids an answer may name only to those who may see the row."""


@dataclass(frozen=True, kw_only=True)
class Guarded:
    """The application, its ledger, and everybody who may ask.

    Behind `bare` no policy holds back what the application forgets: the first wall alone.
    """

    api: Api
    bare: Api
    planted: Planted
    ledger: Ledger
    officers: Mapping[str, UUID]

    @cached_property
    def sights(self) -> Mapping[Person, Sight]:
        """What everybody may see, worked out row by row."""
        return {
            person: Sight(ledger=self.ledger, officer=self.planted.acting(person, self.officers))
            for person in self.planted.people()
        }

    @cached_property
    def seen(self) -> Mapping[Person, Seen]:
        """The rows that everybody may see."""
        return {person: sight.seen() for person, sight in self.sights.items()}

    @cached_property
    def clients(self) -> Mapping[Person, Officer]:
        """Everybody with a token."""
        return {
            person: Officer(
                api=self.api,
                desk=self.planted.directory[person.desk],
                token=self.api.token(person.subject),
                role=person.role.value,
            )
            for person in self.planted.people()
        }

    def client(self, person: Person, *, is_bare: bool) -> Officer:
        """Return a person with a token, before both walls or before the first alone."""
        officer = self.clients[person]
        return replace(officer, api=self.bare) if is_bare else officer

    @cached_property
    def ids(self) -> Mapping[str, str]:
        """The table of every id that is not everybody's."""
        return {row["told_apart"]: table for table in _TABLES for row in self.ledger.rows[table]}

    @cached_property
    def _circular_of(self) -> Mapping[str, str]:
        return {row["told_apart"]: str(row["circular_id"]) for row in self.ledger.rows["letter"]}

    @cached_property
    def _digest_of(self) -> Mapping[str, str]:
        return {row["told_apart"]: row["sha256"].hex() for row in self.ledger.rows["attachment"]}

    def knows(self, person: Person, name: str, ids: Mapping[str, str]) -> bool:
        """Return whether a person may know of that which an id names."""
        seen, sight = self.seen[person], self.sights[person]
        match name:
            case "circular_id":
                return any(self._circular_of[one] == ids[name] for one in seen["letter"])
            case "digest":
                return any(self._digest_of[one] == ids[name] for one in seen["attachment"])
            case "book":
                is_read = UUID(ids["registry_id"]) in sight.desks
                return is_read and sight.may_know(ids["secrecy"])
            case "registry_id" | "post_period_id":
                return UUID(ids["registry_id"]) in sight.kept
            case _:
                return ids[name] in seen[name.removesuffix("_id")]

    def leaks(self, person: Person, answer: str) -> list[str]:
        """Return the ids and words of an answer that the person must not know of."""
        seen = self.seen[person]
        found = {one for one in findall(UUIDS, answer) if one in self.ids}
        leaks = [f"{self.ids[one]} {one}" for one in found if one not in seen[self.ids[one]]]
        for word, mark in self.planted.markers.items():
            if word in answer:
                knows = self.sights[person].may_know(mark.secrecy.value)
                sees = mark.table is None or str(mark.id) in seen[mark.table]
                leaks += [] if knows and sees else [word]
        return leaks

    def subject(self, desk: str, secrecy: Secrecy) -> Mapping[str, str]:
        """Return the ids of what a desk holds of a class, or of what is nearest to it."""
        return self._subjects[desk, secrecy]

    @cached_property
    def _subjects(self) -> Mapping[tuple[str, Secrecy], Mapping[str, str]]:
        return {
            (desk, secrecy): self._subject(desk, secrecy)
            for desk in self.planted.directory.desks
            for secrecy in CLASSES
        }

    def _subject(self, desk: str, secrecy: Secrecy) -> Mapping[str, str]:
        planted, key = self.planted, (secrecy, desk)
        hop = self.ledger.one("hop", planted.hops[key])
        received = self.ledger.one("dispatch", hop["dispatch_id"])
        own = planted.own.get(key)
        letter_id = own.id if own else received["letter_id"]
        sent = planted.sent.get(key)
        register = planted.registers.get(key) or planted.registers[secrecy, "hall"]
        ids = {
            "letter_id": letter_id,
            "digest": planted.files[letter_id].hex(),
            "dispatch_id": sent.id if sent else received["id"],
            "circular_id": hop["circular_id"],
            "hop_id": hop["id"],
            "notice_id": planted.notices.get(key) or planted.notices[secrecy, "hall"],
            "register_id": register.id,
            "registry_id": self.planted.directory[desk].registry_id,
            "organization_id": self.planted.directory[desk].organization_id,
            "officer_id": self.planted.directory[desk].clerk.id,
            "book": register.book.value,
            "year": 2021,
            "secrecy": secrecy.value,
            "mail_id": planted.mails[desk],
            "post_period_id": planted.periods[desk],
            "intake_id": planted.intakes[secrecy, desk],
            "position": 0,
        }
        return {name: str(value) for name, value in ids.items()}


@asynccontextmanager
async def guarded_desk(postgres: PostgresServer, folder: Path) -> AsyncIterator[Guarded]:
    """Plant secrets in a ledger of its own, and open the application on it."""
    database = Database(postgres)
    database.create()
    directory = await create_directory(database.owner_url)
    await add_cleared_officers(database, directory)
    # Each connection plans each statement anew: few of them are faster than many.
    engine = create_engine(database.app_url, pool=3)
    worker = create_engine(database.worker_url, pool=4, role=WORKER_ROLE)
    inside = create_sessions(worker)
    planted = await plant(inside, directory)
    async with inside() as session:
        ledger = await read_ledger(session)
        rows = (await session.execute(select(OfficerRow.subject, OfficerRow.id))).all()
    async with running_api(
        create_app(Settings()),
        sessions=create_sessions(engine),
        inside=inside,
        desks=directory,
        folder=folder,
    ) as api:
        for digest in planted.files.values():
            place = api.settings.file_store_dir / digest.hex()[:2] / digest.hex()
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(b"%PDF-1.7")
        async with running_api(
            create_app(Settings()),
            sessions=inside,
            inside=inside,
            desks=directory,
            folder=folder,
        ) as bare:
            yield Guarded(
                api=api,
                bare=bare,
                planted=planted,
                ledger=ledger,
                officers={row.subject: row.id for row in rows},
            )
    await engine.dispose()
    await worker.dispose()
    database.drop()
