import http.client
import json
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.embedded.folder import EmbeddedServerError, FolderInUseError
from infra.embedded.temporal import TemporalServer
from infra.processes import free_port

ATTRIBUTES = {"CircularId": "Keyword", "NextDue": "Datetime"}
PARENT = """
import sys
from pathlib import Path
from infra.embedded.temporal import TemporalServer
server = TemporalServer.start(Path(sys.argv[1]))
print(server.pid, flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("temporal") / "server"


@pytest.fixture
def server(folder: Path) -> Iterator[TemporalServer]:
    with TemporalServer.start(folder, search_attributes=ATTRIBUTES) as server:
        yield server


def call(server: TemporalServer, method: str, path: str, body: object = None) -> dict[str, Any]:
    """Ask over HTTP: a Temporal client may crash the interpreter when the tests end."""
    connection = http.client.HTTPConnection("127.0.0.1", server._http_port, timeout=20)
    try:
        connection.request(method, f"/api/v1/namespaces/default/{path}", json.dumps(body))
        answer: dict[str, Any] = json.load(connection.getresponse())
    finally:
        connection.close()
    return answer


def start_workflow(server: TemporalServer, name: str) -> None:
    order = {
        "workflowType": {"name": "Waits"},
        "taskQueue": {"name": "nobody-polls"},
        "searchAttributes": {"indexedFields": {"CircularId": name}},
    }
    answer = call(server, "POST", f"workflows/{name}", order)
    assert answer.get("started") is True, answer


def status(server: TemporalServer, name: str) -> str:
    return str(call(server, "GET", f"workflows/{name}")["workflowExecutionInfo"]["status"])


RUNNING = "WORKFLOW_EXECUTION_STATUS_RUNNING"


def test_workflows_and_port_survive_a_stop_and_a_start(folder: Path) -> None:
    with TemporalServer.start(folder, search_attributes=ATTRIBUTES) as server:
        address = server.address
        start_workflow(server, "stopped")
    assert not server.alive
    with TemporalServer.start(folder, search_attributes=ATTRIBUTES) as server:
        assert server.address == address
        assert status(server, "stopped") == RUNNING


def test_workflows_survive_a_killed_server(server: TemporalServer) -> None:
    address = server.address
    for number in range(3):
        name = f"killed-{number}"
        start_workflow(server, name)
        server.kill()
        assert not server.alive
        server.restart()
        assert server.address == address
        assert status(server, name) == RUNNING


def test_a_killed_parent_takes_the_server_along_and_the_next_start_recovers(
    folder: Path, start_parent: Callable[..., Any], is_running: Callable[[int], bool]
) -> None:
    parent = start_parent(PARENT, folder)
    pid = int(parent.said)
    assert is_running(pid)
    parent.kill()
    with TemporalServer.start(folder, search_attributes=ATTRIBUTES) as server:
        assert not is_running(pid)
        start_workflow(server, "after-the-parent")


def test_a_second_start_on_the_folder_is_refused(server: TemporalServer, folder: Path) -> None:
    with pytest.raises(FolderInUseError, match="already started"):
        TemporalServer.start(folder)
    assert server.alive


def test_a_web_interface_and_settings_can_be_asked_for(tmp_path: Path) -> None:
    port = free_port()
    settings = {"limit.historyCount.suggestContinueAsNew": "50"}
    with (
        TemporalServer.start(tmp_path, dynamic_config=settings, ui_port=port),
        urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=20) as page,
    ):
        assert page.status == 200


def test_a_wrong_setting_is_reported_with_the_log(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedServerError, match="no-such-type"):
        TemporalServer.start(tmp_path, search_attributes={"Name": "no-such-type"})


def test_a_missing_program_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EmbeddedServerError, match="temporal is missing"):
        TemporalServer.start(tmp_path / "server")
