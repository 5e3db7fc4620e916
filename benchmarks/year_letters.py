"""What the letters of a made-up year say."""

from datetime import date
from types import SimpleNamespace
from typing import Any, Final

from benchmarks.copy_rows import FALSE, NULL, TRUE, int4, text, uuids
from benchmarks.year_story import Paper
from domain.letter_digest import letter_digest
from domain.vocabulary import Authority, Secrecy, Urgency
from services.letter_content import letter_content

_BODY: Final = (
    "ด้วยมีเรื่องที่หน่วยงานต้องทราบและดำเนินการตามแนวทางที่แนบมา จึงเรียนมาเพื่อโปรดทราบ"
    " และแจ้งผู้เกี่ยวข้องดำเนินการให้แล้วเสร็จภายในกำหนด"
)
_DAY_ZERO: Final = date(2000, 1, 1)
_OWN: Final = text("own")
_BODY_FIELD: Final = text(_BODY)


def _subject(number: int) -> str:
    return f"แนวทางการดำเนินงานและการรายงานผล เรื่องที่ {number}"


def letter_fields(paper: Paper, number: int, dated: date) -> list[bytes]:
    """Return the row of a letter up to its register entry, in the order of its columns."""
    letters, owner = paper.desk.prefix.split(" ")
    return [
        *(paper.id, paper.lineage[0], paper.above.id if paper.above else NULL),
        *(uuids(paper.lineage), paper.desk.registry_id, text(paper.number)),
        *(text(letters), text(owner), TRUE if paper.is_circular else FALSE, text(str(number))),
        *(int4((dated - _DAY_ZERO).days), text(_subject(number)), _BODY_FIELD),
        *(text(paper.urgency), text(paper.secrecy), _OWN),
    ]


def letter_said(paper: Paper, number: int, dated: date) -> dict[str, str]:
    """Return what the event says of a letter that is issued."""
    said: Any = SimpleNamespace(
        number=paper.number,
        dated=dated,
        subject=_subject(number),
        body=_BODY,
        urgency=Urgency(paper.urgency),
        secrecy=Secrecy(paper.secrecy),
        deliver_by=None,
        event_starts_at=None,
        event_ends_at=None,
        event_place=None,
        signatory_post=None,
        authority=Authority.OWN,
        authority_post=None,
    )
    digest = letter_digest(letter_content(said, ()))
    return {"number": paper.number, "dated": dated.isoformat(), "sha256": digest.hex()}
