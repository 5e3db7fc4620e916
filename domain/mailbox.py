"""Which texts are addresses that a mail can be sent to."""

import re

# A dot-atom of RFC 5321 without quoting: nothing in it can end a header or an SMTP command.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_MAILBOX = re.compile(rf"(?=.{{1,64}}@){_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*")


def is_mailbox(text: str) -> bool:
    """Return whether `text` is one plain address, such as saraban@buengkan.go.th."""
    return len(text) <= 254 and _MAILBOX.fullmatch(text) is not None
