"""One fact with two figures: in a letter and the one that it passes on, or twice in one letter."""

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import date

from domain.buddhist_era import thai_long_date
from domain.intake.contradiction.alignment import Passage, Run
from domain.intake.contradiction.figures import Figure, FigureKind
from domain.intake.contradiction.text import Place, contradiction
from domain.intake.near_words import is_near
from domain.intake.reading import Contradiction
from domain.intake.vocabulary import ContradictionKind

# A clause is told by what stands around its figure; so many letters are one thought.
_AROUND = 80
# The least that must be the same before a figure, behind a year or a day, and on both sides.
_BEFORE, _BEHIND, _BOTH = 12, 5, 24
# The least of a name that tells of which plan the years are.
_NAME = 16
# A clause that begins further back is the same clause, whatever stood before it.
_CLAUSE = 60
# So many letters before a figure are not said of two things.
_SAME_CLAUSE = 36
# Within one letter sentences are built alike for different things, so nearly is not enough.
_WORD_FOR_WORD = 32
# A count that stands behind the same few letters is told of something; a day needs more of them.
_TOLD_OF, _DAY_TOLD_OF = 8, 24
_NEGATIONS = ("ไม่", "มิได้", "ยัง", "ยกเว้น", "นอกจาก", "อื่น")
# Of whom or of what something is told, with what names it.
_SCOPE = re.compile(
    "(?:เฉพาะ|จังหวัด|อำเภอ|ตำบล|ภาค(?!รัฐ|เอกชน|ส่วน)|เขต|ประเทศ|ระดับ|ประเภท|ชาย|หญิง|(?:รุ่น|ครั้ง|กลุ่ม|ระยะ)ที่).{0,6}"
)
_FOR = re.compile("สำหรับ.{4,16}")
# What stands before a day that one body may set earlier than the body above it.
_UNTIL = ("ภายในวันที่", "ไม่เกินวันที่", "ก่อนวันที่", "ภายใน", "ไม่เกิน", "ถึงวันที่")
_KINDS = {
    FigureKind.COUNT: ContradictionKind.COUNT_DIFFERS,
    FigureKind.YEAR: ContradictionKind.YEAR_DIFFERS,
    FigureKind.DAY: ContradictionKind.DATE_DIFFERS,
    FigureKind.TIME: ContradictionKind.DATE_DIFFERS,
    FigureKind.ORDINAL: ContradictionKind.COUNT_DIFFERS,
}
# Two years and two courses are told in the same words, and then both are told.
_OF_SUBJECT = (FigureKind.YEAR, FigureKind.ORDINAL)
_TOLD_TWICE = (FigureKind.COUNT, FigureKind.DAY, FigureKind.TIME, *_OF_SUBJECT)
_CALLED = {
    FigureKind.COUNT: "ตัวเลข",
    FigureKind.YEAR: "ปี",
    FigureKind.DAY: "วันที่",
    FigureKind.TIME: "เวลา",
    FigureKind.ORDINAL: "ตัวเลข",
}
# Either letter numbers its own parts and what it sends along.
_OWN_NUMBERS = ("ส่งมาด้วยที่", "ลำดับที่", "ข้อที่", "ข้อ", "แนบที่", "หน้าที่", "อ้างถึงที่")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Pair:
    """The figures at one place of a stretch that two passages share.

    Attributes:
        ends_stretch: Whether it is the last year of years that begin with the same one.
    """

    at: int
    first: Figure
    second: Figure
    ends_stretch: bool

    @property
    def differs(self) -> bool:
        return self.first.key != self.second.key or self.first.unit != self.second.unit


def differing_figures(
    first: Passage, second: Passage, runs: Sequence[Run]
) -> Iterator[Contradiction]:
    """Yield the figures that differ where two passages say the same; the first passes on."""
    told: set[tuple[str, str]] = set()
    sayings = _sayings(first), _sayings(second)
    for run in runs:
        for pair in _lone_pairs(_pairs(first, second, run)):
            values = (pair.first.value, pair.second.value)
            if values in told or not _contradicts(first, second, run, pair):
                continue
            if pair.at >= _SAME_CLAUSE or not _is_told_elsewhere(first, run, pair, sayings):
                told.add(values)
                places = [(first, run.first + pair.at), (second, run.second + pair.at)]
                yield _finding(pair.first, pair.second, places)


