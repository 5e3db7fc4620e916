"""How a repeated request gets the answer it got before, and acts only once."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import ConflictError, InvalidError

# The lock ends with the transaction, so a request that dies leaves nothing behind; the answer is
# read after the lock is taken (migration 0005).
CLAIM_STATEMENT = text("""
SELECT is_mine, fingerprint, status, body FROM claim_idempotency_key(:lock, :officer_id, :key)
""")

STORE_STATEMENT = text("""
INSERT INTO idempotency_key (officer_id, key, fingerprint, status, body, created_at)
VALUES (:officer_id, :key, :fingerprint, :status, :body, :at)
""")


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredAnswer:
    """The status and body that a request was answered with."""

    status: int
    body: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """What makes two requests the same: who sends which bytes where, under which key."""

    officer_id: UUID
    key: str
    fingerprint: bytes


async def recall_answer(session: AsyncSession, request: Request) -> StoredAnswer | None:
    """Claim the key for this transaction, or return the answer that it has already.

    Raises:
        ConflictError: `idempotency_key_in_use`: the first request is still running.
        InvalidError: `idempotency_key_reused`: the key came with another request.
    """
    name = request.officer_id.bytes + request.key.encode()
    lock = int.from_bytes(sha256(name).digest()[:8], signed=True)
    row = (
        await session.execute(
            CLAIM_STATEMENT, {"lock": lock, "officer_id": request.officer_id, "key": request.key}
        )
    ).one()
    if row.fingerprint is None:
        if not row.is_mine:
            raise ConflictError(
                "คำขอเดิมกำลังดำเนินการอยู่ โปรดลองใหม่ภายหลัง", code="idempotency_key_in_use"
            )
        return None
    if row.fingerprint != request.fingerprint:
        raise InvalidError("Idempotency-Key นี้ใช้กับคำขออื่นไปแล้ว", code="idempotency_key_reused")
    return StoredAnswer(status=row.status, body=row.body)


async def store_answer(
    session: AsyncSession, request: Request, answer: StoredAnswer, *, at: datetime
) -> None:
    """Keep the answer in the transaction of its effect: both happen, or neither."""
    await session.execute(
        STORE_STATEMENT,
        {
            "officer_id": request.officer_id,
            "key": request.key,
            "fingerprint": request.fingerprint,
            "status": answer.status,
            "body": answer.body,
            "at": at,
        },
    )
