"""What may happen to a bundle on its way, and for which reasons it is then refused."""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from random import Random

from tests.support.evidence import Case, Json, edited, retold, serialize

Corruption = Callable[[Case, Json, Random], bytes]
"""Takes a case, its good bundle, which stays good, and chance; returns other bytes."""

CONTENTS = ("checkpoint", "entries", "letter", "names", "summary", "hop_id")


def _entry(bundle: Json, kind: str) -> Json:
    found: Json = next(one for one in bundle["entries"] if one["fields"]["kind"] == kind)
    return found


def _some(bundle: Json, rng: Random) -> Json:
    found: Json = rng.choice(bundle["entries"])
    return found


def _edit(change: Callable[[Json, Random], object]) -> Corruption:
    return lambda _, bundle, rng: edited(bundle, lambda copy: change(copy, rng))


def _raw(change: Callable[[bytes, Random], bytes]) -> Corruption:
    return lambda _, bundle, rng: change(serialize(bundle), rng)


def flip(raw: bytes, rng: Random) -> bytes:
    """Return bytes of which one, wherever it is, became another one."""
    place = rng.randrange(len(raw))
    return raw[:place] + bytes([raw[place] ^ rng.randrange(1, 256)]) + raw[place + 1 :]


def _swap(bundle: Json, rng: Random, part: str) -> None:
    one, other = rng.sample(bundle["entries"], 2)
    one[part], other[part] = other[part], one[part]


def _flip_hash(hashes: list[str], rng: Random) -> None:
    place = rng.randrange(len(hashes))
    hashes[place] = flip(bytes.fromhex(hashes[place]), rng).hex()


def _flip_leaf(bundle: Json, rng: Random) -> None:
    entry = _some(bundle, rng)
    entry["leaf"] = b64encode(flip(b64decode(entry["leaf"]), rng)).decode()


