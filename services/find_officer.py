"""Who stands behind a token, and which roles the person holds on a day."""

from collections import defaultdict
from datetime import date
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Text

from domain.access import READ, ActingOfficer
from domain.vocabulary import Role, Secrecy

# Every request starts with it, so it is written out: a statement that is built anew each time
# costs as much again as it takes the server to answer. A post that is held for a time counts like
# a role; a deputy whose own post is not in other hands stands in for a head who is absent. Whoever
# is named to act and has left the service counts as nobody, as in HOLDERS.
#
# Until the transaction ends, the policies of the database show no more than this officer may see:
# `told` says for whom it was opened, in the same round trip.
OFFICER_STATEMENT = text("""
WITH signed_in AS MATERIALIZED (
SELECT officer.id, officer.name, officer.clearance, held.registry_id, held.role,
    absent.id IS NOT NULL AS stands_in
FROM officer
LEFT JOIN LATERAL (
    SELECT registry_id, role, false AS is_acting
    FROM officer_role WHERE officer_id = officer.id
    UNION ALL
    SELECT registry_id, post, true
    FROM post_period
    WHERE officer_id = officer.id AND withdrawn_at IS NULL AND :on BETWEEN first_day AND last_day
) held ON true
LEFT JOIN post_period absent ON held.role = 'deputy' AND absent.registry_id = held.registry_id
    AND absent.post = 'head' AND absent.withdrawn_at IS NULL
    AND :on BETWEEN absent.first_day AND absent.last_day
    AND NOT EXISTS (
        SELECT FROM officer acting
        WHERE acting.id = absent.officer_id AND acting.closed_at IS NULL
    )
    AND (held.is_acting OR NOT EXISTS (
        SELECT FROM post_period other
        WHERE other.registry_id = held.registry_id AND other.post = 'deputy'
            AND other.withdrawn_at IS NULL AND :on BETWEEN other.first_day AND other.last_day
    ))
WHERE officer.subject = :subject AND officer.closed_at IS NULL
), told AS MATERIALIZED (
    SELECT set_config('wian.officer', max(CAST(id AS text)), true),
        set_config('wian.desks', CAST(coalesce(array_agg(DISTINCT registry_id)
            FILTER (WHERE role = ANY(:reading)), '{}') AS text), true),
        set_config('wian.kept', CAST(coalesce(array_agg(DISTINCT registry_id)
            FILTER (WHERE registry_id IS NOT NULL), '{}') AS text), true),
        set_config('wian.classes', CAST((CAST(:classes AS text[]))[
            1:array_position(CAST(:classes AS text[]), max(clearance))] AS text), true)
    FROM signed_in
    HAVING count(*) > 0
)
SELECT signed_in.* FROM signed_in CROSS JOIN told
""").bindparams(
    bindparam("reading", [role.value for role in READ], type_=ARRAY(Text())),
    bindparam("classes", [one.value for one in Secrecy], type_=ARRAY(Text())),
)


async def find_officer(session: AsyncSession, *, subject: str, on: date) -> ActingOfficer | None:
    """Return the active officer known to the token issuer as `subject`, or None.

    The transaction is opened for this officer: under the API's role the database shows nothing
    else until it ends.

    Args:
        session: The transaction.
        subject: Whom the token names.
        on: The day in Bangkok for which posts that are held for a time count.
    """
    rows = (await session.execute(OFFICER_STATEMENT, {"subject": subject, "on": on})).all()
    if not rows:
        return None
    roles: defaultdict[UUID, set[Role]] = defaultdict(set)
    for row in rows:
        if row.registry_id is not None:
            roles[row.registry_id].add(Role(row.role))
        if row.stands_in:
            roles[row.registry_id].add(Role.HEAD)
    held = {registry: frozenset(names) for registry, names in roles.items()}
    first = rows[0]
    return ActingOfficer(
        id=first.id, name=first.name, roles=held, clearance=Secrecy(first.clearance)
    )
