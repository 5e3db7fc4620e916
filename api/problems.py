"""How an error looks outside: `application/problem+json` (RFC 9457) with a stable code."""

import json
import logging
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from sqlalchemy.exc import DataError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from domain.errors import (
    ConflictError,
    InvalidError,
    NotAllowedError,
    NotFoundError,
    UnavailableError,
    WianError,
)

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"

STATUS: Mapping[type[WianError], int] = {
    InvalidError: 422,
    NotFoundError: 404,
    NotAllowedError: 403,
    ConflictError: 409,
    UnavailableError: 503,
}

_TITLE = {
    400: "Bad request",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict",
    413: "Too large",
    415: "Unsupported media type",
    422: "Not valid",
    500: "Internal error",
    503: "Not available now",
}

_DETAIL = {
    400: "อ่านคำขอไม่ได้ ต้องเป็น JSON ที่เข้ารหัส UTF-8",
    404: "ไม่พบหน้าที่ขอ",
    405: "ใช้วิธีนี้กับที่อยู่นี้ไม่ได้",
    413: "คำขอใหญ่เกินกำหนด",
}

_CODE = {400: "request_unreadable", 404: "not_found", 405: "method_not_allowed", 413: "too_large"}


class FieldProblem(BaseModel):
    """One field at fault."""

    field: str = Field(examples=["answer/names"])
    reason: str = Field(examples=['"names" is a required property'])
    code: str | None = Field(None, examples=["missing"])


class Problem(BaseModel):
    """A problem document (RFC 9457); programs branch on `code`, people read `detail`."""

    type: str = Field(examples=["urn:wian:problem:hop_step_not_allowed"])
    title: str = Field(examples=["Conflict"])
    status: int = Field(examples=[409])
    code: str = Field(examples=["hop_step_not_allowed"])
    detail: str = Field(examples=["ลงรับไม่ได้ เพราะหนังสืออยู่ในสถานะ “ปฏิเสธแล้ว”"])
    errors: list[FieldProblem] | None = None


class NotSignedInError(Exception):
    """No token, or one that is not to be believed."""


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    facts: Mapping[str, object] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return a problem document."""
    body: dict[str, Any] = {
        "type": f"urn:wian:problem:{code}",
        "title": _TITLE.get(status, "Error"),
        "status": status,
        "code": code,
        "detail": detail,
    }
    text = json.dumps(body | jsonable_encoder(dict(facts or {})), ensure_ascii=False)
    # A fact may quote a name that was sent, which may be no text that UTF-8 can hold.
    return Response(text.encode(errors="replace"), status, dict(headers or {}), MEDIA_TYPE)


def too_large() -> Response:
    """Return what a body gets that is longer than allowed."""
    return problem(413, _CODE[413], _DETAIL[413])


def add_problem_handlers(app: FastAPI) -> None:
    """Answer every error of `app` with a problem document."""
    app.add_exception_handler(WianError, _rule_broken)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(NotSignedInError, _not_signed_in)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(DataError, _not_storable)
    for away in (OperationalError, InterfaceError, PoolTimeoutError):
        app.add_exception_handler(away, _ledger_away)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.add_exception_handler(Exception, _bug)


def name_media_type(spec: dict[str, Any]) -> dict[str, Any]:
    """Put the shape of problem documents under their media type in an OpenAPI page.

    The framework writes every declared shape under the media type of the good answer.
    """
    for path in spec["paths"].values():
        for operation in path.values():
            for answer in operation["responses"].values():
                content = answer.get("content", {})
                if MEDIA_TYPE in content and "application/json" in content:
                    content[MEDIA_TYPE] = content.pop("application/json")
    return spec


async def _rule_broken(_: Request, error: Exception) -> Response:
    assert isinstance(error, WianError)  # noqa: S101 (registered for this class)
    status = next(code for kind, code in STATUS.items() if isinstance(error, kind))
    return problem(status, error.reason, error.detail, facts=error.facts)


async def _malformed(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 (registered for this class)
    faults = error.errors()
    kinds = {fault["type"] for fault in faults}
    if "json_invalid" in kinds:
        return problem(400, _CODE[400], _DETAIL[400])
    if any(fault["loc"] == ("header", "Idempotency-Key") for fault in faults):
        return problem(
            400,
            "idempotency_key_missing",
            "ทุกคำขอแบบ POST ต้องมี Idempotency-Key ยาว 1 ถึง 200 ตัวอักษร",
        )
    # The input itself is not repeated: it may be secret, and the sender has it.
    fields = [
        {
            "field": "/".join(str(part) for part in fault["loc"][1:]),
            "reason": fault["msg"],
            "code": fault["type"],
        }
        for fault in faults
    ]
    code = "date_in_buddhist_era" if "date_in_buddhist_era" in kinds else "request_invalid"
    return problem(422, code, "ข้อมูลในคำขอไม่ถูกต้อง", facts={"errors": fields})


async def _not_signed_in(_: Request, __: Exception) -> Response:
    return problem(
        401,
        "not_signed_in",
        "ต้องมีบัตรผ่าน (token) ที่ยังไม่หมดอายุ",
        headers={"WWW-Authenticate": 'Bearer realm="wian"'},
    )


async def _http_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 (registered for this class)
    status = error.status_code
    return problem(
        status,
        _CODE.get(status, "http_error"),
        _DETAIL.get(status, _TITLE.get(status, "Error")),
        headers=error.headers,
    )


async def _not_storable(_: Request, __: Exception) -> Response:
    # A NUL character or a number beyond its column: the rest is refused before it gets here.
    return problem(422, "value_not_storable", "มีตัวอักษรหรือตัวเลขที่บันทึกไม่ได้")


async def _ledger_away(_: Request, error: Exception) -> Response:
    log.warning("the ledger is away: %s", type(error).__name__)
    return problem(
        503,
        "ledger_unavailable",
        "ฐานข้อมูลไม่พร้อมชั่วคราว ยังไม่มีการบันทึก โปรดลองใหม่",
        headers={"Retry-After": "2"},
    )


async def _gone(_: Request, __: Exception) -> Response:
    # Nobody is there to read it; it only must not count as a fault of ours.
    return problem(400, _CODE[400], _DETAIL[400])


async def _bug(_: Request, error: Exception) -> Response:
    log.error("unexpected error", exc_info=error)
    return problem(500, "internal_error", "ระบบขัดข้อง ผู้ดูแลระบบได้รับบันทึกแล้ว")
