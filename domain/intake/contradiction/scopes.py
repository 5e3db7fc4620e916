"""For whom and where something takes place: what tells two of one kind apart."""

import re

from domain.intake.near_words import is_near

_OF_WHOM = re.compile(r"(?:สำหรับ|ระดับ|ทั่ว(?=ประเทศ)|ของ(?=จังหวัด|อำเภอ|กรม|กระทรวง)|ฝ่าย)[ก-๎]{0,8}")
# What is told behind a day: ณ หอประชุม…, สำหรับ….
_TOLD_BEHIND = {
    word: re.compile(rf"(?<![ก-๎]){word}\s{{0,3}}(?P<name>[ก-๎]{{4,30}})") for word in ("ณ", "สำหรับ")
}
_BEFORE, _BEHIND = 60, 80

Span = tuple[int, int]


def are_told_apart(received: str, one: Span, other: Span) -> bool:
    """Tell whether two days are for other people or at other places, by what stands around."""
    spans = one, other
    before = [received[max(start - _BEFORE, 0) : start].rpartition("\n\n")[2] for start, _ in spans]
    if set(_OF_WHOM.findall(before[0])) != set(_OF_WHOM.findall(before[1])):
        return True
    behind = [received[end : end + _BEHIND].partition("\n\n")[0] for _, end in spans]
    return any(_is_another(pattern, *behind) for pattern in _TOLD_BEHIND.values())


def _is_another(pattern: re.Pattern[str], one: str, other: str) -> bool:
    """Tell whether both name something, and not the same but for a slip or its end."""
    said = [match["name"] for each in (one, other) if (match := pattern.search(each))]
    if len(said) != len((one, other)):
        return False
    short, long = sorted(said, key=len)
    return not is_near(short, long[: len(short)], most=1)
