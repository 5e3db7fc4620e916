import pytest

from domain.calendar_scope import (
    REGIONS,
    calendar_scopes,
    organization_code,
    scopes_above,
)
from domain.errors import InvalidError


@pytest.mark.parametrize(
    ("area_code", "code", "scopes"),
    [
        pytest.param(None, None, ("nation",), id="nothing known"),
        pytest.param(None, "nacc", ("nation", "organization:nacc"), id="no area"),
        pytest.param("38", None, ("nation", "region:northeast", "province:38"), id="province"),
        pytest.param(
            "380101",
            "sao-1",
            ("nation", "region:northeast", "province:38", "organization:sao-1"),
            id="subdistrict",
        ),
        pytest.param("10", None, ("nation", "region:central", "province:10"), id="Bangkok"),
        pytest.param("5001", None, ("nation", "region:north", "province:50"), id="north"),
        pytest.param("9601", None, ("nation", "region:south", "province:96"), id="south"),
        pytest.param("0101", None, ("nation", "province:01"), id="no part of the country"),
    ],
)
def test_a_body_follows_the_calendars_above_it(
    area_code: str | None, code: str | None, scopes: tuple[str, ...]
) -> None:
    assert calendar_scopes(area_code, code) == scopes


@pytest.mark.parametrize(
    ("scope", "above"),
    [
        ("nation", ("nation",)),
        ("region:north", ("nation", "region:north")),
        ("province:38", ("nation", "region:northeast", "province:38")),
        ("organization:hall-38", ("nation", "organization:hall-38")),
        ("organization:หน่วยงาน/1", ("nation", "organization:หน่วยงาน/1")),
    ],
)
def test_the_text_of_a_scope_tells_what_is_above_it(scope: str, above: tuple[str, ...]) -> None:
    assert scopes_above(scope) == above
    is_organization = scope.startswith("organization:")
    assert organization_code(scope) == (scope.partition(":")[2] if is_organization else None)


@pytest.mark.parametrize("region", REGIONS)
def test_every_region_is_a_scope(region: str) -> None:
    assert scopes_above(f"region:{region}")[-1] == f"region:{region}"
    assert len(REGIONS) == 4


def test_the_77_provinces_are_known() -> None:
    known = []
    for number in range(100):
        try:
            known.append(scopes_above(f"province:{number:02}")[-1])
        except InvalidError:
            continue
    assert len(known) == 77
    assert {"province:10", "province:38", "province:96"} <= set(known)


@pytest.mark.parametrize(
    "scope",
    [
        "",
        "Nation",
        "nation:",
        "nation:x",
        "region:",
        "region:east",
        "province:",
        "province:3",
        "province:3801",
        "province:99",
        "province:๓๘",
        "organization:",
        "organization:a b",
        "organization:a\0",
        "organization:" + "x" * 101,
        "district:3801",
        "province:38\n",
    ],
)
def test_other_texts_are_no_scope(scope: str) -> None:
    for read in (scopes_above, organization_code):
        with pytest.raises(InvalidError) as refusal:
            read(scope)
        assert refusal.value.reason == "calendar_unknown"
        assert refusal.value.facts == {"field": "scope"}
