import random
import time

import pytest

from services.text_of.glyphs import fold_glyphs, is_plausible_thai


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        # The tone mark before its vowel, and the ring in three places.
        ("ท่ี", "ที่"),
        ("ผ้ัง", "ผั้ง"),
        ("นํ้า", "น้ำ"),
        ("น้ํา", "น้ำ"),
        ("นำ้", "น้ำ"),
        ("คํ าสั่ง", "คำสั่ง"),
        ("สิทธ์ิ", "สิทธิ์"),
        ("พันธ์ุ", "พันธุ์"),
        # Gaps before what stands on a letter or behind one.
        ("ถ ึง กรณ ีที ่", "ถึง กรณีที่"),
        ("จ ํานวน", "จำนวน"),
        ("ธุร ะ", "ธุระ"),
        # The private forms of the old fonts of Windows and of the Mac.
        ("ท\uf702\uf70a", "ที่"),
        ("ป\uf710น", "ปัน"),
        ("ป\uf705า", "ป่า"),
        ("\uf70f\uf718", "ญุ"),
        ("\uf700าน", "ฐาน"),
        ("ฟ\uf884\uf88dง", "ฟั้ง"),
        # Printed twice, typed as two, broken where nothing is written.
        ("ทีี่่", "ที่"),
        ("เเก้", "แก้"),
        ("ประ\u200bชุม\u00adกัน\u00a0แล้ว", "ประชุมกัน แล้ว"),
        ("๐ ๒๑๒๓\ufffe\n๔๕๖๗", "๐ ๒๑๒๓-\n๔๕๖๗"),
    ],
)
def test_what_is_sure_is_folded(given: str, meant: str) -> None:
    assert fold_glyphs(given) == meant
    assert fold_glyphs(meant) == meant


def test_a_lost_ring_is_read_where_none_is_left() -> None:
    given = "ส านักงานจังหวัดมีค าสั่งให้จัดท าน ้าประปา จ านวน ๒ แห่ง"
    assert fold_glyphs(given) == "สำนักงานจังหวัดมีคำสั่งให้จัดทำน้ำประปา จำนวน ๒ แห่ง"


def test_a_gap_stays_where_the_text_has_rings() -> None:
    assert fold_glyphs("คำสั่งของส านักงาน") == "คำสั่งของส านักงาน"


def test_letters_that_are_set_apart_lose_no_more_than_the_gaps() -> None:
    assert fold_glyphs("ก า ร ป ร ะ ช ุ ม") == "กา ร ป ระ ชุ ม"


def test_thai_that_came_as_latin_letters_is_read() -> None:
    meant = "สำนักงานส่งเสริมการปกครองท้องถิ่น เรื่อง ขอเชิญประชุม"
    assert fold_glyphs(meant.encode("cp874").decode("latin-1")) == meant


@pytest.mark.parametrize(
    "text",
    [
        "เรื่อง การจัดทำแผน ประจำปี ๒๕๖๖ (ต่อ) ๆ ฯลฯ",
        "ว่าด้วย ที่ ๑  ๒   ๓\tก ข ค ง จ",
        "Café à la carte, naïve façade, £5, Übung macht den Meister",
        "letter no. 12/2566",
        "",
    ],
)
def test_what_is_written_well_stays(text: str) -> None:
    assert fold_glyphs(text) == text


def test_nothing_is_made_up_and_time_is_bounded() -> None:
    signs = "กญฐเแะาำิีึืุู่้๊๋์ํ็ \uf702\uf70a\n๑ax"
    draw = random.Random(7)  # noqa: S311 - no secret
    begun = time.process_time()
    for _ in range(200):
        text = "".join(draw.choices(signs, k=200))
        assert len(fold_glyphs(text)) <= len(text)
    for sign in signs:
        fold_glyphs("ก" + sign * 50_000)
    assert time.process_time() - begun < 10


@pytest.mark.parametrize(
    ("text", "is_thai"),
    [
        ("หนังสือที่ส่งมาด้วย", True),
        ("no. ๑", True),
        ("plain", False),
        ("่้๊๋", False),
        ("aéb ก", False),
    ],
)
def test_thai_is_known_by_where_its_marks_stand(text: str, *, is_thai: bool) -> None:
    assert is_plausible_thai(text) is is_thai
