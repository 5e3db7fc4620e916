"""Plain text in the encodings in which Thai letters are kept: UTF-8, UTF-16 and TIS-620."""

import codecs
import re
from typing import Final

from services.text_of.glyphs import is_plausible_thai
from services.text_of.limits import check_length, unreadable

_MARKED: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# In UTF-16 every second byte of Thai is 0x0E and of a digit or line end 0x00; no text of single
# bytes has either.
_WIDE_BYTES: Final = (b"\x00", b"\x0e")
_SAMPLE_BYTES: Final = 64 * 1024
_LINE_ENDS: Final = re.compile("\r\n|[\r\v\x85\u2028\u2029]")
_CONTROL: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
# The mark at the end of a file of MS-DOS and the bell of a form are no reason to refuse a letter.
_FEW_CONTROLS: Final = 2


def text_of_plain(data: bytes) -> str:
    r"""Return the text of a plain file; lines end with `\n`, a form feed stays.

    Raises:
        InvalidError: `file_unreadable`, `text_too_long`.
    """
    text = _LINE_ENDS.sub("\n", _decoded(data))
    check_length(len(text))
    controls = len(_CONTROL.findall(text))
    if "\x00" in text or controls > _FEW_CONTROLS + len(text) // 100:
        raise unreadable("ไม่ใช่ข้อความ")
    return _CONTROL.sub("", text) if controls else text


def _decoded(data: bytes) -> str:
    for mark, encoding in _MARKED:
        if data.startswith(mark):
            return _strictly(data[len(mark) :], encoding)
    wide = _wide_encoding(data[:_SAMPLE_BYTES])
    if wide is not None:
        return _strictly(data, wide)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _from_thai_bytes(data)


def _wide_encoding(sample: bytes) -> str | None:
    shares = {
        encoding: sum(half.count(byte) for byte in _WIDE_BYTES) / max(len(half), 1)
        for encoding, half in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[::2]))
    }
    likelier = max(shares, key=lambda encoding: shares[encoding])
    return likelier if shares[likelier] >= 0.5 else None


def _from_thai_bytes(data: bytes) -> str:
    # Windows-874 holds all of TIS-620 and ISO-8859-11. Any bytes make some Thai text, so its
    # marks must also stand where marks can.
    text = _strictly(data, "cp874")
    if not is_plausible_thai(text):
        raise unreadable("ไม่ใช่ข้อความ หรือใช้รหัสอักขระที่ไม่รู้จัก")
    return text


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise unreadable("ไม่ใช่ข้อความ หรือข้อความขาดหาย") from error
