"""Takes secrets out of text before it is written into the store, where it would stay.

What is masked: the values of environment variables whose names speak of secrets, `password=` and its like, HTTP
authorization, and the user part of URLs. It is a net, not a proof: a secret that looks like nothing passes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

MASK = "•••"
_SECRET_NAME = re.compile(r"(?i)secret|token|passw|passwd|(?<=_)pwd|api_?key|private_key|credential")
_SHORTEST = 6  # characters of a value that may be masked everywhere: shorter ones are ordinary words
_ASSIGNED = re.compile(
    r"(?i)\b((?:[a-z0-9_-]*(?:passw(?:or)?d|secret|token|api[_-]?key)[a-z0-9_-]*)\s*[=:]\s*)(\"[^\"]*\"|'[^']*'|[^\s,;&]+)"
)
_AUTHORIZATION = re.compile(r"(?i)(authorization\s*[:=]\s*(?:bearer|basic|apikey|token)?\s*)\S+")
_USER_INFO = re.compile(r"([a-z][a-z0-9+.-]*://)[^/\s:@]+:[^/\s@]+@", re.IGNORECASE)


def redacted(text: str, environment: Mapping[str, str]) -> str:
    """Return `text` with secrets masked."""
    values = [value for name, value in environment.items() if _SECRET_NAME.search(name) and len(value) >= _SHORTEST]
    for value in sorted(values, key=len, reverse=True):
        text = text.replace(value, MASK)
    text = _AUTHORIZATION.sub(rf"\1{MASK}", text)
    text = _ASSIGNED.sub(rf"\1{MASK}", text)
    return _USER_INFO.sub(rf"\1{MASK}@", text)
