#!/usr/bin/env python3
# /// script
# requires-python = ">=3.11"
# dependencies = ["cryptography"]
# ///
"""Check an evidence bundle of Wian offline; this file is all there is.

It shares no code with the system whose bundles it checks, reads nothing but the files it is given
and needs no network. The format is described in docs/evidence.md.

    python verify_evidence.py BUNDLE --key-file log.pub

Exit codes: 0 accepted; 1 refused, with a named reason; 2 a file could not be read.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import json
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise
from pathlib import Path
from typing import Any, NoReturn
from uuid import UUID

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

FORMAT = "wian-evidence/1"
MOST_BYTES = 16 * 1024 * 1024
MOST_ENTRIES = 10_000
SYSTEM_OFFICER = "00000000-0000-7000-8000-000000000001"

REASONS = {
    "too_large": "the file is larger than any bundle",
    "not_utf8": "the file is not UTF-8 text",
    "not_json": "the file is not JSON",
    "not_canonical": "the file is not in the one form that a bundle has",
    "not_a_bundle": "a part of the bundle is missing, of the wrong type, or unknown",
    "format_unknown": "the bundle is of another format",
    "no_key": "without the log's public key from outside, a bundle proves only itself",
    "key_malformed": "the log's public key cannot be read",
    "checkpoint_malformed": "a checkpoint is not a signed note of a log",
    "checkpoint_of_another_log": "a checkpoint is of another log",
    "checkpoint_signature_wrong": "a checkpoint is not signed by the log",
    "checkpoints_inconsistent": "the newest checkpoint does not contain the first one",
    "first_checkpoint_too_early": "the first checkpoint does not cover what it should prove",
    "entries_out_of_order": "the entries are not in the order of the log",
    "proof_wrong": "an entry is not in the log at its place",
    "leaf_malformed": "the bytes of an entry are not a row of the record",
    "fields_differ": "the readable fields of an entry are not what its bytes say",
    "foreign_leaf": "an entry does not belong to this hop",
    "story_incomplete": "an entry is missing that every hop has",
    "story_contradicts": "two entries contradict each other",
    "letter_differs": "the letter is not the one whose hash was recorded when it was issued",
    "names_differ": "the names are not those that the entries record",
    "summary_differs": "the summary does not say what the entries prove",
    "attachment_not_enclosed": "a file is not enclosed with the letter",
    "time_stamp_malformed": "a time-stamp cannot be read",
    "time_stamp_of_something_else": "a time-stamp is not of its checkpoint",
    "time_stamp_signature_wrong": "a time-stamp is not signed by the given certificate",
}


class RefusedError(Exception):
    """The bundle is not believed; `reason` is one of `REASONS`."""

    def __init__(self, reason: str, where: str = "") -> None:
        super().__init__(REASONS[reason] + (f": {where}" if where else ""))
        self.reason = reason


@dataclass(frozen=True)
class LogKey:
    """The public key of a log, as `<name>+<8 hex of its hash>+<base64>` says it."""

    name: str
    digest: bytes
    public: Ed25519PublicKey


@dataclass(frozen=True)
class Checkpoint:
    """What a log says it holds: how many entries, and the root over them."""

    note: str
    origin: str
    size: int
    root: bytes


@dataclass
class Verdict:
    """What an accepted bundle proves, what it does not, and its summary."""

    summary: str
    proven: list[str] = field(default_factory=list)
    unproven: list[str] = field(default_factory=list)


def verify(
    raw: bytes,
    *,
    key: str | None,
    attachments: dict[str, bytes] | None = None,
    certificates: list[x509.Certificate] | None = None,
) -> Verdict:
    """Check a bundle and return what it proves.

    Args:
        raw: The bytes of the bundle.
        key: The log's public key, from a source other than the bundle.
        attachments: The sha256 of files that should be enclosed with the letter, by file name.
        certificates: Certificates of the time-stamping authority that are trusted.

    Raises:
        RefusedError: The bundle is not believed.
    """
    bundle = read_bundle(raw)
    log_key = None if key is None else read_key(key)
    newest = _open_checkpoint(bundle["checkpoint"]["note"], log_key)
    first = _open_checkpoint(bundle["first_checkpoint"]["note"], log_key)
    _check_consistency(first, newest, bundle["first_checkpoint"]["consistency"])
    entries = _prove_entries(bundle["entries"], newest)
    story = _tell_story(entries, bundle["hop_id"])
    if story.anchor["index"] >= first.size:
        raise RefusedError("first_checkpoint_too_early")
    _check_letter(bundle["letter"], story)
    names = _check_names(bundle["names"], story)
    summary = summarize(story, bundle["letter"], names, newest)
    if summary != bundle["summary"]:
        raise RefusedError("summary_differs")
    _check_attachments(bundle["letter"], attachments or {})
    verdict = Verdict(summary=summary)
    _report(verdict, story, names, (first, newest))
    for title, part, checkpoint in (
        ("first checkpoint", bundle["first_checkpoint"], first),
        ("newest checkpoint", bundle["checkpoint"], newest),
    ):
        _check_time_stamp(verdict, title, part["time_stamp"], checkpoint, certificates or [])
    if key is None:
        # Told last: what contradicts itself is refused for that.
        raise RefusedError("no_key")
    return verdict


# --- the file -----------------------------------------------------------------------------------

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


def read_bundle(raw: bytes) -> dict[str, Any]:
    """Read the one form that a bundle has, and check the types of its parts.

    Raises:
        RefusedError: `too_large`, `not_utf8`, `not_json`, `not_canonical`, `format_unknown` or
            `not_a_bundle`.
    """
    if len(raw) > MOST_BYTES:
        raise RefusedError("too_large")
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        raise RefusedError("not_utf8") from None
    try:
        bundle = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise RefusedError("not_json") from None
    if _serialize(bundle) != raw:
        raise RefusedError("not_canonical")
    _check_shape(bundle)
    return bundle  # type: ignore[no-any-return]


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _serialize(bundle: object) -> bytes | None:
    try:
        text = json.dumps(bundle, ensure_ascii=False, allow_nan=False, sort_keys=True, indent=1)
        return f"{text}\n".encode()
    except (ValueError, RecursionError):
        return None


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _check_shape(bundle: object) -> None:
    if not isinstance(bundle, dict):
        raise RefusedError("not_a_bundle", "it is not an object")
    if bundle.get("format") != FORMAT:
        raise RefusedError("format_unknown")
    _match(
        bundle,
        "the bundle",
        format=str,
        hop_id=_UUID,
        checkpoint=dict,
        first_checkpoint=dict,
        entries=list,
        letter=dict,
        names=dict,
        summary=str,
    )
    _match(bundle["checkpoint"], "checkpoint", note=str, time_stamp=_is_optional_text)
    _match(
        bundle["first_checkpoint"],
        "first_checkpoint",
        note=str,
        time_stamp=_is_optional_text,
        consistency=_are_hashes,
    )
    _match(bundle["names"], "names", officers=_are_names, registries=_are_names)
    if len(bundle["entries"]) > MOST_ENTRIES:
        raise RefusedError("not_a_bundle", "too many entries")
    for entry in bundle["entries"]:
        _match(entry, "an entry", index=int, leaf=str, path=_are_hashes, fields=dict)
        if not 0 <= entry["index"] < 2**63:
            raise RefusedError("not_a_bundle", "index of an entry")


def _is_optional_text(value: object) -> bool:
    return value is None or isinstance(value, str)


def _are_hashes(value: object) -> bool:
    return isinstance(value, list) and all(_is_like(one, _SHA256) for one in value)


def _are_names(value: object) -> bool:
    return isinstance(value, dict) and all(
        _is_like(one, _UUID) and isinstance(name, str) for one, name in value.items()
    )


def _match(part: object, where: str, **shape: Any) -> None:  # noqa: ANN401 (a type, pattern or test)
    """Check that `part` is an object with exactly these keys, each of its type."""
    if not isinstance(part, dict) or part.keys() != shape.keys():
        raise RefusedError("not_a_bundle", f"keys of {where}")
    for name, kind in shape.items():
        if not _is_like(part[name], kind):
            raise RefusedError("not_a_bundle", f"{name} of {where}")


def _is_like(value: object, kind: Any) -> bool:  # noqa: ANN401
    if isinstance(kind, type):
        # Exactly: True is an int to Python, but not an index.
        return type(value) is kind
    if isinstance(kind, re.Pattern):
        return isinstance(value, str) and kind.fullmatch(value) is not None
    return bool(kind(value))


def _decode64(text: str) -> bytes | None:
    """Read base64 of which there is only one spelling."""
    try:
        raw = base64.b64decode(text.encode("ascii"), validate=True)
    except (ValueError, binascii.Error):
        return None
    return raw if base64.b64encode(raw).decode() == text else None


# --- the log: key, checkpoints, proofs (RFC 9162 section 2.1, C2SP signed-note, tlog-checkpoint)

_KEY = re.compile(r"([^\s+]{1,200})\+([0-9a-f]{8})\+([A-Za-z0-9+/=]{44})")
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")
_ED25519 = 1


def read_key(text: str) -> LogKey:
    """Read a public key of a log.

    Raises:
        RefusedError: `key_malformed`.
    """
    match = _KEY.fullmatch(text)
    raw = _decode64(match[3]) if match else None
    if match is None or raw is None or len(raw) != 33 or raw[0] != _ED25519:
        raise RefusedError("key_malformed")
    digest = _key_hash(match[1], raw)
    if digest.hex() != match[2]:
        raise RefusedError("key_malformed", "its hash is not that of its name and bytes")
    return LogKey(name=match[1], digest=digest, public=Ed25519PublicKey.from_public_bytes(raw[1:]))


def _key_hash(name: str, typed: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + typed).digest()[:4]


def _open_checkpoint(note: str, key: LogKey | None) -> Checkpoint:
    body, separator, signatures = note.partition("\n\n")
    lines = body.split("\n")
    root = _decode64(lines[2]) if len(lines) == 3 else None
    if not separator or root is None or len(root) != 32 or not _SIZE.fullmatch(lines[1]):
        raise RefusedError("checkpoint_malformed")
    _check_signature(f"{body}\n", signatures, lines[0], key)
    return Checkpoint(note=note, origin=lines[0], size=int(lines[1]), root=root)


def _check_signature(body: str, line: str, origin: str, key: LogKey | None) -> None:
    # A note may carry more signatures; a bundle carries one, so that no byte of it is unchecked.
    match = re.fullmatch(r"— ([^\s+]+) ([A-Za-z0-9+/=]+)\n", line)
    raw = _decode64(match[2]) if match else None
    if match is None or raw is None or len(raw) != 68:
        raise RefusedError("checkpoint_malformed", "signature")
    if match[1] != origin or (key and (origin, raw[:4]) != (key.name, key.digest)):
        raise RefusedError("checkpoint_of_another_log")
    try:
        if key:
            key.public.verify(raw[4:], body.encode())
    except InvalidSignature:
        raise RefusedError("checkpoint_signature_wrong") from None


def leaf_hash(leaf: bytes) -> bytes:
    """Return the hash of an entry."""
    return hashlib.sha256(b"\0" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return hashlib.sha256(b"\1" + left + right).digest()


def is_included(leaf: bytes, index: int, path: list[bytes], size: int, root: bytes) -> bool:
    """Return whether `path` proves the leaf hash at `index` (RFC 9162 section 2.1.3.2)."""
    if index >= size:
        return False
    place, last, found = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(sibling, found)
            place, last = _climb(place, last)
        else:
            found = node_hash(found, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root


def is_consistent(first: Checkpoint, second: Checkpoint, path: list[bytes]) -> bool:
    """Return whether `path` proves that `second` extends `first` (RFC 9162 section 2.1.4.2)."""
    if not 0 < first.size <= second.size:
        return False
    if first.size == second.size:
        return not path and first.root == second.root
    # A first tree that is full is itself the first node of the path.
    proof = path if first.size & (first.size - 1) else [first.root, *path]
    if len(path) == 0:
        return False
    place, last = first.size - 1, second.size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = proof[0]
    for node in proof[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old, new = node_hash(node, old), node_hash(node, new)
            place, last = _climb(place, last)
        else:
            new = node_hash(new, node)
        place, last = place >> 1, last >> 1
    return last == 0 and old == first.root and new == second.root


def _climb(place: int, last: int) -> tuple[int, int]:
    """Skip the levels on which a node has no sibling yet."""
    while place and not place & 1:
        place, last = place >> 1, last >> 1
    return place, last


def _check_consistency(first: Checkpoint, newest: Checkpoint, path: list[str]) -> None:
    if first.origin != newest.origin:
        raise RefusedError("checkpoint_of_another_log")
    if not is_consistent(first, newest, [bytes.fromhex(one) for one in path]):
        raise RefusedError("checkpoints_inconsistent")


# --- the entries: rows of the record in PostgreSQL's binary COPY form ---------------------------

BANGKOK = timezone(timedelta(hours=7))
_POSTGRES_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_ENTRY = (
    ("id", "uuid"),
    ("register_id", "uuid"),
    ("position", "int4"),
    ("number", "int4"),
    ("kind", "text"),
    ("letter_id", "uuid?"),
    ("hop_id", "uuid?"),
    ("stamped_at", "instant"),
    ("stamp_has_time", "bool"),
    ("recorded_at", "instant"),
    ("recorded_by", "uuid"),
    ("reason", "text?"),
    ("is_unsealed", "bool"),
    ("entry_hash", "bytes"),
)
_EVENT = (
    ("id", "int8"),
    ("at", "instant"),
    ("kind", "text"),
    ("registry_id", "uuid"),
    ("officer_id", "uuid"),
    ("circular_id", "uuid?"),
    ("letter_id", "uuid?"),
    ("dispatch_id", "uuid?"),
    ("hop_id", "uuid?"),
    ("secrecy", "text"),
    ("urgency", "text?"),
    ("is_late", "bool?"),
    ("facts", "jsonb"),
)
_COLUMNS = {b"entry": _ENTRY, b"event": _EVENT}


def read_leaf(leaf: bytes) -> dict[str, Any]:
    """Return the fields of a row, with `record` telling the table.

    Raises:
        RefusedError: `leaf_malformed`.
    """
    try:
        table, *values = _split(leaf)
        columns = _COLUMNS[table or b""]
        fields = {
            name: _value(raw, kind) for (name, kind), raw in zip(columns, values, strict=True)
        }
    except (KeyError, ValueError, OverflowError, RecursionError):
        raise RefusedError("leaf_malformed") from None
    return {"record": (table or b"").decode(), **fields}


def _split(leaf: bytes) -> list[bytes | None]:
    values: list[bytes | None] = []
    place = 2
    for _ in range(_integer(leaf[:2], 2)):
        length = _integer(leaf[place : place + 4], 4)
        place += 4
        if length < -1 or length > len(leaf) - place:
            raise ValueError(length)
        values.append(None if length == -1 else leaf[place : place + length])
        place += max(length, 0)
    if place != len(leaf) or not values:
        raise ValueError(place)
    return values


def _value(raw: bytes | None, kind: str) -> Any:  # noqa: ANN401 (whatever the column holds)
    if raw is not None:
        return _READ[kind.rstrip("?")](raw)
    if not kind.endswith("?"):
        raise ValueError(kind)
    return None


def _integer(raw: bytes, width: int) -> int:
    if len(raw) != width:
        raise ValueError(width)
    return int.from_bytes(raw, "big", signed=True)


def _instant(raw: bytes) -> str:
    at = _POSTGRES_EPOCH + timedelta(microseconds=_integer(raw, 8))
    # No letter is that old or that far ahead, and every clock has room for it.
    if not 1000 < at.year < 9000:
        raise ValueError(at.year)
    return _write_instant(at)


def _write_instant(at: datetime) -> str:
    return at.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def _facts(raw: bytes) -> dict[str, Any]:
    facts = json.loads(raw[1:].decode(), parse_constant=_no_constant)
    if raw[:1] != b"\1" or not isinstance(facts, dict):
        raise ValueError(raw[:1])
    return facts


_READ: dict[str, Callable[[bytes], Any]] = {
    "uuid": lambda raw: str(UUID(bytes=raw)),
    "int4": lambda raw: _integer(raw, 4),
    "int8": lambda raw: _integer(raw, 8),
    "bool": lambda raw: {b"\0": False, b"\1": True}[raw],
    "instant": _instant,
    "text": bytes.decode,
    "bytes": bytes.hex,
    "jsonb": _facts,
}


def _prove_entries(entries: list[dict[str, Any]], checkpoint: Checkpoint) -> list[dict[str, Any]]:
    indexes = [entry["index"] for entry in entries]
    if any(later <= earlier for earlier, later in pairwise(indexes)):
        raise RefusedError("entries_out_of_order")
    return [_prove_entry(entry, checkpoint) for entry in entries]


def _prove_entry(entry: dict[str, Any], checkpoint: Checkpoint) -> dict[str, Any]:
    where = f"entry {entry['index']}"
    leaf = _decode64(entry["leaf"])
    if leaf is None:
        raise RefusedError("leaf_malformed", where)
    path = [bytes.fromhex(one) for one in entry["path"]]
    if not is_included(leaf_hash(leaf), entry["index"], path, checkpoint.size, checkpoint.root):
        raise RefusedError("proof_wrong", where)
    fields = read_leaf(leaf)
    if not _is_same(fields, entry["fields"]):
        raise RefusedError("fields_differ", where)
    return fields | {"index": entry["index"]}


def _is_same(one: object, other: object) -> bool:
    # As JSON: to Python, 1, 1.0 and True are equal.
    return one == other and _compact(one) == _compact(other)


# --- the story: what the entries of one hop say together ----------------------------------------


@dataclass
class Story:
    """The entries of one hop; `before` begins with the one of the letter's number."""

    sent: dict[str, Any]
    before: list[dict[str, Any]]
    events: list[dict[str, Any]]
    receipt: dict[str, Any] | None
    recorded: dict[str, dict[str, str]]

    @property
    def anchor(self) -> dict[str, Any]:
        """The entry that the first checkpoint covers: the receipt, or that the letter was sent."""
        return self.receipt or self.sent

    @property
    def told_registries(self) -> set[str]:
        """The registries that a reader wants to know by name."""
        told = {one["registry_id"] for one in (*self.before, *self.events)}
        return told | {self.sent["facts"]["recipient_registry_id"]}

    @property
    def told_officers(self) -> set[str]:
        """The officers that a reader wants to know by name."""
        told = {one["officer_id"] for one in (*self.before, *self.events)}
        return told - {SYSTEM_OFFICER}


