"""The parts of the system as processes of one machine: started, watched, stopped together."""

import json
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

from cli.ledger import owner_url, prepare_schema
from cli.token import signing_key
from infra.embedded.postgres import PostgresServer
from infra.embedded.temporal import TemporalServer
from infra.processes import Child, free_port, stop_together, wait_until
from infra.settings import Settings
from workflows.names import SEARCH_ATTRIBUTES

PROCESSES = ("relay", "worker", "sealer", "api")
READY_SECONDS = 60.0


@dataclass(kw_only=True)
class Stack:
    """Servers and processes that run now, and where they are reached."""

    settings: Settings
    environment: dict[str, str]
    postgres: PostgresServer | None
    temporal: TemporalServer | None
    children: dict[str, Child] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Address of the API."""
        return f"http://{self.settings.api_host}:{self.settings.api_port}"

    @property
    def owner_url(self) -> SecretStr:
        """The ledger as its owner."""
        return owner_url(self.settings)

    def start(self, name: str) -> None:
        """Start one process, or start it again."""
        self.children[name] = Child.start(
            [sys.executable, "-m", "cli.main", name],
            name=name,
            log=self.settings.data_dir / "logs" / f"{name}.log",
            cwd=Path.cwd(),
            env=self.environment,
        )

    def revive(self) -> list[str]:
        """Start again whatever has died, servers first; return what it was."""
        dead: list[str] = []
        for name, server in (("postgres", self.postgres), ("temporal", self.temporal)):
            if server is not None and not server.alive:
                server.restart()
                dead.append(name)
        for name, child in self.children.items():
            if not child.alive:
                dead.append(name)
        for name in dead:
            if name in self.children:
                self.start(name)
        return dead

    def wait_ready(self) -> None:
        """Wait until the API says that every part is there.

        Raises:
            RuntimeError: It did not within a minute; the message shows the logs.
        """
        if not wait_until(self._is_ready, READY_SECONDS):
            logs = "\n".join(f"{c.name}:\n{c.log_tail()}" for c in self.children.values())
            raise RuntimeError(f"the parts did not come up\n{logs}")

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=2) as answer:  # noqa: S310 (our own loopback address)
                return bool(json.load(answer)["status"] == "ok")
        except (urllib.error.URLError, OSError, ValueError):
            return False


@contextmanager
def running_stack(settings: Settings) -> Iterator[Stack]:
    """Start everything that the settings do not name elsewhere, and stop it at the end.

    Call it from the main thread: the children's lives are bound to it.
    """
    with ExitStack() as servers:
        postgres = temporal = None
        if settings.database_url is None:
            postgres = servers.enter_context(PostgresServer.start(settings.data_dir / "postgres"))
        if settings.temporal_address is None:
            temporal = servers.enter_context(
                TemporalServer.start(
                    settings.data_dir / "temporal", search_attributes=_search_attributes()
                )
            )
        settings = _located(settings, postgres, temporal)
        stack = Stack(
            settings=settings,
            environment=_environment(settings),
            postgres=postgres,
            temporal=temporal,
        )
        prepare_schema(settings)
        (settings.data_dir / "logs").mkdir(parents=True, exist_ok=True)
        try:
            for name in PROCESSES:
                stack.start(name)
            stack.wait_ready()
            yield stack
        finally:
            stop_together(stack.children.values())


def _located(
    settings: Settings, postgres: PostgresServer | None, temporal: TemporalServer | None
) -> Settings:
    found: dict[str, object] = {"api_port": free_port(settings.api_port or None)}
    if postgres is not None:
        found |= {
            "database_url": SecretStr(postgres.app_url),
            "worker_database_url": SecretStr(postgres.worker_url),
            "owner_database_url": SecretStr(postgres.owner_url),
        }
    if temporal is not None:
        found["temporal_address"] = temporal.address
    if settings.jwks_file is None and settings.jwks_url is None:
        signing_key(settings)
        found["jwks_file"] = settings.public_keys_file
    return settings.model_copy(update=found)


def _environment(settings: Settings) -> dict[str, str]:
    given = {
        "WIAN_DATABASE_URL": _secret(settings.database_url),
        "WIAN_WORKER_DATABASE_URL": _secret(settings.worker_database_url),
        "WIAN_TEMPORAL_ADDRESS": settings.temporal_address,
        "WIAN_TEMPORAL_NAMESPACE": settings.temporal_namespace,
        "WIAN_TASK_QUEUE": settings.task_queue,
        "WIAN_RELAY_INTERVAL": str(settings.relay_interval),
        "WIAN_DATA_DIR": str(settings.data_dir.absolute()),
        "WIAN_API_HOST": settings.api_host,
        "WIAN_API_PORT": str(settings.api_port),
        "WIAN_JWKS_FILE": str(settings.jwks_file.absolute()) if settings.jwks_file else None,
        "WIAN_JWKS_URL": settings.jwks_url,
    }
    # The processes work as the application: the owner's address is not theirs to know.
    inherited = {k: v for k, v in os.environ.items() if k != "WIAN_OWNER_DATABASE_URL"}
    return inherited | {k: v for k, v in given.items() if v is not None}


def _secret(value: SecretStr | None) -> str | None:
    return None if value is None else value.get_secret_value()


def _search_attributes() -> dict[str, str]:
    return {
        key.name: key.indexed_value_type.name.capitalize().replace("Keyword_list", "KeywordList")
        for key in SEARCH_ATTRIBUTES
    }
