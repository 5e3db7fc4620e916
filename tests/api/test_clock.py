from datetime import timedelta
from typing import Any

import pytest

from domain.vocabulary import AlarmStep
from tests.support.http_desk import Api, Json, Officer, refused, told
from tests.support.letters import ACKNOWLEDGE_BY
from tests.support.planning import OFFICE, bangkok

REASON = {"reason": "ผู้รับขอเวลาเพิ่ม"}
FIVE_LATER = "2021-03-17T02:00:00Z"


@pytest.fixture
async def sent(api: Api) -> Json:
    """A dispatch of the agency to the hall, which sent it on to the office, and directly."""
    return await api.officer("agency").send("hall", "direct")


async def plan_of(officer: Officer, hop_id: str) -> Json:
    plan: Json = (await officer.read(f"/v1/hops/{hop_id}"))["plan"]
    return plan


async def test_a_deadline_is_put_off_for_everybody_below(api: Api, sent: Json) -> None:
    hall, office = api.officer("hall"), api.officer("office")
    below = await hall.pass_on(sent, "office")
    hop_id = await office.hop(below)
    head = api.officer("agency", "head")
    moved = await head.act(f"/v1/dispatches/{sent['id']}/extension", {"days": 5} | REASON)
    assert moved["acknowledge_by"] == FIVE_LATER
    fixed = {"kind": "extended", "days": 5, "hops": 3, "capped": 0, "hop_id": None} | REASON
    assert moved | fixed == moved
    plan = await plan_of(office, hop_id)
    assert plan["acknowledge_by"] == FIVE_LATER
    alarms = {alarm["step"]: alarm["due_at"] for alarm in plan["alarms"]}
    assert alarms["overdue_acknowledge"] == FIVE_LATER
    (item,) = (await office.read("/v1/inbox"))["items"]
    assert item["acknowledge_by"] == FIVE_LATER
    page = await head.read(f"/v1/dispatches/{sent['id']}")
    assert page["dispatch"]["acknowledge_by"] == FIVE_LATER
    history = await office.read(f"/v1/circulars/{sent['circular_id']}/history")
    (event,) = [one for one in history["items"] if one["kind"] == "extended"]
    assert event["facts"]["move_id"] == moved["id"]
    assert event["facts"]["new"]["acknowledge_by"].startswith("2021-03-17T02:00:00")
    assert event["facts"]["old"]["acknowledge_by"].startswith("2021-03-10T02:00:00")


async def test_one_recipient_gets_more_time_until_an_instant(api: Api, sent: Json) -> None:
    direct, head = api.officer("direct"), api.officer("agency", "head")
    hop_id = await direct.hop(sent)
    body = {"until": "2021-03-16T16:30:00+07:00"} | REASON
    moved = await head.act(f"/v1/hops/{hop_id}/extension", body)
    assert (moved["hop_id"], moved["days"], moved["hops"]) == (hop_id, 5, 1)
    assert (await plan_of(direct, hop_id))["acknowledge_by"] == FIVE_LATER
    hall = api.officer("hall")
    untouched = await plan_of(hall, await hall.hop(sent))
    assert untouched["acknowledge_by"] == ACKNOWLEDGE_BY.isoformat().replace("+00:00", "Z")


async def test_a_stopped_clock_reminds_nobody_and_goes_on(api: Api, sent: Json) -> None:
    direct, head = api.officer("direct"), api.officer("agency", "head")
    hop_id = await direct.hop(sent)
    stopped = await head.act(f"/v1/hops/{hop_id}/suspension", REASON)
    assert (stopped["kind"], stopped["days"], stopped["hops"]) == ("suspended", None, 1)
    page = await direct.read(f"/v1/hops/{hop_id}")
    assert page["hop"]["suspended_at"] is not None
    api.clock.wait(timedelta(days=21))
    await api.ring(sent, AlarmStep.OVERDUE_ACKNOWLEDGE)
    assert (await direct.read("/v1/notices"))["items"] == []
    (item,) = (await direct.read("/v1/inbox"))["items"]
    assert (item["is_suspended"], item["is_late"]) == (True, False)
    again = await head.act(f"/v1/hops/{hop_id}/resumption", REASON)
    days = OFFICE.count_days(bangkok("2021-03-02 09:00").date(), api.clock().date())
    assert (again["kind"], again["days"]) == ("resumed", days)
    page = await direct.read(f"/v1/hops/{hop_id}")
    assert (page["hop"]["suspended_at"], page["acknowledge_by"]) == (None, "2021-03-31T02:00:00Z")
    assert again["acknowledge_by"] == page["acknowledge_by"]
    listed = await head.read(f"/v1/dispatches/{sent['id']}/moves")
    assert [one["kind"] for one in listed["items"]] == ["suspended", "resumed"]
    assert {one["officer"] for one in listed["items"]} == {"head.agency"}
    refused(await direct.get(f"/v1/dispatches/{sent['id']}/moves"), 404, "not_found")


async def test_a_whole_dispatch_is_stopped_and_goes_on(api: Api, sent: Json) -> None:
    head = api.officer("agency", "head")
    for act, kind in (("suspension", "suspended"), ("resumption", "resumed")):
        moved = await head.act(f"/v1/dispatches/{sent['id']}/{act}", REASON)
        assert (moved["kind"], moved["hops"]) == (kind, 2)


async def test_the_same_request_again_moves_nothing_again(api: Api, sent: Json) -> None:
    head, path = api.officer("agency", "head"), f"/v1/dispatches/{sent['id']}/extension"
    first = await head.act(path, {"days": 2} | REASON, key="once")
    async with api.nothing_written():
        assert await head.act(path, {"days": 2} | REASON, key="once") == first


