"""Whatever is sent, after the OpenAPI page or against it: no answer is a bug or breaks its word."""

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from uuid import UUID, uuid4

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from requests.structures import CaseInsensitiveDict
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.python import asgi
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
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
from tests.support.http_desk import PROBLEM, Json

AnyCase = Case[Any]
Operation = APIOperation[Any, Any, Any, Any]
EXAMPLES = {GenerationMode.POSITIVE: 10, GenerationMode.NEGATIVE: 8}
CHECKS: list[Any] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


class Fuzzed:
    """The application as it really starts, an officer of it, and ids of what is there."""

    def __init__(self, configured: Settings, directory: Directory) -> None:
        self.app = create_app(configured)
        self.configured = configured
        self.headers = self._token("office")
        self.schema = schemathesis.openapi.from_asgi("/openapi.json", self.app)
        self.desks = directory
        self.known: dict[str, str] = {}

    def prepare(self) -> None:
        """Let there be a letter, a dispatch and a hop, so that not every id is unknown."""
        later = {"register_by": "2058-01-01T00:00:00Z", "acknowledge_by": "2058-02-01T00:00:00Z"}
        sent = {}
        for sender, recipient in (("agency", "office"), ("office", "hall")):
            registry = str(self.desks[sender].registry_id)
            draft = {"registry_id": registry, "subject": "ขอให้รายงานผล"}
            letter = self._act(sender, "/v1/letters", draft)
            recipients = [str(self.desks[recipient].organization_id)]
            order = {"letter_id": letter["id"], "recipients": recipients} | later
            sent[sender] = self._act(sender, "/v1/dispatches", order)
        (item,) = self._ask("office", "GET", "/v1/inbox")["items"]
        (book,) = self._ask("office", "GET", "/v1/registers")
        post = {"post": "clerk", "first_day": "2058-01-07", "last_day": "2058-01-08"}
        place = f"/v1/registries/{item['registry_id']}/posts"
        period = self._act("office", place, post | {"reason": "หัวหน้าลาพักผ่อน"})
        text = {"registry_id": item["registry_id"], "text": "เรื่อง ขอให้รายงานผล"}
        self.known = {
            "intake_id": self._act("office", "/v1/intake", text)["id"],
            "registry_id": item["registry_id"],
            "letter_id": sent["office"]["letter_id"],
            "circular_id": item["letter_id"],
            "dispatch_id": sent["office"]["id"],
            "hop_id": item["hop_id"],
            "register_id": book["id"],
            "post_period_id": period["id"],
            "recipients": str(self.desks["district_a"].organization_id),
        }

    def _act(self, desk: str, path: str, body: Json) -> Any:  # noqa: ANN401 (JSON)
        return self._ask(desk, "POST", path, json=body, headers={"Idempotency-Key": str(uuid4())})

    def _ask(self, desk: str, method: str, path: str, **request: Any) -> Any:  # noqa: ANN401 (JSON)
        headers = self._token(desk) | request.pop("headers", {})
        app: Any = self.app
        with asgi.get_client(app) as client:
            answer = client.request(method, f"http://wian{path}", headers=headers, **request)
        answer.raise_for_status()
        return answer.json()

    def _token(self, desk: str) -> dict[str, str]:
        key = signing_key(self.configured)
        token = issue_token(self.configured, key, f"head.{desk}", lifetime=3600)
        return {"Authorization": f"Bearer {token}"}

    def aim(self, case: AnyCase) -> None:
        """Where a case names a thing that could exist, let it be one that does.

        Bad tokens have their own tests; here everybody is signed in.
        """
        others = {
            name: value
            for name, value in (case.headers or {}).items()
            if name.lower() != "authorization"
        }
        case.headers = CaseInsensitiveDict(others | self.headers)
        for place in (case.path_parameters, case.body):
            if isinstance(place, dict):
                for name, value in place.items():
                    if name in self.known and _is_id(value):
                        place[name] = self.known[name]
                    elif name == "recipients" and isinstance(value, list) and len(value) == 1:
                        place[name] = [self.known[name] if _is_id(one) else one for one in value]


@pytest.fixture(scope="module")
def fuzzed(
    postgres: PostgresServer,
    province: tuple[Database, Directory],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Fuzzed]:
    database = DatabaseCopy(postgres, province[0])
    database.create()
    configured = Settings(
        database_url=database.app_url, database_pool=4, data_dir=tmp_path_factory.mktemp("fuzz")
    )
    signing_key(configured)
    configured = configured.model_copy(update={"jwks_file": configured.public_keys_file})
    fuzzed = Fuzzed(configured, province[1])
    fuzzed.prepare()
    yield fuzzed
    asgi.shutdown_lifespans()
    database.drop()


@pytest.mark.parametrize("mode", EXAMPLES, ids=lambda mode: mode.value)
def test_no_request_finds_a_bug_or_an_answer_that_was_not_promised(
    fuzzed: Fuzzed, mode: GenerationMode
) -> None:
    counts: Counter[str] = Counter()
    operations = [one.ok() for one in fuzzed.schema.get_all_operations() if isinstance(one, Ok)]
    for operation in operations:
        counts += _fuzz(fuzzed, operation, mode)
    assert len(operations) >= 46
    assert sum(counts.values()) >= EXAMPLES[mode] // 2 * len(operations)
    # Both were reached: what is there, and what is refused.
    assert {status for status in counts if status[0] == "2"}
    assert {"404", "422"} <= set(counts)
    assert "401" not in counts


def _fuzz(fuzzed: Fuzzed, operation: Operation, mode: GenerationMode) -> Counter[str]:
    counts: Counter[str] = Counter()

    @settings(
        max_examples=EXAMPLES[mode],
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def send(case: AnyCase) -> None:
        fuzzed.aim(case)
        answer = case.call(headers=fuzzed.headers)
        counts[str(answer.status_code)] += 1
        is_health = operation.path == "/readyz"
        if answer.status_code >= 300 and not is_health:
            assert answer.headers["content-type"] == [PROBLEM], (answer.status_code, answer.text)
            for leak in ("Traceback", "sqlalchemy", "psycopg", "SELECT ", "INSERT ", ".py"):
                assert leak not in answer.text
        # 405 and 404 of the router itself are not of the page's operations.
        if answer.status_code != 405:
            case.validate_response(answer, checks=CHECKS, headers=fuzzed.headers)

    # Where there is neither parameter nor body, nothing can be asked the wrong way.
    with suppress(Unsatisfiable):
        send()
    return counts


def _is_id(value: object) -> bool:
    with suppress(ValueError, AttributeError, TypeError):
        return str(UUID(str(value))) == value
    return False
