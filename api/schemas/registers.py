"""Registers, registries and the directory, outside."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field, field_serializer

from api.schemas.base import Given, GregorianYear, Reason, Told
from domain.vocabulary import (
    AlarmStep,
    Book,
    EdgeKind,
    EntryKind,
    HopState,
    NoticeKind,
    OrganizationKind,
    Role,
    Secrecy,
)


class RegisterIn(Given):
    """A book to open where paper stopped."""

    registry_id: UUID
    book: Book
    year: GregorianYear = Field(description="Gregorian year", examples=[2021])
    secrecy: Secrecy = Field(
        Secrecy.NORMAL, description="Letters of each class of secrecy have books of their own"
    )
    last_paper_number: int = Field(
        0, ge=0, le=9_999_999, description="The last number used on paper", examples=[1096]
    )


class RegisterOut(Told):
    """One book of one registry in one year."""

    id: UUID
    registry_id: UUID
    book: Book
    year: int
    secrecy: Secrecy
    opened_after: int = Field(description="The last number used on paper")
    allocated: int = Field(description="Numbers given since")
    positions: int = Field(description="Entries in the chain")
    head_hash: bytes
    opened_at: datetime

    @field_serializer("head_hash")
    def _hex(self, value: bytes) -> str:
        return value.hex()


class RegisterRowOut(Told):
    """One line of a book."""

    id: UUID
    position: int
    number: int
    kind: EntryKind
    letter_number: str | None
    subject: str | None
    stamped_at: datetime
    stamp_has_time: bool
    recorded_at: datetime
    reason: str | None
    entry_hash: bytes

    @field_serializer("entry_hash")
    def _hex(self, value: bytes) -> str:
        return value.hex()


class VoidIn(Given):
    """A number that will never be used."""

    number: int = Field(ge=1, le=9_999_999)
    reason: Reason = Field(examples=["พิมพ์ผิด ไม่ได้ส่งออก"])


class VoidOut(Told):
    """The entry that voids a number."""

    entry_id: UUID
    number: int
    recorded_at: datetime


class RegistryOut(Told):
    """A desk that stamps."""

    id: UUID
    code: str
    name: str
    organization_id: UUID
    prefix: str | None
    has_circular_book: bool
    roles: list[Role]


class MeOut(Told):
    """The officer behind the token."""

    id: UUID
    name: str
    registries: list[RegistryOut]


class AboveOut(Told):
    """Who stands above a body, and why."""

    kind: EdgeKind
    organization_id: UUID


class OrganizationOut(Told):
    """A body of the directory; without a registry it cannot be sent to."""

    id: UUID
    code: str
    kind: OrganizationKind
    name: str
    area_code: str | None
    registry_id: UUID | None
    registry: str | None
    above: list[AboveOut]


class NoticeOut(Told):
    """A notice that waits at a desk, addressed to one of its posts."""

    id: UUID
    kind: NoticeKind
    step: AlarmStep
    registry_id: UUID
    registry: str
    post: Role
    officer: str | None = Field(description="Who held the post then, where it was one person")
    hop_id: UUID
    recipient: str
    hop_state: HopState
    number: str
    subject: str
    facts: dict[str, Any] = Field(examples=[{"days_used": 5, "days_left": 2}])
    due_at: datetime
    created_at: datetime
    read_at: datetime | None


class NoticeReadOut(Told):
    """A notice that was read."""

    id: UUID
    read_at: datetime
