import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.buddhist_era import thai_digits
from domain.document_number import (
    DocumentNumber,
    LetterSearch,
    compose_document_number,
    parse_document_number,
    read_letter_search,
)
from domain.errors import InvalidError

THAI = st.sampled_from("กขคงจทนบปมรลสอฮ")
LETTERS = st.builds(
    "{}{}".format,
    st.text(THAI, min_size=2, max_size=3),
    st.one_of(st.just(""), st.builds(" ({})".format, st.text(THAI, min_size=1, max_size=8))),
)
OWNERS = st.from_regex(r"[0-9]{4,6}(\.[1-9][0-9]{0,2}){0,2}", fullmatch=True)
PREFIXES = st.builds("{} {}".format, LETTERS, OWNERS)


@pytest.mark.parametrize(
    ("text", "letters", "owner", "is_circular", "running"),
    [
        pytest.param("บก 0023.4/ว 927", "บก", "0023.4", True, "927", id="circular"),
        pytest.param("บก ๐๐๒๓.๔/ว ๙๒๗", "บก", "0023.4", True, "927", id="Thai digits"),
        pytest.param("บก0023.4/ว927", "บก", "0023.4", True, "927", id="no spaces"),
        pytest.param("  บก  0023.4 / ว  927 ", "บก", "0023.4", True, "927", id="many spaces"),
        pytest.param("ที่ ปช 0017/0015", "ปช", "0017", False, "0015", id="zeros are kept"),
        pytest.param("ปช ๐๐๑๗/ว ๐๐๑๕", "ปช", "0017", True, "0015", id="Thai zeros are kept"),
        pytest.param("ที่บก 0018/1", "บก", "0018", False, "1", id="word and letters joined"),
        pytest.param("มท 0808.2.1/ว 12", "มท", "0808.2.1", True, "12", id="two dotted parts"),
        pytest.param(
            "กค(กวจ)๐๔๐๕.๒/ว ๑๑๙", "กค (กวจ)", "0405.2", True, "119", id="letters of a committee"
        ),
        pytest.param("นสศ 123456/7654321", "นสศ", "123456", False, "7654321", id="longest"),
    ],
)
def test_a_number_is_read_as_it_is_printed(
    text: str, letters: str, owner: str, is_circular: bool, running: str
) -> None:
    number = parse_document_number(text)
    assert number == DocumentNumber(
        letters=letters, owner=owner, is_circular=is_circular, running=running
    )
    assert number.value == int(running)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("927", id="running number alone"),
        pytest.param("บก 0023.4", id="no running number"),
        pytest.param("บก 0023.4/", id="nothing after the stroke"),
        pytest.param("บก 0023.4/ว", id="mark without number"),
        pytest.param("บก 0023.4/ว 0", id="zero"),
        pytest.param("บก 0023.4/0000", id="only zeros"),
        pytest.param("ก 0023/1", id="one letter"),
        pytest.param("กขคง 0023/1", id="four letters"),
        pytest.param("AB 0023/1", id="Latin letters"),
        pytest.param("บก 023/1", id="owner too short"),
        pytest.param("บก () 0023/1", id="empty brackets"),
        pytest.param("บก (1) 0023/1", id="figures in brackets"),
        pytest.param("(กวจ) 0405/1", id="brackets alone"),
        pytest.param("บก 0000001/1", id="owner too long"),
        pytest.param("บก 0023./1", id="dot without a part"),
        pytest.param("บก 0023.4/ว 12345678", id="eight digits"),
        pytest.param("บก 0023.4/ว 9/27", id="two strokes"),
        pytest.param("บก 0023.4/ว -1", id="negative"),
        pytest.param("บก 0023.4/ว 927 ลับ", id="something after"),
        pytest.param("บก 0023.4/ว \uff19\uff12\uff17", id="digits of another script"),
        pytest.param("บก \u0be6\u0be6\u0be8\u0be9/1", id="owner in another script"),
    ],
)
def test_anything_else_is_malformed(text: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        parse_document_number(text)
    assert refusal.value.reason == "letter_number_malformed"
    assert refusal.value.facts == {"field": "number"}


@pytest.mark.parametrize(
    ("prefix", "number", "is_circular", "width", "printed"),
    [
        pytest.param("บก 0023.4", 927, True, 1, "บก 0023.4/ว 927", id="circular"),
        pytest.param("บก 0023.4", 927, False, 1, "บก 0023.4/927", id="ordinary"),
        pytest.param("กค  (กวจ)0405.2", 1, True, 1, "กค (กวจ) 0405.2/ว 1", id="committee"),
        pytest.param("ปช 0017", 15, True, 4, "ปช 0017/ว 0015", id="filled with zeros"),
        pytest.param("ปช 0017", 12345, True, 4, "ปช 0017/ว 12345", id="wider than asked"),
        pytest.param(" ปช๐๐๑๗ ", 1, False, 1, "ปช 0017/1", id="prefix in Thai digits"),
    ],
)
def test_a_number_is_composed_as_the_registry_prints_it(
    prefix: str, number: int, is_circular: bool, width: int, printed: str
) -> None:
    composed = compose_document_number(prefix, number=number, is_circular=is_circular, width=width)
    assert str(composed) == printed
    assert composed.value == number


@pytest.mark.parametrize(
    "prefix", ["", "บก", "0023.4", "บก 23", "บก 0023/1", "XX 0023", "บก \uff10\uff10\uff12\uff13"]
)
def test_a_malformed_prefix_is_refused(prefix: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        compose_document_number(prefix, number=1, is_circular=False, width=1)
    assert refusal.value.reason == "registry_prefix_malformed"


@given(
    prefix=PREFIXES,
    number=st.integers(1, 9_999_999),
    is_circular=st.booleans(),
    width=st.integers(1, 7),
    is_thai=st.booleans(),
    is_spaced=st.booleans(),
)
def test_what_is_composed_is_read_back(
    prefix: str, number: int, is_circular: bool, width: int, is_thai: bool, is_spaced: bool
) -> None:
    composed = compose_document_number(prefix, number=number, is_circular=is_circular, width=width)
    printed = str(composed) if is_spaced else str(composed).replace(" ", "")
    assert parse_document_number(thai_digits(printed) if is_thai else printed) == composed
    assert composed.value == number
    assert len(composed.running) == max(width, len(str(number)))


@pytest.mark.parametrize(
    "text",
    [
        "บก 0023.4/ว 927",
        "บก ๐๐๒๓.๔/ว ๙๒๗",
        "บก0023.4/ว927",
        "  บก  0023.4 / ว  ๙๒๗ ",
        "ที่ บก 0023.4/ว 927",
        "บก\u00a00023.4/\u200bว.927\ufeff",
        "บก 0023.4/ว 0927",
    ],
)
def test_however_it_is_typed_it_is_one_number(text: str) -> None:
    assert read_letter_search(text) == LetterSearch(
        value=927, letters="บก", owner="0023.4", is_circular=True, is_receipt=False
    )


@pytest.mark.parametrize(
    ("text", "search"),
    [
        pytest.param("๙๒๗", LetterSearch(value=927), id="running number alone"),
        pytest.param(" 0015 ", LetterSearch(value=15), id="zeros"),
        pytest.param("/927", LetterSearch(value=927), id="stroke alone"),
        pytest.param(
            "ว ๙๒๗", LetterSearch(value=927, is_circular=True, is_receipt=False), id="circular"
        ),
        pytest.param(
            "ที่ ว927", LetterSearch(value=927, is_circular=True, is_receipt=False), id="with ที่"
        ),
        pytest.param(
            "0023.4/ว๙๒๗",
            LetterSearch(value=927, owner="0023.4", is_circular=True, is_receipt=False),
            id="owner",
        ),
        pytest.param(
            "0023.4/927",
            LetterSearch(value=927, owner="0023.4", is_circular=False, is_receipt=False),
            id="owner, no circular",
        ),
        pytest.param(
            "ปช/ว 15",
            LetterSearch(value=15, letters="ปช", is_circular=True, is_receipt=False),
            id="letters without owner",
        ),
        pytest.param(
            "กค (กวจ) ๐๔๐๕.๒/ว ๑๑๙",
            LetterSearch(
                value=119, letters="กค (กวจ)", owner="0405.2", is_circular=True, is_receipt=False
            ),
            id="letters of a committee",
        ),
        pytest.param("รับที่ ๑๐๙๗", LetterSearch(value=1097, is_receipt=True), id="receipt"),
        pytest.param("เลขรับ 1097", LetterSearch(value=1097, is_receipt=True), id="เลขรับ"),
        pytest.param("เลขรับที่1097", LetterSearch(value=1097, is_receipt=True), id="เลขรับที่"),
    ],
)
def test_any_end_of_a_number_can_be_searched(text: str, search: LetterSearch) -> None:
    assert read_letter_search(text) == search


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "ว",
        "0",
        "ว 000",
        "รับที่ 0",
        "รับที่",
        "บก",
        "บก 927",
        "บก 0023.4",
        "บก 0023.4/",
        "0023.4 927",
        "0023 927",
        "9 \u00a0 27",
        "บก 0023.4/ว 9/27",
        "AB 0023/1",
        "12345678",
        "-1",
        "927 ลับ",
        "\uff19\uff12\uff17",
        "บก 0023.4/รับที่ 5",
        "ววว 5",
        "%",
    ],
)
def test_what_is_no_number_cannot_be_searched(text: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        read_letter_search(text)
    assert refusal.value.reason == "letter_number_malformed"
    assert refusal.value.facts == {"field": "number"}


@given(
    letters=LETTERS,
    owner=OWNERS,
    running=st.from_regex(r"0{0,3}[1-9][0-9]{0,3}", fullmatch=True),
    is_circular=st.booleans(),
    is_thai=st.booleans(),
)
def test_every_printed_number_can_be_searched(
    letters: str, owner: str, running: str, is_circular: bool, is_thai: bool
) -> None:
    printed = str(
        DocumentNumber(letters=letters, owner=owner, is_circular=is_circular, running=running)
    )
    assert read_letter_search(thai_digits(printed) if is_thai else printed) == LetterSearch(
        value=int(running),
        letters=letters,
        owner=owner,
        is_circular=is_circular,
        is_receipt=False,
    )
