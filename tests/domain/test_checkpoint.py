from base64 import b64decode, b64encode

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from domain.checkpoint import (
    MOST_LEAVES,
    Checkpoint,
    VerifierKey,
    Verify,
    log_origin,
    open_checkpoint,
    read_body,
    read_checkpoint,
    read_note,
    read_verifier_key,
    sign_checkpoint,
    write_body,
)
from domain.errors import InvalidError

# The example of golang.org/x/mod/sumdb/note.
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpR"
    "Zb6KE6RyyBwJnAM=\n"
)
# The example of c2sp.org/tlog-checkpoint.
C2SP_NOTE = (
    "example.com/behind-the-sofa\n"
    "20852163\n"
    "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    "\n"
    "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2"
    "q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
)
# Keys of type Ed25519 in the tests of other implementations; one holds a plus in its base64.
PUBLISHED_KEYS = [
    GO_KEY,
    "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop",
    "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
    "TEST+7997405c+AQcC+FTVKf0jlTdHDY3rbevmnKxxPjigCXlVtGe6RIr6",
]

ORIGIN = "wian.test/log"
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY = VerifierKey(name=ORIGIN, public=PRIVATE.public_key().public_bytes_raw())
CHECKPOINT = Checkpoint(origin=ORIGIN, size=927, root=bytes(range(100, 132)))
NOTE = sign_checkpoint(CHECKPOINT, public=KEY.public, sign=PRIVATE.sign)


def verify_with(public: bytes) -> Verify:
    key = Ed25519PublicKey.from_public_bytes(public)

    def verify(signature: bytes, message: bytes) -> bool:
        try:
            key.verify(signature, message)
        except InvalidSignature:
            return False
        return True

    return verify


VERIFY = verify_with(KEY.public)
REFUSALS = {"checkpoint_malformed", "checkpoint_of_another_log", "checkpoint_signature_wrong"}


def open_ours(note: str) -> Checkpoint:
    return open_checkpoint(note, key=KEY, verify=VERIFY)


def sign_other(checkpoint: Checkpoint, name: str, *, seed: int = 0) -> str:
    """A note whose signature is by another name or key."""
    private = PRIVATE if seed == 0 else Ed25519PrivateKey.from_private_bytes(bytes([seed] * 32))
    key = VerifierKey(name=name, public=private.public_key().public_bytes_raw())
    body = write_body(checkpoint)
    signature = b64encode(key.hash + private.sign(body.encode())).decode()
    return f"{body}\n— {name} {signature}\n"


def reason(call: object, *arguments: object) -> str:
    with pytest.raises(InvalidError) as caught:
        call(*arguments)  # type: ignore[operator]
    return caught.value.reason


def refusal(note: str) -> str | None:
    try:
        assert open_ours(note) == CHECKPOINT
    except InvalidError as error:
        return error.reason
    return None


def test_a_checkpoint_is_written_as_the_published_one() -> None:
    root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="
    published = Checkpoint(
        origin="example.com/behind-the-sofa", size=20852163, root=b64decode(root)
    )
    assert read_checkpoint(C2SP_NOTE) == published
    body, (signature,) = read_note(C2SP_NOTE)
    assert write_body(published) == body == C2SP_NOTE.partition("\n\n")[0] + "\n"
    assert signature.name == published.origin
    assert len(signature.signature) == 64


def test_the_published_note_is_signed_by_the_published_key() -> None:
    text, (signature,) = read_note(GO_NOTE)
    key = read_verifier_key(GO_KEY)
    assert (signature.name, signature.key_hash) == (key.name, key.hash)
    assert verify_with(key.public)(signature.signature, text.encode())


@pytest.mark.parametrize("text", PUBLISHED_KEYS)
def test_a_published_key_is_read_and_written_back(text: str) -> None:
    key = read_verifier_key(f"  {text}\n")
    assert key.text == text
    assert key.hash.hex() == text.split("+")[1]