def _tell_story(entries: list[dict[str, Any]], hop_id: str) -> Story:
    receipts = [one for one in entries if one["record"] == "entry"]
    events = [one for one in entries if one["record"] == "event"]
    own = sorted((one for one in events if one["hop_id"] == hop_id), key=lambda one: one["id"])
    sent = _single([one for one in own if one["kind"] == "sent"], "that it was sent")
    rest = [one for one in events if one["hop_id"] != hop_id]
    issued = _single([one for one in rest if _is_issue(one, sent)], "that its letter was issued")
    # Whoever received the letter may not know to how many others it went.
    dispatched = [one for one in rest if _is_dispatch(one, sent)]
    recorded = _read_recorded([one for one in rest if one not in (issued, *dispatched)])
    if any(one["hop_id"] != hop_id for one in receipts):
        raise RefusedError("foreign_leaf")
    if len(dispatched) > 1:
        raise RefusedError("story_contradicts", "its dispatch")
    story = Story(sent, [issued, *dispatched], own, receipts[0] if receipts else None, recorded)
    if not _is_like(sent["facts"].get("recipient_registry_id"), _UUID):
        raise RefusedError("story_incomplete", "the recipient")
    _check_receipt(story, receipts)
    if len({one["circular_id"] for one in (sent, *story.before)}) > 1:
        raise RefusedError("story_contradicts", "the circular")
    return story


