"""A configured log against what a check allows: how many lines of a level or pattern it has had lately."""

from __future__ import annotations

import time
from pathlib import Path

from cockpit import process
from cockpit.durations import age, parse_duration
from cockpit.errors import CockpitError, ObservationError
from cockpit.logs.levels import named_level
from cockpit.logs.line import Level
from cockpit.logs.patterns import known_pattern
from cockpit.logs.sourced import logs_of
from cockpit.logs.sources import Printed, matched, printed
from cockpit.logs.volumes import is_glob
from cockpit.logs.window import LogWindow, together, window_of
from cockpit.release.checks import LogCheck
from cockpit.release.configuration import Configuration
from cockpit.release.ports import Observed
from cockpit.times import zone


def observe_log(
    root: Path,
    configuration: Configuration,
    check: LogCheck,
    *,
    now: float,
    seconds: float = 20.0,
    trusted: bool = False,
) -> Observed:
    """Read the log's end and judge it; unknown where it cannot be read, or has nothing to go by.

    `root` is the configuration's directory; a log that takes longer than `seconds` to read is unknown. So is one whose
    command may not be run here, that fails, or that goes on for longer than that: of what it prints the end must be
    known.
    """
    source = logs_of(configuration, follow=False, since=check.within).get(check.name)
    if source is None:
        return Observed("unknown", f"no log {check.name} is configured")
    try:
        for name in filter(None, (check.pattern, check.among)):
            known_pattern(name, configuration.patterns)
        until = time.monotonic() + seconds

        def look(path: Path) -> LogWindow:
            return window_of(
                path,
                since=now - parse_duration(check.within),
                now=now,
                zone=zone(configuration.timezone),
                own_patterns=configuration.patterns,
                patterns=bool(check.pattern),
                seconds=until - time.monotonic(),
                encoding=source.encoding,
            )

        if source.file:
            paths = matched(root / source.file) if is_glob(source.file) else (root / source.file,)
            window = together([look(path) for path in paths])
        elif not trusted:
            raise ObservationError(
                f"the command of the log {check.name} is not trusted on this host",
                fix="Read it with cockpit trust --show",
            )
        else:
            with printed(check.name, process.shell(source.command), cwd=root, seconds=seconds) as output:
                _require_whole(check.name, output)
                window = look(output.path)
    except CockpitError as error:
        return Observed("unknown", error.what, error.fix)
    return judge_log(check, window, now=now)


def _require_whole(name: str, output: Printed) -> None:
    if output.unfinished:
        raise ObservationError(
            f"the command of the log {name} {output.unfinished}",
            fix="A check needs one that ends, such as journalctl -u app --since -15m",
        )
    if output.code:
        raise ObservationError(
            f"the command of the log {name} ended with status {output.code}", fix=f"Try it: cockpit logs {name}"
        )


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
