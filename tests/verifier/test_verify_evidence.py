"""The verifier of evidence bundles believes what is true, and nothing else."""

import ast
import json
import subprocess
import sys
from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from tests.support.corruption import CORRUPTIONS, flip
from tests.support.evidence import Case, Json, Log, Writer, edited, number, row, serialize
from tests.support.tsa import SHA512, STAMPED_AT, Authority, create_authority
from verifier import verify_evidence as verifier
from verifier.verify_evidence import MOST_BYTES, REASONS, RefusedError, main, verify

VERIFIER = Path(__file__).parents[2] / "verifier" / "verify_evidence.py"
GOOD = 1_000
CORRUPTED = 1_000
TIMES = 5
"""How often each corruption is tried, each time on another bundle; the rest are flipped bytes."""

OTHER = Log(origin="log.test/other", leaves=[b"leaf"])
Bundled = tuple[Case, Json]


def chance(seed: int) -> Random:
    return Random(seed)  # noqa: S311 (the same in every run)


def a_log(seed: int) -> Writer:
    """Return a writer of a log of its own."""
    return Writer(log=Log(), rng=chance(seed))


@pytest.fixture(scope="module")
def log() -> Log:
    return Log()


@pytest.fixture(scope="module")
def cases(log: Log) -> Sequence[Case]:
    """Hops of one log, of which some are not registered and some have no recorded names."""
    writer = Writer(log=log, rng=chance(2564))
    written = [writer.hop(is_registered=nth % 5 > 0, is_named=nth % 4 == 0) for nth in range(GOOD)]
    writer.event("log_ended", {})
    for one in written:
        one.neighbours = written
    return written


@pytest.fixture(scope="module")
def bundles(log: Log, cases: Sequence[Case]) -> Sequence[Bundled]:
    """Bundles with everything in them: a receipt, names, and a first checkpoint before the last."""
    whole = [one for nth, one in enumerate(cases[:200]) if nth % 5 and nth % 4 == 0]
    size = len(log.leaves)
    return [(one, one.bundle(first=(one.anchor + size) // 2 + 1, newest=size)) for one in whole]


def reason(raw: bytes, key: str | None) -> str:
    """Return why a bundle is refused; it has to be."""
    with pytest.raises(RefusedError) as refused:
        verify(raw, key=key)
    return refused.value.reason


def test_a_thousand_good_bundles_are_believed(log: Log, cases: Sequence[Case]) -> None:
    rng, size, believed = chance(1), len(log.leaves), 0
    for case in cases:
        newest = rng.randint(case.indexes[-1] + 1, size)
        bundle = case.bundle(first=rng.randint(case.anchor + 1, newest), newest=newest)
        verdict = verify(serialize(bundle), key=log.key_text)
        assert verdict.summary == bundle["summary"]
        believed += 1
    assert believed == GOOD


def test_a_thousand_corrupted_bundles_are_refused(log: Log, bundles: Sequence[Bundled]) -> None:
    rng, refused = chance(2), 0
    for name, (reasons, corrupt) in CORRUPTIONS.items():
        for case, bundle in rng.sample(bundles, TIMES):
            raw = corrupt(case, bundle, rng)
            assert raw != serialize(bundle), name
            assert reason(raw, log.key_text) in reasons, name
            refused += 1
    good = [serialize(bundle) for _, bundle in bundles]
    while refused < CORRUPTED:
        assert reason(flip(rng.choice(good), rng), log.key_text)
        refused += 1
    assert 350 < len(CORRUPTIONS) * TIMES < CORRUPTED - 300


def test_every_byte_of_a_bundle_counts(log: Log, bundles: Sequence[Bundled]) -> None:
    """From one end to the other, not only where chance finds them."""
    raw = serialize(bundles[0][1])
    for place in range(0, len(raw), 61):
        assert reason(raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :], log.key_text)


def test_without_the_key_a_bundle_proves_only_itself(log: Log, bundles: Sequence[Bundled]) -> None:
    _, bundle = bundles[0]
    assert reason(serialize(bundle), None) == "no_key"
    # What contradicts itself is told as such, key or not.
    changed = edited(bundle, lambda copy: copy.update(summary="ดี"))
    assert reason(changed, None) == "summary_differs"
    changed = edited(bundle, lambda copy: copy["first_checkpoint"].update(note=OTHER.note(1)))
    assert reason(changed, None) == "checkpoint_of_another_log"


def test_a_key_has_to_be_that_of_the_log(log: Log, bundles: Sequence[Bundled]) -> None:
    raw, (name, digest, typed) = serialize(bundles[0][1]), log.key_text.split("+", 2)
    for malformed in (
        "",
        "wian",
        f"{name}+{digest}",
        f"{name}+00000000+{typed}",
        f"x{name}+{digest}+{typed}",
        f"{name}+{digest}+{typed[:-1]}",
        f"{name}+{digest.upper()}+{typed}",
        f"{name}+{digest}+{b64encode(bytes(33)).decode()}",
    ):
        assert reason(raw, malformed) == "key_malformed"
    for other in (Log(), Log(origin="log.test/other", key=log.key)):
        assert reason(raw, other.key_text) == "checkpoint_of_another_log"


def test_a_whole_log_that_somebody_else_wrote_is_refused(log: Log) -> None:
    writer = a_log(3)
    forger, forged = writer.log, writer.hop()
    assert verify(serialize(forged.bundle()), key=forger.key_text).proven
    assert reason(serialize(forged.bundle()), log.key_text) == "checkpoint_of_another_log"
    # Under the hash of the real key, which everybody knows, the signatures are still its own.
    forger.claimed_hash = bytes.fromhex(log.key_text.split("+")[1])
    assert reason(serialize(forged.bundle()), log.key_text) == "checkpoint_signature_wrong"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("log.test/wian\n1\n{root}\nmore\n", "checkpoint_malformed"),
        ("log.test/wian\n01\n{root}\n", "checkpoint_malformed"),
        ("log.test/wian\n+1\n{root}\n", "checkpoint_malformed"),
        ("log.test/wian\n1\n{root}AA\n", "checkpoint_malformed"),
        ("log.test/wian\n1\n!\n", "checkpoint_malformed"),
        ("log.test/wian\n0\n{root}\n", "checkpoints_inconsistent"),
        ("log.test/other\n1\n{root}\n", "checkpoint_of_another_log"),
    ],
)
def test_a_note_of_the_log_that_is_no_checkpoint_of_it(body: str, expected: str) -> None:
    log = Log()
    case = Writer(log=log, rng=chance(4)).hop()
    note = log.sign(body.format(root="A" * 43 + "="))
    raw = edited(case.bundle(), lambda copy: copy["first_checkpoint"].update(note=note))
    assert reason(raw, log.key_text) == expected


