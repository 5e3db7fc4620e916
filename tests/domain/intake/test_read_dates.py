"""Dates of either era are read in every form; what is not sure is no date."""

from datetime import date

import pytest

from domain.intake.folded_text import fold_text
from domain.intake.thai_dates import find_dates

DAY = date(2021, 3, 2)


@pytest.mark.parametrize(
    "text",
    [
        "๒ มีนาคม ๒๕๖๔",
        "2 มีนาคม พ.ศ. 2564",
        "๒ เดือน มีนาคม พ.ศ. ๒๕๖๔",
        "๒ มี.ค. ๒๕๖๔",
        "2 มี.ค. 64",
        "02 มีค 2564",
        "2 มีนาคม ค.ศ. 2021",
        "2 มีนาคม 2021",
        "๒\n\nมีนาคม ๒๕๖๔",
        "๒\n                  มีนาคม\n                  ๒๕๖๔",
        "๒\n\n- ๗ -\n\nมีนาคม ๒๕๖๔",
        "๒ มีนาคม พุทธศักราช ๒๕๖๔",
        "2 มีนาคม คริสต์ศักราช 2021",
        "2/3/2564",
        "02-03-2564",
        "02.03.2021",
        "2/3/64",
        "2021-03-02",
        "2  มีนาคม\u00a0๒๕๖๔",
        "๒ มีนาดม ๒๕๖๔",
        "2 มีนาคม ๒๕ ๖๔",
        "จำนวน 5 คน วันที่ 2 มีนาคม 2564 เวลา 9.00 น.",
    ],
)
def test_a_date_is_read(text: str) -> None:
    assert [one.day for one in find_dates(fold_text(text).text)] == [DAY]


@pytest.mark.parametrize(
    "text",
    [
        "๓๐ กุมภาพันธ์ ๒๕๖๔",
        "32 มีนาคม 2564",
        "0 มีนาคม 2564",
        "มีนาคม 2564",
        "2 มีนาคม",
        "2 มีนาคม 09.00 น.",
        "2 มีนาคม ค.ศ. 2564",
        "2 มีนาคม พ.ศ. 2021",
        "2 มีนาคม 21",
        "13/13/2564",
        "1.2/3/2564",
        "2 คน 2564",
        "๒ - ๗ - มีนาคม ๒๕๖๔",
        "0023.4/927",
    ],
)
def test_what_is_not_sure_is_no_date(text: str) -> None:
    assert not find_dates(fold_text(text).text)


@pytest.mark.parametrize(
    ("text", "below"),
    [
        ("2 มีนาคม 2564", 1.01),
        ("2\nมีนาคม 2564", 1),
        ("2 มีนาคม 64", 0.9),
        ("2 มีนาดม 2564", 0.8),
    ],
)
def test_what_is_less_sure_says_so(text: str, below: float) -> None:
    (one,) = find_dates(text)
    assert 0.5 <= one.sure < below
