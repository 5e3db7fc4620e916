"""What happens when somebody is named to hold a post for a time, or the post is declared empty."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import DECIDE, KEEP_BOOKS, POSTS, ActingOfficer
from domain.buddhist_era import bangkok_date, thai_long_date
from domain.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError
from domain.vocabulary import EventKind, Role
from models import Officer, OfficerRole, PostPeriod, Registry
from services.record_event import SYSTEM_OFFICER, record_event


@dataclass(frozen=True, kw_only=True, slots=True)
class PostTerm:
    """Who holds a post from one Bangkok day to another, both inclusive.

    Without an officer the post is empty on those days, and the deputies stand in.
    """

    post: Role
    officer_id: UUID | None
    first_day: date
    last_day: date
    reason: str


async def fill_post(
    session: AsyncSession, *, by: ActingOfficer, registry_id: UUID, term: PostTerm, at: datetime
) -> PostPeriod:
    """Name who holds a post of a registry for a time, in place of its usual holders.

    Only somebody with a role at a registry of the same organization may act there, and a period
    that is over by then is not written: what was done on its days was done by others.

    Raises:
        NotFoundError: The officer has no part in the registry.
        NotAllowedError: The officer is neither head nor administrator there; `post_own`: an
            administrator names itself.
        InvalidError: `post_unknown`, `period_backwards`, `period_past`, `reason_empty`,
            `officer_unknown`, `officer_closed` or `officer_of_other_body`.
        ConflictError: `post_period_overlaps`, with the period that is in the way.
    """
    if registry_id not in by.roles:
        raise NotFoundError("หน่วยสารบรรณ (registry)")
    by.require(KEEP_BOOKS, at=registry_id)
    _check_not_own(by, registry_id, term)
    _check_term(term, today=bangkok_date(at))
    if term.officer_id is not None:
        await _check_officer(session, term.officer_id, registry_id)
    await _check_free(session, registry_id, term)
    period = PostPeriod(
        registry_id=registry_id,
        post=term.post,
        officer_id=term.officer_id,
        first_day=term.first_day,
        last_day=term.last_day,
        reason=term.reason,
        recorded_at=at,
        recorded_by=by.id,
    )
    session.add(period)
    await session.flush()
    await record_event(
        session,
        EventKind.POST_FILLED,
        at=at,
        by=by.id,
        registry_id=registry_id,
        facts={
            "post_period_id": str(period.id),
            "post": term.post.value,
            "officer_id": str(term.officer_id) if term.officer_id else None,
            "first_day": term.first_day.isoformat(),
            "last_day": term.last_day.isoformat(),
            "reason": term.reason,
        },
    )
    return period


def _check_not_own(by: ActingOfficer, registry_id: UUID, term: PostTerm) -> None:
    # Who only manages a desk must not open it for itself.
    if term.officer_id == by.id and not by.may(DECIDE, at=registry_id):
        raise NotAllowedError("แต่งตั้งตนเองไม่ได้ ต้องให้หัวหน้าเป็นผู้แต่งตั้ง", code="post_own")


def _check_term(term: PostTerm, *, today: date) -> None:
    if term.post not in POSTS:
        raise InvalidError(
            "แต่งตั้งแทนได้เฉพาะเจ้าหน้าที่สารบรรณ หัวหน้า และรองหัวหน้า", code="post_unknown", field="post"
        )
    if term.last_day < term.first_day:
        raise InvalidError(
            "วันสุดท้ายมาก่อนวันแรก",
            code="period_backwards",
            field="last_day",
            first_day=term.first_day.isoformat(),
            last_day=term.last_day.isoformat(),
        )
    if term.last_day < today:
        raise InvalidError(
            f"ช่วงเวลานี้สิ้นสุดไปแล้วเมื่อ {thai_long_date(term.last_day)}",
            code="period_past",
            field="last_day",
            today=today.isoformat(),
        )
    if not term.reason.strip():
        raise InvalidError("ต้องระบุเหตุผล", code="reason_empty", field="reason")


async def _check_officer(session: AsyncSession, officer_id: UUID, registry_id: UUID) -> None:
    officer = await session.get(Officer, officer_id)
    if officer is None or officer.id == SYSTEM_OFFICER:
        raise InvalidError("ไม่รู้จักเจ้าหน้าที่ผู้นี้", code="officer_unknown", field="officer_id")
    if officer.closed_at is not None:
        raise InvalidError("เจ้าหน้าที่ผู้นี้พ้นหน้าที่แล้ว", code="officer_closed", field="officer_id")
    if not await _is_of_same_body(session, officer_id, registry_id):
        raise InvalidError(
            "เจ้าหน้าที่ผู้นี้ไม่มีหน้าที่ในหน่วยงานเดียวกัน จึงแต่งตั้งแทนไม่ได้",
            code="officer_of_other_body",
            field="officer_id",
        )


async def _is_of_same_body(session: AsyncSession, officer_id: UUID, registry_id: UUID) -> bool:
    body = select(Registry.organization_id).where(Registry.id == registry_id).scalar_subquery()
    role = (
        select(OfficerRole.id)
        .join(Registry, Registry.id == OfficerRole.registry_id)
        .where(OfficerRole.officer_id == officer_id, Registry.organization_id == body)
    )
    return bool(await session.scalar(select(exists(role))))


async def _check_free(session: AsyncSession, registry_id: UUID, term: PostTerm) -> None:
    # Two periods that are written at once do not see each other, so they come one by one.
    await session.execute(select(func.pg_advisory_xact_lock(registry_id.int % 2**63)))
    query = (
        select(PostPeriod)
        .where(
            PostPeriod.registry_id == registry_id,
            PostPeriod.post == term.post,
            PostPeriod.withdrawn_at.is_(None),
            PostPeriod.first_day <= term.last_day,
            PostPeriod.last_day >= term.first_day,
        )
        .order_by(PostPeriod.first_day)
        .limit(1)
    )
    other = (await session.scalars(query)).one_or_none()
    if other is not None:
        raise ConflictError(
            "ตำแหน่งนี้กำหนดไว้แล้วตั้งแต่"
            f" {thai_long_date(other.first_day)} ถึง {thai_long_date(other.last_day)}",
            code="post_period_overlaps",
            post_period_id=str(other.id),
            first_day=other.first_day.isoformat(),
            last_day=other.last_day.isoformat(),
        )
