from datetime import date

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from domain.vocabulary import EdgeKind, OrganizationKind
from services.list_organizations import OrganizationFilter, list_organizations
from tests.support.directory import LONG_AGO, Directory

TODAY = date(2021, 3, 2)
EVERYBODY = (
    "agency body_a1 body_a2 body_b1 deskless direct district_a district_b hall office stranger"
)


@pytest.mark.usefixtures("directory")
@pytest.mark.parametrize(
    ("chosen", "today", "codes"),
    [
        pytest.param(OrganizationFilter(), TODAY, EVERYBODY, id="by code, without the closed"),
        pytest.param(
            OrganizationFilter(kind=OrganizationKind.DISTRICT),
            TODAY,
            "district_a district_b",
            id="kind",
        ),
        pytest.param(
            OrganizationFilter(area="3801"), TODAY, "body_a1 body_a2 district_a", id="area"
        ),
        pytest.param(OrganizationFilter(name="ตำบล ก"), TODAY, "body_a1 body_a2", id="name"),
        pytest.param(
            OrganizationFilter(area="38", kind=OrganizationKind.SAO, name="ตำบล"),
            TODAY,
            "body_a1 body_b1",
            id="all three",
        ),
        pytest.param(OrganizationFilter(name="%"), TODAY, "", id="a percent sign is a character"),
        pytest.param(OrganizationFilter(area="_"), TODAY, "", id="so is a low line"),
        pytest.param(
            OrganizationFilter(name="ยุบ"), date(2020, 1, 1), "closed", id="on its last day"
        ),
        pytest.param(OrganizationFilter(name="ยุบ"), date(2020, 1, 2), "", id="a day later"),
        pytest.param(OrganizationFilter(), date(2011, 3, 22), "", id="before there were any"),
    ],
)
async def test_bodies_of_the_day_are_listed(
    session: AsyncSession, chosen: OrganizationFilter, today: date, codes: str
) -> None:
    page = await list_organizations(session, chosen=chosen, today=today, after="", limit=99)
    assert [body.code for body in page] == codes.split()


async def test_a_body_comes_with_its_desk_and_who_stands_above(
    session: AsyncSession, directory: Directory
) -> None:
    page = await list_organizations(
        session, chosen=OrganizationFilter(), today=TODAY, after="", limit=99
    )
    bodies = {body.code: body for body in page}
    assert bodies["hall"].registry_id == directory["hall"].registry_id
    assert bodies["hall"].above == ()
    assert bodies["office"].above == [(EdgeKind.SECTION_OF, directory["hall"].organization_id)]
    assert bodies["direct"].above == [(EdgeKind.SUPERVISION, directory["hall"].organization_id)]
    assert (bodies["deskless"].registry_id, bodies["deskless"].registry) == (None, None)


@pytest.mark.usefixtures("directory")
async def test_pages_follow_each_other(session: AsyncSession) -> None:
    seen: list[str] = []
    while page := await list_organizations(
        session,
        chosen=OrganizationFilter(),
        today=LONG_AGO,
        after=seen[-1] if seen else "",
        limit=4,
    ):
        assert len(page) <= 4
        seen += [body.code for body in page]
    assert seen == sorted([*EVERYBODY.split(), "closed"])
