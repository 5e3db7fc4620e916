"""Where in the index a question is answered: under a limit of time, and never past its walls."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Row, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import BigInteger, Boolean, Date, SmallInteger, Text, Uuid

from domain.errors import InvalidError
from services.search.question import Question

PATIENCE: Final = 5_000
"""Milliseconds that a search may take; it takes a hundredth of that."""

_ARGUMENTS: Final = """:grades, :alike, :near, :direction, :from_grade, :before, :most, :registries,
    :since, :until, :urgency, :secrecy, :is_circular"""
_TYPES: Final = (
    bindparam("grades", type_=ARRAY(Text())),
    bindparam("alike", type_=Text()),
    bindparam("near", type_=Text()),
    bindparam("direction", type_=Text()),
    bindparam("from_grade", type_=SmallInteger()),
    bindparam("before", type_=BigInteger()),
    bindparam("registries", type_=ARRAY(Uuid())),
    bindparam("since", type_=Date()),
    bindparam("until", type_=Date()),
    bindparam("urgency", type_=Text()),
    bindparam("secrecy", type_=Text()),
    bindparam("is_circular", type_=Boolean()),
)
_FOUND: Final = text(f"SELECT * FROM search_letters({_ARGUMENTS})").bindparams(*_TYPES)  # noqa: S608 (our own words)
_OF_ALL: Final = text(f"SELECT * FROM search_every_letter({_ARGUMENTS})").bindparams(*_TYPES)  # noqa: S608 (our own words)
_HURRY: Final = text("""
SELECT current_setting('statement_timeout') AS usual,
    set_config('statement_timeout', :patience, true)
""")
_AS_USUAL: Final = text("SELECT set_config('statement_timeout', :usual, true)")
_CANCELED: Final = "57014"


async def find_places(
    session: AsyncSession, *, is_operator: bool, question: Question, limits: Mapping[str, Any]
) -> Sequence[Row[Any]]:
    """Return the letters of one page with their grades and places in the order of the answer.

    A last row without a letter says where the page ended before the end of everything.

    Args:
        session: The transaction; the database searches for whom it was opened.
        is_operator: Search whatever is not secret, with the rights of the processes.
        question: What for.
        limits: The filters, where to begin and how much fills the page, by their names in SQL.

    Raises:
        InvalidError: `search_takes_too_long`.
    """
    query = _OF_ALL if is_operator else _FOUND
    asked = dict(limits) | {
        "grades": list(question.grades),
        "alike": question.alike,
        "near": question.near,
    }
    usual = (await session.execute(_HURRY, {"patience": str(PATIENCE)})).scalar_one()
    try:
        found = (await session.execute(query, asked)).all()
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) != _CANCELED:
            raise
        raise InvalidError(
            "คำค้นกว้างเกินไป ใช้เวลาค้นนานเกินกำหนด โปรดพิมพ์คำเพิ่มหรือระบุตัวกรอง",
            code="search_takes_too_long",
            field="q",
        ) from error
    await session.execute(_AS_USUAL, {"usual": usual})
    return found