def test_a_file_without_end_is_not_read(log: Log, tmp_path: Path) -> None:
    assert reason(b" " * (MOST_BYTES + 1), log.key_text) == "too_large"
    endless = tmp_path / "endless.json"
    with endless.open("wb") as file:
        file.truncate(10 * MOST_BYTES)
    assert _main(endless, "--key", log.key_text) == 1


# What a ledger itself could get wrong, or try: all of it is in the log, signed and proved.
Contradiction = Callable[[Writer, Case], object]


def _rewrite(writer: Writer, case: Case, nth: int, old: bytes, new: bytes) -> None:
    index = case.indexes[nth]
    assert len(old) == len(new)
    assert writer.log.leaves[index].count(old) == 1
    writer.log.leaves[index] = writer.log.leaves[index].replace(old, new)


def _repeat(case: Case, kind: bytes, writer: Writer) -> None:
    for index in case.indexes.copy():
        if kind in writer.log.leaves[index]:
            case.indexes.append(writer.log.append(writer.log.leaves[index]))


CONTRADICTIONS: dict[str, tuple[str, Contradiction]] = {
    "two receipts": ("story_contradicts", lambda writer, case: _repeat(case, b"entry\0", writer)),
    "sent twice": ("story_contradicts", lambda writer, case: _repeat(case, b"sent\0", writer)),
    "issued twice": (
        "story_contradicts",
        lambda writer, case: _repeat(case, b"letter_issued", writer),
    ),
    "dispatched twice": (
        "story_contradicts",
        lambda writer, case: _repeat(case, b"dispatched", writer),
    ),
    "a name twice": (
        "story_contradicts",
        lambda writer, case: _repeat(case, b"registry_recorded", writer),
    ),
    "another number in the event": (
        "story_contradicts",
        lambda writer, case: _rewrite(writer, case, 8, b'"number": ', b'"number":1'),
    ),
    "another stamp in the event": (
        "story_contradicts",
        lambda writer, case: _rewrite(writer, case, 8, b'"stamped_at": "2', b'"stamped_at": "1'),
    ),
    "a stamp that is no time": (
        "story_contradicts",
        lambda writer, case: _rewrite(writer, case, 8, b'"stamped_at": "2', b'"stamped_at": "x'),
    ),
    "no stamp": (
        "story_contradicts",
        lambda writer, case: _rewrite(writer, case, 8, b'"stamped_at"', b'"stumped_at"'),
    ),
    "a recipient that is none": (
        "story_incomplete",
        lambda writer, case: _rewrite(writer, case, 6, b'_id": "', b'_id":"x'),
    ),
    "a letter without its hash": (
        "letter_differs",
        lambda writer, case: _rewrite(writer, case, 4, b"sha256", b"sha512"),
    ),
    "a name without a name": (
        "foreign_leaf",
        lambda writer, case: case.indexes.append(writer.event("registry_recorded", {})),
    ),
}


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_a_log_that_contradicts_itself_is_not_believed(name: str) -> None:
    expected, contradict = CONTRADICTIONS[name]
    writer = a_log(5)
    case = writer.hop()
    assert verify(serialize(case.bundle()), key=writer.log.key_text).proven
    contradict(writer, case)
    writer.log.known.clear()
    assert reason(serialize(case.bundle()), writer.log.key_text) == expected


