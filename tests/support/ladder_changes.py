"""What may be different about a late letter and the desks around it: one function a difference."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, insert, update

from domain.vocabulary import (
    AlarmStep,
    DispatchState,
    EdgeKind,
    HopState,
    Role,
    Secrecy,
)
from models import (
    Dispatch,
    Officer,
    OfficerRole,
    OrganizationEdge,
    PostPeriod,
    Registry,
)
from tests.support.ladder import DUE, TODAY, LadderScene
from tests.support.letters import DAY, MORNING

Change = Callable[[LadderScene], Awaitable[Any]]


def named(
    post: Role,
    subject: str | None,
    *,
    days: tuple[int, int] = (-1, 1),
    at: str = "district_a",
    is_withdrawn: bool = False,
) -> Change:
    """Name an officer, or nobody, for a post from one day to another, counted from today."""

    async def change(scene: LadderScene) -> None:
        head = scene.directory[at].head.id
        withdrawn = {"withdrawn_at": MORNING, "withdrawn_by": head} if is_withdrawn else {}
        await scene.session.execute(
            insert(PostPeriod).values(
                registry_id=scene.directory[at].registry_id,
                post=post,
                officer_id=scene.officer_id(subject) if subject else None,
                first_day=TODAY + days[0] * DAY,
                last_day=TODAY + days[1] * DAY,
                reason="ลาพักผ่อน",
                recorded_at=MORNING,
                recorded_by=head,
                **withdrawn,
            )
        )

    return change


def absent(post: Role, *, days: tuple[int, int] = (-1, 1), at: str = "district_a") -> Change:
    """Declare a post empty."""
    return named(post, None, days=days, at=at)


def left(*subjects: str) -> Change:
    """Let officers leave the service."""

    async def change(scene: LadderScene) -> None:
        ids = [scene.officer_id(one) for one in subjects]
        await scene.session.execute(
            update(Officer).where(Officer.id.in_(ids)).values(closed_at=MORNING)
        )

    return change


def also(subject: str, role: Role, *, at: str = "district_a") -> Change:
    """Give an officer one more role."""

    async def change(scene: LadderScene) -> None:
        await scene.session.execute(
            insert(OfficerRole).values(
                officer_id=scene.officer_id(subject),
                registry_id=scene.directory[at].registry_id,
                role=role,
            )
        )

    return change


def unled(desk: str) -> Change:
    """Take head and deputy away from a desk."""

    async def change(scene: LadderScene) -> None:
        await scene.session.execute(
            delete(OfficerRole).where(
                OfficerRole.registry_id == scene.directory[desk].registry_id,
                OfficerRole.role.in_([Role.HEAD, Role.DEPUTY]),
            )
        )

    return change


def without_superior(desk: str = "district_a") -> Change:
    """Let nobody stand above a desk."""

    async def change(scene: LadderScene) -> None:
        await scene.session.execute(
            delete(OrganizationEdge).where(
                OrganizationEdge.child_id == scene.directory[desk].organization_id
            )
        )

    return change


def under(
    parent: str, kind: EdgeKind, *, days: tuple[int, int] = (-9, 9), at: str = "district_a"
) -> Change:
    """Put one more body above a desk for some days."""

    async def change(scene: LadderScene) -> None:
        await scene.session.execute(
            insert(OrganizationEdge).values(
                child_id=scene.directory[at].organization_id,
                parent_id=scene.directory[parent].organization_id,
                kind=kind,
                valid_from=TODAY + days[0] * DAY,
                valid_until=TODAY + days[1] * DAY,
            )
        )

    return change


def desk_is(name: str, **values: Any) -> Change:  # noqa: ANN401 (columns)
    """Change a registry, such as one that closes."""

    async def change(scene: LadderScene) -> None:
        registry_id = scene.directory[name].registry_id
        await scene.session.execute(
            update(Registry).where(Registry.id == registry_id).values(**values)
        )

    return change


def cleared(subject: str, clearance: Secrecy) -> Change:
    """Give an officer a clearance."""

    async def change(scene: LadderScene) -> None:
        officer_id = scene.officer_id(subject)
        await scene.session.execute(
            update(Officer).where(Officer.id == officer_id).values(clearance=clearance)
        )

    return change


def hop_is(state: HopState, *, of: str = "district_a") -> Change:
    """Let a hop have come to a state in between."""

    async def change(scene: LadderScene) -> None:
        clerk = scene.directory[of].clerk.id
        values: dict[str, Any] = {"state": state}
        if state not in {HopState.REFUSED, HopState.RECALLED}:
            # Any entry serves as the receipt: the ladder does not look at it.
            entry = scene.letter.register_entry_id
            values |= {"receipt_entry_id": entry, "registered_at": DUE, "registered_by": clerk}
        if state is HopState.FORWARDED:
            values |= {"forwarded_at": DUE, "forwarded_by": clerk}
        elif state is not HopState.REGISTERED:
            values |= {"settled_at": DUE, "settled_by": clerk}
        await scene.change_hop(of, **values)

    return change


def suspended(*, of: str = "district_a") -> Change:
    """Stop the clock of a hop."""

    async def change(scene: LadderScene) -> None:
        head = scene.directory[scene.sender].head.id
        await scene.change_hop(of, suspended_at=DUE - DAY, suspended_by=head)

    return change


def resumed(*, of: str = "district_a") -> Change:
    """Start the clock of a hop again."""

    async def change(scene: LadderScene) -> None:
        await scene.change_hop(of, suspended_at=None, suspended_by=None)

    return change


def replanned(
    later: timedelta = timedelta(0), *, lacks: AlarmStep | None = None, of: str = "district_a"
) -> Change:
    """Put another plan in the place of a hop's own."""

    async def change(scene: LadderScene) -> None:
        await scene.change_hop(of, plan_id=await scene.plan(later=later, lacks=lacks))

    return change


def in_chunk(chunk: int, *, of: str) -> Change:
    """Let another execution watch a hop."""

    async def change(scene: LadderScene) -> None:
        await scene.change_hop(of, chunk=chunk)

    return change


def dispatch_is(state: DispatchState) -> Change:
    """End a dispatch."""

    async def change(scene: LadderScene) -> None:
        act = "closed" if state is DispatchState.CLOSED else "completed"
        await scene.session.execute(
            update(Dispatch)
            .where(Dispatch.id == scene.dispatch.id)
            .values({"state": state, f"{act}_at": DUE, f"{act}_by": scene.dispatch.sent_by})
        )

    return change


def rung(step: AlarmStep) -> Change:
    """Let an alarm have been raised before."""

    async def change(scene: LadderScene) -> None:
        await scene.ring(step)

    return change
