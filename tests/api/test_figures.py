"""Figures, counts and gaps over HTTP: what they say, to whom, and what cannot be asked."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from domain.access import classes_up_to
from domain.vocabulary import Secrecy
from models import Officer as OfficerRow
from services.roll_up_figures import roll_up_figures
from tests.api.conftest import owner_of
from tests.conftest import Database
from tests.support.figures import Province, Row, counted_hops, play
from tests.support.http_desk import Api, Json, Officer, refused

FIGURES = "/v1/audit/figures"


async def _play(api: Api) -> Json:
    """agency → hall, direct; hall → office. The hall is in time, the office is not."""
    agency, hall, office = (api.officer(name) for name in ("agency", "hall", "office"))
    top = await agency.send("hall", "direct", letter=await agency.issue(urgency="urgent"))
    api.clock.wait(timedelta(hours=2))
    lower = await hall.pass_on(top, "office")
    api.clock.wait(timedelta(days=2))
    hop_id = await office.register(lower)
    api.clock.wait(timedelta(hours=1))
    await office.act(f"/v1/hops/{hop_id}/acknowledgment", {})
    async with api.sessions.begin() as session:
        await roll_up_figures(session)
    return top


async def test_figures_tell_counts_shares_and_hours(api: Api) -> None:
    await _play(api)
    told = await api.officer("agency", "auditor").read(FIGURES, by="tier")
    nothing = {"median": None, "p90": None}
    rest = {"id": None, "name": None}
    # Two working hours for the hall; two whole days, or 16 hours, for the office below.
    assert told == {
        "by": "tier",
        "total": {
            "key": None,
            "hops": 3,
            "registered": 2,
            "settled": 1,
            "open": 2,
            "registered_late": 1,
            "settled_late": 0,
            "registering_on_time": 0.5,
            "settling_on_time": 1.0,
            "to_register": {"median": 9.0, "p90": pytest.approx(14.6)},
            "to_settle": {"median": 17.0, "p90": 17.0},
        }
        | rest,
        "groups": [
            {
                "key": "1",
                "hops": 2,
                "registered": 1,
                "settled": 0,
                "open": 2,
                "registered_late": 0,
                "settled_late": 0,
                "registering_on_time": 1.0,
                "settling_on_time": None,
                "to_register": {"median": 2.0, "p90": 2.0},
                "to_settle": nothing,
            }
            | rest,
            {
                "key": "2",
                "hops": 1,
                "registered": 1,
                "settled": 1,
                "open": 0,
                "registered_late": 1,
                "settled_late": 0,
                "registering_on_time": 0.0,
                "settling_on_time": 1.0,
                "to_register": {"median": 16.0, "p90": 16.0},
                "to_settle": {"median": 17.0, "p90": 17.0},
            }
            | rest,
        ],
        "next": None,
    }


async def test_everybody_counts_only_what_is_visible(api: Api) -> None:
    """The same words asked by each desk; row-level security stands behind the condition."""
    await _play(api)
    hops = {
        ("agency", "clerk"): 3,
        ("hall", "head"): 2,
        ("office", "deputy"): 1,
        ("direct", "auditor"): 1,
        ("stranger", "head"): 0,
        ("agency", "admin"): 0,
    }
    for (desk, role), expected in hops.items():
        for group in ("organization", "registry", "tier", "urgency"):
            told = await api.officer(desk, role).read(FIGURES, by=group)
            assert told["total"]["hops"] == expected
            assert sum(one["hops"] for one in told["groups"]) == expected


async def test_figures_are_chosen_and_paged(api: Api) -> None:
    await _play(api)
    agency = api.officer("agency")
    first = await agency.read(FIGURES, limit=2)
    second = await agency.read(FIGURES, limit=2, after=first["next"])
    rows = first["groups"] + second["groups"]
    assert [(row["key"], row["name"]) for row in rows] == [
        (name, api.desks[name].name) for name in ("direct", "hall", "office")
    ]
    assert first["total"] == second["total"]
    assert second["next"] is None

    async def hops(**chosen: object) -> int:
        return int((await agency.read(FIGURES, **chosen))["total"]["hops"])

    assert await hops(organization_id=api.desks["hall"].organization_id) == 3
    assert await hops(organization_id=api.desks["office"].organization_id) == 1
    assert await hops(registry_id=api.desks["hall"].registry_id) == 1
    assert await hops(urgency="urgent") == 3
    assert await hops(urgency="normal") == 0
    assert await hops(year=2021) == 3
    assert await hops(year=2020) == 0
    assert await hops(**{"from": "2021-03-02T10:00:00+07:00"}) == 1
    assert await hops(until="2021-03-02T10:00:00+07:00") == 2


@pytest.mark.parametrize(
    ("chosen", "status", "code"),
    [
        (
            {"from": "2021-03-03T09:00:00+07:00", "until": "2021-03-02T09:00:00+07:00"},
            422,
            "time_range_reversed",
        ),
        ({"year": 2564}, 422, "date_in_buddhist_era"),
        ({"from": "2564-03-02T09:00:00+07:00"}, 422, "date_in_buddhist_era"),
        ({"until": "2021-03-02T09:00:00"}, 422, "timezone_aware"),
        ({"by": "province"}, 422, "enum"),
        ({"limit": 501}, 422, "less_than_equal"),
        ({"registry_id": "00000000-0000-7000-8000-00000000dead"}, 404, None),
        ({"organization_id": "00000000-0000-7000-8000-00000000dead"}, 404, None),
    ],
)
async def test_what_cannot_be_asked_is_refused(
    shared_api: Api, chosen: Json, status: int, code: str | None
) -> None:
    answer = await shared_api.officer("agency").get(FIGURES, **chosen)
    problem = refused(answer, status, answer.json()["code"])
    codes = {problem["code"], *(one["code"] for one in problem.get("errors", []))}
    assert (code or "not_found") in codes


async def test_a_desk_counts_what_waits_and_its_year(api: Api) -> None:
    await _play(api)
    hall, office = api.officer("hall"), api.officer("office", "auditor")

    async def counts(officer: Officer) -> list[Json]:
        answer = await officer.get("/v1/inbox/counts", registry_id=officer.desk.registry_id)
        return [*answer.json()]

    (row,) = await counts(hall)
    assert row == {
        "registry_id": str(hall.desk.registry_id),
        "urgency": "urgent",
        "to_register": 0,
        "to_settle": 1,
        "late": 0,
        "received": 1,
        "registered": 1,
        "settled": 0,
        "registered_late": 0,
        "settled_late": 0,
    }
    (row,) = await counts(office)
    assert (row["to_settle"], row["settled"], row["registered_late"]) == (0, 1, 1)
    due = (api.clock() + timedelta(hours=12)).isoformat()
    await api.officer("agency").send("hall", register_by=due, acknowledge_by=due)
    api.clock.wait(timedelta(days=1))
    normal, urgent = await counts(hall)
    assert (normal["urgency"], normal["to_register"], normal["late"]) == ("normal", 1, 1)
    # The year is told by the figures, which the relay has not brought up yet.
    assert (normal["received"], urgent["received"]) == (0, 1)
    refused(
        await hall.get("/v1/inbox/counts", registry_id=office.desk.registry_id), 404, "not_found"
    )
    assert (await api.officer("hall", "admin").get("/v1/inbox/counts")).json() == []


async def test_gaps_of_a_book_are_told_in_pages(api: Api) -> None:
    hall, head = api.officer("hall"), api.officer("hall", "head")
    book = {"registry_id": str(hall.desk.registry_id), "book": "circular", "year": 2021}
    register = await head.act("/v1/registers", book | {"last_paper_number": 3})
    await hall.issue()
    for number in (2, 4):
        void = {"number": number, "reason": "พิมพ์ผิด"}
        await head.act(f"/v1/registers/{register['id']}/voids", void)
    path = f"/v1/registers/{hall.desk.registry_id}/circular/2021/gaps"
    first = await hall.read(path, limit=3)
    second = await hall.read(path, limit=3, after=first["next"])
    rows = first["items"] + second["items"]
    assert [(row["first"], row["last"], row["kind"]) for row in rows] == [
        (1, 1, "left_on_paper"),
        (2, 2, "voided"),
        (3, 3, "left_on_paper"),
        (4, 4, "voided"),
    ]
    assert rows[1] | {"first": 0, "last": 0} == {
        "first": 0,
        "last": 0,
        "kind": "voided",
        "reason": "พิมพ์ผิด",
        "officer": "head.hall",
        "recorded_at": "2021-03-02T02:00:00Z",
    }
    for officer in (api.officer("agency"), api.officer("hall", "admin")):
        refused(await officer.get(path), 404, "not_found")
    refused(await hall.get(path, secrecy="secret"), 404, "not_found")
    refused(await hall.get(path.replace("2021", "2564")), 422, "date_in_buddhist_era")


async def test_figures_are_the_same_through_row_level_security(api: Api, copy: Database) -> None:
    """Every desk is told what plain Python counts for it, by an officer of each clearance."""
    province = Province(sessions=api.sessions, directory=api.desks, database=copy)
    await play(province)
    await province.roll_up()
    async with api.sessions() as session:
        hops = [*(await counted_hops(session)).values()]
    seen = 0
    for clearance in (Secrecy.NORMAL, Secrecy.SECRET, Secrecy.VERY_SECRET):
        async with owner_of(copy) as owner:
            await owner.execute(update(OfficerRow).values(clearance=clearance))
        known = [hop for hop in hops if hop["secrecy"] in classes_up_to(clearance)]
        for name in ("agency", "hall", "office", "body_b1", "district_b"):
            seen += await _agrees(api, name, known)
    assert seen > 2 * len(hops)


async def _agrees(api: Api, name: str, hops: list[Row]) -> int:
    """Compare what a desk is told with the hops that it may know of; return how many they are."""
    desk = api.desks[name].registry_id
    mine = [hop for hop in hops if desk in {hop["recipient_registry_id"], *hop["senders"]}]
    told = await api.officer(name).read(FIGURES, by="registry")
    assert told["total"]["hops"] == len(mine)
    assert told["total"]["settled"] == sum(hop["settled_at"] is not None for hop in mine)
    counts = (await api.officer(name).get("/v1/inbox/counts")).json()
    received = [hop for hop in mine if hop["recipient_registry_id"] == desk]
    assert sum(one["received"] for one in counts) == len(received)
    return len(mine)
