"""`wian audit`: the record, for whoever runs the system or in the name of an officer."""

import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, TextIO
from uuid import UUID

from cyclopts import Parameter
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from cli.calendar_input import counted, in_one_line, read_day
from cli.open_ledger import read_ledger
from domain.access import ActingOfficer
from domain.buddhist_era import BANGKOK, bangkok_date, bangkok_midnight
from domain.document_number import read_letter_search
from domain.notice_wording import one_line
from domain.vocabulary import EventKind, Secrecy, Urgency
from models import Letter, Officer, Organization, Registry
from services.export_events import PIECE, FileFormat, write_events, write_head
from services.find_letters import LetterQuestion, letters_by_number
from services.find_officer import find_officer
from services.list_events import AuditQuestion, find_events, note_events
from services.read_events import MOST_PLACES, EventFilter, EventPage, Order, read_events
from services.tell_events import EventItem
from services.visible_events import OPERATOR, Sight
from services.visible_hops import check_circular


@dataclass(frozen=True, kw_only=True, slots=True)
class _Asked:
    """What was typed; codes and numbers are looked up in the ledger."""

    letter: str | None
    circular: UUID | None
    organization: str | None
    registry: str | None
    officer: str | None
    kinds: Sequence[EventKind]
    urgency: Urgency | None
    since: date | None
    until: date | None
    is_late: bool | None
    reader: str | None

    @property
    def order(self) -> Order:
        """A journey is told from its beginning, everything else from its end."""
        is_journey = self.letter is not None or self.circular is not None
        return Order.OLDEST_FIRST if is_journey else Order.NEWEST_FIRST


def audit(  # noqa: PLR0913 (one for each filter)
    *,
    letter: str | None = None,
    circular: UUID | None = None,
    organization: str | None = None,
    registry: str | None = None,
    officer: str | None = None,
    kind: list[EventKind] | None = None,
    urgency: Urgency | None = None,
    since: str | None = None,
    until: str | None = None,
    late: bool | None = None,
    format: FileFormat | None = None,  # noqa: A002 (the name of the option)
    json: bool = False,
    output: Path | None = None,
    as_: Annotated[str | None, Parameter(name="--as")] = None,
) -> None:
    """Print the record: of a letter or a circular from the beginning, otherwise newest first.

    Without --as it holds nothing of secret letters.

    Parameters
    ----------
    letter
        Any number that is printed on it, such as "บก ๐๐๒๓.๔/ว ๙๒๗" or "ว 927".
    circular
        The id of a circular.
    organization
        Code of an organization: what its registries and those below it did.
    registry
        Code of a registry.
    officer
        Whom the token issuer knows under this name.
    kind
        Kinds of events; may be repeated.
    urgency
        Urgency of the letter.
    since
        First day in Bangkok, such as 2021-02-15.
    until
        Last day.
    late
        Only what happened after a deadline, or only before it.
    format
        csv or jsonl; otherwise lines to read.
    json
        The same as --format jsonl.
    output
        A file to write instead of the screen.
    as_
        Read with the rights and the clearance of this officer; reading secrets is recorded.
    """
    with in_one_line():
        asked = _Asked(
            letter=letter,
            circular=circular,
            organization=organization,
            registry=registry,
            officer=officer,
            kinds=kind or (),
            urgency=urgency,
            since=read_day(since) if since else None,
            until=read_day(until) if until else None,
            is_late=late,
            reader=as_,
        )
        form = FileFormat.JSONL if json and format is None else format
        if output is None:
            _print(asked, form, sys.stdout)
        else:
            _write(asked, form or FileFormat.CSV, output)


def _print(asked: _Asked, form: FileFormat | None, screen: TextIO) -> None:
    async def work(session: AsyncSession) -> None:
        if form is not None:
            # The mark at the beginning is for programs that open a file.
            screen.write(write_head(form).decode("utf-8-sig"))
        async for page in _pages(session, asked):
            if form is None:
                screen.writelines(f"{_line(item)}\n" for item in page.items)
            else:
                screen.write(write_events(form, page.items).decode())

    read_ledger(work)


