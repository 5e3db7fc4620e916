"""Plans before sending, and plan against fact afterwards, over HTTP."""

from tests.support.http_desk import Api, refused


async def test_a_route_is_planned_before_it_is_sent(api: Api) -> None:
    agency = api.officer("agency")
    wanted = {
        "registry_id": str(api.desks["agency"].registry_id),
        "recipient": str(api.desks["hall"].organization_id),
        "acknowledge_on": "2021-03-26",
        "weight": ["2", "1", "4"],
    }
    tiers = (await agency.get("/v1/plans", **wanted)).json()
    assert [(tier["tier"], tier["bodies"]) for tier in tiers] == [(1, 1), (2, 4), (3, 3)]
    assert sum(tier["share_days"] for tier in tiers) == 18
    assert {tier["acknowledge_by"] for tier in tiers} == {"2021-03-26T09:30:00Z"}


async def test_plan_and_fact_are_shown_by_tier_and_by_hop(api: Api) -> None:
    agency, hall = api.officer("agency"), api.officer("hall")
    top = await agency.send("hall", "direct")
    middle = await hall.pass_on(top, "office")
    found = await agency.read(f"/v1/circulars/{top['circular_id']}/deadlines")
    assert [(tier["tier"], tier["hops"], tier["forwarded"]) for tier in found["tiers"]] == [
        (1, 2, 1),
        (2, 1, 0),
    ]
    below = await hall.read(f"/v1/dispatches/{middle['id']}/deadlines")
    assert [hop["recipient"] for hop in below["hops"]] == [api.desks["office"].name]
    assert below["hops"][0]["acknowledge_by"] == middle["acknowledge_by"]


async def test_strangers_and_bad_wishes_get_a_problem(api: Api) -> None:
    agency, stranger = api.officer("agency"), api.officer("stranger")
    top = await agency.send("hall")
    for path in (f"/v1/circulars/{top['circular_id']}", f"/v1/dispatches/{top['id']}"):
        refused(await stranger.get(f"{path}/deadlines"), 404, "not_found")
    wanted = {
        "registry_id": str(api.desks["agency"].registry_id),
        "recipient": str(api.desks["hall"].organization_id),
    }
    for bad, status, code in (
        ({}, 422, "deadline_kind_unclear"),
        ({"acknowledge_on": "2021-03-01"}, 422, "deadline_in_past"),
        ({"acknowledge_on": "2564-03-15"}, 422, "date_in_buddhist_era"),
        ({"acknowledge_on": "2300-03-15"}, 422, "calendar_out_of_range"),
        ({"acknowledge_within": "0"}, 422, "request_invalid"),
        ({"acknowledge_on": "2021-03-15", "weight": "0"}, 422, "request_invalid"),
        ({"acknowledge_on": "2021-03-15", "surprise": "1"}, 422, "request_invalid"),
    ):
        refused(await agency.get("/v1/plans", **(wanted | bad)), status, code)
    at_other_desk = wanted | {"acknowledge_on": "2021-03-15"}
    refused(await stranger.get("/v1/plans", **at_other_desk), 403, "role_missing")
