from datetime import timedelta

from domain.vocabulary import AlarmStep
from tests.support.http_desk import Api, Json, Officer, refused


async def _noise(api: Api) -> None:
    await api.officer("stranger").send("body_b1")


async def test_the_inbox_shows_what_a_clerk_needs(api: Api) -> None:
    await _noise(api)
    agency, hall = api.officer("agency"), api.officer("hall")
    letter = await agency.issue(subject="ขอเชิญอบรม", urgency="most_urgent")
    dispatch = await agency.send("hall", letter=letter)
    page = await hall.read("/v1/inbox")
    assert page["next"] is None
    (item,) = page["items"]
    assert item | {"hop_id": ""} == {
        "hop_id": "",
        "registry_id": str(hall.desk.registry_id),
        "state": "sent",
        "letter_id": letter["id"],
        "number": "ทด 0017/ว 1",
        "dated": "2021-03-02",
        "subject": "ขอเชิญอบรม",
        "urgency": "most_urgent",
        "sender": agency.desk.name,
        "sent_at": dispatch["sent_at"],
        "register_by": dispatch["register_by"],
        "forward_by": "2021-03-04T17:00:00Z",
        "acknowledge_by": dispatch["acknowledge_by"],
        "is_suspended": False,
        "is_late": False,
    }


async def test_the_inbox_filters_by_state_lateness_and_urgency(api: Api) -> None:
    agency, hall = api.officer("agency"), api.officer("hall")
    sent = [
        await agency.send("hall", letter=await agency.issue(urgency=urgency))
        for urgency in ("normal", "urgent", "urgent")
    ]
    letters = [one["letter_id"] for one in sent]
    refused_hop = await hall.hop(sent[2])
    await hall.act(f"/v1/hops/{refused_hop}/refusal", {"reason": "ส่งผิดหน่วยงาน"})
    await hall.register(sent[1])
    assert await _letters(hall) == letters[:2]
    assert await _letters(hall, state="registered") == [letters[1]]
    assert await _letters(hall, state=["registered", "refused"]) == letters[1:]
    assert await _letters(hall, urgency="urgent") == [letters[1]]
    assert await _letters(hall, registry_id=hall.desk.registry_id) == letters[:2]
    assert await _letters(hall, late=True) == []
    api.clock.wait(timedelta(days=2))
    # One is past its registration deadline; the registered one still has time.
    assert await _letters(hall, late=True) == [letters[0]]
    assert await _letters(hall, late=False) == [letters[1]]
    api.clock.wait(timedelta(days=8))
    assert await _letters(hall, late=True) == letters[:2]


async def test_the_inbox_is_paged_without_loss_or_repeat(api: Api) -> None:
    agency, hall = api.officer("agency"), api.officer("hall")
    await _noise(api)
    letters = [(await agency.send("hall"))["letter_id"] for _ in range(5)]
    seen, after, pages = [], None, 0
    while pages == 0 or after is not None:
        query = {"limit": 2} | ({"after": after} if after else {})
        page = await hall.read("/v1/inbox", **query)
        seen += [item["letter_id"] for item in page["items"]]
        after, pages = page["next"], pages + 1
    assert (seen, pages) == (letters, 3)


async def test_the_inbox_of_a_foreign_registry_does_not_exist(api: Api) -> None:
    agency, hall = api.officer("agency"), api.officer("hall")
    await agency.send("hall")
    answer = await agency.get("/v1/inbox", registry_id=hall.desk.registry_id)
    refused(answer, 404, "not_found")
    assert await _letters(agency) == []


async def test_notices_are_listed_read_and_keep_their_first_reader(api: Api) -> None:
    agency, hall, head = api.officer("agency"), api.officer("hall"), api.officer("hall", "head")
    dispatch = await agency.send("hall", "direct")
    hop_id = await hall.hop(dispatch)
    for step in (AlarmStep.REMIND_REGISTER, AlarmStep.ESCALATE_ORIGIN):
        api.clock.wait(timedelta(hours=7))
        await api.ring(dispatch, step)
    (notice,) = (await hall.read("/v1/notices"))["items"]
    assert notice | {"id": ""} == {
        "id": "",
        "kind": "reminder",
        "step": "remind_register",
        "registry_id": str(hall.desk.registry_id),
        "registry": hall.desk.name,
        "post": "clerk",
        "officer": "clerk.hall",
        "hop_id": hop_id,
        "recipient": hall.desk.name,
        "hop_state": "sent",
        "number": "ทด 0017/ว 1",
        "subject": "ขอให้รายงานผล",
        "facts": {},
        "due_at": "2021-03-02T08:00:00Z",
        "created_at": "2021-03-02T09:00:00Z",
        "read_at": None,
    }
    path = f"/v1/notices/{notice['id']}/reading"
    reading = await hall.act(path)
    assert reading == {"id": notice["id"], "read_at": "2021-03-02T16:00:00Z"}
    api.clock.wait(timedelta(hours=1))
    assert await head.act(path) == reading
    assert (await hall.read("/v1/notices"))["items"] == [notice | {"read_at": reading["read_at"]}]
    assert (await hall.read("/v1/notices", unread=True))["items"] == []
    escalations = (await agency.read("/v1/notices", unread=True))["items"]
    assert [(one["kind"], one["recipient"]) for one in escalations] == [
        ("escalation", hall.desk.name),
        ("escalation", api.desks["direct"].name),
    ]


async def test_notices_are_paged(api: Api) -> None:
    agency, hall = api.officer("agency"), api.officer("hall")
    dispatch = await agency.send("hall")
    for step in (
        AlarmStep.REMIND_REGISTER,
        AlarmStep.OVERDUE_REGISTER,
        AlarmStep.REMIND_ACKNOWLEDGE,
    ):
        await api.ring(dispatch, step)
    first = await hall.read("/v1/notices", limit=2)
    second = await hall.read("/v1/notices", limit=2, after=first["next"])
    steps = [one["step"] for one in [*first["items"], *second["items"]]]
    assert steps == ["remind_register", "overdue_register", "remind_acknowledge"]
    assert second["next"] is None


async def _letters(officer: Officer, **query: object) -> list[str]:
    page: Json = await officer.read("/v1/inbox", **query)
    return [item["letter_id"] for item in page["items"]]
