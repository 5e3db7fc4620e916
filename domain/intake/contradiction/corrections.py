"""What is told in order to correct it, to move it or to show how it was written."""

import re

from domain.intake.reading import Contradiction

_CORRECTION = re.compile(
    r"(?:ที่|ซึ่ง)?ถูกต้อง(?:คือ|เป็น)|คลาดเคลื่อน|(?:มิ|ไม่)ใช่จำนวน|แก้ไข(?:จาก|เป็น|วัน|เวลา|เลขที่|ชื่อ|จำนวน|คำผิด|ให้ถูก)|แก้คำผิด"
    r"|(?:เลื่อน|เปลี่ยน(?!แปลง|ผ่าน))[^\n]{0,40}?(?:จาก|เป็น|ไป)|จากเดิม|(?:พิมพ์|เขียน|สะกด)(?:ว่า|ผิด)|จาก\s{0,2}[“\"]"
)
_BEFORE, _BEHIND = 80, 120


def is_corrected(received: str, found: Contradiction) -> bool:
    """Tell whether a place of a finding stands beside words that say why it is as it is."""
    return any(_CORRECTION.search(_around(received, span)) for span in found.spans)


def _around(received: str, span: tuple[int, int]) -> str:
    """Return what stands around a place in its paragraph."""
    before = received[max(span[0] - _BEFORE, 0) : span[0]].rpartition("\n\n")[2]
    behind = received[span[1] : span[1] + _BEHIND].partition("\n\n")[0]
    return f"{before} {behind}"
