"""Evidence that the ledger makes is judged by the verifier alone, which knows nothing of it."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from random import Random
from typing import Any, LiteralString
from uuid import UUID, uuid4

import psycopg
import pytest
from cryptography import x509
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from domain.access import ActingOfficer
from domain.buddhist_era import thai_digits
from domain.errors import ConflictError, NotFoundError
from domain.evidence_bundle import write_bundle
from domain.vocabulary import EventKind, Secrecy, Urgency
from infra.database import WORKER_ROLE, create_engine, create_sessions
from infra.embedded.postgres import PostgresServer
from infra.log_key import verifier
from models import Dispatch, Officer, Registry
from services.acknowledge_hop import acknowledge_hop
from services.issue_letter import issue_letter
from services.letter_draft import EnclosedFile, LetterDraft
from services.make_evidence import make_evidence
from services.read_log import read_present
from services.record_directory import NO_REGISTRY, record_directory
from services.record_event import SYSTEM_OFFICER, record_event
from services.refuse_hop import refuse_hop
from services.seal_log import LogSigner, draft_seal, find_edge, store_seal
from tests.conftest import Database
from tests.support.directory import Desk, Directory, create_directory
from tests.support.letters import (
    HOUR,
    MORNING,
    StoredFiles,
    events,
    hop_to,
    pass_on,
    register,
    send,
)
from tests.support.sealed import Sealer
from tests.support.tsa import create_authority
from verifier.verify_evidence import RefusedError, Verdict, verify

Sessions = async_sessionmaker[AsyncSession]
PAGE = b"%PDF-1.7"


@dataclass(frozen=True, kw_only=True, slots=True)
class Ledger:
    """A database with a directory, and who seals it."""

    database: Database
    sessions: Sessions
    desks: Directory
    sealer: Sealer


@pytest.fixture(scope="module")
async def ledger(postgres: PostgresServer) -> AsyncIterator[Ledger]:
    """One for all tests that neither break it nor begin its log anew."""
    database = Database(postgres)
    database.create()
    engine = create_engine(database.worker_url, pool=4, role=WORKER_ROLE)
    desks, sessions = await create_directory(database.owner_url), create_sessions(engine)
    yield Ledger(
        database=database, sessions=sessions, desks=desks, sealer=Sealer(sessions=sessions)
    )
    await engine.dispose()
    database.drop()


@pytest.fixture
def own_ledger(database: Database, sessions: Sessions, own_directory: Directory) -> Ledger:
    return Ledger(
        database=database,
        sessions=sessions,
        desks=own_directory,
        sealer=Sealer(sessions=sessions),
    )


async def _evidence(sessions: Sessions, hop_id: UUID, by: ActingOfficer | None) -> dict[str, Any]:
    async with sessions.begin() as session:
        return await make_evidence(session, by=by, hop_id=hop_id, at=MORNING + HOUR)


def _superuser(ledger: Ledger) -> str:
    return f"{ledger.database._maintenance}/{ledger.database.name}"


def _judge(bundle: Mapping[str, Any], sealer: Sealer, **given: Any) -> Verdict:  # noqa: ANN401
    return verify(write_bundle(bundle), key=sealer.key_text, **given)


def _kinds(bundle: Mapping[str, Any]) -> list[str]:
    return sorted(one["fields"]["kind"] for one in bundle["entries"])


async def _sent(
    sessions: Sessions,
    sender: Desk,
    *recipients: Desk,
    **draft: Any,  # noqa: ANN401
) -> tuple[Dispatch, UUID]:
    """Send a letter with an enclosure; return the dispatch and the hop to the first recipient."""
    digest = sha256(PAGE).digest()
    enclosed = EnclosedFile(sha256=digest, file_name="กำหนดการ.pdf", media_type="application/pdf")
    wanted = {"subject": "ขอให้รายงานผล", "files": [enclosed], "urgency": Urgency.MOST_URGENT}
    async with sessions.begin() as session:
        letter = await issue_letter(
            session,
            by=sender.clerk if "secrecy" not in draft else _cleared(sender.clerk),
            registry_id=sender.registry_id,
            draft=LetterDraft(**wanted | draft),
            files=StoredFiles({digest: len(PAGE)}),
            at=MORNING,
        )
        dispatch = await send(session, sender, *recipients, letter=letter)
        return dispatch, await hop_to(session, dispatch, recipients[0])


def _cleared(officer: ActingOfficer) -> ActingOfficer:
    return replace(officer, clearance=Secrecy.VERY_SECRET)


async def test_a_whole_life_of_a_hop_is_proved(ledger: Ledger) -> None:
    sessions, own_directory, sealer = ledger.sessions, ledger.desks, ledger.sealer
    agency, hall, office = (own_directory[name] for name in ("agency", "hall", "office"))
    await sealer.add_noise(700)
    dispatch, hop_id = await _sent(sessions, agency, hall)
    await sealer.seal()
    async with sessions.begin() as session:
        await register(session, dispatch, hall, at=MORNING + HOUR)
    await sealer.add_noise(30)
    first = await sealer.seal()
    async with sessions.begin() as session:
        below = await pass_on(session, dispatch, hall, office)
        await register(session, below, office)
    for rows in (1, 300, 5):
        await sealer.add_noise(rows)
        await sealer.seal()
    await sealer.add_noise(1_100)
    size = await sealer.seal()
    bundle = await _evidence(sessions, hop_id, agency.auditor)
    assert _kinds(bundle) == [
        "allocated",
        "dispatched",
        "forwarded",
        "letter_issued",
        "registered",
        "sent",
    ]
    enclosed = {"กำหนดการ.pdf": sha256(PAGE).digest()}
    verdict = _judge(bundle, sealer, attachments=enclosed)
    assert f"a checkpoint of {first} entries already covered the receipt" in verdict.proven
    assert f"every entry is in the log log.test/wian of {size} entries" in verdict.proven
    (number,) = (one["fields"]["number"] for one in bundle["entries"] if "number" in one["fields"])
    receipt = f"เลขรับ {thai_digits(str(number))} ตรารับลงวันที่ ๒ มีนาคม ๒๕๖๔ เวลา ๑๐.๐๐ น."
    for told in ("ด่วนที่สุด", "กำหนดการ.pdf", receipt, "ส่งต่อ"):
        assert told in verdict.summary


@pytest.mark.parametrize("seed", range(3))
async def test_proofs_hold_wherever_seals_begin_and_end(ledger: Ledger, seed: int) -> None:
    sessions, own_directory, sealer = ledger.sessions, ledger.desks, ledger.sealer
    rng, hops = Random(seed), []  # noqa: S311 (the same in every run)
    agency, hall = own_directory["agency"], own_directory["hall"]
    for _ in range(6):
        await sealer.add_noise(rng.choice((1, 2, 20, 255, 256, 511)))
        dispatch, hop_id = await _sent(sessions, agency, hall)
        hops.append(hop_id)
        if rng.random() < 0.7:
            await sealer.seal()
        async with sessions.begin() as session:
            await register(session, dispatch, hall)
    size = await sealer.seal()
    for hop_id in hops:
        bundle = await _evidence(sessions, hop_id, hall.clerk)
        assert "ผนึกแล้ว" in _judge(bundle, sealer).summary
        assert bundle["checkpoint"]["note"].split("\n")[1] == str(size)


async def test_what_the_real_sealer_sealed_is_proved(own_ledger: Ledger) -> None:
    agency, hall = own_ledger.desks["agency"], own_ledger.desks["hall"]
    key = own_ledger.sealer.key
    signer = LogSigner(
        name=own_ledger.sealer.origin,
        public=own_ledger.sealer.public,
        sign=key.sign,
        verify=verifier(own_ledger.sealer.public),
    )
    await own_ledger.sealer.add_noise(300)
    _, hop_id = await _sent(own_ledger.sessions, agency, hall)
    async with own_ledger.sessions.begin() as session:
        edge = await find_edge(session, era=1, signer=signer)
        present = await read_present(session)
        draft = await draft_seal(session, known=edge, present=present, signer=signer)
        assert draft is not None
        await store_seal(session, draft=draft, token=None, caught_up_at=None)
    bundle = await _evidence(own_ledger.sessions, hop_id, hall.clerk)
    assert _judge(bundle, own_ledger.sealer).summary == bundle["summary"]


async def test_a_letter_that_nobody_registered_was_sent_all_the_same(ledger: Ledger) -> None:
    sessions, own_directory, sealer = ledger.sessions, ledger.desks, ledger.sealer
    agency, hall = own_directory["agency"], own_directory["hall"]
    _, hop_id = await _sent(sessions, agency, hall)
    first = await sealer.seal()
    verdict = _judge(await _evidence(sessions, hop_id, agency.clerk), sealer)
    assert "ยังไม่มีเลขรับ" in verdict.summary
    assert f"{first} entries already covered that the letter was sent" in "".join(verdict.proven)
    async with sessions.begin() as session:
        await refuse_hop(session, by=hall.clerk, hop_id=hop_id, at=MORNING, reason="ส่ง\nผิด")
    await sealer.seal()
    verdict = _judge(await _evidence(sessions, hop_id, hall.clerk), sealer)
    assert "ปฏิเสธ" in verdict.summary
    assert "ความว่า ส่ง ผิด" in verdict.summary


async def test_what_is_not_sealed_is_not_proved_yet(own_ledger: Ledger) -> None:
    sessions, own_directory, sealer = own_ledger.sessions, own_ledger.desks, own_ledger.sealer
    agency, hall = own_directory["agency"], own_directory["hall"]

    async def refused(hop_id: UUID) -> None:
        with pytest.raises(ConflictError, match="ยังไม่ถึงรอบปิดผนึก") as error:
            await _evidence(sessions, hop_id, agency.clerk)
        assert error.value.reason == "not_sealed_yet"

    dispatch, hop_id = await _sent(sessions, agency, hall)
    await refused(hop_id)
    await sealer.seal()
    assert _judge(await _evidence(sessions, hop_id, agency.clerk), sealer).summary
    async with sessions.begin() as session:
        await register(session, dispatch, hall)
    await refused(hop_id)
    await sealer.seal()
    whole = await _evidence(sessions, hop_id, agency.clerk)
    async with sessions.begin() as session:
        await acknowledge_hop(session, by=hall.clerk, hop_id=hop_id, at=MORNING, remark="แล้ว")
    # The receipt is proved; that it was acknowledged has to wait.
    assert await _evidence(sessions, hop_id, agency.clerk) == whole
    await sealer.seal()
    later = await _evidence(sessions, hop_id, agency.clerk)
    assert set(_kinds(later)) - set(_kinds(whole)) == {"acknowledged"}
    assert "ความว่า แล้ว" in _judge(later, sealer).summary
    another, hop_id = await _sent(sessions, agency, hall)
    assert another.id != dispatch.id
    await refused(hop_id)


async def test_a_recipient_is_not_told_to_how_many_others_it_went(ledger: Ledger) -> None:
    sessions, own_directory, sealer = ledger.sessions, ledger.desks, ledger.sealer
    agency, hall, office = (own_directory[name] for name in ("agency", "hall", "office"))
    dispatch, hop_id = await _sent(sessions, agency, hall, office)
    async with sessions.begin() as session:
        await register(session, dispatch, hall)
    await sealer.seal()
    sender = await _evidence(sessions, hop_id, agency.clerk)
    recipient = await _evidence(sessions, hop_id, hall.clerk)
    assert set(_kinds(sender)) - set(_kinds(recipient)) == {"dispatched"}
    for bundle in (sender, recipient):
        assert str(office.registry_id) not in write_bundle(bundle).decode()
        assert _judge(bundle, sealer).summary == sender["summary"]


async def test_strangers_are_told_that_there_is_nothing(ledger: Ledger) -> None:
    sessions, own_directory, sealer = ledger.sessions, ledger.desks, ledger.sealer
    _, hop_id = await _sent(sessions, own_directory["agency"], own_directory["hall"])
    await sealer.seal()
    for officer in (own_directory["stranger"].head, own_directory["hall"].admin):
        with pytest.raises(NotFoundError):
            await _evidence(sessions, hop_id, officer)
    for asking in (own_directory["agency"].clerk, None):
        with pytest.raises(NotFoundError):
            await _evidence(sessions, uuid4(), asking)


async def test_evidence_of_a_secret_letter_is_for_the_cleared_and_its_reading_is_recorded(
    ledger: Ledger,
) -> None:
    sessions, own_directory, sealer = ledger.sessions, ledger.desks, ledger.sealer
    agency, hall = own_directory["agency"], own_directory["hall"]
    sender = replace(agency, clerk=_cleared(agency.clerk))
    _, hop_id = await _sent(sessions, sender, hall, secrecy=Secrecy.SECRET)
    await sealer.seal()
    for officer in (hall.clerk, agency.head, None):
        with pytest.raises(NotFoundError):
            await _evidence(sessions, hop_id, officer)
    async with sessions() as session:
        before = len(await events(session, EventKind.READ))
    bundle = await _evidence(sessions, hop_id, _cleared(hall.clerk))
    assert "ชั้นความลับ ลับ\n" in _judge(bundle, sealer).summary
    async with sessions() as session:
        read = await events(session, EventKind.READ)
    assert len(read) == before + 1
    assert (read[-1].officer_id, read[-1].registry_id) == (hall.clerk.id, hall.registry_id)


async def test_an_operator_makes_evidence_of_what_is_not_secret(ledger: Ledger) -> None:
    sessions, own_directory, sealer = ledger.sessions, ledger.desks, ledger.sealer
    _, hop_id = await _sent(sessions, own_directory["agency"], own_directory["hall"])
    await sealer.seal()
    bundle = await _evidence(sessions, hop_id, None)
    assert "dispatched" in _kinds(bundle)
    assert _judge(bundle, sealer).summary == bundle["summary"]


async def test_names_are_told_as_they_were_recorded(ledger: Ledger) -> None:
    sessions, own_directory, sealer = ledger.sessions, ledger.desks, ledger.sealer
    agency, hall = own_directory["agency"], own_directory["hall"]
    desks, officers = [agency.registry_id, hall.registry_id], [agency.clerk.id]
    async with sessions.begin() as session:
        await record_directory(session, Registry, changed=desks, at=MORNING)
        await record_directory(session, Officer, changed=officers, at=MORNING)
    dispatch, hop_id = await _sent(sessions, agency, hall)
    async with sessions.begin() as session:
        await register(session, dispatch, hall)
        # What is recorded of somebody afterwards does not change who it was.
        await record_directory(session, Registry, changed=desks, at=MORNING + timedelta(days=400))
    await sealer.seal()
    bundle = await _evidence(sessions, hop_id, hall.clerk)
    recorded = [one for one in bundle["entries"] if one["fields"]["kind"].endswith("_recorded")]
    assert len(recorded) == 3
    assert all(one["fields"]["at"].startswith("2021") for one in recorded)
    verdict = _judge(bundle, sealer)
    assert f"ผู้ส่ง {agency.name}\nผู้รับ {hall.name}\n" in verdict.summary
    assert f"โดย {agency.clerk.name} {agency.name}" in verdict.summary
    # Nobody recorded what the clerk of the hall is called.
    assert f"the name of {hall.clerk.id}: no entry records it" in verdict.unproven


async def test_what_was_changed_after_it_was_sealed_is_no_evidence(own_ledger: Ledger) -> None:
    sessions, own_directory, sealer = own_ledger.sessions, own_ledger.desks, own_ledger.sealer
    agency, hall = own_directory["agency"], own_directory["hall"]
    await sealer.add_noise(600)
    _, hop_id = await _sent(sessions, agency, hall)
    await sealer.seal()

    def change(statement: LiteralString) -> None:
        with psycopg.connect(_superuser(own_ledger)) as connection:
            connection.execute("SET session_replication_role = replica")
            connection.execute(statement)

    async def refused() -> ConflictError:
        with pytest.raises(ConflictError) as error:
            await _evidence(sessions, hop_id, agency.clerk)
        return error.value

    change("UPDATE letter SET body = 'อื่น'")
    bundle = await _evidence(sessions, hop_id, agency.clerk)
    with pytest.raises(RefusedError) as not_believed:
        _judge(bundle, sealer)
    assert not_believed.value.reason == "letter_differs"
    change("UPDATE log_node SET hash = decode(repeat('00', 32), 'hex')")
    bundle = await _evidence(sessions, hop_id, agency.clerk)
    with pytest.raises(RefusedError) as not_believed:
        _judge(bundle, sealer)
    assert not_believed.value.reason == "proof_wrong"
    change("DELETE FROM log_node")
    assert (await refused()).reason == "record_differs"
    change("UPDATE event SET officer_id = gen_random_uuid() WHERE kind = 'sent'")
    assert (await refused()).reason == "record_differs"


async def test_a_log_that_began_anew_proves_under_its_new_name(own_ledger: Ledger) -> None:
    sessions, own_directory, sealer = own_ledger.sessions, own_ledger.desks, own_ledger.sealer
    agency, hall = own_directory["agency"], own_directory["hall"]
    _, hop_id = await _sent(sessions, agency, hall)
    await sealer.seal()
    async with sessions.begin() as session:
        await record_event(
            session,
            EventKind.LOG_RESTARTED,
            at=MORNING,
            by=SYSTEM_OFFICER,
            registry_id=NO_REGISTRY,
            facts={"era": 2},
        )
    # What the log before proves is of no use any more, and the new one has yet to be sealed.
    with pytest.raises(ConflictError) as error:
        await _evidence(sessions, hop_id, agency.clerk)
    assert error.value.reason == "not_sealed_yet"
    again = Sealer(sessions=sessions, key=sealer.key, era=2)
    await again.seal()
    bundle = await _evidence(sessions, hop_id, agency.clerk)
    assert "log.test/wian/2" in _judge(bundle, again).summary
    with pytest.raises(RefusedError) as refused:
        _judge(bundle, sealer)
    assert refused.value.reason == "checkpoint_of_another_log"


async def test_time_stamps_of_both_checkpoints_go_along(ledger: Ledger) -> None:
    sessions, own_directory, sealer = ledger.sessions, ledger.desks, ledger.sealer
    authority = sealer.authority = create_authority()
    agency, hall = own_directory["agency"], own_directory["hall"]
    _, hop_id = await _sent(sessions, agency, hall)
    await sealer.seal()
    await sealer.add_noise(1)
    await sealer.seal()
    given: list[x509.Certificate] = [authority.certificate]
    verdict = _judge(await _evidence(sessions, hop_id, agency.clerk), sealer, certificates=given)
    assert len([one for one in verdict.proven if "by its time-stamp" in one]) == 2


async def test_more_events_take_no_more_statements(ledger: Ledger) -> None:
    sessions, own_directory, sealer = ledger.sessions, ledger.desks, ledger.sealer
    agency, hall = own_directory["agency"], own_directory["hall"]
    await sealer.add_noise(600)
    dispatch, hop_id = await _sent(sessions, agency, hall)
    async with sessions.begin() as session:
        await register(session, dispatch, hall)
        await session.execute(
            text("""
            INSERT INTO event (kind, at, officer_id, registry_id, circular_id, letter_id,
                dispatch_id, hop_id)
            SELECT 'reminded', at, officer_id, registry_id, circular_id, letter_id, dispatch_id,
                hop_id
            FROM event, generate_series(1, 300) WHERE kind = 'sent'
            """)
        )
    await sealer.seal()
    statements: list[str] = []
    async with sessions.begin() as session:
        connection = (await session.connection()).sync_connection
        assert connection is not None
        event.listen(
            connection, "before_cursor_execute", lambda *given: statements.append(given[2])
        )
        bundle = await make_evidence(session, by=hall.clerk, hop_id=hop_id, at=MORNING)
    assert len(bundle["entries"]) > 300
    assert len(statements) <= 16
    assert _judge(bundle, sealer).summary == bundle["summary"]
