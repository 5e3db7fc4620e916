from datetime import timedelta

from tests.support.http_desk import ANSWER, FORM, Api, Json, refused


async def test_a_dispatch_tells_its_deadlines_and_frozen_alarms(api: Api) -> None:
    agency = api.officer("agency")
    letter = await agency.issue()
    dispatch = await agency.send("hall", "direct", letter=letter, answer_form=FORM)
    assert dispatch | {"id": "", "plans": []} == {
        "id": "",
        "letter_id": letter["id"],
        "circular_id": letter["id"],
        "sender_registry_id": str(agency.desk.registry_id),
        "parent_hop_id": None,
        "state": "open",
        "register_by": "2021-03-03T02:00:00Z",
        "acknowledge_by": "2021-03-10T02:00:00Z",
        "acknowledge_within": None,
        "weights": [2, 1, 2, 5],
        "plans": [],
        "answer_form": FORM,
        "sent_at": "2021-03-02T02:00:00Z",
        "completed_at": None,
        "closed_at": None,
        "close_reason": None,
    }
    read = await agency.read(f"/v1/dispatches/{dispatch['id']}")
    assert read["dispatch"] == dispatch


async def test_a_dispatch_tells_the_plan_of_each_sort_of_recipient(api: Api) -> None:
    agency = api.officer("agency")
    dispatch = await agency.send("hall", "direct", "body_a1")
    # Only the hall has others below it.
    last, first = sorted(dispatch["plans"], key=lambda plan: plan["forward_by"] or "")
    alarms = [
        {"step": "remind_register", "due_at": "2021-03-02T08:00:00Z"},
        {"step": "overdue_register", "due_at": "2021-03-03T02:00:00Z"},
        {"step": "escalate_register_head", "due_at": "2021-03-04T02:00:00Z"},
        {"step": "escalate_register_superior", "due_at": "2021-03-05T02:00:00Z"},
        {"step": "remind_acknowledge", "due_at": "2021-03-08T02:00:00Z"},
        {"step": "escalate_register_origin", "due_at": "2021-03-09T02:00:00Z"},
        {"step": "overdue_acknowledge", "due_at": "2021-03-10T02:00:00Z"},
        {"step": "escalate_head", "due_at": "2021-03-11T02:00:00Z"},
        {"step": "escalate_superior", "due_at": "2021-03-12T02:00:00Z"},
        {"step": "escalate_origin", "due_at": "2021-03-16T02:00:00Z"},
    ]
    shared = {
        "register_by": "2021-03-03T02:00:00Z",
        "acknowledge_by": "2021-03-10T02:00:00Z",
        "unannounced_years": [],
        "calendar_scopes": ["nation", "region:northeast", "province:38"],
        "calendar_version": 1,
        "policy_version": 1,
    }
    assert last == shared | {
        "forward_by": None,
        "share_days": 6,
        "left_days": 0,
        "alarms": alarms,
    }
    sent_on = {"step": "overdue_forward", "due_at": "2021-03-03T09:30:00Z"}
    assert first == shared | {
        "forward_by": "2021-03-03T09:30:00Z",
        "share_days": 1,
        "left_days": 5,
        "alarms": [*alarms[:2], sent_on, *alarms[2:]],
    }
    hall = api.officer("hall")
    hop = await hall.read(f"/v1/hops/{await hall.hop(dispatch)}")
    assert hop["plan"] == first


async def test_the_sender_may_fix_every_alarm_after_the_deadline_and_before(api: Api) -> None:
    agency = api.officer("agency")
    given: Json = {
        "remind_register_at": "2021-03-02T16:00:00+07:00",
        "remind_acknowledge_at": "2021-03-09T16:00:00+07:00",
        "escalate_head_at": "2021-03-10T16:00:00+07:00",
        "escalate_superior_at": "2021-03-11T16:00:00+07:00",
        "escalate_origin_at": "2021-03-12T16:00:00+07:00",
    }
    dispatch = await agency.send("hall", **given)
    (plan,) = dispatch["plans"]
    due = {alarm["step"]: alarm["due_at"] for alarm in plan["alarms"]}
    assert due["remind_register"] == "2021-03-02T09:00:00Z"
    assert due["remind_acknowledge"] == "2021-03-09T09:00:00Z"
    assert due["escalate_head"] == "2021-03-10T09:00:00Z"
    assert due["escalate_superior"] == "2021-03-11T09:00:00Z"
    assert due["escalate_origin"] == "2021-03-12T09:00:00Z"


