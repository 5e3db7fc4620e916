"""The private key of the log: made once, kept private, never replaced."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from infra.log_key import ensure_log_key, load_log_key, verifier


def test_the_key_is_made_once_and_only_we_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "log-key.pem"
    first = ensure_log_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    content = path.read_bytes()
    assert ensure_log_key(path).public == load_log_key(path).public == first.public
    assert path.read_bytes() == content
    assert [one.name for one in path.parent.iterdir()] == ["log-key.pem"]
    assert len(first.public) == 32


def test_of_many_that_start_together_all_get_the_same_key(tmp_path: Path) -> None:
    path = tmp_path / "log-key.pem"
    with ThreadPoolExecutor(12) as pool:
        keys = list(pool.map(ensure_log_key, [path] * 12))
    assert len({key.public for key in keys}) == 1
    assert [one.name for one in tmp_path.iterdir()] == ["log-key.pem"]


def test_two_logs_have_two_keys(tmp_path: Path) -> None:
    assert ensure_log_key(tmp_path / "a").public != ensure_log_key(tmp_path / "b").public


def test_a_signature_is_good_for_its_message_and_key_alone(tmp_path: Path) -> None:
    key, other = ensure_log_key(tmp_path / "a"), ensure_log_key(tmp_path / "b")
    message = b"wian.test/log\n927\n"
    signature = key.sign(message)
    verify = verifier(key.public)
    assert verify(signature, message)
    assert signature == key.sign(message)
    assert not verifier(other.public)(signature, message)
    for at in range(len(signature)):
        changed = signature[:at] + bytes([signature[at] ^ 1]) + signature[at + 1 :]
        assert not verify(changed, message)
    for wrong in (b"", signature[:-1], signature + b"\x00"):
        assert not verify(wrong, message)
    assert not verify(signature, message + b"\n")


def test_a_missing_key_is_not_made_by_those_who_only_read(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load_log_key(tmp_path / "log-key.pem")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"secret words", id="no PEM"),
        pytest.param(
            b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", id="no key"
        ),
        pytest.param(
            generate_private_key(SECP256R1()).private_bytes(
                Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
            ),
            id="another kind of key",
        ),
        pytest.param(
            generate_private_key(SECP256R1()).private_bytes(
                Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"word")
            ),
            id="with a password",
        ),
    ],
)
def test_a_file_that_holds_no_key_is_never_replaced(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "log-key.pem"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"log-key.pem holds no (private|Ed25519) key$"):
        ensure_log_key(path)
    assert path.read_bytes() == content


@pytest.mark.parametrize("public", [b"", bytes(31), bytes(33)])
def test_what_is_no_public_key_verifies_nothing(public: bytes) -> None:
    with pytest.raises(ValueError, match="32"):
        verifier(public)
