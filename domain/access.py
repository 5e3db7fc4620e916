"""Which role allows which act at a registry."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from domain.errors import NotAllowedError
from domain.vocabulary import Role, Secrecy

POSTS = frozenset({Role.CLERK, Role.HEAD, Role.DEPUTY})
"""Roles that are posts: somebody may hold one for a time in place of its usual holders."""

STAMP = POSTS
"""Roles that register, forward, acknowledge, issue and dispatch."""

DECIDE = frozenset({Role.HEAD})
"""Roles that void a number or close a dispatch: acts that need a superior's word."""

KEEP_BOOKS = frozenset({Role.HEAD, Role.ADMIN})
"""Roles that open a register and say who holds a post."""

READ = POSTS | {Role.AUDITOR}
"""Roles that read letters; an administrator manages but does not read."""

_CLASSES = tuple(Secrecy)


def may_read_secret(clearance: Secrecy, secrecy: Secrecy) -> bool:
    """Return whether a clearance reaches what is classified as `secrecy`."""
    return secrecy in classes_up_to(clearance)


def classes_up_to(clearance: Secrecy) -> tuple[Secrecy, ...]:
    """Return the classes of secrecy that a clearance reaches, from the lowest."""
    return _CLASSES[: _CLASSES.index(clearance) + 1]


@dataclass(frozen=True, kw_only=True, slots=True)
class ActingOfficer:
    """The person who acts, with the roles held at each registry today.

    Attributes:
        id: The officer.
        name: Whom a record names.
        roles: Own roles, and posts held for today in place of others.
        clearance: The highest class of secrecy of which the person may know anything.
    """

    id: UUID
    name: str
    roles: Mapping[UUID, frozenset[Role]]
    clearance: Secrecy = Secrecy.NORMAL

    @property
    def classes(self) -> tuple[Secrecy, ...]:
        """The classes of secrecy that the person may know of."""
        return classes_up_to(self.clearance)

    def registries(self, allowed: frozenset[Role]) -> list[UUID]:
        """Return the registries at which one of `allowed` is held."""
        return [registry for registry, held in self.roles.items() if held & allowed]

    def may(self, allowed: frozenset[Role], *, at: UUID) -> bool:
        """Return whether one of `allowed` is held at the registry `at`."""
        return bool(self.roles.get(at, frozenset()) & allowed)

    def require_clearance(self, secrecy: Secrecy) -> None:
        """Refuse an officer whose clearance does not reach `secrecy`.

        Raises:
            NotAllowedError: `clearance_missing`.
        """
        if not may_read_secret(self.clearance, secrecy):
            raise NotAllowedError("ท่านไม่ได้รับอนุญาตให้เข้าถึงชั้นความลับนี้", code="clearance_missing")

    def require(self, allowed: frozenset[Role], *, at: UUID) -> None:
        """Refuse an officer who holds none of `allowed` at the registry `at`.

        Raises:
            NotAllowedError: `role_missing`, with the roles that would do.
        """
        if not self.may(allowed, at=at):
            raise NotAllowedError(
                "บทบาทของท่านที่หน่วยสารบรรณนี้ไม่มีสิทธิ์ดำเนินการ",
                roles=sorted(role.value for role in allowed),
            )
