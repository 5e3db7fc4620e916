import io
import random
import re
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from docx import Document
from docx.oxml.ns import qn

from domain.errors import InvalidError
from domain.intake.vocabulary import TextMethod
from services.extract_text import DOCX, ExtractedText, extract_text
from tests.support.text_files import (
    LETTER,
    declaring,
    plain_word,
    with_member,
    word_of,
    word_with_body,
)

BODY = "word/document.xml"


def text_of(data: bytes) -> str:
    return extract_text(data, media_type=None, file_name=None).text


def refusal(data: bytes) -> str:
    with pytest.raises(InvalidError) as caught:
        extract_text(data, media_type=None, file_name=None)
    return caught.value.reason


def archive(*members: tuple[str, bytes], pack: int = zipfile.ZIP_DEFLATED) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", pack) as new:
        for name, content in members:
            new.writestr(name, content)
    return kept.getvalue()


def test_paragraphs_are_lines() -> None:
    found = extract_text(plain_word(*LETTER.split("\n")), media_type=None, file_name=None)
    assert found == ExtractedText(text=LETTER, method=TextMethod.DOCX, media_type=DOCX)


def test_tables_stand_where_they_stand_on_the_page() -> None:
    document = Document()
    document.add_paragraph("บัญชีรายชื่อ")
    table = document.add_table(rows=2, cols=3)
    for row, cells in zip(
        table.rows,
        [("๑", "อบต.ทุ่งทอง", "อำเภอเมือง"), ("๒", "เทศบาลตำบล\nหนองแก", "อำเภอเมือง")],
        strict=True,
    ):
        for cell, written in zip(row.cells, cells, strict=True):
            cell.text = written
    document.add_paragraph("จบบัญชี")
    assert text_of(word_of(document)) == (
        "บัญชีรายชื่อ\n๑\tอบต.ทุ่งทอง\tอำเภอเมือง\n๒\tเทศบาลตำบล หนองแก\tอำเภอเมือง\nจบบัญชี"
    )


def test_a_cell_that_is_merged_downwards_is_said_in_each_row() -> None:
    document = Document()
    table = document.add_table(rows=3, cols=2)
    for number, row in enumerate(table.rows):
        row.cells[1].text = f"อบต.ที่ {number}"
    table.cell(0, 0).merge(table.cell(1, 0)).text = "อำเภอเหนือ"
    table.cell(2, 0).text = "อำเภอใต้"
    assert text_of(word_of(document)) == (
        "อำเภอเหนือ\tอบต.ที่ 0\nอำเภอเหนือ\tอบต.ที่ 1\nอำเภอใต้\tอบต.ที่ 2"
    )


def test_a_cell_that_is_merged_sideways_is_said_once() -> None:
    document = Document()
    table = document.add_table(rows=2, cols=3)
    table.cell(0, 0).merge(table.cell(0, 1)).text = "กว้าง"
    table.cell(0, 2).text = "ขวา"
    for number, cell in enumerate(table.rows[1].cells):
        cell.text = str(number)
    assert text_of(word_of(document)) == "กว้าง\tขวา\n0\t1\t2"


def test_a_table_that_only_lays_out_the_page_keeps_its_lines() -> None:
    document = Document()
    left, right = document.add_table(rows=1, cols=2).rows[0].cells
    left.text = "ที่ ตย ๐๐๑๒/๓"
    right.text = "ที่ว่าการอำเภอ\nถนนยาว\n๑๐๐๐๐"
    assert text_of(word_of(document)) == "ที่ ตย ๐๐๑๒/๓\nที่ว่าการอำเภอ\nถนนยาว\n๑๐๐๐๐"


@pytest.mark.parametrize("is_first_other", [True, False])
def test_head_and_foot_of_the_first_page_are_read(is_first_other: bool) -> None:
    document = Document()
    document.add_paragraph("เนื้อความ")
    section = document.sections[0]
    section.different_first_page_header_footer = is_first_other
    head = section.first_page_header if is_first_other else section.header
    foot = section.first_page_footer if is_first_other else section.footer
    head.paragraphs[0].text = "ด่วนที่สุด"
    foot.paragraphs[0].text = "โทร. ๐ ๒๑๒๓"
    if is_first_other:
        section.header.paragraphs[0].text = "- ๒ -"
    assert text_of(word_of(document)).split("\n") == ["ด่วนที่สุด", "เนื้อความ", "โทร. ๐ ๒๑๒๓"]


