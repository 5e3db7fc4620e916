"""From a letter's text to a route: what a clerk sends, what is told, and what is refused."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from uuid import uuid4

import httpx2
import pytest

from infra.embedded.postgres import PostgresServer
from tests.api.conftest import api_on_a_copy
from tests.conftest import Database
from tests.support.directory import Directory
from tests.support.http_desk import Api, Json, Officer, digest_of, refused, told
from tests.support.intakes import ROWS, SUBJECT, Row, letter_text
from tests.support.letters import ACKNOWLEDGE_BY, REGISTER_BY

DEADLINES: Json = {
    "register_by": REGISTER_BY.isoformat(),
    "acknowledge_by": ACKNOWLEDGE_BY.isoformat(),
}
SAID: Json = {"subject": SUBJECT, "urgency": "normal", "secrecy": "normal", "dated": None}


@pytest.fixture(scope="module")
async def ours(
    postgres: PostgresServer,
    province: tuple[Database, Directory],
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Api]:
    """One ledger for tests that do not ask which number is the next."""
    async with api_on_a_copy(postgres, province, tmp_path_factory.mktemp("intake")) as running:
        yield running


async def take_in(officer: Officer, text: str | None = None, **given: object) -> Json:
    """Take in a text, the hall's letter unless it is given."""
    body = {"registry_id": str(officer.desk.registry_id), "text": text or letter_text()} | given
    return await officer.act("/v1/intake", body)


async def take_in_file(officer: Officer, content: bytes, **given: object) -> Json:
    """Take in a file."""
    await officer.put_file(content)
    file = {"sha256": digest_of(content), "file_name": "หนังสือเวียน.txt"}
    body = {"registry_id": str(officer.desk.registry_id), "file": file} | given
    return await officer.act("/v1/intake", body)


async def decide_all(officer: Officer, taken: Json, rows: Sequence[Row] = ROWS) -> None:
    """Confirm what has to be confirmed, and say of every open line whom it means."""
    place = f"/v1/intake/{taken['id']}"
    plan = await officer.read(f"{place}/plan")
    read = {one["name"]: one["value"] for one in plan["draft"]}
    asked = {one["field"]: read[one["field"]] for one in plan["questions"] if one["field"]}
    await officer.act(f"{place}/values", {"values": asked | SAID})
    bodies = {desk.name: desk.organization_id for desk in officer.api.desks.desks.values()}
    for line in taken["recipients"]:
        if line["is_open"]:
            name, _ = rows[line["position"]]
            body = {"organization_id": str(bodies[name])}
            await officer.act(f"{place}/recipients/{line['position']}", body)


async def test_a_pasted_letter_becomes_a_checked_draft(ours: Api) -> None:
    clerk = ours.officer("hall")
    text = letter_text()
    taken = await take_in(clerk, text)
    assert (taken["state"], taken["method"], taken["secrecy"]) == ("open", "pasted", "normal")
    assert taken["sha256"] == digest_of(text.encode())
    assert taken["same_as"] == []
    (letter,) = taken["letters"]
    subject = letter["subject"]
    assert subject["value"] == SUBJECT
    start, end = subject["span"]
    assert text[start:end] == SUBJECT
    assert 0 < subject["confidence"] <= 1
    assert subject["rule"]
    assert [line["as_written"] for line in taken["recipients"]] == [name for name, _ in ROWS]
    for line in taken["recipients"]:
        assert line["as_written"] in text[line["begins"] : line["ends"]]
    place = f"/v1/intake/{taken['id']}"
    assert (await clerk.read(f"{place}/text"))["text"] == text
    assert await clerk.read(place) == taken
    assert (await clerk.read("/v1/intake"))["items"][0]["subject"] == SUBJECT


