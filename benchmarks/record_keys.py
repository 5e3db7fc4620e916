"""What is looked at in a filled year: letters, inboxes and questions chosen at random."""

from dataclasses import dataclass
from dataclasses import fields as dataclass_fields
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from benchmarks.national_year import YEAR
from benchmarks.year_books import Look, YearBooks
from domain.vocabulary import EventKind
from services.list_events import AuditQuestion, list_events
from services.list_history import Subject, list_history
from services.list_inbox import InboxFilter, list_inbox

FULL_PAGE = 50
"""Rows of a page, as the API gives them."""

AUDIT_PAGE = 20
"""Events of a page of the record here: a small year has so many of every sort."""

_FIRST_DAY = datetime(YEAR, 1, 1, tzinfo=UTC)

# A random instant leads to a random hop; secret ones are read by others, and their reading is an
# event of its own.
_HOP = """
SELECT h.id, h.circular_id, d.letter_id, r.code, s.code
FROM unnest(%(places)s::uuid[]) AS place (id)
CROSS JOIN LATERAL (
    SELECT * FROM hop
    WHERE hop.id > place.id AND secrecy = 'normal' AND position >= %(position)s
    ORDER BY id LIMIT 1
) h
JOIN dispatch d ON d.id = h.dispatch_id
JOIN registry r ON r.id = h.recipient_registry_id
JOIN registry s ON s.id = h.senders[1]
"""
_FULLEST = """
SELECT r.code, count(*) AS waiting
FROM hop h JOIN registry r ON r.id = h.recipient_registry_id
WHERE h.settled_at IS NULL AND h.secrecy = 'normal'
GROUP BY r.code ORDER BY waiting DESC, r.code LIMIT %(desks)s
"""
_PROVINCES = """
SELECT r.code, r.id, o.id, officer.id
FROM registry r JOIN organization o ON o.id = r.organization_id
JOIN officer ON officer.subject = r.code || '-clerk'
WHERE o.kind = 'province' ORDER BY r.code
"""
# What the auditor may not see is counted too, so it is this page or a later one.
_DEEP = """
WITH RECURSIVE below (id) AS (
    SELECT %(organization)s::uuid
    UNION SELECT e.child_id FROM organization_edge e JOIN below ON e.parent_id = below.id
)
SELECT event.id FROM event WHERE registry_id = ANY (ARRAY(
    SELECT r.id FROM registry r JOIN below ON below.id = r.organization_id))
ORDER BY event.id DESC OFFSET %(rows)s LIMIT 1
"""


@dataclass(frozen=True, kw_only=True)
class Key:
    """One thing to look at: what it is called, and who looks."""

    name: str
    subject: str
    look: Look


def history_keys(books: YearBooks, rng: Random, count: int) -> list[Key]:
    """Choose timelines: of hops, of the letters they carry, and of circulars by who began them."""
    places = [_place(rng) for _ in range(count)]
    found = [
        # A circular that goes to so many fills a page, whatever the years are like.
        iter(books.query(_HOP, places=places[sort::3], position=FULL_PAGE // 2 if sort == 2 else 0))
        for sort in range(3)
    ]
    return [_history(nth, *next(found[nth % 3])) for nth in range(count)]


def _place(rng: Random) -> UUID:
    millis = int((_FIRST_DAY + timedelta(days=250 * rng.random())).timestamp() * 1000)
    return UUID(int=millis << 80 | rng.getrandbits(76))


def _history(nth: int, hop: UUID, circular: UUID, letter: UUID, to: str, root: str) -> Key:
    # The recipient sees its own part, the desk that began it sees everything.
    of, which, desk = (
        (Subject.HOP, hop, to),
        (Subject.LETTER, letter, to),
        (Subject.CIRCULAR, circular, root),
    )[nth % 3]

    async def look(session: Any, by: Any, at: datetime) -> Any:  # noqa: ANN401 (as `Look` says)
        page = await list_history(
            session, by=by, subject=of, subject_id=which, at=at, after=0, limit=FULL_PAGE
        )
        return page.items

    return Key(name=f"timeline of a {of.value}", subject=f"{desk}-clerk", look=look)


def inbox_keys(books: YearBooks, rng: Random, count: int, *, rows: int) -> list[Key]:
    """Choose desks in whose inbox so many letters wait that the first page is full."""
    desks = [code for code, waiting in books.query(_FULLEST, desks=2 * count) if waiting >= rows]

    async def look(session: Any, by: Any, at: datetime) -> Any:  # noqa: ANN401 (as `Look` says)
        return await list_inbox(session, by=by, chosen=InboxFilter(), at=at, after=None, limit=rows)

    return [
        Key(name="inbox", subject=f"{code}-clerk", look=look)
        for code in rng.choices(desks, k=count)
    ]


def full_inbox(books: YearBooks, desks: int) -> int:
    """Return how many rows of a page the fullest inboxes fill, a full page at most."""
    found = books.query(_FULLEST, desks=desks)
    return min(FULL_PAGE, int(found[-1][1]))


def audit_keys(books: YearBooks, rng: Random, count: int) -> list[Key]:
    """Choose questions of auditors of provinces, with one of several sets of filters each."""
    provinces = books.query(_PROVINCES)
    return [_audit(rng, nth, *rng.choice(provinces)) for nth in range(count)]


def _audit(
    rng: Random, nth: int, code: str, registry: UUID, organization: UUID, clerk: UUID
) -> Key:
    begins = _FIRST_DAY + timedelta(days=rng.randrange(150, 250))
    until = begins + timedelta(days=rng.randrange(90, 110))
    chosen = (
        AuditQuestion(registry_id=registry),
        AuditQuestion(organization_id=organization),
        AuditQuestion(officer_id=clerk),
        AuditQuestion(registry_id=registry, kinds=[rng.choice(_KINDS)]),
        AuditQuestion(organization_id=organization, since=begins, until=until),
        AuditQuestion(organization_id=organization, is_late=True),
    )[nth % 6]
    return audit_key(code, chosen)


_KINDS = (EventKind.SENT, EventKind.REGISTERED)


def audit_key(
    code: str, chosen: AuditQuestion, *, before: int | None = None, limit: int = AUDIT_PAGE
) -> Key:
    """Return a question of the auditor of a desk, from some event on."""

    async def look(session: Any, by: Any, at: datetime) -> Any:  # noqa: ANN401 (as `Look` says)
        page = await list_events(session, by=by, chosen=chosen, at=at, before=before, limit=limit)
        return page.items

    return Key(name=_named(chosen), subject=f"{code}-auditor", look=look)


def deep_keys(
    books: YearBooks, rng: Random, count: int, *, page: int
) -> tuple[list[Key], list[Key]]:
    """Choose questions about provinces: their first pages, and a page deep below each."""
    firsts, deeps = [], []
    for code, _, organization, _ in rng.choices(books.query(_PROVINCES), k=count):
        chosen = AuditQuestion(organization_id=organization)
        ((place,),) = books.query(_DEEP, organization=organization, rows=AUDIT_PAGE * (page - 1))
        firsts.append(audit_key(code, chosen))
        deeps.append(audit_key(code, chosen, before=place))
    return firsts, deeps


def events_key(code: str, registry: UUID) -> Key:
    """Return a full page of what one desk did, asked for by its auditor."""
    return audit_key(code, AuditQuestion(registry_id=registry), limit=FULL_PAGE)


def _named(chosen: AuditQuestion) -> str:
    default = AuditQuestion()
    fields = [one.name for one in dataclass_fields(AuditQuestion)]
    return "by " + ", ".join(
        name for name in fields if getattr(chosen, name) != getattr(default, name)
    )