def test_no_part_of_a_key_and_no_changed_key_is_a_key() -> None:
    for text in PUBLISHED_KEYS[:2]:
        parts = {text[low:high] for low in range(len(text)) for high in range(low, len(text) + 1)}
        for part in parts - {text}:
            assert reason(read_verifier_key, part) == "log_key_malformed"
        for at, letter in enumerate(text):
            changed = text[:at] + chr(ord(letter) + 1) + text[at + 1 :]
            assert reason(read_verifier_key, changed) == "log_key_malformed"


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        pytest.param(ORIGIN, b"\x01" + bytes(33), id="too long"),
        pytest.param(ORIGIN, b"\x04" + bytes(32), id="of another kind"),
        pytest.param("wian test", b"\x01" + bytes(32), id="name with a space"),
        pytest.param("", b"\x01" + bytes(32), id="no name"),
    ],
)
def test_a_key_of_another_kind_is_refused(name: str, raw: bytes) -> None:
    known = VerifierKey(name=name, public=raw[1:])
    text = f"{name}+{known.hash.hex()}+{b64encode(raw).decode()}"
    assert reason(read_verifier_key, text) == "log_key_malformed"


def test_a_log_may_grow_as_far_as_the_database_counts() -> None:
    body = f"{ORIGIN}\n9223372036854775807\n{ROOT}\n"
    assert read_body(body).size == 2**63 - 1
    assert write_body(read_body(body)) == body


def test_a_restarted_log_has_a_name_of_its_own() -> None:
    assert [log_origin(ORIGIN, era) for era in (1, 2, 3)] == [ORIGIN, ORIGIN + "/2", ORIGIN + "/3"]


def test_what_was_signed_is_what_is_read() -> None:
    assert open_ours(NOTE) == CHECKPOINT
    lines = NOTE.split("\n")
    assert lines[:2] + lines[3:4] == [ORIGIN, "927", ""]
    assert lines[4].startswith(f"— {ORIGIN} ")
    assert len(lines) == 6


@given(
    origin=st.text(
        st.characters(exclude_categories=["Z", "C"], exclude_characters="+"), min_size=1
    ),
    size=st.integers(0, MOST_LEAVES),
    root=st.binary(min_size=32, max_size=32),
)
def test_every_checkpoint_comes_back(origin: str, size: int, root: bytes) -> None:
    checkpoint = Checkpoint(origin=origin, size=size, root=root)
    key = VerifierKey(name=origin, public=KEY.public)
    note = sign_checkpoint(checkpoint, public=KEY.public, sign=PRIVATE.sign)
    assert open_checkpoint(note, key=key, verify=VERIFY) == checkpoint
    assert read_verifier_key(key.text) == key


def test_a_note_with_any_character_changed_left_out_or_put_in_is_refused() -> None:
    found = set[str]()
    for at, letter in enumerate(NOTE):
        others = {chr(ord(letter) ^ 1), "", letter + " ", letter + letter, "\n", "๙"} - {letter}
        found |= {reason(open_ours, NOTE[:at] + other + NOTE[at + 1 :]) for other in others}
    assert found == REFUSALS


@pytest.mark.parametrize(("name", "seed"), [("other.test/log", 0), (ORIGIN, 7)])
def test_a_note_that_only_another_has_signed_is_refused(name: str, seed: int) -> None:
    note = sign_other(CHECKPOINT, name, seed=seed)
    assert reason(open_ours, note) == "checkpoint_signature_wrong"


def test_a_checkpoint_of_another_log_is_refused_though_our_key_signed_it() -> None:
    other = Checkpoint(origin=ORIGIN + "/2", size=927, root=CHECKPOINT.root)
    signed = sign_checkpoint(other, public=KEY.public, sign=PRIVATE.sign)
    assert reason(open_ours, signed) == "checkpoint_of_another_log"
    assert reason(open_ours, C2SP_NOTE) == "checkpoint_of_another_log"


def test_signatures_of_others_are_passed_over() -> None:
    witness = sign_other(CHECKPOINT, "witness.test", seed=3).split("\n\n")[1]
    same_name = sign_other(CHECKPOINT, ORIGIN, seed=5).split("\n\n")[1]
    assert open_ours(NOTE + witness * 15 + same_name) == CHECKPOINT
    assert len(read_note(NOTE + witness * 15)[1]) == 16


def test_a_bad_signature_by_our_key_spoils_the_good_one() -> None:
    raw = KEY.hash + bytes(64)
    bad = f"— {ORIGIN} {b64encode(raw).decode()}\n"
    assert reason(open_ours, NOTE + bad) == "checkpoint_signature_wrong"