def _write(asked: _Asked, form: FileFormat, output: Path) -> None:
    # Under another name until it is whole: half a record looks like one.
    draft = output.with_name(f"{output.name}.part")

    async def work(session: AsyncSession) -> int:
        written = 0
        with draft.open("wb") as file, _progress() as progress:
            task = progress.add_task("events", total=None)
            file.write(write_head(form))
            async for page in _pages(session, asked):
                file.write(write_events(form, page.items))
                written += len(page.items)
                progress.update(task, completed=written)
        return written

    try:
        written = read_ledger(work)
        draft.replace(output)
    finally:
        draft.unlink(missing_ok=True)
    print(f"Wrote {counted(written, 'event')} to {output}.")


@contextmanager
def _progress() -> Iterator[Progress]:
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        yield progress


async def _pages(session: AsyncSession, asked: _Asked) -> AsyncIterator[EventPage]:
    now = datetime.now(UTC)
    by = await _reader(session, asked.reader, now)
    sight = OPERATOR if by is None else Sight.of(by)
    wanted = await _wanted(session, asked, by, sight, now)
    after: int | None = None
    while True:
        page = await read_events(
            session,
            sight=sight,
            wanted=wanted,
            after=after,
            limit=PIECE,
            order=asked.order,
            patient=True,
        )
        if by is not None:
            await note_events(session, by=by, at=now, page=page)
        # Whoever reads it may be slow; no transaction waits for that.
        await session.commit()
        yield page
        if page.next is None:
            return
        after = page.next


async def _reader(
    session: AsyncSession, subject: str | None, now: datetime
) -> ActingOfficer | None:
    if subject is None:
        return None
    by = await find_officer(session, subject=subject, on=bangkok_date(now))
    if by is None:
        raise ValueError(f"No officer is known as {subject}.")
    return by


async def _wanted(
    session: AsyncSession, asked: _Asked, by: ActingOfficer | None, sight: Sight, now: datetime
) -> EventFilter:
    chosen = AuditQuestion(
        organization_id=await _found(session, Organization.code, asked.organization),
        registry_id=await _found(session, Registry.code, asked.registry),
        officer_id=await _found(session, Officer.subject, asked.officer),
        kinds=asked.kinds,
        urgency=asked.urgency,
        since=bangkok_midnight(asked.since) if asked.since else None,
        until=bangkok_midnight(asked.until + timedelta(days=1)) if asked.until else None,
        is_late=asked.is_late,
    )
    wanted = await find_events(session, chosen=chosen, sight=sight, today=bangkok_date(now))
    if asked.order is Order.NEWEST_FIRST:
        return wanted
    if asked.circular is not None:
        await _check_circular(session, asked.circular, by)
    # Of a journey everything that may be seen is told, whoever did it.
    is_placed = asked.organization is not None or asked.registry is not None
    return replace(
        wanted,
        registries=wanted.registries if is_placed else None,
        letters=await _letters(session, asked.letter, by) if asked.letter is not None else None,
        circular_id=asked.circular,
    )


async def _check_circular(
    session: AsyncSession, circular_id: UUID, by: ActingOfficer | None
) -> None:
    if by is not None:
        await check_circular(session, by=by, circular_id=circular_id)
        return
    begins = select(Letter.id).where(Letter.id == circular_id, Letter.secrecy == Secrecy.NORMAL)
    if await session.scalar(begins) is None:
        raise ValueError(f"No circular has the id {circular_id}.")


async def _letters(session: AsyncSession, number: str, by: ActingOfficer | None) -> Sequence[UUID]:
    question = LetterQuestion(search=read_letter_search(number), limit=MOST_PLACES + 1)
    found = await letters_by_number(session, by=by, asked=question)
    if not found:
        raise ValueError(f"No letter bears the number {one_line(number)}.")
    if len(found) > MOST_PLACES:
        raise ValueError(
            f"More than {MOST_PLACES} letters bear the number {one_line(number)}: type all of it."
        )
    return [one.id for one in found]


async def _found(
    session: AsyncSession, column: InstrumentedAttribute[str], code: str | None
) -> UUID | None:
    if code is None:
        return None
    found: UUID | None = await session.scalar(select(column.class_.id).where(column == code))
    if found is None:
        raise ValueError(f"No {column.class_.__tablename__} is known as {one_line(code)}.")
    return found


def _line(item: EventItem) -> str:
    at = f"{item.at.astimezone(BANGKOK):%Y-%m-%d %H:%M}"
    told = (at, item.story.text, item.letter_number, item.registry, item.officer)
    return "  ".join(one_line(part) for part in told if part)
