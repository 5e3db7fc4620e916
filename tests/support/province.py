"""A circular that went the whole way down the small province, and who may see which part."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from models import Dispatch
from services.letter_draft import LetterDraft
from tests.support.directory import Desk, Directory
from tests.support.letters import hop_to, issue, pass_on, send


@dataclass(frozen=True, kw_only=True, slots=True)
class Circular:
    """agency → hall and direct; hall → office; office's cover → districts → local bodies."""

    id: UUID
    letters: Mapping[str, UUID]
    dispatches: Mapping[str, Dispatch]
    hops: Mapping[str, UUID]


_BELOW = {
    "agency": ("hall", "direct"),
    "hall": ("office",),
    "office": ("district_a", "district_b"),
    "district_a": ("body_a1", "body_a2"),
    "district_b": ("body_b1",),
}


async def send_down(session: AsyncSession, directory: Directory) -> Circular:
    """Send it, and an unrelated letter between strangers as noise."""
    root = await issue(session, directory["agency"])
    above = await send(session, directory["agency"], *_desks(directory, "agency"), letter=root)
    dispatches = {"agency": above}
    for name in ("hall", "office"):
        cover = LetterDraft(subject="ขอส่งสำเนา") if name == "office" else None
        above = dispatches[name] = await pass_on(
            session, above, directory[name], *_desks(directory, name), cover=cover
        )
    for name in ("district_a", "district_b"):
        dispatches[name] = await pass_on(session, above, directory[name], *_desks(directory, name))
    hops = {
        recipient: await hop_to(session, dispatches[name], directory[recipient])
        for name, recipients in _BELOW.items()
        for recipient in recipients
    }
    await send(session, directory["stranger"], directory["hall"])
    letters = {"root": root.id, "cover": dispatches["office"].letter_id}
    return Circular(id=root.id, letters=letters, dispatches=dispatches, hops=hops)


def _desks(directory: Directory, name: str) -> list[Desk]:
    return [directory[recipient] for recipient in _BELOW[name]]
