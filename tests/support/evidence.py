"""A log in memory, written from the specifications alone, and bundles of hops that it proves.

It shares code neither with the ledger's log nor with the verifier: three hands, one format.
"""

import json
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from random import Random
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.evidence_summary import EvidenceStory, summarize_evidence
from domain.leaf import read_leaf

Json = dict[str, Any]
Raw = bytes | None

SYSTEM = "00000000-0000-7000-8000-000000000001"
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_REMARKS = ("ส่งผิดหน่วยงาน", "ดำเนินการแล้ว\nตามหนังสือ", "\u200bเรียบร้อย \u202eด", "ok <b>& \x1b[31m")
_SUBJECTS = ("ขอให้รายงานผล", "การประชุม ครั้งที่ ๑/๒๕๖๔", 'เรื่อง "ด่วน" \\ ทดสอบ', "😀 ข้อความ")
_LATER = ("forwarded", "acknowledged", "returned", "reminded", "overdue", "extended", "reported")


def serialize(bundle: object) -> bytes:
    """Return a bundle in its one form."""
    text = json.dumps(bundle, ensure_ascii=False, sort_keys=True, indent=1)
    return f"{text}\n".encode()


def row(*fields: Raw) -> bytes:
    """Return one row as a binary COPY writes it."""
    written = [len(fields).to_bytes(2, "big", signed=True)]
    for one in fields:
        size = -1 if one is None else len(one)
        written += [size.to_bytes(4, "big", signed=True), one or b""]
    return b"".join(written)


def number(value: int, width: int) -> bytes:
    """Return an integer column."""
    return value.to_bytes(width, "big", signed=True)


