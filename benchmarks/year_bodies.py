"""The bodies of a made-up nation: agencies, provinces, districts, local bodies; a desk each."""

from contextlib import ExitStack
from dataclasses import dataclass, field
from random import Random
from typing import Final

from benchmarks.copy_rows import NULL, TableCopy, int4, json_text, raw, text, uuid_of, uuid_text
from benchmarks.year_days import DAY

FOUNDED: Final = -(8 * 365 * 86_400_000_000)
"""Bodies are older than what happens; microseconds since 2000."""

_VALID_FROM = int4(FOUNDED // 86_400_000_000)
_LETTERS = "กขคฆงจฉชซญ"
_SLOW_SHARE, _NEGLECTFUL_SHARE = 0.10, 0.03

OFFICER_SUFFIXES: Final = {"clerk": "clerk", "head": "head", "auditor": "auditor"}
"""What stands behind the code of a desk in the names under which its officers sign in."""


@dataclass(frozen=True, kw_only=True)
class Size:
    """How many bodies of each tier."""

    agencies: int = 2
    provinces: int = 76
    districts: int = 878
    locals: int = 7_850


NATION: Final = Size()
"""8,806 bodies, as many as the real ones."""


@dataclass(kw_only=True, slots=True, eq=False)
class Desk:
    """A body with its desk and officers; ids are fields of COPY.

    Attributes:
        slowness: Seconds of working time that it takes to register a letter, on average.
        neglects: Share of the letters that it never registers.
        above: The body above it.
        below: The bodies below it.
        books: Its registers by book and class of secrecy.
    """

    code: str
    organization_id: bytes
    registry_id: bytes
    clerk: bytes
    head: bytes
    auditor: bytes
    prefix: str
    slowness: float
    neglects: float
    above: "Desk | None"
    below: "list[Desk]" = field(default_factory=list)
    books: dict[tuple[str, str], "Register"] = field(default_factory=dict)

    # Fields that many rows have; of the clerk, and of the head, who acts on secret letters.
    signs: tuple[bytes, bytes] = (b"", b"")
    hashed: tuple[str, str] = ("", "")
    named: bytes = b""

    def __post_init__(self) -> None:
        self.signs = (self.registry_id + self.clerk, self.registry_id + self.head)
        self.hashed = (f"36:{uuid_text(self.clerk)}-", f"36:{uuid_text(self.head)}-")
        self.named = json_text(f'{{"recipient_registry_id":"{uuid_text(self.registry_id)}"}}')

    def officer(self, is_secret: bool) -> bytes:
        """Return who acts here on a letter."""
        return self.head if is_secret else self.clerk


@dataclass(kw_only=True, slots=True, eq=False)
class Register:
    """One book of a desk while it is written; `words` is its id as it is hashed."""

    id: bytes
    words: str
    positions: int = 0
    head_hash: bytes = bytes(32)
    last_recorded_at: int = 0


@dataclass(frozen=True, kw_only=True)
class Bodies:
    """The nation by tier."""

    agencies: list[Desk]
    provinces: list[Desk]
    districts: list[Desk]
    locals: list[Desk]

    @property
    def desks(self) -> list[Desk]:
        """Every desk."""
        return [*self.agencies, *self.provinces, *self.districts, *self.locals]


def make_bodies(size: Size, rng: Random) -> Bodies:
    """Invent the bodies of a nation."""
    agencies = [_desk(rng, f"year-a-{nth:02d}", nth, "0100", None) for nth in range(size.agencies)]
    provinces = [
        _desk(rng, f"year-p-{nth:02d}", nth, "0017", None) for nth in range(size.provinces)
    ]
    districts = [
        _desk(rng, f"year-d-{nth:03d}", nth, "0118", provinces[nth % size.provinces])
        for nth in range(size.districts)
    ]
    local_bodies = [
        _desk(rng, f"year-l-{nth:04d}", nth, "7100", districts[nth % size.districts])
        for nth in range(size.locals)
    ]
    # A few desks hardly work with the system: their inboxes fill.
    for desk in local_bodies:
        desk.neglects = 0.5 if rng.random() < _NEGLECTFUL_SHARE else 0.002
    return Bodies(agencies=agencies, provinces=provinces, districts=districts, locals=local_bodies)


def _desk(rng: Random, code: str, nth: int, owner: str, above: Desk | None) -> Desk:
    def fresh() -> bytes:
        return uuid_of(FOUNDED, rng.getrandbits(64))

    desk = Desk(
        code=code,
        organization_id=fresh(),
        registry_id=fresh(),
        clerk=fresh(),
        head=fresh(),
        auditor=fresh(),
        prefix=f"{_LETTERS[nth // 10 % 10]}{_LETTERS[nth % 10]} {owner}.{nth}",
        slowness=(1.0 if rng.random() < _SLOW_SHARE else 0.12) * DAY,
        neglects=0.0,
        above=above,
    )
    if above is not None:
        above.below.append(desk)
    return desk


_TIERS: Final = {
    "a": ("national_agency", "สำนักงานส่วนกลางที่", ""),
    "p": ("province", "ศาลากลางจังหวัดที่", ""),
    "d": ("district", "ที่ว่าการอำเภอที่", "command"),
    "l": ("sao", "องค์การบริหารส่วนตำบลที่", "supervision"),
}


def write_bodies(url: str, bodies: Bodies, rng: Random) -> None:
    """Write the bodies with their desks, officers and roles, as the owner."""
    with ExitStack() as stack:

        def table(name: str, columns: str) -> TableCopy:
            return TableCopy(stack, url, name, columns)

        organizations = table("organization", "id, code, kind, name, area_code, valid_from")
        for nth, desk in enumerate(bodies.desks):
            kind, title, _ = _TIERS[desk.code[5]]
            name = text(f"{title} {desk.code[7:]}")
            organizations.add(
                desk.organization_id,
                text(desk.code),
                text(kind),
                name,
                _area(desk, nth),
                _VALID_FROM,
            )
        organizations.end()
    with ExitStack() as stack:
        _write_desks(stack, url, bodies, rng)
    with ExitStack() as stack:
        _write_roles(stack, url, bodies, rng)


def _area(desk: Desk, nth: int) -> bytes:
    province = desk
    while province.above is not None:
        province = province.above
    if desk.code[5] == "a":
        return NULL
    code = f"{10 + int(province.code[7:]) % 90}"
    return text(code if desk is province else f"{code}{nth % 100:02d}")


def _write_desks(stack: ExitStack, url: str, bodies: Bodies, rng: Random) -> None:
    registries = TableCopy(stack, url, "registry", "id, organization_id, code, name, prefix")
    edges = TableCopy(stack, url, "organization_edge", "id, child_id, parent_id, kind, valid_from")
    officers = TableCopy(stack, url, "officer", "id, subject, name, clearance")
    for desk in bodies.desks:
        _, title, kind = _TIERS[desk.code[5]]
        name = text(f"งานสารบรรณ {title} {desk.code[7:]}")
        registries.add(
            desk.registry_id, desk.organization_id, text(desk.code), name, text(desk.prefix)
        )
        if desk.above is not None:
            edge, above = uuid_of(FOUNDED, rng.getrandbits(64)), desk.above.organization_id
            edges.add(edge, desk.organization_id, above, text(kind), _VALID_FROM)
        for officer, suffix, clearance in _officers(desk):
            subject = f"{desk.code}-{suffix}"
            officers.add(officer, text(subject), text(f"เจ้าหน้าที่ {subject}"), text(clearance))
    for copy in (registries, edges, officers):
        copy.end()


def _write_roles(stack: ExitStack, url: str, bodies: Bodies, rng: Random) -> None:
    roles = TableCopy(stack, url, "officer_role", "id, officer_id, registry_id, role")
    for desk in bodies.desks:
        for officer, role, _ in _officers(desk):
            roles.add(uuid_of(FOUNDED, rng.getrandbits(64)), officer, desk.registry_id, text(role))
    roles.end()


def _officers(desk: Desk) -> list[tuple[bytes, str, str]]:
    return [
        (desk.clerk, OFFICER_SUFFIXES["clerk"], "normal"),
        (desk.head, OFFICER_SUFFIXES["head"], "very_secret"),
        (desk.auditor, OFFICER_SUFFIXES["auditor"], "normal"),
    ]


def write_registers(
    url: str, bodies: Bodies, *, year: int, opened_at: bytes, opened_by: bytes
) -> None:
    """Write the books as they stand at the end."""
    with ExitStack() as stack:
        registers = TableCopy(
            stack,
            url,
            "register",
            "id, registry_id, book, year, secrecy, opened_at, opened_by, allocated, positions,"
            " head_hash, last_recorded_at",
        )
        for desk in bodies.desks:
            for (book, secrecy), one in desk.books.items():
                last = (8).to_bytes(4) + one.last_recorded_at.to_bytes(8, signed=True)
                counts = int4(one.positions)
                registers.add(
                    *(one.id, desk.registry_id, text(book), int4(year), text(secrecy)),
                    *(opened_at, opened_by, counts, counts, raw(one.head_hash), last),
                )
        registers.end()
