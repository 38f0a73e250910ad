"""Named patterns that are counted in logs: attacks, logins that fail, payments, rejected origins.

A pattern tells that lines look like something, not that it happened: it supports an item and never proves one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from urllib.parse import unquote_plus

from cockpit.errors import UsageError
from cockpit.logs.match import TextFilter
from cockpit.logs.own import OWN

_SQL = (
    r"\bunion\b(?:\s|/\*[^*]{0,40}\*/){1,8}+(?:all\s+)?select\b|\bselect\b.{1,60}\bfrom\b.{0,60}\b(?:information_schema|pg_catalog"
    r"|sysobjects|mysql\.user)|'\s*(?:or|and)\s+(?:'[^']*'\s*=\s*'|\d+\s*=\s*\d+|true\b)|\b(?:or|and)\s+\d+\s*=\s*\d+\s*(?:--|#)"
    r"|;\s*(?:drop|alter|truncate)\s+(?:table|database)\b|\b(?:sleep|pg_sleep|benchmark|waitfor\s+delay)\s*[(']\s*'?\d"
    r"|'\s*;?\s*--(?:\s|$)|\bxp_cmdshell\b|\bextractvalue\s*\(|\bload_file\s*\("
)
_XSS = (
    r"<\s*script\b|<\s*/\s*script\s*>|javascript\s*:\s*\w|<\s*(?:img|svg|iframe|body|object|embed|video|input)\b[^>]{0,200}"
    r"\bon\w{3,20}\s*=|\bon(?:error|load|mouseover|focus)\s*=\s*[\"']?\s*\w+\s*\(|document\s*\.\s*(?:cookie|write)"
    r"|<\s*iframe\b[^>]{0,200}\bsrc\s*="
)
_LOGIN = (
    r"\bfailed (?:password|login|log-?in|logon|sign-?in|authentication)\b|\b(?:login|log-?in|logon|sign-?in"
    r"|authentication)(?: attempt)?s? (?:has |have )?(?:failed|denied|rejected)\b"
    r"|\bauthentication (?:failure|error)\b|\blogin[_.-]failed\b"
    r"|\b(?:invalid|incorrect|wrong) (?:username|user name|user|password|credentials?|login)\b"
    r"|\bbad (?:password|credentials)\b"
    r"|\bpassword authentication failed\b|\bmaximum authentication attempts\b"
    r"|\btoo many (?:login|authentication) (?:attempts|failures)\b"
    r"|\buser \"[^\"]*\"(?: was not found|: password mismatch)"
    r"|\"(?:POST|GET) /[^ \"]*(?:log-?in|sign-?in|session|auth|token)[^ \"]*(?: HTTP/[\d.]+)?\" (?:401|403|429)\b"
)
_ADMIN = (
    r"\"(?:POST|PUT|PATCH|DELETE) /[^ \"]*\badmin\b[^\"]*\" [23]\d\d\b"
    r"|\badmin(?:istrator)?[_ .-]?(?:action|login|logged in|change[ds]?"
    r"|created|deleted|updated|granted|revoked)\b|\b(?:action|event|audit)=\"?admin\b"
    r"|\b(?:granted|revoked) (?:role|permission|privilege)s?\b"
    r"|\bsudo(?:\[\d+\])?: +\S+ : .*\bCOMMAND=|\b(?:role|permission|privilege)s? (?:granted|revoked|changed)\b"
)
_PAYMENT_WORD = r"(?:payment|charge|transaction|checkout|refund|order payment|razorpay|stripe|paypal)"
_FAILED_WORD = r"(?:fail(?:ed|ure|s)?|declin(?:ed|e)|refus(?:ed|al)|reject(?:ed|ion)|error(?:ed)?|timed? ?out|expired)"
_PAYMENT_FAILED = (
    rf"\b{_PAYMENT_WORD}s?\b[^\n]{{0,60}}\b{_FAILED_WORD}\b|\b{_FAILED_WORD}\b[^\n]{{0,40}}\b{_PAYMENT_WORD}s?\b"
    r"|\bpayment[._]failed\b|\bcard[_ ]declined\b|\binsufficient[_ ]funds\b"
    r"|\"POST /[^ \"]*(?:pay|payments?|checkout|charges?)(?:/[^ \"]*)?(?: HTTP/[\d.]+)?\" (?:402|4\d\d|5\d\d)\b"
)
_PAYMENT = (
    rf"\b{_PAYMENT_WORD}s?\b[^\n]{{0,60}}\b(?:accept(?:ed)?|captured|succe(?:ss(?:ful|fully)?|eded)|completed|authori[sz]ed|paid|settled)\b"
    r"|\bpayment[._](?:captured|succeeded|completed|authorized)\b"
    r"|\"POST /[^ \"]*(?:pay|payments?|checkout|charges?)(?:/[^ \"]*)?(?: HTTP/[\d.]+)?\" [23]\d\d\b"
)
_CORS = (
    r"\bcors\b[^\n]{0,80}\b(?:block|reject|den(?:y|ied)|refus|fail|not allowed|forbidden|disallow|invalid|violation)"
    r"|\b(?:block|reject|den(?:y|ied)|refus|disallow)\w*[^\n]{0,60}\b(?:cors|cross-origin)\b"
    r"|\borigin\b[^\n]{0,120}\b(?:is |was )?(?:not allowed|rejected|denied|disallowed|not permitted)\b"
    r"|\bdisallowed (?:cors )?origin\b|\"OPTIONS /[^\"]*\" 403\b"
)

SHIPPED: dict[str, str] = {
    "sql-injection": _SQL,
    "xss": _XSS,
    "failed-login": _LOGIN,
    "admin-action": _ADMIN,
    "payment-failure": _PAYMENT_FAILED,
    "payment-success": _PAYMENT,
    "cors-rejection": _CORS,
}
# One of these stands, in lower case, in every text in which the pattern is found: most lines need no more of a look.
_HINTS = {
    "sql-injection": (
        *("'", "--", "#", "union", "select", "drop", "alter", "truncate", "sleep", "benchmark", "delay"),
        *("xp_cmdshell", "extractvalue", "load_file"),
    ),
    "xss": ("<", "javascript", "onerror", "onload", "onmouseover", "onfocus", "document"),
    "failed-login": (
        *("fail", "denied", "rejected", "invalid", "incorrect", "wrong", "bad ", "too many", "maximum", "error"),
        *("was not found", "mismatch", '" 401', '" 403', '" 429'),
    ),
    "admin-action": ("admin", "grant", "revok", "sudo", "changed"),
    "payment-failure": ("pay", "charge", "transaction", "checkout", "refund", "stripe", "card", "insufficient"),
    "payment-success": ("pay", "charge", "transaction", "checkout", "refund", "stripe"),
    "cors-rejection": ("cors", "cross-origin", "origin", "options"),
}
_LOOKED_AT = 8192  # characters of a line: what people send may be made to be slow to look through
# Requests hide these in their encoding, and once more in the encoding's own.
_ENCODED = frozenset({"sql-injection", "xss"})


class Patterns:
    """Counts the lines in which each pattern is found; those of our own traffic are left out."""

    def __init__(self, own: Mapping[str, str] = {}) -> None:
        self._searches = {
            name: re.compile(text, re.IGNORECASE | re.ASCII).search for name, text in SHIPPED.items() if name not in own
        }
        # What a team writes may take long: a filter keeps to a time.
        self._filters = {name: TextFilter.strict(text) for name, text in own.items()}
        self.counts: Counter[str] = Counter(dict.fromkeys(self.names, 0))
        self.own_traffic = 0

    @property
    def names(self) -> tuple[str, ...]:
        """All names, in the order of reports."""
        return (*self._searches, *self._filters)

    def add(self, text: str) -> None:
        """Count a line, once for each pattern that is found in it."""
        for name in self.of(text):
            self.counts[name] += 1

    def of(self, text: str) -> list[str]:
        """Return the names of the patterns that are found in a line."""
        if OWN in text:
            self.own_traffic += 1
            return []
        plain = text = text[:_LOOKED_AT]
        if "%" in text or "+" in text:
            plain = unquote_plus(unquote_plus(text))
        lower, lower_plain = text.lower(), plain.lower()
        found = []
        for name, search in self._searches.items():
            whole, small = (plain, lower_plain) if name in _ENCODED else (text, lower)
            for hint in _HINTS[name]:
                if hint in small:
                    if search(whole):
                        found.append(name)
                    break
        return found + [name for name, one in self._filters.items() if one.matches(text)]


def known_pattern(name: str, own: Mapping[str, str]) -> None:
    """Raise UsageError where no pattern has this name."""
    if name not in SHIPPED and name not in own:
        raise UsageError(f"no pattern {name!r}", fix=f"There is: {', '.join([*SHIPPED, *own])}")
