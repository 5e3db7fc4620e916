"""`GET /v1/search`: what it says, its pages, and what is no question."""

import pytest

from tests.support.http_desk import Api, Json, refused

TEXT = "ด้วยจังหวัดกำหนดจัดสัมมนาผู้บริหาร ณ โรงแรมริมโขง วันที่ ๑๕ มีนาคม ๒๕๖๔"


async def test_a_found_letter_says_where_it_says_so(api: Api) -> None:
    agency = api.officer("agency")
    letter = await agency.issue(subject="เชิญสัมมนา", body=TEXT)
    page = await agency.read("/v1/search", q="สัมมนา ผู้บริหาร")
    (item,) = page["items"]
    assert (page["next"], page["is_partial"]) == (None, False)
    assert item == {
        "letter_id": letter["id"],
        "circular_id": letter["id"],
        "number": letter["number"],
        "dated": "2021-03-02",
        "urgency": "normal",
        "secrecy": "normal",
        "is_circular": True,
        "registry_id": str(agency.desk.registry_id),
        "registry": agency.desk.name,
        "organization_id": str(agency.desk.organization_id),
        "organization": agency.desk.name,
        "match": "text",
        "subject": {"text": "เชิญสัมมนา", "marks": [[4, 10]]},
        "snippet": {"text": TEXT, "marks": [[19, 34]]},
    }
    assert TEXT[19:34] == "สัมมนาผู้บริหาร"


async def test_whoever_received_it_finds_it_and_nobody_else(api: Api) -> None:
    letter = await api.officer("agency").issue(subject="เชิญสัมมนา", body=TEXT)
    for name in ("hall", "stranger"):
        assert (await api.officer(name).read("/v1/search", q="สัมมนา"))["items"] == []
    await api.officer("agency").send("hall", letter=letter)
    (item,) = (await api.officer("hall").read("/v1/search", q="สัมมนา"))["items"]
    assert item["letter_id"] == letter["id"]
    assert (await api.officer("stranger").read("/v1/search", q="สัมมนา"))["items"] == []
    assert (await api.officer("hall", "admin").read("/v1/search", q="สัมมนา"))["items"] == []


async def test_pages_follow_each_other_and_belong_to_their_question(api: Api) -> None:
    agency = api.officer("agency")
    ids = [(await agency.issue(subject=f"สัมมนาครั้งที่ {nth}"))["id"] for nth in range(5)]
    found: list[str] = []
    cursor: str | None = None
    while True:
        chosen: Json = {"cursor": cursor} if cursor else {}
        page = await agency.read("/v1/search", q="สัมมนา", limit=2, **chosen)
        found += [item["letter_id"] for item in page["items"]]
        if (cursor := page["next"]) is None:
            break
        last = cursor
    assert found == ids[::-1]
    other = await agency.get("/v1/search", q="ครั้งที่", limit=2, cursor=last)
    refused(other, 422, "cursor_of_another_query")
    hall = await api.officer("hall").get("/v1/search", q="สัมมนา", limit=2, cursor=last)
    refused(hall, 422, "cursor_of_another_query")
    wrong = "B" if last[-1] == "A" else "A"
    refused(
        await agency.get("/v1/search", q="สัมมนา", cursor=last[:-1] + wrong), 422, "cursor_invalid"
    )


@pytest.mark.parametrize(
    ("words", "code"),
    [
        pytest.param("", "search_too_short", id="nothing"),
        pytest.param("ก", "search_too_short", id="one sign"),
        pytest.param("\0", "search_too_short", id="NUL"),
        pytest.param("%_*", "search_too_short", id="wildcards"),
        pytest.param("a" * 20_000, "search_too_long", id="20,000 signs"),
        pytest.param("ประชุม " * 540, "search_too_long", id="10 kB"),
    ],
)
async def test_what_is_no_question_is_told_so(shared_api: Api, words: str, code: str) -> None:
    problem = refused(await shared_api.officer("hall").get("/v1/search", q=words), 422, code)
    assert problem["field"] == "q"


async def test_a_filter_that_nobody_knows_is_refused(shared_api: Api) -> None:
    hall = shared_api.officer("hall")
    assert (await hall.get("/v1/search", q="ประชุม", urgent=True)).status_code == 422
    assert (await hall.get("/v1/search")).status_code == 422
    refused(
        await hall.get("/v1/search", **{"q": "ประชุม", "from": "2021-03-02", "until": "2021-03-01"}),
        422,
        "time_range_reversed",
    )
