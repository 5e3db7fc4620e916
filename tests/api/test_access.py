"""Every route, asked by everybody: who is told what, and who is told that there is nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from fastapi import FastAPI

from cli.token import issue_token
from domain.vocabulary import AlarmStep
from tests.support.http_desk import FORM, KEY, PROBLEM, Api, Json, Officer, digest_of, refused
from tests.support.routes import guarded_routes, query_of

CONTENT = b"%PDF-1.7 secret enclosure"
REASON: Json = {"reason": "ส่งผิดหน่วยงาน"}
MOVES: dict[str, Json] = {
    "extension": {"days": 1} | REASON,
    "suspension": REASON,
    "resumption": REASON,
}
MOVED = ("/v1/dispatches/{dispatch_id}", "/v1/hops/{hop_id}")
OWN_DAY: Json = {
    "scope": "organization:office",
    "first_day": "2021-03-26",
    "last_day": "2021-03-26",
    "kind": "off",
    "source": "คำสั่งที่ ๑๒",
} | REASON


@dataclass(frozen=True, kw_only=True, slots=True)
class Scene:
    """agency → hall → office → district_a: what the office received, sent and keeps."""

    api: Api
    ids: Mapping[str, str]
    bodies: Mapping[str, Json | None]


@pytest.fixture(scope="module")
async def scene(shared_api: Api) -> Scene:
    agency, hall, office = (shared_api.officer(name) for name in ("agency", "hall", "office"))
    district = shared_api.officer("district_a")
    await shared_api.officer("stranger").send("body_b1")
    top = await agency.send("hall", "direct", answer_form=FORM)
    received = await hall.pass_on(top, "office", "district_b", cover={"subject": "ส่งหนังสือเวียน"})
    await office.put_file(CONTENT)
    files = [{"sha256": digest_of(CONTENT), "file_name": "กำหนดการ.pdf"}]
    cover = {"subject": "ส่งหนังสือเวียนต่อ", "attachments": files}
    sent = await office.pass_on(received, "district_a", cover=cover)
    await shared_api.ring(received, AlarmStep.REMIND_ACKNOWLEDGE)
    post = {"post": "deputy", "first_day": "2021-03-22", "last_day": "2021-03-26"} | REASON
    desk = str(office.desk.registry_id)
    period = await shared_api.officer("office", "head").act(f"/v1/registries/{desk}/posts", post)
    letter = await office.issue()
    taken = await office.act("/v1/intake", {"registry_id": desk, "text": "เรื่อง ขอให้รายงานผล"})
    place, lacking = f"/v1/intake/{taken['id']}", str(office.api.desks["direct"].organization_id)
    line = await office.act(f"{place}/recipients", {"organization_id": lacking})
    (notice,) = (await office.read("/v1/notices"))["items"]
    books = (await office.get("/v1/registers")).json()
    ids = {
        "letter_id": sent["letter_id"],
        "digest": digest_of(CONTENT),
        "dispatch_id": sent["id"],
        "circular_id": top["circular_id"],
        "hop_id": sent["parent_hop_id"],
        "hop_below": await district.hop(sent),
        "notice_id": notice["id"],
        "post_period_id": period["id"],
        "registry_id": desk,
        "organization_id": str(office.desk.organization_id),
        "officer_id": str(office.desk.clerk.id),
        "register_id": books[0]["id"],
        "book": "incoming",
        "year": "2021",
        "intake_id": taken["id"],
        "position": str(line["position"]),
    }
    return Scene(
        api=shared_api,
        ids=ids,
        bodies={
            "/v1/letters": office.letter(),
            "/v1/dispatches": office.order("direct", letter_id=letter["id"]),
            "/v1/dispatches/{dispatch_id}/closure": REASON,
            "/v1/intake": {"registry_id": desk, "text": "เรื่อง ขอให้รายงานผล"},
            "/v1/intake/{intake_id}/values": {"values": {"urgency": "normal"}},
            "/v1/intake/{intake_id}/recipients": {"organization_id": lacking},
            "/v1/intake/{intake_id}/recipients/{position}": {"left_out": True},
            "/v1/intake/{intake_id}/dispatch": {"acknowledge_within": 5},
            "/v1/intake/{intake_id}/discard": REASON,
            "/v1/hops/{hop_id}/receipt": None,
            "/v1/hops/{hop_id}/forward": office.order("direct"),
            "/v1/hops/{hop_id}/acknowledgment": {},
            "/v1/hops/{hop_id}/refusal": REASON,
            "/v1/hops/{hop_id}/return": REASON,
            "/v1/hops/{hop_id}/recall": REASON,
            **{f"{place}/{act}": MOVES[act] for place in MOVED for act in MOVES},
            "/v1/registries/{registry_id}/posts": post | {"post": "clerk"},
            "/v1/posts/{post_period_id}/withdrawal": None,
            "/v1/calendar/overrides": OWN_DAY,
            "/v1/mails/resend": {"registry_id": desk},
            "/v1/notices/{notice_id}/reading": None,
            "/v1/registers": {"registry_id": ids["registry_id"], "book": "outgoing", "year": 2021},
            "/v1/registers/{register_id}/voids": {"number": 1} | REASON,
        },
    )


# What each outsider and each role of the office gets: by kind of route.
STRANGERS = ("stranger", "district_b", "body_a1", "direct")
ABOVE = ("agency", "hall")
# Lists, and what everybody who is signed in may read: the answer is 200 with nothing foreign.
LISTS = frozenset(
    {
        "/v1/audit/events",
        "/v1/audit/figures",
        "/v1/inbox",
        "/v1/inbox/counts",
        "/v1/intake",
        "/v1/letters",
        "/v1/notices",
        "/v1/mails",
        "/v1/registers",
        "/v1/me",
        "/v1/officers/{officer_id}/history",
        "/v1/organizations",
        "/v1/organizations/{organization_id}/history",
        "/v1/calendar",
        "/v1/policies",
        "/v1/search",
    }
)
# They name what anybody may know of, a desk or a scope or nothing, and are refused for the role.
NAMED = {
    "/v1/plans": "role_missing",
    "/v1/calendar/overrides": "calendar_not_yours",
    "/v1/audit/export": "role_missing",
}
# A file of the record is for those who answer for it.
EXPORT = "/v1/audit/export"
EXPORTERS = frozenset({"head", "auditor"})
# Nothing is sealed here, so there is no proof yet of what one may see.
EVIDENCE = "/v1/hops/{hop_id}/evidence"
# The whole circular is not the office's alone: others who hold a part of it see that part.
SHARED = "/v1/circulars/"
# What an administrator is there for.
KEEPING = frozenset(
    {
        ("POST", "/v1/registers"),
        ("POST", "/v1/mails/resend"),
        ("POST", "/v1/calendar/overrides"),
        ("POST", "/v1/posts/{post_period_id}/withdrawal"),
        ("POST", "/v1/registries/{registry_id}/posts"),
        ("GET", "/v1/registries/{registry_id}/posts"),
    }
)
# What the office holds for itself, whoever stands above it.
PRIVATE = frozenset(
    {
        ("POST", "/v1/letters"),
        ("POST", "/v1/dispatches"),
        ("POST", "/v1/registers"),
        ("POST", "/v1/registers/{register_id}/voids"),
        ("POST", "/v1/notices/{notice_id}/reading"),
        ("POST", "/v1/mails/resend"),
        ("POST", "/v1/posts/{post_period_id}/withdrawal"),
        ("POST", "/v1/registries/{registry_id}/posts"),
        ("GET", "/v1/registries/{registry_id}/posts"),
        ("GET", "/v1/registers/{registry_id}/{book}/{year}/entries"),
        ("GET", "/v1/registers/{registry_id}/{book}/{year}/gaps"),
        ("POST", "/v1/intake"),
        ("POST", "/v1/intake/{intake_id}/values"),
        ("POST", "/v1/intake/{intake_id}/recipients"),
        ("POST", "/v1/intake/{intake_id}/recipients/{position}"),
        ("POST", "/v1/intake/{intake_id}/dispatch"),
        ("POST", "/v1/intake/{intake_id}/discard"),
        ("GET", "/v1/intake/{intake_id}"),
        ("GET", "/v1/intake/{intake_id}/text"),
        ("GET", "/v1/intake/{intake_id}/candidates"),
        ("GET", "/v1/intake/{intake_id}/plan"),
    }
)


async def _ask(scene: Scene, officer: Officer, method: str, path: str) -> httpx2.Response:
    headers = {"Idempotency-Key": str(uuid4())}
    place = path.format(**scene.ids)
    match method:
        case "POST":
            return await officer.ask(method, place, headers=headers, json=scene.bodies[path])
        case "PUT":
            return await officer.ask(method, place, content=CONTENT)
        case _:
            return await officer.ask(method, place, params=query_of(path, scene.ids))


def _of_a_page(role: str, path: str) -> int:
    """Return what a GET is answered with where nothing is hidden from the role."""
    if path == EXPORT:
        return 200 if role in EXPORTERS else 403
    if path in NAMED:
        return 403
    return 409 if path == EVIDENCE else 200


def test_every_route_is_in_the_matrix(app: FastAPI, scene: Scene) -> None:
    posts = {path for method, path in guarded_routes(app) if method == "POST"}
    assert set(scene.bodies) == posts
    assert len(guarded_routes(app)) >= 44


async def test_nobody_is_served_without_a_good_token(app: FastAPI, scene: Scene) -> None:
    api, asked, before = scene.api, 0, await scene.api.sizes()
    expired = issue_token(api.settings, KEY, "clerk.office", lifetime=-60)
    nobody = issue_token(api.settings, KEY, "clerk.nowhere", lifetime=60)
    for method, path in guarded_routes(app):
        for token in ("", expired, nobody):
            officer = Officer(api=api, desk=api.desks["office"], token=token)
            answer = await _ask(scene, officer, method, path)
            refused(answer, 401, "not_signed_in")
            assert answer.headers["www-authenticate"].startswith("Bearer")
            asked += 1
    assert await api.sizes() == before
    assert asked == 3 * len(guarded_routes(app))


@pytest.mark.parametrize("role", ["clerk", "head", "auditor", "admin"])
@pytest.mark.parametrize("name", STRANGERS)
async def test_strangers_are_told_that_there_is_nothing(
    app: FastAPI, scene: Scene, name: str, role: str
) -> None:
    officer, asked = scene.api.officer(name, role), 0
    has_a_part = name in {"direct", "district_b"} and role != "admin"
    async with scene.api.nothing_written():
        for method, path in guarded_routes(app):
            if path in LISTS and method == "GET":
                continue
            answer = await _ask(scene, officer, method, path)
            asked += 1
            if method == "PUT":
                # Storing bytes tells nothing of what others stored.
                assert answer.status_code == (201 if role in {"clerk", "head"} else 403)
            elif path.startswith(SHARED) and has_a_part:
                assert answer.status_code == 200
                for secret in ("hop_id", "hop_below", "dispatch_id"):
                    assert scene.ids[secret] not in answer.text
            elif path == EXPORT and role in EXPORTERS:
                assert answer.status_code == 200
                assert not any(scene.ids[name] in answer.text for name in ("hop_id", "dispatch_id"))
            elif path in NAMED:
                refused(answer, 403, NAMED[path])
            else:
                refused(answer, 404, "not_found")
    assert asked == len(guarded_routes(app)) - len(LISTS)


def _is_its_own(name: str, role: str, path: str) -> bool:
    """Whether an act on the office's letter is up to a desk above it.

    The hall sent the office its hop, so it alone may take it back and its head may move its
    clock; the head of the agency, where the circular began, may move every clock.
    """
    if path.endswith("/recall"):
        return name == "hall"
    is_move = path.rpartition("/")[2] in MOVES
    return is_move and role == "head" and (name == "agency" or path.startswith("/v1/hops/"))


@pytest.mark.parametrize(("name", "acts"), [("agency", 3 * 9 + 2 * 6), ("hall", 3 * 8 + 2 * 6 + 3)])
async def test_those_above_see_what_is_below_and_act_for_nobody(
    app: FastAPI, scene: Scene, name: str, acts: int
) -> None:
    counts = {200: 0, 403: 0, 404: 0, 409: 0}
    for role in ("clerk", "head", "auditor"):
        officer = scene.api.officer(name, role)
        async with scene.api.nothing_written():
            for method, path in guarded_routes(app):
                is_open = (path in LISTS and method == "GET") or method == "PUT"
                if is_open or _is_its_own(name, role, path):
                    continue
                answer = await _ask(scene, officer, method, path)
                expected = _of_a_page(role, path) if method == "GET" else 403
                if (method, path) in PRIVATE:
                    expected = 404
                assert answer.status_code == expected, (path, answer.text)
                assert expected == 200 or answer.headers["content-type"] == PROBLEM
                counts[expected] += 1
    assert counts == {200: 3 * 13 + 2, 403: acts + 1, 404: 3 * len(PRIVATE), 409: 3}


async def test_nobody_sees_what_is_above_or_beside(scene: Scene) -> None:
    """The district holds one hop of the office's dispatch, and nothing of the office's own."""
    api = scene.api
    for role in ("clerk", "head", "auditor", "admin"):
        district = api.officer("district_a", role)
        for path in ("/v1/dispatches/{dispatch_id}", "/v1/hops/{hop_id}"):
            refused(await _ask(scene, district, "GET", path), 404, "not_found")
    clerk = api.officer("district_a")
    route = await clerk.read(f"/v1/circulars/{scene.ids['circular_id']}/route")
    assert route["counts"]["hops"] == 1
    # What was sent to it, it reads: its hop, its letter and the enclosure.
    for path in (
        f"/v1/hops/{scene.ids['hop_below']}",
        "/v1/letters/{letter_id}",
        "/v1/files/{digest}",
    ):
        assert (await _ask(scene, clerk, "GET", path)).status_code == 200


async def test_an_auditor_reads_everything_of_the_desk_and_does_nothing(
    app: FastAPI, scene: Scene
) -> None:
    auditor, asked = scene.api.officer("office", "auditor"), 0
    before = await scene.api.sizes()
    for method, path in guarded_routes(app):
        answer = await _ask(scene, auditor, method, path)
        asked += 1
        if method == "GET" and _of_a_page("auditor", path) != 403:
            assert answer.status_code == _of_a_page("auditor", path), (path, answer.text)
        else:
            assert answer.status_code == 403, (path, answer.text)
            assert refused(answer, 403, answer.json()["code"])["code"] in {
                "role_missing",
                "not_the_sender",
            }
    assert asked == len(guarded_routes(app))
    assert await scene.api.sizes() == before


async def test_an_administrator_keeps_books_and_reads_no_letters(
    app: FastAPI, scene: Scene
) -> None:
    admin, asked = scene.api.officer("office", "admin"), 0
    before = await scene.api.sizes()
    for method, path in guarded_routes(app):
        if (method, path) in KEEPING:
            continue
        answer = await _ask(scene, admin, method, path)
        asked += 1
        if path in LISTS and method == "GET":
            assert answer.status_code == 200
            assert path not in {"/v1/inbox", "/v1/notices"} or answer.json()["items"] == []
        else:
            assert answer.status_code in {403, 404}, (path, answer.text)
            assert answer.headers["content-type"] == PROBLEM
        assert "ส่งหนังสือเวียน" not in answer.text
    assert asked == len(guarded_routes(app)) - len(KEEPING)
    assert await scene.api.sizes() == before
    book = {"registry_id": scene.ids["registry_id"], "book": "outgoing", "year": 2030}
    assert (await admin.act("/v1/registers", book))["year"] == 2030
    posts = await admin.read(f"/v1/registries/{scene.ids['registry_id']}/posts")
    assert [one["id"] for one in posts["periods"]] == [scene.ids["post_period_id"]]
    for path in sorted({path for method, path in KEEPING if method == "POST"} - {"/v1/registers"}):
        answer = await _ask(scene, admin, "POST", path)
        assert answer.status_code == 201, (path, answer.text)


async def test_a_list_never_holds_a_foreign_row(scene: Scene) -> None:
    api, pairs = scene.api, 0
    for name, desk in api.desks.desks.items():
        for role in ("clerk", "head", "auditor", "admin"):
            officer, own = api.officer(name, role), str(desk.registry_id)
            for path in ("/v1/inbox", "/v1/notices", "/v1/mails", "/v1/registers"):
                rows: Any = (await officer.get(path)).json()
                rows = rows if isinstance(rows, list) else rows["items"]
                assert {row["registry_id"] for row in rows} <= {own}
                pairs += 1
            me = await officer.read("/v1/me")
            assert [one["id"] for one in me["registries"]] == [own]
            refused(await officer.get("/v1/inbox", registry_id=uuid4()), 404, "not_found")
    assert pairs == len(api.desks.desks) * 4 * 4
