"""Whatever is sent, within the OpenAPI page and beyond: no answer is a bug, none breaks its promise."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from joserfc.jwk import OKPKey
from pydantic import SecretStr
from schemathesis.checks import not_a_server_error
from schemathesis.python.asgi import shutdown_lifespans
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.main import create_app
from cli.token import issue_token, signing_key
from infra.embedded.postgres import PostgresServer
from infra.settings import Settings
from tests.api.conftest import DatabaseCopy
from tests.conftest import Database
from tests.support.directory import Directory
from tests.support.http_desk import PROBLEM

EXAMPLES = 25


@pytest.fixture(scope="module")
def fuzzed(
    postgres: PostgresServer,
    province: tuple[Database, Directory],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[schemathesis.BaseSchema]:
    """The application as it really starts, with its own engine, keys and file store."""
    database = DatabaseCopy(postgres, province[0])
    database.create()
    chosen = _settings(database.app_url, tmp_path_factory.mktemp("fuzz"))
    key = signing_key(chosen)
    app = create_app(chosen)
    schema = schemathesis.openapi.from_asgi("/openapi.json", app)
    yield schema
    shutdown_lifespans()
    database.drop()
