"""What heads and administrators see of their registry's mails, and what they send again."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert

from domain.vocabulary import MailKind, MailState
from models import Mail
from tests.support.http_desk import Api, refused
from tests.support.mail_ledger import MONDAY, bangkok


async def post(api: Api, name: str, state: MailState = MailState.DEAD) -> str:
    at = bangkok(8, "08:40")
    async with api.sessions.begin() as session:
        mail_id = await session.scalar(
            insert(Mail)
            .values(
                kind=MailKind.AT_ONCE,
                state=state,
                registry_id=api.desks[name].registry_id,
                day=MONDAY,
                created_at=at,
                next_try_at=at,
                attempts=6,
                last_error="554 not wanted",
                sent_at=at if state is MailState.SENT else None,
            )
            .returning(Mail.id)
        )
    assert isinstance(mail_id, UUID)
    return str(mail_id)


async def test_the_dead_letters_of_a_registry_are_listed_and_sent_again(api: Api) -> None:
    head = api.officer("hall", "head")
    dead = [await post(api, "hall") for _ in range(3)]
    await post(api, "hall", MailState.SENT)
    await post(api, "office")
    first = await head.read("/v1/mails", state="dead", limit=2)
    assert [item["id"] for item in first["items"]] == dead[:2]
    assert {item["last_error"] for item in first["items"]} == {"554 not wanted"}
    assert {item["registry"] for item in first["items"]} == {api.desks["hall"].name}
    rest = await head.read("/v1/mails", state="dead", after=first["next"], limit=2)
    assert ([item["id"] for item in rest["items"]], rest["next"]) == (dead[2:], None)
    body = {"registry_id": str(head.desk.registry_id)}
    answer = await head.act("/v1/mails/resend", body, key="resend-1")
    assert answer == {"resent": 3}
    # The same request again is answered again, and acts once.
    assert await head.act("/v1/mails/resend", body, key="resend-1") == answer
    waiting = await head.read("/v1/mails", state="waiting")
    assert [item["id"] for item in waiting["items"]] == dead
    assert {item["attempts"] for item in waiting["items"]} == {0}
    assert await head.act("/v1/mails/resend", body) == {"resent": 0}


async def test_an_administrator_sends_some_again(api: Api) -> None:
    admin = api.officer("hall", "admin")
    dead = [await post(api, "hall") for _ in range(2)]
    assert await admin.act("/v1/mails/resend", {"mail_ids": dead[:1]}) == {"resent": 1}
    assert [one["id"] for one in (await admin.read("/v1/mails", state="dead"))["items"]] == dead[1:]


@pytest.mark.parametrize("role", ["clerk", "auditor"])
async def test_others_at_the_desk_see_none(api: Api, role: str) -> None:
    mail = await post(api, "hall")
    officer = api.officer("hall", role)
    assert (await officer.read("/v1/mails"))["items"] == []
    refused(await officer.post("/v1/mails/resend", {"mail_ids": [mail]}), 403, "role_missing")


async def test_a_bad_request_changes_nothing(api: Api) -> None:
    head = api.officer("hall", "head")
    own, foreign = await post(api, "hall"), await post(api, "office")
    sent = await post(api, "hall", MailState.SENT)
    registry = str(head.desk.registry_id)
    cases: list[tuple[object, int, str]] = [
        ({}, 422, "resend_unclear"),
        ({"registry_id": registry, "mail_ids": [own]}, 422, "resend_unclear"),
        ({"registry_id": str(uuid4())}, 404, "not_found"),
        ({"mail_ids": [own, foreign]}, 404, "not_found"),
        ({"mail_ids": [own, sent]}, 409, "mail_not_dead"),
        ({"mail_ids": [own] * 1001}, 422, "request_invalid"),
        ({"mail_ids": own}, 422, "request_invalid"),
        ({"all": True}, 422, "request_invalid"),
    ]
    for body, status, code in cases:
        refused(await head.post("/v1/mails/resend", body), status, code)
    refused(await head.get("/v1/mails", state="lost"), 422, "request_invalid")
    refused(await head.get("/v1/mails", limit=201), 422, "request_invalid")
    assert len((await head.read("/v1/mails", state="dead"))["items"]) == 1
