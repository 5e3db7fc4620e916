import pytest

from services.matching.kinds import bare_areas, bare_place, take_apart
from services.matching.names import SAME_LETTERS, fold_name, folded, likeness, likeness_with_sound
from services.thai_text import sound_codes

SAO = "องค์การบริหารส่วนตำบล"


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        pytest.param("บ้านต้อง", "บานตอง", id="tone marks"),
        pytest.param("บ้าน ต้อง\u200b", "บานตอง", id="spaces, seen and unseen"),
        pytest.param("นํ้าจั้น", "นำจัน", id="a nikhahit and an aa are one vowel"),
        pytest.param("น้ําจั้น", "นำจัน", id="with the tone between them"),
        pytest.param("เเม่ลาว", "แมลาว", id="two e are one ae"),
        pytest.param("คลอง ๑๒", "คลอง12", id="digits"),
        pytest.param("โพธิ์", "โพธิ", id="a silent letter"),
        pytest.param("ดีี", "ดี", id="a vowel typed twice"),
        pytest.param("นานา", "นานา", id="a syllable twice stays"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_a_name_is_folded_to_what_survives_a_scan(name: str, letters: str) -> None:
    assert fold_name(name) == letters
    assert fold_name(letters) == letters


def alike(one: str, other: str) -> float:
    return likeness(folded(one), folded(other))


def test_what_is_the_same_counts_a_hundred_and_lost_tones_hardly_less() -> None:
    assert alike("ป่งไฮ", "ป่งไฮ") == 100
    assert alike("ปงไฮ", "ป่งไฮ") == SAME_LETTERS
    assert alike("", "ป่งไฮ") == 0


def test_letters_that_look_alike_cost_less_than_others() -> None:
    assert alike("นาตง", "นาดง") > alike("นารง", "นาดง")
    assert alike("นาตง", "นาดง") < SAME_LETTERS


def test_a_name_that_goes_on_is_the_name_of_another_place() -> None:
    # One letter may be dirt on the paper; a whole word is not.
    assert alike("แม่เจดีย์ใหม่", "แม่เจดีย์") < 75
    assert alike("แม่เจดีย์", "แม่เจดีย์ใหม่") < 75
    assert alike("หนองแสงก", "หนองแสง") > 90


def test_sound_is_a_second_signal_only() -> None:
    assert sound_codes("ไคสี") & sound_codes("ใคสี")
    one, other = folded("ทราย"), folded("ซาย")
    assert likeness(one, other) <= likeness_with_sound(one, other) < SAME_LETTERS
    unlike = folded("โนนสะอาด")
    assert likeness_with_sound(one, unlike) == likeness(one, unlike)


@pytest.mark.parametrize("word", ["", " ", "ะ", "์", "ั์", "1", "a", "ฯ", "ก" * 5_000])
def test_whatever_stands_there_has_a_sound_or_none(word: str) -> None:
    assert all(code.strip() for code in sound_codes(word))


@pytest.mark.parametrize(
    ("name", "place"),
    [
        (f"{SAO}บ้านต้อง", "บ้านต้อง"),
        ("องค์การบริหารส่วนจังหวัดบึงกาฬ", "บึงกาฬ"),
        ("อบต. บ้านต้อง", "บ้านต้อง"),
        ("ที่ว่าการอำเภอเซกา", "เซกา"),
        ("ศาลากลางจังหวัดบึงกาฬ", "บึงกาฬ"),
        ("สำนักงานส่งเสริมการปกครองท้องถิ่น", "สำนักงานส่งเสริมการปกครองท้องถิ่น"),
        (SAO, SAO),
    ],
)
def test_the_bare_place_is_what_follows_the_kind(name: str, place: str) -> None:
    assert bare_place(name) == place


@pytest.mark.parametrize(
    ("name", "kind", "place"),
    [
        pytest.param("องคการบรหารสวนตาบลบ้านต้อง", "sao", "บานตอง", id="marks lost"),
        pytest.param("เกศบาลดำบลปงไฮ", "subdistrict_municipality", "ปงไฮ", id="letters confused"),
        pytest.param("องค์การบริหารส่วนจงหวดบึงกาฬ", "pao", "บึงกาฬ", id="two that begin alike"),
        pytest.param("อบต บ้านต้อง", "sao", "บานตอง", id="an abbreviation without its dot"),
    ],
)
def test_damaged_first_words_still_tell_the_kind(name: str, kind: str, place: str) -> None:
    best = take_apart(name)[0]
    assert (best.kind, best.place) == (kind, place)
    assert best.certainty < 100


def test_a_name_without_such_words_has_no_kind() -> None:
    (only,) = take_apart("วัดโพธิ์")
    assert (only.kind, only.certainty) == (None, 0)


@pytest.mark.parametrize("name", ["อำเภอเซกา", "เซกา", "อ.เซกา", " อำเภอ เซกา ", "อำเกอเซกา"])
def test_an_area_is_known_with_and_without_its_first_word(name: str) -> None:
    assert "เซกา" in bare_areas(name)
