"""What a made letter is to say, before anybody types it; nothing in it contradicts itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from random import Random
from typing import Literal

from benchmarks.letters import wording
from benchmarks.letters.offices import Office, Signature, draw_agency, draw_signature
from domain.document_number import DocumentNumber
from domain.intake.vocabulary import RequestKind
from domain.vocabulary import Secrecy, Urgency

Form = Literal["external", "memo", "stamped"]
_FIRST_DAY = date(2021, 1, 18)
_DAYS = 5 * 365


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """Something asked for until a day."""

    kind: RequestKind
    words: str
    day: date
    time: time | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """An occasion; without times it takes the whole day."""

    words: str
    place: str
    day: date
    begins: time | None
    ends: time | None
    has_weekday: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Matter:
    """What a letter and its cover letter both speak of.

    `figures` are a part, its whole, and how many decimals its percentage is printed with.
    """

    name: str
    subject: str
    asked: Sequence[Asked]
    held: Held | None
    figures: tuple[int, int, int] | None
    trap: str
    years: tuple[int, int] | None
    repeated: tuple[str, str, str] | None
    aside: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Cited:
    """A letter that another one cites."""

    office: Office
    number: DocumentNumber
    dated: date


@dataclass(frozen=True, kw_only=True, slots=True)
class LetterFacts:
    """Everything that one letter prints."""

    form: Form
    office: Office
    number: DocumentNumber
    dated: date
    urgency: Urgency
    secrecy: Secrecy
    addressees: Sequence[str]
    cited: Sequence[Cited]
    enclosed: Sequence[str | Cited]
    matter: Matter
    told_by: Office | None
    signature: Signature


def draw_day(draw: Random) -> date:
    """Draw a working day of the last years."""
    return working(_FIRST_DAY + timedelta(days=draw.randrange(_DAYS)))


def working(day: date) -> date:
    """Return the day, or the Monday after it."""
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)


def draw_number(draw: Random, office: Office, *, is_circular: bool) -> DocumentNumber:
    """Draw the number of a letter; some registers print leading zeros."""
    running = str(draw.randint(1, 4999))
    if draw.random() < 0.15:
        running = running.zfill(4)
    return DocumentNumber(
        letters=office.letters, owner=office.owner, is_circular=is_circular, running=running
    )


def draw_cited(draw: Random, before: date) -> Cited:
    """Draw an older letter."""
    office = draw_agency(draw)
    number = draw_number(draw, office, is_circular=draw.random() < 0.5)
    dated = working(before - timedelta(days=draw.randint(10, 200)))
    return Cited(office=office, number=number, dated=dated)


def draw_matter(draw: Random, dated: date) -> Matter:
    """Draw what is asked and held after a day, and what else the letter tells."""
    name = draw.choice(wording.MATTERS)
    year = dated.year + 543 + draw.randint(0, 1)
    held = _draw_held(draw, dated) if draw.random() < 0.6 else None
    part, low = draw.randint(40, 900), draw.randint(51, 70)
    whole = part + draw.randint(60, 4000)
    trap = draw.choice((*wording.TRAPS, "", ""))
    return Matter(
        name=name,
        subject=draw.choice(wording.SUBJECTS).format(matter=name, year=year),
        asked=_draw_asked(draw, dated, held),
        held=held,
        figures=(part, whole, draw.choice((2, 2, 1))) if draw.random() < 0.5 else None,
        trap=trap.format(a=low, b=low + draw.randint(1, 20)),
        years=(year, year + draw.choice((4, 5, 19))) if draw.random() < 0.4 else None,
        repeated=draw.choice(wording.REPEATED) if draw.random() < 0.6 else None,
        aside=draw.choice(wording.ASIDES),
    )


def _draw_held(draw: Random, dated: date) -> Held:
    begins = draw.choice((time(8, 30), time(9), time(9, 30), time(13), time(13, 30), None))
    ends = time(12 if begins.hour < 12 else 16, 30) if begins and draw.random() < 0.6 else None
    return Held(
        words=draw.choice(wording.OCCASIONS),
        place=draw.choice(wording.PLACES).format(n=draw.randint(1, 9)),
        day=working(dated + timedelta(days=draw.randint(30, 60))),
        begins=begins,
        ends=ends,
        has_weekday=draw.random() < 0.35,
    )


def _draw_asked(draw: Random, dated: date, held: Held | None) -> list[Asked]:
    kinds = draw.sample(list(RequestKind), k=draw.choice((0, 1, 1, 1, 2)))
    asked = [_draw_one(draw, dated, held, kind) for kind in kinds]
    return list({one.day: one for one in asked}.values())


def _draw_one(draw: Random, dated: date, held: Held | None, kind: RequestKind) -> Asked:
    latest = (held.day - dated).days - 3 if held else 60
    # What is done at the occasion can only be reported when it is over, and a cover letter that is
    # written a week and a half later must not ask for what is past.
    earliest = (held.day - dated).days + 5 if held and kind is RequestKind.REPORT else 16
    return Asked(
        kind=kind,
        words=draw.choice(wording.REQUESTS[kind]),
        day=working(dated + timedelta(days=draw.randint(earliest, max(latest, earliest + 9)))),
        time=time(16, 30) if draw.random() < 0.12 else None,
    )


def draw_letter(
    draw: Random, office: Office, addressees: Sequence[str], dated: date, form: Form
) -> LetterFacts:
    """Draw a letter of its own, without a cover."""
    is_circular = form != "memo" and draw.random() < 0.6
    return LetterFacts(
        form=form,
        office=office,
        number=draw_number(draw, office, is_circular=is_circular),
        dated=dated,
        urgency=draw.choice((*[Urgency.NORMAL] * 3, *wording.URGENCY_WORDS)),
        secrecy=draw.choice((*[Secrecy.NORMAL] * 9, *wording.SECRECY_WORDS)),
        addressees=addressees,
        cited=[draw_cited(draw, dated) for _ in range(draw.choice((0, 0, 1, 1, 2)))],
        enclosed=draw.sample(wording.ENCLOSURES, k=draw.choice((0, 0, 1, 2))),
        matter=draw_matter(draw, dated),
        told_by=None,
        signature=draw_signature(draw, office),
    )
