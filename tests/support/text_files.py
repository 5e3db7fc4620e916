"""Small files of every kind that is read, good and bad, of our own wording."""

import io
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from docx import Document
from docx.document import Document as Word
from PIL import Image, ImageDraw

LETTER = """ที่ ตย ๐๐๑๒.๓/ว ๔๕๖
ศาลากลางจังหวัดตัวอย่าง
๕ กันยายน ๒๕๖๖
เรื่อง ขอเชิญประชุมเรื่องการจัดทำน้ำประปาหมู่บ้าน
เรียน นายอำเภอทุกอำเภอ
ขอให้ส่งแบบตอบรับภายในวันที่ ๑๕ กันยายน ๒๕๖๖"""

_BODY = "word/document.xml"


def word_of(document: Word) -> bytes:
    kept = io.BytesIO()
    document.save(kept)
    return kept.getvalue()


def plain_word(*paragraphs: str) -> bytes:
    document = Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    return word_of(document)


def word_with_body(inner: str) -> bytes:
    """Return a Word file whose body is this XML."""
    body = f"<w:document {_NAMESPACES}><w:body>{inner}<w:sectPr/></w:body></w:document>"
    return with_member(plain_word(), _BODY, body.encode())


_NAMESPACES = " ".join(
    f'xmlns:{prefix}="{uri}"'
    for prefix, uri in {
        "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
        "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
        "v": "urn:schemas-microsoft-com:vml",
    }.items()
)


def with_member(archive: bytes, name: str, content: bytes) -> bytes:
    """Return a copy of a ZIP file in which one member is new."""
    kept = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(archive)) as old,
        zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new,
    ):
        for member in old.namelist():
            if member != name:
                new.writestr(member, old.read(member))
        new.writestr(name, content)
    return kept.getvalue()


def declaring(archive: bytes, name: str, *, size: int, content: bytes) -> bytes:
    """Return a copy whose member `name` claims to be `size` bytes, with the checksum of those."""
    lying = bytearray(archive)
    claim = struct.pack("<I", size)
    checksum = struct.pack("<I", zlib.crc32(content[:size]))
    for signature, crc_at, size_at, name_at in ((b"PK\3\4", 14, 22, 30), (b"PK\1\2", 16, 24, 46)):
        at = lying.find(signature)
        while lying[at + name_at : at + name_at + len(name)] != name.encode():
            at = lying.index(signature, at + 1)
        lying[at + crc_at : at + crc_at + 4] = checksum
        lying[at + size_at : at + size_at + 4] = claim
    return bytes(lying)


def pdf_of(*pages: str, letters: Sequence[str] = (), prologue: bytes = b"") -> bytes:
    """Return a PDF whose text layer says `pages`; at most 250 different letters.

    The font has no shapes for them: only the table from its codes to Unicode.

    Args:
        pages: The text of each page, by lines.
        letters: Texts that one single glyph stands for, if they are more than one letter.
        prologue: Drawn on every page before the text.
    """
    signs = [*letters, *sorted({sign for page in pages for sign in page} - {"\n"})]
    codes = {sign: number + 1 for number, sign in enumerate(signs)}
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        _kids(range(5, 5 + 2 * len(pages), 2)),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /FirstChar 0 /LastChar 255 /Widths ["
        + b" 500" * 256
        + b"] /ToUnicode 4 0 R >>",
        _stream(_to_unicode(codes)),
    ]
    for page in pages:
        drawn = prologue + b"".join(
            b"BT /F1 12 Tf 50 %d Td <%s> Tj ET\n"
            % (780 - 16 * number, bytes(codes[sign] for sign in line).hex().encode())
            for number, line in enumerate(page.split("\n"))
        )
        objects += [_page(contents=len(objects) + 2), _stream(drawn)]
    return _pdf(objects)


def pdf_of_pieces(pieces: Iterable[tuple[str, float]]) -> bytes:
    """Return a PDF whose one line is drawn in pieces, each so many letters from its beginning.

    Its font has shapes: a box for each letter, and a small one above the letter before it, without
    a width of its own, for each mark.
    """
    pieces = list(pieces)
    signs = sorted({sign for piece, _ in pieces for sign in piece})
    codes = {sign: number + 1 for number, sign in enumerate(signs)}
    shapes = [
        b"0 0 -300 550 -50 750 d1 -300 550 250 200 re f"
        if unicodedata.category(sign) == "Mn"
        else b"500 0 0 0 450 500 d1 0 0 450 500 re f"
        for sign in signs
    ]
    widths = [0 if unicodedata.category(sign) == "Mn" else 500 for sign in signs]
    names = [b"/g%d" % code for code in codes.values()]
    font = (
        b"<< /Type /Font /Subtype /Type3 /FontBBox [-300 0 500 750] /FontMatrix [.001 0 0 .001 0 0]"
        b" /Encoding << /Differences [1 %s] >> /CharProcs << %s >> /FirstChar 1 /LastChar %d"
        b" /Widths [%s] /ToUnicode 4 0 R /Resources << >> >>"
        % (
            b" ".join(names),
            b" ".join(b"%s %d 0 R" % (name, 7 + at) for at, name in enumerate(names)),
            len(signs),
            b" ".join(b"%d" % width for width in widths),
        )
    )
    drawn = b"".join(
        b"BT /F1 20 Tf %.2f 700 Td <%s> Tj ET\n"
        % (50 + 10 * at, bytes(codes[sign] for sign in piece).hex().encode())
        for piece, at in pieces
    )
    return _pdf(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            _kids([5]),
            font,
            _stream(_to_unicode(codes)),
            _page(contents=6),
            _stream(drawn),
            *map(_stream, shapes),
        ]
    )


