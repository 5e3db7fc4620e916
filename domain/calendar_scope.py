"""For whom a calendar holds: the nation, a region, a province, or one organization."""

import re
from collections.abc import Mapping
from itertools import chain

from domain.errors import InvalidError

NATION = "nation"

# The first digit of an area code names the part of the country; the regional holidays that the
# cabinet sets follow these four.
_REGION: Mapping[str, str] = {
    "1": "central",
    "2": "central",
    "3": "northeast",
    "4": "northeast",
    "5": "north",
    "6": "north",
    "7": "central",
    "8": "south",
    "9": "south",
}
REGIONS = tuple(sorted(set(_REGION.values())))
# The 77 codes in use; each part of the country leaves some free.
_PROVINCES = frozenset(
    map(
        str,
        chain(
            range(10, 28),
            range(30, 50),
            range(50, 59),
            range(60, 68),
            range(70, 78),
            range(80, 87),
            range(90, 97),
        ),
    )
)

_SCOPE = re.compile(r"nation|(region|province|organization):([^\s\0]{1,100})")


def calendar_scopes(area_code: str | None, code: str | None = None) -> tuple[str, ...]:
    """Return the scopes whose calendars apply to a body, the widest first.

    Args:
        area_code: Official code of the body's area; a body without one follows the nation.
        code: Code of the organization itself.
    """
    scopes = [NATION]
    if area_code is not None:
        # The directory takes any digits; an area that no part of the country has is only itself.
        if area_code[0] in _REGION:
            scopes.append(f"region:{_REGION[area_code[0]]}")
        scopes.append(f"province:{area_code[:2]}")
    if code is not None:
        scopes.append(f"organization:{code}")
    return tuple(scopes)


def scopes_above(scope: str) -> tuple[str, ...]:
    """Return a scope with those above it, the widest first, as far as its text tells.

    What stands above an organization is known only to the directory.

    Raises:
        InvalidError: `calendar_unknown`.
    """
    kind, name = _split(scope)
    if kind == "province":
        return calendar_scopes(name)
    return (NATION,) if kind == NATION else (NATION, scope)


def organization_code(scope: str) -> str | None:
    """Return the code of the organization that a scope names, if it names one.

    Raises:
        InvalidError: `calendar_unknown`.
    """
    kind, name = _split(scope)
    return name if kind == "organization" else None


def calendar_unknown(scope: str) -> InvalidError:
    """Return what is said of a scope that nobody knows."""
    return InvalidError(
        f"ไม่รู้จักปฏิทิน “{scope[:60]}” ใช้ nation, region:northeast, province:38 หรือ organization:รหัส",
        code="calendar_unknown",
        field="scope",
    )


def _split(scope: str) -> tuple[str, str]:
    found = _SCOPE.fullmatch(scope)
    kind, name = (found[1] or NATION, found[2] or "") if found else ("", "")
    known = {
        NATION: True,
        "region": name in REGIONS,
        "province": name in _PROVINCES,
        "organization": True,
    }
    if not known.get(kind, False):
        raise calendar_unknown(scope)
    return kind, name
