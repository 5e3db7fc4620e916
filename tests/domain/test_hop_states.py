from itertools import product

import pytest

from domain.errors import ConflictError
from domain.hop_states import SETTLED, UNSETTLED, sources, target
from domain.vocabulary import HopAction, HopState

# The design's line `sent → registered → forwarded → acknowledged` with its side exits, written
# down a second time: a table that is compared with itself proves nothing.
LEGAL = {
    ("sent", "register"): "registered",
    ("sent", "refuse"): "refused",
    ("sent", "recall"): "recalled",
    ("registered", "forward"): "forwarded",
    ("registered", "acknowledge"): "acknowledged",
    ("registered", "return"): "returned",
    ("forwarded", "forward"): "forwarded",
    ("forwarded", "report"): "acknowledged",
}
EVERY_STEP = [(state.value, action.value) for state, action in product(HopState, HopAction)]
ILLEGAL = [step for step in EVERY_STEP if step not in LEGAL]


def test_every_state_and_action_is_judged() -> None:
    assert len(EVERY_STEP) == 49
    assert len(ILLEGAL) == 41


@pytest.mark.parametrize(("state", "action"), LEGAL, ids="-".join)
def test_a_legal_step_leads_to_its_state(state: str, action: str) -> None:
    assert target(HopState(state), HopAction(action)) == LEGAL[state, action]


@pytest.mark.parametrize(("state", "action"), ILLEGAL, ids="-".join)
def test_an_illegal_step_is_a_conflict_that_names_it(state: str, action: str) -> None:
    with pytest.raises(ConflictError) as refusal:
        target(HopState(state), HopAction(action))
    assert refusal.value.reason == "hop_step_not_allowed"
    assert refusal.value.facts == {"state": state, "action": action}


def test_every_refusal_has_a_sentence_of_its_own() -> None:
    sentences = set()
    for state, action in ILLEGAL:
        with pytest.raises(ConflictError) as refusal:
            target(HopState(state), HopAction(action))
        sentences.add(refusal.value.detail)
    assert len(sentences) == len(ILLEGAL)


@pytest.mark.parametrize("action", HopAction)
def test_the_sources_of_an_action_are_the_states_in_which_it_is_legal(action: HopAction) -> None:
    expected = {state for state, act in LEGAL if act == action.value}
    assert {state.value for state in sources(action)} == expected


def test_nothing_leaves_a_settled_state_and_everything_leaves_the_others() -> None:
    left = {state for state, _ in LEGAL}
    assert {state.value for state in SETTLED} == {state.value for state in HopState} - left
    assert {state.value for state in UNSETTLED} == left
