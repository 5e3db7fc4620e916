"""Where the keys come from that sign and verify officers' tokens."""

import json
import os
import time
import urllib.request
from pathlib import Path
from typing import Any, Final, Protocol

from joserfc.jwk import KeySet, OKPKey

ALGORITHM: Final = "Ed25519"
_KEY_ID = "wian-embedded"


class KeySource(Protocol):
    """Public keys that may sign tokens."""

    def keys(self, *, refresh: bool = False) -> KeySet:
        """Return the keys; `refresh` looks again for a key that is not known yet."""
        ...


class FileKeys:
    """Keys of a JWKS file, or the public half of the embedded default's own key."""

    def __init__(self, path: Path) -> None:
        self._keys = _key_set(json.loads(path.read_text()))

    def keys(self, *, refresh: bool = False) -> KeySet:
        """Return the keys of the file as it was at the start."""
        del refresh
        return self._keys


def _key_set(published: Any) -> KeySet:  # noqa: ANN401 (JSON)
    try:
        return KeySet.import_key_set(published)
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError("this is no set of keys") from error


class RemoteKeys:
    """Keys published by a token issuer at an https address, read again at most every minute."""

    REFRESH_SECONDS = 60.0
    TIMEOUT_SECONDS = 5.0

    def __init__(self, url: str) -> None:
        if not url.startswith("https://"):
            raise ValueError("WIAN_JWKS_URL must be an https address")
        self._url = url
        self._keys = KeySet([])
        self._read_at = 0.0

    def keys(self, *, refresh: bool = False) -> KeySet:
        """Return the keys; only a refresh reads them, and may block until the time-out."""
        age = time.monotonic() - self._read_at
        if refresh and (not self._keys.keys or age > self.REFRESH_SECONDS):
            self._read_at = time.monotonic()
            with urllib.request.urlopen(self._url, timeout=self.TIMEOUT_SECONDS) as answer:  # noqa: S310 (https only, checked above)
                self._keys = _key_set(json.load(answer))
        return self._keys


def ensure_keys(private: Path, public: Path) -> OKPKey:
    """Return the embedded default's signing key, made at the first call.

    Only we may read the private half. The public half is what the API gets: it can believe
    tokens, not make them.
    """
    if not private.exists():
        private.parent.mkdir(parents=True, exist_ok=True)
        key = OKPKey.generate_key(ALGORITHM, {"kid": _KEY_ID, "alg": ALGORITHM, "use": "sig"})
        draft = private.with_suffix(f".{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(key.as_dict(private=True)))
        draft.replace(private)
    key = OKPKey.import_key(json.loads(private.read_text()))
    # The API may be reading it: it is there whole or not at all.
    draft = public.with_suffix(f".{os.getpid()}")
    draft.write_text(json.dumps({"keys": [key.as_dict(private=False)]}))
    draft.replace(public)
    return key
