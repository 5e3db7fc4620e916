"""How a made-up year is written: the rows and events that the services would have left behind."""

from collections import defaultdict
from contextlib import ExitStack
from hashlib import sha256
from random import Random
from struct import Struct
from typing import Final

from benchmarks.copy_rows import (
    FALSE,
    NULL,
    TRUE,
    UNIX_TO_POSTGRES,
    WORDS,
    TableCopy,
    facts,
    int4,
    int4s,
    int8,
    raw,
    text,
    texts,
    uuid_of,
    uuid_text,
    uuids,
)
from benchmarks.year_bodies import Desk, Register
from benchmarks.year_days import Year
from benchmarks.year_letters import letter_fields, letter_said
from benchmarks.year_story import Acts, Hop, Paper, Sending
from benchmarks.year_tables import COLUMNS
from services.create_dispatch import CHUNK
from services.record_event import SYSTEM_OFFICER
from services.thai_holidays import RELEASE

_STAMP: Final = Struct(">iqiqiq")
_PLACE: Final = Struct(">iiii")
_TIMES: Final = Struct(">iqi?iq")
_HASH: Final = (32).to_bytes(4)
_ALLOCATED: Final = text("allocated")
_REGISTERED: Final = text("registered")
_SENT: Final = text("sent")
_REMARK: Final = text("ส่งผิดหน่วยงาน")
_NO_RECEIPT: Final = NULL * 3
_NOTHING: Final = NULL * 2
_UNSETTLED: Final = NULL * 3
_STATE: Final = {
    "acknowledged": ("acknowledged", NULL),
    "reported": ("acknowledged", NULL),
    "refused": ("refused", _REMARK),
    "returned": ("returned", _REMARK),
}
_STEP_KINDS: Final = {
    "remind": ("reminder", "reminded"),
    "overdue": ("overdue", "overdue"),
    "escalate": ("escalation", "escalated"),
}
_SETTLED: Final = {
    "acknowledged": facts({"before": "registered", "after": "acknowledged"}),
    "reported": facts({"before": "forwarded", "after": "acknowledged"}),
    "refused": facts({"before": "sent", "after": "refused", "remark": "ส่งผิดหน่วยงาน"}),
    "returned": facts({"before": "registered", "after": "returned", "remark": "ส่งผิดหน่วยงาน"}),
}
_KEPT: Final = {"acknowledged", "reported"}
SYSTEM: Final = raw(SYSTEM_OFFICER.bytes)
"""In whose name alarms are raised and dispatches completed."""

Counts = defaultdict[tuple[bytes, str, str], list[int]]


