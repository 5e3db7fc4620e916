"""What bodies of a list need around them: who stands above them, and a desk that receives."""

from datetime import date

from domain.vocabulary import EdgeKind, OrganizationKind
from services.bodies.claims import BodyClaim
from services.bodies.directory import Body, BodyDirectory
from services.bodies.plan import BodyPlan, NewDesk, NewEdge
from services.bodies.problems import BodyProblem
from services.bodies.words import OF_THE_PROVINCE
from services.official_areas import official_areas

# The first word of its name, of its desk's name, and of its desk's code.
_OFFICES = {
    OrganizationKind.PROVINCE: ("จังหวัด", "ศาลากลาง", "hall"),
    OrganizationKind.DISTRICT: ("อำเภอ", "ที่ว่าการ", "district"),
}


def link_bodies(
    directory: BodyDirectory, plan: BodyPlan, meant: list[tuple[BodyClaim, Body]]
) -> list[BodyProblem]:
    """Plan edges, desks, and the provinces and districts that are missing; return what cannot be.

    Nothing is planned for a body that has it: who stands above it, it may owe to another list.
    """
    problems: list[BodyProblem] = []
    alone = {
        body.code: (claim, body, _above(claim)) for claim, body in meant if not body.is_supervised
    }
    for code, begins in _missing(directory, [(body, code) for _, body, code in alone.values()]):
        problems += _surround(directory, plan, code, begins)
    for _, body, code in alone.values():
        _place_below(plan, body, _office(directory, code), EdgeKind.SUPERVISION)
        body.is_supervised = True
    for claim, body in meant:
        if body.has_desk or (body.valid_until is not None and not body.is_new):
            continue
        if directory.desks.get(body.code, body.code) != body.code:
            problems.append(_taken(body.code, claim.line))
        _add_desk(plan, body, body.code, body.name)
    return problems


def _above(claim: BodyClaim) -> str:
    """Return the code of the area whose office supervises the body."""
    in_province = claim.kind in OF_THE_PROVINCE or claim.district_code is None
    return claim.province_code if in_province else claim.home


def _missing(directory: BodyDirectory, needed: list[tuple[Body, str]]) -> list[tuple[str, date]]:
    """Return the areas without an office, provinces first, each with its first day."""
    first: dict[str, date] = {}
    for body, code in needed:
        for each in {code[:2], code}:
            if _office(directory, each) is None:
                first[each] = min(first.get(each, date.max), body.valid_from)
    return sorted(first.items(), key=lambda one: (len(one[0]), one[0]))


def _office(directory: BodyDirectory, area_code: str) -> Body | None:
    is_province = len(area_code) == 2
    kind = OrganizationKind.PROVINCE if is_province else OrganizationKind.DISTRICT
    found = [body for body in directory.here(area_code, [kind]) if body.area_code == area_code]
    return min(found, key=lambda body: (body.valid_until is not None, body.code), default=None)


def _surround(
    directory: BodyDirectory, plan: BodyPlan, code: str, begins: date
) -> list[BodyProblem]:
    """Plan the office of an area, with the codes that the reference province has too."""
    area = official_areas().by_code[code]
    kind = OrganizationKind(area.kind.value)
    word, office, desk = _OFFICES[kind]
    body = Body(
        code=f"{kind}-{code}",
        kind=kind,
        name=word + area.name_th,
        area_code=code,
        valid_from=begins,
        is_new=True,
    )
    if body.code in directory.bodies or f"{desk}-{code}" in directory.desks:
        return [_taken(body.code, None)]
    directory.add(body)
    plan.surroundings.append(body)
    plan.note(body)
    _add_desk(plan, body, f"{desk}-{code}", office + body.name)
    if kind is OrganizationKind.DISTRICT:
        _place_below(plan, body, _office(directory, code[:2]), EdgeKind.COMMAND)
    return []


def _place_below(plan: BodyPlan, body: Body, office: Body | None, kind: EdgeKind) -> None:
    if office is None:
        return
    begins = max(body.valid_from, office.valid_from)
    if body.valid_until is not None and body.valid_until < begins:
        return
    plan.edges.append(
        NewEdge(
            child=body.code,
            parent=office.code,
            kind=kind,
            valid_from=begins,
            valid_until=body.valid_until,
        )
    )


def _add_desk(plan: BodyPlan, body: Body, code: str, name: str) -> None:
    body.has_desk = True
    plan.desks.append(NewDesk(body=body.code, code=code, name=name))


def _taken(code: str, line: int | None) -> BodyProblem:
    return BodyProblem(
        line=line,
        column=None if line is None else "code",
        code="code_taken",
        detail=f"รหัส {code} เป็นของหน่วยงานหรือหน่วยสารบรรณอื่น",
        value=code,
    )