def _single(found: list[dict[str, Any]], what: str) -> dict[str, Any]:
    if not found:
        raise RefusedError("story_incomplete", what)
    if len(found) > 1:
        raise RefusedError("story_contradicts", what)
    return found[0]


def _is_issue(event: dict[str, Any], sent: dict[str, Any]) -> bool:
    return bool(event["kind"] == "letter_issued" and event["letter_id"] == sent["letter_id"])


def _is_dispatch(event: dict[str, Any], sent: dict[str, Any]) -> bool:
    return (
        event["kind"] == "dispatched"
        and event["hop_id"] is None
        and event["dispatch_id"] == sent["dispatch_id"]
        and event["letter_id"] == sent["letter_id"]
    )


def _read_recorded(events: list[dict[str, Any]]) -> dict[str, dict[str, str]]:
    recorded: dict[str, dict[str, str]] = {"registries": {}, "officers": {}}
    for event in events:
        group, one = _recorded_id(event)
        name = event["facts"].get("name")
        if group is None or not isinstance(name, str) or not _is_like(one, _UUID):
            raise RefusedError("foreign_leaf", f"entry {event['index']}")
        if one in recorded[group]:
            raise RefusedError("story_contradicts", "a name is recorded twice")
        recorded[group][one] = name
    return recorded