async def test_nothing_is_repaired_and_each_contradiction_shows_both_places(ours: Api) -> None:
    text = letter_text(stated=7)
    taken = await take_in(ours.officer("hall"), text)
    found = [one for one in taken["contradictions"] if one["kind"] == "list_length_differs"]
    (one,) = found
    assert len(one["spans"]) == 2
    assert one["message"]
    assert all(text[start:end] for start, end in one["spans"])
    plan = await ours.officer("hall").read(f"/v1/intake/{taken['id']}/plan")
    assert ("list_contradicted", "warns") in {(f["code"], f["severity"]) for f in plan["findings"]}
    (listed,) = taken["lists"]
    assert listed["stated_count"]["value"] == 7
    assert "rows" not in listed
    assert len(taken["recipients"]) == len(ROWS)


async def test_the_same_file_again_is_told_and_not_refused(ours: Api) -> None:
    clerk = ours.officer("hall")
    content = letter_text(subject="ขอเชิญประชุมครั้งที่สอง").encode()
    first, second = [await take_in_file(clerk, content) for _ in range(2)]
    assert (first["method"], first["file_name"]) == ("plain", "หนังสือเวียน.txt")
    assert first["sha256"] == digest_of(content)
    assert (first["same_as"], second["same_as"]) == ([], [first["id"]])
    # What another desk took in is nobody else's to know.
    elsewhere = await take_in_file(ours.officer("office"), content)
    assert elsewhere["same_as"] == []


async def test_a_repeat_of_the_request_is_one_text(ours: Api) -> None:
    clerk, key = ours.officer("hall"), str(uuid4())
    body = {"registry_id": str(clerk.desk.registry_id), "text": letter_text()}
    first = await clerk.act("/v1/intake", body, key=key)
    async with ours.nothing_written():
        assert await clerk.act("/v1/intake", body, key=key) == first
    refused(
        await clerk.post("/v1/intake", body | {"text": "อื่น"}, key=key),
        422,
        "idempotency_key_reused",
    )


async def test_from_text_to_dispatch(ours: Api) -> None:
    clerk = ours.officer("hall")
    taken = await take_in(clerk)
    place = f"/v1/intake/{taken['id']}"
    plan = await clerk.read(f"{place}/plan")
    assert not plan["is_ready"]
    assert {"subject", "secrecy", "urgency"} <= {one["field"] for one in plan["questions"]}
    async with ours.nothing_written():
        problem = refused(await clerk.post(f"{place}/dispatch", DEADLINES), 409, "intake_not_ready")
    assert [one["code"] for one in problem["open"]][:1] == ["value_unconfirmed"]
    assert SUBJECT not in str(problem)
    await decide_all(clerk, taken)
    plan = await clerk.read(f"{place}/plan")
    assert (plan["is_ready"], plan["questions"], plan["tiers"]) == (True, [], [3, 3])
    desks = ours.desks
    ways = {
        one["via"]["organization_id"] if one["via"] else None: [
            body["organization_id"] for body in one["members"]
        ]
        for one in plan["groups"]
    }
    assert ways == {
        None: [str(desks["direct"].organization_id)],
        str(desks["district_a"].organization_id): [
            str(desks[name].organization_id) for name in ("body_a1", "body_a2")
        ],
        str(desks["district_b"].organization_id): [str(desks["body_b1"].organization_id)],
    }
    sent = await clerk.act(f"{place}/dispatch", DEADLINES)
    assert sent["number"].startswith("ทส 0017/ว ")
    assert sent["intended"] == 3
    letter = await clerk.read(f"/v1/letters/{sent['letter_id']}")
    assert (letter["subject"], letter["dated"]) == (SUBJECT, "2021-03-02")
    assert "เครื่องสูบน้ำ" in letter["body"]
    counts = await clerk.read(f"/v1/dispatches/{sent['dispatch']['id']}")
    assert counts["direct"]["hops"] == 3
    settled = await clerk.read(place)
    assert (settled["state"], settled["dispatch_id"]) == ("dispatched", sent["dispatch"]["id"])


