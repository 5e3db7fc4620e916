"""A repeated POST gets the answer that it got before, and acts once (RFC draft Idempotency-Key)."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from hashlib import sha256
from uuid import UUID

import pytest
from fastapi import FastAPI
from sqlalchemy import func, select

from domain.vocabulary import AlarmStep
from models import IdempotencyKey, Letter
from services.answer_once import Request, recall_answer
from tests.support.http_desk import Api, Json, Officer, refused
from tests.support.routes import routes_of

Prepared = tuple[Officer, str, Json | None, Json | None]
Prepare = Callable[[Api], Awaitable[Prepared]]
REASON: Json = {"reason": "ส่งผิดหน่วยงาน"}
OTHER: Json = {"reason": "เหตุผลอื่น"}


async def _letter(api: Api) -> Prepared:
    agency = api.officer("agency")
    return agency, "/v1/letters", agency.letter(), agency.letter(subject="เรื่องอื่น")


async def _dispatch(api: Api) -> Prepared:
    agency = api.officer("agency")
    letter = {"letter_id": (await agency.issue())["id"]}
    return agency, "/v1/dispatches", letter | agency.order("hall"), letter | agency.order("direct")


async def _closure(api: Api) -> Prepared:
    dispatch = await api.officer("agency").send("hall")
    path = f"/v1/dispatches/{dispatch['id']}/closure"
    return api.officer("agency", "head"), path, REASON, OTHER


def _of_hop(act: str, body: Json | None, other: Json | None, *, is_registered: bool) -> Prepare:
    async def prepare(api: Api) -> Prepared:
        agency, hall = api.officer("agency"), api.officer("hall")
        dispatch = await agency.send("hall")
        hop_id = await (hall.register(dispatch) if is_registered else hall.hop(dispatch))
        return agency if act == "recall" else hall, f"/v1/hops/{hop_id}/{act}", body, other

    return prepare


async def _forward(api: Api) -> Prepared:
    hall = api.officer("hall")
    hop_id = await hall.register(await api.officer("agency").send("hall"))
    cover = {"cover": {"subject": "ส่งหนังสือเวียน"}}
    return hall, f"/v1/hops/{hop_id}/forward", hall.order("office") | cover, hall.order("office")


async def _reading(api: Api) -> Prepared:
    hall = api.officer("hall")
    await api.ring(await api.officer("agency").send("hall"), AlarmStep.REMIND_REGISTER)
    (notice,) = (await hall.read("/v1/notices"))["items"]
    return hall, f"/v1/notices/{notice['id']}/reading", None, {}


async def _register(api: Api) -> Prepared:
    head = api.officer("hall", "head")
    book = {"registry_id": str(head.desk.registry_id), "book": "incoming", "year": 2021}
    return head, "/v1/registers", book, book | {"last_paper_number": 5}


async def _void(api: Api) -> Prepared:
    head = api.officer("agency", "head")
    await head.issue()
    (book,) = (await head.get("/v1/registers")).json()
    return head, f"/v1/registers/{book['id']}/voids", {"number": 1} | REASON, {"number": 1} | OTHER


def _move(act: str, body: Json, other: Json, *, of_hop: bool, is_stopped: bool = False) -> Prepare:
    async def prepare(api: Api) -> Prepared:
        head = api.officer("agency", "head")
        dispatch = await api.officer("agency").send("hall")
        place = f"/v1/dispatches/{dispatch['id']}"
        if of_hop:
            place = f"/v1/hops/{await api.officer('hall').hop(dispatch)}"
        if is_stopped:
            await head.act(f"{place}/suspension", REASON)
        return head, f"{place}/{act}", body, other

    return prepare


async def _post(api: Api) -> Prepared:
    head = api.officer("hall", "head")
    days = {"first_day": "2021-03-22", "last_day": "2021-03-26"}
    path = f"/v1/registries/{head.desk.registry_id}/posts"
    return head, path, days | {"post": "clerk"} | REASON, days | {"post": "deputy"} | REASON


async def _withdrawal(api: Api) -> Prepared:
    head, path, body, _ = await _post(api)
    period = await head.act(path, body)
    return head, f"/v1/posts/{period['id']}/withdrawal", None, {}


async def _override(api: Api) -> Prepared:
    day = {"first_day": "2021-03-26", "last_day": "2021-03-26", "source": "คำสั่งที่ ๑๒"}
    days = {"scope": "organization:hall"} | day | REASON
    return api.officer("hall", "head"), "/v1/calendar/overrides", days | OFF, days | ON


async def _resend(api: Api) -> Prepared:
    head = api.officer("hall", "head")
    mine = {"registry_id": str(head.desk.registry_id)}
    return head, "/v1/mails/resend", mine, {"mail_ids": [mine["registry_id"]]}


OFF, ON = {"kind": "off"}, {"kind": "working"}
EXTENDED = {"days": 2} | REASON, {"days": 3} | REASON
POSTS: dict[str, Prepare] = {
    "/v1/letters": _letter,
    "/v1/dispatches": _dispatch,
    "/v1/dispatches/{dispatch_id}/closure": _closure,
    "/v1/hops/{hop_id}/receipt": _of_hop("receipt", None, {}, is_registered=False),
    "/v1/hops/{hop_id}/forward": _forward,
    "/v1/hops/{hop_id}/acknowledgment": _of_hop(
        "acknowledgment", {"remark": "แล้ว"}, {}, is_registered=True
    ),
    "/v1/hops/{hop_id}/refusal": _of_hop("refusal", REASON, OTHER, is_registered=False),
    "/v1/hops/{hop_id}/return": _of_hop("return", REASON, OTHER, is_registered=True),
    "/v1/hops/{hop_id}/recall": _of_hop("recall", REASON, OTHER, is_registered=False),
    "/v1/dispatches/{dispatch_id}/extension": _move("extension", *EXTENDED, of_hop=False),
    "/v1/dispatches/{dispatch_id}/suspension": _move("suspension", REASON, OTHER, of_hop=False),
    "/v1/dispatches/{dispatch_id}/resumption": _move(
        "resumption", REASON, OTHER, of_hop=False, is_stopped=True
    ),
    "/v1/hops/{hop_id}/extension": _move("extension", *EXTENDED, of_hop=True),
    "/v1/hops/{hop_id}/suspension": _move("suspension", REASON, OTHER, of_hop=True),
    "/v1/hops/{hop_id}/resumption": _move(
        "resumption", REASON, OTHER, of_hop=True, is_stopped=True
    ),
    "/v1/registries/{registry_id}/posts": _post,
    "/v1/posts/{post_period_id}/withdrawal": _withdrawal,
    "/v1/calendar/overrides": _override,
    "/v1/mails/resend": _resend,
    "/v1/notices/{notice_id}/reading": _reading,
    "/v1/registers": _register,
    "/v1/registers/{register_id}/voids": _void,
}


def test_every_post_of_the_application_is_tried(app: FastAPI) -> None:
    assert set(POSTS) == {path for method, path in routes_of(app) if method == "POST"}


@pytest.mark.parametrize("route", POSTS)
async def test_a_post_acts_once_per_key(api: Api, route: str) -> None:
    officer, path, body, other = await POSTS[route](api)
    async with api.nothing_written():
        answer = await officer.ask("POST", path, json=body)
        refused(answer, 400, "idempotency_key_missing")
        for bad in ("", "k" * 201):
            answer = await officer.ask("POST", path, json=body, headers={"Idempotency-Key": bad})
            refused(answer, 400, "idempotency_key_missing")
        async with _still_running(api, officer, "k"):
            refused(await officer.post(path, body, key="k"), 409, "idempotency_key_in_use")
    first = await officer.post(path, body, key="k")
    assert first.status_code == 201
    async with api.nothing_written():
        second = await officer.post(path, body, key="k")
        assert (second.status_code, second.content) == (201, first.content)
        assert second.headers["content-type"] == first.headers["content-type"]
        refused(await officer.post(path, other, key="k"), 422, "idempotency_key_reused")


async def test_the_same_body_under_the_same_key_elsewhere_is_another_request(api: Api) -> None:
    agency, hall = api.officer("agency"), api.officer("hall")
    first, second = [await hall.hop(await agency.send("hall")) for _ in range(2)]
    await hall.act(f"/v1/hops/{first}/receipt", key="k")
    async with api.nothing_written():
        answer = await hall.post(f"/v1/hops/{second}/receipt", key="k")
        refused(answer, 422, "idempotency_key_reused")


async def test_a_key_is_free_again_after_an_error(api: Api) -> None:
    agency = api.officer("agency")
    for wrong in ({"subject": ""}, {"secrecy": "top_secret"}, {"dated": "2021-03-03"}):
        async with api.nothing_written():
            answer = await agency.post("/v1/letters", agency.letter(**wrong), key="k")
            assert answer.status_code == 422
    letter = await agency.act("/v1/letters", agency.letter(), key="k")
    assert letter["number_running"] == "1"


async def test_the_keys_of_two_officers_do_not_collide(api: Api) -> None:
    clerk, head = api.officer("agency"), api.officer("agency", "head")
    first = await clerk.act("/v1/letters", clerk.letter(), key="k")
    second = await head.act("/v1/letters", head.letter(), key="k")
    assert [first["number_running"], second["number_running"]] == ["1", "2"]


async def test_a_stored_answer_is_given_whatever_happened_since(api: Api) -> None:
    agency, hall = api.officer("agency"), api.officer("hall")
    dispatch = await agency.send("hall")
    path = f"/v1/hops/{await hall.hop(dispatch)}/receipt"
    receipt = await hall.act(path, key="k")
    await hall.act(path.replace("receipt", "acknowledgment"), {})
    api.clock.at = api.clock.at.replace(year=2022)
    assert await hall.act(path, key="k") == receipt


async def test_twenty_equal_posts_at_once_make_one_letter(api: Api) -> None:
    agency = api.officer("agency")
    answers = await asyncio.gather(
        *(agency.post("/v1/letters", agency.letter(), key="k") for _ in range(20))
    )
    counts = Counter(answer.status_code for answer in answers)
    assert counts[201] >= 1
    assert set(counts) <= {201, 409}
    assert len({answer.content for answer in answers if answer.status_code == 201}) == 1
    for answer in answers:
        if answer.status_code == 409:
            refused(answer, 409, "idempotency_key_in_use")
    async with api.sessions() as session:
        assert await session.scalar(select(func.count()).select_from(Letter)) == 1
        assert await session.scalar(select(func.count()).select_from(IdempotencyKey)) == 1
    assert (await agency.issue())["number_running"] == "2"


async def test_twenty_receipts_at_once_under_keys_of_their_own_give_one_number(api: Api) -> None:
    agency, hall = api.officer("agency"), api.officer("hall")
    dispatch = await agency.send("hall")
    path = f"/v1/hops/{await hall.hop(dispatch)}/receipt"
    receipts = await asyncio.gather(*(hall.act(path) for _ in range(20)))
    assert len({receipt["number"] for receipt in receipts}) == 1
    assert (await api.sizes())["numbers"] == 2


async def test_identical_acts_in_waves_never_get_another_answer_than_the_first(api: Api) -> None:
    # Each wave meets the commit of the first at another moment; a twin may be told to wait, and
    # never that its step is not allowed.
    agency, hall = api.officer("agency"), api.officer("hall")
    for wave in range(5):
        dispatch = await agency.send("hall")
        hop = await hall.hop(dispatch)
        await hall.act(f"/v1/hops/{hop}/receipt")
        path = f"/v1/hops/{hop}/acknowledgment"
        answers = await asyncio.gather(*(hall.post(path, {}, key=f"k{wave}") for _ in range(12)))
        assert len({answer.content for answer in answers if answer.status_code == 201}) == 1
        for answer in answers:
            if answer.status_code != 201:
                refused(answer, 409, "idempotency_key_in_use")


@asynccontextmanager
async def _still_running(api: Api, officer: Officer, key: str) -> AsyncIterator[None]:
    officer_id = UUID((await officer.read("/v1/me"))["id"])
    request = Request(officer_id=officer_id, key=key, fingerprint=sha256(b"").digest())
    async with api.sessions() as session:
        assert await recall_answer(session, request) is None
        yield