_FACTS = b"\x01{}"
_ID = bytes(16)
_AT = bytes(8)
_GOOD = (b"event", bytes(8), _AT, b"x", _ID, _ID, None, None, None, None, b"normal", None, None)


@pytest.mark.parametrize(
    "leaf",
    [
        b"",
        b"\0",
        row(),
        row(b"event"),
        row(b"other", *_GOOD[1:], _FACTS),
        row(None, *_GOOD[1:], _FACTS),
        row(*_GOOD, _FACTS, None),
        row(*_GOOD, None),
        row(*_GOOD, b"{}"),
        row(*_GOOD, b"\x02{}"),
        row(*_GOOD, b"\x01[]"),
        row(*_GOOD, b"\x01{"),
        row(*_GOOD, b'\x01{"a": NaN}'),
        row(*_GOOD, b'\x01{"a": "\xff"}'),
        row(*_GOOD, b"\x01" + b'{"a": ' * 50_000),
        row(*_GOOD[:3], b"\xff", *_GOOD[4:], _FACTS),
        row(*_GOOD[:4], bytes(15), *_GOOD[5:], _FACTS),
        row(*_GOOD[:1], bytes(4), *_GOOD[2:], _FACTS),
        row(*_GOOD[:2], number(2**62, 8), *_GOOD[3:], _FACTS),
        row(*_GOOD[:2], number(-(2**62), 8), *_GOOD[3:], _FACTS),
        row(*_GOOD[:-1], b"\2", _FACTS),
        row(*_GOOD, _FACTS) + b"\0",
        row(*_GOOD, _FACTS)[:-1],
        row(*_GOOD, _FACTS).replace(b"\xff\xff\xff\xff", b"\xff\xff\xff\xfe", 1),
        b"\xff\xff",
    ],
)
def test_a_leaf_that_is_no_row_of_the_record(leaf: bytes) -> None:
    log = Log()
    case = Writer(log=log, rng=chance(6)).hop()
    index = log.append(leaf)
    path = [one.hex() for one in log.path(index, 0, index + 1)]
    entry = {"index": index, "leaf": b64encode(leaf).decode(), "path": path, "fields": {}}
    raw = edited(case.bundle(), lambda copy: copy["entries"].append(entry))
    assert reason(raw, log.key_text) == "leaf_malformed"


@pytest.mark.parametrize(
    "change",
    [
        {"subject": None},
        {"dated": "๒๕๖๔-๐๓-๐๒"},
        {"dated": "20210302"},
        {"attachments": {}},
        {"attachments": [{"file_name": "a"}]},
    ],
)
def test_a_letter_that_was_recorded_without_what_every_letter_has(change: Json) -> None:
    writer = a_log(7)
    good = writer.letter()
    writer.next_letter = good | change
    case = writer.hop()
    case.letter = good
    raw = edited(case.bundle(), lambda copy: copy.update(letter=good | change))
    assert reason(raw, writer.log.key_text) == "not_a_bundle"


def test_what_is_not_proven_is_said() -> None:
    writer = a_log(8)
    case = writer.hop(is_named=False, is_registered=False)
    bundle = case.bundle()
    (sent,) = (one["fields"] for one in bundle["entries"] if one["fields"]["kind"] == "sent")
    verdict = verify(serialize(bundle), key=writer.log.key_text)
    told = "\n".join(verdict.unproven)
    for one in (sent["registry_id"], sent["officer_id"], sent["facts"]["recipient_registry_id"]):
        assert f"the name of {one}" in told
        assert one in verdict.summary
    assert "nothing else happened" in told
    assert told.count("no time-stamp") == 2
    assert "ยังไม่มีเลขรับ" in verdict.summary


