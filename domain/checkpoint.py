"""What the log says of itself: a signed checkpoint (C2SP tlog-checkpoint, signed-note).

Ed25519 is not in the standard library, so whoever calls brings it: a callable that signs bytes,
or one that tells whether a signature over bytes is good.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from domain.errors import InvalidError

Sign = Callable[[bytes], bytes]
"""Returns the Ed25519 signature over a message."""

Verify = Callable[[bytes, bytes], bool]
"""Takes a signature and the message; tells whether the signature is good."""

MOST_CHARACTERS: Final = 65_536
"""A note longer than this is not read; ours has about 200 characters."""

MOST_LEAVES: Final = 2**63 - 1

ED25519: Final = b"\x01"
KEY_BYTES: Final = 32
_HASH_BYTES = 4

_SIZE = re.compile("0|[1-9][0-9]{0,18}")
_SIGNATURE = re.compile("— ([^ ]+) ([^ ]+)")
# What no note may hold: control characters other than the end of a line, and what is no UTF-8.
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\ud800-\udfff]")
_NO_KEY_NAME = re.compile(r"[\s+\x00-\x1f\ud800-\udfff]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Checkpoint:
    """How many leaves a log has and what the root over them is.

    Raises:
        InvalidError: `checkpoint_malformed`: No log can be in such a state.
    """

    origin: str
    size: int
    root: bytes

    def __post_init__(self) -> None:
        if not self.origin or _NO_KEY_NAME.search(self.origin):
            raise _malformed("origin")
        if not 0 <= self.size <= MOST_LEAVES:
            raise _malformed("size")
        if len(self.root) != sha256().digest_size:
            raise _malformed("root")


@dataclass(frozen=True, kw_only=True, slots=True)
class VerifierKey:
    """The name of a log and the public half of the key that signs for it."""

    name: str
    public: bytes

    @property
    def hash(self) -> bytes:
        """The four bytes that tell the key's signatures from those of others."""
        covered = self.name.encode() + b"\n" + ED25519 + self.public
        return sha256(covered).digest()[:_HASH_BYTES]

    @property
    def text(self) -> str:
        """The key as one word, for settings and for those who verify."""
        return f"{self.name}+{self.hash.hex()}+{b64encode(ED25519 + self.public).decode()}"


def log_origin(name: str, era: int) -> str:
    """Return what a log calls itself in an era; a restarted log is another log."""
    return name if era == 1 else f"{name}/{era}"


def read_verifier_key(text: str) -> VerifierKey:
    """Read a key that was written as one word.

    Raises:
        InvalidError: `log_key_malformed`: It is none, or its parts contradict each other.
    """
    name, _, rest = text.strip().partition("+")
    encoded = rest.partition("+")[2]
    raw = _base64(encoded)
    if raw is None or len(raw) != 1 + KEY_BYTES or raw[:1] != ED25519:
        raise InvalidError("กุญแจของบันทึกไม่ถูกต้อง", code="log_key_malformed")
    key = VerifierKey(name=name, public=raw[1:])
    if not name or _NO_KEY_NAME.search(name) or key.text != text.strip():
        raise InvalidError("กุญแจของบันทึกไม่ถูกต้อง", code="log_key_malformed")
    return key


def write_body(checkpoint: Checkpoint) -> str:
    """Return the text that is signed."""
    root = b64encode(checkpoint.root).decode()
    return f"{checkpoint.origin}\n{checkpoint.size}\n{root}\n"


def read_body(body: str) -> Checkpoint:
    """Read the text that is signed; the lines that other logs may add are not for ours.

    Raises:
        InvalidError: `checkpoint_malformed`.
    """
    lines = body.split("\n")
    if len(lines) != 4 or lines[3]:
        raise _malformed("lines")
    if not _SIZE.fullmatch(lines[1]):
        raise _malformed("size")
    root = _base64(lines[2])
    if root is None:
        raise _malformed("root")
    return Checkpoint(origin=lines[0], size=int(lines[1]), root=root)


def sign_checkpoint(checkpoint: Checkpoint, *, public: bytes, sign: Sign) -> str:
    """Return the signed note; the log's origin is the name of its key."""
    body = write_body(checkpoint)
    key = VerifierKey(name=checkpoint.origin, public=public)
    signature = b64encode(key.hash + sign(body.encode())).decode()
    return f"{body}\n— {key.name} {signature}\n"


@dataclass(frozen=True, kw_only=True, slots=True)
class NoteSignature:
    """One signature line of a note."""

    name: str
    key_hash: bytes
    signature: bytes


def read_note(note: str) -> tuple[str, list[NoteSignature]]:
    """Return the signed text and its signatures, none of which has been verified.

    Raises:
        InvalidError: `checkpoint_malformed`.
    """
    if len(note) > MOST_CHARACTERS or _CONTROL.search(note):
        raise _malformed("characters")
    text, blank, signatures = note.rpartition("\n\n")
    if not blank or not signatures.endswith("\n"):
        raise _malformed("signatures")
    return text + "\n", [_signature(line) for line in signatures[:-1].split("\n")]


def read_checkpoint(note: str) -> Checkpoint:
    """Read a checkpoint without believing it.

    Raises:
        InvalidError: `checkpoint_malformed`.
    """
    return read_body(read_note(note)[0])


def open_checkpoint(note: str, *, key: VerifierKey, verify: Verify) -> Checkpoint:
    """Return what the log of `key` has signed; signatures of others are passed over.

    Raises:
        InvalidError: `checkpoint_malformed`, `checkpoint_of_another_log`, or
            `checkpoint_signature_wrong`: the key did not sign this text.
    """
    body, signatures = read_note(note)
    checkpoint = read_body(body)
    if checkpoint.origin != key.name:
        raise InvalidError(
            "จุดตรวจสอบนี้เป็นของบันทึกอื่น",
            code="checkpoint_of_another_log",
            origin=checkpoint.origin,
            expected=key.name,
        )
    ours = [one for one in signatures if (one.name, one.key_hash) == (key.name, key.hash)]
    if not ours or not all(verify(one.signature, body.encode()) for one in ours):
        raise InvalidError("ลายมือชื่อของจุดตรวจสอบไม่ถูกต้อง", code="checkpoint_signature_wrong")
    return checkpoint


def _signature(line: str) -> NoteSignature:
    parts = _SIGNATURE.fullmatch(line)
    raw = _base64(parts[2]) if parts else None
    if parts is None or raw is None or len(raw) <= _HASH_BYTES or _NO_KEY_NAME.search(parts[1]):
        raise _malformed("signatures")
    return NoteSignature(name=parts[1], key_hash=raw[:_HASH_BYTES], signature=raw[_HASH_BYTES:])


def _base64(text: str) -> bytes | None:
    """Return the bytes, or None; one spelling only, so no byte of a note can be altered."""
    try:
        raw = b64decode(text, validate=True)
    except ValueError:
        return None
    return raw if b64encode(raw).decode() == text else None


def _malformed(problem: str) -> InvalidError:
    return InvalidError("จุดตรวจสอบมีรูปแบบไม่ถูกต้อง", code="checkpoint_malformed", problem=problem)
