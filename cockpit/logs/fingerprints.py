"""Lines that differ only in numbers, addresses, identifiers and quoted texts, counted as one template."""

from __future__ import annotations

import re

from msgspec import Struct

from cockpit.logs.lazy import lazily
from cockpit.logs.line import Level, LogLine
from cockpit.logs.requests import normal_path, read_request

MOST = 2_000  # templates that are kept
_LONGEST = 300  # characters of a message that are looked at
_OF_REQUESTS = frozenset({"access", "elb", "gin", "haproxy", "uwsgi"})  # alike by method, path and status
_DROPPED = 4  # one in so many goes where there is no more room: the least grave, rare and old
_REMEMBERED = 200_000  # templates dropped, so that one that comes back is not called new

_VARIABLE = lazily(
    r"(?P<text>\"(?:[^\"\\]|\\.)*+(?:\"|$)|(?<![\w])'[^']*')"
    r"|(?P<uuid>\b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\b)"
    r"|(?P<mail>\b[\w.+-]+@[\w-]+\.[\w.-]+\b)"
    r"|(?P<ip>\b(?:\d{1,3}\.){3}\d{1,3}\b(?::\d+)?|(?<![\w:])(?:[0-9a-f]{1,4}:){3,7}[0-9a-f]{1,4}\b)"
    r"|(?P<hex>\b0[xX][0-9a-fA-F]+\b|\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{8,}\b)"
    r"|(?P<number>\d+(?:[.,:]\d+)*)"
)
_NAMES = {"text": "<text>", "uuid": "<uuid>", "mail": "<mail>", "ip": "<ip>", "hex": "<hex>", "number": "<n>"}


class Fingerprint(Struct, frozen=True):
    """A template, how often it came, and when; `new` says whether it never came before a moment, None if unknown."""

    template: str
    level: str
    count: int
    first_at: float | None
    last_at: float | None
    example: str
    new: bool | None = None


class _Kept(Struct):
    level: Level
    example: str
    first_at: float | None
    last_at: float | None
    count: int = 0
    returned: bool = False  # was dropped once: when it first came is not known


def template_of(message: str) -> str:
    """Return a message with everything that varies masked: `took <n> ms`."""
    return _VARIABLE.sub(_mask, message[:_LONGEST])


def _mask(match: re.Match[str]) -> str:
    return _NAMES[match.lastgroup or "number"]


class Fingerprints:
    """Collects the templates of lines, in bounded memory; `left_out` says how many lines the bound has cost."""

    def __init__(self, most: int = MOST) -> None:
        self.left_out = 0
        self._most = most
        self._kept: dict[tuple[Level, str], _Kept] = {}
        self._dropped: set[int] = set()
        self._known: set[int] = set()

    def add(self, line: LogLine) -> None:
        """Take in a line; what only continues one is left out."""
        key = _key(line)
        if key is None:
            return
        kept = self._kept.get(key)
        if kept is None:
            if len(self._kept) >= self._most:
                self._make_room()
            kept = self._kept[key] = _Kept(line.level, line.message[:_LONGEST], line.at, line.at)
            kept.returned = hash(key) in self._dropped
        kept.count += 1
        if line.at is not None:
            kept.first_at = line.at if kept.first_at is None else min(kept.first_at, line.at)
            kept.last_at = line.at if kept.last_at is None else max(kept.last_at, line.at)

    def know(self, line: LogLine) -> None:
        """Take in a line of earlier, which is not counted: its template is not new."""
        key = _key(line)
        if key is not None and len(self._known) < _REMEMBERED:
            self._known.add(hash(key))

    def _make_room(self) -> None:
        ranked = sorted(self._kept.items(), key=lambda pair: (pair[1].level, pair[1].count, pair[1].last_at or 0.0))
        for key, kept in ranked[: max(1, self._most // _DROPPED)]:
            self.left_out += kept.count
            if len(self._dropped) < _REMEMBERED:
                self._dropped.add(hash(key))
            del self._kept[key]

    def ranked(self, *, since: float | None = None) -> list[Fingerprint]:
        """Return them, those new since a moment first, then the gravest and most frequent."""
        found = [
            Fingerprint(
                key[1],
                kept.level.word,
                kept.count,
                kept.first_at,
                kept.last_at,
                kept.example,
                _is_new(kept, since, known=hash(key) in self._known),
            )
            for key, kept in self._kept.items()
        ]
        levels = {level.word: level for level in Level}
        return sorted(found, key=lambda one: (not one.new, -levels[one.level], -one.count, one.template))


def _key(line: LogLine) -> tuple[Level, str] | None:
    if line.continuation or not line.message.strip():
        return None
    request = read_request(line) if line.format in _OF_REQUESTS else None
    if request is None:
        return line.level, template_of(line.message)
    return line.level, f"{request.method} {normal_path(request.path)} {request.status}"


def _is_new(kept: _Kept, since: float | None, *, known: bool) -> bool | None:
    if known and since is not None:
        return False
    if since is None or kept.first_at is None or (kept.returned and kept.first_at >= since):
        return None
    return kept.first_at >= since
