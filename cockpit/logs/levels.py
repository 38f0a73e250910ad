"""The names and numbers that log formats give their levels."""

from __future__ import annotations

from cockpit.logs.line import Level

_NAMES = {
    Level.FATAL: "fatal ftl critical crit emerg emergency alert panic dpanic fat",
    Level.ERROR: "error err eror severe fail failure",
    Level.WARNING: "warning warn wrn war",
    Level.NOTICE: "notice note",
    Level.INFO: "info inf information informational log",
    Level.DEBUG: "debug dbg debug1 debug2 debug3 debug4 debug5 dbug dbg1 verbose verb vrb fine finer config",
    Level.TRACE: "trace trce trc finest silly",
}
LEVEL_OF_NAME = {name: level for level, names in _NAMES.items() for name in names.split()}

# One letter, as in glog, Android's logcat, MongoDB, Tornado and Ruby's logger.
LEVEL_OF_LETTER = {
    "F": Level.FATAL,
    "E": Level.ERROR,
    "W": Level.WARNING,
    "I": Level.INFO,
    "D": Level.DEBUG,
    "C": Level.FATAL,
    "N": Level.NOTICE,
    "T": Level.TRACE,
    "V": Level.DEBUG,
}

# RFC 5424, section 6.2.1.
SYSLOG_SEVERITIES = (
    Level.FATAL,
    Level.FATAL,
    Level.FATAL,
    Level.ERROR,
    Level.WARNING,
    Level.NOTICE,
    Level.INFO,
    Level.DEBUG,
)

# ArcSight's Common Event Format: 0 to 10, or a word.
CEF_SEVERITIES = {
    **{str(number): Level.INFO for number in range(4)},
    **{str(number): Level.WARNING for number in range(4, 7)},
    **{str(number): Level.ERROR for number in (7, 8)},
    **{str(number): Level.FATAL for number in (9, 10)},
    "low": Level.INFO,
    "medium": Level.WARNING,
    "high": Level.ERROR,
    "very-high": Level.FATAL,
}


def named_level(word: str) -> Level:
    """Return the level a level field names, `ERROR+2` as Go's slog has it, too; Level.NONE where it names none."""
    name = word.strip().lower()
    if name and name[-1].isdigit():
        name = name.rstrip("0123456789").rstrip("+-") if "+" in name or "-" in name else name
    return LEVEL_OF_NAME.get(name, Level.NONE)


def numbered_level(number: float) -> Level:
    """Return the level a numeric field means: up to 7 a syslog severity (as GELF), from 10 as bunyan and pino count."""
    if 0 <= number <= 7:
        return SYSLOG_SEVERITIES[int(number)]
    if not 10 <= number < 100:
        return Level.NONE
    ladder = (Level.TRACE, Level.DEBUG, Level.INFO, Level.WARNING, Level.ERROR)
    return ladder[int(number) // 10 - 1] if number < 60 else Level.FATAL


def status_level(status: int) -> Level:
    """Return the level of an HTTP status: a server error is an error, a client error a warning, the rest info."""
    if status >= 500:
        return Level.ERROR
    return Level.WARNING if status >= 400 else Level.INFO


def otel_level(number: int) -> Level:
    """Return the level of OpenTelemetry's severity number: four to a level, from 1 for trace to 24 for fatal."""
    ladder = (Level.TRACE, Level.DEBUG, Level.INFO, Level.WARNING, Level.ERROR, Level.FATAL)
    return ladder[(number - 1) // 4] if 1 <= number <= 24 else Level.NONE
