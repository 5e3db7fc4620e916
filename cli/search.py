"""`wian search`: letters by what they say, for whoever runs the system."""

import json as json_format
from datetime import UTC, datetime
from uuid import UUID

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from sqlalchemy.ext.asyncio import AsyncSession

from cli.calendar_input import counted, in_one_line
from cli.open_ledger import act_on_ledger, read_ledger
from domain.notice_wording import one_line
from services.index_letter import count_lacking, forget_index, index_letters
from services.search.results import FoundLetter
from services.search_letters import SearchPage, SearchQuestion, search_letters

_BATCH = 200


def search(
    question: str | None = None,
    *,
    limit: int = 20,
    json: bool = False,
    reindex: bool = False,
    all_: bool = False,
) -> None:
    """Print the letters that say what was asked for, without secret ones.

    Parameters
    ----------
    question
        Words, names, numbers or a piece of text.
    limit
        Most letters to print.
    json
        One object a line.
    reindex
        Instead of a search, enter the letters that the index does not have; it may be stopped and
        started again.
    all_
        With --reindex: enter every letter anew.
    """
    with in_one_line():
        if reindex:
            _reindex(is_whole=all_)
        elif question is None:
            raise ValueError('Type what to look for, such as wian search "ประชุมชี้แจง".')
        else:
            _print(question, limit=limit, as_json=json)


def _print(question: str, *, limit: int, as_json: bool) -> None:
    async def work(session: AsyncSession) -> SearchPage:
        asked = SearchQuestion(text=question, limit=limit)
        return await search_letters(session, by=None, asked=asked, at=datetime.now(UTC))

    found = read_ledger(work)
    for item in found.items:
        print(json_format.dumps(_told(item), ensure_ascii=False) if as_json else _line(item))
    if not as_json and found.next is not None:
        print(f"There may be more than these {counted(len(found.items), 'letter')}.")


def _told(item: FoundLetter) -> dict[str, object]:
    letter = item.letter
    return {
        "letter_id": str(letter.id),
        "number": letter.number,
        "dated": letter.dated.isoformat(),
        "subject": letter.subject,
        "registry": item.registry,
        "organization": item.organization,
        "match": item.match.value,
        "snippet": item.snippet.text,
        "marks": [list(mark) for mark in item.snippet.marks],
    }


def _line(item: FoundLetter) -> str:
    letter = item.letter
    told = (f"{letter.dated:%Y-%m-%d}", letter.number, item.registry, letter.subject)
    return "  ".join(one_line(part) for part in told)


def _reindex(*, is_whole: bool) -> None:
    if is_whole:
        act_on_ledger(forget_index)
    print(f"Entered {counted(read_ledger(_enter_all), 'letter')}.")


async def _enter_all(session: AsyncSession) -> int:
    console, entered = Console(stderr=True), 0
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("letters", total=await count_lacking(session))
        last: UUID | None = None
        while batch := await index_letters(session, after=last, limit=_BATCH):
            # What is entered stays, whenever the rest is broken off.
            await session.commit()
            last, entered = batch[-1], entered + len(batch)
            progress.update(task, completed=entered)
    return entered
