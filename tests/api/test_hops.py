import pytest

from domain.hop_states import TRANSITIONS
from domain.vocabulary import HopAction, HopState
from tests.support.http_desk import ANSWER, FORM, Api, Json, Officer, refused


async def test_registering_gives_the_next_receipt_number(api: Api) -> None:
    agency, hall, head = api.officer("agency"), api.officer("hall"), api.officer("hall", "head")
    book = {"registry_id": str(hall.desk.registry_id), "book": "incoming", "year": 2021}
    await head.act("/v1/registers", book | {"last_paper_number": 1096})
    dispatch = await agency.send("hall")
    hop_id = await hall.hop(dispatch)
    before = await hall.read(f"/v1/hops/{hop_id}")
    assert (before["hop"]["state"], before["receipt"]) == ("sent", None)
    receipt = await hall.act(f"/v1/hops/{hop_id}/receipt")
    assert receipt == {
        "hop_id": hop_id,
        "registry_id": str(hall.desk.registry_id),
        "number": 1097,
        "stamped_at": "2021-03-02T02:00:00Z",
        "stamp_has_time": True,
        "recorded_at": "2021-03-02T02:00:00Z",
        "recorded_by": (await hall.read("/v1/me"))["id"],
    }
    after = await hall.read(f"/v1/hops/{hop_id}")
    assert after["receipt"] == receipt
    assert after["hop"]["state"] == "registered"
    assert after["letter_id"] == dispatch["letter_id"]
    assert after["acknowledge_by"] == dispatch["acknowledge_by"]


async def test_registering_again_under_another_key_returns_the_same_receipt(api: Api) -> None:
    dispatch = await api.officer("agency").send("hall")
    hall, head = api.officer("hall"), api.officer("hall", "head")
    path = f"/v1/hops/{await hall.hop(dispatch)}/receipt"
    first = await hall.act(path)
    before = await api.sizes()
    assert [await hall.act(path), await head.act(path)] == [first, first]
    assert await api.sizes() == before | {"idempotency_key": before["idempotency_key"] + 2}


async def test_a_paper_stamp_keeps_its_date_number_and_reason(api: Api) -> None:
    dispatch = await api.officer("agency").send("hall")
    hall, head = api.officer("hall"), api.officer("hall", "head")
    book = {"registry_id": str(hall.desk.registry_id), "book": "incoming", "year": 2021}
    await head.act("/v1/registers", book | {"last_paper_number": 1096})
    stamp = {"stamped_on": "2021-03-02", "paper_number": 1090, "reason": "ลงรับด้วยมือ"}
    receipt = await hall.act(f"/v1/hops/{await hall.hop(dispatch)}/receipt", stamp)
    assert (receipt["number"], receipt["stamp_has_time"]) == (1090, False)
    assert receipt["stamped_at"] == "2021-03-01T17:00:00Z"
    assert receipt["recorded_at"] == "2021-03-02T02:00:00Z"


async def test_forwarding_under_a_cover_letter_gives_it_a_number_of_its_own(api: Api) -> None:
    agency, office = api.officer("agency"), api.officer("office")
    dispatch = await agency.send("office", answer_form=FORM)
    cover = {"subject": "ส่งหนังสือเวียน", "authority": "acting_for", "authority_post": "ผู้ว่าฯ"}
    below = await office.pass_on(dispatch, "district_a", "district_b", cover=cover)
    letter = await office.read(f"/v1/letters/{below['letter_id']}")
    assert letter["number"] == "ทส 0023.4/ว 1"
    assert letter["parent_letter_id"] == dispatch["letter_id"]
    assert below["circular_id"] == dispatch["circular_id"]
    assert below["answer_form"] == FORM
    assert below["parent_hop_id"] == await office.hop(dispatch)
    hop = (await office.read(f"/v1/hops/{below['parent_hop_id']}"))["hop"]
    assert (hop["state"], hop["forwarded_at"]) == ("forwarded", "2021-03-02T02:00:00Z")


async def test_forwarding_without_a_cover_passes_the_same_letter_on(api: Api) -> None:
    agency, hall, office = (api.officer(name) for name in ("agency", "hall", "office"))
    dispatch = await agency.send("hall")
    below = await hall.pass_on(dispatch, "office")
    assert below["letter_id"] == dispatch["letter_id"]
    assert (await office.read("/v1/inbox"))["items"][0]["sender"] == hall.desk.name


async def test_an_acknowledgment_keeps_remark_and_answer(api: Api) -> None:
    agency, hall = api.officer("agency"), api.officer("hall")
    dispatch = await agency.send("hall", answer_form=FORM)
    hop_id = await hall.register(dispatch)
    body = {"remark": "ดำเนินการแล้ว", "answer": ANSWER}
    hop = await hall.act(f"/v1/hops/{hop_id}/acknowledgment", body)
    assert hop == {
        "id": hop_id,
        "dispatch_id": dispatch["id"],
        "recipient_registry_id": str(hall.desk.registry_id),
        "state": "acknowledged",
        "suspended_at": None,
        "registered_at": "2021-03-02T02:00:00Z",
        "forwarded_at": None,
        "settled_at": "2021-03-02T02:00:00Z",
        "remark": "ดำเนินการแล้ว",
        "answer": ANSWER,
    }
    assert (await agency.read(f"/v1/hops/{hop_id}"))["hop"] == hop