def test_a_step_that_the_bundle_leaves_out_is_said() -> None:
    writer = a_log(9)
    case = writer.hop()
    for before, after in (("registered", "forwarded"), ("forwarded", "acknowledged")):
        facts = {"before": before, "after": after}
        case.indexes.append(writer.event("forwarded", facts, hop_id=case.hop_id))
    whole = verify(serialize(case.bundle()), key=writer.log.key_text)
    assert not [one for one in whole.unproven if "between" in one]
    del case.indexes[-2]
    left_out = verify(serialize(case.bundle()), key=writer.log.key_text)
    assert len([one for one in left_out.unproven if "between" in one]) == 1


def test_what_a_screen_would_obey_is_not_in_a_summary() -> None:
    writer = a_log(10)
    writer.next_letter = writer.letter() | {"subject": "ก\x1b[2J\u202eข\r\n\u2028ค\u00a0\x9bง"}
    case = writer.hop()
    verdict = verify(serialize(case.bundle()), key=writer.log.key_text)
    assert "เรื่อง ก [2Jข ค ง\n" in verdict.summary


# Time-stamps.


@pytest.fixture(scope="module")
def stamped(log: Log, bundles: Sequence[Bundled]) -> Json:
    """A bundle of which both checkpoints carry a token of the same authority."""
    copy: Json = json.loads(serialize(bundles[1][1]))
    for part in ("checkpoint", "first_checkpoint"):
        copy[part]["time_stamp"] = _token(copy[part]["note"])
    return copy


def _token(note: str, authority: Authority | None = None, **given: Any) -> str:  # noqa: ANN401 (as `token`)
    authority = authority or create_authority()
    return b64encode(authority.token(sha256(note.encode()).digest(), **given)).decode()


def _refused(bundle: Json, log: Log, *certificates: x509.Certificate) -> str:
    with pytest.raises(RefusedError) as refused:
        verify(serialize(bundle), key=log.key_text, certificates=list(certificates))
    return refused.value.reason


def test_a_time_stamp_is_believed_with_its_certificate(log: Log, stamped: Json) -> None:
    authority = create_authority()
    given = [authority.certificate, authority.root]
    verdict = verify(serialize(stamped), key=log.key_text, certificates=given)
    assert len([one for one in verdict.proven if "2021-03-02T09:30:15+00:00" in one]) == 2
    unchecked = verify(serialize(stamped), key=log.key_text)
    assert len([one for one in unchecked.unproven if "no certificate was given" in one]) == 2


def test_every_byte_of_a_time_stamp_counts() -> None:
    """Asked below the bundle: each of a thousand bytes, where a bundle each would take long."""
    certificate = create_authority().certificate
    checkpoint = verifier.Checkpoint(note="x", origin="x", size=1, root=b"")
    raw = b64decode(_token(checkpoint.note))

    def check(token: bytes) -> None:
        told, verdict = b64encode(token).decode(), verifier.Verdict(summary="")
        verifier._check_time_stamp(verdict, "checkpoint", told, checkpoint, [certificate])

    check(raw)
    for place in range(len(raw)):
        with pytest.raises(RefusedError) as refused:
            check(raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :])
        assert refused.value.reason.startswith("time_stamp_")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"authority": "another"}, "time_stamp_signature_wrong"),
        ({"authority": "another", "encloses": ()}, "time_stamp_signature_wrong"),
        ({"at": STAMPED_AT + timedelta(days=400)}, "time_stamp_signature_wrong"),
        ({"imprint_algorithm": SHA512}, "time_stamp_of_something_else"),
        ({"imprint_algorithm": "1.2.3.4"}, "time_stamp_malformed"),
        ({"note": "another"}, "time_stamp_of_something_else"),
    ],
)
def test_a_time_stamp_that_is_not_its_own(
    log: Log, stamped: Json, given: dict[str, Any], expected: str
) -> None:
    note = given.pop("note", stamped["checkpoint"]["note"])
    name = given.pop("authority", None)
    token = _token(note, create_authority(name) if name else None, **given)
    changed = stamped | {"checkpoint": stamped["checkpoint"] | {"time_stamp": token}}
    assert _refused(changed, log, create_authority().certificate) == expected


def test_a_certificate_for_something_else_stamps_no_time(log: Log, stamped: Json) -> None:
    server = create_authority("server", may_stamp=False)
    token = _token(stamped["checkpoint"]["note"], server)
    changed = stamped | {"checkpoint": stamped["checkpoint"] | {"time_stamp": token}}
    assert _refused(changed, log, server.certificate) == "time_stamp_signature_wrong"


