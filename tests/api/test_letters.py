from datetime import UTC, datetime, timedelta

from tests.support.http_desk import Api, digest_of, refused, told


async def test_a_letter_takes_its_number_and_tells_it_as_it_is_printed(api: Api) -> None:
    office, head = api.officer("office"), api.officer("office", "head")
    book = {"registry_id": str(office.desk.registry_id), "book": "circular", "year": 2021}
    await head.act("/v1/registers", book | {"last_paper_number": 926})
    letter = await office.issue(
        subject="  ขอเชิญอบรม ",
        body="ด้วยหน่วยงานกำหนดจัดอบรม",
        urgency="very_urgent",
        signatory_post="ท้องถิ่นจังหวัด",
        authority="acting_for",
        authority_post="ผู้ว่าราชการจังหวัด",
    )
    assert letter | {"id": "", "circular_id": ""} == {
        "id": "",
        "circular_id": "",
        "parent_letter_id": None,
        "registry_id": str(office.desk.registry_id),
        "number": "ทส 0023.4/ว 927",
        "number_letters": "ทส",
        "number_owner": "0023.4",
        "number_is_circular": True,
        "number_running": "927",
        "number_thai": "ทส ๐๐๒๓.๔/ว ๙๒๗",
        "dated": "2021-03-02",
        "dated_thai": "๒ มีนาคม ๒๕๖๔",
        "subject": "ขอเชิญอบรม",
        "body": "ด้วยหน่วยงานกำหนดจัดอบรม",
        "urgency": "very_urgent",
        "secrecy": "normal",
        "deliver_by": None,
        "event_starts_at": None,
        "event_ends_at": None,
        "event_place": None,
        "signatory_post": "ท้องถิ่นจังหวัด",
        "authority": "acting_for",
        "authority_post": "ผู้ว่าราชการจังหวัด",
        "issued_at": "2021-03-02T02:00:00Z",
        "attachments": [],
    }
    assert letter["circular_id"] == letter["id"]
    assert await office.read(f"/v1/letters/{letter['id']}") == letter


async def test_a_letter_says_when_it_must_arrive_and_what_it_invites_to(api: Api) -> None:
    office = api.officer("office")
    meeting = {
        "starts_at": "2021-03-19T09:00:00+07:00",
        "ends_at": "2021-03-19T12:00:00+07:00",
        "place": "ห้องประชุมชั้น ๓",
    }
    deliver_by = "2021-03-02T15:00:00+07:00"
    letter = await office.issue(urgency="urgent_within", deliver_by=deliver_by, meeting=meeting)
    assert letter["deliver_by"] == "2021-03-02T08:00:00Z"
    assert letter["event_starts_at"] == "2021-03-19T02:00:00Z"
    assert letter["event_ends_at"] == "2021-03-19T05:00:00Z"
    assert letter["event_place"] == "ห้องประชุมชั้น ๓"
    dispatch = await office.send("district_a", letter=letter, register_by=None)
    assert dispatch["register_by"] == letter["deliver_by"]


async def test_a_letter_numbered_on_paper_keeps_its_number(api: Api) -> None:
    office, head = api.officer("office"), api.officer("office", "head")
    book = {"registry_id": str(office.desk.registry_id), "book": "circular", "year": 2021}
    await head.act("/v1/registers", book | {"last_paper_number": 926})
    paper = {"number": "ทส ๐๐๒๓.๔/ว ๐๐๙", "reason": "ออกเลขด้วยมือระหว่างไฟฟ้าดับ"}
    letter = await office.issue(dated="2021-02-26", back_entry=paper)
    assert letter["number"] == "ทส 0023.4/ว 009"
    assert letter["dated_thai"] == "๒๖ กุมภาพันธ์ ๒๕๖๔"
    refused(await office.post("/v1/letters", office.letter(back_entry=paper)), 409, "number_taken")


async def test_the_date_of_a_letter_is_the_day_in_bangkok(api: Api) -> None:
    api.clock.at = datetime(2021, 12, 31, 17, tzinfo=UTC)
    letter = await api.officer("agency").issue()
    assert (letter["dated_thai"], letter["number_running"]) == ("๑ มกราคม ๒๕๖๕", "1")
    api.clock.wait(timedelta(days=-1))
    assert (await api.officer("agency").issue())["dated"] == "2021-12-31"


async def test_a_letter_lists_its_enclosures_in_order(api: Api) -> None:
    agency = api.officer("agency")
    contents = [b"%PDF-1.7 first", b"second" * 1000]
    for content in contents:
        assert (await agency.put_file(content)).status_code == 201
    letter = await agency.issue(
        attachments=[
            {"sha256": digest_of(contents[0]), "file_name": "กำหนดการ.pdf"},
            {
                "sha256": digest_of(contents[1]),
                "file_name": "แบบตอบรับ.txt",
                "media_type": "text/plain",
            },
        ]
    )
    assert letter["attachments"] == [
        {
            "sha256": digest_of(contents[0]),
            "file_name": "กำหนดการ.pdf",
            "media_type": "application/pdf",
            "size": 14,
        },
        {
            "sha256": digest_of(contents[1]),
            "file_name": "แบบตอบรับ.txt",
            "media_type": "text/plain",
            "size": 6000,
        },
    ]
    assert (await agency.read(f"/v1/letters/{letter['id']}")) == letter


async def test_a_recipient_reads_the_letter_and_the_letter_it_covers(api: Api) -> None:
    agency, hall, office = (api.officer(name) for name in ("agency", "hall", "office"))
    letter = await agency.issue()
    dispatch = await agency.send("hall", letter=letter)
    cover = {"subject": "ส่งหนังสือเวียน"}
    below = await hall.pass_on(dispatch, "office", cover=cover)
    assert told(await office.get(f"/v1/letters/{letter['id']}"), 200) == letter
    covered = await office.read(f"/v1/letters/{below['letter_id']}")
    assert covered["parent_letter_id"] == letter["id"]
    assert covered["circular_id"] == letter["id"]
    assert covered["number"] == "ทส 0017/ว 1"


async def test_a_cover_letter_is_not_sent_a_second_time_by_itself(api: Api) -> None:
    agency, hall = api.officer("agency"), api.officer("hall")
    dispatch = await agency.send("hall")
    below = await hall.pass_on(dispatch, "office", cover={"subject": "ส่งหนังสือเวียน"})
    order = hall.order("direct", letter_id=below["letter_id"])
    async with api.nothing_written():
        refused(await hall.post("/v1/dispatches", order), 409, "letter_is_cover")


async def test_a_letter_whose_number_was_voided_is_not_sent(api: Api) -> None:
    agency, head = api.officer("agency"), api.officer("agency", "head")
    letter = await agency.issue()
    (book,) = [one for one in await _books(api) if one["book"] == "circular"]
    void = {"number": 1, "reason": "พิมพ์ผิด"}
    await head.act(f"/v1/registers/{book['id']}/voids", void)
    order = agency.order("hall", letter_id=letter["id"])
    async with api.nothing_written():
        refused(await agency.post("/v1/dispatches", order), 409, "letter_voided")


async def _books(api: Api) -> list[dict[str, str]]:
    answer = await api.officer("agency").get("/v1/registers")
    books: list[dict[str, str]] = answer.json()
    return books
