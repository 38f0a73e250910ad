"""Levels that stand as a code inside a message: Cisco's mnemonics, CEF's severities."""

from __future__ import annotations

from cockpit.logs.lazy import lazily
from cockpit.logs.levels import CEF_SEVERITIES, SYSLOG_SEVERITIES, named_level
from cockpit.logs.line import Level
from cockpit.logs.parsed import Parsed

_CISCO = lazily(r"%[A-Z][A-Z0-9_]*(?:-[A-Z0-9_]+)*-([0-7])-[A-Z0-9_]+: ")
_BRACKETED = lazily(r"\([^)]{1,80}\) \[([A-Z]{3,9})\] ")
_SERVICE = lazily(
    r"[\w-]{1,40}(?:\([^)]{0,80}\))?(?:<[^>]{0,80}>){0,2}: (Panic|Fatal|Error|Warning|Info|Debug): "
)  # Dovecot's
_CEF = lazily(r"CEF: ?\d+(?:\|(?:[^|\\]|\\.)*+){5}\|(\d{1,2}|[A-Za-z-]+)\|")
_HEAD = 100  # characters in which a mnemonic is looked for


def coded_level(text: str) -> Level:
    """Return the level in Cisco's mnemonic, CEF's severity, or behind a service's name; else Level.NONE."""
    cisco = _CISCO.search(text, 0, _HEAD) if "%" in text else None
    if cisco:
        return SYSLOG_SEVERITIES[int(cisco.group(1))]
    bracketed = _BRACKETED.match(text) or _SERVICE.match(text)
    if bracketed:
        return named_level(bracketed.group(1))
    cef = _CEF.search(text) if "CEF:" in text else None
    return CEF_SEVERITIES.get(cef.group(1).lower(), Level.NONE) if cef else Level.NONE


def parse_cef(text: str) -> Parsed | None:
    if not text.startswith("CEF:"):
        return None
    return Parsed(coded_level(text), None, text, "cef")
