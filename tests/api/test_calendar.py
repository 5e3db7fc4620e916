from typing import Any

import pytest

from tests.support.http_desk import Api, Json, Officer, refused, told

PATH = "/v1/calendar/overrides"
FLOOD: Json = {
    "scope": "organization:hall",
    "first_day": "2021-03-03",
    "last_day": "2021-03-05",
    "kind": "off",
    "reason": "น้ำท่วม",
    "source": "คำสั่งที่ 12/2564",
}


async def _closed(officer: Officer, **query: object) -> list[int]:
    page = await officer.read("/v1/calendar", year=2021, month=3, **query)
    return [int(one["day"][-2:]) for one in page["days"] if not one["is_working"]]


async def test_a_month_is_told_to_everybody_who_is_signed_in(api: Api) -> None:
    for role in ("clerk", "head", "auditor", "admin"):
        officer = api.officer("stranger", role)
        page = await officer.read("/v1/calendar", scope="province:38", year=2021, month=2)
        days: list[Json] = page.pop("days")
        assert page == {
            "scopes": ["nation", "region:northeast", "province:38"],
            "year": 2021,
            "month": 2,
            "version": 1,
            "holidays_release": page["holidays_release"],
            "is_announced": True,
            "opens": "08:30",
            "closes": "16:30",
        }
        assert len(days) == 28
        assert days[25] == {
            "day": "2021-02-26",
            "is_working": False,
            "name": "วันมาฆบูชา",
            "source": f"holidays {page['holidays_release']}",
        }
        assert days[0] == {"day": "2021-02-01", "is_working": True, "name": None, "source": None}


async def test_what_is_left_out_is_this_month_of_the_country(shared_api: Api) -> None:
    page = await shared_api.officer("agency").read("/v1/calendar")
    assert (page["scopes"], page["year"], page["month"]) == (["nation"], 2021, 3)


async def test_a_year_that_nobody_announced_is_flagged(shared_api: Api) -> None:
    page = await shared_api.officer("agency").read("/v1/calendar", year=2027)
    assert (page["is_announced"], page["year"], page["month"]) == (False, 2027, 3)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"scope": "province:99"}, "calendar_unknown"),
        ({"scope": "organization:nobody"}, "calendar_unknown"),
        ({"scope": "organization:a\0b"}, "calendar_unknown"),
        ({"scope": "x" * 121}, "request_invalid"),
        ({"year": 2564}, "date_in_buddhist_era"),
        ({"year": 1999}, "calendar_out_of_range"),
        ({"year": 2061}, "calendar_out_of_range"),
        ({"month": 13}, "request_invalid"),
        ({"month": 0}, "request_invalid"),
        ({"month": "มีนาคม"}, "request_invalid"),
    ],
)
async def test_what_cannot_be_asked_is_refused(shared_api: Api, query: Json, code: str) -> None:
    refused(await shared_api.officer("agency").get("/v1/calendar", **query), 422, code)


@pytest.mark.parametrize("role", ["head", "admin"])
async def test_an_organization_declares_days_of_its_own(api: Api, role: str) -> None:
    keeper = api.officer("hall", role)
    change = await keeper.act(PATH, FLOOD)
    assert change == {"version": change["version"], "days": 3}
    page = await keeper.read("/v1/calendar", scope="organization:hall", year=2021, month=3)
    assert page["version"] == change["version"]
    assert page["days"][2] == {
        "day": "2021-03-03",
        "is_working": False,
        "name": "น้ำท่วม",
        "source": "คำสั่งที่ 12/2564",
    }
    weekends = [6, 7, 13, 14, 20, 21, 27, 28]
    assert await _closed(keeper, scope="organization:hall") == [3, 4, 5, *weekends]
    assert await _closed(keeper, scope="province:38") == weekends
    saturday = FLOOD | {"first_day": "2021-03-06", "last_day": "2021-03-06", "kind": "working"}
    await keeper.act(PATH, saturday)
    assert await _closed(keeper, scope="organization:hall") == [3, 4, 5, *weekends[1:]]


async def test_the_same_days_again_are_no_new_version(api: Api) -> None:
    head = api.officer("hall", "head")
    await head.act(PATH, FLOOD)
    before = await api.sizes()
    assert await head.act(PATH, FLOOD) == {"version": None, "days": 0}
    # Only the answer is kept, under its own key.
    assert await api.sizes() == before | {"idempotency_key": before["idempotency_key"] + 1}


async def test_a_repeat_under_the_same_key_gets_the_same_answer(api: Api) -> None:
    head = api.officer("hall", "head")
    first = await head.act(PATH, FLOOD, key="k")
    async with api.nothing_written():
        assert await head.act(PATH, FLOOD, key="k") == first
        answer = await head.post(PATH, FLOOD | {"kind": "working"}, key="k")
        refused(answer, 422, "idempotency_key_reused")


@pytest.mark.parametrize(
    ("desk", "role", "scope", "code"),
    [
        ("hall", "clerk", "organization:hall", "role_missing"),
        ("hall", "deputy", "organization:hall", "role_missing"),
        ("hall", "auditor", "organization:hall", "role_missing"),
        ("office", "head", "organization:hall", "calendar_not_yours"),
        ("agency", "admin", "organization:hall", "calendar_not_yours"),
        ("hall", "head", "province:38", "calendar_not_yours"),
        ("hall", "head", "region:northeast", "calendar_not_yours"),
        ("hall", "admin", "nation", "calendar_not_yours"),
    ],
)
async def test_nobody_declares_the_days_of_others(
    shared_api: Api, desk: str, role: str, scope: str, code: str
) -> None:
    async with shared_api.nothing_written():
        answer = await shared_api.officer(desk, role).post(PATH, FLOOD | {"scope": scope})
        refused(answer, 403, code)


async def test_days_that_are_known_otherwise_are_refused(api: Api) -> None:
    head = api.officer("hall", "head")
    await head.act(PATH, FLOOD)
    async with api.nothing_written():
        answer = await head.post(PATH, FLOOD | {"first_day": "2021-03-01", "reason": "พายุ"})
        problem = refused(answer, 409, "calendar_override_overlaps")
    assert problem["days"] == ["2021-03-03", "2021-03-04", "2021-03-05"]
    assert problem["scope"] == "organization:hall"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"last_day": "2021-03-02"}, "calendar_range_reversed"),
        ({"last_day": "2022-03-04"}, "calendar_range_too_long"),
        ({"first_day": "1999-03-03"}, "calendar_out_of_range"),
        ({"first_day": "2564-03-03"}, "date_in_buddhist_era"),
        ({"last_day": "3 มีนาคม 2564"}, "request_invalid"),
        ({"kind": "half"}, "request_invalid"),
        ({"reason": " "}, "request_invalid"),
        ({"source": ""}, "request_invalid"),
        ({"scope": "organization:nobody"}, "calendar_unknown"),
        ({"scope": "hall"}, "calendar_unknown"),
        ({"note": "x"}, "request_invalid"),
    ],
)
async def test_days_that_cannot_be_are_refused(shared_api: Api, change: Json, code: str) -> None:
    async with shared_api.nothing_written():
        answer = await shared_api.officer("hall", "head").post(PATH, FLOOD | change)
        refused(answer, 422, code)


async def test_the_policies_are_told(shared_api: Api) -> None:
    answer = await shared_api.officer("body_a1").get("/v1/policies")
    page: dict[str, Any] = told(answer, 200)
    assert page["number"] == 1
    assert page["policies"]["urgencies"]["normal"]["register_within"] == "1d"
    assert page["policies"]["extension"]["max_extensions"] == 3
