"""The bodies that the ledger knows, as an import finds them and changes them in memory."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from rapidfuzz import fuzz, process
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.vocabulary import OrganizationKind
from services.bodies.claims import Key
from services.bodies.words import compared
from services.record_directory import NO_REGISTRY

_LEAST_LIKENESS = 50


@dataclass(kw_only=True, slots=True, eq=False)
class Body:
    """One organization, known or to come; `code` is what tells it apart."""

    code: str
    kind: OrganizationKind
    name: str
    area_code: str | None
    valid_from: date
    valid_until: date | None = None
    has_desk: bool = False
    is_supervised: bool = False
    is_new: bool = False

    @property
    def key(self) -> Key:
        """What tells a local body from every other of its day."""
        length = 2 if self.kind is OrganizationKind.PAO else 4
        return self.kind, (self.area_code or "")[:length], compared(self.name)

    def lived_on(self, day: date) -> bool:
        """Return whether it was there on a day."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


@dataclass(kw_only=True, slots=True)
class BodyDirectory:
    """All bodies by code, by key, and by the names that they once had."""

    bodies: dict[str, Body] = field(default_factory=dict)
    desks: dict[str, str] = field(default_factory=dict)
    _by_key: dict[Key, list[Body]] = field(default_factory=dict)
    _by_home: dict[tuple[OrganizationKind, str], list[Body]] = field(default_factory=dict)
    _former: dict[Key, list[tuple[Body, date]]] = field(default_factory=dict)

    def add(self, body: Body) -> None:
        """Take in a body."""
        self.bodies[body.code] = body
        kind, home, _ = body.key
        self._by_key.setdefault(body.key, []).append(body)
        self._by_home.setdefault((kind, home), []).append(body)

    def rename(self, body: Body, name: str, on: date) -> None:
        """Let a body have another name from a day on."""
        self._by_key[body.key].remove(body)
        self.remember(body, body.key, on)
        body.name = name
        self._by_key.setdefault(body.key, []).append(body)

    def remember(self, body: Body, key: Key, on: date) -> None:
        """Keep that a body bore the name of `key` until `on`."""
        self._former.setdefault(key, []).append((body, on))

    def of_key(self, key: Key, *, since: date | None, ended: date | None = None) -> Body | None:
        """Return the body that bears a name, one that ended only if it did not before `since`.

        Names are given again. Of several bodies the one that ended on `ended` is meant, then the
        one that was there on `since`, then the first after that day; without one, the last.
        """

        def fitness(body: Body) -> tuple[bool, bool, int]:
            is_ended = ended is not None and body.valid_until == ended
            if since is None:
                return is_ended, True, (body.valid_until or date.max).toordinal()
            return is_ended, body.lived_on(since), -body.valid_from.toordinal()

        found = [
            body
            for body in self._by_key.get(key, ())
            if since is None or body.valid_until is None or body.valid_until >= since
        ]
        return max(found, key=fitness, default=None)

    def once(self, key: Key, *, since: date | None) -> Body | None:
        """Return the body that bore a name before, one that bore it on `since` if there is one."""
        found = [body for body, day in self._former.get(key, ()) if since is None or since < day]
        there = [body for body in found if since is not None and body.lived_on(since)]
        return next(iter(there or found), None)

    def renamed_on(self, body: Body, key: Key) -> list[date]:
        """Return when a body gave up the name of `key`."""
        return [day for one, day in self._former.get(key, ()) if one is body]

    def ever_called(self, body: Body, key: Key) -> bool:
        """Return whether a body bears a name or once did."""
        return body.key == key or bool(self.renamed_on(body, key))

    def who_was(self, key: Key) -> list[tuple[Body, date]]:
        """Return who bore a name before, with the day on which that ended."""
        return self._former.get(key, [])

    def here(self, home: str, kinds: Iterable[OrganizationKind]) -> list[Body]:
        """Return the bodies of some kinds within an area."""
        return [body for kind in kinds for body in self._by_home.get((kind, home), ())]

    def nearest(self, name: str, home: str, kinds: Iterable[OrganizationKind]) -> list[str]:
        """Return up to three names of bodies within an area that resemble `name` most."""
        names = [body.name for body in self.here(home, kinds)]
        found = process.extract(
            name, names, scorer=fuzz.WRatio, limit=3, score_cutoff=_LEAST_LIKENESS
        )
        return [name for name, _, _ in found]


_BODIES = text("""
SELECT o.code, o.kind, o.name, o.area_code, o.valid_from, o.valid_until,
    EXISTS (SELECT FROM registry r WHERE r.organization_id = o.id) AS has_desk,
    EXISTS (SELECT FROM organization_edge e
        WHERE e.child_id = o.id AND e.kind = 'supervision') AS is_supervised
FROM organization o ORDER BY o.code
""")
_DESKS = text("""
SELECT r.code, o.code AS body FROM registry r JOIN organization o ON o.id = r.organization_id
""")
# What concerns no registry is the directory alone: few events, and an index leads to them.
_RENAMED = text("""
SELECT facts->>'code' AS code, facts->'old'->>'name' AS name, CAST(facts->>'on' AS date) AS day
FROM event
WHERE registry_id = :nowhere AND kind = 'organization_recorded' AND facts->>'change' = 'rename'
ORDER BY id
""")


async def load_bodies(session: AsyncSession) -> BodyDirectory:
    """Read every body, which desks there are, and who was called what before."""
    directory = BodyDirectory()
    for row in (await session.execute(_BODIES)).mappings():
        directory.add(Body(**{**row, "kind": OrganizationKind(row["kind"])}))
    for desk in await session.execute(_DESKS):
        directory.desks[desk.code] = desk.body
    for past in await session.execute(_RENAMED, {"nowhere": NO_REGISTRY}):
        body = directory.bodies.get(past.code)
        if body is not None:
            directory.remember(body, (*body.key[:2], compared(past.name)), past.day)
    return directory