def test_text_boxes_are_read_once() -> None:
    box = "<w:txbxContent><w:p><w:r><w:t>เลขรับ ๑๒</w:t></w:r></w:p></w:txbxContent>"
    body = (
        "<w:p><w:r><w:t>ที่ ตย ๑</w:t></w:r><w:r><mc:AlternateContent>"
        f'<mc:Choice Requires="wps"><wps:txbx>{box}</wps:txbx></mc:Choice>'
        f"<mc:Fallback><v:textbox>{box}</v:textbox></mc:Fallback></mc:AlternateContent></w:r></w:p>"
    )
    assert text_of(word_with_body(body)) == "เลขรับ ๑๒\nที่ ตย ๑"


def test_what_word_wraps_around_text_does_not_hide_it() -> None:
    body = (
        "<w:sdt><w:sdtContent><w:p><w:pPr><w:tabs><w:tab/></w:tabs></w:pPr>"
        "<w:hyperlink><w:r><w:t>เรียน</w:t><w:tab/></w:r></w:hyperlink>"
        "<w:ins><w:r><w:t>ผู้ว่า</w:t><w:noBreakHyphen/></w:r></w:ins>"
        "<w:sdt><w:sdtContent><w:r><w:t>ราชการ\u200bจังหวัด</w:t></w:r></w:sdtContent></w:sdt>"
        "<w:r><w:br/><w:t>ทุกจังหวัด</w:t></w:r></w:p></w:sdtContent></w:sdt>"
    )
    assert text_of(word_with_body(body)) == "เรียน\tผู้ว่า-ราชการจังหวัด\nทุกจังหวัด"


def test_what_was_deleted_or_hidden_is_not_read() -> None:
    body = (
        "<w:p><w:del><w:r><w:delText>ลบ</w:delText></w:r></w:del>"
        "<w:moveFrom><w:r><w:t>ย้าย</w:t></w:r></w:moveFrom>"
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>ซ่อน</w:t></w:r>"
        "<w:r><w:instrText>PAGE</w:instrText></w:r><w:r><w:t>อ่าน</w:t></w:r></w:p>"
    )
    assert text_of(word_with_body(body)) == "อ่าน"


@pytest.mark.parametrize(
    "content_type",
    [
        b"application/vnd.ms-word.document.macroEnabled.main+xml",
        b"application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml",
    ],
)
def test_a_file_with_macros_and_a_template_are_read_as_documents(content_type: bytes) -> None:
    data = plain_word(LETTER)
    with zipfile.ZipFile(io.BytesIO(data)) as old:
        types = old.read("[Content_Types].xml")
    data = with_member(
        data, "[Content_Types].xml", types.replace(f"{DOCX}.main+xml".encode(), content_type)
    )
    assert text_of(with_member(data, "word/vbaProject.bin", b"\xcc\x61")) == LETTER


def test_complex_script_runs_are_read() -> None:
    document = Document()
    run = document.add_paragraph().add_run("๑๒ กันยายน")
    run._element.get_or_add_rPr().append(run._element.makeelement(qn("w:cs"), {}))
    assert text_of(word_of(document)) == "๑๒ กันยายน"


def test_a_zip_that_is_no_word_file_is_named() -> None:
    assert refusal(archive(("letter.txt", LETTER.encode()))) == "file_kind_unknown"
    assert refusal(archive(("xl/workbook.xml", b"<a/>"))) == "file_kind_unknown"


@pytest.mark.parametrize(
    "body", [b"<w:document", b"", b"<a/>", b"not xml", b"<w:p/>" + b"<a>" * 5000]
)
def test_a_word_file_with_a_broken_body_is_refused(body: bytes) -> None:
    assert refusal(with_member(plain_word("ก"), BODY, body)) == "file_unreadable"


@pytest.mark.parametrize("share", [0.3, 0.9, 0.999])
def test_a_word_file_that_was_cut_is_refused(share: float) -> None:
    data = plain_word(LETTER)
    assert refusal(data[: int(len(data) * share)]) == "file_unreadable"


