"""Which body a line of a list means: itself, or those that it says it follows."""

from collections.abc import Sequence
from datetime import date

from domain.buddhist_era import thai_long_date
from domain.vocabulary import OrganizationKind
from services.bodies.claims import BodyClaim, Key
from services.bodies.directory import Body, BodyDirectory
from services.bodies.problems import BodyRefusedError
from services.bodies.words import FULL_WORDS, BodyChange, compared, split_name


def find_body(directory: BodyDirectory, claim: BodyClaim, since: date | None) -> Body | None:
    """Return the body that a line is about, None if it is new.

    Args:
        directory: What is known.
        claim: The line.
        since: A body that ended before this day is another one.

    Raises:
        BodyRefusedError: `code_of_another`, `code_differs`.
    """
    if claim.code is not None and claim.code in directory.bodies:
        body = directory.bodies[claim.code]
        if not directory.ever_called(body, claim.key):
            raise is_another(claim, body)
        return body
    found = directory.of_key(claim.key, since=since)
    if found is None or (since is not None and not found.lived_on(since)):
        # Whoever bore the name on that day comes before who took it later.
        once = directory.once(claim.key, since=since)
        is_once = once is not None and (since is None or once.lived_on(since))
        found = once if found is None or is_once else found
    if found is not None:
        check_code(claim, found)
    return found


def check_code(claim: BodyClaim, body: Body) -> None:
    """Refuse a line that gives a known body another code.

    Raises:
        BodyRefusedError: `code_differs`.
    """
    if claim.code not in (None, body.code):
        raise BodyRefusedError(
            "code", "code_differs", f"{body.name}มีอยู่แล้วด้วยรหัส {body.code}", nearest=[body.code]
        )


def renamed_already(directory: BodyDirectory, claim: BodyClaim, old: str, on: date) -> Body | None:
    """Return the body that was renamed so by an earlier import, None if that is still to do.

    Raises:
        BodyRefusedError: `changed_on_another_day`.
    """
    for key in _keys(claim, old, [claim.kind]):
        for body, day in directory.who_was(key):
            if not directory.ever_called(body, claim.key):
                continue
            if day == on:
                return body
            raise BodyRefusedError(
                "on", "changed_on_another_day", f"เปลี่ยนชื่อไปแล้วเมื่อ{thai_long_date(day)}"
            )
    known = directory.bodies.get(old)
    if known is None or not directory.ever_called(known, claim.key):
        return None
    return known


def replaced_body(
    directory: BodyDirectory,
    claim: BodyClaim,
    name: str,
    kinds: Sequence[OrganizationKind],
    *,
    ended: date | None,
) -> Body:
    """Return which body a line says it replaces: by code anywhere, by name within its area.

    Args:
        directory: What is known.
        claim: The line.
        name: The code or name that it gives.
        kinds: What the body can have been.
        ended: The last day of a body that ends with the change.

    Raises:
        BodyRefusedError: `replaced_unknown`, `replaced_ambiguous`, `replaced_unlike`,
            `upgrade_not_upward`.
    """
    if name in directory.bodies:
        return _checked(claim, directory.bodies[name], kinds)
    since = claim.on if ended is None else ended
    keys = _keys(claim, name, kinds)
    found = [directory.of_key(key, since=since, ended=ended) for key in keys]
    if not [body for body in found if body is not None]:
        found = [directory.once(key, since=claim.on) for key in keys]
    bodies = list(dict.fromkeys(body for body in found if body is not None))
    # The second time, those that ended then are meant, not whoever bears such a name now.
    bodies = [body for body in bodies if body.valid_until == ended is not None] or bodies
    if len(bodies) == 1:
        return _checked(claim, bodies[0], kinds)
    if bodies:
        raise BodyRefusedError(
            "replaces",
            "replaced_ambiguous",
            f"“{name}” อาจหมายถึงหลายหน่วยงาน ให้เขียนชื่อเต็มหรือรหัส",
            nearest=[body.name for body in bodies],
        )
    raise BodyRefusedError(
        "replaces",
        "replaced_unknown",
        f"ไม่พบหน่วยงานเดิม “{name}” ในพื้นที่เดียวกัน",
        nearest=directory.nearest(name, claim.home, kinds),
    )


def _keys(claim: BodyClaim, name: str, kinds: Sequence[OrganizationKind]) -> list[Key]:
    said, place = split_name(name)
    meant = list(kinds) if said is None else [said]
    return [(kind, claim.home, compared(FULL_WORDS[kind] + place)) for kind in meant]


def _checked(claim: BodyClaim, body: Body, kinds: Sequence[OrganizationKind]) -> Body:
    if claim.change is BodyChange.UPGRADE and body.kind not in kinds:
        raise BodyRefusedError(
            "kind", "upgrade_not_upward", f"{body.name}ยกฐานะเป็น{FULL_WORDS[claim.kind]}ไม่ได้"
        )
    # A body that is renamed stays what and where it is; one that others follow may be elsewhere.
    moved = claim.change is BodyChange.RENAME and body.key[:2] != claim.key[:2]
    if body.kind not in kinds or moved:
        raise BodyRefusedError(
            "replaces", "replaced_unlike", f"{body.name}เป็นหน่วยงานต่างประเภทหรือต่างพื้นที่"
        )
    return body


def is_another(claim: BodyClaim, body: Body) -> BodyRefusedError:
    """Return what is to be said where a code belongs to a body that is not the line's."""
    column = "name" if claim.code and claim.kind is body.kind else "code"
    return BodyRefusedError(
        column,
        "code_of_another",
        f"รหัส {body.code} เป็นของ{body.name} หากเปลี่ยนชื่อหรือฐานะให้บอกในช่อง change",
        nearest=[body.name],
    )