@pytest.mark.parametrize(
    ("act", "who", "state"),
    [
        ("refusal", "hall", "refused"),
        ("return", "hall", "returned"),
        ("recall", "agency", "recalled"),
    ],
)
async def test_a_side_exit_settles_the_hop_with_its_reason(
    api: Api, act: str, who: str, state: str
) -> None:
    agency, hall = api.officer("agency"), api.officer("hall")
    dispatch = await agency.send("hall")
    hop_id = await (hall.register(dispatch) if act == "return" else hall.hop(dispatch))
    hop = await api.officer(who).act(f"/v1/hops/{hop_id}/{act}", {"reason": "ส่งผิดหน่วยงาน"})
    assert (hop["state"], hop["remark"]) == (state, "ส่งผิดหน่วยงาน")


# How each action is asked for, and by whom.
ACTIONS: dict[HopAction, tuple[str, bool]] = {
    HopAction.REGISTER: ("receipt", True),
    HopAction.FORWARD: ("forward", True),
    HopAction.ACKNOWLEDGE: ("acknowledgment", True),
    HopAction.REFUSE: ("refusal", True),
    HopAction.RETURN: ("return", True),
    HopAction.RECALL: ("recall", False),
}
STATES: dict[HopState, list[HopAction]] = {
    HopState.SENT: [],
    HopState.REGISTERED: [HopAction.REGISTER],
    HopState.FORWARDED: [HopAction.REGISTER, HopAction.FORWARD],
    HopState.ACKNOWLEDGED: [HopAction.REGISTER, HopAction.ACKNOWLEDGE],
    HopState.REFUSED: [HopAction.REFUSE],
    HopState.RETURNED: [HopAction.REGISTER, HopAction.RETURN],
    HopState.RECALLED: [HopAction.RECALL],
}


def test_every_state_and_every_action_of_a_desk_is_tried() -> None:
    assert set(STATES) == set(HopState)
    # A report climbs by itself; no desk asks for it.
    assert set(ACTIONS) == set(HopAction) - {HopAction.REPORT}


@pytest.mark.parametrize("state", STATES)
async def test_every_illegal_step_is_refused_and_writes_nothing(api: Api, state: HopState) -> None:
    agency, hall = api.officer("agency"), api.officer("hall")
    hop_id = await hall.hop(await agency.send("hall"))
    for action in STATES[state]:
        assert (await _try(agency, hall, hop_id, action))[0] == 201
    # A receipt that was given is given again; that is a repeat, not a step.
    has_receipt = HopAction.REGISTER in STATES[state]
    illegal = [
        action
        for action in ACTIONS
        if (state, action) not in TRANSITIONS and not (action is HopAction.REGISTER and has_receipt)
    ]
    assert illegal
    for action in illegal:
        async with api.nothing_written():
            status, body = await _try(agency, hall, hop_id, action)
        assert (status, body["code"]) == (409, "hop_step_not_allowed")
        assert (body["state"], body["action"]) == (state.value, action.value)


@pytest.mark.parametrize("act", ["receipt", "forward", "acknowledgment", "refusal", "return"])
async def test_a_sender_does_not_act_for_the_recipient(api: Api, act: str) -> None:
    agency, hall = api.officer("agency"), api.officer("hall")
    hop_id = await hall.hop(await agency.send("hall"))
    async with api.nothing_written():
        answer = await agency.post(f"/v1/hops/{hop_id}/{act}", _body(agency, act))
        refused(answer, 403, "not_the_recipient")


async def test_a_recipient_does_not_recall_what_others_sent(api: Api) -> None:
    agency, hall = api.officer("agency"), api.officer("hall")
    hop_id = await hall.hop(await agency.send("hall"))
    async with api.nothing_written():
        answer = await hall.post(f"/v1/hops/{hop_id}/recall", {"reason": "ส่งผิดหน่วยงาน"})
        refused(answer, 403, "not_the_sender")


async def _try(agency: Officer, hall: Officer, hop_id: str, action: HopAction) -> tuple[int, Json]:
    act, is_recipients = ACTIONS[action]
    officer = hall if is_recipients else agency
    answer = await officer.post(f"/v1/hops/{hop_id}/{act}", _body(officer, act))
    return answer.status_code, answer.json()


def _body(officer: Officer, act: str) -> Json | None:
    match act:
        case "receipt":
            return None
        case "forward":
            return officer.order("direct")
        case "acknowledgment":
            return {}
        case _:
            return {"reason": "ส่งผิดหน่วยงาน"}
