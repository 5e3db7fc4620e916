"""A reading as JSON: the short contract for scripts, and everything with its places."""

from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time
from enum import Enum
from typing import TYPE_CHECKING, Any

from domain.document_number import DocumentNumber
from domain.intake.found import Found
from domain.intake.reading import (
    Deadline,
    LetterReading,
    Occasion,
    ReceiptStamp,
    Reference,
    TextReading,
)

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def contract_json(reading: TextReading) -> dict[str, Any]:
    """Return the letters as `wian intake --json` prints them: ISO dates, Arabic digits."""
    return {"letters": [_letter(one) for one in reading.letters]}


def full_json(reading: TextReading) -> dict[str, Any]:
    """Return every field with its value, its span, its confidence and its rule."""
    return {
        "letters": [_plain(one) for one in reading.letters],
        "lists": [_plain(one) for one in reading.lists],
    }


def _letter(letter: LetterReading) -> dict[str, Any]:
    return {
        "number": letter.number and str(letter.number.value),
        "date": letter.dated and letter.dated.value.isoformat(),
        "subject": letter.subject and letter.subject.value,
        "issuer": letter.issuer and letter.issuer.value,
        "addressees": [one.value for one in letter.addressees],
        "references": [_reference(one) for one in letter.references],
        "deadlines": [_deadline(one.value) for one in letter.deadlines],
        "events": [_event(one.value) for one in letter.occasions],
        "receipt_stamps": [_stamp(one.value) for one in letter.receipt_stamps],
    }


def _reference(reference: Reference) -> dict[str, Any]:
    dated = reference.dated
    return {"number": str(reference.number.value), "date": dated and dated.value.isoformat()}


def _deadline(deadline: Deadline) -> dict[str, Any]:
    return {"kind": deadline.kind.value, "date": deadline.day.isoformat()}


def _event(occasion: Occasion) -> dict[str, Any]:
    end = occasion.end
    return {
        "start": occasion.start.isoformat(timespec="minutes"),
        "end": end and end.isoformat(timespec="minutes"),
    }


def _stamp(stamp: ReceiptStamp) -> dict[str, Any]:
    return {
        "registry": stamp.registry,
        "number": stamp.number,
        "date": stamp.dated.isoformat(),
        "time": stamp.time and f"{stamp.time:%H:%M}",
    }


def _plain(value: object) -> Any:  # noqa: ANN401 - JSON has no type of its own
    if isinstance(value, DocumentNumber):
        return str(value)
    if is_dataclass(value) and not isinstance(value, type):
        return _fields(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(one) for one in value]
    return _scalar(value)


def _scalar(value: object) -> object:
    match value:
        case Enum():
            return value.value
        case time():
            return f"{value:%H:%M}"
        case datetime():
            return value.isoformat(timespec="minutes")
        case date():
            return value.isoformat()
        case _:
            return value


def _fields(value: "DataclassInstance") -> dict[str, Any]:
    plain = {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Found):
        return {
            "value": plain["value"],
            "span": [plain["start"], plain["end"]],
            "confidence": plain["confidence"],
            "rule": plain["rule"],
        }
    if "start" in plain and "end" in plain and not isinstance(value, Occasion):
        plain["span"] = [plain.pop("start"), plain.pop("end")]
    return plain
