import pytest

from services.search.words import RUN_MARK, SHORT_FORMS, entries_of, prepare, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("ป.ป.ช.", ["ปปช"], id="an abbreviation with dots"),
        pytest.param("ปปช", ["ปปช"], id="and without"),
        pytest.param("สนง.ป.ป.ช.", ["สนง", "ปปช"], id="two abbreviations"),
        pytest.param("อบต.หนองหิน", ["อบต", "หนอง", "หิน"], id="before a name"),
        pytest.param("อบต หนองหิน", ["อบต", "หนอง", "หิน"], id="and apart from it"),
        pytest.param(
            "ทส ๐๐๒๓.๔/ว ๙๒๗", ["ทส", "0023", "4", "ว", "927"], id="the number of a letter"
        ),
        pytest.param("1,250 บาท", ["1250", "บาท"], id="thousands"),
        pytest.param("น.ส.สมหญิง", ["นส", "สม", "หญิง"], id="a title"),
        pytest.param("เเม่นํ้า", ["แม่น้ำ"], id="signs in the wrong order"),
        pytest.param("Zoom ID: a_b", ["zoom", "id", "a", "b"], id="latin letters"),
        pytest.param("", [], id="nothing"),
        pytest.param("...//--\0", [], id="only signs"),
    ],
)
def test_a_text_is_parted_into_what_is_compared(text: str, words: list[str]) -> None:
    assert words_of(text) == words


@pytest.mark.parametrize("short", SHORT_FORMS)
def test_an_abbreviation_is_one_word_however_it_is_dotted(short: str) -> None:
    assert words_of(short) == words_of(f"{short}.") == words_of(".".join(short) + ".") == [short]


def test_blanks_part_words_and_say_nothing_else() -> None:
    together, apart = prepare("ขอเชิญประชุมชี้แจง"), prepare("ขอเชิญ ประชุม\nชี้แจง")
    assert together == apart


def test_what_the_subject_says_is_entered_twice() -> None:
    subject, body = prepare("ประชุม"), prepare("รายงาน")
    entries = entries_of(subject=subject, others=[body])
    assert {"ประชุม", "^ประชุม", "รายงาน"} <= set(entries)
    assert "^รายงาน" not in entries
    assert any(entry.startswith(f"^{RUN_MARK}") for entry in entries)
    assert entries == sorted(set(entries))


@pytest.mark.parametrize("sign", ["ก", "เ", "ำ", "๙", "a", "\0", "."])
def test_a_sign_that_repeats_itself_is_no_trouble(sign: str) -> None:
    said = prepare(sign * 20_000)
    assert len(said.entries) < 20