async def test_a_district_sends_on_to_whom_the_sender_means(ours: Api) -> None:
    hall, district = ours.officer("hall"), ours.officer("district_a")
    taken = await take_in(hall)
    await decide_all(hall, taken)
    sent = (await hall.act(f"/v1/intake/{taken['id']}/dispatch", DEADLINES))["dispatch"]
    hop = await district.register(sent)
    meant = [
        one["organization_id"] for one in told_list(await district.get(f"/v1/hops/{hop}/intended"))
    ]
    assert meant == [str(ours.desks[name].organization_id) for name in ("body_a1", "body_a2")]
    assert told_list(await hall.get(f"/v1/hops/{hop}/intended")) == told_list(
        await district.get(f"/v1/hops/{hop}/intended")
    )
    refused(await ours.officer("district_b").get(f"/v1/hops/{hop}/intended"), 404, "not_found")
    order = DEADLINES | {"recipients": meant}
    below = await district.act(f"/v1/hops/{hop}/forward", order)
    body_hop = await ours.officer("body_a1").hop(below)
    assert told_list(await ours.officer("body_a1").get(f"/v1/hops/{body_hop}/intended")) == []


def told_list(answer: httpx2.Response) -> list[Json]:
    """Return the JSON of an answer that is a list."""
    assert answer.status_code == 200, answer.text
    rows: list[Json] = answer.json()
    return rows


async def test_a_text_covers_a_received_letter(ours: Api) -> None:
    agency, hall = ours.officer("agency"), ours.officer("hall")
    dispatch = await agency.send("hall")
    hop = await hall.hop(dispatch)
    body = {"registry_id": str(hall.desk.registry_id), "text": letter_text(), "hop_id": hop}
    async with ours.nothing_written():
        refused(await hall.post("/v1/intake", body), 409, "hop_step_not_allowed")
        foreign = body | {"registry_id": str(agency.desk.registry_id)}
        refused(await agency.post("/v1/intake", foreign), 403, "not_the_recipient")
    await hall.register(dispatch)
    taken = await take_in(hall, hop_id=hop)
    await decide_all(hall, taken)
    sent = await hall.act(f"/v1/intake/{taken['id']}/dispatch", DEADLINES)
    letter = await hall.read(f"/v1/letters/{sent['letter_id']}")
    assert letter["parent_letter_id"] == dispatch["letter_id"]
    assert sent["dispatch"]["parent_hop_id"] == hop
    assert (await hall.read(f"/v1/hops/{hop}"))["hop"]["state"] == "forwarded"


async def test_the_file_that_came_goes_along_whoever_sends_it(ours: Api) -> None:
    clerk, head = ours.officer("hall"), ours.officer("hall", "head")
    content = letter_text().encode()
    taken = await take_in_file(clerk, content)
    await decide_all(clerk, taken)
    order = DEADLINES | {"enclose_original": True}
    sent = await head.act(f"/v1/intake/{taken['id']}/dispatch", order)
    letter = await ours.officer("direct").read(f"/v1/letters/{sent['letter_id']}")
    assert [one["sha256"] for one in letter["attachments"]] == [digest_of(content)]
    answer = await ours.officer("direct").get(f"/v1/files/{digest_of(content)}")
    assert answer.content == content


async def test_a_pasted_text_has_no_file_to_send(ours: Api) -> None:
    clerk = ours.officer("hall")
    taken = await take_in(clerk)
    await decide_all(clerk, taken)
    place = f"/v1/intake/{taken['id']}/dispatch"
    async with ours.nothing_written():
        answer = await clerk.post(place, DEADLINES | {"enclose_original": True})
        refused(answer, 422, "original_not_a_file")


async def test_a_letter_says_what_stands_below_its_headings(ours: Api) -> None:
    clerk = ours.officer("hall")
    text = letter_text().replace("\n", "\r\n")
    taken = await take_in(clerk, text)
    place = f"/v1/intake/{taken['id']}"
    assert (await clerk.read(f"{place}/text"))["text"] == text
    start, end = taken["letters"][0]["body"]["span"]
    assert text[start:end] == taken["letters"][0]["body"]["value"]
    draft = {one["name"]: one["value"] for one in (await clerk.read(f"{place}/plan"))["draft"]}
    assert draft["body"].startswith("\tด้วยจังหวัดทดสอบได้รับแจ้ง")
    assert draft["body"].endswith("จึงเรียนมาเพื่อโปรดพิจารณาดำเนินการ")
    assert "\r" not in draft["body"]