def _respell(text: str) -> str:
    """Return another spelling of the same base64, where there is one."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    stem = text.rstrip("=")
    if stem == text:
        return f"{text}\n"
    return stem[:-1] + letters[letters.index(stem[-1]) ^ 1] + text[len(stem) :]


def _add_foreign(case: Case, bundle: Json, rng: Random) -> bytes:
    newest = int(bundle["checkpoint"]["note"].split("\n")[1])
    indexes = {one["index"] for one in bundle["entries"]}
    foreign = rng.choice(sorted(set(range(newest)) - indexes))

    def add(copy: Json) -> None:
        copy["entries"].append(case.log.entry(foreign, newest))
        copy["entries"].sort(key=lambda one: int(one["index"]))

    return retold(case, bundle, add)


def _drop(kind: str) -> Corruption:
    def drop(case: Case, bundle: Json, rng: Random) -> bytes:
        del rng
        return edited(bundle, lambda copy: copy["entries"].remove(_entry(copy, kind)))

    return drop


def _rewrite_fact(case: Case, bundle: Json, rng: Random) -> bytes:
    """Change what an event says in leaf, fields and summary alike."""

    def rewrite(copy: Json) -> None:
        entry = _entry(copy, "sent")
        entry["leaf"] = b64encode(b64decode(entry["leaf"]).replace(b"sent", b"kept")).decode()
        entry["fields"]["registry_id"] = str(rng.randrange(10**9))

    return retold(case, bundle, rewrite)


def _older(case: Case, bundle: Json, rng: Random) -> bytes:
    size = int(bundle["checkpoint"]["note"].split("\n")[1])
    note = case.log.note(rng.randrange(1, size))
    return edited(bundle, lambda copy: copy["checkpoint"].update(note=note))


def _too_early(case: Case, bundle: Json, rng: Random) -> bytes:
    size = int(bundle["checkpoint"]["note"].split("\n")[1])
    first = rng.randint(1, case.anchor)
    proof = [one.hex() for one in case.log.proof(first, 0, size)]
    part = {"note": case.log.note(first), "time_stamp": None, "consistency": proof}
    return edited(bundle, lambda copy: copy.update(first_checkpoint=part))


def _another_size(bundle: Json, rng: Random) -> None:
    lines = bundle["checkpoint"]["note"].split("\n")
    lines[1] = str(int(lines[1]) + rng.randint(1, 9))
    bundle["checkpoint"]["note"] = "\n".join(lines)


def _thai_size(bundle: Json, rng: Random) -> None:
    del rng
    lines = bundle["checkpoint"]["note"].split("\n")
    lines[1] = lines[1].translate({48 + digit: 0x0E50 + digit for digit in range(10)})
    bundle["checkpoint"]["note"] = "\n".join(lines)


def _resign(bundle: Json, rng: Random) -> None:
    note = bundle["checkpoint"]["note"]
    stem, _, signature = note.rpartition(" ")
    raw = b64decode(signature)
    forged = b64encode(raw[:4] + flip(raw[4:], rng)).decode()
    bundle["checkpoint"]["note"] = f"{stem} {forged}\n"


def _of_other_hop(part: str) -> Corruption:
    def take(case: Case, bundle: Json, rng: Random) -> bytes:
        other = rng.choice([one for one in case.neighbours if one is not case])
        size = int(bundle["checkpoint"]["note"].split("\n")[1])
        return edited(bundle, lambda copy: copy.update({part: other.bundle(newest=size)[part]}))

    return take


CORRUPTIONS: Mapping[str, tuple[frozenset[str], Corruption]] = {
    name: (frozenset(reasons.split()), corruption)
    for name, reasons, corruption in (
        # The bytes of the file.
        (
            "cut",
            "not_json not_utf8 not_canonical",
            _raw(lambda raw, rng: raw[: rng.randrange(len(raw))]),
        ),
        ("not UTF-8", "not_utf8", _raw(lambda raw, rng: raw.replace(b" ", b"\xa0", 1))),
        ("UTF-16", "not_json not_utf8", _raw(lambda raw, rng: raw.decode().encode("utf-16"))),
        ("byte order mark", "not_json", _raw(lambda raw, rng: b"\xef\xbb\xbf" + raw)),
        ("a blank more", "not_canonical", _raw(lambda raw, rng: raw + rng.choice((b" ", b"\n")))),
        ("other line ends", "not_canonical", _raw(lambda raw, rng: raw.replace(b"\n", b"\r\n"))),
        (
            "no line ends",
            "not_canonical",
            _raw(lambda raw, rng: json.dumps(json.loads(raw)).encode()),
        ),
        (
            "a key twice",
            "not_canonical",
            _raw(lambda raw, rng: raw.replace(b'"index"', b'"index": 1,\n   "index"', 1)),
        ),
        (
            "an escape",
            "not_canonical",
            _raw(lambda raw, rng: raw.replace(b"format", b"\\u0066ormat", 1)),
        ),
        (
            "half a character",
            "not_canonical",
            _raw(lambda raw, rng: raw.replace(b"wian-", b"\\ud83d", 1)),
        ),
        (
            "Thai digits in an index",
            "not_json",
            _raw(lambda raw, rng: raw.replace(b'"index": ', '"index": ๑'.encode(), 1)),
        ),
        (
            "a fraction",
            "not_canonical not_a_bundle",
            _raw(lambda raw, rng: raw.replace(b'"index": ', b'"index": 0.', 1)),
        ),
        (
            "not a number",
            "not_json",
            _raw(lambda raw, rng: raw.replace(b'"time_stamp": null', b'"time_stamp": NaN', 1)),
        ),
        (
            "beyond all numbers",
            "not_canonical",
            _raw(lambda raw, rng: raw.replace(b'"time_stamp": null', b'"time_stamp": 1e999', 1)),
        ),
        (
            "a number of many digits",
            "not_json",
            _raw(lambda raw, rng: raw.replace(b'"index": ', b'"index": ' + b"9" * 5000, 1)),
        ),
        ("deeper than deep", "not_json", _raw(lambda raw, rng: b"[" * 100_000)),
        # Its shape.
        ("a list", "not_a_bundle", lambda case, bundle, rng: serialize([bundle])),
        (
            "another format",
            "format_unknown",
            _edit(lambda bundle, rng: bundle.update(format="wian-evidence/2")),
        ),
        ("no format", "format_unknown", _edit(lambda bundle, rng: bundle.pop("format"))),
        ("a part more", "not_a_bundle", _edit(lambda bundle, rng: bundle.update(note="!"))),
        (
            "a part less",
            "not_a_bundle",
            _edit(lambda bundle, rng: bundle.pop(rng.choice(CONTENTS))),
        ),
        (
            "a part empty",
            "not_a_bundle",
            _edit(lambda bundle, rng: bundle.update({rng.choice(CONTENTS): None})),
        ),
        (
            "an entry with more",
            "not_a_bundle",
            _edit(lambda bundle, rng: _some(bundle, rng).update(note="!")),
        ),
        (
            "an index that is true",
            "not_a_bundle",
            _edit(lambda bundle, rng: _some(bundle, rng).update(index=True)),
        ),
        (
            "an index below zero",
            "not_a_bundle",
            _edit(lambda bundle, rng: bundle["entries"][0].update(index=-1)),
        ),
        (
            "an index without end",
            "not_a_bundle",
            _edit(lambda bundle, rng: bundle["entries"][-1].update(index=2**70)),
        ),
        (
            "an index as text",
            "not_a_bundle",
            _edit(lambda bundle, rng: bundle["entries"][0].update(index="1")),
        ),
        (
            "capital hashes",
            "not_a_bundle",
            _edit(lambda bundle, rng: bundle["entries"][0].update(path=["AB" * 32])),
        ),
        (
            "short hashes",
            "not_a_bundle",
            _edit(lambda bundle, rng: bundle["entries"][0].update(path=["ab" * 31])),
        ),
        ("no entries", "story_incomplete", _edit(lambda bundle, rng: bundle["entries"].clear())),
        (
            "endless entries",
            "not_a_bundle",
            _edit(lambda bundle, rng: bundle["entries"].extend([{}] * 10_001)),
        ),
        # The log.
        (
            "another origin",
            "checkpoint_of_another_log",
            _edit(
                lambda bundle, rng: bundle["checkpoint"].update(
                    note=bundle["checkpoint"]["note"].replace("log.test", "log.best")
                )
            ),
        ),
        ("another size", "checkpoint_signature_wrong", _edit(_another_size)),
        ("Thai digits in a size", "checkpoint_malformed", _edit(_thai_size)),
        ("another signature", "checkpoint_signature_wrong", _edit(_resign)),
        (
            "two signatures",
            "checkpoint_malformed",
            _edit(
                lambda bundle, rng: bundle["checkpoint"].update(
                    note=bundle["checkpoint"]["note"]
                    + bundle["checkpoint"]["note"].split("\n\n")[1]
                )
            ),
        ),
        (
            "no signature",
            "checkpoint_malformed",
            _edit(
                lambda bundle, rng: bundle["checkpoint"].update(
                    note=bundle["checkpoint"]["note"].split("—")[0]
                )
            ),
        ),
        ("an older checkpoint", "checkpoints_inconsistent proof_wrong", _older),
        ("a first checkpoint before it", "first_checkpoint_too_early", _too_early),
        (
            "checkpoints changed places",
            "checkpoints_inconsistent",
            _edit(
                lambda bundle, rng: bundle.update(
                    checkpoint={"note": bundle["first_checkpoint"]["note"], "time_stamp": None},
                    first_checkpoint=bundle["first_checkpoint"]
                    | {"note": bundle["checkpoint"]["note"]},
                )
            ),
        ),
        (
            "a bit of a consistency proof",
            "checkpoints_inconsistent",
            _edit(lambda bundle, rng: _flip_hash(bundle["first_checkpoint"]["consistency"], rng)),
        ),
        (
            "less consistency",
            "checkpoints_inconsistent",
            _edit(lambda bundle, rng: bundle["first_checkpoint"]["consistency"].pop()),
        ),
        (
            "more consistency",
            "checkpoints_inconsistent",
            _edit(lambda bundle, rng: bundle["first_checkpoint"]["consistency"].append("00" * 32)),
        ),
        (
            "no consistency",
            "checkpoints_inconsistent",
            _edit(lambda bundle, rng: bundle["first_checkpoint"]["consistency"].clear()),
        ),
        # The entries.
        (
            "a bit of a proof",
            "proof_wrong",
            _edit(lambda bundle, rng: _flip_hash(_some(bundle, rng)["path"], rng)),
        ),
        (
            "a longer proof",
            "proof_wrong",
            _edit(lambda bundle, rng: _some(bundle, rng)["path"].append("00" * 32)),
        ),
        (
            "a shorter proof",
            "proof_wrong",
            _edit(lambda bundle, rng: _some(bundle, rng)["path"].pop()),
        ),
        (
            "proofs changed places",
            "proof_wrong",
            _edit(lambda bundle, rng: _swap(bundle, rng, "path")),
        ),
        (
            "leaves changed places",
            "proof_wrong",
            _edit(lambda bundle, rng: _swap(bundle, rng, "leaf")),
        ),
        (
            "indexes changed places",
            "entries_out_of_order",
            _edit(lambda bundle, rng: _swap(bundle, rng, "index")),
        ),
        (
            "fields changed places",
            "fields_differ",
            _edit(lambda bundle, rng: _swap(bundle, rng, "fields")),
        ),
        (
            "entries changed places",
            "entries_out_of_order",
            _edit(lambda bundle, rng: bundle["entries"].reverse()),
        ),
        (
            "an entry twice",
            "entries_out_of_order",
            _edit(lambda bundle, rng: bundle["entries"].append(bundle["entries"][-1])),
        ),
        ("a bit of a leaf", "proof_wrong", _edit(_flip_leaf)),
        (
            "base64 in another way",
            "leaf_malformed",
            _edit(
                lambda bundle, rng: bundle["entries"][0].update(
                    leaf=_respell(bundle["entries"][0]["leaf"])
                )
            ),
        ),
        (
            "a leaf that is no base64",
            "leaf_malformed",
            _edit(lambda bundle, rng: bundle["entries"][0].update(leaf="ก")),
        ),
        (
            "a fact edited",
            "fields_differ",
            _edit(
                lambda bundle, rng: _entry(bundle, "dispatched")["fields"]["facts"].update(
                    recipients=2
                )
            ),
        ),
        (
            "a fact of another type",
            "fields_differ",
            _edit(
                lambda bundle, rng: _entry(bundle, "dispatched")["fields"]["facts"].update(
                    recipients=True
                )
            ),
        ),
        (
            "a field more",
            "fields_differ",
            _edit(lambda bundle, rng: _some(bundle, rng)["fields"].update(note="!")),
        ),
        ("a fact rewritten throughout", "proof_wrong", _rewrite_fact),
        ("an entry of somebody else", "foreign_leaf story_contradicts", _add_foreign),
        ("the entries of another hop", "story_incomplete", _of_other_hop("entries")),
        ("the id of another hop", "story_incomplete", _of_other_hop("hop_id")),
        ("the letter of another hop", "letter_differs", _of_other_hop("letter")),
        ("the names of another hop", "names_differ", _of_other_hop("names")),
        ("the summary of another hop", "summary_differs", _of_other_hop("summary")),
        ("without the receipt", "story_incomplete", _drop("allocated")),
        ("without its event", "story_incomplete", _drop("registered")),
        ("without the sending", "story_incomplete", _drop("sent")),
        ("without the letter's number", "story_incomplete", _drop("letter_issued")),
        ("without a name", "names_differ", _drop("registry_recorded")),
        # What people read.
        (
            "a word of the letter",
            "letter_differs",
            lambda case, bundle, rng: retold(
                case, bundle, lambda copy: copy["letter"].update(subject="อื่น")
            ),
        ),
        (
            "a letter with more",
            "letter_differs",
            _edit(lambda bundle, rng: bundle["letter"].update(note="!")),
        ),
        (
            "another enclosure",
            "letter_differs",
            _edit(
                lambda bundle, rng: bundle["letter"]["attachments"].append(
                    {"file_name": "a", "sha256": "00" * 32}
                )
            ),
        ),
        (
            "a name edited",
            "names_differ",
            _edit(
                lambda bundle, rng: bundle["names"]["registries"].update(
                    dict.fromkeys(bundle["names"]["registries"], "อื่น")
                )
            ),
        ),
        (
            "a name more",
            "names_differ",
            _edit(
                lambda bundle, rng: bundle["names"]["officers"].update(
                    {"0" * 8 + "-0000-0000-0000-" + "0" * 12: "อื่น"}
                )
            ),
        ),
        (
            "a line of the summary",
            "summary_differs",
            _edit(
                lambda bundle, rng: bundle.update(summary=bundle["summary"].replace("ผู้รับ", "ผู้ส่ง"))
            ),
        ),
        (
            "a blank of the summary",
            "summary_differs",
            _edit(lambda bundle, rng: bundle.update(summary=bundle["summary"] + "\n")),
        ),
    )
}
"""By what was done: the reasons of which one is given, and how to do it."""
