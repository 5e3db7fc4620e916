"""A repeated POST gets the answer that it got before, and acts once (RFC draft Idempotency-Key)."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from uuid import UUID

import pytest
from fastapi import FastAPI
from sqlalchemy import func, select, update

from domain.vocabulary import Secrecy
from models import IdempotencyKey, Letter
from models import Officer as OfficerRow
from services.answer_once import Request, recall_answer
from tests.api.conftest import owner_of
from tests.conftest import Database
from tests.support.http_desk import Api, Officer, refused
from tests.support.prepared_posts import POSTS
from tests.support.routes import routes_of


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


async def test_a_stored_answer_is_not_given_after_the_clearance_was_withdrawn(
    api: Api, copy: Database
) -> None:
    agency = api.officer("agency")
    async with owner_of(copy) as owner:
        await owner.execute(update(OfficerRow).values(clearance=Secrecy.SECRET))
    await agency.act("/v1/letters", agency.letter(secrecy="secret"), key="k")
    async with owner_of(copy) as owner:
        await owner.execute(update(OfficerRow).values(clearance=Secrecy.NORMAL))
    async with api.nothing_written():
        answer = await agency.post("/v1/letters", agency.letter(secrecy="secret"), key="k")
        refused(answer, 422, "idempotency_key_reused")


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
