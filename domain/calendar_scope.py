"""For whom a calendar holds: the nation, a region, a province, or one organization."""

import re
from collections.abc import Mapping

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

_SCOPE = re.compile(r"nation|(region|province|organization):(\S{1,100})")


def calendar_scopes(area_code: str | None, code: str | None = None) -> tuple[str, ...]:
    """Return the scopes whose calendars apply to a body, the widest first.

    Args:
        area_code: Official code of the body's area; a body without one follows the nation.
        code: Code of the organization itself.
    """
    scopes = [NATION]
    if area_code is not None:
        scopes += [f"region:{_REGION[area_code[0]]}", f"province:{area_code[:2]}"]
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
    if kind == "region":
        return (NATION, scope)
    if kind == "province":
        return calendar_scopes(name)
    if kind == "organization":
        return (NATION, scope)
    return (NATION,)


def _split(scope: str) -> tuple[str, str]:
    found = _SCOPE.fullmatch(scope)
    kind, name = (found[1] or NATION, found[2] or "") if found else ("", "")
    known = {
        NATION: True,
        "region": name in REGIONS,
        "province": re.fullmatch("[1-9][0-9]", name) is not None,
        "organization": True,
    }
    if not known.get(kind, False):
        raise InvalidError(
            f"ไม่รู้จักปฏิทิน “{scope[:60]}” ใช้ nation, region:northeast, province:38"
            " หรือ organization:รหัส",
            code="calendar_unknown",
            field="scope",
        )
    return kind, name
