from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import ActingOfficer
from domain.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError, WianError
from domain.vocabulary import EventKind, HopState, OutboxKind
from services.acknowledge_hop import acknowledge_hop
from services.answer_forms import MAX_FORM_BYTES, check_answer, check_form
from tests.support.directory import Directory
from tests.support.letters import (
    HOUR,
    MORNING,
    events,
    hop_after,
    hop_to,
    messages,
    pass_on,
    register,
    send,
    size_of_ledger,
)

MOVED = {"before": "registered", "after": "acknowledged"}
FORM: dict[str, Any] = {
    "type": "object",
    "properties": {
        "done": {"type": "boolean"},
        "people": {"type": "integer", "minimum": 0},
        "posts": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["done"],
    "additionalProperties": False,
}


async def test_an_acknowledgment_settles_the_hop_and_tells_the_process(
    session: AsyncSession, directory: Directory
) -> None:
    hall = directory["hall"]
    dispatch = await send(session, directory["agency"], hall, answer_form=FORM)
    hop_id = (await register(session, dispatch, hall)).hop_id
    hop = await acknowledge_hop(
        session,
        by=hall.head,
        hop_id=hop_id,
        at=MORNING + HOUR,
        remark="ดำเนินการแล้ว",
        answer={"done": True, "people": 3},
    )
    assert hop.state is HopState.ACKNOWLEDGED
    assert (hop.settled_at, hop.settled_by) == (MORNING + HOUR, hall.head.id)
    assert (hop.remark, hop.answer) == ("ดำเนินการแล้ว", {"done": True, "people": 3})
    (event,) = await events(session, EventKind.ACKNOWLEDGED)
    assert (event.hop_id, event.registry_id) == (hop_id, hall.registry_id)
    assert event.facts == MOVED | {"remark": "ดำเนินการแล้ว", "answered": True}
    message = (await messages(session))[-1]
    assert (message.kind, message.dispatch_id, message.hop_id, message.chunk) == (
        OutboxKind.SETTLED,
        dispatch.id,
        hop_id,
        0,
    )


async def test_without_a_form_a_word_is_enough(session: AsyncSession, directory: Directory) -> None:
    hall = directory["hall"]
    hop_id = (await register(session, await send(session, directory["agency"], hall), hall)).hop_id
    hop = await acknowledge_hop(session, by=hall.clerk, hop_id=hop_id, at=MORNING)
    assert (hop.state, hop.answer, hop.remark) == (HopState.ACKNOWLEDGED, None, None)
    (event,) = await events(session, EventKind.ACKNOWLEDGED)
    assert event.facts == MOVED | {"answered": False}


@pytest.mark.parametrize(
    ("form", "answer", "code"),
    [
        pytest.param(FORM, None, "answer_missing", id="asked and not given"),
        pytest.param(None, {"done": True}, "answer_not_asked", id="given and not asked"),
        pytest.param(FORM, {"people": 3}, "answer_invalid", id="does not fit"),
        pytest.param(FORM, {}, "answer_invalid", id="empty"),
    ],
)
async def test_an_answer_that_was_not_asked_for_like_this_is_refused(
    session: AsyncSession,
    directory: Directory,
    form: dict[str, Any] | None,
    answer: dict[str, Any] | None,
    code: str,
) -> None:
    hall = directory["hall"]
    dispatch = await send(session, directory["agency"], hall, answer_form=form)
    hop_id = (await register(session, dispatch, hall)).hop_id
    before = await size_of_ledger(session)
    with pytest.raises(InvalidError) as refusal:
        await acknowledge_hop(session, by=hall.clerk, hop_id=hop_id, at=MORNING, answer=answer)
    assert refusal.value.reason == code
    assert await size_of_ledger(session) == before
    assert (await hop_after(session, hop_id)).state is HopState.REGISTERED


def test_every_field_that_does_not_fit_is_named() -> None:
    with pytest.raises(InvalidError) as refusal:
        check_answer({"people": -1, "posts": ["ก", 2], "extra": 1}, form=FORM)
    errors: Any = refusal.value.facts["errors"]
    assert sorted(error["field"] for error in errors) == [
        "answer",
        "answer",
        "answer/people",
        "answer/posts/1",
    ]
    assert all(error["reason"] for error in errors)


@pytest.mark.parametrize(
    "form",
    [
        pytest.param({}, id="no type"),
        pytest.param({"type": "array"}, id="not an object"),
        pytest.param({"type": "object", "properties": 3}, id="not a schema"),
        pytest.param({"type": "object", "$ref": "http://192.0.2.1/form"}, id="fetches"),
        pytest.param({"type": "object", "$ref": "file:///etc/passwd"}, id="reads a file"),
        pytest.param({"type": "object", "$ref": "#/$defs/none"}, id="leads nowhere"),
        pytest.param({"type": "object", "properties": {"a": {"pattern": "("}}}, id="bad pattern"),
        pytest.param(
            {"type": "object", "properties": {"a": {"pattern": "(?=a)b"}}}, id="looks around"
        ),
        pytest.param(
            {"type": "object", "description": "a" * MAX_FORM_BYTES}, id="more than 32 KiB"
        ),
    ],
)
def test_a_form_that_is_not_self_contained_is_refused(form: dict[str, Any]) -> None:
    with pytest.raises(InvalidError) as refusal:
        check_form(form)
    assert refusal.value.reason == "answer_form_invalid"
    assert refusal.value.facts["field"] == "answer_form"


def test_no_form_is_fine_and_so_is_one_that_refers_to_itself() -> None:
    check_form(None)
    check_form(
        {
            "type": "object",
            "$defs": {"name": {"type": "string"}},
            "properties": {"name": {"$ref": "#/$defs/name"}},
        }
    )


def test_a_pattern_whose_matching_time_explodes_elsewhere_does_not_here() -> None:
    form = {"type": "object", "properties": {"a": {"type": "string", "pattern": "^(a+)+$"}}}
    check_form(form)
    with pytest.raises(InvalidError) as refusal:
        check_answer({"a": "a" * 50_000 + "!"}, form=form)
    assert refusal.value.reason == "answer_invalid"


@pytest.mark.parametrize("state", ["sent", "forwarded", "acknowledged"])
async def test_only_a_registered_letter_is_acknowledged_by_hand(
    session: AsyncSession, directory: Directory, state: str
) -> None:
    hall = directory["hall"]
    dispatch = await send(session, directory["agency"], hall)
    hop_id = await hop_to(session, dispatch, hall)
    if state == "forwarded":
        await pass_on(session, dispatch, hall, directory["office"])
    elif state == "acknowledged":
        await register(session, dispatch, hall)
        await acknowledge_hop(session, by=hall.clerk, hop_id=hop_id, at=MORNING)
    with pytest.raises(ConflictError) as refusal:
        await acknowledge_hop(session, by=hall.clerk, hop_id=hop_id, at=MORNING)
    assert refusal.value.facts == {"state": state, "action": "acknowledge"}


async def test_only_the_recipients_own_clerk_or_head_acknowledges(
    session: AsyncSession, directory: Directory
) -> None:
    hall, agency = directory["hall"], directory["agency"]
    hop_id = (await register(session, await send(session, agency, hall), hall)).hop_id
    cases: list[tuple[ActingOfficer, type[WianError], str]] = [
        (agency.head, NotAllowedError, "not_the_recipient"),
        (hall.auditor, NotAllowedError, "role_missing"),
        (directory["direct"].head, NotFoundError, "not_found"),
    ]
    for by, error, code in cases:
        with pytest.raises(error) as refusal:
            await acknowledge_hop(session, by=by, hop_id=hop_id, at=MORNING)
        assert refusal.value.reason == code