async def test_of_racing_dispatches_one_wins_and_one_number_is_spent(ours: Api) -> None:
    clerk, head = ours.officer("hall"), ours.officer("hall", "head")
    taken = await take_in(clerk)
    await decide_all(clerk, taken)
    place = f"/v1/intake/{taken['id']}/dispatch"
    before = (await ours.sizes())["numbers"]
    answers = await asyncio.gather(*(one.post(place, DEADLINES) for one in (clerk, head) * 3))
    assert sorted(one.status_code for one in answers) == [201] + [409] * 5
    for answer in answers:
        if answer.status_code == 409:
            refused(answer, 409, "intake_settled")
    assert (await ours.sizes())["numbers"] == before + 1


async def test_while_a_text_goes_out_nothing_of_it_changes(ours: Api) -> None:
    """Whoever comes first is obeyed; what is refused has changed nothing."""
    clerk, head = ours.officer("hall"), ours.officer("hall", "head")
    for act, body in (
        ("discard", {"reason": "รับซ้ำกับเรื่องเดิม"}),
        ("recipients/1", {"left_out": True}),
        ("values", {"values": {"subject": "เรื่องอื่น"}}),
    ):
        taken = await take_in(clerk)
        await decide_all(clerk, taken)
        place = f"/v1/intake/{taken['id']}"
        sent, changed = await asyncio.gather(
            clerk.post(f"{place}/dispatch", DEADLINES), head.post(f"{place}/{act}", body)
        )
        kept = await clerk.read(place)
        if changed.status_code == 409:
            refused(changed, 409, "intake_settled")
        else:
            told(changed, 201)
        if act == "discard":
            assert sorted([sent.status_code, changed.status_code]) == [201, 409]
            assert kept["state"] == ("dispatched" if sent.status_code == 201 else "discarded")
            continue
        letter = await clerk.read(f"/v1/letters/{told(sent, 201)['letter_id']}")
        assert kept["state"] == "dispatched"
        was_first = changed.status_code == 201
        if act == "values":
            assert letter["subject"] == ("เรื่องอื่น" if was_first else SUBJECT)
        else:
            assert sent.json()["intended"] == (2 if was_first else 3)
            assert kept["recipients"][1]["is_left_out"] is was_first


async def test_what_fails_on_the_way_out_spends_no_number(ours: Api) -> None:
    clerk = ours.officer("hall")
    taken = await take_in(clerk)
    await decide_all(clerk, taken)
    place = f"/v1/intake/{taken['id']}/dispatch"
    late = {"register_by": "2021-03-01T00:00:00Z", "acknowledge_by": "2021-03-01T00:00:00Z"}
    async with ours.nothing_written():
        refused(await clerk.post(place, late), 422, "deadline_in_past")
    assert (await clerk.act(place, DEADLINES))["number"].startswith("ทส 0017/ว ")


async def test_a_confirmed_value_stands_beside_what_was_read(ours: Api) -> None:
    clerk, head = ours.officer("hall"), ours.officer("hall", "head")
    taken = await take_in(clerk)
    place = f"/v1/intake/{taken['id']}"
    await clerk.act(f"{place}/values", {"values": {"subject": "ขอเชิญประชุม"}})
    told = await head.act(f"{place}/values", {"values": {"subject": "ขอเชิญประชุมด่วน"}})
    (value,) = told["values"]
    assert (value["field"], value["value"]) == ("subject", "ขอเชิญประชุมด่วน")
    assert value["confirmed_by"] == str(head.desk.head.id)
    assert told["letters"] == taken["letters"]
    draft = {one["name"]: one for one in (await clerk.read(f"{place}/plan"))["draft"]}
    assert draft["subject"]["value"] == "ขอเชิญประชุมด่วน"
    assert draft["subject"]["is_confirmed"]
    assert not draft["urgency"]["is_confirmed"]


