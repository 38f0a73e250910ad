"""Conditions in gatus's style, such as `[STATUS] == 200`: parsed once, with complaints that say what would be right.

    [SUBJECT] path  operator  value

Subjects and their values: STATUS, EXIT and RESTARTS (whole numbers), RESPONSE_TIME and the phases of it (DNS_TIME,
CONNECT_TIME, TLS_TIME, FIRST_BYTE, TRANSFER), CERTIFICATE_EXPIRATION, FILE_AGE and BEAT_AGE (durations; a bare time of
a response or a phase is in milliseconds), CONNECTED, EXISTS and BEAT_OK (true, false), FILE_SIZE and DISK_FREE (sizes
such as 10GB), DISK_USED and INODES_USED (percent), VALUE (a number), HEADER.Name, DNS_RCODE, TLS_VERSION, UNIT_STATE,
UNIT_SUBSTATE and SOURCE (text), BODY (text; with a path such as `.items[0].id` or `["odd key"]`, the JSON value there).
Operators: == != < <= > >= contains matches present absent. A value may be quoted, and `any(a, b)` stands for several.
https://github.com/TwiN/gatus#conditions
"""

from __future__ import annotations

import difflib
import math
import re
import warnings
from functools import lru_cache

from msgspec import Struct

from cockpit.durations import parse_duration
from cockpit.health.json_path import JsonPath, parse_steps
from cockpit.health.sizes import parse_size
from cockpit.patterns import readable
from cockpit.release.probes import ProbeKind

Literals = tuple[str | float | bool, ...]

# What each kind of probe can see, with an example for a complaint.
_EXAMPLES = {
    "STATUS": "[STATUS] == 200",
    "RESPONSE_TIME": "[RESPONSE_TIME] < 500ms",
    "BODY": "[BODY].status == ok",
    "HEADER": "[HEADER].Strict-Transport-Security present",
    "CERTIFICATE_EXPIRATION": "[CERTIFICATE_EXPIRATION] > 14d",
    "CONNECTED": "[CONNECTED] == true",
    "EXIT": "[EXIT] == 0",
    "DNS_TIME": "[DNS_TIME] < 50ms",
    "CONNECT_TIME": "[CONNECT_TIME] < 50ms",
    "TLS_TIME": "[TLS_TIME] < 100ms",
    "FIRST_BYTE": "[FIRST_BYTE] < 300ms",
    "TRANSFER": "[TRANSFER] < 1s",
    "TLS_VERSION": "[TLS_VERSION] == any(TLSv1.2, TLSv1.3)",
    "DNS_RCODE": "[DNS_RCODE] == NOERROR",
    "EXISTS": "[EXISTS] == true",
    "FILE_AGE": "[FILE_AGE] < 26h",
    "FILE_SIZE": "[FILE_SIZE] > 10MB",
    "DISK_USED": "[DISK_USED] < 90%",
    "DISK_FREE": "[DISK_FREE] > 10GB",
    "INODES_USED": "[INODES_USED] < 90%",
    "UNIT_STATE": "[UNIT_STATE] == active",
    "UNIT_SUBSTATE": "[UNIT_SUBSTATE] == running",
    "RESTARTS": "[RESTARTS] < 3",
    "BEAT_AGE": "[BEAT_AGE] < 26h",
    "BEAT_OK": "[BEAT_OK] == true",
    "VALUE": "[VALUE] < 5",
    "SOURCE": "[SOURCE] == ok",
}
PHASES = {
    "DNS_TIME": "dns", "CONNECT_TIME": "connect", "TLS_TIME": "tls", "FIRST_BYTE": "first byte", "TRANSFER": "transfer",
}  # fmt: skip
_SPANS = ("RESPONSE_TIME", *PHASES)  # a bare number is in milliseconds
_DURATIONS = (*_SPANS, "CERTIFICATE_EXPIRATION", "FILE_AGE", "BEAT_AGE")
_SIZES = ("FILE_SIZE", "DISK_FREE")
_PERCENTS = ("DISK_USED", "INODES_USED")
_FLAGS = ("CONNECTED", "EXISTS", "BEAT_OK")
_WHOLES = ("STATUS", "EXIT", "RESTARTS")
_TEXTS = ("DNS_RCODE", "TLS_VERSION", "UNIT_STATE", "UNIT_SUBSTATE", "SOURCE")
_NUMBERS = ("VALUE",)
_HTTP = (
    "STATUS", "RESPONSE_TIME", "BODY", "HEADER", "CERTIFICATE_EXPIRATION", "CONNECTED", "TLS_VERSION", *PHASES,
)  # fmt: skip
_SUBJECTS_OF: dict[ProbeKind, tuple[str, ...]] = {
    "http": _HTTP,
    "tcp": ("CONNECTED", "RESPONSE_TIME"),
    "tls": ("CONNECTED", "RESPONSE_TIME", "CERTIFICATE_EXPIRATION", "TLS_VERSION",
            "DNS_TIME", "CONNECT_TIME", "TLS_TIME"),
    "dns": ("DNS_RCODE", "BODY", "RESPONSE_TIME"),
    "command": ("EXIT", "RESPONSE_TIME", "BODY"),
    "file": ("EXISTS", "FILE_AGE", "FILE_SIZE"),
    "disk": ("DISK_USED", "DISK_FREE", "INODES_USED"),
    "postgres": ("CONNECTED", "RESPONSE_TIME", "BODY"),
    "systemd": ("UNIT_STATE", "UNIT_SUBSTATE", "RESTARTS"),
    "heartbeat": ("BEAT_AGE", "BEAT_OK", "RESPONSE_TIME"),
    "scenario": ("RESPONSE_TIME",),
    "source": ("SOURCE", "VALUE", "RESPONSE_TIME"),
}  # fmt: skip
_COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")
_OPERATORS = (*_COMPARISONS, "contains", "matches", "present", "absent")
_OPERATORS_OF = {
    **dict.fromkeys(_FLAGS, ("==", "!=")),
    **dict.fromkeys(_TEXTS, ("==", "!=", "contains", "matches")),
    "BODY": _OPERATORS,
    "HEADER": _OPERATORS,
}

