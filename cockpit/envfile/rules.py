"""Whether a value is what its variable's rule asks for. What is returned names the fault and never the value."""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import urlsplit

from cockpit.envfile.strength import ENOUGH, bits_of
from cockpit.release.library import EnvVariable

PLACEHOLDER = re.compile(
    r"(?i)<.*>|\{\{.*\}\}|\$\{?[A-Z_]+\}?|x{3,}|\.{3,}|change[-_ ]?(?:me|this|it)\W*|to[-_ ]?do|fix[-_ ]?me"
    r"|tbd|none|null|secret|password|placeholder|example|(?:your|my|insert|replace|put|enter)[-_ ].*"
    r"|(?:test|dummy|fake|sample)[-_ ]?.*"
)
_TEST_KEY = re.compile(r"(?i)(?:rzp|sk|pk|rk|whsec|key|api)[-_]test[-_].*|test[-_]key.*|sandbox[-_].*")
_TRUE = frozenset({"true", "1", "yes", "on", "y", "t"})
_FALSE = frozenset({"false", "0", "no", "off", "n", "f"})
_WHOLE = re.compile(r"[-+]?[0-9]+")
_FILE_SCHEMES = frozenset({"sqlite", "file", "unix"})


def is_placeholder(value: str) -> bool:
    """Whether a value only stands for one that somebody has yet to write."""
    return PLACEHOLDER.fullmatch(value.strip()) is not None


def fault_of(rule: EnvVariable, value: str, *, production: bool, base: Path) -> str:
    """Return what is wrong with a value in a few words, or nothing; paths are relative to `base`."""
    text = value.strip()
    if not text:
        return "is empty"
    if "\0" in value:
        return "holds a NUL byte, which no environment takes"
    is_test_key = _TEST_KEY.fullmatch(text) is not None
    if (is_placeholder(text) and not is_test_key and not rule.equals) or _is_example(rule, text):
        return "is a placeholder"
    if production and is_test_key:
        return "is a test key, and this is production"
    if len(value) < rule.min_length:
        return f"has {len(value)} of {rule.min_length} characters"
    return _fault_of_type(rule, text, base) or _fault_of_equality(rule, text)


def _is_example(rule: EnvVariable, text: str) -> bool:
    return rule.type in {"secret", "url"} and bool(rule.example) and text == rule.example


def _fault_of_type(rule: EnvVariable, text: str, base: Path) -> str:
    match rule.type:
        case "bool":
            return "" if text.casefold() in _TRUE | _FALSE else "is neither True nor False"
        case "int":
            return "" if _WHOLE.fullmatch(text) else "is no whole number"
        case "choice":
            return "" if text in rule.choices else f"is none of {', '.join(rule.choices)}"
        case "url":
            return _fault_of_url(text)
        case "secret":
            return _fault_of_secret(text)
        case "path":
            return _fault_of_path(text, base) if rule.writable else ""
        case _:
            return ""


def _fault_of_equality(rule: EnvVariable, text: str) -> str:
    if not rule.equals:
        return ""
    meant = rule.equals.casefold() in _TRUE, text.casefold() in _TRUE
    same = meant[0] is meant[1] if rule.type == "bool" else text == rule.equals
    return "" if same else f"is not {rule.equals}"


def _fault_of_secret(text: str) -> str:
    bits = bits_of(text)
    return "" if bits >= ENOUGH else f"can be guessed: about {bits:.0f} of {ENOUGH:.0f} bits"


def _fault_of_url(text: str) -> str:
    try:
        parts = urlsplit(text)
        has_host, _ = bool(parts.hostname), parts.port
        password = parts.password
    except ValueError:
        return "is no URL"
    if not parts.scheme or not (has_host or (parts.scheme.split("+")[0] in _FILE_SCHEMES and parts.path)):
        return "is no URL: it needs a scheme and a host"
    if re.search(r"\s", text):
        return "is no URL: it holds blanks"
    if password is not None and (not password or is_placeholder(password)):
        return "holds a placeholder as its password"
    return ""


def _fault_of_path(text: str, base: Path) -> str:
    path = base / text
    try:
        if path.is_dir():
            return "is a directory"
        place = path if path.exists() else path.parent
        if not place.exists():
            return "lies in a directory that is not there"
        return "" if os.access(place, os.W_OK) else "cannot be written by this user"
    except (OSError, ValueError):
        return "is no path"
