"""A text that is written from top to bottom and remembers where each value was put."""

from benchmarks.letters.truth import LetterTruth, ListTruth, Mark, RowTruth, Sample, Span


class Sheet:
    """Paper in a typewriter."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._began: int | None = None
        self._fields: dict[str, list[Mark]] = {}
        self._letters: list[LetterTruth] = []
        self._lists: list[ListTruth] = []
        self._places: dict[str, list[Span]] = {}

    def write(self, text: str) -> Span:
        """Type a text and return where it stands."""
        start = self._length
        self._parts.append(text)
        self._length += len(text)
        return start, self._length

    def put(self, field: str, value: object, printed: str, *others: object) -> Span:
        """Type a value of the letter that is being written."""
        span = self.write(printed)
        self.note(field, value, span, others=others)
        return span

    def note(
        self, field: str, value: object, *spans: Span, others: tuple[object, ...] = ()
    ) -> None:
        """Remember a value of the letter; the same value again is the same value elsewhere."""
        marks = self._fields.setdefault(field, [])
        for nth, mark in enumerate(marks):
            if mark.value == value:
                marks[nth] = Mark(value=value, spans=mark.spans + spans, others=mark.others)
                return
        marks.append(Mark(value=value, spans=spans, others=others))

    def place(self, name: str, printed: str) -> Span:
        """Type something that is not scored but may be altered later."""
        span = self.write(printed)
        self._places.setdefault(name, []).append(span)
        return span

    def begin(self) -> None:
        """Begin a letter."""
        self._began, self._fields = self._length, {}

    def end(self) -> None:
        """End the letter."""
        assert self._began is not None
        self._letters.append(LetterTruth(start=self._began, end=self._length, fields=self._fields))
        self._began = None

    def enclose(self, province: str, stated_count: int | None, rows: list[RowTruth]) -> None:
        """Remember a list that was typed."""
        self._lists.append(ListTruth(province=province, stated_count=stated_count, rows=rows))

    def sample(self, name: str) -> Sample:
        """Take the sheet out."""
        return Sample(
            name=name,
            text="".join(self._parts),
            letters=self._letters,
            lists=self._lists,
            places=self._places,
        )
