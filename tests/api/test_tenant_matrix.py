"""Every route × role × foreign desk × class of secrecy: who must not know is told of nothing.

Whoever asks has a good token. What the person may know of is worked out from the rows of the
ledger one by one (tests/support/sight.py), without a word of the application.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final
from uuid import uuid4

import httpx2
import pytest

from domain.vocabulary import Role, Secrecy
from tests.support.guarded_desk import Guarded
from tests.support.http_desk import PROBLEM, Json
from tests.support.letters import ACKNOWLEDGE_BY, REGISTER_BY
from tests.support.routes import guarded_routes, names_in, query_of
from tests.support.secrets import CLASSES, Person

Route = tuple[str, str]
Ids = Mapping[str, str]

AT_ONCE: Final = 3
TOP: Final = CLASSES[-1]

REASON: Json = {"reason": "ส่งผิดหน่วยงาน"}
ORDER: Json = {
    "recipients": ["{organization_id}"],
    "register_by": REGISTER_BY.isoformat(),
    "acknowledge_by": ACKNOWLEDGE_BY.isoformat(),
}
POST: Json = {"post": "clerk", "first_day": "2021-03-22", "last_day": "2021-03-26"}
BODIES: Mapping[str, Json | None] = {
    "/v1/dispatches": {"letter_id": "{letter_id}"} | ORDER,
    "/v1/dispatches/{dispatch_id}/closure": REASON,
    "/v1/dispatches/{dispatch_id}/extension": {"days": 1} | REASON,
    "/v1/dispatches/{dispatch_id}/resumption": REASON,
    "/v1/dispatches/{dispatch_id}/suspension": REASON,
    "/v1/hops/{hop_id}/acknowledgment": {},
    "/v1/intake": {"registry_id": "{registry_id}", "text": "เรื่อง ขอให้รายงานผล"},
    "/v1/intake/{intake_id}/discard": REASON,
    "/v1/intake/{intake_id}/dispatch": {"acknowledge_by": ACKNOWLEDGE_BY.isoformat()},
    "/v1/intake/{intake_id}/recipients": {"organization_id": "{organization_id}"},
    "/v1/intake/{intake_id}/recipients/{position}": {"left_out": True},
    "/v1/intake/{intake_id}/values": {"values": {"subject": "ขอให้รายงานผล"}},
    "/v1/hops/{hop_id}/extension": {"days": 1} | REASON,
    "/v1/hops/{hop_id}/forward": ORDER,
    "/v1/hops/{hop_id}/recall": REASON,
    "/v1/hops/{hop_id}/receipt": None,
    "/v1/hops/{hop_id}/refusal": REASON,
    "/v1/hops/{hop_id}/resumption": REASON,
    "/v1/hops/{hop_id}/return": REASON,
    "/v1/hops/{hop_id}/suspension": REASON,
    "/v1/letters": {"registry_id": "{registry_id}", "subject": "ขอให้รายงานผล"},
    "/v1/mails/resend": {"mail_ids": ["{mail_id}"]},
    "/v1/notices/{notice_id}/reading": None,
    "/v1/posts/{post_period_id}/withdrawal": None,
    "/v1/registers": {"registry_id": "{registry_id}", "book": "outgoing", "year": 2031},
    "/v1/registers/{register_id}/voids": {"number": 1} | REASON,
    "/v1/registries/{registry_id}/posts": POST | REASON,
}
"""What a POST says; an id in braces is that of whatever is asked about."""

NAMED: Mapping[Route, str] = {
    ("POST", "/v1/dispatches"): "letter_id",
    ("POST", "/v1/intake"): "registry_id",
    ("POST", "/v1/letters"): "registry_id",
    ("POST", "/v1/mails/resend"): "mail_id",
    ("POST", "/v1/registers"): "registry_id",
}
"""What is named in a body and not in the path."""

ABOUT_NOBODY: Final = frozenset(
    {("POST", "/v1/calendar/overrides"), ("PUT", "/v1/files/{digest}"), ("GET", "/v1/plans")}
)
"""What says nothing of what anybody holds: tested beside the others in test_access.py."""

EVERYBODYS: Final = frozenset({"organization_id", "officer_id"})
"""Ids of the directory, which everybody may name: what is told is looked through like a list."""

DESKS: Final = {"POST": 1, "GET": 3}
"""On how many of the ten desks a route is tried for each role and class, in turn; lists on all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """Somebody asks a route about what a desk holds of a class of secrecy."""

    route: Route
    person: Person
    desk: str
    secrecy: Secrecy
    ids: Ids
    is_bare: bool = False


