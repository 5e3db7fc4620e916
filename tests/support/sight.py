"""What an officer may see of the whole ledger, worked out from its rows one by one.

Nothing of the application helps here, and no column that only repeats another row: who sent what
is above a dispatch, and how secret it is, is followed from row to row.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import READ, ActingOfficer

Row = dict[str, Any]
Seen = Mapping[str, frozenset[str]]

KEYS: Mapping[str, str] = {
    "register": "id",
    "register_entry": "id",
    "letter": "id",
    "attachment": "id",
    "letter_search": "letter_id",
    "dispatch": "id",
    "hop": "id",
    "deadline_plan": "id",
    "deadline_move": "id",
    "notice": "id",
    "mail": "id",
    "outbox": "id",
    "idempotency_key": "officer_id || key",
    "event": "id",
    "intake": "id",
    "intake_value": "id",
    "intake_recipient": "intake_id || '-' || position",
    "organization_alias": "id",
    "intended_recipient": "dispatch_id || '-' || organization_id",
    "hop_time": "hop_id",
    "desk_count": "registry_id || '-' || year || secrecy || urgency",
}
"""The tables whose rows are not everybody's, with what tells their rows apart."""

PUBLIC_EVENTS = frozenset(
    {"organization_recorded", "registry_recorded", "officer_recorded", "log_restarted"}
)
_ALL = "SELECT *, CAST({key} AS text) AS told_apart FROM {table}"
_TOLD = " UNION ALL ".join(
    f"SELECT '{table}' AS place, CAST({key} AS text) AS told_apart FROM {table}"  # noqa: S608 (our own words)
    for table, key in KEYS.items()
)
NO_WHERE = text(_TOLD)
"""Every row of every guarded table, without a condition: what is left is what policies leave."""


async def seen_now(session: AsyncSession) -> Seen:
    """Return what a transaction sees of every guarded table."""
    seen: defaultdict[str, set[str]] = defaultdict(set)
    for place, told_apart in (await session.execute(NO_WHERE)).all():
        seen[place].add(told_apart)
    return {table: frozenset(seen[table]) for table in KEYS}


async def read_ledger(session: AsyncSession) -> "Ledger":
    """Read everything, as somebody whom no policy holds back."""
    rows = {}
    for table, key in KEYS.items():
        found = await session.execute(text(_ALL.format(table=table, key=key)))
        rows[table] = [dict(row) for row in found.mappings()]
    desks = (await session.execute(text("SELECT id, organization_id FROM registry"))).all()
    return Ledger(rows=rows, bodies={desk.id: desk.organization_id for desk in desks})


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """All rows of all guarded tables, and the body of each desk."""

    rows: Mapping[str, Sequence[Row]] = field(repr=False)
    bodies: Mapping[UUID, UUID] = field(repr=False)

    @cached_property
    def _by_id(self) -> Mapping[str, Mapping[UUID, Row]]:
        return {
            table: {row["id"]: row for row in self.rows[table]}
            for table in ("letter", "dispatch", "hop", "register", "register_entry")
        }

    def one(self, table: str, id_: UUID) -> Row:
        """Return a row by its id."""
        return self._by_id[table][id_]

    @cached_property
    def all_senders(self) -> Mapping[UUID, frozenset[UUID]]:
        """Who sent a dispatch or one above it."""
        found: dict[UUID, frozenset[UUID]] = {}
        for row in self.rows["dispatch"]:
            found[row["id"]] = frozenset(self._senders(row))
        return found

    def _senders(self, dispatch: Row) -> set[UUID]:
        own = {dispatch["sender_registry_id"]}
        if dispatch["parent_hop_id"] is None:
            return own
        above = self.one("hop", dispatch["parent_hop_id"])
        return own | self._senders(self.one("dispatch", above["dispatch_id"]))

    def letters_of(self, dispatch: Row) -> set[UUID]:
        """The letter of a dispatch and what it covers."""
        found, letter = set(), self.one("letter", dispatch["letter_id"])
        while True:
            found.add(letter["id"])
            if letter["parent_letter_id"] is None:
                return found
            letter = self.one("letter", letter["parent_letter_id"])

    def secrecy_of(self, dispatch_id: UUID) -> str:
        """The class of the letter that a dispatch carries."""
        letter_id = self.one("dispatch", dispatch_id)["letter_id"]
        secrecy: str = self.one("letter", letter_id)["secrecy"]
        return secrecy

    def seen_by(self, officer: ActingOfficer) -> Seen:
        """Return what an officer may see."""
        return Sight(ledger=self, officer=officer).seen()

    def total(self) -> int:
        """Return how many rows there are."""
        return sum(len(rows) for rows in self.rows.values())


