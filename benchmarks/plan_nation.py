"""Planning the route of a national circular: 77 provinces, 878 districts, 7,851 local bodies."""

import time
from datetime import UTC, date, datetime
from statistics import median
from uuid import UUID

from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from benchmarks.measure import Row
from benchmarks.nation import Body
from domain.deadlines import Deadlines
from infra.database import create_engine, create_sessions
from services.plan_route import RouteRequest, plan_route

PROVINCES, DISTRICTS, LOCALS = 77, 878, 7_851
HOPS = PROVINCES + DISTRICTS + LOCALS
_ROUNDS = 5

# Area codes 10 to 86: a province of the nation each, so that every province has its calendar.
_BODIES = text("""
INSERT INTO organization (code, kind, name, area_code, valid_from)
SELECT 'plan-' || tier || '-' || nth, 'other', 'plan-' || tier || '-' || nth,
    CAST(10 + nth % :provinces AS text), '2000-01-01'
FROM (VALUES (1, :provinces), (2, :districts), (3, :locals)) AS size (tier, bodies),
    generate_series(0, bodies - 1) AS nth
""")
_EDGES = text("""
INSERT INTO organization_edge (child_id, parent_id, kind, valid_from)
SELECT child.id, parent.id, 'command', '2000-01-01'
FROM (VALUES (2, :provinces), (3, :districts)) AS step (tier, above),
    generate_series(0, 7850) AS nth
JOIN organization child ON child.code LIKE 'plan-%' AND true
JOIN organization parent ON true
WHERE child.code = 'plan-' || tier || '-' || nth
    AND parent.code = 'plan-' || (tier - 1) || '-' || nth % above
""")
_REGIONS = text("""
INSERT INTO calendar_override (scope, day, is_working, reason, source, since_version)
SELECT 'province:' || province, DATE '2026-11-30' + province % 5, false, 'วันหยุดของจังหวัด', 'bench', 1
FROM generate_series(10, 86) AS province
""")
_TOP = text("SELECT id FROM organization WHERE code LIKE 'plan-1-%'")


async def found_tiers(owner_url: SecretStr) -> list[UUID]:
    """Write the three tiers, each province with a holiday of its own; return the provinces."""
    sizes = {"provinces": PROVINCES, "districts": DISTRICTS, "locals": LOCALS}
    engine = create_engine(owner_url, pool=1, role=None)
    async with create_sessions(engine).begin() as session:
        await session.execute(_BODIES, sizes)
        await session.execute(text("ANALYZE organization"))
        await session.execute(_EDGES, sizes)
        await session.execute(_REGIONS)
        top = list(await session.scalars(_TOP))
    await engine.dispose()
    return top


async def plan_national_seconds(
    sessions: async_sessionmaker[AsyncSession], *, sender: Body, provinces: list[UUID]
) -> Row:
    """Plan the whole route some times, from what the ledger says to a plan for every hop."""
    wanted = RouteRequest(
        registry_id=sender.registry_id,
        recipients=provinces,
        deadlines=Deadlines(acknowledge_on=date(2026, 12, 25), weights=(5, 5, 9)),
    )
    at = datetime(2026, 11, 23, 2, tzinfo=UTC)
    seconds: list[float] = []
    planned: set[tuple[int, ...]] = set()
    plans = 0
    for _ in range(_ROUNDS):
        async with sessions() as session:
            started = time.perf_counter()
            tiers = await plan_route(session, by=sender.clerk, wanted=wanted, at=at)
            seconds.append(time.perf_counter() - started)
        planned.add(tuple(tier.bodies for tier in tiers))
        plans = sum(len(tier.plans) for tier in tiers)
    return Row(
        name="plan_national_seconds",
        ratio=median(seconds),
        spread=(min(seconds), max(seconds)),
        target="<= 1.0",
        check=f"{HOPS} hops in 3 tiers, {plans} plans, {PROVINCES} calendars",
        is_correct=planned == {(PROVINCES, DISTRICTS, LOCALS)} and plans >= 3 * PROVINCES,
        detail={"hops": HOPS, "plans": plans, "seconds": [round(one, 3) for one in seconds]},
    )