async def test_what_was_read_is_confirmed_without_saying_it_again(ours: Api) -> None:
    clerk = ours.officer("hall")
    taken = await take_in(clerk)
    place = f"/v1/intake/{taken['id']}/values"
    found = await clerk.act(
        place, {"as_read": ["subject", "body"], "values": {"urgency": "normal"}}
    )
    values = {one["field"]: one["value"] for one in found["values"]}
    assert set(values) == {"subject", "body", "urgency"}
    assert values["subject"] == taken["letters"][0]["subject"]["value"]
    assert values["body"].startswith("\tด้วยจังหวัดทดสอบ")
    assert taken["letters"][0]["body"]["value"].endswith(values["body"])
    async with ours.nothing_written():
        for name in ("urgency", "number", "deliver_by"):
            refused(await clerk.post(place, {"as_read": [name]}), 422, "field_not_read")


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({}, "values_empty"),
        ({"subject": "  "}, "subject_empty"),
        ({"secrecy": "top_secret"}, "secrecy_too_high"),
        ({"dated": "2564-03-02"}, "date_in_buddhist_era"),
        ({"number": "ว 1"}, "request_invalid"),
        ({"urgency": None}, "request_invalid"),
        ({"subject": "ก\0ข"}, "value_not_storable"),
    ],
)
async def test_a_value_that_no_letter_can_have_is_refused(
    ours: Api, values: Json, code: str
) -> None:
    clerk = ours.officer("hall")
    taken = await take_in(clerk)
    place = f"/v1/intake/{taken['id']}/values"
    async with ours.nothing_written():
        refused(await clerk.post(place, {"values": values}), 422, code)
        answer = await clerk.post(place, {"letter": 1, "values": {"urgency": "normal"}})
        refused(answer, 422, "letter_unknown")


async def test_the_rules_of_letters_are_told_in_the_plan(ours: Api) -> None:
    clerk = ours.officer("hall")
    taken = await take_in(clerk)
    place = f"/v1/intake/{taken['id']}"
    await decide_all(clerk, taken)
    await clerk.act(f"{place}/values", {"values": {"urgency": "urgent_within"}})
    plan = await clerk.read(f"{place}/plan")
    assert [(one["code"], one["field"]) for one in plan["questions"]] == [
        ("deliver_by_missing", "deliver_by")
    ]
    await clerk.act(f"{place}/values", {"values": {"deliver_by": "2021-03-02T09:00:00Z"}})
    assert (await clerk.read(f"{place}/plan"))["is_ready"]


async def test_a_line_is_decided_once_and_the_spelling_is_learned(ours: Api) -> None:
    clerk = ours.officer("hall")
    rows = [("องค์การบริหารส่วนตำบลบ้านเก่าเหนือ", "อำเภอ ก")]
    taken = await take_in(clerk, letter_text(rows=rows))
    (line,) = taken["recipients"]
    assert (line["status"] in {"asked", "rejected"}, line["is_open"]) == (True, True)
    place = f"/v1/intake/{taken['id']}"
    found = told_list(await clerk.get(f"{place}/candidates", q="ก หนึ่ง", position=0))
    meant = str(ours.desks["body_a1"].organization_id)
    assert found[0]["organization_id"] == meant
    decided = await clerk.act(f"{place}/recipients/0", {"organization_id": meant})
    assert (decided["organization_id"], decided["is_open"]) == (meant, False)
    # Of a list of thousands only what is still to be decided carries its candidates.
    assert decided["candidates"] == line["candidates"]
    assert (await clerk.read(place))["recipients"][0]["candidates"] == []
    assert decided["status"] == line["status"]
    assert decided["decided_by"] == str(clerk.desk.clerk.id)
    (again,) = (await take_in(clerk, letter_text(rows=rows)))["recipients"]
    assert (again["status"], again["organization_id"]) == ("accepted", meant)


