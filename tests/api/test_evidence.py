"""Evidence over HTTP, under the API's own role: what each officer gets has to verify."""

from uuid import uuid4

import pytest
from sqlalchemy import update

import models
from domain.vocabulary import Secrecy
from infra.database import create_engine
from tests.conftest import Database
from tests.support.http_desk import Api, Json, Officer, refused
from tests.support.sealed import Sealer
from verifier.verify_evidence import verify


@pytest.fixture
def sealer(api: Api) -> Sealer:
    return Sealer(sessions=api.sessions)


def _url(hop_id: str) -> str:
    return f"/v1/hops/{hop_id}/evidence"


async def _kinds(officer: Officer, sealer: Sealer, hop_id: str) -> set[str]:
    """Return the kinds of entries in an officer's evidence, which has to be good."""
    answer = await officer.get(_url(hop_id))
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    name = f'attachment; filename="wian-evidence-{hop_id}.json"'
    assert answer.headers["content-disposition"] == name
    bundle: Json = answer.json()
    assert verify(answer.content, key=sealer.key_text).summary == bundle["summary"]
    return {one["fields"]["kind"] for one in bundle["entries"]}


async def test_sender_recipient_and_those_above_get_evidence_that_verifies(
    api: Api, sealer: Sealer
) -> None:
    agency, hall, office = (api.officer(name) for name in ("agency", "hall", "office"))
    top = await agency.send("hall", "direct")
    below = await hall.pass_on(top, "office", cover={"subject": "ส่งหนังสือเวียน"})
    hop_id = await office.register(below)
    await sealer.add_noise(300)
    await sealer.seal()
    own = {"allocated", "letter_issued", "registered", "sent"}
    assert await _kinds(office, sealer, hop_id) == own
    for above in (hall, agency, api.officer("agency", "auditor")):
        assert await _kinds(above, sealer, hop_id) == own | {"dispatched"}
    upper = {*own, "dispatched", "forwarded"}
    assert await _kinds(agency, sealer, str(below["parent_hop_id"])) == upper


async def test_evidence_waits_for_the_seal(api: Api, sealer: Sealer) -> None:
    agency, hall = api.officer("agency"), api.officer("hall")
    hop_id = await hall.hop(await agency.send("hall"))
    problem = refused(await agency.get(_url(hop_id)), 409, "not_sealed_yet")
    assert problem["detail"] == "ยังไม่ถึงรอบปิดผนึก โปรดลองใหม่ในอีกไม่กี่วินาที"
    await sealer.seal()
    assert "sent" in await _kinds(agency, sealer, hop_id)


async def test_strangers_learn_nothing_sealed_or_not(api: Api, sealer: Sealer) -> None:
    agency, hall = api.officer("agency"), api.officer("hall")
    hop_id = await hall.hop(await agency.send("hall"))
    others = [
        api.officer("stranger"),
        api.officer("district_a", "head"),
        api.officer("hall", "admin"),
    ]
    for _ in range(2):
        for officer in others:
            refused(await officer.get(_url(hop_id)), 404, "not_found")
        refused(await agency.get(_url(str(uuid4()))), 404, "not_found")
        await sealer.seal()
    refused(await agency.get(_url("hop")), 422, "request_invalid")


async def test_evidence_of_a_secret_letter_needs_the_clearance(
    api: Api, copy: Database, sealer: Sealer
) -> None:
    agency, hall = api.officer("agency"), api.officer("hall")
    await _clear(copy, "clerk.agency", "clerk.hall")
    letter = await agency.issue(secrecy=Secrecy.SECRET)
    hop_id = await hall.hop(await agency.send("hall", letter=letter))
    await sealer.seal()
    before = await api.sizes()
    for officer in (api.officer("hall", "head"), api.officer("agency", "auditor")):
        refused(await officer.get(_url(hop_id)), 404, "not_found")
    assert await api.sizes() == before
    assert "sent" in await _kinds(hall, sealer, hop_id)
    after = await api.sizes()
    assert after["event"] == before["event"] + 1


async def _clear(copy: Database, *subjects: str) -> None:
    engine = create_engine(copy.owner_url, pool=1, role=None)
    cleared = update(models.Officer).where(models.Officer.subject.in_(subjects))
    async with engine.begin() as connection:
        await connection.execute(cleared.values(clearance=Secrecy.SECRET))
    await engine.dispose()
