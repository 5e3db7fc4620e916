"""How many bodies a letter says its list names, against the list."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from domain.intake.contradiction.alignment import Passage
from domain.intake.contradiction.figures import Figure
from domain.intake.contradiction.lists import named_rows, rows_place
from domain.intake.contradiction.text import Place, contradiction
from domain.intake.reading import Contradiction, RecipientList
from domain.intake.vocabulary import ContradictionKind

_OF_A_LIST = ("บัญชี", "รายชื่อ", "กลุ่มเป้าหมาย")
# The words right before the count that must stand in the title too.
_SAME = 16
_SENTENCE = 60


def differing_claims(
    passages: Collection[Passage], lists: Sequence[RecipientList]
) -> Iterator[Contradiction]:
    """Yield the counts of a letter that are not those of the list which it speaks of."""
    titles = {one.start: _letters(one.title) for one in lists}
    for passage in passages:
        for at, figure in passage.figures.items():
            if not _is_claim(passage, at, figure):
                continue
            meant = [one for one in lists if _named(passage, at) in titles[one.start]]
            if len(meant) == 1 and named_rows(meant[0]):
                yield from _compare(passage, at, figure, meant[0])


def _is_claim(passage: Passage, at: int, figure: Figure) -> bool:
    if not figure.value.isdecimal() or figure.unit not in {"แห่ง", "ราย", "หน่วยงาน"}:
        return False
    said = passage.symbols[max(at - _SENTENCE, 0) : at]
    return any(word in said for word in _OF_A_LIST) and len(_named(passage, at)) == _SAME


def _named(passage: Passage, at: int) -> str:
    """Return the last letters of what is counted."""
    before = passage.symbols[max(at - _SENTENCE, 0) : at].removesuffix("จำนวน")
    return before[-_SAME:]


def _letters(title: str) -> str:
    return "".join(title.split()).lower()


def _compare(
    passage: Passage, at: int, figure: Figure, one: RecipientList
) -> Iterator[Contradiction]:
    """Take the count of the title; where it has none, the rows.

    A district that passes on the list of its province counts its own bodies only.
    """
    districts = Counter(row.district_as_written for row in one.rows)
    if int(figure.value) in districts.values():
        return
    said = Place(value=figure.value, span=passage.span(at, at + 1))
    stated = one.stated_count
    if stated is not None and figure.key != str(stated.value):
        yield contradiction(
            ContradictionKind.COUNT_DIFFERS,
            f"หนังสือระบุจำนวน {figure.value} แต่บัญชีระบุจำนวน {stated.value}",
            [said, Place(value=str(stated.value), span=stated.span)],
        )
    rows = named_rows(one)
    if stated is None and figure.key != str(len(rows)):
        yield contradiction(
            ContradictionKind.LIST_LENGTH_DIFFERS,
            f"หนังสือระบุจำนวน {figure.value} แต่บัญชีมี {len(rows)} รายการ",
            [said, rows_place(rows)],
        )