async def test_a_line_is_left_out_and_one_is_added(ours: Api) -> None:
    clerk = ours.officer("hall")
    taken = await take_in(clerk)
    place = f"/v1/intake/{taken['id']}"
    left = await clerk.act(f"{place}/recipients/0", {"left_out": True})
    assert (left["is_left_out"], left["organization_id"]) == (True, None)
    office = str(ours.desks["office"].organization_id)
    added = await clerk.act(f"{place}/recipients", {"organization_id": office})
    assert (added["position"], added["is_added"]) == (len(ROWS), True)
    assert added["organization"] == ours.desks["office"].name
    await decide_all(clerk, taken, rows=ROWS)
    groups = (await clerk.read(f"{place}/plan"))["groups"]
    assert [body["organization_id"] for body in groups[0]["members"]] in ([office], [])


async def test_a_line_cannot_mean_what_is_closed_or_unknown(ours: Api) -> None:
    clerk = ours.officer("hall")
    taken = await take_in(clerk)
    place = f"/v1/intake/{taken['id']}/recipients"
    async with ours.nothing_written():
        for body, code in ((ours.desks.closed, "recipient_closed"), (uuid4(), "recipient_unknown")):
            for path in (place, f"{place}/0"):
                answer = await clerk.post(path, {"organization_id": str(body)})
                refused(answer, 422, code)
        refused(await clerk.post(f"{place}/99", {"left_out": True}), 404, "not_found")
        both = {"organization_id": str(uuid4()), "left_out": True}
        for given in ({}, both):
            refused(await clerk.post(f"{place}/0", given), 422, "request_invalid")


async def test_a_warning_has_to_be_accepted(ours: Api) -> None:
    clerk = ours.officer("hall")
    taken = await take_in(clerk)
    place = f"/v1/intake/{taken['id']}"
    await decide_all(clerk, taken)
    twice = {"organization_id": str(ours.desks["body_a1"].organization_id)}
    await clerk.act(f"{place}/recipients", twice)
    plan = await clerk.read(f"{place}/plan")
    assert [(one["code"], one["severity"]) for one in plan["findings"]] == [
        ("recipient_twice", "warns")
    ]
    async with ours.nothing_written():
        problem = refused(await clerk.post(f"{place}/dispatch", DEADLINES), 409, "intake_not_ready")
    assert [one["code"] for one in problem["open"]] == ["recipient_twice"]
    sent = await clerk.act(f"{place}/dispatch", DEADLINES | {"accept_warnings": True})
    assert sent["intended"] == 3


async def test_what_blocks_is_not_accepted(ours: Api) -> None:
    clerk = ours.officer("hall")
    taken = await take_in(clerk)
    place = f"/v1/intake/{taken['id']}"
    await decide_all(clerk, taken)
    await clerk.act(f"{place}/recipients", {"organization_id": str(ours.desks.deskless)})
    async with ours.nothing_written():
        answer = await clerk.post(f"{place}/dispatch", DEADLINES | {"accept_warnings": True})
        problem = refused(answer, 409, "intake_not_ready")
    assert [one["code"] for one in problem["open"]] == ["recipient_without_registry"]


async def test_a_discarded_text_stays_as_it_came(ours: Api) -> None:
    clerk = ours.officer("hall")
    taken = await take_in(clerk)
    place = f"/v1/intake/{taken['id']}"
    discarded = await clerk.act(f"{place}/discard", {"reason": "รับซ้ำกับเรื่องเดิม"})
    assert discarded["state"] == "discarded"
    kept = await clerk.read(place)
    assert (kept["discard_reason"], kept["letters"]) == ("รับซ้ำกับเรื่องเดิม", taken["letters"])
    async with ours.nothing_written():
        for act, body in (
            ("discard", {"reason": "อีกครั้ง"}),
            ("dispatch", DEADLINES),
            ("values", {"values": SAID}),
            ("recipients/0", {"left_out": True}),
        ):
            refused(await clerk.post(f"{place}/{act}", body), 409, "intake_settled")