_SUBJECT = re.compile(r"\[([A-Za-z_]+)\]")
_OPERATOR = re.compile(r"\s*(==|!=|<=|>=|<|>|(?:contains|matches|present|absent)(?!\S))\s*")
_ANY = re.compile(r"any\((.*)\)", re.DOTALL)
_ARGUMENT = re.compile(r"""(?=[^,])\s*+("[^"]*"|'[^']*'|[^,"']*+)\s*+(?:,|\Z)""")
_WHOLE = re.compile(r"-?[0-9]{1,18}")
_NUMBER = re.compile(r"[-+]?[0-9]{1,300}(?:\.[0-9]{1,300})?(?:[eE][-+]?[0-9]{1,4})?")


class Condition(Struct, frozen=True):
    """One condition; `literals` hold what is compared with: several by `any`, none for present and absent."""

    text: str
    subject: str
    path: JsonPath
    operator: str
    literals: Literals = ()


@lru_cache(maxsize=4096)
def parse_condition(text: str) -> Condition:
    """Return the condition that `text` states; ValueError says what would be right."""
    text = text.strip()
    subject, rest = _subject(text)
    path, rest = _path(subject, rest)
    operator, value = _operator(subject, rest)
    return Condition(text, subject, path, operator, _literals(subject, operator, value))


def check_condition(text: str, kind: ProbeKind | None = None) -> str | None:
    """Return what is wrong with a condition and what would be right, or None; `kind` is the probe's."""
    try:
        condition = parse_condition(text)
    except ValueError as error:
        return str(error)
    if kind is not None and condition.subject not in _SUBJECTS_OF.get(kind, ()):
        seen = ", ".join(f"[{subject}]" for subject in _SUBJECTS_OF[kind])
        return f"[{condition.subject}] is never seen by a probe of kind {kind}: it sees {seen}"
    return None


def parse_number(text: str) -> int | float | None:
    """Return the finite number that the whole of `text` is, or None."""
    text = text.strip()
    if _WHOLE.fullmatch(text):
        return int(text)
    number = float(text) if _NUMBER.fullmatch(text) else math.inf
    return number if math.isfinite(number) else None


