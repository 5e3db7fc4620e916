"""The secret that signs the cursors of pages: the same for every API process."""

import os
from functools import cache
from pathlib import Path

from pydantic import SecretStr

from infra.whole_file import write_once

_BYTES = 32


def cursor_key(given: SecretStr | None, *, file: Path) -> bytes:
    """Return the secret that was given, or that of a file, made at the first call.

    A cursor opens nothing: where the secret is lost, readers begin at the first page again.
    """
    if given is not None:
        return given.get_secret_value().encode()
    return _read_key(file)


@cache
def _read_key(file: Path) -> bytes:
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        write_once(file, os.urandom(_BYTES), mode=0o600)
    return file.read_bytes()
