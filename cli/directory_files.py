"""How a directory is read from CSV files, with the line of every mistake."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

from domain.vocabulary import EdgeKind, OrganizationKind, Role
from services.import_directory import BodyRow, DeskRow, OfficerRow

T = TypeVar("T")


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
        bodies=list(_rows(folder / "organizations.csv", _body)),
        desks=list(_rows(folder / "registries.csv", _desk)),
        officers=list(_rows(folder / "officers.csv", _officer)),
    )


def _rows(path: Path, read: Callable[[dict[str, str]], T]) -> Iterator[T]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for line, row in enumerate(csv.DictReader(file), start=2):
                try:
                    yield read(row)
                except (KeyError, ValueError, TypeError, AttributeError) as error:
                    raise DirectoryFileError(f"{path.name} line {line}: {error}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise DirectoryFileError(f"{path}: {error}") from error


def _body(row: dict[str, str]) -> BodyRow:
    return BodyRow(
        code=row["code"],
        kind=OrganizationKind(row["kind"]),
        name=row["name"],
        area_code=row["area_code"] or None,
        valid_from=date.fromisoformat(row["valid_from"]),
        valid_until=date.fromisoformat(row["valid_until"]) if row["valid_until"] else None,
        above=[_edge(part) for part in row["above"].split(";") if part.strip()],
    )


def _edge(text: str) -> tuple[EdgeKind, str]:
    # Such as "supervision district-3804": why it stands above, and its code.
    kind, code = text.split()
    return EdgeKind(kind), code


def _desk(row: dict[str, str]) -> DeskRow:
    return DeskRow(
        code=row["code"],
        organization_code=row["organization_code"],
        name=row["name"],
        prefix=row["prefix"] or None,
        receives=_flag(row["receives"]),
        has_circular_book=_flag(row["has_circular_book"]),
        circular_digits=int(row["circular_digits"]),
    )


def _officer(row: dict[str, str]) -> OfficerRow:
    return OfficerRow(
        subject=row["subject"],
        name=row["name"],
        registry_code=row["registry_code"],
        role=Role(row["role"]),
    )


def _flag(text: str) -> bool:
    if text not in {"yes", "no"}:
        raise ValueError(f"yes or no expected, not {text!r}")
    return text == "yes"