MALFORMED: list[tuple[dict[str, Any], str]] = [
    ({}, "extension_length_unclear"),
    ({"days": None}, "extension_length_unclear"),
    ({"days": 1, "until": "2021-03-20T09:00:00+07:00"}, "extension_length_unclear"),
    ({"days": 0}, "extension_days_invalid"),
    ({"days": -1}, "extension_days_invalid"),
    ({"days": -(10**12)}, "extension_days_invalid"),
    ({"days": 251}, "request_invalid"),
    ({"days": 10**12}, "request_invalid"),
    ({"days": 1.5}, "request_invalid"),
    ({"days": 1, "reason": "  "}, "request_invalid"),
    ({"days": 1, "reason": ""}, "request_invalid"),
    ({"days": 1, "why": "x"}, "request_invalid"),
    ({"until": "2021-03-20T09:00:00"}, "request_invalid"),
    ({"until": "2564-03-20T09:00:00+07:00"}, "date_in_buddhist_era"),
    ({"until": "2021-03-01T09:00:00+07:00"}, "deadline_in_past"),
    ({"until": "2021-03-05T09:00:00+07:00"}, "extension_not_later"),
]


async def test_what_is_malformed_moves_nothing(api: Api, sent: Json) -> None:
    head = api.officer("agency", "head")
    hop_id = await api.officer("direct").hop(sent)
    async with api.nothing_written():
        for body, code in MALFORMED:
            for path in (f"dispatches/{sent['id']}", f"hops/{hop_id}"):
                answer = await head.post(f"/v1/{path}/extension", REASON | body)
                refused(answer, 422, code)
        for act in ("suspension", "resumption"):
            for reason in ({}, {"reason": " "}, {"reason": None}):
                answer = await head.post(f"/v1/hops/{hop_id}/{act}", reason)
                refused(answer, 422, "request_invalid")


async def test_how_long_is_asked_for_in_thai(api: Api, sent: Json) -> None:
    head, path = api.officer("agency", "head"), f"/v1/dispatches/{sent['id']}/extension"
    for length, sentence in (
        ({}, "โปรดระบุจำนวนวันทำการที่ขยาย หรือวันเวลาที่ขยายถึง อย่างใดอย่างหนึ่ง"),
        ({"days": 0}, "จำนวนวันทำการที่ขยายต้องมากกว่าศูนย์"),
    ):
        problem = (await head.post(path, REASON | length)).json()
        assert (problem["field"], problem["detail"]) == ("days", sentence)


async def test_a_clock_that_stood_very_long_goes_on_by_the_days_of_the_policy(
    api: Api, sent: Json
) -> None:
    head, path = api.officer("agency", "head"), f"/v1/dispatches/{sent['id']}"
    await head.act(f"{path}/suspension", REASON)
    api.clock.wait(timedelta(days=90))
    moved = await head.act(f"{path}/resumption", REASON)
    assert (moved["days"], moved["hops"], moved["capped"]) == (30, 2, 2)


async def test_what_the_rules_forbid_is_told_with_the_numbers(api: Api, sent: Json) -> None:
    direct, head = api.officer("direct"), api.officer("agency", "head")
    hop_id = await direct.register(sent)
    path = f"/v1/hops/{hop_id}"
    for _ in range(3):
        await head.act(f"{path}/extension", {"days": 1} | REASON)
    async with api.nothing_written():
        answer = await head.post(f"{path}/extension", {"days": 1} | REASON)
        problem = refused(answer, 409, "extension_limit")
        assert (problem["extensions"], problem["max_extensions"]) == (3, 3)
        answer = await head.post(f"/v1/dispatches/{sent['id']}/extension", {"days": 40} | REASON)
        refused(answer, 409, "extension_limit")
        for role, code in (("clerk", "role_missing"), ("deputy", "role_missing")):
            officer = api.officer("agency", role)
            for act, body in (("extension", {"days": 1}), ("suspension", {}), ("resumption", {})):
                refused(await officer.post(f"{path}/{act}", body | REASON), 403, code)
        refused(await head.post(f"{path}/resumption", REASON), 409, "not_suspended")
    await direct.act(f"{path}/acknowledgment", {})
    async with api.nothing_written():
        for act, body in (("extension", {"days": 1}), ("suspension", {}), ("resumption", {})):
            answer = await head.post(f"{path}/{act}", body | REASON)
            assert refused(answer, 409, "hop_settled")["state"] == "acknowledged"


async def test_a_sender_below_allows_less_and_never_beyond_the_dispatch_above(
    api: Api, sent: Json
) -> None:
    below = await api.officer("hall").pass_on(sent, "office")
    path = f"/v1/dispatches/{below['id']}/extension"
    hall, agency = api.officer("hall", "head"), api.officer("agency", "head")
    async with api.nothing_written():
        problem = refused(await hall.post(path, {"days": 11} | REASON), 403, "approver_too_low")
        assert (problem["up_to_days"], problem["approvers"]) == (10, ["origin_head"])
        for head, days in ((hall, 1), (agency, 11)):
            answer = await head.post(path, {"days": days} | REASON)
            problem = refused(answer, 422, "deadline_after_parent")
            assert problem["parent_acknowledge_by"] == ACKNOWLEDGE_BY.isoformat()
    assert told(await hall.get(f"/v1/dispatches/{below['id']}/moves"), 200)["items"] == []
