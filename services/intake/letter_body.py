"""What a letter says: its body without the addressees, references and enclosures named above it."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

_HEADING: Final = re.compile(r"\s*(?:(?:กราบ)?เรียน|(?:อ้าง)?ถึง|สิ่งที่ส่งมาด้วย)[\s:]")

Json = Mapping[str, Any]


def below_headings(letter: Json) -> tuple[str, int]:
    """Return the body of a letter from its first line that is no heading, and where that begins.

    Only lines at the top are left out, and of those only what was read as a heading or says that
    it is one: where the rules missed something, the clerk sees a line too many, never one too few.
    """
    body = letter["body"]
    begins, headings = body["span"][0], _headings(letter)
    lines = body["value"].splitlines(keepends=True)
    for nth, line in enumerate(lines):
        ends = begins + len(line)
        is_read = any(start < ends and begins < end for start, end in headings)
        if line.strip() and not is_read and not _HEADING.match(line):
            return "\n".join(one.rstrip() for one in lines[nth:]).rstrip(), begins
        begins = ends
    return body["value"], body["span"][0]


def _headings(letter: Json) -> Sequence[tuple[int, int]]:
    references = letter.get("references", ())
    found = [
        *letter.get("addressees", ()),
        *(one["number"] for one in references),
        *(one["dated"] for one in references if one["dated"]),
        *letter.get("enclosures", ()),
    ]
    return [(start, end) for start, end in (one["span"] for one in found)]
