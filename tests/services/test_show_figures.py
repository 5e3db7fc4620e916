"""Every figure against a recount from events in plain Python, for whoever may see what."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.access import READ, ActingOfficer
from domain.errors import InvalidError, NotFoundError
from domain.figures import FigureGroup
from domain.vocabulary import Role, Secrecy, Urgency
from services.show_figures import FigureFilter, FigurePage, Figures, show_figures
from tests.support.figures import Province, Row, cleared, counted_hops, percentile
from tests.support.planning import bangkok

NOW = bangkok("2022-02-01 09:00")
FRIDAY = bangkok("2021-03-05 17:00")
ALL = FigureFilter()


async def show(
    province: Province,
    by: ActingOfficer | None,
    group: FigureGroup = FigureGroup.TIER,
    chosen: FigureFilter = ALL,
    **page: Any,  # noqa: ANN401 (after, limit)
) -> FigurePage:
    async with province.sessions() as session:
        return await show_figures(session, by=by, group=group, chosen=chosen, at=NOW, **page)


def naive(hops: list[Row]) -> Mapping[str, Any]:
    """Count hops one by one."""
    registered = [hop for hop in hops if hop["registered_at"]]
    settled = [hop for hop in hops if hop["settled_at"]]
    judged = [hop for hop in settled if hop["settled_late"] is not None]
    late = sum(hop["registered_late"] for hop in registered)
    settled_late = sum(hop["settled_late"] for hop in judged)
    minutes = [
        [hop[name] for hop in given]
        for given, name in ((registered, "register_minutes"), (settled, "settle_minutes"))
    ]
    return {
        "hops": len(hops),
        "registered": len(registered),
        "settled": len(settled),
        "open": len(hops) - len(settled),
        "registered_late": late,
        "settled_late": settled_late,
        "registering_on_time": 1 - late / len(registered) if registered else None,
        "settling_on_time": 1 - settled_late / len(judged) if judged else None,
        "hours": [percentile(values, part) for values in minutes for part in (0.5, 0.9)],
    }


def told(figures: Figures) -> Mapping[str, Any]:
    """Return figures as `naive` does."""
    hours = (figures.to_register, figures.to_settle)
    minutes = [one for given in hours for one in (given.median, given.p90)]
    return {
        name: getattr(figures, name)
        for name in ("hops", "registered", "settled", "open", "registered_late", "settled_late")
    } | {
        "registering_on_time": figures.registering_on_time,
        "settling_on_time": figures.settling_on_time,
        "hours": [None if one is None else one * 60 for one in minutes],
    }


def is_visible(hop: Row, by: ActingOfficer | None) -> bool:
    if by is None:
        return bool(hop["secrecy"] == "normal")
    desks = set(by.registries(READ))
    mine = {hop["recipient_registry_id"], *hop["senders"]} & desks
    return bool(mine) and hop["secrecy"] in by.classes


def agree(figures: Figures, hops: list[Row]) -> None:
    found, expected = dict(told(figures)), dict(naive(hops))
    for name in ("registering_on_time", "settling_on_time", "hours"):
        assert found.pop(name) == pytest.approx(expected.pop(name))
    assert found == expected


def officers(province: Province) -> Mapping[str, ActingOfficer | None]:
    two = {
        province["office"].registry_id: frozenset({Role.CLERK}),
        province["stranger"].registry_id: frozenset({Role.AUDITOR}),
    }
    agency = province.directory["agency"]
    return {
        "whoever runs it": None,
        "agency": agency.clerk,
        "agency, secret": cleared(agency.auditor, Secrecy.SECRET),
        "agency, very secret": cleared(agency.head),
        "hall": cleared(province.directory["hall"].clerk),
        "two desks": replace(agency.clerk, roles=two),
        "recipient": province.directory["body_b1"].deputy,
    }


KEYS: Mapping[FigureGroup, Callable[[Row], object]] = {
    FigureGroup.ORGANIZATION: lambda hop: hop["recipient_registry_id"],
    FigureGroup.REGISTRY: lambda hop: hop["recipient_registry_id"],
    FigureGroup.TIER: lambda hop: str(hop["tier"]),
    FigureGroup.URGENCY: lambda hop: hop["urgency"],
}


def key_of(province: Province, group: FigureGroup, one: Figures) -> object:
    """Return what the hops of a group have in common; bodies have one desk each here."""
    if group is FigureGroup.ORGANIZATION:
        desks = province.directory.desks.values()
        return next(desk.registry_id for desk in desks if desk.organization_id == one.id)
    return one.id if group is FigureGroup.REGISTRY else one.key


@pytest.mark.parametrize("group", FigureGroup)
@pytest.mark.parametrize(
    "name",
    [
        "whoever runs it",
        "agency",
        "agency, secret",
        "agency, very secret",
        "hall",
        "two desks",
        "recipient",
    ],
)
async def test_every_figure_is_what_the_events_say(
    played: Province, name: str, group: FigureGroup
) -> None:
    by = officers(played)[name]
    async with played.sessions() as session:
        hops = [hop for hop in (await counted_hops(session)).values() if is_visible(hop, by)]
    page = await show(played, by, group)
    agree(page.total, hops)
    assert hops
    assert {key_of(played, group, one) for one in page.groups} == {KEYS[group](hop) for hop in hops}
    for one in page.groups:
        key = key_of(played, group, one)
        agree(one, [hop for hop in hops if KEYS[group](hop) == key])


FILTERS: Mapping[str, tuple[FigureFilter, Callable[[Row], bool]]] = {
    "urgency": (FigureFilter(urgency=Urgency.URGENT), lambda hop: hop["urgency"] == "urgent"),
    "since": (FigureFilter(since=FRIDAY), lambda hop: hop["sent_at"] >= FRIDAY),
    "until": (FigureFilter(until=FRIDAY), lambda hop: hop["sent_at"] < FRIDAY),
    "both": (
        FigureFilter(since=FRIDAY, until=FRIDAY + timedelta(seconds=1)),
        lambda hop: hop["sent_at"] == FRIDAY,
    ),
    "nothing": (FigureFilter(since=FRIDAY, until=FRIDAY), lambda _: False),
    "year": (FigureFilter(year=2021), lambda _: True),
    "another year": (FigureFilter(year=2022), lambda _: False),
    "year and since": (
        FigureFilter(year=2021, since=FRIDAY),
        lambda hop: hop["sent_at"] >= FRIDAY,
    ),
}


@pytest.mark.parametrize("name", FILTERS)
async def test_filters_choose_hops(played: Province, name: str) -> None:
    chosen, wanted = FILTERS[name]
    by = cleared(played.directory["agency"].clerk)
    async with played.sessions() as session:
        hops = [
            hop
            for hop in (await counted_hops(session)).values()
            if is_visible(hop, by) and wanted(hop)
        ]
    agree((await show(played, by, FigureGroup.URGENCY, chosen)).total, hops)


async def test_a_body_stands_for_all_below_it(played: Province) -> None:
    """The hall commands the districts, which supervise bodies; the office is a part of it."""
    by = cleared(played.directory["agency"].clerk)
    below = {
        "hall": {"hall", "office", "district_a", "body_b1", "body_a1", "body_a2", "direct"},
        "district_a": {"district_a", "body_a1", "body_a2"},
        "stranger": {"stranger"},
    }
    for name, names in below.items():
        chosen = FigureFilter(organization_id=played[name].organization_id)
        page = await show(played, by, FigureGroup.REGISTRY, chosen)
        visible = await show(played, by, FigureGroup.REGISTRY)
        assert [one.key for one in page.groups] == [
            one.key for one in visible.groups if one.key in names
        ]
        assert page.groups
    one = FigureFilter(registry_id=played["hall"].registry_id)
    page = await show(played, by, FigureGroup.REGISTRY, one)
    assert [(row.key, row.name) for row in page.groups] == [("hall", played["hall"].name)]


async def test_pages_follow_each_other_and_keep_the_total(played: Province) -> None:
    by = cleared(played.directory["agency"].clerk)
    whole = await show(played, by, FigureGroup.ORGANIZATION)
    seen: list[Figures] = []
    after: str | None = ""
    while after is not None:
        page = await show(played, by, FigureGroup.ORGANIZATION, after=after, limit=2)
        assert page.total == whole.total
        assert len(page.groups) <= 2
        seen += page.groups
        after = page.next
    assert seen == list(whole.groups)
    assert len(seen) > 4


async def test_a_secret_letter_changes_no_figure_of_who_may_not_know_of_it(
    played: Province,
) -> None:
    agency = played.directory["agency"]
    plain = await show(played, agency.clerk, FigureGroup.REGISTRY)
    secret = await show(played, cleared(agency.clerk), FigureGroup.REGISTRY)
    assert secret.total.hops - plain.total.hops == 3
    admin = await show(played, cleared(agency.admin), FigureGroup.REGISTRY)
    assert (admin.total.hops, admin.groups) == (0, [])


@pytest.mark.parametrize(
    ("chosen", "error", "code"),
    [
        (FigureFilter(since=NOW, until=FRIDAY), InvalidError, "time_range_reversed"),
        (FigureFilter(organization_id=uuid4()), NotFoundError, "not_found"),
        (FigureFilter(registry_id=UUID(int=0)), NotFoundError, "not_found"),
    ],
)
async def test_a_filter_that_cannot_be_is_refused(
    played: Province,
    chosen: FigureFilter,
    error: type[InvalidError | NotFoundError],
    code: str,
) -> None:
    with pytest.raises(error) as caught:
        await show(played, played["agency"].clerk, chosen=chosen)
    assert caught.value.reason == code