def _subject(text: str) -> tuple[str, str]:
    match = _SUBJECT.match(text)
    if match is None:
        raise ValueError(f"{text!r} does not begin with what to look at: write such as {_EXAMPLES['STATUS']}")
    name = match[1]
    if name not in _EXAMPLES:
        near = difflib.get_close_matches(name.upper(), _EXAMPLES, n=1)
        known = ", ".join(f"[{subject}]" for subject in _EXAMPLES)
        raise ValueError(f"[{name}] is not known: write " + (f"[{near[0]}]" if near else f"one of {known}"))
    return name, text[match.end() :]


def _path(subject: str, rest: str) -> tuple[JsonPath, str]:
    path, rest = parse_steps(rest)
    if subject == "HEADER" and (len(path) != 1 or isinstance(path[0], int)):
        raise ValueError(f"[HEADER] needs the header's name: write such as {_EXAMPLES['HEADER']}")
    if path and subject not in {"BODY", "HEADER"}:
        raise ValueError(f"[{subject}] has nothing below it: write such as {_EXAMPLES[subject]}")
    return path, rest


def _operator(subject: str, rest: str) -> tuple[str, str]:
    match = _OPERATOR.match(rest)
    allowed = _OPERATORS_OF.get(subject, _COMPARISONS)
    if match is None or match[1] not in allowed or rest[match.end() :].startswith("="):
        got = rest.strip()
        what = f"{got!r} follows [{subject}]" if got else f"nothing follows [{subject}]"
        hint = " (to compare, write == instead of =)" if got.startswith("=") else ""
        raise ValueError(f"{what}: write one of {' '.join(allowed)}{hint}, such as {_EXAMPLES[subject]}")
    return match[1], rest[match.end() :].strip()


def _literals(subject: str, operator: str, value: str) -> Literals:
    if operator in {"present", "absent"}:
        if value:
            raise ValueError(f"{value!r} follows {operator}, which stands alone: remove it")
        return ()
    if not value:
        raise ValueError(f"{operator} is followed by nothing: write a value, such as {_EXAMPLES[subject]}")
    if operator == "matches":
        return (_expression(_unquoted(value)),)
    return tuple(_literal(subject, operator, part) for part in _parts(value))


def _parts(value: str) -> list[str]:
    several = _ANY.fullmatch(value)
    if several is None:
        return [_unquoted(value)]
    parts: list[str] = []
    at = 0
    while at < len(several[1]) or not parts:
        match = _ARGUMENT.match(several[1], at)
        if match is None:
            raise ValueError(f"{value!r} cannot be read: write such as any(200, 204)")
        parts.append(_unquoted(match[1].strip()))
        at = match.end()
    return parts


def _unquoted(value: str) -> str:
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1]
    return value


def _expression(value: str) -> str:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # an ambiguous set would otherwise write to the terminal
            re.compile(value)
        readable(value)
    except (re.error, ValueError, RecursionError, OverflowError, Warning) as error:
        raise ValueError(f"{value!r} is not a regular expression: {error}") from None
    return value


def _literal(subject: str, operator: str, value: str) -> str | float | bool:
    if subject in _WHOLES:
        if not _WHOLE.fullmatch(value):
            raise ValueError(f"[{subject}] is a whole number, not {value!r}: write such as {_EXAMPLES[subject]}")
        return int(value)
    if subject in _FLAGS:
        if value not in {"true", "false"}:
            raise ValueError(f"[{subject}] is true or false, not {value!r}: write {_EXAMPLES[subject]}")
        return value == "true"
    if subject in _DURATIONS:
        milliseconds = parse_number(value) if subject in _SPANS else None
        return parse_duration(value) if milliseconds is None else milliseconds / 1000
    if subject in _NUMBERS:
        number = parse_number(value)
        if number is None:
            raise ValueError(f"[{subject}] is a number, not {value!r}: write such as {_EXAMPLES[subject]}")
        return number
    if subject in _SIZES:
        return parse_size(value)
    if subject in _PERCENTS:
        percent = parse_number(value.removesuffix("%"))
        if percent is None:
            raise ValueError(f"[{subject}] is a percentage, not {value!r}: write such as {_EXAMPLES[subject]}")
        return percent
    if operator in {"<", "<=", ">", ">="} and parse_number(value) is None:
        raise ValueError(
            f"{operator} compares numbers, and {value!r} is none: write such as [BODY].queue {operator} 10"
        )
    return value
