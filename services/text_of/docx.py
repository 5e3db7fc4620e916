"""The text of a Word file (DOCX), its archive never unpacked on trust."""

import io
import struct
import zlib
from collections.abc import Iterator
from typing import Final
from zipfile import BadZipFile, ZipFile, ZipInfo

from docx import Document
from docx.exceptions import PythonDocxError
from docx.opc.exceptions import OpcError
from docx.oxml.exceptions import XmlchemyError
from docx.oxml.xmlchemy import BaseOxmlElement

from domain.errors import InvalidError
from services.text_of.limits import bomb, unreadable
from services.text_of.word_body import lines_of, text_of_lines

# A letter of many photographs is 30 MB, and photographs hardly shrink; only what was made to
# unpack to more does. The text itself is a small part, and a tree of it takes ten times its size.
MAX_UNPACKED_BYTES: Final = 100 * 1024 * 1024
MAX_XML_BYTES: Final = 30 * 1024 * 1024
_MAX_RATIO: Final = 200
_RATIO_FROM_BYTES: Final = 10 * 1024 * 1024
_MAX_MEMBERS: Final = 5000
_CHUNK: Final = 64 * 1024
_IS_ENCRYPTED: Final = 0x1
_CONTENT_TYPES: Final = "[Content_Types].xml"
# Only what a plain document says of itself is opened; one with macros and a template are read
# as the document they are beside those.
_SAME_AS_DOCUMENT: Final = (
    b"application/vnd.ms-word.document.macroEnabled.main+xml",
    b"application/vnd.ms-word.template.macroEnabledTemplate.main+xml",
    b"application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml",
)
_DOCUMENT: Final = (
    b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
)
_BROKEN: Final = (
    BadZipFile,
    EOFError,
    OSError,
    NotImplementedError,
    ValueError,
    struct.error,
    zlib.error,
)
# What python-docx and the parser below it raise for a package that is none: XML errors are
# SyntaxErrors, missing parts are KeyErrors.
_NO_PACKAGE: Final = (
    SyntaxError,
    LookupError,
    ValueError,
    AttributeError,
    TypeError,
    OpcError,
    PythonDocxError,
    XmlchemyError,
)


def text_of_docx(data: bytes) -> str:
    """Return paragraphs and tables in the order of the page, with the first page's head and foot.

    Cells of a row are joined by a tab; text boxes, in which stamps stand, count as paragraphs.

    Raises:
        InvalidError: `file_unreadable`, `file_encrypted`, `file_kind_unknown`, `file_bomb`,
            `text_too_long`.
    """
    package = _bare_package(data)
    try:
        return text_of_lines(line for part in _parts(package) for line in lines_of(part))
    except _NO_PACKAGE as error:
        raise unreadable("ไฟล์ Word เสียหาย") from error


def _parts(package: io.BytesIO) -> Iterator[BaseOxmlElement]:
    document = Document(package)
    section = document.sections[0]
    is_first_other = section.different_first_page_header_footer
    head = section.first_page_header if is_first_other else section.header
    foot = section.first_page_footer if is_first_other else section.footer
    if not head.is_linked_to_previous:
        yield head.part.element
    yield document.element.body
    if not foot.is_linked_to_previous:
        yield foot.part.element


def _bare_package(data: bytes) -> io.BytesIO:
    """Return the package with its XML unpacked and everything else empty.

    python-docx reads each member at once and believes the sizes that the archive declares; so it
    never sees the archive that came, and no picture or macro.
    """
    bare = io.BytesIO()
    try:
        with ZipFile(io.BytesIO(data)) as archive, ZipFile(bare, "w") as rebuilt:
            left = MAX_XML_BYTES
            for member in _checked(archive.infolist()):
                content = _unpacked(archive, member, left) if _is_xml(member) else b""
                left -= len(content)
                rebuilt.writestr(member.filename, _as_document(member.filename, content))
    except _BROKEN as error:
        raise unreadable("ไฟล์ Word เสียหาย") from error
    bare.seek(0)
    return bare


def _checked(members: list[ZipInfo]) -> list[ZipInfo]:
    by_name = {member.filename: member for member in members}
    if len(members) > _MAX_MEMBERS:
        raise bomb(f"มีไฟล์ย่อยเกิน {_MAX_MEMBERS:,} ไฟล์")
    declared = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    is_dense = declared > _RATIO_FROM_BYTES and declared > _MAX_RATIO * packed
    if declared > MAX_UNPACKED_BYTES or is_dense:
        raise bomb(f"{declared:,} ไบต์")
    if any(member.flag_bits & _IS_ENCRYPTED for member in members):
        raise InvalidError("ไฟล์มีรหัสผ่าน กรุณาส่งไฟล์ที่ไม่มีรหัสผ่าน", code="file_encrypted")
    if _CONTENT_TYPES not in by_name or not any(map(_is_body, by_name)):
        raise InvalidError(
            "ไฟล์นี้เป็นไฟล์บีบอัดหรือเอกสารชนิดอื่น ไม่ใช่ Word กรุณาส่งเป็น DOCX, PDF, ภาพ หรือข้อความ",
            code="file_kind_unknown",
        )
    return list(by_name.values())


def _is_body(name: str) -> bool:
    return name.startswith("word/document") and name.endswith(".xml")


def _as_document(name: str, content: bytes) -> bytes:
    if name == _CONTENT_TYPES:
        for content_type in _SAME_AS_DOCUMENT:
            content = content.replace(content_type, _DOCUMENT)
    return content


def _is_xml(member: ZipInfo) -> bool:
    return member.filename.endswith((".xml", ".rels"))


def _unpacked(archive: ZipFile, member: ZipInfo, left: int) -> bytes:
    content = bytearray()
    with archive.open(member) as stream:
        while chunk := stream.read(_CHUNK):
            content += chunk
            if len(content) > left:
                raise bomb(f"เกิน {MAX_XML_BYTES:,} ไบต์")
    return bytes(content)
