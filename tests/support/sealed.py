"""Seals for tests of evidence, written at the very moment that a test wants one."""

from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from domain.checkpoint import Checkpoint, VerifierKey, log_origin, sign_checkpoint
from domain.merkle import Frontier, leaf_hashes
from models import LogNode
from services.read_leaves import read_leaves
from tests.support.letters import MORNING
from tests.support.tsa import Authority

_SEAL = text("""
INSERT INTO seal (era, first_index, size, from_txid, until_txid, root, leaves, checkpoint, token,
    sealed_at)
VALUES (:era, :first, :size, CAST(:since AS xid8), CAST(:until AS xid8), :root, :leaves, :note,
    :token, :at)
""")


@dataclass(kw_only=True, slots=True)
class Sealer:
    """Seals all that was committed, with a key of its own."""

    sessions: async_sessionmaker[AsyncSession]
    name: str = "log.test/wian"
    era: int = 1
    authority: Authority | None = None
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    frontier: Frontier = field(default_factory=Frontier)
    until: int = 0

    @property
    def origin(self) -> str:
        """What the log calls itself."""
        return log_origin(self.name, self.era)

    @property
    def public(self) -> bytes:
        """The bytes that verify."""
        return self.key.public_key().public_bytes_raw()

    @property
    def key_text(self) -> str:
        """The public key as it is published."""
        return VerifierKey(name=self.origin, public=self.public).text

    async def seal(self) -> int:
        """Write the next seal, if there is something new, and return the size of the log."""
        async with self.sessions.begin() as session:
            snapshot = text("SELECT CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text)")
            until = int((await session.execute(snapshot)).scalar_one())
            hashes = leaf_hashes(await read_leaves(session, start=self.until, end=until))
            first, nodes = self.frontier.size, self.frontier.extend(hashes)
            if hashes:
                await session.execute(_SEAL, self._row(first, hashes, until))
            rows = [one._asdict() | {"era": self.era} for one in nodes]
            if rows:
                await session.execute(insert(LogNode), rows)
        self.until = until if hashes else self.until
        return self.frontier.size

    def _row(self, first: int, hashes: list[bytes], until: int) -> dict[str, object]:
        state = Checkpoint(origin=self.origin, size=self.frontier.size, root=self.frontier.root())
        note = sign_checkpoint(state, public=self.public, sign=self.key.sign)
        digest = sha256(note.encode()).digest()
        return {
            "era": self.era,
            "first": first,
            "size": state.size,
            "since": str(self.until),
            "until": str(until),
            "root": state.root,
            "leaves": b"".join(hashes),
            "note": note,
            "token": self.authority.token(digest) if self.authority else None,
            "at": MORNING,
        }

    async def add_noise(self, rows: int) -> None:
        """Commit events that have nothing to do with any hop."""
        async with self.sessions.begin() as session:
            await session.execute(
                text("""
                INSERT INTO event (kind, at, officer_id, registry_id, facts)
                SELECT 'post_filled', :at, gen_random_uuid(), gen_random_uuid(),
                    jsonb_build_object('nth', nth)
                FROM generate_series(1, :rows) nth
                """),
                {"at": MORNING, "rows": rows},
            )
