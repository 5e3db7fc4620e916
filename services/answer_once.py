"""How a repeated request gets the answer it got before, and acts only once."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import ConflictError, InvalidError

# The lock ends with the transaction, so a request that dies leaves nothing behind. The key is
# read in the same statement; a twin that committed in between shows when the answer is stored.
CLAIM_STATEMENT = text("""
SELECT pg_try_advisory_xact_lock(:lock) AS is_mine, k.fingerprint, k.status, k.body
FROM (SELECT 1) one
LEFT JOIN idempotency_key k ON k.officer_id = :officer_id AND k.key = :key
""")

STORE_STATEMENT = text("""
INSERT INTO idempotency_key (officer_id, key, fingerprint, status, body, created_at)
VALUES (:officer_id, :key, :fingerprint, :status, :body, :at)
ON CONFLICT DO NOTHING
RETURNING key
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
            raise _in_use()
        return None
    if row.fingerprint != request.fingerprint:
        raise InvalidError("Idempotency-Key นี้ใช้กับคำขออื่นไปแล้ว", code="idempotency_key_reused")
    return StoredAnswer(status=row.status, body=row.body)


async def store_answer(
    session: AsyncSession, request: Request, answer: StoredAnswer, *, at: datetime
) -> None:
    """Keep the answer in the transaction of its effect: both happen, or neither.

    Raises:
        ConflictError: `idempotency_key_in_use`: a twin was faster, unseen when the key was claimed.
    """
    stored = await session.scalar(
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
    if stored is None:
        raise _in_use()


def _in_use() -> ConflictError:
    return ConflictError("คำขอเดิมกำลังดำเนินการอยู่ โปรดลองใหม่ภายหลัง", code="idempotency_key_in_use")