def instant(at: datetime) -> bytes:
    """Return a timestamptz column."""
    return number((at - _EPOCH) // timedelta(microseconds=1), 8)


def truth(value: bool | None) -> Raw:
    """Return a boolean column."""
    return None if value is None else bytes([value])


def optional(value: UUID | None) -> Raw:
    """Return a uuid column that may be empty."""
    return None if value is None else value.bytes


@dataclass(kw_only=True, slots=True)
class Log:
    """Leaves, the key that signs for them, and hashes of ranges that were asked for before.

    A forger claims the hash of another key on its signatures.
    """

    origin: str = "log.test/wian"
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    claimed_hash: bytes | None = None
    leaves: list[bytes] = field(default_factory=list)
    known: dict[tuple[int, int], bytes] = field(default_factory=dict)

    @property
    def key_text(self) -> str:
        """The public key as it is published."""
        typed = b"\x01" + self.key.public_key().public_bytes_raw()
        return f"{self.origin}+{self._key_hash(typed).hex()}+{b64encode(typed).decode()}"

    def _key_hash(self, typed: bytes) -> bytes:
        return sha256(self.origin.encode() + b"\n" + typed).digest()[:4]

    def append(self, *leaves: bytes) -> int:
        """Append leaves and return the index of the last one."""
        self.leaves += leaves
        return len(self.leaves) - 1

    def root(self, start: int, end: int) -> bytes:
        """Return MTH(D[start:end]) by its definition (RFC 9162 section 2.1.1)."""
        if (start, end) not in self.known:
            self.known[start, end] = self._root(start, end)
        return self.known[start, end]

    def _root(self, start: int, end: int) -> bytes:
        if end - start == 1:
            return sha256(b"\0" + self.leaves[start]).digest()
        middle = start + _split(end - start)
        return sha256(b"\1" + self.root(start, middle) + self.root(middle, end)).digest()

    def path(self, index: int, start: int, end: int) -> list[bytes]:
        """Return PATH(index, D[start:end]) by its definition (2.1.3.1); index counts from 0."""
        if end - start == 1:
            return []
        middle = start + _split(end - start)
        if index < middle:
            return [*self.path(index, start, middle), self.root(middle, end)]
        return [*self.path(index, middle, end), self.root(start, middle)]

    def proof(self, old: int, start: int, end: int, *, is_whole: bool = True) -> list[bytes]:
        """Return SUBPROOF(old, D[start:end], is_whole) by its definition (2.1.4.1)."""
        if old == end:
            return [] if is_whole else [self.root(start, end)]
        middle = start + _split(end - start)
        if old <= middle:
            rest = self.proof(old, start, middle, is_whole=is_whole)
            return [*rest, self.root(middle, end)]
        return [*self.proof(old, middle, end, is_whole=False), self.root(start, middle)]

    def entry(self, index: int, size: int) -> Json:
        """Return a leaf with its proof, as a bundle shows it."""
        return {
            "index": index,
            "leaf": b64encode(self.leaves[index]).decode(),
            "path": [one.hex() for one in self.path(index, 0, size)],
            "fields": read_leaf(self.leaves[index]),
        }

    def note(self, size: int) -> str:
        """Return the signed checkpoint of the first `size` leaves."""
        root = b64encode(self.root(0, size)).decode()
        return self.sign(f"{self.origin}\n{size}\n{root}\n")

    def sign(self, body: str) -> str:
        """Return any text as a note of this log."""
        typed = b"\x01" + self.key.public_key().public_bytes_raw()
        signature = (self.claimed_hash or self._key_hash(typed)) + self.key.sign(body.encode())
        return f"{body}\n— {self.origin} {b64encode(signature).decode()}\n"


def _split(size: int) -> int:
    return 1 << ((size - 1).bit_length() - 1)


@dataclass(kw_only=True, slots=True)
class Case:
    """One hop in a log: where its leaves are, and the letter that it carries."""

    log: Log
    hop_id: UUID
    letter: Json
    indexes: list[int] = field(default_factory=list)
    anchor: int = 0
    neighbours: Sequence["Case"] = ()

    def bundle(self, *, first: int | None = None, newest: int | None = None) -> Json:
        """Return the bundle of the hop between two sizes of its log."""
        newest = newest or len(self.log.leaves)
        first = first or newest
        entries = [self.log.entry(index, newest) for index in self.indexes]
        read = [one["fields"] for one in entries]
        return {
            "format": "wian-evidence/1",
            "hop_id": str(self.hop_id),
            "checkpoint": {"note": self.log.note(newest), "time_stamp": None},
            "first_checkpoint": {
                "note": self.log.note(first),
                "time_stamp": None,
                "consistency": [one.hex() for one in self.log.proof(first, 0, newest)],
            },
            "entries": entries,
            "letter": self.letter,
            "names": names_of(read),
            "summary": summary_of(read, self.letter, self.log.origin, newest),
        }


def names_of(read: list[Json]) -> Json:
    """Return the names that recorded entries hold."""
    named = [one for one in read if "name" in one.get("facts", {})]
    registries = {
        one["registry_id"]: one["facts"]["name"]
        for one in named
        if one["kind"] == "registry_recorded"
    }
    officers = {
        one["facts"]["id"]: one["facts"]["name"]
        for one in named
        if one["kind"] == "officer_recorded"
    }
    return {"registries": registries, "officers": officers}


def summary_of(read: list[Json], letter: Json, origin: str, size: int) -> str:
    """Return the summary, as the ledger writes it."""
    hop_ids = {one["hop_id"] for one in read if one["kind"] == "sent"}
    events = [one for one in read if one["record"] == "event" and one["hop_id"] in hop_ids]
    return summarize_evidence(
        EvidenceStory(
            letter=letter,
            events=sorted(events, key=lambda one: int(one["id"])),
            receipt=next((one for one in read if one["record"] == "entry"), None),
            **names_of(read),
            origin=origin,
            size=size,
        )
    )


@dataclass(kw_only=True, slots=True)
class Writer:
    """Writes hops into a log, each at random, with rows of others in between."""

    log: Log
    rng: Random
    at: datetime = datetime(2021, 3, 2, 2, tzinfo=UTC)
    events: int = 0
    next_letter: Json | None = None

    def uuid(self) -> UUID:
        """Return a new id."""
        return UUID(bytes=self.rng.randbytes(16))

    def wait(self) -> datetime:
        """Return a later instant."""
        self.at += timedelta(microseconds=self.rng.randrange(1, 10**10))
        return self.at

    def event(
        self, kind: str, facts: Mapping[str, object], *, at: datetime | None = None, **ids: UUID
    ) -> int:
        """Append an event and return its index."""
        self.events += 1
        written = json.dumps(facts, ensure_ascii=False).encode()
        return self.log.append(
            row(
                b"event",
                number(self.events, 8),
                instant(at or self.wait()),
                kind.encode(),
                ids.get("registry_id", UUID(int=0)).bytes,
                ids.get("officer_id", UUID(SYSTEM)).bytes,
                *(
                    optional(ids.get(name))
                    for name in ("circular_id", "letter_id", "dispatch_id", "hop_id")
                ),
                b"normal",
                self.rng.choice((None, b"normal", b"urgent")),
                truth(self.rng.choice((None, True, False))),
                b"\x01" + written,
            )
        )

    def noise(self, most: int = 2) -> None:
        """Append rows that have nothing to do with the hop."""
        for _ in range(self.rng.randint(0, most)):
            self.event("reminded", {"step": "arrived"}, hop_id=self.uuid())

    def letter(self) -> Json:
        """Return the content of a letter."""
        running = self.rng.randint(1, 9_999)
        return {
            "number": f"บก 0023.4/ว {running}",
            "dated": f"2021-{self.rng.randint(1, 12):02}-{self.rng.randint(1, 28):02}",
            "subject": self.rng.choice(_SUBJECTS),
            "body": "ด้วย " + "ก" * self.rng.randint(0, 80),
            "urgency": self.rng.choice(("normal", "urgent", "most_urgent", "urgent_within")),
            "secrecy": self.rng.choice(("normal", "secret", "very_secret")),
            "deliver_by": None,
            "attachments": [
                {"file_name": f"แผ่นที่ {nth}.pdf", "sha256": self.rng.randbytes(32).hex()}
                for nth in range(self.rng.randint(0, 2))
            ],
        }

    def hop(self, *, is_registered: bool = True, is_named: bool = True) -> Case:
        """Write the life of a hop."""
        case = Case(log=self.log, hop_id=self.uuid(), letter=self.next_letter or self.letter())
        sender, recipient, clerk, other = (self.uuid() for _ in range(4))
        letter_id, dispatch_id = self.uuid(), self.uuid()
        ids = {"circular_id": letter_id, "letter_id": letter_id, "dispatch_id": dispatch_id}
        near = ids | {"hop_id": case.hop_id, "registry_id": recipient, "officer_id": other}
        if is_named:
            officers = (clerk, other) if is_registered else (clerk,)
            self._record_names(case, registries=(sender, recipient), officers=officers)
        away = {"registry_id": sender, "officer_id": clerk}
        self._issue(case, away | {"circular_id": letter_id, "letter_id": letter_id})
        self._note(case, "dispatched", {"recipients": 1}, away | ids)
        facts = {"recipient_registry_id": str(recipient)}
        case.anchor = self._note(case, "sent", facts, away | ids | {"hop_id": case.hop_id})
        if is_registered:
            case.anchor = self._register(case, near)
            for kind in self.rng.sample(_LATER, self.rng.randint(0, 3)):
                self._note(case, kind, {"remark": self.rng.choice(_REMARKS)}, near)
        self.noise()
        return case

    def _record_names(
        self, case: Case, *, registries: tuple[UUID, ...], officers: tuple[UUID, ...]
    ) -> None:
        for one in registries:
            name = {"code": "x", "name": f"หน่วย {one.hex[:4]}"}
            self._note(case, "registry_recorded", name, {"registry_id": one})
        for one in officers:
            name = {"name": f"นาย {one.hex[:4]}"}
            self._note(case, "officer_recorded", name | {"id": str(one)}, {})

    def _issue(self, case: Case, ids: Mapping[str, UUID]) -> None:
        text = json.dumps(case.letter, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        facts = {"number": case.letter["number"], "sha256": sha256(text.encode()).hexdigest()}
        self._note(case, "letter_issued", facts, ids)

    def _register(self, case: Case, near: Mapping[str, UUID]) -> int:
        at, has_time = self.wait(), self.rng.random() < 0.7
        stamped = at - timedelta(hours=self.rng.randint(0, 40))
        receipt = self.rng.randint(1, 99_999)
        index = self.log.append(
            row(
                b"entry",
                self.uuid().bytes,
                self.uuid().bytes,
                number(receipt, 4),
                number(receipt, 4),
                b"allocated",
                None,
                case.hop_id.bytes,
                instant(stamped),
                truth(has_time),
                instant(at),
                near["officer_id"].bytes,
                self.rng.choice((None, "ลงย้อนหลัง".encode())),
                truth(self.rng.random() < 0.1),
                self.rng.randbytes(32),
            )
        )
        case.indexes.append(index)
        facts = {
            "number": receipt,
            "stamped_at": stamped.isoformat(),
            "stamp_has_time": has_time,
            "before": "sent",
            "after": "registered",
        }
        self._note(case, "registered", facts, near, at=at)
        return index

    def _note(
        self,
        case: Case,
        kind: str,
        facts: Mapping[str, object],
        ids: Mapping[str, UUID],
        *,
        at: datetime | None = None,
    ) -> int:
        self.noise()
        index = self.event(kind, facts, at=at, **ids)
        case.indexes.append(index)
        return index


def edited(bundle: Json, change: Callable[[Json], object]) -> bytes:
    """Return the bytes of a copy of a bundle in which something was changed."""
    copy: Json = json.loads(serialize(bundle))
    change(copy)
    return serialize(copy)


def retold(case: Case, bundle: Json, change: Callable[[Json], object]) -> bytes:
    """Return the bytes of a changed copy whose summary fits what it shows: a careful forger's."""
    copy: Json = json.loads(edited(bundle, change))
    read = [one["fields"] for one in copy["entries"]]
    size = int(copy["checkpoint"]["note"].split("\n")[1])
    return serialize(copy | {"summary": summary_of(read, copy["letter"], case.log.origin, size)})
