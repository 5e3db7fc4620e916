"""The private key that signs for the log: a file that only we may read."""

from collections.abc import Callable
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from infra.whole_file import write_once


class LogKey:
    """An Ed25519 key; the private half never leaves it."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private

    @property
    def public(self) -> bytes:
        """The 32 bytes that verify."""
        return self._private.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """Return the signature over a message."""
        return self._private.sign(message)


def ensure_log_key(path: Path) -> LogKey:
    """Return the key of the file, made at the first call.

    A key is never replaced: of two processes that start together both get that of the first.

    Raises:
        ValueError: The file holds something else.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        pem = Ed25519PrivateKey.generate().private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        )
        write_once(path, pem, mode=0o600)
    return load_log_key(path)


def load_log_key(path: Path) -> LogKey:
    """Return the key of the file.

    Raises:
        FileNotFoundError: There is none.
        ValueError: The file holds something else.
    """
    try:
        private = load_pem_private_key(path.read_bytes(), password=None)
    except (TypeError, ValueError) as error:
        # The reason may repeat parts of the file.
        raise ValueError(f"{path} holds no private key") from error
    if not isinstance(private, Ed25519PrivateKey):
        raise ValueError(f"{path} holds no Ed25519 key")  # noqa: TRY004 (the file's fault)
    return LogKey(private)


def verifier(public: bytes) -> Callable[[bytes, bytes], bool]:
    """Return what tells whether a signature over a message is by this key.

    Raises:
        ValueError: These are no 32 bytes of a key.
    """
    key = Ed25519PublicKey.from_public_bytes(public)

    def verify(signature: bytes, message: bytes) -> bool:
        try:
            key.verify(signature, message)
        except InvalidSignature:
            return False
        return True

    return verify
