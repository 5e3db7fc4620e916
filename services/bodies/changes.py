"""How each line of a list of local bodies changes the directory: known, new, or out of others."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256
from typing import Final

from domain.buddhist_era import thai_long_date
from domain.vocabulary import OrganizationKind
from services.bodies.claims import BodyClaim
from services.bodies.directory import Body, BodyDirectory
from services.bodies.lookup import (
    check_code,
    find_body,
    is_another,
    renamed_already,
    replaced_body,
)
from services.bodies.plan import BodyPlan
from services.bodies.problems import BodyProblem, BodyRefusedError
from services.bodies.words import FULL_WORDS, RANK, BodyChange, compared
from services.official_areas import official_areas

_CODE_WORDS: Final = {
    OrganizationKind.PAO: "pao",
    OrganizationKind.CITY_MUNICIPALITY: "city",
    OrganizationKind.TOWN_MUNICIPALITY: "town",
    OrganizationKind.SUBDISTRICT_MUNICIPALITY: "municipality",
    OrganizationKind.SAO: "sao",
}
_ONE_DAY: Final = timedelta(days=1)


@dataclass(kw_only=True, slots=True)
class BodyChanges:
    """The lines of a list, applied one after the other; `meant` gathers whom they mean."""

    directory: BodyDirectory
    today: date
    plan: BodyPlan = field(default_factory=BodyPlan)
    meant: list[tuple[BodyClaim, Body]] = field(default_factory=list)

    def apply(self, claims: Sequence[BodyClaim]) -> list[BodyProblem]:
        """Apply all lines, what changes by its day; return what is wrong with those that cannot."""
        problems = []
        # What is there comes first, whatever its place in the file: changes build upon it.
        for claim in sorted(claims, key=lambda one: (one.on or date.min, one.line)):
            noted = len(self.plan.notes)
            try:
                self.meant.append((claim, self._apply(claim)))
            except BodyRefusedError as refusal:
                problems.append(_problem(claim, refusal))
            else:
                self.plan.unchanged += noted == len(self.plan.notes)
        return problems

    def _apply(self, claim: BodyClaim) -> Body:
        if claim.change is None or claim.on is None:
            return self._keep(claim)
        if claim.change is BodyChange.RENAME:
            return self._rename(claim, claim.replaces[0], claim.on)
        return self._follow(claim, claim.change, claim.on)

    def _keep(self, claim: BodyClaim) -> Body:
        body = find_body(self.directory, claim, claim.valid_from)
        if body is None:
            body = self._create(claim, claim.valid_from or self.today)
            self.plan.note(body)
        else:
            self._correct(body, claim)
        return body

    def _rename(self, claim: BodyClaim, old: str, on: date) -> Body:
        if on > self.today:
            raise BodyRefusedError(
                "on", "change_in_future", "การเปลี่ยนชื่อนำเข้าได้ตั้งแต่วันที่มีผล เพราะระบบใช้ชื่อใหม่ทันที"
            )
        done = renamed_already(self.directory, claim, old, on)
        if done is not None:
            return done
        body = replaced_body(self.directory, claim, old, [claim.kind], ended=None)
        check_code(claim, body)
        if body.key == claim.key:
            return body
        if self.directory.of_key(claim.key, since=on) not in (None, body):
            raise BodyRefusedError("name", "name_taken", f"มี{claim.name}อยู่แล้วในพื้นที่นี้")
        _check_day(body, on)
        was = body.name
        self.directory.rename(body, claim.name, on)
        if not body.is_new:
            self.plan.renamed.setdefault(body.code, was)
        self.plan.note(body, change=claim.change, on=on.isoformat(), old={"name": was})
        self.plan.count(BodyChange.RENAME, f"{was} เปลี่ยนชื่อเป็น{claim.name} ตั้งแต่{thai_long_date(on)}")
        return body

    def _follow(self, claim: BodyClaim, change: BodyChange, on: date) -> Body:
        """Let a body follow others, which end the day before."""
        last = on - _ONE_DAY
        kinds = _may_end(change, claim.kind)
        old = [
            replaced_body(self.directory, claim, name, kinds, ended=last) for name in claim.replaces
        ]
        body = find_body(self.directory, claim, on)
        ending = [one for one in old if one is not body and _must_end(one, last)]
        if body is not None and not _fits(body, change, on):
            raise BodyRefusedError(
                "on", "dates_disagree", f"{body.name} มีอยู่ตั้งแต่{thai_long_date(body.valid_from)}แล้ว"
            )
        names = ", ".join(one.name for one in ending)
        if body is not None and not ending:
            return body
        replaces = [one.code for one in old if one is not body]
        body = self._create(claim, on) if body is None else body
        self.plan.note(body, change=change, on=on.isoformat(), replaces=replaces)
        for one in ending:
            self._end(one, last, change=change, on=on.isoformat(), replaced_by=body.code)
        self.plan.count(change, f"{names or 'หน่วยงานเดิม'} → {body.name} ตั้งแต่{thai_long_date(on)}")
        return body

    def _end(self, body: Body, last: date, **facts: object) -> None:
        old = {"valid_until": None if body.valid_until is None else body.valid_until.isoformat()}
        body.valid_until = last
        self.plan.note(body, **facts, old=old)
        self.plan.ended += 1

    def _create(self, claim: BodyClaim, valid_from: date) -> Body:
        code = claim.code or self._free_code(claim, valid_from)
        holder = self.directory.bodies.get(code)
        if holder is not None:
            raise is_another(claim, holder)
        if code in self.directory.desks:
            raise BodyRefusedError("code", "code_taken", f"รหัส {code} เป็นของหน่วยสารบรรณอื่น")
        body = Body(
            code=code,
            kind=claim.kind,
            name=claim.name,
            area_code=claim.area_code,
            valid_from=valid_from,
            is_new=True,
        )
        self.directory.add(body)
        self.plan.added.append(body)
        return body

    def _free_code(self, claim: BodyClaim, valid_from: date) -> str:
        """Return the code that kind and area make; who bears another name than it gets a mark."""
        code = f"{_CODE_WORDS[claim.kind]}-{claim.area_code}"
        if official_areas().by_code[claim.area_code].name_th != claim.place:
            code += f"-{sha256(compared(claim.place).encode()).hexdigest()[:8]}"
        holder = self.directory.bodies.get(code)
        if holder is not None and holder.valid_until and holder.valid_until < valid_from:
            code += f"-{valid_from.year}"
        return code

    def _correct(self, body: Body, claim: BodyClaim) -> None:
        """Let a known body begin when the line says, and lie in the subdistrict that it names."""
        valid_from = claim.valid_from or body.valid_from
        area_code = claim.area_code if claim.is_area_said else body.area_code
        if (valid_from, area_code) == (body.valid_from, body.area_code):
            return
        if body.valid_until is not None and valid_from > body.valid_until:
            raise BodyRefusedError(
                "valid_from", "dates_disagree", f"{body.name}สิ้นสุดก่อน{thai_long_date(valid_from)}"
            )
        old = {"valid_from": body.valid_from.isoformat(), "area_code": body.area_code}
        if not body.is_new and valid_from != body.valid_from:
            self.plan.moved.setdefault(body.code, body.valid_from)
        body.valid_from, body.area_code = valid_from, area_code
        self.plan.note(body, change="correction", old=old)
        self.plan.corrected += 1


def _may_end(change: BodyChange, kind: OrganizationKind) -> list[OrganizationKind]:
    """Return what a body of a kind can come out of."""
    if change is BodyChange.MERGE:
        return list(FULL_WORDS)
    return [one for one in RANK if kind in RANK and RANK[one] < RANK[kind]]


def _must_end(body: Body, last: date) -> bool:
    """Return whether a body that is replaced has still to end."""
    if body.valid_until == last:
        return False
    if body.valid_until is not None:
        raise BodyRefusedError(
            "replaces", "already_ended", f"{body.name}สิ้นสุดแล้วเมื่อ{thai_long_date(body.valid_until)}"
        )
    _check_day(body, last)
    return True


def _check_day(body: Body, day: date) -> None:
    if body.valid_from > day or (body.valid_until is not None and body.valid_until < day):
        raise BodyRefusedError(
            "on", "dates_disagree", f"{body.name}ไม่มีอยู่ในวันที่{thai_long_date(day)}"
        )


def _fits(body: Body, change: BodyChange, on: date) -> bool:
    # What was there may take others in; what comes out of an upgrade begins with it.
    return body.valid_from == on or (change is BodyChange.MERGE and body.valid_from < on)


def _problem(claim: BodyClaim, refusal: BodyRefusedError) -> BodyProblem:
    return BodyProblem(
        line=claim.line,
        column=refusal.column,
        code=refusal.code,
        detail=refusal.detail,
        nearest=refusal.nearest,
    )
