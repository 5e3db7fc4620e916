"""Texts that are no good: a clear answer in bounded time, and nothing stored by halves."""

import asyncio
import zipfile
from io import BytesIO
from time import perf_counter
from uuid import uuid4

import pytest

from api.schemas.intake_given import MOST_PASTED
from tests.support.http_desk import Api, Json, digest_of, refused, told
from tests.support.intakes import ROWS, letter_text, list_text


def _zip() -> bytes:
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("readme.txt", "nothing to read here")
    return archive.getvalue()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "text_empty"),
        (" \n\t ", "text_empty"),
        ("เรื่อง\0ประชุม", "text_unreadable"),
        ("เรื่อง \ud800", "request_invalid"),
        ("a" * (MOST_PASTED + 1), "request_invalid"),
        (7, "request_invalid"),
    ],
    ids=["empty", "blank", "nul", "surrogate", "too long", "number"],
)
async def test_a_text_that_is_none_is_refused(shared_api: Api, text: object, code: str) -> None:
    clerk = shared_api.officer("hall")
    body = {"registry_id": str(clerk.desk.registry_id), "text": text}
    async with shared_api.nothing_written():
        refused(await clerk.post("/v1/intake", body), 422, code)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"text": "ก", "file": {"sha256": "ab" * 32, "file_name": "ก.pdf"}},
        {"file": {"sha256": "ab", "file_name": "ก.pdf"}},
        {"text": "ก", "registry_id": "ไม่ใช่รหัส"},
        {"text": "ก", "title": "ก"},
    ],
    ids=["neither", "both", "short hash", "registry", "unknown field"],
)
async def test_a_request_that_contradicts_itself_is_refused(shared_api: Api, given: Json) -> None:
    clerk = shared_api.officer("hall")
    body = {"registry_id": str(clerk.desk.registry_id)} | given
    async with shared_api.nothing_written():
        refused(await clerk.post("/v1/intake", body), 422, "request_invalid")


async def test_a_longer_text_than_a_request_may_be_is_refused(shared_api: Api) -> None:
    clerk = shared_api.officer("hall")
    body = {"registry_id": str(clerk.desk.registry_id), "text": "ก" * 400_000}
    async with shared_api.nothing_written():
        refused(await clerk.post("/v1/intake", body), 413, "too_large")


@pytest.mark.parametrize(
    ("content", "codes"),
    [
        (b"", {"file_empty"}),
        (bytes(range(256)) * 64, {"file_unreadable", "file_kind_unknown"}),
        (_zip(), {"file_unreadable", "file_kind_unknown"}),
        (b"%PDF-1.7\nnothing else", {"file_unreadable"}),
        (b" \n" * 50, {"file_without_text", "file_empty"}),
    ],
    ids=["empty", "rubbish", "plain zip", "broken pdf", "blank"],
)
async def test_a_file_that_says_nothing_is_refused(
    shared_api: Api, content: bytes, codes: set[str]
) -> None:
    clerk = shared_api.officer("hall")
    await clerk.put_file(content)
    file = {"sha256": digest_of(content), "file_name": "หนังสือ.docx"}
    body = {"registry_id": str(clerk.desk.registry_id), "file": file}
    async with shared_api.nothing_written():
        answer = await clerk.post("/v1/intake", body)
        assert answer.json()["code"] in codes, answer.text
        refused(answer, 422, answer.json()["code"])


async def test_a_file_is_taken_in_by_who_sent_it_alone(shared_api: Api) -> None:
    """Knowing a hash must not be enough to read a file."""
    content = b"\xe0\xb8\x81 secret of somebody"
    await shared_api.officer("agency").put_file(content)
    clerk = shared_api.officer("hall")
    file = {"sha256": digest_of(content), "file_name": "ก.txt"}
    body = {"registry_id": str(clerk.desk.registry_id), "file": file}
    async with shared_api.nothing_written():
        refused(await clerk.post("/v1/intake", body), 422, "file_unknown")
        never = body | {"file": file | {"sha256": "ab" * 32}}
        refused(await clerk.post("/v1/intake", never), 422, "file_unknown")


async def test_a_text_for_a_foreign_desk_or_an_unknown_hop_is_refused(shared_api: Api) -> None:
    clerk = shared_api.officer("hall")
    own, text = str(clerk.desk.registry_id), letter_text()
    foreign = str(shared_api.desks["office"].registry_id)
    async with shared_api.nothing_written():
        for registry in (foreign, str(uuid4())):
            answer = await clerk.post("/v1/intake", {"registry_id": registry, "text": text})
            refused(answer, 404, "not_found")
        unknown = {"registry_id": own, "text": text, "hop_id": str(uuid4())}
        refused(await clerk.post("/v1/intake", unknown), 404, "not_found")
        # Known before a minute is spent on reading what came.
        blank = unknown | {"text": " "}
        refused(await clerk.post("/v1/intake", blank), 404, "not_found")
        for role, status in (("auditor", 403), ("admin", 403)):
            officer = shared_api.officer("hall", role)
            answer = await officer.post("/v1/intake", {"registry_id": own, "text": text})
            refused(answer, status, "role_missing")