def pdf_of_many_pages(pages: int) -> bytes:
    kids = _kids(range(3, 3 + pages))
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>"
    return _pdf([b"<< /Type /Catalog /Pages 2 0 R >>", kids, *([page] * pages)])


def pdf_with_password() -> bytes:
    """Return a PDF whose security handler knows another password than the empty one."""
    content = pdf_of_many_pages(1)
    handler = b"<< /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >>" % (b"ab" * 32, b"cd" * 32)
    return content.replace(b"trailer\n<<", b"trailer\n<< /ID [<00> <00>] /Encrypt " + handler)


def pdf_with_note(page: str, note: str) -> bytes:
    """Return a PDF on whose page a note was laid."""
    said = f"BT /F1 12 Tf 5 5 Td ({note}) Tj ET".encode()
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    drawn = f"BT /F1 12 Tf 50 700 Td ({page}) Tj ET".encode()
    shape = b"/Subtype /Form /BBox [0 0 300 30] /Resources << /Font << /F1 3 0 R >> >>"
    return _pdf(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            _kids([4]),
            font,
            _page(contents=5, more=b"/Annots [6 0 R]"),
            _stream(drawn),
            b"<< /Subtype /FreeText /Rect [200 750 500 780] /F 4 /AP << /N 7 0 R >> >>",
            _stream(said, more=shape),
        ]
    )


def _pdf(objects: Iterable[bytes]) -> bytes:
    written = bytearray(b"%PDF-1.5\n")
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(written)
    written += b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
    written += b"".join(b"%010d 00000 n \n" % place for place in places)
    written += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n" % (len(places) + 1)
    return bytes(written + b"%d\n%%%%EOF\n" % start)


def _kids(numbers: Iterable[int]) -> bytes:
    kids = [b"%d 0 R" % number for number in numbers]
    return b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(kids), b" ".join(kids))


def _page(*, contents: int, more: bytes = b"") -> bytes:
    return (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
        b"/Resources << /Font << /F1 3 0 R >> >> %s >>" % (contents, more)
    )


def _stream(content: bytes, *, more: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), more, content)


def _to_unicode(codes: dict[str, int]) -> bytes:
    lines = [f"<{code:02x}> <{sign.encode('utf-16-be').hex()}>" for sign, code in codes.items()]
    # A table of a CMap has at most a hundred lines.
    tables = [lines[at : at + 100] for at in range(0, len(lines), 100)]
    return "\n".join(
        [
            "/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
            "/CMapName /Own def /CMapType 2 def",
            "1 begincodespacerange <00> <ff> endcodespacerange",
            *(f"{len(table)} beginbfchar\n" + "\n".join(table) + "\nendbfchar" for table in tables),
            "endcmap CMapName currentdict /CMap defineresource pop end end",
        ]
    ).encode()


def picture(kind: str, *, pages: int = 1, size: tuple[int, int] = (600, 200)) -> bytes:
    """Return a page with some Latin words drawn on it, as PNG, JPEG, TIFF or PDF."""
    frames = [Image.new("L", size, "white") for _ in range(pages)]
    for frame in frames:
        ImageDraw.Draw(frame).text((20, 20), "OFFICE OF THE PROVINCE 456", fill="black")
    kept = io.BytesIO()
    more = {"save_all": True, "append_images": frames[1:]} if pages > 1 else {}
    frames[0].save(kept, kind, **more)
    return kept.getvalue()


def png_claiming(width: int, height: int) -> bytes:
    """Return a PNG of a few bytes that says it is this large."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 100)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, content) for name, content in chunks)


def _chunk(name: bytes, content: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(name + content))
    return struct.pack(">I", len(content)) + name + content + checksum


def fake_tesseract(folder: Path, *, script: str, languages: str = "eng tha") -> None:
    """Put a program named tesseract into `folder` that reads its picture and does as told."""
    program = folder / "tesseract"
    listed = "\\n".join(["List of available languages (2):", *languages.split()])
    program.write_text(
        "#!/bin/sh\n"
        f"if [ \"$1\" = --list-langs ]; then printf '{listed}\\n'; exit 0; fi\n"
        f"{script}\n"
    )
    program.chmod(0o755)
