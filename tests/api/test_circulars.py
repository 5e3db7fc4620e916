from tests.support.http_desk import ANSWER, FORM, Api, Json, refused


async def _down(api: Api) -> tuple[Json, Json, Json]:
    """agency → hall and direct; hall → office, which sends a cover letter to two districts."""
    await api.officer("stranger").send("body_b1")
    agency, hall, office = (api.officer(name) for name in ("agency", "hall", "office"))
    top = await agency.send("hall", "direct", answer_form=FORM)
    middle = await hall.pass_on(top, "office")
    low = await office.pass_on(middle, "district_a", "district_b", cover={"subject": "ส่งหนังสือเวียน"})
    for name, answer in (
        ("district_a", ANSWER),
        ("district_b", {"joined": False, "names": ["ก", "ข", "ค"]}),
    ):
        district = api.officer(name)
        hop_id = await district.register(low)
        await district.act(f"/v1/hops/{hop_id}/acknowledgment", {"answer": answer})
    return top, middle, low


async def test_the_route_is_a_tree_with_numbers_and_counts(api: Api) -> None:
    top, middle, low = await _down(api)
    route = await api.officer("agency").read(f"/v1/circulars/{top['circular_id']}/route")
    (root,) = route["route"]
    assert (root["id"], root["number"], root["sender"]) == (
        top["id"],
        "ทด 0017/ว 1",
        api.desks["agency"].name,
    )
    hall, direct = root["hops"]
    assert (hall["registry"], hall["state"], hall["receipt_number"]) == (
        api.desks["hall"].name,
        "forwarded",
        1,
    )
    assert (direct["state"], direct["receipt_number"], direct["dispatches"]) == ("sent", None, [])
    (second,) = hall["dispatches"]
    assert (second["id"], second["number"]) == (middle["id"], "ทด 0017/ว 1")
    (third,) = second["hops"][0]["dispatches"]
    assert (third["id"], third["number"]) == (low["id"], "ทส 0023.4/ว 1")
    assert [hop["state"] for hop in third["hops"]] == ["acknowledged", "acknowledged"]
    assert route["counts"] == {
        "hops": 5,
        "registered": 4,
        "forwarded": 2,
        "acknowledged": 2,
        "refused": 0,
        "returned": 0,
        "recalled": 0,
        "missing": 3,
        "late": 0,
        "answers": 2,
    }


async def test_a_recipient_sees_only_its_own_branch_of_the_route(api: Api) -> None:
    top, middle, _ = await _down(api)
    path = f"/v1/circulars/{top['circular_id']}/route"
    hall = await api.officer("hall").read(path)
    (root,) = hall["route"]
    # Its own hop of the dispatch above, but not that of its neighbour.
    assert [hop["registry"] for hop in root["hops"]] == [api.desks["hall"].name]
    assert root["hops"][0]["dispatches"][0]["id"] == middle["id"]
    district = await api.officer("district_a").read(path)
    assert district["counts"]["hops"] == 1
    refused(await api.officer("stranger").get(path), 404, "not_found")


async def test_answers_are_listed_and_added_up(api: Api) -> None:
    top, _, _ = await _down(api)
    path = f"/v1/circulars/{top['circular_id']}/answers"
    answers = await api.officer("agency").read(path)
    assert [one["registry"] for one in answers["answered"]] == ["ที่ว่าการอำเภอ ก", "ที่ว่าการอำเภอ ข"]
    assert answers["answered"][0]["answer"] == ANSWER
    assert [one["registry"] for one in answers["missing"]] == [api.desks["direct"].name]
    assert answers["totals"] == {
        "joined": {"answered": 2, "true": 1},
        "names": {"answered": 2, "items": 5},
    }
    own = await api.officer("district_b").read(path)
    assert own["totals"]["names"] == {"answered": 1, "items": 3}


async def test_history_is_paged_in_the_order_of_the_record(api: Api) -> None:
    top, _, _ = await _down(api)
    agency, path = api.officer("agency"), f"/v1/circulars/{top['circular_id']}/history"
    whole = await agency.read(path)
    assert whole["next"] is None
    items: list[Json] = []
    page: Json = {"next": 0}
    while page["next"] is not None:
        page = await agency.read(path, limit=4, after=page["next"])
        items += page["items"]
    assert items == whole["items"]
    kinds = [item["kind"] for item in items]
    assert kinds[0] == "letter_issued"
    assert kinds.count("registered") == 4
    assert kinds.count("acknowledged") == 2
    ids = [item["id"] for item in items]
    assert ids == sorted(set(ids))
    last = items[-1]
    assert (last["registry"], last["officer"]) == ("ที่ว่าการอำเภอ ข", "clerk.district_b")


async def test_a_recipient_reads_only_its_own_part_of_the_history(api: Api) -> None:
    top, _, _ = await _down(api)
    path = f"/v1/circulars/{top['circular_id']}/history"
    items = (await api.officer("district_a").read(path))["items"]
    # It holds a copy of the letter that the cover passes on, so it knows when both were issued.
    above = [item["kind"] for item in items if item["registry"] != "ที่ว่าการอำเภอ ก"]
    assert above == ["letter_issued", "letter_issued", "sent"]
    hops = {item["hop_id"] for item in items} - {None}
    assert len(hops) == 1
    refused(await api.officer("stranger").get(path), 404, "not_found")
