"""What stands behind a line's time, in the formats that have no level field there: each program's own way to tell."""

from __future__ import annotations

import re

from cockpit.logs.access import parse_balancer, parse_common, parse_request
from cockpit.logs.java_servers import parse_websphere
from cockpit.logs.lazy import lazily
from cockpit.logs.levels import LEVEL_OF_LETTER, named_level, status_level
from cockpit.logs.line import Level
from cockpit.logs.parsed import Parsed, Setting

_STRUCTURED = lazily(r" (\S+) (\S+) (\S+) (\S+) \[[^\]\"]*(?:\"[^\"]*\"[^\]\"]*)*?\blevel=\"(\w+)\"")
_NGINX_PROCESS = lazily(r" \[\w+\] \d+#\d+: ")
# Log4j's and Logback's line behind its time: perhaps a thread, the level, and a thread or a class.
JAVA_LEVEL = r"\s*(?:- )?(?:\[[ -\\^-~]{0,80}\]\s*(?:- )?){0,2}(?:TRACE|DEBUG|INFO|WARN|ERROR|FATAL|SEVERE)"
JAVA_CLASS = r"\s+(?:- )?(?:\[[ -\\^-~]{0,200}\]|\(|(?:[a-z0-9_$]{1,60}\.){1,12}+[A-Z][A-Za-z0-9_$.]{0,200}[:\s(])"
_JAVA = lazily(JAVA_LEVEL + JAVA_CLASS, re.ASCII)
_PHP = lazily(r"PHP (Fatal error|Parse error|Warning|Notice|Deprecated)?")
_PHP_LEVELS = {
    "Fatal error": Level.FATAL,
    "Parse error": Level.FATAL,
    "Warning": Level.WARNING,
    "Notice": Level.NOTICE,
    "Deprecated": Level.NOTICE,
}
_MSSQL = lazily(r" (?:spid\d+s?|Logon|Server|Backup) {2,}(Error: \d+)?")
_MYSQL_SYSTEM = lazily(r" \d+ \[System\] \[MY-\d+\] ")
_ZONEMINDER = lazily(r" [\w.-]+\[\d+\]\.([A-Z]{3}|DB\d) ")
_GIN_STATUS = lazily(r"\| *([1-5]\d\d) *\| ")
_TELEGRAF = lazily(r"([DIWE])! ")
_TOPICS = lazily(r" \S+ ([a-z]+(?:,[a-z]+)+) ")  # as MikroTik's routers have them
_RAS = lazily(r" \S+ (?:RAS|NULL) \S+ ([A-Z]+) ")
_POSTGRES_RDS = lazily(
    r":[\w.-]*\(\d*\):[^:]{0,120}:\[\d+\]:(?:(STATEMENT|DETAIL|HINT|CONTEXT|QUERY|LOCATION)|[A-Z]+\d?):  "
)
_POSTGRES = lazily(
    r" \[[\d-]+\](?: \S{1,200}){0,6}? "
    r"(?:LOG|ERROR|FATAL|PANIC|WARNING|NOTICE|INFO|DEBUG\d?|STATEMENT|DETAIL|HINT|CONTEXT|QUERY|LOCATION):  "
)
_POSTGRES_DETAIL = lazily(r"[^:]{0,120}\b(?:STATEMENT|DETAIL|HINT|CONTEXT|QUERY|LOCATION):  ")


def parse_after_time(text: str, end: int, rest: str, setting: Setting) -> Parsed | None:
    """Read the rarer things that follow a time; their own time is left out."""
    telegraf = _TELEGRAF.match(rest)
    if telegraf:
        return Parsed(LEVEL_OF_LETTER[telegraf.group(1)], None, rest, "plain")
    websphere = parse_websphere(text, end, rest)
    if websphere:
        return websphere
    topics = _TOPICS.match(text, end)
    if topics:
        return Parsed(max(map(named_level, topics.group(1).split(","))), None, rest, "syslog")
    ras = _RAS.match(text, end)
    if ras:
        return Parsed(named_level(ras.group(1)), None, rest, "ras")
    structured = _STRUCTURED.match(text, end)
    if structured:
        return Parsed(named_level(structured.group(5)), None, rest, "syslog")
    php = _PHP.match(rest)
    if php:
        return Parsed(_PHP_LEVELS.get(php.group(1) or "", Level.NONE), None, rest, "php")
    if _MYSQL_SYSTEM.match(text, end):
        return Parsed(Level.INFO, None, rest, "plain")
    zoneminder = _ZONEMINDER.match(text, end)
    if zoneminder:
        return Parsed(named_level(zoneminder.group(1)), None, rest, "plain")
    mssql = _MSSQL.match(text, end)
    if mssql:
        return Parsed(Level.ERROR if mssql.group(1) else Level.NONE, None, rest, "mssql")
    gin = _GIN_STATUS.match(rest)
    if gin:
        return Parsed(status_level(int(gin.group(1))), None, rest, "gin")
    if '"' in rest:
        return parse_balancer(text, setting) or parse_common(rest) or parse_request(rest, setting)
    return None


def postgres_detail(text: str, end: int) -> bool | None:
    """Whether what follows the time adds to PostgreSQL's record before; None where it is not PostgreSQL's."""
    details = _POSTGRES_RDS.match(text, end)
    if details:
        return details.group(1) is not None
    return True if _POSTGRES_DETAIL.match(text, end) else None


def timed_name(text: str, time: re.Match[str], end: int) -> str:
    """Return the name of the format whose lines begin with an ISO time, by what stands behind that."""
    stamp = time.group(1)
    if "/" in stamp and _NGINX_PROCESS.match(text, end):
        return "nginx-error"
    if time.group(3) and (_POSTGRES.match(text, end) or _POSTGRES_RDS.match(text, end)):
        return "postgres"
    # The default of logging's asctime: a blank and a comma. Log4j has the same, with threads and classes.
    if " " in stamp and time.group(2) and text[time.start() + 19] == ",":
        return "log4j" if _JAVA.match(text, end) else "python"
    return "plain"
