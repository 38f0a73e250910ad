"""A configured log against what a check allows: how many lines of a level or pattern it has had lately."""

from __future__ import annotations

from pathlib import Path

from cockpit.durations import age, parse_duration
from cockpit.errors import CockpitError
from cockpit.logs.levels import named_level
from cockpit.logs.line import Level
from cockpit.logs.patterns import known_pattern
from cockpit.logs.window import LogWindow, window_of
from cockpit.release.checks import LogCheck
from cockpit.release.configuration import Configuration
from cockpit.release.ports import Observed
from cockpit.times import zone


def observe_log(
    root: Path, configuration: Configuration, check: LogCheck, *, now: float, seconds: float = 20.0
) -> Observed:
    """Read the log's end and judge it; unknown where it cannot be read, or has nothing to go by.

    `root` is the configuration's directory; a log that takes longer than `seconds` to read is unknown.
    """
    source = configuration.logs.get(check.name)
    if source is None:
        return Observed("unknown", f"no log {check.name} is configured")
    try:
        for name in filter(None, (check.pattern, check.among)):
            known_pattern(name, configuration.patterns)
        window = window_of(
            root / source.file,
            since=now - parse_duration(check.within),
            now=now,
            zone=zone(configuration.timezone),
            own_patterns=configuration.patterns,
            patterns=bool(check.pattern),
            seconds=seconds,
        )
    except CockpitError as error:
        return Observed("unknown", error.what, error.fix)
    return judge_log(check, window, now=now)


def judge_log(check: LogCheck, window: LogWindow, *, now: float) -> Observed:
    """Return what a window of a log says of a check."""
    if window.last_at is None:
        return Observed("unknown", f"{check.name} tells no times", "its lines begin with none that is known")
    if not window.lines:
        only = f"only {window.own} lines of the cockpit's own traffic" if window.own else "nothing"
        return Observed("unknown", f"{only} in {check.name} within {check.within}",
                        f"the newest line is {age(max(0.0, now - window.last_at))} old")  # fmt: skip
    if check.level and not window.at_least(Level.TRACE):
        return Observed("unknown", f"{check.name} tells no levels", f"{window.lines} lines within {check.within}")
    count = window.patterns.get(check.pattern, 0) if check.pattern else window.at_least(named_level(check.level))
    whole = window.lines if not check.among else count + window.patterns.get(check.among, 0)
    what = check.pattern or check.level
    told = f"{count} {what} of {whole} lines within {check.within}"
    if check.share is not None and not whole:
        return Observed("unknown", f"no line of {check.pattern} or {check.among} within {check.within}",
                        f"{window.lines} lines")  # fmt: skip
    well = count <= check.max if check.share is None else count <= check.share * whole
    if well and not window.whole:
        return Observed("unknown", told, "the log is too long to be read as far back as that")
    return Observed("ok" if well else "failed", told, f"{window.own} lines of the cockpit's own traffic are left out")
