"""One condition against what was seen: the value looked up, compared and shown; pure."""

from __future__ import annotations

from functools import cached_property
from typing import Literal

import msgspec

from cockpit.durations import short_duration
from cockpit.health.conditions import PHASES, Condition, parse_condition, parse_number
from cockpit.health.json_path import JsonPath, follow
from cockpit.health.observation import Observation, shown
from cockpit.health.sizes import shown_size
from cockpit.patterns import search_within
from cockpit.release.health import ConditionResult

_ACTUAL_LIMIT = 120  # characters of a value that are shown
_SEARCH_SECONDS = 1.0  # that it may take: nothing else is looked at meanwhile
_SEARCH_LIMIT = 64 * 1024  # characters that a regular expression is given


class _Absent:
    """The value of what is not there, which a JSON null is not."""


ABSENT = _Absent()


class Values:
    """What the conditions can ask of one observation; the body is decoded once."""

    def __init__(self, seen: Observation, now: float) -> None:
        self._seen = seen
        self._now = now

    @cached_property
    def _document(self) -> object:
        body = (self._seen.body or b"").removeprefix(b"\xef\xbb\xbf")
        try:
            return msgspec.json.decode(body)
        except (ValueError, RecursionError):  # msgspec.DecodeError and UnicodeDecodeError are ValueErrors
            return ABSENT

    @property
    def is_json(self) -> bool:
        """Whether the body can be read as JSON: one that is not, or was cut off, tells nothing of any value."""
        return self._document is not ABSENT

    def look_up(self, condition: Condition) -> object:
        """Return the value that the condition is about, or ABSENT."""
        seen = self._seen
        value: object
        match condition.subject:
            case "STATUS":
                value = seen.status
            case "RESPONSE_TIME":
                value = seen.latency
            case "CERTIFICATE_EXPIRATION":
                value = None if seen.certificate_expires is None else seen.certificate_expires - self._now
            case "CONNECTED":
                value = None if seen.unseen else seen.connected
            case "EXIT":
                value = seen.exit_status
            case "HEADER":
                value = (seen.headers or {}).get(str(condition.path[0]).lower())
            case "BODY":
                return self.in_body(condition.path)
            case subject if subject in PHASES:
                value = next((each.ms / 1000 for each in seen.timings if each.name == PHASES[subject]), None)
            case subject:
                value = seen.values.get(subject)
        return ABSENT if value is None else value

    def in_body(self, path: JsonPath) -> object:
        """Return the JSON value at `path`, the whole text for an empty path, or ABSENT."""
        if not path:
            text = (self._seen.body or b"").decode("utf-8", "replace").strip()
            return text or ABSENT
        return follow(self._document, path, ABSENT)


def evaluate(
    text: str, values: Values, *, level: Literal["fail", "warn"] = "fail", whole: bool = True
) -> ConditionResult:
    """Return how `text` holds; where no whole answer came, a value that is missing cannot be judged."""
    try:
        condition = parse_condition(text)
    except ValueError as error:
        return ConditionResult(text, None, str(error), level)
    actual = values.look_up(condition)
    if actual is ABSENT and not whole:
        return ConditionResult(text, None, "not seen", level)
    if condition.operator == "absent" and condition.subject == "BODY" and condition.path and not values.is_json:
        return ConditionResult(text, False, "no JSON", level)  # of a page of markup nobody knows what it would lack
    try:
        holds = _holds(condition, actual)
    except TimeoutError:
        why = f"{condition.literals[0]!r} takes too long to look for: leave out repetitions within repetitions"
        return ConditionResult(text, None, why, level)
    return ConditionResult(text, holds, _shown(condition.subject, actual), level)


def _holds(condition: Condition, actual: object) -> bool:
    operator, literals = condition.operator, condition.literals
    if operator in {"present", "absent"}:
        return (actual is ABSENT or actual is None) == (operator == "absent")
    if actual is ABSENT:
        return False
    if operator == "!=":
        return not any(_compare("==", actual, literal) for literal in literals)
    return any(_compare(operator, actual, literal) for literal in literals)


def _compare(operator: str, actual: object, literal: str | float | bool) -> bool:
    match operator:
        case "==":
            return _equal(actual, literal)
        case "contains":
            if isinstance(actual, list):
                return any(_as_text(part) == literal for part in actual)
            return str(literal) in _as_text(actual)
        case "matches":
            found = search_within(str(literal), _as_text(actual)[:_SEARCH_LIMIT], seconds=_SEARCH_SECONDS)
            return found is not None
    left, right = _as_number(actual), _as_number(literal)
    if left is None or right is None:
        return False
    return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[operator]


def _equal(actual: object, literal: str | float | bool) -> bool:
    if not isinstance(literal, str):
        return actual == literal
    if isinstance(actual, (int, float)) and not isinstance(actual, bool):
        return actual == parse_number(literal)
    return _as_text(actual) == literal


def _as_number(value: object) -> float | None:
    if isinstance(value, str):
        return parse_number(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    return None


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode("utf-8", "replace")


def _shown(subject: str, actual: object) -> str:
    if actual is ABSENT:
        return "absent"
    if isinstance(actual, (int, float)) and not isinstance(actual, bool):
        if subject == "RESPONSE_TIME" or subject in PHASES:
            return f"{actual * 1000:.0f}ms"
        if subject in {"FILE_AGE", "BEAT_AGE"}:
            return short_duration(actual)
        if subject in {"FILE_SIZE", "DISK_FREE"}:
            return shown_size(actual)
        if subject in {"DISK_USED", "INODES_USED"}:
            return f"{actual:g}%"
        if subject == "CERTIFICATE_EXPIRATION":
            return short_duration(actual) if actual > 0 else f"expired {short_duration(-actual)} ago"
    return shown(_as_text(actual)[: _ACTUAL_LIMIT + 1], _ACTUAL_LIMIT)
