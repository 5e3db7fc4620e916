from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from domain.buddhist_era import bangkok_date
from domain.errors import InvalidError
from infra.database import create_engine
from models import Hop
from services.create_dispatch import CHUNK
from services.dispatch_letter import dispatch_letter
from tests.conftest import Database
from tests.support.directory import LONG_AGO, Directory
from tests.support.letters import DAY, HOUR, MORNING, issue, messages, order

TODAY = bangkok_date(MORNING)
_BODIES = """
WITH bodies AS (
    INSERT INTO organization (code, kind, name, valid_from, valid_until)
    SELECT 'b' || n, 'sao', 'b' || n, :valid_from, :valid_until FROM generate_series(1, :count) n
    RETURNING id, code
), desks AS (
    INSERT INTO registry (organization_id, code, name) SELECT id, code, code FROM bodies
)
SELECT id FROM bodies
"""


async def _add_bodies(
    database: Database, count: int, *, valid_from: date = LONG_AGO, valid_until: date | None = None
) -> list[UUID]:
    engine = create_engine(database.owner_url, pool=1, role=None)
    values = {"count": count, "valid_from": valid_from, "valid_until": valid_until}
    async with engine.begin() as connection:
        bodies = (await connection.scalars(text(_BODIES), values)).all()
    await engine.dispose()
    return list(bodies)


async def test_a_long_list_is_watched_in_chunks(
    database: Database,
    sessions: async_sessionmaker[AsyncSession],
    own_directory: Directory,
) -> None:
    bodies = await _add_bodies(database, CHUNK + 1)
    agency = own_directory["agency"]
    async with sessions.begin() as session:
        letter = await issue(session, agency)
        await dispatch_letter(
            session, by=agency.clerk, letter_id=letter.id, order=order(*bodies), at=MORNING
        )
        query = (
            select(Hop.chunk, func.count(), func.min(Hop.position))
            .group_by(Hop.chunk)
            .order_by(Hop.chunk)
        )
        chunks = [tuple(row) for row in await session.execute(query)]
        assert chunks == [(0, CHUNK, 0), (1, 1, CHUNK)]
        assert [message.chunk for message in await messages(session)] == [0, 1]


@pytest.mark.parametrize(
    ("valid_from", "valid_until", "is_open"),
    [
        pytest.param(TODAY, None, True, id="begins today"),
        pytest.param(LONG_AGO, TODAY, True, id="ends today"),
        pytest.param(TODAY + DAY, None, False, id="begins tomorrow"),
        pytest.param(LONG_AGO, TODAY - DAY, False, id="ended yesterday"),
    ],
)
async def test_a_body_is_sent_to_on_the_days_on_which_it_exists_in_bangkok(
    database: Database,
    sessions: async_sessionmaker[AsyncSession],
    own_directory: Directory,
    valid_from: date,
    valid_until: date | None,
    is_open: bool,
) -> None:
    bodies = await _add_bodies(database, 1, valid_from=valid_from, valid_until=valid_until)
    # Two in the morning in Bangkok, while it is still yesterday in UTC.
    at = MORNING - 7 * HOUR
    agency = own_directory["agency"]
    async with sessions.begin() as session:
        letter = await issue(session, agency, at=at)
        asked = {"letter_id": letter.id, "order": order(*bodies), "at": at}
        if is_open:
            dispatch = await dispatch_letter(session, by=agency.clerk, **asked)  # type: ignore[arg-type]  # the same call twice
            assert dispatch.sent_at == at
        else:
            with pytest.raises(InvalidError) as refusal:
                await dispatch_letter(session, by=agency.clerk, **asked)  # type: ignore[arg-type]  # the same call twice
            assert refusal.value.reason == "recipient_closed"
