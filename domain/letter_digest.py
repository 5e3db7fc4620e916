"""How the content of a letter is hashed, so that its words can be proved by the record."""

import json
from collections.abc import Mapping
from hashlib import sha256


def letter_digest(content: Mapping[str, object]) -> bytes:
    """Return sha256 over the canonical JSON of a letter's content.

    Canonical means: keys in the order of their code points, no spaces, UTF-8 unescaped; instants
    as ISO 8601 in UTC with microseconds, dates as ISO, what is not there as null. Whoever holds
    the letter can compute it (docs/evidence.md).
    """
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(canonical.encode()).digest()
