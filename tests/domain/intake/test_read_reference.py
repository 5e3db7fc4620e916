"""The reference circular, raw as it was scanned: every field right. Facts only, no sentences."""

import csv
from datetime import date, datetime, time
from pathlib import Path

import pytest

from domain.buddhist_era import BANGKOK
from domain.intake.read_text import read_text
from domain.intake.reading import Deadline, LetterReading, Occasion, ReceiptStamp, TextReading
from domain.intake.vocabulary import LetterKind, RequestKind
from domain.vocabulary import Authority, OrganizationKind

SHARED = Path(__file__).parents[4] / "shared"
RAW = SHARED / "seed" / "circular-2564.txt"

pytestmark = pytest.mark.skipif(not RAW.exists(), reason="the reference text is not here")


@pytest.fixture(scope="module")
def text() -> str:
    return RAW.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def reading(text: str) -> TextReading:
    return read_text(text)


@pytest.fixture(scope="module")
def cover(reading: TextReading) -> LetterReading:
    return reading.letters[0]


@pytest.fixture(scope="module")
def enclosed(reading: TextReading) -> LetterReading:
    assert len(reading.letters) == 2
    return reading.letters[1]


def test_the_numbers_dates_and_issuers(cover: LetterReading, enclosed: LetterReading) -> None:
    read = [
        (str(one.number and one.number.value), one.dated and one.dated.value, one.kind.value)
        for one in (cover, enclosed)
    ]
    assert read == [
        ("บก 0023.4/ว 927", date(2021, 3, 2), LetterKind.EXTERNAL),
        ("ปช 0017/ว 0015", date(2021, 2, 15), LetterKind.EXTERNAL),
    ]
    issuers = [one.issuer and one.issuer.value for one in (cover, enclosed)]
    assert issuers == ["ศาลากลางจังหวัดบึงกาฬ", "สำนักงาน ป.ป.ช."]
    assert cover.dated is not None
    assert cover.dated.confidence < 1
    assert (cover.urgency, cover.secrecy) == (None, None)


def test_the_addressees_and_the_subject(cover: LetterReading, enclosed: LetterReading) -> None:
    assert [one.value for one in cover.addressees] == [
        "นายอำเภอ ทุกอำเภอ",
        "นายกเทศมนตรีเมืองบึงกาฬ",
        "นายองค์การบริหารส่วนจังหวัดบึงกาฬ",
    ]
    assert [one.value for one in enclosed.addressees] == ["ผู้ว่าราชการจังหวัดบึงกาฬ"]
    assert cover.subject is not None
    assert enclosed.subject is not None
    assert cover.subject.value == enclosed.subject.value
    assert cover.subject.value.endswith("พ.ศ. 2564”")


def test_what_is_cited_and_enclosed(cover: LetterReading, enclosed: LetterReading) -> None:
    (reference,) = cover.references
    assert str(reference.number.value) == "ปช 0013/ว 0015"
    assert reference.dated is not None
    assert reference.dated.value == date(2021, 2, 18)
    assert reference.issuer == "สำนักงาน ป.ป.ช."
    assert not enclosed.references
    assert [one.value.copies for one in cover.enclosures] == [1]
    assert [one.value.copies for one in enclosed.enclosures] == [1, 1]
    assert enclosed.enclosures[0].value.title == "กำหนดการ"


def test_what_is_asked_until_when(cover: LetterReading, enclosed: LetterReading) -> None:
    deadline = Deadline(kind=RequestKind.REGISTER, day=date(2021, 3, 15))
    occasion = Occasion(
        start=datetime(2021, 3, 19, 9, tzinfo=BANGKOK),
        end=datetime(2021, 3, 19, 12, tzinfo=BANGKOK),
    )
    for letter in (cover, enclosed):
        assert [one.value for one in letter.deadlines] == [deadline]
        assert [one.value for one in letter.occasions] == [occasion]


def test_who_signed_and_how_they_are_reached(cover: LetterReading, enclosed: LetterReading) -> None:
    posts = [
        (one.signatory_post and one.signatory_post.value, one.authority and one.authority.value)
        for one in (cover, enclosed)
    ]
    assert posts == [
        ("รองผู้ว่าราชการจังหวัดบึงกาฬ", Authority.PERFORMING_DUTIES_FOR),
        ("ผู้ช่วยเลขาธิการฯ", Authority.PERFORMING_DUTIES_FOR),
    ]
    behalf = [one.authority_post and one.authority_post.value for one in (cover, enclosed)]
    assert behalf == ["ผู้ว่าราชการจังหวัดบึงกาฬ", "เลขาธิการคณะกรรมการ ป.ป.ช."]
    assert [one.value.kind.value for one in cover.contacts] == ["phone", "fax"]
    assert [one.value.kind.value for one in enclosed.contacts] == ["phone", "mail"]
    assert enclosed.contacts[0].value.value.endswith("ต่อ 7121-7122")


def test_the_stamps_lie_on_the_letter_below_them(
    cover: LetterReading, enclosed: LetterReading
) -> None:
    assert not cover.receipt_stamps
    office, hall = (one.value for one in enclosed.receipt_stamps)
    assert (office.number, office.dated, office.time) == (1415, date(2021, 2, 25), None)
    assert hall == ReceiptStamp(
        registry="ศาลากลางจังหวัดบึงกาฬ", number=1097, dated=date(2021, 2, 22), time=time(11)
    )


def test_every_place_holds_what_was_read(text: str, cover: LetterReading) -> None:
    assert cover.number is not None
    assert text[slice(*cover.number.span)] == "บก ๐๐๒๓.๔/ว ๙๒๗"
    assert cover.signatory is not None
    assert text[slice(*cover.signatory.span)] == cover.signatory.value
    assert cover.body is not None
    assert text[slice(*cover.body.span)] == cover.body.value


def test_the_rows_are_those_of_the_truth_file(reading: TextReading) -> None:
    (found,) = reading.lists
    assert found.province == "บึงกาฬ"
    assert found.stated_count is not None
    assert found.stated_count.value == len(found.rows)
    with (SHARED / "data" / "bueng-kan-recipients.csv").open(encoding="utf-8") as file:
        truth = [
            (
                int(row["no"]),
                row["name_as_scanned"] or row["name_th"],
                row["district_as_scanned"] or row["district_th"],
                OrganizationKind(row["kind"]),
            )
            for row in csv.DictReader(file)
        ]
    assert [
        (row.no, row.as_written, row.district_as_written, row.kind) for row in found.rows
    ] == truth