def _recorded_id(event: dict[str, Any]) -> tuple[str | None, Any]:
    match event["kind"]:
        case "registry_recorded":
            return "registries", event["registry_id"]
        case "officer_recorded":
            return "officers", event["facts"].get("id")
        case _:
            return None, None


def _check_receipt(story: Story, receipts: list[dict[str, Any]]) -> None:
    registered = [one for one in story.events if one["kind"] == "registered"]
    if len(receipts) > 1 or len(registered) > 1:
        raise RefusedError("story_contradicts", "two receipts")
    if len(receipts) != len(registered):
        raise RefusedError("story_incomplete", "the receipt and its event")
    for receipt, event in zip(receipts, registered, strict=True):
        facts = event["facts"]
        if (
            not _is_same(receipt["number"], facts.get("number"))
            or not _is_same(receipt["stamp_has_time"], facts.get("stamp_has_time"))
            or receipt["stamped_at"] != _as_utc(facts.get("stamped_at"))
            or receipt["recorded_at"] != event["at"]
            or receipt["recorded_by"] != event["officer_id"]
            or event["registry_id"] != story.sent["facts"].get("recipient_registry_id")
        ):
            raise RefusedError("story_contradicts", "the receipt and its event")


def _as_utc(text: object) -> str | None:
    try:
        at = datetime.fromisoformat(text if isinstance(text, str) else "")
        return _write_instant(at.astimezone(UTC)) if at.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _check_letter(letter: dict[str, Any], story: Story) -> None:
    if letter_digest(letter) != story.before[0]["facts"].get("sha256"):
        raise RefusedError("letter_differs")
    for name in ("number", "dated", "subject", "urgency", "secrecy"):
        if not isinstance(letter.get(name), str):
            raise RefusedError("not_a_bundle", f"{name} of letter")
    if not _is_day(letter["dated"]):
        raise RefusedError("not_a_bundle", "dated of letter")
    attachments = letter.get("attachments")
    if not isinstance(attachments, list) or not all(map(_is_attachment, attachments)):
        raise RefusedError("not_a_bundle", "attachments of letter")


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text and "1000" < text < "9000"
    except ValueError:
        return False


