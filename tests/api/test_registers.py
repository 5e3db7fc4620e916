from datetime import UTC, datetime

import pytest

from tests.support.http_desk import Api, Json, Officer, refused


def _book(officer: Officer, **given: object) -> Json:
    return {"registry_id": str(officer.desk.registry_id), "book": "incoming", "year": 2021} | given


@pytest.mark.parametrize("role", ["head", "admin"])
async def test_a_book_opens_where_paper_stopped(api: Api, role: str) -> None:
    keeper = api.officer("hall", role)
    register = await keeper.act("/v1/registers", _book(keeper, last_paper_number=1096))
    assert register | {"id": ""} == {
        "id": "",
        "registry_id": str(keeper.desk.registry_id),
        "book": "incoming",
        "year": 2021,
        "secrecy": "normal",
        "opened_after": 1096,
        "allocated": 0,
        "positions": 0,
        "head_hash": "00" * 32,
        "opened_at": "2021-03-02T02:00:00Z",
    }
    async with api.nothing_written():
        refused(await keeper.post("/v1/registers", _book(keeper)), 409, "register_open")


async def test_books_are_listed_newest_year_first(api: Api) -> None:
    head = api.officer("hall", "head")
    await api.officer("stranger").issue()
    for year in (2020, 2022, 2021):
        await head.act("/v1/registers", _book(head, year=year))
    await head.act("/v1/registers", _book(head, book="circular"))
    for officer in (head, api.officer("hall", "auditor"), api.officer("hall", "admin")):
        books = (await officer.get("/v1/registers")).json()
        assert [(book["year"], book["book"]) for book in books] == [
            (2022, "incoming"),
            (2021, "circular"),
            (2021, "incoming"),
            (2020, "incoming"),
        ]
    (other,) = (await api.officer("stranger").get("/v1/registers")).json()
    foreign = {"registry_id": other["registry_id"]}
    assert (await head.get("/v1/registers", **foreign)).json() == []


async def test_the_entries_of_a_book_are_a_chain_read_in_pages(api: Api) -> None:
    agency, hall, head = api.officer("agency"), api.officer("hall"), api.officer("hall", "head")
    await head.act("/v1/registers", _book(head, last_paper_number=1096))
    dispatches = [await agency.send("hall") for _ in range(3)]
    for dispatch in dispatches:
        await hall.register(dispatch)
    path = f"/v1/registers/{hall.desk.registry_id}/incoming/2021/entries"
    first = await hall.read(path, limit=2)
    second = await hall.read(path, limit=2, after=first["next"])
    rows = first["items"] + second["items"]
    assert second["next"] is None
    assert [row["number"] for row in rows] == [1097, 1098, 1099]
    assert [row["position"] for row in rows] == [1, 2, 3]
    assert [row["letter_number"] for row in rows] == [f"ทด 0017/ว {n}" for n in (1, 2, 3)]
    assert {row["subject"] for row in rows} == {"ขอให้รายงานผล"}
    (register,) = [
        one for one in (await hall.get("/v1/registers")).json() if one["book"] == "incoming"
    ]
    assert register["head_hash"] == rows[-1]["entry_hash"]
    assert (register["allocated"], register["positions"]) == (3, 3)


async def test_a_head_voids_a_number_that_was_not_used(api: Api) -> None:
    agency, head = api.officer("agency"), api.officer("agency", "head")
    unused, used = await agency.issue(), await agency.issue()
    await agency.send("hall", letter=used)
    (book,) = (await head.get("/v1/registers")).json()
    path = f"/v1/registers/{book['id']}/voids"
    voided = await head.act(path, {"number": 1, "reason": "พิมพ์ผิด"})
    assert (voided["number"], voided["recorded_at"]) == (1, "2021-03-02T02:00:00Z")
    entries = f"/v1/registers/{agency.desk.registry_id}/circular/2021/entries"
    rows = (await agency.read(entries))["items"]
    assert [(row["number"], row["kind"], row["reason"]) for row in rows] == [
        (1, "allocated", None),
        (2, "allocated", None),
        (1, "voided", "พิมพ์ผิด"),
    ]
    assert rows[-1]["id"] == voided["entry_id"]
    assert unused["number"] == rows[-1]["letter_number"]
    for number, code in ((1, "number_taken"), (2, "number_in_use"), (3, "number_not_on_paper")):
        async with api.nothing_written():
            answer = await head.post(path, {"number": number, "reason": "พิมพ์ผิด"})
            refused(answer, 409, code)


async def test_an_officer_learns_who_they_are(api: Api) -> None:
    me = await api.officer("office", "head").read("/v1/me")
    assert me == {
        "id": str(api.desks["office"].head.id),
        "name": "head.office",
        "registries": [
            {
                "id": str(api.desks["office"].registry_id),
                "code": "office",
                "name": "สำนักงานท้องถิ่นจังหวัดทดสอบ",
                "organization_id": str(api.desks["office"].organization_id),
                "prefix": "ทส 0023.4",
                "has_circular_book": True,
                "roles": ["head"],
            }
        ],
    }


async def test_the_directory_is_filtered_and_paged(shared_api: Api) -> None:
    clerk = shared_api.officer("body_a1")
    codes = await _codes(clerk)
    assert codes == sorted(codes)
    assert "closed" not in codes
    assert {"agency", "hall", "deskless", "stranger"} <= set(codes)
    assert await _codes(clerk, kind="district") == ["district_a", "district_b"]
    assert await _codes(clerk, area="3801") == ["body_a1", "body_a2", "district_a"]
    assert await _codes(clerk, area="38", kind="pao") == ["direct"]
    assert await _codes(clerk, name="ท้องถิ่น") == ["office"]
    # Not patterns: these would match everything if they reached LIKE as they are.
    assert await _codes(clerk, name="%") == []
    assert await _codes(clerk, name="_") == []
    paged: list[str] = []
    page: Json = {"next": ""}
    while page["next"] is not None:
        page = await clerk.read("/v1/organizations", limit=5, after=page["next"])
        paged += [one["code"] for one in page["items"]]
    assert paged == codes


async def test_a_body_names_its_desk_and_who_stands_above(shared_api: Api) -> None:
    page = await shared_api.officer("agency").read("/v1/organizations", name="ก หนึ่ง")
    district = shared_api.desks["district_a"]
    assert page["items"] == [
        {
            "id": str(shared_api.desks["body_a1"].organization_id),
            "code": "body_a1",
            "kind": "sao",
            "name": "องค์การบริหารส่วนตำบล ก หนึ่ง",
            "area_code": "380101",
            "registry_id": str(shared_api.desks["body_a1"].registry_id),
            "registry": "องค์การบริหารส่วนตำบล ก หนึ่ง",
            "above": [{"kind": "supervision", "organization_id": str(district.organization_id)}],
        }
    ]
    deskless = await shared_api.officer("agency").read("/v1/organizations", name="ไม่มีสารบรรณ")
    assert deskless["items"][0]["registry_id"] is None


async def test_the_directory_is_that_of_the_day_in_bangkok(api: Api) -> None:
    clerk = api.officer("agency")
    # The body ended on 1 January 2020; in Bangkok that day ends at 17:00 UTC.
    api.clock.at = datetime(2020, 1, 1, 16, 59, tzinfo=UTC)
    assert "closed" in await _codes(clerk)
    api.clock.at = datetime(2020, 1, 1, 17, tzinfo=UTC)
    assert "closed" not in await _codes(clerk)


async def _codes(clerk: Officer, **query: object) -> list[str]:
    page = await clerk.read("/v1/organizations", limit=500, **query)
    return [one["code"] for one in page["items"]]
