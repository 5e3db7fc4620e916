import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from api.problems import STATUS
from domain import errors
from tests.support.directory import Directory
from tests.support.http_desk import Api, refused, running_api


class _Broken:
    """A session factory with a bug in it."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __call__(self) -> Any:  # noqa: ANN401 (never returns)
        raise self.error

    begin = __call__


@asynccontextmanager
async def _broken(
    app: FastAPI, error: Exception, desks: Directory, folder: Path
) -> AsyncIterator[Api]:
    sessions: Any = _Broken(error)
    async with running_api(
        app, sessions=sessions, inside=sessions, desks=desks, folder=folder
    ) as api:
        yield api


async def test_a_bug_tells_nothing_of_itself(
    app: FastAPI,
    province: tuple[object, Directory],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    error = RuntimeError("secret-token-123")
    async with _broken(app, error, province[1], tmp_path) as api:
        clerk = api.officer("hall")
        for answer in (
            await clerk.get("/v1/inbox"),
            await clerk.post("/v1/letters", clerk.letter()),
            await clerk.put_file(b"content"),
        ):
            problem = refused(answer, 500, "internal_error")
            assert set(problem) == {"type", "title", "status", "code", "detail"}
            for leak in ("secret-token-123", "RuntimeError", "Traceback", ".py"):
                assert leak not in answer.text
    # Whoever runs the system finds it in the log.
    assert "secret-token-123" in caplog.text


@pytest.mark.parametrize(
    "error",
    [OperationalError("SELECT secret", {}, Exception("secret")), PoolTimeoutError("secret")],
    ids=["away", "no connection free"],
)
async def test_an_outage_of_the_ledger_may_be_tried_again(
    app: FastAPI,
    province: tuple[object, Directory],
    tmp_path: Path,
    error: Exception,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING)
    async with _broken(app, error, province[1], tmp_path) as api:
        answer = await api.officer("hall").get("/v1/inbox")
    refused(answer, 503, "ledger_unavailable")
    assert int(answer.headers["retry-after"]) >= 1
    assert "secret" not in answer.text
    assert "secret" not in caplog.text


def test_every_kind_of_rule_has_a_status() -> None:
    kinds = {kind for kind in vars(errors).values() if _is_rule(kind)}
    assert set(STATUS) == kinds
    expected: Mapping[str, int] = {
        "InvalidError": 422,
        "NotFoundError": 404,
        "NotAllowedError": 403,
        "ConflictError": 409,
        "UnavailableError": 503,
    }
    assert {kind.__name__: status for kind, status in STATUS.items()} == expected


def _is_rule(kind: object) -> bool:
    return (
        isinstance(kind, type)
        and issubclass(kind, errors.WianError)
        and kind is not errors.WianError
    )
