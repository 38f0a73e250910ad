"""What a person types to choose lines while watching: a pattern, a level, a time, each live and in any order.

`level:warning` (or graver), `since:15m`, `since:14:05`, `until:14:10`; everything else is the pattern.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo

from cockpit.durations import parse_duration
from cockpit.logs.lazy import lazily
from cockpit.logs.levels import named_level
from cockpit.logs.line import Level, LogLine
from cockpit.logs.match import SlowPatternError, TextFilter

_TOKEN = lazily(r"(?:^|(?<=\s))(level|since|until):(\S+)(?:\s+|$)")
_CLOCK = lazily(r"(\d{1,2}):(\d\d)(?::(\d\d))?")


class Sieve:
    """Chooses lines by pattern, level and time; `typed` is what was typed."""

    def __init__(
        self,
        typed: str,
        *,
        text: TextFilter | None = None,
        minimum: Level = Level.NONE,
        since: float | None = None,
        until: float | None = None,
    ) -> None:
        self.typed = typed
        self._text = text
        self.minimum = minimum
        self._since = since
        self._until = until

    @property
    def slow(self) -> SlowPatternError | None:
        """Why the pattern was given up."""
        return self._text.slow if self._text is not None else None

    @property
    def text_only(self) -> bool:
        """Whether the text of a line alone decides."""
        return self.minimum is Level.NONE and self._since is None and self._until is None

    @property
    def why_literal(self) -> str:
        """Why its text is looked for as it stands, where it is no regular expression; empty else."""
        return self._text.why_literal if self._text is not None else ""

    def matches(self, text: str) -> bool:
        """Whether a line of this text may be chosen."""
        return self._text is None or self._text.matches(text)

    def wants(self, line: LogLine) -> bool:
        """Whether this line is chosen; one without a time is not where a time is asked for."""
        if line.level < self.minimum:
            return False
        if self._since is not None and (line.at is None or line.at < self._since):
            return False
        if self._until is not None and (line.at is None or line.at >= self._until):
            return False
        return self.matches(line.text)


def read_sieve(typed: str, *, now: float, zone: tzinfo) -> Sieve | None:
    """Return what is typed as a sieve, None where it lets everything through.

    What is no level and no time, such as a half-typed `level:wa`, is a part of the pattern.
    """
    found: dict[str, float | Level] = {}

    def take(match: re.Match[str]) -> str:
        key, word = match.groups()
        value = _level(word) if key == "level" else read_moment(word, now=now, zone=zone)
        if value is None:
            return match[0]
        found[key] = value
        return ""

    inverted = typed.startswith("!")
    body = _TOKEN.sub(take, typed.removeprefix("!")).strip(" ") if ":" in typed else typed.removeprefix("!")
    text = TextFilter.lenient(("!" if inverted else "") + body) if body else None
    if text is None and not found:
        return None
    return Sieve(
        typed,
        text=text,
        minimum=Level(int(found.get("level", Level.NONE))),
        since=found.get("since"),
        until=found.get("until"),
    )


def read_moment(word: str, *, now: float, zone: tzinfo) -> float | None:
    """Return the epoch seconds that a person means: `15m` ago, `14:05` as last seen on the clock, or a full time."""
    clock = _CLOCK.fullmatch(word)
    here = datetime.fromtimestamp(now, zone)
    if clock:
        hour, minute, second = (int(part or 0) for part in clock.groups())
        if hour > 23 or minute > 59 or second > 59:
            return None
        shown = here.replace(hour=hour, minute=minute, second=second, microsecond=0)
        return _last_shown(now, shown, shown - timedelta(days=1))
    for read in (_ago(now), _stamp(now, zone)):
        try:
            return read(word)
        except (ValueError, OverflowError):
            continue
    return None


def _ago(now: float) -> Callable[[str], float]:
    return lambda word: now - parse_duration(word)


def _stamp(now: float, zone: tzinfo) -> Callable[[str], float]:
    def read(word: str) -> float:
        moment = datetime.fromisoformat(word)
        return moment.timestamp() if moment.tzinfo else _last_shown(now, moment.replace(tzinfo=zone))

    return read


def _last_shown(now: float, *moments: datetime) -> float:
    """Return the latest of these times of the clock that has passed, or else the first of them all."""
    # By epoch seconds: times of one zone compare by what the clock shows, and it shows an hour twice when it goes back.
    # `until:` means the later one, too: so it is of the same hour as `since:`, and hides no line that was asked for.
    seconds = [moment.replace(fold=fold).timestamp() for moment in moments for fold in (0, 1)]
    return max((one for one in seconds if one <= now), default=seconds[0])


def _level(word: str) -> Level | None:
    level = named_level(word)
    return None if level is Level.NONE else level