@dataclass(frozen=True, kw_only=True)
class Sight:
    """One officer looking at the ledger; nobody at all where `officer` is None."""

    ledger: Ledger
    officer: ActingOfficer | None

    @cached_property
    def desks(self) -> frozenset[UUID]:
        """For whom the officer reads."""
        return frozenset(self.officer.registries(READ)) if self.officer else frozenset()

    @cached_property
    def kept(self) -> frozenset[UUID]:
        """Where the officer has any part."""
        return frozenset(self.officer.roles) if self.officer else frozenset()

    def may_know(self, secrecy: str) -> bool:
        """Whether the clearance reaches a class."""
        return self.officer is not None and secrecy in {one.value for one in self.officer.classes}

    def seen(self) -> Seen:
        """Return the rows that are seen, by table."""
        judges: Mapping[str, Callable[[Row], bool]] = {
            "register": self._register,
            "register_entry": self._entry,
            "letter": lambda row: row["id"] in self.letters,
            "attachment": lambda row: row["letter_id"] in self.letters,
            "letter_search": lambda row: row["letter_id"] in self.letters,
            "dispatch": lambda row: row["id"] in self.dispatches,
            "hop": lambda row: row["id"] in self.hops,
            "deadline_plan": lambda row: row["dispatch_id"] in self.dispatches,
            "deadline_move": lambda row: row["dispatch_id"] in self.dispatches,
            "notice": lambda row: self._is_told(row) or row["hop_id"] in self.hops,
            "mail": lambda row: row["registry_id"] in self.kept,
            "outbox": lambda row: row["dispatch_id"] in self.dispatches,
            "idempotency_key": lambda row: (
                self.officer is not None and row["officer_id"] == self.officer.id
            ),
            "event": self._event,
            "intake": lambda row: row["id"] in self.intakes,
            "intake_value": lambda row: row["intake_id"] in self.intakes,
            "intake_recipient": lambda row: row["intake_id"] in self.intakes,
            "organization_alias": lambda _: self.officer is not None,
            "intended_recipient": self._intended,
            "hop_time": lambda row: self._counted(self.ledger.one("hop", row["hop_id"])),
            "desk_count": lambda row: (
                self.may_know(row["secrecy"]) and row["registry_id"] in self.desks
            ),
        }
        return {
            table: frozenset(
                row["told_apart"] for row in self.ledger.rows[table] if judges[table](row)
            )
            for table in KEYS
        }

    @cached_property
    def told_of(self) -> frozenset[UUID]:
        """The hops of which a notice told one of the officer's desks."""
        return frozenset(row["hop_id"] for row in self.ledger.rows["notice"] if self._is_told(row))

    @cached_property
    def hops(self) -> frozenset[UUID]:
        """Received, sent, above what was sent below, or named by a notice."""
        return frozenset(
            row["id"]
            for row in self.ledger.rows["hop"]
            if self._counted(row)
            or (row["id"] in self.told_of and self.may_know(self._secrecy(row)))
        )

    @cached_property
    def dispatches(self) -> frozenset[UUID]:
        """Sent by one of the desks or below what it sent, received, or named by a notice."""
        near = {
            row["dispatch_id"]
            for row in self.ledger.rows["hop"]
            if row["recipient_registry_id"] in self.desks or row["id"] in self.told_of
        }
        return frozenset(
            row["id"]
            for row in self.ledger.rows["dispatch"]
            if self.may_know(self.ledger.secrecy_of(row["id"]))
            and (self.ledger.all_senders[row["id"]] & self.desks or row["id"] in near)
        )

    @cached_property
    def letters(self) -> frozenset[UUID]:
        """Issued by one of the desks, or carried by a dispatch that it may see."""
        carried = {
            letter_id
            for dispatch_id in self.dispatches
            for letter_id in self.ledger.letters_of(self.ledger.one("dispatch", dispatch_id))
        }
        return frozenset(
            row["id"]
            for row in self.ledger.rows["letter"]
            if self.may_know(row["secrecy"])
            and (row["registry_id"] in self.desks or row["id"] in carried)
        )

    @cached_property
    def intakes(self) -> frozenset[UUID]:
        """The texts that came to one of the desks."""
        return frozenset(
            row["id"]
            for row in self.ledger.rows["intake"]
            if row["registry_id"] in self.desks and self.may_know(row["secrecy"])
        )

    def _intended(self, row: Row) -> bool:
        """Whom a dispatch means below: all of them for who sent it, for a recipient its own."""
        if not self.may_know(self.ledger.secrecy_of(row["dispatch_id"])):
            return False
        if self.ledger.all_senders[row["dispatch_id"]] & self.desks:
            return True
        reached = {
            self.ledger.bodies[hop["recipient_registry_id"]]
            for hop in self.ledger.rows["hop"]
            if hop["dispatch_id"] == row["dispatch_id"]
            and hop["recipient_registry_id"] in self.desks
        }
        return row["via_id"] in reached

    def _secrecy(self, hop: Row) -> str:
        return self.ledger.secrecy_of(hop["dispatch_id"])

    def _counted(self, hop: Row) -> bool:
        is_ours = (
            hop["recipient_registry_id"] in self.desks
            or self.ledger.all_senders[hop["dispatch_id"]] & self.desks
        )
        return bool(is_ours) and self.may_know(self._secrecy(hop))

    def _is_told(self, row: Row) -> bool:
        hop = self.ledger.one("hop", row["hop_id"])
        return row["registry_id"] in self.desks and self.may_know(self._secrecy(hop))

    def _register(self, row: Row) -> bool:
        return row["registry_id"] in self.kept and self.may_know(row["secrecy"])

    def _entry(self, row: Row) -> bool:
        register = self.ledger.one("register", row["register_id"])
        return self._register(register) or row["hop_id"] in self.hops

    def _event(self, row: Row) -> bool:
        if not self.may_know(self._class_of(row)):
            return False
        if row["kind"] == "read":
            issuer = self.ledger.one("letter", row["letter_id"])["registry_id"]
            return row["registry_id"] in self.desks or issuer in self.desks
        if row["kind"] in PUBLIC_EVENTS:
            # Who may know of secrets is the operator's to know.
            return "clearance" not in row["facts"]
        return self._event_of_its_subject(row)

    def _event_of_its_subject(self, row: Row) -> bool:
        if row["hop_id"] is not None:
            return row["hop_id"] in self.hops
        if row["dispatch_id"] is not None:
            is_below = self.ledger.all_senders[row["dispatch_id"]] & self.desks
            return bool(is_below) and row["dispatch_id"] in self.dispatches
        if row["letter_id"] is not None:
            return row["letter_id"] in self.letters
        return row["registry_id"] in self.kept

    def _class_of(self, event: Row) -> str:
        if event["letter_id"] is None:
            return str(event["secrecy"])
        return str(self.ledger.one("letter", event["letter_id"])["secrecy"])
