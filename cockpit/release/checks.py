"""Checks: what closes or supports an item without a hand, as people write it; immutable. Durations are text."""

import hashlib
from typing import Literal

import msgspec
from msgspec import Struct

from cockpit.durations import parse_duration
from cockpit.release.sources import SourceQuestion

Binds = Literal["commit", "paths", "host", "release", "period"]
Effects = Literal["none", "writes", "money", "load"]
Kind = Literal["command", "http", "tls", "env", "file", "git", "probe", "target", "log", "rehearsal", "source"]
Protocol = Literal["TLSv1.2", "TLSv1.3"]

KINDS: tuple[Kind, ...] = (
    "command", "http", "tls", "env", "file", "git", "probe", "target", "log", "rehearsal", "source",
)  # fmt: skip
RUN_TAG = "run"  # the name by which a git check means the tag that the run flies

SHORTEST_VALIDITY = 600.0  # seconds: what holds is renewed at half of it, and never more often than every five minutes
_DEFAULT_VALIDITY = 1800.0  # at least, unless `expires` says otherwise
_BY_HAND_VALIDITY = 86400.0  # of what only a person lets run


class CommandCheck(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A shell command line: it ends with `status`, and its output matches, or lacks, a regular expression.

    Values reach it only by environment variables: COCKPIT_TARGET_TAG, COCKPIT_TARGET_COMMIT, COCKPIT_SERVICE and
    COCKPIT_ENVIRONMENT.
    """

    run: str
    status: int = 0
    matches: str = ""
    lacks: str = ""
    directory: str = ""  # relative to the code directory


class HttpCheck(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One request, no redirect followed: status (2xx, or with `redirects_to` 3xx, where none is named), headers, body.

    `send` are the request's headers, `equals` texts that the answer's headers are, letter case aside.
    """

    url: str
    method: str = "GET"
    send: dict[str, str] = {}
    status: tuple[int, ...] = ()
    present: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    equals: dict[str, str] = {}
    contains: str = ""
    lacks: str = ""
    redirects_to: str = ""  # what the answer's Location begins with
    gzip: bool = False
    ca_file: str = ""  # certificates to trust beside the system's; relative to the configuration's directory


class TlsCheck(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A TLS handshake with host[:port]: chain and name verify, `days` are left, and the protocol is new enough."""

    address: str
    name: str = ""  # the name that the certificate must be for, where it is not the address's
    days: int = 14
    protocol: Protocol = "TLSv1.2"  # the oldest that will do
    ca_file: str = ""


class EnvCheck(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """An env file: variables that are set to more than a placeholder, some with a least length; values never leave."""

    file: str = ".env"
    set: tuple[str, ...] = ()
    min_length: dict[str, int] = {}
    placeholders: tuple[str, ...] = ()  # values, beside the usual ones, that are no values


class FileCheck(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A file, or the newest one that a glob finds: it exists, is newer than a duration, holds so many bytes."""

    path: str  # a path or glob, relative to the code directory
    newer_than: str = ""
    min_size: int = 1  # bytes


class GitCheck(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The work tree and its tags; `tag` names one, or with `run` the one that the run flies."""

    clean: bool = False
    tag: str = ""
    at_tag: bool = False  # HEAD is that tag's commit
    signed: bool = False  # that tag carries a signature that git verifies
    merged: tuple[str, ...] = ()  # branches that HEAD holds all of
    directory: str = ""  # relative to the code directory

    @property
    def of_run(self) -> bool:
        """Whether it looks for the tag that the run flies."""
        return self.tag == RUN_TAG or (not self.tag and (self.at_tag or self.signed))


class ProbeCheck(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A configured probe or scenario is ok, by its lasting state; `degraded` says whether that will do, too."""

    name: str
    degraded: bool = False


class TargetCheck(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A performance target is met over its window; too few samples are unknown."""

    name: str


class LogCheck(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How many lines of a configured log, within a span up to now, are of a level or graver, or match a named pattern.

    At most `max` of them, or with `max_share` that share: of all lines, or, with `among`, of the lines that match that
    pattern or the counted one. Nothing logged is unknown, not well; the cockpit's own traffic is left out.
    """

    name: str
    level: str = ""
    pattern: str = ""
    among: str = ""
    within: str = "10m"
    max: int = 0
    max_share: str = ""  # a percentage, such as 1%, in place of `max`

    @property
    def share(self) -> float | None:
        """The most that is allowed as a share of one, None where it is a number of lines."""
        return float(self.max_share.removesuffix("%")) / 100 if self.max_share else None


class RehearsalCheck(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A rollback from the commit that the run flies was rehearsed, and went well; `tag` says to which."""

    within: str = "30d"
    tag: str = ""


class Check(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How an item is sensed; exactly one kind is given, unless it is `off`.

    A check that `closes` proves the item; any other supports it: it can block or regress, never close. `observe` says
    whose word counts: the worst of all observers (`all`), one that is well (`any`), or the host of that name.
    """

    command: CommandCheck | None = None
    http: HttpCheck | None = None
    tls: TlsCheck | None = None
    env: EnvCheck | None = None
    file: FileCheck | None = None
    git: GitCheck | None = None
    probe: ProbeCheck | None = None
    target: TargetCheck | None = None
    log: LogCheck | None = None
    rehearsal: RehearsalCheck | None = None
    source: SourceQuestion | None = None
    closes: bool = False
    interval: str = "5m"
    expires: str = ""  # how long a result holds without a new one
    timeout: str = "20s"
    observe: str = "all"
    binds: Binds | None = None  # where it is not the item's
    paths: tuple[str, ...] = ()  # with `binds: paths`
    effects: Effects = "none"
    off: bool = False

    @property
    def kind(self) -> Kind:
        """Which kind it is."""
        return next(kind for kind in KINDS if getattr(self, kind) is not None)

    @property
    def validity(self) -> float:
        """How long a result holds, in seconds."""
        if self.expires:
            return max(parse_duration(self.expires), SHORTEST_VALIDITY)
        least = _DEFAULT_VALIDITY if self.effects == "none" else _BY_HAND_VALIDITY
        return max(4 * parse_duration(self.interval), least)

    def waits_for_person(self, *, production: bool) -> bool:
        """Whether only a person may let it run."""
        return production and self.effects != "none"


def check_digest(check: Check) -> str:
    """Return what stands for all that a check looks at: what was seen by another one says nothing of this one."""
    looks_at = [check.kind, getattr(check, check.kind), check.paths]
    return hashlib.sha256(msgspec.json.encode(looks_at, order="sorted")).hexdigest()[:16]


def describe_check(check: Check) -> str:
    """Return what it will do, in one line for a person who is to let it run."""
    if check.command is not None:
        return f"run {check.command.run}"
    if check.http is not None:
        return f"{check.http.method} {check.http.url}"
    if check.tls is not None:
        return f"TLS handshake with {check.tls.address}"
    if check.env is not None:
        return f"read {check.env.file}"
    if check.file is not None:
        return f"look at {check.file.path}"
    if check.probe is not None:
        return f"look at the probe {check.probe.name}"
    if check.target is not None:
        return f"look at the target {check.target.name}"
    if check.log is not None:
        return f"read the log {check.log.name}"
    if check.rehearsal is not None:
        return "look when a rollback was rehearsed"
    if check.source is not None:
        return f"ask the source {check.source.name} for {check.source.ask}"
    return "ask git"


def expectation(check: Check) -> str:
    """Return what the check wants to see, in one line."""
    if check.command is not None:
        return _of_command(check.command)
    if check.http is not None:
        return _of_http(check.http)
    if check.tls is not None:
        return f"{check.tls.address} verifies for {check.tls.days} days or more, {check.tls.protocol} or newer"
    if check.env is not None:
        return _of_env(check.env)
    if check.file is not None:
        return _of_file(check.file)
    if check.probe is not None:
        return f"the probe {check.probe.name} is ok{' or degraded' if check.probe.degraded else ''}"
    if check.target is not None:
        return f"the target {check.target.name} is met"
    if check.log is not None:
        return _of_log(check.log)
    if check.rehearsal is not None:
        target = f" to {check.rehearsal.tag}" if check.rehearsal.tag else ""
        return f"a rollback{target} rehearsed within {check.rehearsal.within}"
    if check.source is not None:
        return check.source.words
    return _of_git(check.git or GitCheck())


def _of_command(check: CommandCheck) -> str:
    wanted = [f"`{check.run.splitlines()[0] if check.run else ''}` ends with status {check.status}"]
    wanted += [f"its output matches {check.matches}"] if check.matches else []
    wanted += [f"its output lacks {check.lacks}"] if check.lacks else []
    return ", ".join(wanted)


def _of_http(check: HttpCheck) -> str:
    wanted = ["status " + " or ".join(map(str, check.status))] if check.status else []
    if not wanted and not check.redirects_to:
        wanted = ["status 2xx"]
    wanted += [f"redirect to {check.redirects_to}"] if check.redirects_to else []
    wanted += [f"header {name}" for name in check.present]
    wanted += [f"no header {name}" for name in check.absent]
    wanted += [f"{name}: {value}" for name, value in check.equals.items()]
    wanted += ["gzip"] if check.gzip else []
    wanted += [f"body with {check.contains!r}"] if check.contains else []
    wanted += [f"body without {check.lacks!r}"] if check.lacks else []
    return f"{check.url}: " + ", ".join(wanted)


def _of_env(check: EnvCheck) -> str:
    names = [name for name in check.set if name not in check.min_length]
    wanted = [f"{', '.join(names)} set"] if names else []
    wanted += [f"{name} of {length} characters or more" for name, length in check.min_length.items()]
    return f"{check.file}: " + (", ".join(wanted) or "readable")


def _of_file(check: FileCheck) -> str:
    wanted = [check.path]
    wanted += [f"newer than {check.newer_than}"] if check.newer_than else []
    wanted += [f"{check.min_size} bytes or more"] if check.min_size > 1 else []
    return ", ".join(wanted)


def _of_log(check: LogCheck) -> str:
    counted = f"{check.level} lines or graver" if check.level else f"lines of {check.pattern}"
    most = f"at most {check.max}" if check.share is None else f"at most {check.max_share}"
    whole = f" among those and {check.among}" if check.among else ""
    return f"{check.name}: {most} {counted}{whole} within {check.within}"


def _of_git(check: GitCheck) -> str:
    tag = "the run's tag" if check.tag in {"", RUN_TAG} else check.tag
    wanted = ["a clean work tree"] if check.clean else []
    wanted += [f"{tag} exists"] if check.tag and not check.at_tag and not check.signed else []
    wanted += [f"HEAD at {tag}"] if check.at_tag else []
    wanted += [f"{tag} signed"] if check.signed else []
    wanted += [f"{branch} merged" for branch in check.merged]
    return ", ".join(wanted)
