from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import NotFoundError
from domain.vocabulary import HopState
from services.acknowledge_hop import acknowledge_hop
from services.roll_up_answers import AnswerRollUp, roll_up_answers
from tests.support.directory import Directory
from tests.support.letters import MORNING, pass_on, register, send

FORM = {
    "type": "object",
    "properties": {"done": {"type": "boolean"}, "people": {"type": "integer"}},
    "required": ["done"],
}
ANSWERS: dict[str, dict[str, Any]] = {
    "body_a1": {"done": True, "people": 3},
    "body_a2": {"done": False, "people": 4},
    "direct": {"done": True},
}


async def _ask(session: AsyncSession, directory: Directory) -> UUID:
    """agency asks hall and direct; hall asks the bodies; one body never answers."""
    agency, hall = directory["agency"], directory["hall"]
    root = await send(session, agency, hall, directory["direct"], answer_form=FORM)
    below = await pass_on(
        session, root, hall, *(directory[name] for name in ("body_b1", "body_a1", "body_a2"))
    )
    for name, answer in ANSWERS.items():
        desk = directory[name]
        dispatch = root if name == "direct" else below
        hop_id = (await register(session, dispatch, desk)).hop_id
        await acknowledge_hop(session, by=desk.clerk, hop_id=hop_id, at=MORNING, answer=answer)
    return root.circular_id


def _names(directory: Directory, roll_up: AnswerRollUp) -> tuple[list[str], list[str]]:
    names = {desk.registry_id: name for name, desk in directory.desks.items()}
    return (
        [names[one.registry_id] for one in roll_up.answered],
        [names[one.registry_id] for one in roll_up.missing],
    )


@pytest.mark.parametrize(
    ("who", "answered", "missing", "totals"),
    [
        pytest.param(
            "agency",
            ["body_a2", "direct", "body_a1"],
            ["body_b1"],
            {"done": {"answered": 3, "true": 2}, "people": {"answered": 2, "sum": 7}},
            id="everything below, in Thai order, and not the hall that passed it on",
        ),
        pytest.param(
            "hall",
            ["body_a2", "body_a1"],
            ["body_b1"],
            {"done": {"answered": 2, "true": 1}, "people": {"answered": 2, "sum": 7}},
            id="only its own tree",
        ),
        pytest.param(
            "body_a1",
            ["body_a1"],
            [],
            {"done": {"answered": 1, "true": 1}, "people": {"answered": 1, "sum": 3}},
            id="only its own answer",
        ),
        pytest.param("body_b1", [], ["body_b1"], {}, id="itself missing"),
    ],
)
async def test_answers_are_collected_from_what_a_desk_may_see(
    session: AsyncSession,
    directory: Directory,
    who: str,
    answered: list[str],
    missing: list[str],
    totals: dict[str, dict[str, float]],
) -> None:
    circular_id = await _ask(session, directory)
    roll_up = await roll_up_answers(
        session, by=directory[who].clerk, circular_id=circular_id, at=MORNING
    )
    assert _names(directory, roll_up) == (answered, missing)
    assert roll_up.totals == totals


async def test_an_answer_comes_with_its_body_and_state(
    session: AsyncSession, directory: Directory
) -> None:
    circular_id = await _ask(session, directory)
    by = directory["agency"].auditor
    roll_up = await roll_up_answers(session, by=by, circular_id=circular_id, at=MORNING)
    first, absent = roll_up.answered[0], roll_up.missing[0]
    assert (first.registry, first.state) == (directory["body_a2"].name, HopState.ACKNOWLEDGED)
    assert (first.answer, first.remark) == (ANSWERS["body_a2"], None)
    assert (absent.state, absent.answer) == (HopState.SENT, None)


async def test_a_letter_that_asks_nothing_has_nobody_missing(
    session: AsyncSession, directory: Directory
) -> None:
    dispatch = await send(session, directory["agency"], directory["hall"])
    roll_up = await roll_up_answers(
        session, by=directory["agency"].clerk, circular_id=dispatch.circular_id, at=MORNING
    )
    assert roll_up == AnswerRollUp(answered=[], missing=[], totals={})


async def test_a_stranger_is_told_nothing(session: AsyncSession, directory: Directory) -> None:
    circular_id = await _ask(session, directory)
    with pytest.raises(NotFoundError):
        await roll_up_answers(
            session, by=directory["stranger"].head, circular_id=circular_id, at=MORNING
        )