def figures_told_twice(passage: Passage) -> Iterator[Contradiction]:
    """Yield the figures that differ where one passage says the same twice, word for word."""
    said: dict[tuple[str, str], int] = {}
    for at, figure in passage.figures.items():
        words = passage.symbols[max(at - _WORD_FOR_WORD, 0) : at]
        if figure.kind not in _TOLD_TWICE or len(words) < _WORD_FOR_WORD:
            continue
        earlier = said.setdefault((words, figure.unit or figure.kind), at)
        one, other = passage.figures[earlier].key, figure.key
        if one == other or not _is_slip(one, other) or (words.endswith(_UNTIL) and other < one):
            continue
        if figure.kind in _OF_SUBJECT and not _is_only_in_subject(passage, earlier):
            continue
        begins = (_opening(passage, place - _WORD_FOR_WORD) for place in (earlier, at))
        if not _is_one_scope(*begins) or _is_of_another_year(passage, earlier, at):
            continue
        if _is_for_others(*(passage.symbols[place : place + _AROUND] for place in (earlier, at))):
            continue
        if _before(passage, earlier, -1) == _before(passage, at, earlier):
            places = [(passage, earlier), (passage, at)]
            yield _finding(passage.figures[earlier], figure, places)


def _is_only_in_subject(passage: Passage, at: int) -> bool:
    """Tell whether a figure stands in the subject, and the sentences never tell it."""
    key = passage.figures[at].key
    is_subject = len(passage.pieces) > 1 and at < passage.pieces[1].first
    return is_subject and sum(one.key == key for one in passage.figures.values()) == 1


def _is_for_others(one: str, other: str) -> bool:
    """Tell whether what goes on behind either place names other people."""
    said = [match[0] for each in (one, other) if (match := _FOR.search(each))]
    return len({*said}) > 1


def _is_of_another_year(passage: Passage, earlier: int, at: int) -> bool:
    """Tell whether the last year, or course of a row, before either place is another one."""
    named = [place for place, one in passage.figures.items() if one.kind in _OF_SUBJECT]
    first = [place for place in named if place < earlier]
    second = [place for place in named if earlier < place < at]
    if not first or not second:
        return False
    return passage.figures[first[-1]].key != passage.figures[second[-1]].key


def _before(passage: Passage, at: int, after: int) -> Sequence[str]:
    """Return the figures of the sentence before one of it, and behind an earlier place."""
    around = range(max(at - _AROUND, after + 1), at)
    return [passage.figures[one].key for one in around if one in passage.figures]


def _finding(one: Figure, other: Figure, places: Sequence[tuple[Passage, int]]) -> Contradiction:
    spans = [passage.span(at, at + 1) for passage, at in places]
    return contradiction(
        _KINDS[one.kind],
        f"ข้อความเดียวกันแต่{_CALLED[one.kind]}ต่างกัน คือ {_told(one)} และ {_told(other)}",
        [Place(value=one.value, span=spans[0]), Place(value=other.value, span=spans[1])],
    )


def _told(figure: Figure) -> str:
    """Return a figure as a clerk reads it."""
    if figure.kind is FigureKind.DAY:
        return thai_long_date(date.fromisoformat(figure.value))
    if figure.kind is FigureKind.TIME:
        return f"{figure.value.replace(':', '.')} น."
    return (
        f"ร้อยละ {figure.value}"
        if figure.unit == "ร้อยละ"
        else f"{figure.value} {figure.unit}".strip()
    )


def _pairs(first: Passage, second: Passage, run: Run) -> Sequence[_Pair]:
    pairs: list[_Pair] = []
    for at in range(run.length):
        one = first.figures.get(run.first + at)
        if one is not None:
            opens = pairs[-1] if pairs and pairs[-1].at == at - 1 else None
            is_year = opens is not None and one.kind is opens.first.kind is FigureKind.YEAR
            ends_stretch = is_year and opens is not None and not opens.differs
            other = second.figures[run.second + at]
            pairs.append(_Pair(at=at, first=one, second=other, ends_stretch=ends_stretch))
    return pairs


def _lone_pairs(pairs: Sequence[_Pair]) -> Iterator[_Pair]:
    """Yield the pairs that differ while the rest of their clause has the same figures."""
    for at, pair in enumerate(pairs):
        if pair.differs and pair.first.unit == pair.second.unit and pair.first.kind in _KINDS:
            # A figure is a symbol, so no more of them than symbols stand in the clause.
            around = pairs[max(at - _AROUND, 0) : at + _AROUND + 1]
            if _differs_alone(pair, around):
                yield pair


