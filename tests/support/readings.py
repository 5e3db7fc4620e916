"""Readings built by hand, each value at the place where its words stand in a text."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import TypeVar

from domain.buddhist_era import BANGKOK, arabic_digits
from domain.document_number import parse_document_number
from domain.intake.contradictions import find_contradictions
from domain.intake.found import Found
from domain.intake.reading import (
    Deadline,
    Enclosure,
    LetterReading,
    Occasion,
    ReceiptStamp,
    RecipientList,
    RecipientRow,
    Reference,
    TextReading,
)
from domain.intake.vocabulary import ContradictionKind, LetterKind, RequestKind

T = TypeVar("T")


@dataclass(frozen=True)
class Written:
    """A text, and what is found in it; `after` is where to begin to look."""

    text: str
    after: int = 0

    def found(self, words: str, value: T, *, after: str = "") -> Found[T]:
        start = self.text.index(words, self.text.index(after, self.after))
        return Found(value=value, start=start, end=start + len(words), confidence=1.0, rule="test")

    def said(self, words: str) -> Found[str]:
        return self.found(words, words)

    def reference(
        self, number: str, *, dated: tuple[str, date] | None = None, issuer: str | None = None
    ) -> Reference:
        return Reference(
            number=self.found(number, parse_document_number(number)),
            dated=self.found(*dated) if dated else None,
            issuer=issuer,
        )

    def enclosure(self, words: str) -> Found[Enclosure]:
        return self.found(words, Enclosure(title=words, copies=1))

    def deadline(
        self,
        words: str,
        day: date,
        kind: RequestKind = RequestKind.REGISTER,
        at: time | None = None,
    ) -> Found[Deadline]:
        return self.found(words, Deadline(kind=kind, day=day, time=at))

    def occasion(
        self, words: str, day: date, opens: time = time.min, ends: datetime | None = None
    ) -> Found[Occasion]:
        return self.found(words, Occasion(start=datetime.combine(day, opens, BANGKOK), end=ends))

    def stamp(self, words: str, day: date) -> Found[ReceiptStamp]:
        return self.found(
            words, ReceiptStamp(registry="งานสารบรรณ", number=1, dated=day, time=None)
        )

    def letter(self, **fields: object) -> LetterReading:
        nothing = LetterReading(
            start=self.after,
            end=len(self.text),
            numbers=(),
            dated=None,
            kind=Found(value=LetterKind.EXTERNAL, start=0, end=0, confidence=1.0, rule="test"),
            urgency=None,
            secrecy=None,
            issuer=None,
            addressees=(),
            subject=None,
            references=(),
            enclosures=(),
            body=None,
            signatory=None,
            signatory_post=None,
            authority=None,
            authority_post=None,
            contacts=(),
            deadlines=(),
            occasions=(),
            receipt_stamps=(),
        )
        return replace(nothing, **fields)  # type: ignore[arg-type]


def read_rows(
    written: Written, *, stated: str | None = None, numbered: bool = True
) -> RecipientList:
    """Return the lines of a text as a list: number, name, district, apart by tabs."""
    rows, at = [], 0
    for line in written.text.splitlines(keepends=True):
        cells = line.rstrip("\n").split("\t")
        if len(cells) == 3:
            rows.append(_row(cells, at, at + len(line.rstrip("\n")), numbered=numbered))
        at += len(line)
    return RecipientList(
        start=0,
        end=len(written.text),
        title=written.text.partition("\n")[0],
        province=None,
        stated_count=written.found(stated, int(arabic_digits(stated))) if stated else None,
        rows=rows,
    )


def _row(cells: Sequence[str], start: int, end: int, *, numbered: bool) -> RecipientRow:
    return RecipientRow(
        no=int(arabic_digits(cells[0])) if numbered and cells[0] else None,
        as_written=cells[1],
        district_as_written=cells[2] or None,
        kind=None,
        place=cells[1],
        start=start,
        end=end,
    )


def cover_and_enclosed(cover: str, enclosed: str) -> tuple[str, TextReading]:
    """Return two letters, of which the first rightly cites the second, as text and reading."""
    text = (
        f"ที่ กท 0105/ว 31\nสำเนาหนังสือ ที่ มท 0810.7/ว 204\n{cover}\nที่ มท 0810.7/ว 204 \n{enclosed}\n"
    )
    first = Written(text)
    second = Written(text, text.index("ที่ มท 0810.7/ว 204 "))
    number, cited = "กท 0105/ว 31", "มท 0810.7/ว 204"
    letters = (
        first.letter(
            end=second.after,
            numbers=[first.found(number, parse_document_number(number))],
            references=[first.reference(cited)],
            body=first.said(cover),
        ),
        second.letter(
            numbers=[second.found(cited, parse_document_number(cited))], body=second.said(enclosed)
        ),
    )
    return text, TextReading(letters=letters, lists=())


def one_letter(body: str) -> tuple[str, TextReading]:
    """Return a letter that says only this."""
    written = Written(body)
    return body, TextReading(letters=[written.letter(body=written.said(body))], lists=())


def found_in(
    text: str, reading: TextReading, *, today: date | None = None
) -> list[tuple[ContradictionKind, tuple[str, ...], tuple[str, ...]]]:
    """Return what is found in a text: the kind, the values, and what stands at the places."""
    return [
        (one.kind, tuple(one.values), tuple(text[start:end] for start, end in one.spans))
        for one in find_contradictions(text, reading, today=today)
    ]
