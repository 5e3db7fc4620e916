"""Every POST of the application, prepared so that it can be sent once, again, and otherwise."""

from collections.abc import Awaitable, Callable

from domain.vocabulary import AlarmStep
from tests.support.http_desk import Api, Json, Officer
from tests.support.intakes import letter_text, list_text
from tests.support.letters import ACKNOWLEDGE_BY, REGISTER_BY

Prepared = tuple[Officer, str, Json | None, Json | None]
Prepare = Callable[[Api], Awaitable[Prepared]]
"""Returns who asks, the path, a body that is accepted, and another for the same path."""
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


async def _text(api: Api) -> Prepared:
    hall = api.officer("hall")
    given: Json = {"registry_id": str(hall.desk.registry_id)}
    return hall, "/v1/intake", given | {"text": letter_text()}, given | {"text": list_text()}


def _of_intake(act: str, body: Json, other: Json) -> Prepare:
    async def prepare(api: Api) -> Prepared:
        hall, path, given, _ = await _text(api)
        taken = await hall.act(path, given)
        return hall, f"{path}/{taken['id']}/{act}", body, other

    return prepare


async def _added(api: Api) -> Prepared:
    hall, path, given, _ = await _text(api)
    taken = await hall.act(path, given)
    one, other = (
        {"organization_id": str(api.desks[name].organization_id)} for name in ("office", "direct")
    )
    return hall, f"{path}/{taken['id']}/recipients", one, other


async def _decision(api: Api) -> Prepared:
    hall, path, body, _ = await _added(api)
    return hall, f"{path}/0", body, {"left_out": True}


async def _sending(api: Api) -> Prepared:
    hall, path, body, _ = await _added(api)
    await hall.act(path, body)
    place = path.removesuffix("/recipients")
    for line in (await hall.read(place))["recipients"]:
        if line["is_open"]:
            await hall.act(f"{path}/{line['position']}", {"left_out": True})
    draft = {one["name"]: one["value"] for one in (await hall.read(f"{place}/plan"))["draft"]}
    await hall.act(f"{place}/values", {"values": draft | {"dated": None}})
    days = {"register_by": REGISTER_BY.isoformat(), "acknowledge_by": ACKNOWLEDGE_BY.isoformat()}
    return hall, f"{place}/dispatch", days | {"accept_warnings": True}, days


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
    "/v1/intake": _text,
    "/v1/intake/{intake_id}/values": _of_intake(
        "values", {"values": {"subject": "ขอเชิญประชุม"}}, {"values": {"subject": "ขอเชิญสัมมนา"}}
    ),
    "/v1/intake/{intake_id}/recipients": _added,
    "/v1/intake/{intake_id}/recipients/{position}": _decision,
    "/v1/intake/{intake_id}/discard": _of_intake("discard", REASON, OTHER),
    "/v1/intake/{intake_id}/dispatch": _sending,
    "/v1/registers": _register,
    "/v1/registers/{register_id}/voids": _void,
}
