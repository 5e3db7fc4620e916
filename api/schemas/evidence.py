"""The evidence bundle of a hop, outside; docs/evidence.md says how each part is checked."""

from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from api.schemas.base import Told
from domain.evidence_bundle import FORMAT


class SealOut(Told):
    """A checkpoint of the log: a signed note of its size and root."""

    note: str = Field(
        examples=["wian.local/log\n3\n0pf2…=\n\n— wian.local/log 1f0c…=\n"],
        description="C2SP signed note of a tlog-checkpoint",
    )
    time_stamp: str | None = Field(description="RFC 3161 token over sha256 of the note, base64")


class FirstSealOut(SealOut):
    """The checkpoint that first covered the receipt, and that the newest one contains it."""

    consistency: list[str] = Field(description="RFC 9162 consistency proof, hex")


class EvidenceEntryOut(Told):
    """One row of the record, with the proof that the log holds it."""

    index: int = Field(ge=0)
    leaf: str = Field(description="The row in PostgreSQL's binary COPY form, base64")
    path: list[str] = Field(description="RFC 9162 inclusion proof, hex")
    fields: dict[str, Any] = Field(description="What the leaf says")


class EvidenceNamesOut(Told):
    """Names that entries of the bundle prove, by id."""

    registries: dict[str, str]
    officers: dict[str, str]


class EvidenceOut(Told):
    """Everything that a stranger needs to check what became of a hop, offline."""

    format: Literal["wian-evidence/1"] = Field(examples=[FORMAT])
    hop_id: UUID
    checkpoint: SealOut = Field(description="The newest checkpoint")
    first_checkpoint: FirstSealOut
    entries: list[EvidenceEntryOut] = Field(description="In the order of the log")
    letter: dict[str, Any] = Field(description="What its `letter_issued` entry has the sha256 of")
    names: EvidenceNamesOut
    summary: str = Field(description="The same in Thai, from a fixed template")
