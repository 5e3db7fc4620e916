from datetime import timedelta
from typing import Any

import pytest

from tests.support.http_desk import Api, Json, Officer, refused

DAY = timedelta(days=1)
REASON: Json = {"reason": "ส่งผิดหน่วยงาน"}


def _path(officer: Officer) -> str:
    return f"/v1/registries/{officer.desk.registry_id}/posts"


def _term(officer: Officer | None, first: str, last: str, **given: Any) -> Json:  # noqa: ANN401 (fields of the body)
    acting = {} if officer is None else {"officer_id": str(getattr(officer.desk, officer.role).id)}
    return (
        {"post": "head", "first_day": first, "last_day": last, "reason": "ลาพักผ่อน"} | acting | given
    )


async def test_a_post_is_filled_listed_and_withdrawn(api: Api) -> None:
    head, acting = api.officer("hall", "head"), api.officer("hall", "clerk")
    period = await head.act(_path(head), _term(acting, "2021-03-02", "2021-03-03"))
    assert period | {"id": ""} == {
        "id": "",
        "registry_id": str(head.desk.registry_id),
        "post": "head",
        "officer_id": str(acting.desk.clerk.id),
        "first_day": "2021-03-02",
        "last_day": "2021-03-03",
        "reason": "ลาพักผ่อน",
        "recorded_at": "2021-03-02T02:00:00Z",
        "withdrawn_at": None,
    }
    posts = await api.officer("hall", "auditor").read(_path(head))
    assert (posts["registry_id"], posts["today"]) == (str(head.desk.registry_id), "2021-03-02")
    assert [(one["post"], one["officer"], one["is_acting"]) for one in posts["holders"]] == [
        ("head", "clerk.hall", True),
        ("deputy", "deputy.hall", False),
        ("clerk", "clerk.hall", False),
    ]
    assert [(one["id"], one["officer"]) for one in posts["periods"]] == [
        (period["id"], "clerk.hall")
    ]
    withdrawal = f"/v1/posts/{period['id']}/withdrawal"
    api.clock.wait(timedelta(hours=1))
    withdrawn = await head.act(withdrawal)
    assert withdrawn == period | {"withdrawn_at": "2021-03-02T03:00:00Z"}
    assert (await head.read(_path(head)))["periods"] == []
    async with api.nothing_written():
        refused(await head.post(withdrawal), 409, "post_period_withdrawn")


async def test_a_repeat_fills_a_post_once(api: Api) -> None:
    head = api.officer("hall", "head")
    term = _term(None, "2021-03-02", "2021-03-03")
    first = await head.act(_path(head), term, key="absence")
    async with api.nothing_written():
        assert await head.act(_path(head), term, key="absence") == first


async def test_who_acts_has_the_rights_for_exactly_those_days(api: Api) -> None:
    """The auditor of the hall may close what it sent, from 3 to 4 March in Bangkok."""
    hall, head, acting = (
        api.officer("hall"),
        api.officer("hall", "head"),
        api.officer("hall", "auditor"),
    )
    dispatch = await hall.send("direct")
    closure = f"/v1/dispatches/{dispatch['id']}/closure"
    await head.act(_path(head), _term(acting, "2021-03-03", "2021-03-04"))
    refused(await acting.post(closure, REASON), 403, "role_missing")
    # Still 2 March in UTC, and the third in Bangkok: the day counts from midnight there.
    api.clock.wait(timedelta(hours=14, minutes=59))
    refused(await acting.post(closure, REASON), 403, "role_missing")
    api.clock.wait(timedelta(minutes=1))
    assert await _roles(acting) == {"auditor", "head"}
    api.clock.wait(2 * DAY - timedelta(microseconds=1))
    assert await _roles(acting) == {"auditor", "head"}
    api.clock.wait(timedelta(microseconds=1))
    assert await _roles(acting) == {"auditor"}
    refused(await acting.post(closure, REASON), 403, "role_missing")


async def _roles(officer: Officer) -> set[str]:
    (desk,) = (await officer.read("/v1/me"))["registries"]
    return set(desk["roles"])


async def test_a_deputy_closes_for_an_absent_head_and_not_otherwise(api: Api) -> None:
    hall, head, deputy = (
        api.officer("hall"),
        api.officer("hall", "head"),
        api.officer("hall", "deputy"),
    )
    dispatch = await hall.send("direct")
    closure = f"/v1/dispatches/{dispatch['id']}/closure"
    refused(await deputy.post(closure, REASON), 403, "role_missing")
    period = await head.act(_path(head), _term(None, "2021-03-02", "2021-03-02"))
    await head.act(f"/v1/posts/{period['id']}/withdrawal")
    refused(await deputy.post(closure, REASON), 403, "role_missing")
    await head.act(_path(head), _term(None, "2021-03-02", "2021-03-02"))
    assert (await deputy.act(closure, REASON))["dispatch"]["state"] == "closed"


async def test_a_deputy_stamps_like_a_clerk(api: Api) -> None:
    dispatch = await api.officer("agency").send("hall")
    await api.officer("hall", "deputy").register(dispatch)


@pytest.mark.parametrize(
    ("given", "status", "code"),
    [
        ({"last_day": "2021-03-01"}, 422, "period_backwards"),
        ({"officer_id": "00000000-0000-4000-8000-00000000dead"}, 422, "officer_unknown"),
        ({"post": "auditor"}, 422, "post_unknown"),
        ({"first_day": "2021-02-22", "last_day": "2021-03-01"}, 422, "period_past"),
        ({"post": "ผู้อำนวยการ"}, 422, "request_invalid"),
        ({"first_day": "2564-03-02"}, 422, "date_in_buddhist_era"),
        ({"first_day": None}, 422, "request_invalid"),
        ({"last_day": "2021-02-29"}, 422, "request_invalid"),
        ({"reason": " "}, 422, "request_invalid"),
        ({"officer_id": "somebody"}, 422, "request_invalid"),
        ({"withdrawn_at": None}, 422, "request_invalid"),
        ({"first_day": "2021-03-03", "last_day": "2021-03-09"}, 409, "post_period_overlaps"),
    ],
)
async def test_a_bad_term_is_refused_whole(api: Api, given: Json, status: int, code: str) -> None:
    head = api.officer("hall", "head")
    await head.act(_path(head), _term(None, "2021-03-02", "2021-03-03"))
    term = _term(None, "2021-03-04", "2021-03-05") | given
    async with api.nothing_written():
        refused(await head.post(_path(head), term), status, code)


@pytest.mark.parametrize(
    ("name", "role", "reading", "acting"),
    [
        ("hall", "admin", 200, 201),
        ("hall", "clerk", 200, 403),
        ("hall", "deputy", 200, 403),
        ("hall", "auditor", 200, 403),
        ("office", "head", 404, 404),
        ("agency", "head", 404, 404),
    ],
)
async def test_posts_are_the_business_of_the_desk(
    api: Api, name: str, role: str, reading: int, acting: int
) -> None:
    head, officer = api.officer("hall", "head"), api.officer(name, role)
    period = await head.act(_path(head), _term(None, "2021-03-06", "2021-03-07"))
    assert (await officer.get(_path(head))).status_code == reading
    term = _term(None, "2021-03-04", "2021-03-05")
    assert (await officer.post(_path(head), term)).status_code == acting
    withdrawal = f"/v1/posts/{period['id']}/withdrawal"
    assert (await officer.post(withdrawal)).status_code == acting