@pytest.mark.parametrize("token", ["", "MAA=", "ก", "MIAA", "MIIBMA=="])
def test_a_time_stamp_that_is_none(log: Log, stamped: Json, token: str) -> None:
    changed = stamped | {"checkpoint": stamped["checkpoint"] | {"time_stamp": token}}
    assert _refused(changed, log) == "time_stamp_malformed"


# The command.


def _run(bundle: Path, *arguments: str | Path) -> tuple[int, str, str]:
    """Run the file alone: isolated, in a folder where nothing of ours is."""
    run = subprocess.run(  # noqa: S603 - our own file
        [sys.executable, "-I", str(VERIFIER), str(bundle), *map(str, arguments)],
        cwd=bundle.parent,
        capture_output=True,
        check=False,
        timeout=60,
    )
    told = (run.stdout or run.stderr).decode()
    return run.returncode, told.partition(":")[0], told


def test_the_command_says_what_it_found(log: Log, stamped: Json, tmp_path: Path) -> None:
    bundle, key = tmp_path / "bundle.json", tmp_path / "log.pub"
    bundle.write_bytes(serialize(stamped))
    key.write_text(log.key_text + "\n")
    authority, pem = create_authority(), tmp_path / "tsa.pem"
    pem.write_bytes(authority.certificate.public_bytes(Encoding.PEM))
    code, _, told = _run(bundle, "--key-file", key, "--token-certificate", pem)
    assert code == 0
    assert told.startswith(stamped["summary"])
    assert "\nACCEPTED\n" in told
    assert told.count("\nproven: ") == 5
    assert "\nnot proven: that nothing else happened" in told
    assert _run(bundle)[:2] == (1, "REFUSED no_key")
    bundle.write_bytes(serialize(stamped)[:-1])
    assert _run(bundle, "--key", log.key_text)[:2] == (1, "REFUSED not_canonical")


def test_an_enclosure_is_compared(log: Log, tmp_path: Path) -> None:
    writer = a_log(11)
    enclosed, other, bundle = (tmp_path / name for name in ("a.pdf", "b.pdf", "bundle.json"))
    enclosed.write_bytes(b"%PDF-1.7")
    other.write_bytes(b"%PDF-1.8")
    part = {"file_name": "a.pdf", "sha256": sha256(b"%PDF-1.7").hexdigest()}
    writer.next_letter = writer.letter() | {"attachments": [part]}
    raw = serialize(writer.hop().bundle())
    bundle.write_bytes(raw)
    key = writer.log.key_text
    verify(raw, key=key, attachments={"a.pdf": sha256(b"%PDF-1.7").digest()})
    assert _main(bundle, "--key", key, "--attachment", enclosed) == 0
    assert _main(bundle, "--key", key, "--attachment", enclosed, "--attachment", other) == 1
    with pytest.raises(RefusedError, match="not enclosed"):
        verify(raw, key=key, attachments={"b.pdf": sha256(b"%PDF-1.8").digest()})


def test_what_cannot_be_read_is_no_verdict(log: Log, tmp_path: Path) -> None:
    bundle, none, bad = tmp_path / "bundle.json", tmp_path / "none", tmp_path / "bad"
    bundle.write_bytes(b"{}")
    bad.write_bytes(b"\xff")
    key = ("--key", log.key_text)
    for given in (
        (none, *key),
        (tmp_path, *key),
        (bundle, "--key-file", none),
        (bundle, "--key-file", bad),
        (bundle, *key, "--attachment", none),
        (bundle, *key, "--token-certificate", bad),
    ):
        assert _main(*given) == 2
    code, _, told = _run(none, *key)
    assert code == 2
    assert told.startswith("CANNOT READ")


def _main(*arguments: str | Path) -> int:
    return main([str(one) for one in arguments])


def test_the_verifier_imports_nothing_of_ours() -> None:
    tree = ast.parse(VERIFIER.read_text())
    imported = {
        name.partition(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert imported - set(sys.stdlib_module_names) == {"cryptography"}
    assert not imported & {"socket", "urllib", "http", "subprocess", "os"}


def test_every_reason_has_been_given_here() -> None:
    given = frozenset().union(*(reasons for reasons, _ in CORRUPTIONS.values()))
    given |= {expected for expected, _ in CONTRADICTIONS.values()}
    given |= {"no_key", "too_large", "key_malformed", "attachment_not_enclosed"}
    given |= {"time_stamp_malformed"}
    given |= {"time_stamp_of_something_else", "time_stamp_signature_wrong"}
    assert given == set(REASONS)