def _name_of(route: Route) -> str | None:
    """Return which id decides whether there is an answer; a list names none."""
    names = sorted(names_in(route[1]) - EVERYBODYS - {"registry_id", "year"})
    if names or route in NAMED:
        return NAMED.get(route) or names[0]
    return "registry_id" if "registry_id" in names_in(route[1]) else None


def _routes(guarded: Guarded) -> list[Route]:
    return [route for route in guarded_routes(guarded.api.app) if route not in ABOUT_NOBODY]


def _about_a_row(guarded: Guarded) -> dict[Route, str]:
    named = {route: _name_of(route) for route in _routes(guarded)}
    return {route: name for route, name in named.items() if name is not None}


def _hidden_from(
    guarded: Guarded, person: Person, about: tuple[Route, str], desk: str, secrecy: Secrecy
) -> Question | None:
    route, name = about
    ids = guarded.subject(desk, secrecy)
    if guarded.knows(person, name, ids):
        return None
    return Question(route=route, person=person, desk=desk, secrecy=secrecy, ids=ids)


def _foreign(guarded: Guarded) -> Iterator[Question]:
    """Return what desks ask about others, though they might know of every class."""
    desks = list(guarded.planted.directory.desks)
    for turn, about in enumerate(_about_a_row(guarded).items()):
        for secrecy in CLASSES:
            for nth, role in enumerate(Role):
                start = 3 * (turn + nth) % len(desks)
                owners = desks[start:] + desks[:start]
                for owner in owners[: DESKS[about[0][0]]]:
                    asking = (
                        Person(desk=name, role=role, clearance=TOP)
                        for name in owners
                        if name != owner
                    )
                    found = (_hidden_from(guarded, one, about, owner, secrecy) for one in asking)
                    yield from [one for one in found if one is not None][:1]


def _uncleared(guarded: Guarded) -> Iterator[Question]:
    """Return what is asked at the very desk that holds it, by whom the class is too high for."""
    for about in _about_a_row(guarded).items():
        for above, secrecy in pairwise(CLASSES):
            for role in Role:
                for desk in guarded.planted.directory.desks:
                    person = Person(desk=desk, role=role, clearance=above)
                    question = _hidden_from(guarded, person, about, desk, secrecy)
                    cleared = replace(person, clearance=TOP)
                    if question and guarded.knows(cleared, about[1], question.ids):
                        yield question
                        break


async def _ask(guarded: Guarded, question: Question) -> httpx2.Response:
    (method, path), ids = question.route, question.ids
    officer = guarded.client(question.person, is_bare=question.is_bare)
    place = path.format_map(ids)
    if method == "GET":
        books = {"secrecy": ids["secrecy"]} if "{book}" in path else {}
        return await officer.ask(method, place, params=query_of(path, ids) | books)
    headers = {"Idempotency-Key": str(uuid4())}
    return await officer.ask(method, place, headers=headers, json=_filled(BODIES[path], ids))


def _filled(said: object, ids: Ids) -> object:
    match said:
        case str():
            return said.format_map(ids)
        case list():
            return [_filled(one, ids) for one in said]
        case dict():
            return {name: _filled(one, ids) for name, one in said.items()}
        case _:
            return said


