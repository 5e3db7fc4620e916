from uuid import UUID

import pytest

from domain.access import DECIDE, KEEP_BOOKS, READ, STAMP, ActingOfficer, may_read_secret
from domain.errors import NotAllowedError
from domain.vocabulary import Role, Secrecy

HERE, THERE, ELSEWHERE = UUID(int=1), UUID(int=2), UUID(int=3)


def _officer(*roles: Role) -> ActingOfficer:
    return ActingOfficer(id=UUID(int=9), name="ผู้ทดสอบ", roles={HERE: frozenset(roles)})


@pytest.mark.parametrize(
    ("role", "acts"),
    [
        (Role.CLERK, {"stamp", "read"}),
        (Role.HEAD, {"stamp", "decide", "keep_books", "read"}),
        (Role.DEPUTY, {"stamp", "read"}),
        (Role.AUDITOR, {"read"}),
        (Role.ADMIN, {"keep_books"}),
    ],
)
def test_each_role_allows_its_acts_and_no_others(role: Role, acts: set[str]) -> None:
    all_acts = {"stamp": STAMP, "decide": DECIDE, "keep_books": KEEP_BOOKS, "read": READ}
    officer = _officer(role)
    assert {name for name, allowed in all_acts.items() if officer.may(allowed, at=HERE)} == acts


def test_a_role_counts_only_at_its_own_registry() -> None:
    officer = _officer(Role.HEAD)
    officer.require(DECIDE, at=HERE)
    with pytest.raises(NotAllowedError):
        officer.require(DECIDE, at=THERE)


def test_one_role_of_several_is_enough() -> None:
    _officer(Role.AUDITOR, Role.CLERK).require(STAMP, at=HERE)


def test_a_refusal_names_the_roles_that_would_do() -> None:
    with pytest.raises(NotAllowedError) as refusal:
        _officer(Role.AUDITOR).require(STAMP, at=HERE)
    assert refusal.value.reason == "role_missing"
    assert refusal.value.facts == {"roles": ["clerk", "deputy", "head"]}


def test_the_registries_of_an_act_are_those_where_a_role_allows_it() -> None:
    roles = {
        HERE: frozenset({Role.CLERK}),
        THERE: frozenset({Role.ADMIN}),
        ELSEWHERE: frozenset({Role.ADMIN, Role.AUDITOR}),
    }
    officer = ActingOfficer(id=UUID(int=9), name="ผู้ทดสอบ", roles=roles)
    assert officer.registries(READ) == [HERE, ELSEWHERE]
    assert officer.registries(STAMP) == [HERE]
    assert officer.registries(DECIDE) == []
    assert officer.registries(KEEP_BOOKS) == [THERE, ELSEWHERE]


ORDER = ("normal", "secret", "very_secret", "top_secret")


@pytest.mark.parametrize("secrecy", ORDER)
@pytest.mark.parametrize("clearance", ORDER)
def test_a_clearance_reaches_its_own_class_and_all_below(clearance: str, secrecy: str) -> None:
    reaches = ORDER.index(clearance) >= ORDER.index(secrecy)
    assert may_read_secret(Secrecy(clearance), Secrecy(secrecy)) is reaches


def test_nobody_is_cleared_for_a_secret_unless_it_is_said() -> None:
    assert _officer(Role.HEAD).clearance is Secrecy.NORMAL