class YearLedger:
    """Writes what a story tells, one COPY for each table, in the order of time."""

    def __init__(
        self, stack: ExitStack, url: str, *, year: Year, rng: Random, first_txid: int, txids: int
    ) -> None:
        self._year, self._rng = year, rng
        self._first_txid, self._txids = first_txid, txids
        self.tables = {
            name: TableCopy(stack, url, name, columns) for name, columns in COLUMNS.items()
        }
        self._event, self._entry = self.tables["event"].add, self.tables["register_entry"].add
        self._events = 0
        self.counts: Counts = defaultdict(lambda: [0] * 5)

    @property
    def acts(self) -> Acts:
        """What a story calls."""
        return Acts(
            send=self._send,
            register=self._register,
            forward=self._forward,
            settle=self._settle,
            complete=self._complete,
            alarm=self._alarm,
        )

    def _record(self, mark: int, kind: bytes, *rest: bytes) -> None:
        self._events += 1
        txid = self._first_txid + mark * self._txids // self._year.end
        stamp = _STAMP.pack(8, self._events, 8, self._year.at(mark), 8, txid)
        self._event(stamp, kind, *rest)

    def _stamp(self, mark: int) -> bytes:
        return int8(self._year.at(mark)) if mark < self._year.end else NULL

    def _id(self, mark: int) -> bytes:
        return uuid_of(self._year.at(mark), self._rng.getrandbits(64))

    def _number(
        self, mark: int, desk: Desk, book: str, paper: Paper, entry_id: bytes, hop: bytes = NULL
    ) -> int:
        """Take the next number of a book: for a letter that is issued, or for a hop."""
        register = desk.books.get((book, paper.secrecy)) or self._open(desk, book, paper.secrecy)
        letter = paper.id if hop is NULL else NULL
        at, is_secret = self._year.at(mark), paper.is_secret
        register.positions = number = register.positions + 1
        digits, instant = str(number), at + UNIX_TO_POSTGRES
        place = f"{len(digits)}:{digits}"
        # As register_entry_hash of the database does it, and domain/register_chain.py.
        words = (
            f"{register.words}{place}{place}9:allocated{_canonical(letter)}{_canonical(hop)}"
            f"16:{instant}1:116:{instant}{desk.hashed[is_secret]}"
        )
        register.head_hash = sha256(register.head_hash + words.encode()).digest()
        register.last_recorded_at = at
        txid = self._first_txid + mark * self._txids // self._year.end
        self._entry(
            *(entry_id, register.id, _PLACE.pack(4, number, 4, number), _ALLOCATED, letter, hop),
            *(_TIMES.pack(8, at, 1, True, 8, at), desk.officer(is_secret)),
            *(_HASH, register.head_hash, int8(txid)),
        )
        return number

    def _open(self, desk: Desk, book: str, secrecy: str) -> Register:
        one = self._id(0)
        register = desk.books[book, secrecy] = Register(id=one, words=_canonical(one))
        return register

    def _send(self, mark: int, sending: Sending) -> None:
        if sending.is_new_paper:
            self._issue(mark, sending.paper)
        paper, lineage, count = sending.paper, sending.lineage, len(sending.hops)
        root, secrecy = paper.lineage[0], WORDS[paper.secrecy]
        who = sending.desk.signs[sending.is_secret]
        sending.subject = root + paper.id + sending.id
        sending.classes = secrecy + WORDS[paper.urgency]
        senders = uuids(one.desk.registry_id for one in lineage)
        self._dispatch(mark, sending, root, senders)
        asked = facts({"recipients": count, "calendar_version": 1, "policy_version": 1})
        mid, tail = who + sending.subject, sending.classes + NULL
        self._record(mark, WORDS["dispatched"], mid, NULL, tail, asked)
        common = sending.id + root + senders + secrecy + sending.plan_id
        timed = root + sending.id + sending.desk.registry_id + senders + sending.classes
        timed += int4(len(lineage)) + self._stamp(mark)
        for nth, hop in enumerate(sending.hops):
            self._hop(common, nth, hop)
            self._time(timed, hop)
            self._record(mark, _SENT, mid, hop.id, tail, hop.desk.named)
        sending.acknowledged = sum(hop.outcome in _KEPT for hop in sending.hops)
        sending.recipients = count
        # Nothing refers to itself any more: what is over leaves memory at once.
        sending.hops.clear()

    def _issue(self, mark: int, paper: Paper) -> None:
        desk, book = paper.desk, "circular" if paper.is_circular else "outgoing"
        entry_id = self._id(mark)
        number = self._number(mark, desk, book, paper, entry_id)
        paper.number = f"{desk.prefix}/{'ว ' if paper.is_circular else ''}{number}"
        dated, officer = self._year.date(mark), desk.officer(paper.is_secret)
        row = letter_fields(paper, number, dated)
        self.tables["letter"].add(*row, entry_id, self._stamp(mark), officer)
        said = facts(letter_said(paper, number, dated))
        about = desk.signs[paper.is_secret] + paper.lineage[0] + paper.id + NULL + NULL
        classes = WORDS[paper.secrecy] + WORDS[paper.urgency]
        self._record(mark, WORDS["letter_issued"], about, classes, NULL, said)

    def _dispatch(self, mark: int, sending: Sending, root: bytes, senders: bytes) -> None:
        paper, stamp = sending.paper, self._stamp(mark)
        done, is_done = self._stamp(sending.done), sending.done < self._year.end
        until = int8(self._year.at(sending.register_by)) + int8(
            self._year.at(sending.acknowledge_by)
        )
        self.tables["dispatch"].add(
            *(sending.id, paper.id, root, sending.desk.registry_id),
            sending.parent.id if sending.parent else NULL,
            *(uuids(one.id for one in sending.lineage), senders, uuids(paper.lineage)),
            *(WORDS[paper.secrecy], WORDS["completed" if is_done else "open"], until, stamp),
            *(sending.desk.officer(sending.is_secret), done, SYSTEM if is_done else NULL),
        )
        steps = {
            "overdue_register": sending.register_by,
            "overdue_acknowledge": sending.acknowledge_by,
        }
        alarms = [{"step": s, "due_at": self._year.written(m)} for s, m in steps.items()]
        self.tables["deadline_plan"].add(
            *(sending.plan_id, sending.id, texts([text("nation")]), until, facts(alarms)),
            *(int4(5), int4(0), int4s([]), int8(1), int8(1), text(RELEASE), stamp),
        )

    def _hop(self, common: bytes, nth: int, hop: Hop) -> None:
        end, officer = self._year.end, hop.desk.officer(hop.sending.is_secret)
        receipt, passed, rest, state = _NO_RECEIPT, _NOTHING, _UNSETTLED, "sent"
        if hop.registered < end:
            state, receipt = "registered", hop.entry_id + self._stamp(hop.registered) + officer
        if hop.forwarded < end:
            state, passed = "forwarded", self._stamp(hop.forwarded) + officer
        if hop.settled < end:
            state, remark = _STATE[hop.outcome]
            settler = SYSTEM if hop.outcome == "reported" else officer
            rest = self._stamp(hop.settled) + settler + remark
        place = _PLACE.pack(4, nth, 4, nth // CHUNK)
        desk = hop.desk.registry_id
        self.tables["hop"].add(common, hop.id, place, desk, WORDS[state], receipt, passed, rest)

    def _time(self, timed: bytes, hop: Hop) -> None:
        sending, end = hop.sending, self._year.end
        paper, sent = sending.paper, sending.mark
        count = self.counts[hop.desk.registry_id, paper.secrecy, paper.urgency]
        count[0] += 1
        stamps, minutes, late = [NULL, NULL], [NULL, NULL], [NULL, NULL]
        deadlines = (sending.register_by, sending.acknowledge_by)
        for nth, mark in enumerate((hop.registered, hop.settled)):
            if mark < end:
                is_late = mark > deadlines[nth]
                count[1 + nth] += 1
                count[3 + nth] += is_late
                stamps[nth], minutes[nth] = self._stamp(mark), int4((mark - sent) // 60)
                late[nth] = TRUE if is_late else FALSE
        desk = hop.desk.registry_id
        self.tables["hop_time"].add(timed, hop.id, desk, *stamps, *minutes, *late)

    def _register(self, mark: int, hop: Hop) -> None:
        desk, sending = hop.desk, hop.sending
        number = self._number(mark, desk, "incoming", sending.paper, hop.entry_id, hop.id)
        said = (
            f'\x01{{"before":"sent","after":"registered","number":{number},"stamp_has_time":true,'
            f'"stamped_at":"{self._year.written(mark)}"}}'
        ).encode()
        self._record(
            *(mark, _REGISTERED, desk.signs[sending.is_secret], sending.subject, hop.id),
            *(sending.classes, TRUE if mark > sending.register_by else FALSE, raw(said)),
        )

    def _forward(self, mark: int, both: tuple[Hop, Sending]) -> None:
        hop, below = both
        said = {"before": "registered", "after": "forwarded"}
        said |= {"dispatch_id": uuid_text(below.id), "number": below.paper.number}
        about = hop.desk.signs[below.is_secret] + hop.sending.subject + hop.id
        classes = hop.sending.classes + NULL
        self._record(mark, WORDS["forwarded"], about, classes, facts(said))

    def _settle(self, mark: int, hop: Hop) -> None:
        desk, sending = hop.desk, hop.sending
        who = desk.signs[sending.is_secret]
        if hop.outcome == "reported":
            who = desk.registry_id + SYSTEM
        self._record(
            *(mark, WORDS[hop.outcome], who, sending.subject, hop.id, sending.classes),
            *(TRUE if mark > sending.acknowledge_by else FALSE, _SETTLED[hop.outcome]),
        )

    def _complete(self, mark: int, sending: Sending) -> None:
        said = facts({"hops": sending.recipients, "acknowledged": sending.acknowledged})
        about = sending.desk.registry_id + SYSTEM + sending.subject + NULL
        self._record(mark, WORDS["dispatch_completed"], about, sending.classes, NULL, said)

    def _alarm(self, mark: int, both: tuple[Hop, str]) -> None:
        hop, step = both
        sending = hop.sending
        kind, event = _STEP_KINDS[step.partition("_")[0]]
        desk = (hop.desk.above or sending.desk) if step == "escalate_superior" else hop.desk
        post, due = "head" if kind == "escalation" else "clerk", self._stamp(mark)
        root, secrecy = sending.subject[: len(sending.id)], WORDS[sending.paper.secrecy]
        self.tables["notice"].add(
            *(self._id(mark), hop.id, sending.id, root, secrecy, WORDS[step], WORDS[kind]),
            *(desk.registry_id, WORDS[post], due, due),
        )
        said = {"step": step, "due_at": self._year.written(mark), "post": post}
        said |= {"addressee_registry_id": uuid_text(desk.registry_id)}
        late = FALSE if kind == "reminder" else TRUE
        about = desk.registry_id + SYSTEM + sending.subject + hop.id + sending.classes
        self._record(mark, WORDS[event], about, late, facts(said))


def _canonical(field: bytes) -> str:
    return "-" if field is NULL else f"36:{uuid_text(field)}"