async def _nothing(guarded: Guarded) -> dict[Route, str]:
    """Return what each route says of something that does not exist."""
    ids = dict.fromkeys(guarded.subject("hall", Secrecy.NORMAL), str(uuid4()))
    ids |= {"digest": "ab" * 32, "book": "incoming", "year": "2021", "secrecy": "normal"}
    ids["position"] = "0"
    told = {}
    for route in _about_a_row(guarded):
        anybody = Person(desk="stranger", role=Role.HEAD, clearance=TOP)
        answer = await _ask(
            guarded,
            Question(route=route, person=anybody, desk="", secrecy=Secrecy.NORMAL, ids=ids),
        )
        assert (answer.status_code, answer.headers["content-type"]) == (404, PROBLEM), answer.text
        told[route] = answer.text
    return told


# Before both walls, everything; before the first alone, a part that reaches every route.
WALLS = pytest.mark.parametrize(
    ("is_bare", "every"),
    [pytest.param(False, 1, id="both walls"), pytest.param(True, 7, id="without policies")],
)


def test_every_act_is_in_the_matrix(guarded: Guarded) -> None:
    posts = {path for method, path in _routes(guarded) if method == "POST"}
    assert set(BODIES) == posts
    assert len(_about_a_row(guarded)) >= 47


@WALLS
async def test_what_one_must_not_know_of_is_as_if_it_were_not(
    guarded: Guarded, is_bare: bool, every: int
) -> None:
    nothing = await _nothing(guarded)
    questions = [*_foreign(guarded), *_uncleared(guarded)][::every]
    asked = Counter[Route]()

    async def judge(question: Question) -> None:
        answer = await _ask(guarded, replace(question, is_bare=is_bare))
        # The same bytes as for an id that never was: nothing to tell them apart by.
        told = (answer.status_code, answer.headers["content-type"], answer.text)
        assert told == (404, PROBLEM, nothing[question.route]), question
        asked[question.route] += 1

    async with guarded.api.nothing_written():
        await _side_by_side(judge, questions)
    assert set(asked) == set(nothing)
    assert min(asked.values()) >= len(CLASSES) * len(Role) // every, asked
    print(f"{asked.total():,} questions after foreign or secret rows: 0 answered")  # noqa: T201 (asked for)


@WALLS
async def test_a_list_holds_no_foreign_row(guarded: Guarded, is_bare: bool, every: int) -> None:
    """Each answer is searched for every id and every word that the person must not know of."""
    lists = [route for route in _routes(guarded) if _name_of(route) is None]
    asking = guarded.planted.people()
    questions = [
        Question(
            route=route,
            person=person,
            desk=person.desk,
            secrecy=person.clearance,
            ids=guarded.subject(person.desk, person.clearance),
            is_bare=is_bare,
        )
        for turn, route in enumerate(lists)
        # Each role of each desk, in a clearance that changes from list to list.
        for person in asking[turn % len(CLASSES) :: len(CLASSES)]
    ][::every]
    pairs, answers = set[tuple[Route, Role, str, str, Secrecy]](), Counter[Route]()

    async def judge(question: Question) -> None:
        answer, person = await _ask(guarded, question), question.person
        assert answer.status_code in _ANSWERS.get(question.route, {200}), answer.text
        assert guarded.leaks(person, answer.text) == [], question
        answers[question.route] += 1
        pairs.update(
            (question.route, person.role, person.desk, desk, secrecy)
            for desk in guarded.planted.directory.desks
            for secrecy in CLASSES
            if desk != person.desk
        )

    await _side_by_side(judge, questions)
    assert set(answers) == set(lists)
    assert len(pairs) * every >= 10_000
    print(f"{answers.total():,} lists, {len(pairs):,} pairs: 0 foreign rows")  # noqa: T201 (asked for)


async def _side_by_side(
    judge: Callable[[Question], Awaitable[None]], questions: list[Question]
) -> None:
    waiting = iter(questions)

    async def go_on() -> None:
        for question in waiting:
            await judge(question)

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(go_on())


# A file of events is for auditors and heads.
_ANSWERS: Mapping[Route, set[int]] = {("GET", "/v1/audit/export"): {200, 403}}
