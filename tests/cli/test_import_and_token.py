import asyncio
from pathlib import Path

import pytest
from joserfc import jwt
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from cli.keep_ledger import import_
from cli.ledger import import_folder
from cli.token import token
from domain.vocabulary import EdgeKind, OrganizationKind
from infra.settings import Settings
from infra.token_keys import ALGORITHM, FileKeys
from models import Organization
from services.list_organizations import OrganizationFilter, list_organizations
from tests.cli.test_directory_files import BUENG_KAN
from tests.conftest import Database
from tests.support.letters import MORNING, size_of_ledger

Sessions = async_sessionmaker[AsyncSession]


async def test_importing_twice_changes_nothing_and_a_new_name_changes_it(
    database: Database, sessions: Sessions, tmp_path: Path
) -> None:
    counts = await import_folder(database.owner_url, BUENG_KAN)
    assert counts[:2] == (56, 56)
    async with sessions() as session:
        first = await size_of_ledger(session)
        before = await _names(session)
    assert (first["organization"], first["registry"], first["organization_edge"]) == (56, 56, 54)
    assert await import_folder(database.owner_url, BUENG_KAN) == counts
    for file in BUENG_KAN.glob("*.csv"):
        text = file.read_text(encoding="utf-8")
        changed = text.replace(",สำนักงาน ป.ป.ช.,", ",สำนักงานใหม่,")
        (tmp_path / file.name).write_text(changed, encoding="utf-8")
    async with sessions() as session:
        assert (await size_of_ledger(session), await _names(session)) == (first, before)
    await import_folder(database.owner_url, tmp_path)
    async with sessions() as session:
        # The new name of the body and of its desk is all that enters the record.
        assert await size_of_ledger(session) == first | {"event": first["event"] + 2}
        assert await _names(session) == before | {"nacc": "สำนักงานใหม่"}


async def test_the_reference_province_stands_in_the_ledger_as_in_its_file(
    database: Database, sessions: Sessions
) -> None:
    await import_folder(database.owner_url, BUENG_KAN)
    async with sessions() as session:
        found = await list_organizations(
            session, chosen=OrganizationFilter(), today=MORNING.date(), after="", limit=500
        )
    kind_of = {one.id: one.kind for one in found}
    above = [(kind, kind_of[parent]) for one in found for kind, parent in one.above]
    assert above.count((EdgeKind.SUPERVISION, OrganizationKind.DISTRICT)) == 43
    assert above.count((EdgeKind.SUPERVISION, OrganizationKind.PROVINCE)) == 2
    assert above.count((EdgeKind.COMMAND, OrganizationKind.PROVINCE)) == 8
    assert all(one.registry_id for one in found)


@pytest.mark.parametrize(
    ("good", "bad", "told"),
    [
        ("national_agency", "agency", "organizations.csv line 2"),
        ("province-38,2011", "province-39,2011", "province-39"),
    ],
    ids=["file", "code"],
)
async def test_nothing_is_imported_when_one_line_is_wrong(
    database: Database,
    sessions: Sessions,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    good: str,
    bad: str,
    told: str,
) -> None:
    for file in BUENG_KAN.glob("*.csv"):
        text = file.read_text(encoding="utf-8")
        (tmp_path / file.name).write_text(text.replace(good, bad), encoding="utf-8")
    monkeypatch.setenv("WIAN_OWNER_DATABASE_URL", database.owner_url.get_secret_value())
    with pytest.raises(SystemExit, match=told):
        await asyncio.to_thread(import_, tmp_path)
    async with sessions() as session:
        assert (await size_of_ledger(session))["organization"] == 0


def test_a_printed_token_names_its_officer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WIAN_DATA_DIR", str(tmp_path))
    token("clerk.hall-38", days=2)
    token("clerk.hall-38")
    settings = Settings()
    keys = FileKeys(settings.public_keys_file).keys()
    long, short = [
        jwt.decode(line, keys, algorithms=[ALGORITHM]).claims
        for line in capsys.readouterr().out.split()
    ]
    assert (long["sub"], long["iss"], long["aud"]) == ("clerk.hall-38", "wian", "wian")
    assert [one["exp"] - one["iat"] for one in (long, short)] == [172_800, 86_400]
    assert settings.token_key_file.stat().st_mode & 0o077 == 0
    assert '"d"' not in settings.public_keys_file.read_text()


def test_where_others_issue_tokens_none_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIAN_JWKS_URL", "https://login.example/jwks")
    with pytest.raises(SystemExit, match="identity provider"):
        token("clerk.hall-38")


async def _names(session: AsyncSession) -> dict[str, str]:
    rows = (await session.execute(select(Organization.code, Organization.name))).all()
    return {row.code: row.name for row in rows}