@pytest.mark.parametrize(
    ("mark", "status", "code"),
    [("ลับที่สุด", 422, "secrecy_too_high"), ("ลับ", 403, "clearance_missing")],
)
async def test_what_is_printed_as_secret_is_kept_from_the_uncleared(
    shared_api: Api, mark: str, status: int, code: str
) -> None:
    clerk = shared_api.officer("hall")
    body = {"registry_id": str(clerk.desk.registry_id), "text": letter_text(mark=mark)}
    async with shared_api.nothing_written():
        problem = refused(await clerk.post("/v1/intake", body), status, code)
    assert "น้ำหลาก" not in str(problem)


async def test_a_letter_without_a_number_is_read(shared_api: Api) -> None:
    taken = await _take(shared_api, letter_text(number=None))
    (letter,) = taken["letters"]
    assert letter["numbers"] == []
    assert letter["subject"]["value"]


async def test_of_two_numbers_neither_is_taken_for_the_right_one(shared_api: Api) -> None:
    text = letter_text().replace("ว ๑๒\t", "ว ๑๒\nที่ ทส ๐๐๑๗/ว ๑๓\t", 1)
    (letter,) = (await _take(shared_api, text))["letters"]
    assert [one["value"] for one in letter["numbers"]] == ["ทส 0017/ว 12", "ทส 0017/ว 13"]


async def test_a_line_that_is_there_twice_is_asked(shared_api: Api) -> None:
    taken = await _take(shared_api, letter_text(rows=[*ROWS, ROWS[1]]))
    lines = [one for one in taken["recipients"] if one["as_written"] == ROWS[1][0]]
    assert [one["status"] for one in lines] == ["asked", "asked"]
    assert taken["counts"]["open"] >= 2


async def test_a_line_of_an_unknown_district_is_not_decided(shared_api: Api) -> None:
    rows = [("องค์การบริหารส่วนตำบลหัวไผ่งาม", "อำเภอไกลสุดหล้า")]
    taken = await _take(shared_api, letter_text(rows=rows))
    (line,) = taken["recipients"]
    assert line["status"] != "accepted"
    assert line["organization_id"] is None
    plan = await shared_api.officer("hall").read(f"/v1/intake/{taken['id']}/plan")
    assert ("recipient_undecided", 0) in {
        (one["code"], one["position"]) for one in plan["questions"]
    }
    assert "recipients_empty" in {one["code"] for one in plan["findings"]}


async def test_a_list_without_a_letter_is_taken_and_asks_for_everything(shared_api: Api) -> None:
    taken = await _take(shared_api, list_text())
    assert len(taken["recipients"]) == len(ROWS)
    plan = await shared_api.officer("hall").read(f"/v1/intake/{taken['id']}/plan")
    assert {"subject", "secrecy", "urgency"} <= {one["field"] for one in plan["questions"]}
    assert "subject_empty" in {one["code"] for one in plan["questions"]}


async def test_a_text_that_is_no_letter_is_kept_as_it_came(shared_api: Api) -> None:
    taken = await _take(shared_api, "ซื้อไข่ไก่หนึ่งแผง แล้วแวะเติมน้ำมัน")
    assert (taken["letters"], taken["lists"], taken["contradictions"]) == ([], [], [])
    assert taken["recipients"] == []


async def test_twenty_thousand_signs_of_one_kind_take_no_time(shared_api: Api) -> None:
    start = perf_counter()
    for sign in ("ก", "๑", "ที่ ", "(", "\t"):
        await _take(shared_api, sign * (20_000 // len(sign)) + "x")
    assert perf_counter() - start < 30


async def test_ids_that_mean_nothing_are_not_found(shared_api: Api) -> None:
    clerk, place = shared_api.officer("hall"), f"/v1/intake/{uuid4()}"
    for path in ("", "/text", "/plan", "/candidates?q=ก"):
        refused(await clerk.get(place + path), 404, "not_found")
    taken = await _take(shared_api, letter_text())
    own = f"/v1/intake/{taken['id']}"
    refused(await clerk.get(f"{own}/plan", letter=1), 422, "letter_unknown")
    refused(await clerk.get(f"{own}/candidates", position=99), 404, "not_found")
    refused(await clerk.get(f"{own}/candidates"), 422, "words_missing")
    refused(await clerk.get("/v1/intake", registry_id=uuid4()), 404, "not_found")


async def test_pages_follow_each_other_without_a_gap(shared_api: Api) -> None:
    clerk = shared_api.officer("district_b")
    texts = [await _take(shared_api, f"เรื่อง ครั้งที่ {nth}", desk="district_b") for nth in range(5)]
    found: list[str] = []
    after: Json = {}
    while True:
        page = await clerk.read("/v1/intake", limit=2, state="open", **after)
        found += [one["id"] for one in page["items"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert found[:5] == [one["id"] for one in reversed(texts)]
    assert len(found) == len(set(found))


async def test_clerks_who_decide_at_once_lose_nothing(shared_api: Api) -> None:
    clerk, head = shared_api.officer("hall"), shared_api.officer("hall", "head")
    taken = await _take(shared_api, letter_text())
    place = f"/v1/intake/{taken['id']}/recipients"
    body = {"organization_id": str(shared_api.desks["office"].organization_id)}
    answers = await asyncio.gather(*(one.post(place, body) for one in (clerk, head) * 3))
    positions = [told(answer, 201)["position"] for answer in answers]
    assert sorted(positions) == list(range(len(ROWS), len(ROWS) + 6))


async def _take(api: Api, text: str, *, desk: str = "hall") -> Json:
    clerk = api.officer(desk)
    return await clerk.act("/v1/intake", {"registry_id": str(clerk.desk.registry_id), "text": text})