def _is_attachment(one: object) -> bool:
    return (
        isinstance(one, dict)
        and isinstance(one.get("file_name"), str)
        and _is_like(one.get("sha256"), _SHA256)
    )


def _check_names(given: dict[str, dict[str, str]], story: Story) -> dict[str, dict[str, str]]:
    """Return the names: those that entries record of whom the story tells of, and no others."""
    recorded = story.recorded
    if not (
        recorded["registries"].keys() <= story.told_registries
        and recorded["officers"].keys() <= story.told_officers
    ):
        raise RefusedError("foreign_leaf", "a name that nobody asks for")
    if given != recorded:
        raise RefusedError("names_differ")
    return given


def _check_attachments(letter: dict[str, Any], files: dict[str, bytes]) -> None:
    enclosed = {one["sha256"] for one in letter["attachments"]}
    for name, digest in files.items():
        if digest.hex() not in enclosed:
            raise RefusedError("attachment_not_enclosed", one_line(name))


def _report(
    verdict: Verdict,
    story: Story,
    names: dict[str, dict[str, str]],
    checkpoints: tuple[Checkpoint, Checkpoint],
) -> None:
    first, newest = checkpoints
    what = "the receipt" if story.receipt else "that the letter was sent"
    verdict.proven = [
        f"every entry is in the log {one_line(newest.origin)} of {newest.size} entries",
        f"a checkpoint of {first.size} entries already covered {what}",
        "the letter is the one that was issued: its sha256 is recorded",
    ]
    verdict.unproven = ["that nothing else happened to this hop: a bundle proves what it shows"]
    states = [one for one in story.events if {"before", "after"} <= one["facts"].keys()]
    for earlier, later in pairwise(states):
        if earlier["facts"]["after"] != later["facts"]["before"]:
            verdict.unproven.append(
                f"what happened between the events {earlier['id']} and {later['id']}"
            )
    nameless = (story.told_registries - names["registries"].keys()) | (
        story.told_officers - names["officers"].keys()
    )
    verdict.unproven += [f"the name of {one}: no entry records it" for one in sorted(nameless)]


# --- the letter ---------------------------------------------------------------------------------


def letter_digest(letter: dict[str, Any]) -> str:
    """Return the hash that was recorded when the letter was issued."""
    return hashlib.sha256(_compact(letter).encode()).hexdigest()


# --- the summary in Thai, from proven fields only -----------------------------------------------