async def test_a_deadline_is_an_instant_a_day_or_a_span_after_receipt(api: Api) -> None:
    agency, hall = api.officer("agency"), api.officer("hall")
    kinds: Json = {"acknowledge_on": "2021-03-10", "acknowledge_within": 3}
    until = {}
    for kind, value in kinds.items():
        given: Json = {"register_by": None, "acknowledge_by": None, kind: value}
        until[kind] = await agency.send("hall", **given)
    assert until["acknowledge_on"]["acknowledge_by"] == "2021-03-10T09:30:00Z"
    assert until["acknowledge_on"]["register_by"] == "2021-03-03T09:30:00Z"
    span = until["acknowledge_within"]
    assert (span["acknowledge_within"], span["acknowledge_by"]) == (3, "2021-03-09T09:30:00Z")
    hop_id = await hall.register(span)
    hop = await hall.read(f"/v1/hops/{hop_id}")
    assert hop["acknowledge_by"] == hop["plan"]["acknowledge_by"] == "2021-03-05T09:30:00Z"
    (plan,) = (await agency.read(f"/v1/dispatches/{span['id']}"))["dispatch"]["plans"]
    assert plan == hop["plan"]


async def test_counts_are_direct_and_of_everything_below(api: Api) -> None:
    agency, hall, office = (api.officer(name) for name in ("agency", "hall", "office"))
    top = await agency.send("hall", "direct", answer_form=FORM)
    middle = await hall.pass_on(top, "office", "district_a")
    hop_id = await office.register(middle)
    await office.act(f"/v1/hops/{hop_id}/acknowledgment", {"answer": ANSWER})
    api.clock.wait(timedelta(days=2))
    counts = await agency.read(f"/v1/dispatches/{top['id']}")
    nothing = dict.fromkeys(("refused", "returned", "recalled"), 0)
    assert counts["direct"] == nothing | {
        "hops": 2,
        "registered": 1,
        "forwarded": 1,
        "acknowledged": 0,
        "missing": 2,
        "late": 1,
        "answers": 0,
    }
    assert counts["below"] == nothing | {
        "hops": 4,
        "registered": 2,
        "forwarded": 1,
        "acknowledged": 1,
        "missing": 3,
        "late": 2,
        "answers": 1,
    }
    below = await hall.read(f"/v1/dispatches/{middle['id']}")
    assert (below["direct"]["hops"], below["below"]["hops"]) == (2, 2)
    assert below["dispatch"]["parent_hop_id"] == await hall.hop(top)


async def test_closing_a_dispatch_names_the_missing_in_thai_order(api: Api) -> None:
    agency, head = api.officer("agency"), api.officer("agency", "head")
    dispatch = await agency.send("body_a2", "office", "district_a", "direct")
    office = api.officer("office")
    hop_id = await office.register(dispatch)
    await office.act(f"/v1/hops/{hop_id}/acknowledgment", {})
    path = f"/v1/dispatches/{dispatch['id']}/closure"
    closed = await head.act(path, {"reason": "ปิดรับคำตอบแล้ว"})
    names = [one["name"] for one in closed["missing"]]
    assert names == ["ที่ว่าการอำเภอ ก", "เทศบาลตำบล ก สอง", "องค์การบริหารส่วนจังหวัดทดสอบ"]
    assert closed["missing"][0]["state"] == "sent"
    assert closed["dispatch"]["state"] == "closed"
    assert closed["dispatch"]["close_reason"] == "ปิดรับคำตอบแล้ว"
    assert closed["dispatch"]["closed_at"] == "2021-03-02T02:00:00Z"
    async with api.nothing_written():
        refused(await head.post(path, {"reason": "อีกครั้ง"}), 409, "dispatch_not_open")


async def test_only_a_head_closes_a_dispatch(api: Api) -> None:
    agency = api.officer("agency")
    dispatch = await agency.send("hall")
    path = f"/v1/dispatches/{dispatch['id']}/closure"
    async with api.nothing_written():
        answer = await agency.post(path, {"reason": "ปิดรับคำตอบแล้ว"})
        assert refused(answer, 403, "role_missing")["roles"] == ["head"]
