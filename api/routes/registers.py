"""URLs of registers, registries and the directory."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from api.dependencies import ActingDesk, ReadingDesk
from api.schemas.base import GregorianYear, Page, page
from api.schemas.registers import (
    AboveOut,
    MeOut,
    OrganizationOut,
    RegisterIn,
    RegisterOut,
    RegisterRowOut,
    RegistryOut,
    VoidIn,
    VoidOut,
)
from domain.buddhist_era import bangkok_date
from domain.vocabulary import Book, OrganizationKind, Secrecy
from services.list_organizations import OrganizationFilter, list_organizations
from services.list_registers import list_entries, list_registers, list_registries
from services.open_register import open_register
from services.take_number import Shelf
from services.void_number import void_number

router = APIRouter(tags=["registers and directory"])
Limit = Annotated[int, Query(ge=1, le=500, description="Most items on a page")]


@router.get("/me", summary="Who I am, and which roles I hold where")
async def get_me(desk: ReadingDesk) -> MeOut:
    registries = await list_registries(desk.session, by=desk.by)
    return MeOut(
        id=desk.by.id,
        name=desk.by.name,
        registries=[
            RegistryOut(
                id=one.id,
                code=one.code,
                name=one.name,
                organization_id=one.organization_id,
                prefix=one.prefix,
                has_circular_book=one.has_circular_book,
                roles=sorted(desk.by.roles[one.id]),
            )
            for one in registries
        ],
    )


@router.post(
    "/registers",
    status_code=201,
    response_model=RegisterOut,
    summary="Open a book where paper stopped (เปิดทะเบียน)",
)
async def post_register(desk: ActingDesk, body: RegisterIn) -> Response:
    async with desk.begin() as act:
        if not act.is_repeat:
            register = await open_register(
                act.session,
                by=act.by,
                registry_id=body.registry_id,
                book=body.book,
                year=body.year,
                last_paper_number=body.last_paper_number,
                at=act.at,
                secrecy=body.secrecy,
            )
            await act.answer(RegisterOut.model_validate(register), status=201)
    return act.response()


@router.get("/registers", summary="The books of my registries, newest year first")
async def get_registers(desk: ReadingDesk, registry_id: UUID | None = None) -> list[RegisterOut]:
    registers = await list_registers(desk.session, by=desk.by, registry_id=registry_id)
    return [RegisterOut.model_validate(one) for one in registers]


@router.get(
    "/registers/{registry_id}/{book}/{year}/entries",
    summary="The entries of a book and year, in the order of the chain",
)
async def get_entries(
    registry_id: UUID,
    book: Book,
    year: GregorianYear,
    desk: ReadingDesk,
    secrecy: Annotated[
        Secrecy, Query(description="Letters of each class of secrecy have books of their own")
    ] = Secrecy.NORMAL,
    after: Annotated[int, Query(ge=0, le=2**31 - 1, description="`next` of the page before")] = 0,
    limit: Limit = 100,
) -> Page[RegisterRowOut]:
    rows = await list_entries(
        desk.session,
        by=desk.by,
        shelf=Shelf(registry_id=registry_id, book=book, secrecy=secrecy),
        year=year,
        at=desk.at,
        after=after,
        limit=limit,
    )
    told = [RegisterRowOut.model_validate(row) for row in rows]
    return page(told, limit=limit, key=told[-1].position if told else None)


@router.post(
    "/registers/{register_id}/voids",
    status_code=201,
    response_model=VoidOut,
    summary="Void a number that will never be used (ยกเลิกเลข)",
)
async def post_void(register_id: UUID, desk: ActingDesk, body: VoidIn) -> Response:
    async with desk.begin() as act:
        if not act.is_repeat:
            voided = await void_number(
                act.session,
                by=act.by,
                register_id=register_id,
                number=body.number,
                reason=body.reason,
                at=act.at,
            )
            await act.answer(VoidOut.model_validate(voided), status=201)
    return act.response()


@router.get("/organizations", summary="The directory of bodies (หน่วยงาน), by code")
async def get_organizations(
    desk: ReadingDesk,
    kind: OrganizationKind | None = None,
    area: Annotated[
        str | None, Query(pattern="^[0-9]{2,6}$", description="Beginning of an area code")
    ] = None,
    name: Annotated[str | None, Query(min_length=1, max_length=200)] = None,
    after: Annotated[str, Query(max_length=200, description="`next` of the page before")] = "",
    limit: Limit = 100,
) -> Page[OrganizationOut]:
    items = await list_organizations(
        desk.session,
        chosen=OrganizationFilter(kind=kind, area=area, name=name),
        today=bangkok_date(desk.at),
        after=after,
        limit=limit,
    )
    told = [
        OrganizationOut(
            id=one.id,
            code=one.code,
            kind=one.kind,
            name=one.name,
            area_code=one.area_code,
            registry_id=one.registry_id,
            registry=one.registry,
            above=[AboveOut(kind=kind_, organization_id=parent) for kind_, parent in one.above],
        )
        for one in items
    ]
    return page(told, limit=limit, key=told[-1].code if told else None)
