"""How an evidence bundle is written: one form, so that no byte of it can be changed unnoticed."""

import json
from collections.abc import Mapping
from typing import Any, Final

FORMAT: Final = "wian-evidence/1"
"""What a bundle calls itself; another template or another leaf is another format."""


def write_bundle(bundle: Mapping[str, Any]) -> bytes:
    """Return the bytes of a bundle: sorted keys, UTF-8 unescaped, indented by one, a line end."""
    text = json.dumps(bundle, ensure_ascii=False, allow_nan=False, sort_keys=True, indent=1)
    return f"{text}\n".encode()