BODY = write_body(CHECKPOINT)
SIGNED = NOTE.split("\n\n")[1]
ROOT = BODY.split("\n")[2]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("", id="empty"),
        pytest.param(f"{ORIGIN}\n927\n", id="no root"),
        pytest.param(f"{ORIGIN}\n927\n{ROOT}", id="no end of line"),
        pytest.param(f"{ORIGIN}\n927\n{ROOT}\nmore\n", id="a line more"),
        pytest.param(f"\n927\n{ROOT}\n", id="no origin"),
        pytest.param(f"wian test\n927\n{ROOT}\n", id="a space in the origin"),
        pytest.param(f"wian+test\n927\n{ROOT}\n", id="a plus in the origin"),
        pytest.param(f"{ORIGIN}\n0927\n{ROOT}\n", id="zero in front"),
        pytest.param(f"{ORIGIN}\n-1\n{ROOT}\n", id="negative"),
        pytest.param(f"{ORIGIN}\n+1\n{ROOT}\n", id="plus sign"),
        pytest.param(f"{ORIGIN}\n9_2\n{ROOT}\n", id="underscore"),
        pytest.param(f"{ORIGIN}\n๙๒๗\n{ROOT}\n", id="Thai digits"),
        pytest.param(f"{ORIGIN}\n 927\n{ROOT}\n", id="space before the size"),
        pytest.param(f"{ORIGIN}\n{2**63}\n{ROOT}\n", id="more leaves than a log can have"),
        pytest.param(f"{ORIGIN}\n{'9' * 5000}\n{ROOT}\n", id="thousands of digits"),
        pytest.param(f"{ORIGIN}\n\n{ROOT}\n", id="no size"),
        pytest.param(f"{ORIGIN}\n927\n{ROOT[:-1]}\n", id="base64 without padding"),
        pytest.param(
            f"{ORIGIN}\n927\n{ROOT[:-2]}{chr(ord(ROOT[-2]) + 1)}=\n",
            id="base64 in a second spelling",
        ),
        pytest.param(f"{ORIGIN}\n927\n{b64encode(bytes(31)).decode()}\n", id="short root"),
        pytest.param(f"{ORIGIN}\n927\n{b64encode(bytes(33)).decode()}\n", id="long root"),
        pytest.param(f"{ORIGIN}\r\n927\r\n{ROOT}\r\n", id="lines of another system"),
    ],
)
def test_a_body_that_is_none_is_refused(body: str) -> None:
    assert reason(read_body, body) == "checkpoint_malformed"


@pytest.mark.parametrize(
    "note",
    [
        pytest.param("", id="empty"),
        pytest.param(BODY, id="not signed"),
        pytest.param(BODY + "\n", id="no signature after the blank line"),
        pytest.param(BODY + SIGNED, id="no blank line"),
        pytest.param(NOTE[:-1], id="no end of line"),
        pytest.param(NOTE + "\n", id="a blank line more"),
        pytest.param(NOTE.replace("—", "-"), id="hyphen"),
        pytest.param(NOTE.replace("— ", "—  "), id="two spaces"),
        pytest.param(BODY + f"\n— {ORIGIN} !!!!\n", id="no base64"),
        pytest.param(BODY + f"\n— {ORIGIN} {b64encode(KEY.hash).decode()}\n", id="no signature"),
        pytest.param(NOTE.replace("927", "92\t7"), id="tab"),
        pytest.param(NOTE + SIGNED * 800, id="too long"),
        pytest.param("\ud800" + NOTE, id="no Unicode"),
    ],
)
def test_a_note_that_is_none_is_refused(note: str) -> None:
    assert reason(open_ours, note) == "checkpoint_malformed"
    assert reason(read_checkpoint, note) == "checkpoint_malformed"


def test_a_text_may_hold_empty_lines() -> None:
    text, (signature,) = read_note(f"หนึ่ง\n\n\nสอง\n\n{SIGNED}")
    assert text == "หนึ่ง\n\n\nสอง\n"
    assert signature.name == ORIGIN


@pytest.mark.parametrize(
    ("origin", "size", "root"),
    [(ORIGIN, -1, bytes(32)), (ORIGIN, 2**63, bytes(32)), (ORIGIN, 1, b""), ("", 1, bytes(32))],
)
def test_no_log_is_in_such_a_state(origin: str, size: int, root: bytes) -> None:
    with pytest.raises(InvalidError) as caught:
        Checkpoint(origin=origin, size=size, root=root)
    assert caught.value.reason == "checkpoint_malformed"


@given(text=st.text())
def test_whatever_the_text_only_a_named_error_comes(text: str) -> None:
    for one in (text, NOTE + text, text + NOTE, BODY + "\n" + text):
        assert refusal(one) in {None, *REFUSALS}
