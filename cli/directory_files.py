"""How a directory is read from CSV files, with the line of every mistake."""

import csv
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

from domain.buddhist_era import looks_buddhist
from domain.mailbox import is_mailbox
from domain.vocabulary import EdgeKind, OrganizationKind, Role, Secrecy
from services.import_directory import BodyRow, DeskRow, OfficerRow

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Columns:
    """What a file must say, and what it may; anything else is a slip of the pen."""

    required: str
    optional: str = ""

    def check(self, given: Collection[str]) -> None:
        required, optional = self.required.split(), self.optional.split()
        missing = [name for name in required if name not in given]
        if missing:
            raise ValueError(f"no column {', '.join(missing)}")
        unknown = [repr(name) for name in given if name not in (*required, *optional)]
        if unknown:
            raise ValueError(f"unknown column {', '.join(unknown)}")


_BODY_COLUMNS = _Columns("code kind name area_code above valid_from valid_until")
_DESK_COLUMNS = _Columns(
    "code organization_code name prefix receives has_circular_book circular_digits", "mail"
)
_OFFICER_COLUMNS = _Columns("subject name registry_code role", "mail clearance")


class DirectoryFileError(Exception):
    """A line that cannot be read; the message names file, line and reason."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DirectoryFiles:
    """The three lists of a directory."""

    bodies: list[BodyRow]
    desks: list[DeskRow]
    officers: list[OfficerRow]


def read_directory(folder: Path) -> DirectoryFiles:
    """Read `organizations.csv`, `registries.csv` and `officers.csv` of a folder.

    Raises:
        DirectoryFileError: A file is missing, or a line of it is wrong.
    """
    return DirectoryFiles(
        bodies=list(_rows(folder / "organizations.csv", _BODY_COLUMNS, _body)),
        desks=list(_rows(folder / "registries.csv", _DESK_COLUMNS, _desk)),
        officers=list(_rows(folder / "officers.csv", _OFFICER_COLUMNS, _officer)),
    )


def _rows(path: Path, columns: _Columns, read: Callable[[dict[str, str]], T]) -> Iterator[T]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = csv.DictReader(file, strict=True)
            try:
                columns.check(lines.fieldnames or ())
                for row in lines:
                    yield read(_whole(row))
            except UnicodeDecodeError:
                raise
            except ValueError as error:
                line = max(lines.line_num, 1)
                raise DirectoryFileError(f"{path.name} line {line}: {error}") from error
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DirectoryFileError(f"{path}: {error}") from error


def _whole(row: dict[str, str]) -> dict[str, str]:
    # The reader puts what is too much under None, and None where something is missing.
    if None in row or None in row.values():
        raise ValueError("another number of columns than in line 1")
    return {name: value.strip() for name, value in row.items()}


def _body(row: dict[str, str]) -> BodyRow:
    valid_until = _date(row["valid_until"]) if row["valid_until"] else None
    body = BodyRow(
        code=_text(row, "code"),
        kind=OrganizationKind(row["kind"]),
        name=_text(row, "name"),
        area_code=row["area_code"] or None,
        valid_from=_date(row["valid_from"]),
        valid_until=valid_until,
        above=[_edge(part) for part in row["above"].split(";") if part.strip()],
    )
    if body.area_code is not None and not re.fullmatch("([0-9]{2}){1,3}", body.area_code):
        raise ValueError(f"an area code has 2, 4 or 6 digits, not {body.area_code!r}")
    if valid_until is not None and valid_until < body.valid_from:
        raise ValueError("valid_until is before valid_from")
    return body


def _text(row: dict[str, str], name: str) -> str:
    if not row[name]:
        raise ValueError(f"{name} is empty")
    return row[name]


def _date(text: str) -> date:
    day = date.fromisoformat(text)
    if looks_buddhist(day.year):
        raise ValueError(f"the year must be Gregorian, such as 2021 for B.E. 2564, not {text}")
    return day


def _edge(text: str) -> tuple[EdgeKind, str]:
    # Such as "supervision district-3804": why it stands above, and its code.
    kind, code = text.split()
    return EdgeKind(kind), code


def _desk(row: dict[str, str]) -> DeskRow:
    return DeskRow(
        code=_text(row, "code"),
        organization_code=_text(row, "organization_code"),
        name=_text(row, "name"),
        prefix=row["prefix"] or None,
        receives=_flag(row["receives"]),
        has_circular_book=_flag(row["has_circular_book"]),
        circular_digits=_digits(row["circular_digits"]),
        mail=_mail(row),
    )


def _officer(row: dict[str, str]) -> OfficerRow:
    return OfficerRow(
        subject=_text(row, "subject"),
        name=_text(row, "name"),
        registry_code=_text(row, "registry_code"),
        role=Role(row["role"]),
        mail=_mail(row),
        clearance=Secrecy(row["clearance"]) if row.get("clearance") else None,
    )


def _mail(row: dict[str, str]) -> str | None:
    # The column may be left out: lists that were made before mail are still good.
    mail = row.get("mail") or None
    if mail is not None and not is_mailbox(mail):
        raise ValueError(f"not a mail address: {mail!r}")
    return mail


def _flag(text: str) -> bool:
    if text not in {"yes", "no"}:
        raise ValueError(f"yes or no expected, not {text!r}")
    return text == "yes"


def _digits(text: str) -> int:
    if text not in set("1234567"):
        raise ValueError(f"a number from 1 to 7 expected, not {text!r}")
    return int(text)