def _contradicts(first: Passage, second: Passage, run: Run, pair: _Pair) -> bool:
    return (
        _is_one_clause(first, second, run, pair)
        and _is_one_subject(first, second, run, pair)
        and not _may_be_earlier(first, run, pair)
        and not _is_own_number(first, run.first + pair.at)
    )


def _is_own_number(passage: Passage, at: int) -> bool:
    return passage.symbols[max(at - 12, 0) : at].endswith(_OWN_NUMBERS)


def _is_one_clause(first: Passage, second: Passage, run: Run, pair: _Pair) -> bool:
    """Tell whether enough words around the figures are the same; figures far apart need more."""
    behind = run.length - pair.at - 1
    if run.first + pair.at in first.endings and run.second + pair.at in second.endings:
        # Where either sentence ends there are no more words to be the same.
        behind = max(behind, _BEHIND)
    if pair.ends_stretch:
        # The plan is the same one: it is called the same and begins in the same year.
        return pair.at >= _NAME
    if pair.at < _BEFORE or pair.at + behind < _BOTH:
        return False
    if pair.first.kind is not FigureKind.COUNT and behind < _BEHIND and pair.at < _CLAUSE:
        return False
    one, other = pair.first.key, pair.second.key
    is_slip = min(len(one), len(other)) >= 3 and _is_slip(one, other)
    return is_slip or behind >= _BOTH or (pair.at >= 2 * _BEFORE and behind >= _BEHIND)


def _is_slip(one: str, other: str) -> bool:
    """Tell whether the two differ in one digit, or in two that changed places."""
    swapped = len(one) == len(other) and sorted(one) == sorted(other)
    return is_near(one, other, most=2 if swapped else 1)


def _is_one_subject(first: Passage, second: Passage, run: Run, pair: _Pair) -> bool:
    """Tell whether the clauses may not begin differently: ไม่ผ่าน…, จังหวัด…มี…."""
    if pair.at >= _CLAUSE:
        return True
    # The last marks of a word may be those of another word, so the stretch may begin inside it.
    return _is_one_scope(_opening(first, run.first), _opening(second, run.second))


def _opening(passage: Passage, at: int) -> str:
    """Return what stands before a stretch; the last word of it may reach into the stretch."""
    piece = next(piece for piece in reversed(passage.pieces) if piece.first <= max(at, 0))
    return passage.symbols[max(at - 30, piece.first) : at + 2]


def _is_one_scope(one: str, other: str) -> bool:
    """Tell whether two beginnings of a clause speak of the same, none of them denying it."""
    if any((word in one[-12:]) != (word in other[-12:]) for word in _NEGATIONS):
        return False
    return set(_SCOPE.findall(one)) == set(_SCOPE.findall(other))


def _differs_alone(pair: _Pair, pairs: Sequence[_Pair]) -> bool:
    """Tell whether the rest of the clause has the same figures.

    Another year has other counts, and so has another meeting of a row; that is no contradiction.
    """
    near = [one for one in pairs if abs(one.at - pair.at) <= _AROUND and one.differs]
    if any(one.first.kind is not pair.first.kind for one in near):
        return False
    if pair.first.kind is FigureKind.COUNT:
        return len(near) <= 2
    return len({(one.first.key, one.second.key) for one in near}) == 1


def _sayings(passage: Passage) -> Set[tuple[str, str]]:
    """Return each figure of a passage with the letters before it."""
    return {
        (figure.key, _letters_before(passage, at, figure)) for at, figure in passage.figures.items()
    }


def _letters_before(passage: Passage, at: int, figure: Figure) -> str:
    is_day = figure.kind in {FigureKind.DAY, FigureKind.TIME}
    return passage.symbols[max(at - (_DAY_TOLD_OF if is_day else _TOLD_OF), 0) : at]


def _is_told_elsewhere(
    first: Passage, run: Run, pair: _Pair, sayings: tuple[Set[tuple[str, str]], ...]
) -> bool:
    """Tell whether the other passage says the same of something else in the same words."""
    at = run.first + pair.at
    before = _letters_before(first, at, pair.first)
    return (pair.first.key, before) in sayings[1] or (pair.second.key, before) in sayings[0]


def _may_be_earlier(first: Passage, run: Run, pair: _Pair) -> bool:
    """Tell whether it is a deadline that whoever passes the letter on has set earlier."""
    if pair.first.kind is not FigureKind.DAY:
        return False
    at = run.first + pair.at
    is_deadline = first.symbols[max(at - 12, 0) : at].endswith(_UNTIL)
    return is_deadline and pair.first.key < pair.second.key