_MONTHS = (
    "มกราคม",
    "กุมภาพันธ์",
    "มีนาคม",
    "เมษายน",
    "พฤษภาคม",
    "มิถุนายน",
    "กรกฎาคม",
    "สิงหาคม",
    "กันยายน",
    "ตุลาคม",
    "พฤศจิกายน",
    "ธันวาคม",
)
_EVENTS = {
    "sent": "ส่ง",
    "registered": "ลงรับ",
    "forwarded": "ส่งต่อ",
    "acknowledged": "ตอบรับ",
    "reported": "รายงานผลรวม",
    "refused": "ปฏิเสธ",
    "returned": "คืนเรื่อง",
    "recalled": "ดึงกลับ",
    "reminded": "แจ้งเตือน",
    "overdue": "แจ้งเกินกำหนด",
    "escalated": "เร่งรัด",
    "extended": "ขยายกำหนดเวลา",
    "suspended": "หยุดนับเวลา",
    "resumed": "นับเวลาต่อ",
    "clock_started": "เริ่มนับเวลา",
}
_URGENCIES = {
    "urgent": "ด่วน",
    "very_urgent": "ด่วนมาก",
    "most_urgent": "ด่วนที่สุด",
    "urgent_within": "ด่วนภายใน",
}
_SECRECIES = {"secret": "ลับ", "very_secret": "ลับมาก"}
_BLANK = re.compile("[\x00-\x20\x7f-\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
_UNSEEN = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")


def summarize(
    story: Story,
    letter: dict[str, Any],
    names: dict[str, dict[str, str]],
    checkpoint: Checkpoint,
) -> str:
    """Return the summary that the bundle has to carry."""
    lines = [
        "หลักฐานการส่งหนังสือราชการ",
        f"หนังสือที่ {thai_digits(one_line(letter['number']))}",
        f"ลงวันที่ {_thai_day(date.fromisoformat(letter['dated']))}",
        f"เรื่อง {one_line(letter['subject'])}",
        *_classes(letter),
        *(f"สิ่งที่ส่งมาด้วย {one_line(one['file_name'])}" for one in letter["attachments"]),
        f"ผู้ส่ง {_registry(names, story.sent['registry_id'])}",
        f"ผู้รับ {_registry(names, story.sent['facts']['recipient_registry_id'])}",
        _receipt_line(story.receipt, names),
        "เหตุการณ์",
        *(
            f"{thai_digits(str(nth))}. {_event_line(event, names)}"
            for nth, event in enumerate(story.events, 1)
        ),
        f"บันทึกที่ใช้พิสูจน์ {one_line(checkpoint.origin)}",
        f"ผนึกแล้ว {thai_digits(str(checkpoint.size))} รายการ",
    ]
    return "".join(f"{line}\n" for line in lines)


def _classes(letter: dict[str, Any]) -> list[str]:
    urgency, secrecy = _URGENCIES.get(letter["urgency"]), _SECRECIES.get(letter["secrecy"])
    return [f"ชั้นความเร็ว {urgency}"] * bool(urgency) + [f"ชั้นความลับ {secrecy}"] * bool(secrecy)


def _receipt_line(receipt: dict[str, Any] | None, names: dict[str, dict[str, str]]) -> str:
    if receipt is None:
        return "ยังไม่มีเลขรับ"
    stamp = _thai_instant(receipt["stamped_at"])
    if not receipt["stamp_has_time"]:
        stamp = _thai_day(datetime.fromisoformat(receipt["stamped_at"]).astimezone(BANGKOK).date())
    return (
        f"เลขรับ {thai_digits(str(receipt['number']))} ตรารับลงวันที่ {stamp}"
        f" บันทึกเมื่อ {_thai_instant(receipt['recorded_at'])}"
        f" โดย {_officer(names, receipt['recorded_by'])}"
        + (f" เหตุผลที่ลงภายหลัง {one_line(receipt['reason'])}" if receipt["reason"] else "")
        + (" ออกเลขขณะที่การผนึกบันทึกล่าช้า" if receipt["is_unsealed"] else "")
    )


def _event_line(event: dict[str, Any], names: dict[str, dict[str, str]]) -> str:
    remark = event["facts"].get("remark", event["facts"].get("reason"))
    return (
        f"{_thai_instant(event['at'])} {_EVENTS.get(event['kind'], one_line(event['kind']))}"
        f" โดย {_officer(names, event['officer_id'])}"
        f" {_registry(names, event['registry_id'])}"
        + (" (พ้นกำหนด)" if event["is_late"] else "")
        + (f" ความว่า {one_line(remark)}" if isinstance(remark, str) else "")
    )


def _registry(names: dict[str, dict[str, str]], one: str) -> str:
    name = names["registries"].get(one)
    return f"หน่วยสารบรรณ {one}" if name is None else one_line(name)


def _officer(names: dict[str, dict[str, str]], one: str) -> str:
    if one == SYSTEM_OFFICER:
        return "ระบบ"
    name = names["officers"].get(one)
    return f"เจ้าหน้าที่ {one}" if name is None else one_line(name)


def one_line(text: str) -> str:
    """Return a text on one line, without what a screen does not show."""
    return _BLANK.sub(" ", _UNSEEN.sub("", text)).strip(" ")


def thai_digits(text: str) -> str:
    """Return `text` with Arabic digits replaced by Thai ones."""
    return text.translate({ord("0") + digit: chr(ord("๐") + digit) for digit in range(10)})


def _thai_day(day: date) -> str:
    return thai_digits(f"{day.day} {_MONTHS[day.month - 1]} {day.year + 543}")


def _thai_instant(text: str) -> str:
    at = datetime.fromisoformat(text).astimezone(BANGKOK)
    return f"{_thai_day(at.date())} เวลา {thai_digits(f'{at:%H.%M}')} น."


# --- time-stamps (RFC 3161 in CMS, RFC 5652) ----------------------------------------------------

_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
_TST_INFO = bytes.fromhex("2a864886f70d0109100104")
_CONTENT_TYPE = bytes.fromhex("2a864886f70d010903")
_MESSAGE_DIGEST = bytes.fromhex("2a864886f70d010904")
_HASHES_BY_OID: dict[bytes, hashes.HashAlgorithm] = {
    bytes.fromhex("608648016503040201"): hashes.SHA256(),
    bytes.fromhex("608648016503040202"): hashes.SHA384(),
    bytes.fromhex("608648016503040203"): hashes.SHA512(),
}
_SIGNATURES = {
    bytes.fromhex("2a864886f70d010101"): None,  # RSA, with the hash of the digest algorithm
    bytes.fromhex("2a864886f70d01010b"): "sha256",
    bytes.fromhex("2a864886f70d01010c"): "sha384",
    bytes.fromhex("2a864886f70d01010d"): "sha512",
    bytes.fromhex("2a8648ce3d040302"): "sha256",
    bytes.fromhex("2a8648ce3d040303"): "sha384",
    bytes.fromhex("2a8648ce3d040304"): "sha512",
}


@dataclass(frozen=True)
class TimeStamp:
    """What a time-stamping authority signed, and how."""

    at: datetime
    imprint: bytes
    imprint_hash: hashes.HashAlgorithm
    info: bytes
    certificates: list[bytes]
    signer: bytes
    digest: hashes.HashAlgorithm
    attributes: bytes
    attribute_values: dict[bytes, bytes]
    algorithm: bytes
    signature: bytes


def _check_time_stamp(
    verdict: Verdict,
    title: str,
    token: str | None,
    checkpoint: Checkpoint,
    certificates: list[x509.Certificate],
) -> None:
    if token is None:
        verdict.unproven.append(f"when the {title} was signed: it has no time-stamp")
        return
    stamp = read_token(_decode64(token) or b"")
    if _hash(stamp.imprint_hash, checkpoint.note.encode()) != stamp.imprint:
        raise RefusedError("time_stamp_of_something_else", title)
    if not certificates:
        verdict.unproven.append(
            f"when the {title} was signed: its time-stamp says {stamp.at.isoformat()},"
            " and no certificate was given to check it"
        )
        return
    # What a token brings along is compared too, so that no byte of it stays unchecked.
    trusted = {one.public_bytes(Encoding.DER) for one in certificates}
    if not trusted.issuperset(stamp.certificates):
        raise RefusedError("time_stamp_signature_wrong", "it brings a certificate not given")
    try:
        is_signed = any(_is_signed_by(stamp, one) for one in certificates)
    except (ValueError, IndexError):
        raise RefusedError("time_stamp_malformed", title) from None
    if not is_signed:
        raise RefusedError("time_stamp_signature_wrong", title)
    verdict.proven.append(f"the {title} existed at {stamp.at.isoformat()}, by its time-stamp")


def read_token(der: bytes) -> TimeStamp:
    """Read a time-stamp token with one signer.

    Raises:
        RefusedError: `time_stamp_malformed`.
    """
    try:
        return _read_token(der)
    except (ValueError, IndexError, KeyError, OverflowError):
        raise RefusedError("time_stamp_malformed") from None


def _read_token(der: bytes) -> TimeStamp:
    content_type, wrapped = _children(der, 0x30)
    version, digests, content, *certificates, signers = _children(_content(wrapped, 0xA0), 0x30)
    info_type, info_wrapped = _children(content, 0x30)
    if _content(content_type, 0x06) != _SIGNED_DATA or _content(info_type, 0x06) != _TST_INFO:
        raise ValueError("content type")
    info = _content(_content(info_wrapped, 0xA0), 0x04)
    _, _, imprint, _, at, *_ = _children(info, 0x30)
    imprint_algorithm, imprint_bytes = _children(imprint, 0x30)
    (signer,) = _children(signers, 0x31)
    # Without signed attributes, or with unsigned ones, some bytes would stay unchecked.
    own, signer_id, digest, attributes, algorithm, signature = _children(signer, 0x30)
    if _content(version, 0x02) != b"\3" or _algorithm(_content(digests, 0x31)) != _algorithm(
        digest
    ):
        raise ValueError("version")
    if _content(own, 0x02) != (b"\3" if signer_id[0] == 0x80 else b"\1") or len(certificates) > 1:
        raise ValueError("version")
    return TimeStamp(
        at=_generalized_time(_content(at, 0x18)),
        imprint=_content(imprint_bytes, 0x04),
        imprint_hash=_HASHES_BY_OID[_algorithm(imprint_algorithm)],
        info=info,
        certificates=[one for part in certificates for one in _children(part, 0xA0)],
        signer=signer_id,
        digest=_HASHES_BY_OID[_algorithm(digest)],
        attributes=attributes,
        attribute_values=_read_attributes(attributes),
        algorithm=_algorithm(algorithm),
        signature=_content(signature, 0x04),
    )


def _read_attributes(der: bytes) -> dict[bytes, bytes]:
    values = {}
    for attribute in _children(der, 0xA0):
        name, held = _children(attribute, 0x30)
        values[_content(name, 0x06)] = _content(held, 0x31)
    return values


def _is_signed_by(stamp: TimeStamp, certificate: x509.Certificate) -> bool:
    values = stamp.attribute_values
    digest = _hash(stamp.digest, stamp.info)
    return (
        _is_time_stamper(certificate, stamp)
        and _is_named(certificate, stamp.signer)
        and values.get(_CONTENT_TYPE) == b"\x06" + bytes([len(_TST_INFO)]) + _TST_INFO
        and values.get(_MESSAGE_DIGEST) == b"\x04" + bytes([len(digest)]) + digest
        and _has_signed(certificate, stamp)
    )


def _is_named(certificate: x509.Certificate, signer: bytes) -> bool:
    """Return whether a signer's id is the issuer and serial number of a certificate, or its key."""
    if signer[:1] == b"\x80":
        return (
            _content(signer, 0x80)
            == x509.SubjectKeyIdentifier.from_public_key(certificate.public_key()).digest
        )
    issuer, serial = _children(signer, 0x30)
    return issuer == certificate.issuer.public_bytes() and (
        int.from_bytes(_content(serial, 0x02), "big", signed=True) == certificate.serial_number
    )


def _is_time_stamper(certificate: x509.Certificate, stamp: TimeStamp) -> bool:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except (x509.ExtensionNotFound, ValueError):
        return False
    valid = certificate.not_valid_before_utc <= stamp.at <= certificate.not_valid_after_utc
    return valid and ExtendedKeyUsageOID.TIME_STAMPING in usage


def _has_signed(certificate: x509.Certificate, stamp: TimeStamp) -> bool:
    # They are signed as the SET that they are, not under the tag that they travel with.
    signed = b"\x31" + stamp.attributes[1:]
    named = _SIGNATURES.get(stamp.algorithm, "unknown")
    if named not in (None, stamp.digest.name):
        return False
    try:
        key = certificate.public_key()
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(stamp.signature, signed, padding.PKCS1v15(), stamp.digest)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(stamp.signature, signed, ec.ECDSA(stamp.digest))
        else:
            return False
    except (InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _hash(algorithm: hashes.HashAlgorithm, data: bytes) -> bytes:
    return hashlib.new(algorithm.name, data).digest()


def _algorithm(der: bytes) -> bytes:
    name, *parameters = _children(der, 0x30)
    if parameters not in ([], [b"\x05\x00"]):
        raise ValueError("parameters")
    return _content(name, 0x06)


def _generalized_time(raw: bytes) -> datetime:
    match = re.fullmatch(r"([0-9]{14})(\.[0-9]{1,6})?Z", raw.decode("ascii"))
    if match is None:
        raise ValueError(raw)
    at = datetime.strptime(match[1] + "+0000", "%Y%m%d%H%M%S%z")
    return at + timedelta(seconds=float(match[2] or 0))


def _children(der: bytes, tag: int) -> list[bytes]:
    return _split_der(_content(der, tag))


def _content(der: bytes, tag: int) -> bytes:
    """Return what one element holds; nothing may follow it."""
    start, end = _bounds(der, 0)
    if der[0] != tag or end != len(der):
        raise ValueError(tag)
    return der[start:end]


def _split_der(der: bytes) -> list[bytes]:
    elements, place = [], 0
    while place < len(der):
        _, end = _bounds(der, place)
        elements.append(der[place:end])
        place = end
    return elements


def _bounds(der: bytes, place: int) -> tuple[int, int]:
    length, start = der[place + 1], place + 2
    if length >= 0x80:
        width = length - 0x80
        raw = der[start : start + width]
        length, start = int.from_bytes(raw, "big"), start + width
        # DER has one spelling of a length, and a token is far below 4 GiB.
        if not 1 <= width <= 4 or raw[0] == 0 or length < 0x80:
            raise ValueError(width)
    if start + length > len(der):
        raise ValueError(length)
    return start, start + length


# --- the command --------------------------------------------------------------------------------


def main(arguments: list[str] | None = None) -> int:
    """Check the bundle that the command line names; return the exit code."""
    given = _parser().parse_args(arguments)
    try:
        raw = _read(given.bundle)
        key = _outside_key(given)
        attachments = {
            str(path): hashlib.sha256(path.read_bytes()).digest() for path in given.attachment
        }
        certificates = _certificates(given.token_certificate)
    except (OSError, ValueError) as error:
        _say(sys.stderr, f"CANNOT READ {error}")
        return 2
    try:
        verdict = verify(raw, key=key, attachments=attachments, certificates=certificates)
    except RefusedError as error:
        _say(sys.stdout, f"REFUSED {error.reason}: {error}")
        return 1
    lines = [verdict.summary, "ACCEPTED"]
    lines += [f"proven: {one}" for one in verdict.proven]
    lines += [f"not proven: {one}" for one in verdict.unproven]
    _say(sys.stdout, "\n".join(lines))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Check an evidence bundle of Wian offline.")
    parser.add_argument("bundle", type=Path, help="the bundle, a JSON file")
    key = parser.add_mutually_exclusive_group()
    key.add_argument("--key", help="the log's public key, as its keeper publishes it")
    key.add_argument("--key-file", type=Path, help="a file with that key")
    parser.add_argument(
        "--attachment", type=Path, action="append", default=[], help="a file that must be enclosed"
    )
    parser.add_argument(
        "--token-certificate", type=Path, help="PEM of the time-stamping authority that is trusted"
    )
    return parser


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MOST_BYTES + 1)


def _outside_key(given: argparse.Namespace) -> str | None:
    if given.key_file is not None:
        return str(given.key_file.read_text(encoding="utf-8")).strip()
    return None if given.key is None else str(given.key).strip()


def _certificates(path: Path | None) -> list[x509.Certificate]:
    return [] if path is None else x509.load_pem_x509_certificates(path.read_bytes())


def _say(stream: Any, text: str) -> None:  # noqa: ANN401 (a text stream)
    # A console of another encoding must not turn an answer into a crash.
    stream.buffer.write(f"{text}\n".encode())
    stream.flush()


if __name__ == "__main__":
    sys.exit(main())
