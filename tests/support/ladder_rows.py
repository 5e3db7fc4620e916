"""The ladder as a table: what is different, which step is due, and who is told."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from domain.vocabulary import (
    AlarmStep,
    DispatchState,
    EdgeKind,
    HopState,
    Role,
    Secrecy,
)
from tests.support.ladder import DAYS, DUE, SECOND
from tests.support.ladder_changes import (
    Change,
    absent,
    also,
    cleared,
    desk_is,
    dispatch_is,
    hop_is,
    in_chunk,
    left,
    named,
    replanned,
    resumed,
    rung,
    suspended,
    under,
    unled,
    without_superior,
)
from tests.support.letters import DAY, HOUR

CLERK, HEAD, DEPUTY = Role.CLERK, Role.HEAD, Role.DEPUTY
INSTEAD_OF_HEAD, INSTEAD_OF_SUPERIOR = {"instead_of": "head"}, {"instead_of": "superior"}
NOW = timedelta(0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """One notice that is expected, and whether its reader sees number and subject."""

    at: str
    post: Role
    officer: str | None
    facts: dict[str, Any]
    about: str = "district_a"
    due: timedelta = NOW
    step: str | None = None
    is_shown: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """A step, what is different from the usual scene, and who is told."""

    name: str
    step: str
    changes: tuple[Change, ...] = ()
    told: tuple[Told, ...]
    sender: str = "office"
    recipients: tuple[str, ...] = ("district_a",)
    is_root: bool = False
    later: timedelta = NOW
    chunk: int = 0
    secrecy: Secrecy = Secrecy.NORMAL


def _case(name: str, step: str, *changes: Change, told: tuple[Told, ...], **given: Any) -> Case:  # noqa: ANN401 (fields of a case)
    return Case(name=name, step=step, changes=changes, told=told, **given)


def _told(
    officer: str | None,
    post: Role,
    at: str,
    facts: dict[str, Any] | None = None,
    **given: Any,  # noqa: ANN401 (fields of what is told)
) -> Told:
    return Told(at=at, post=post, officer=officer, facts=facts or {}, **given)


CLERK_OF_A = (_told("clerk.district_a", CLERK, "district_a"),)
HEAD_OF_A = (_told("head.district_a", HEAD, "district_a"),)
DEPUTY_OF_A = (_told("deputy.district_a", DEPUTY, "district_a"),)
ACTING_FROM_B = (_told("head.district_b", HEAD, "district_a"),)
HEAD_OF_HALL = (_told("head.hall", HEAD, "hall"),)
HALL_INSTEAD = (_told("head.hall", HEAD, "hall", INSTEAD_OF_HEAD),)
SENDER_INSTEAD = (_told("head.office", HEAD, "office", INSTEAD_OF_SUPERIOR),)
HEAD_OF_AGENCY = (_told("head.agency", HEAD, "agency"),)
TIER_AND_SENDER = (
    _told("clerk.district_a", CLERK, "district_a", DAYS),
    _told("clerk.office", CLERK, "office", DAYS),
)
NOBODY: tuple[Told, ...] = ()

TO_THE_CLERKS = [
    _case("reminded to register", "remind_register", told=CLERK_OF_A),
    _case("late to register", "overdue_register", told=CLERK_OF_A),
    _case("reminded to acknowledge", "remind_acknowledge", told=CLERK_OF_A),
    _case("late to acknowledge", "overdue_acknowledge", told=CLERK_OF_A),
    _case(
        "a clerk acts for another",
        "overdue_register",
        named(CLERK, "clerk.district_b"),
        told=(_told("clerk.district_b", CLERK, "district_a"),),
    ),
    _case(
        "two clerks: nobody by name",
        "overdue_register",
        also("auditor.district_a", CLERK),
        told=(_told(None, CLERK, "district_a"),),
    ),
    _case(
        "the clerk has left",
        "overdue_register",
        left("clerk.district_a"),
        told=(_told(None, CLERK, "district_a"),),
    ),
    _case(
        "the clerk is absent: the desk is told all the same",
        "overdue_register",
        absent(CLERK),
        told=(_told(None, CLERK, "district_a"),),
    ),
    _case("an arrival is no alarm", "arrived", told=NOBODY),
]

TO_THE_HEAD = [
    _case("the head", "escalate_head", told=HEAD_OF_A),
    _case("the head, of a letter that is not registered", "escalate_register_head", told=HEAD_OF_A),
    _case("acting head", "escalate_head", named(HEAD, "head.district_b"), told=ACTING_FROM_B),
    _case(
        "acting from today",
        "escalate_head",
        named(HEAD, "head.district_b", days=(0, 5)),
        told=ACTING_FROM_B,
    ),
    _case(
        "acting until today",
        "escalate_head",
        named(HEAD, "head.district_b", days=(-5, 0)),
        told=ACTING_FROM_B,
    ),
    _case(
        "acting until yesterday",
        "escalate_head",
        named(HEAD, "head.district_b", days=(-5, -1)),
        told=HEAD_OF_A,
    ),
    _case(
        "acting from tomorrow",
        "escalate_head",
        named(HEAD, "head.district_b", days=(1, 5)),
        told=HEAD_OF_A,
    ),
    _case(
        "acting was withdrawn",
        "escalate_head",
        named(HEAD, "head.district_b", is_withdrawn=True),
        told=HEAD_OF_A,
    ),
    _case("the head acts himself", "escalate_head", named(HEAD, "head.district_a"), told=HEAD_OF_A),
    _case(
        "acting elsewhere changes nothing here",
        "escalate_head",
        named(HEAD, "head.hall", at="district_b"),
        told=HEAD_OF_A,
    ),
    _case("absence: the deputy", "escalate_head", absent(HEAD), told=DEPUTY_OF_A),
    _case("absence until yesterday", "escalate_head", absent(HEAD, days=(-5, -1)), told=HEAD_OF_A),
    _case(
        "absence, two deputies: nobody by name",
        "escalate_head",
        absent(HEAD),
        also("clerk.district_a", DEPUTY),
        told=(_told(None, DEPUTY, "district_a"),),
    ),
    _case(
        "absence, acting deputy",
        "escalate_head",
        absent(HEAD),
        named(DEPUTY, "deputy.district_b"),
        told=(_told("deputy.district_b", DEPUTY, "district_a"),),
    ),
    _case(
        "absence, the deputy has left: one rung up",
        "escalate_head",
        absent(HEAD),
        left("deputy.district_a"),
        told=HALL_INSTEAD,
    ),
    _case(
        "absence of head and deputy: one rung up",
        "escalate_head",
        absent(HEAD),
        absent(DEPUTY),
        told=HALL_INSTEAD,
    ),
    _case(
        "two heads: nobody by name",
        "escalate_head",
        also("clerk.district_a", HEAD),
        told=(_told(None, HEAD, "district_a"),),
    ),
    _case(
        "two heads, one has left",
        "escalate_head",
        also("clerk.district_a", HEAD),
        left("head.district_a"),
        told=(_told("clerk.district_a", HEAD, "district_a"),),
    ),
    _case("the head has left", "escalate_head", left("head.district_a"), told=DEPUTY_OF_A),
    _case(
        "the acting head has left",
        "escalate_head",
        named(HEAD, "head.district_b"),
        left("head.district_b"),
        told=DEPUTY_OF_A,
    ),
    _case(
        "absence, the acting deputy has left: one rung up",
        "escalate_head",
        absent(HEAD),
        named(DEPUTY, "deputy.district_b"),
        left("deputy.district_b"),
        told=HALL_INSTEAD,
    ),
    _case("nobody leads: one rung up", "escalate_head", unled("district_a"), told=HALL_INSTEAD),
    _case(
        "nobody leads, the superior's head is absent",
        "escalate_register_head",
        unled("district_a"),
        absent(HEAD, at="hall"),
        told=(_told("deputy.hall", DEPUTY, "hall", INSTEAD_OF_HEAD),),
    ),
    _case(
        "nobody leads, nobody above: the sender",
        "escalate_head",
        unled("district_a"),
        without_superior(),
        told=(_told("head.office", HEAD, "office", INSTEAD_OF_HEAD),),
    ),
    _case(
        "nobody leads here or above: the sender",
        "escalate_head",
        unled("district_a"),
        unled("hall"),
        told=(_told("head.office", HEAD, "office", INSTEAD_OF_HEAD),),
    ),
    _case(
        "nobody leads anywhere: the desk of the sender",
        "escalate_head",
        unled("district_a"),
        unled("hall"),
        unled("office"),
        told=(_told(None, HEAD, "office", INSTEAD_OF_HEAD),),
    ),
]

ABOVE = [
    _case("the superior", "escalate_superior", told=HEAD_OF_HALL),
    _case(
        "the superior, of a letter that is not registered",
        "escalate_register_superior",
        told=HEAD_OF_HALL,
    ),
    _case(
        "supervision",
        "escalate_superior",
        recipients=("body_a1",),
        told=(_told("head.district_a", HEAD, "district_a", about="body_a1"),),
    ),
    _case(
        "command before part",
        "escalate_superior",
        under("stranger", EdgeKind.SECTION_OF),
        told=HEAD_OF_HALL,
    ),
    _case(
        "command before supervision",
        "escalate_superior",
        without_superior(),
        under("stranger", EdgeKind.SUPERVISION),
        under("hall", EdgeKind.COMMAND),
        told=HEAD_OF_HALL,
    ),
    _case(
        "supervision before part",
        "escalate_superior",
        without_superior(),
        under("stranger", EdgeKind.SECTION_OF),
        under("hall", EdgeKind.SUPERVISION),
        told=HEAD_OF_HALL,
    ),
    _case(
        "command from tomorrow, supervision from today",
        "escalate_superior",
        without_superior(),
        under("stranger", EdgeKind.COMMAND, days=(1, 9)),
        under("hall", EdgeKind.SUPERVISION, days=(0, 9)),
        told=HEAD_OF_HALL,
    ),
    _case(
        "acting head of the superior",
        "escalate_superior",
        named(HEAD, "clerk.hall", at="hall"),
        told=(_told("clerk.hall", HEAD, "hall"),),
    ),
    _case(
        "absence at the superior",
        "escalate_superior",
        absent(HEAD, at="hall"),
        told=(_told("deputy.hall", DEPUTY, "hall"),),
    ),
    _case(
        "the acting head of the superior has left",
        "escalate_superior",
        named(HEAD, "head.district_b", at="hall"),
        left("head.district_b"),
        told=(_told("deputy.hall", DEPUTY, "hall"),),
    ),
    _case("no superior", "escalate_superior", without_superior(), told=SENDER_INSTEAD),
    _case(
        "the superior's desk is closed",
        "escalate_superior",
        desk_is("hall", closed_at=DUE),
        told=SENDER_INSTEAD,
    ),
    _case(
        "the superior's desk receives nothing",
        "escalate_superior",
        desk_is("hall", receives=False),
        told=SENDER_INSTEAD,
    ),
    _case(
        "nobody leads the superior",
        "escalate_register_superior",
        unled("hall"),
        told=SENDER_INSTEAD,
    ),
    _case(
        "superior until today",
        "escalate_superior",
        without_superior(),
        under("stranger", EdgeKind.COMMAND, days=(-9, 0)),
        told=(_told("head.stranger", HEAD, "stranger"),),
    ),
    _case(
        "superior until yesterday",
        "escalate_superior",
        without_superior(),
        under("stranger", EdgeKind.COMMAND, days=(-9, -1)),
        told=SENDER_INSTEAD,
    ),
    _case(
        "the superior is the sender",
        "escalate_superior",
        sender="hall",
        told=HEAD_OF_HALL,
    ),
    _case("the origin", "escalate_origin", told=HEAD_OF_AGENCY),
    _case(
        "the origin, of a letter that is not registered",
        "escalate_register_origin",
        told=HEAD_OF_AGENCY,
    ),
    _case(
        "at the root the sender is the origin",
        "escalate_origin",
        is_root=True,
        told=(_told("head.office", HEAD, "office"),),
    ),
    _case(
        "acting head of the origin",
        "escalate_origin",
        named(HEAD, "head.hall", at="agency"),
        told=(_told("head.hall", HEAD, "agency"),),
    ),
    _case(
        "nobody leads the origin",
        "escalate_origin",
        unled("agency"),
        told=(_told(None, HEAD, "agency"),),
    ),
]

IN_BETWEEN = [
    _case("late to pass on: the tier and its sender", "overdue_forward", told=TIER_AND_SENDER),
    _case(
        "late to pass on what is registered",
        "overdue_forward",
        hop_is(HopState.REGISTERED),
        told=TIER_AND_SENDER,
    ),
    _case("passed on in time", "overdue_forward", hop_is(HopState.FORWARDED), told=NOBODY),
    _case("registered in between", "overdue_register", hop_is(HopState.REGISTERED), told=NOBODY),
    _case(
        "registered in between, the head is not told",
        "escalate_register_head",
        hop_is(HopState.REGISTERED),
        told=NOBODY,
    ),
    _case(
        "registered, not acknowledged",
        "overdue_acknowledge",
        hop_is(HopState.REGISTERED),
        told=CLERK_OF_A,
    ),
    _case(
        "passed on, not acknowledged", "escalate_head", hop_is(HopState.FORWARDED), told=HEAD_OF_A
    ),
    *(
        _case(f"{state} in between", "escalate_superior", hop_is(state), told=NOBODY)
        for state in (
            HopState.ACKNOWLEDGED,
            HopState.REFUSED,
            HopState.RETURNED,
            HopState.RECALLED,
        )
    ),
    _case(
        "one of two is settled",
        "overdue_acknowledge",
        hop_is(HopState.ACKNOWLEDGED),
        recipients=("district_a", "district_b"),
        told=(_told("clerk.district_b", CLERK, "district_b", about="district_b"),),
    ),
    _case("suspended", "overdue_acknowledge", suspended(), told=NOBODY),
    _case(
        "resumed, and not yet due again",
        "overdue_acknowledge",
        suspended(),
        replanned(5 * DAY),
        resumed(),
        told=NOBODY,
    ),
    _case(
        "resumed, and due again",
        "overdue_acknowledge",
        suspended(),
        replanned(HOUR),
        resumed(),
        later=HOUR,
        told=(_told("clerk.district_a", CLERK, "district_a", due=HOUR),),
    ),
    _case("a moved plan: the old instant", "escalate_head", replanned(SECOND), told=NOBODY),
    _case(
        "a moved plan: the new instant",
        "escalate_head",
        replanned(SECOND),
        later=SECOND,
        told=(_told("head.district_a", HEAD, "district_a", due=SECOND),),
    ),
    _case(
        "one of two has a moved plan",
        "escalate_superior",
        replanned(DAY),
        recipients=("district_a", "district_b"),
        told=(_told("head.hall", HEAD, "hall", about="district_b"),),
    ),
    _case(
        "the alarm came after the instant of the plan",
        "escalate_head",
        later=HOUR,
        told=HEAD_OF_A,
    ),
    _case(
        "a plan without the step",
        "escalate_head",
        replanned(lacks=AlarmStep.ESCALATE_HEAD),
        told=NOBODY,
    ),
    _case(
        "the dispatch is closed", "escalate_head", dispatch_is(DispatchState.CLOSED), told=NOBODY
    ),
    _case(
        "the dispatch is complete",
        "escalate_origin",
        dispatch_is(DispatchState.COMPLETED),
        told=NOBODY,
    ),
    _case("raised twice", "escalate_head", rung(AlarmStep.ESCALATE_HEAD), told=HEAD_OF_A),
    _case(
        "raised again when another desk would be told",
        "escalate_head",
        rung(AlarmStep.ESCALATE_HEAD),
        absent(HEAD),
        absent(DEPUTY),
        told=HEAD_OF_A,
    ),
    _case(
        "both told once", "overdue_forward", rung(AlarmStep.OVERDUE_FORWARD), told=TIER_AND_SENDER
    ),
    _case(
        "one rung after another",
        "escalate_superior",
        rung(AlarmStep.ESCALATE_HEAD),
        told=(
            _told("head.district_a", HEAD, "district_a", step="escalate_head"),
            _told("head.hall", HEAD, "hall"),
        ),
    ),
    _case(
        "the chunk of another execution",
        "escalate_head",
        in_chunk(1, of="district_b"),
        recipients=("district_a", "district_b"),
        told=HEAD_OF_A,
    ),
    _case(
        "the second chunk",
        "escalate_head",
        in_chunk(1, of="district_b"),
        recipients=("district_a", "district_b"),
        chunk=1,
        told=(_told("head.district_b", HEAD, "district_b", about="district_b"),),
    ),
]

SECRETS = [
    _case(
        f"{secrecy}, cleared for {clearance}",
        "escalate_superior",
        cleared("head.hall", clearance),
        secrecy=secrecy,
        told=(_told("head.hall", HEAD, "hall", is_shown=is_shown),),
    )
    for secrecy, clearance, is_shown in (
        (Secrecy.SECRET, Secrecy.NORMAL, False),
        (Secrecy.SECRET, Secrecy.SECRET, True),
        (Secrecy.SECRET, Secrecy.TOP_SECRET, True),
        (Secrecy.VERY_SECRET, Secrecy.SECRET, False),
        (Secrecy.VERY_SECRET, Secrecy.VERY_SECRET, True),
    )
]
CASES = [*TO_THE_CLERKS, *TO_THE_HEAD, *ABOVE, *IN_BETWEEN, *SECRETS]