def test_a_head_that_leads_nowhere_is_refused() -> None:
    document = Document()
    document.sections[0].header.paragraphs[0].text = "ข"
    with zipfile.ZipFile(io.BytesIO(word_of(document))) as old:
        body = re.sub(rb'(<w:headerReference[^>]*) r:id="[^"]*"', rb"\1", old.read(BODY))
    assert refusal(with_member(word_of(document), BODY, body)) == "file_unreadable"


def test_a_locked_archive_is_refused() -> None:
    data = bytearray(plain_word("ก"))
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    assert refusal(bytes(data)) == "file_encrypted"


def with_doctype(doctype: str, written: str) -> bytes:
    kept = word_with_body(f"<w:p><w:r><w:t>{written}</w:t></w:r></w:p>")
    with zipfile.ZipFile(io.BytesIO(kept)) as old:
        body = f"<!DOCTYPE w:document [{doctype}]>".encode() + old.read(BODY)
    return with_member(kept, BODY, body)


def test_entities_that_multiply_are_not_unfolded() -> None:
    inner = ["กกกกกกกกกก", *(f"&e{number};" * 10 for number in range(9))]
    entities = "".join(f'<!ENTITY e{number} "{one}">' for number, one in enumerate(inner))
    begun = time.process_time()
    assert refusal(with_doctype(entities, "ข&e9;ค")) == "file_unreadable"
    assert time.process_time() - begun < 1


def test_a_file_on_disk_is_not_drawn_in(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("ความลับ")
    entity = f'<!ENTITY x SYSTEM "{secret.as_uri()}">'
    assert text_of(with_doctype(entity, "ข&x;ค")) == "ข"


MEGABYTE = bytes(1024 * 1024)


def a_huge_picture() -> bytes:
    # A hundred pictures that pack to nothing, and a real one beside them.
    pictures = [(f"word/media/image{number}.png", MEGABYTE) for number in range(101)]
    noise = random.Random(1).randbytes(600_000)  # noqa: S311 - no secret
    return archive(("[Content_Types].xml", b""), (BODY, b""), *pictures, ("noise.bin", noise))


def a_dense_one() -> bytes:
    return archive(("[Content_Types].xml", b""), (BODY, b""), ("image1.png", MEGABYTE * 11))


def many_members() -> bytes:
    members = [(f"a/{number}", b"") for number in range(5001)]
    return archive(*members, ("[Content_Types].xml", b""), (BODY, b""), pack=zipfile.ZIP_STORED)


def too_much_xml() -> bytes:
    # It does not stand out by how well it packs.
    noise = random.Random(1).randbytes(200_000)  # noqa: S311 - no secret
    parts = [(f"word/part{number}.xml", MEGABYTE) for number in range(31)]
    return archive(("[Content_Types].xml", b""), (BODY, b""), *parts, ("noise.bin", noise))


@pytest.mark.parametrize("bomb", [a_huge_picture, a_dense_one, many_members, too_much_xml])
def test_a_bomb_is_not_set_off(bomb: Callable[[], bytes]) -> None:
    data = bomb()
    begun = time.process_time()
    assert refusal(data) == "file_bomb"
    assert time.process_time() - begun < 3


@pytest.mark.parametrize("name", [BODY, "word/media/image1.png"])
def test_a_bomb_that_lies_about_its_size_is_not_set_off(name: str) -> None:
    content = MEGABYTE * 60
    lying = declaring(with_member(plain_word("ก"), name, content), name, size=3000, content=content)
    del content
    tracemalloc.start()
    try:
        if name == BODY:
            assert refusal(lying) == "file_unreadable"
        else:
            # Nobody looks at the pictures.
            assert text_of(lying) == "ก"
        assert tracemalloc.get_traced_memory()[1] < 5 * 1024 * 1024
    finally:
        tracemalloc.stop()


def test_a_long_text_is_refused_while_it_is_read() -> None:
    body = "".join(f"<w:p><w:r><w:t>{'ก' * 700_000}</w:t></w:r></w:p>" for _ in range(3))
    assert refusal(word_with_body(body)) == "text_too_long"
