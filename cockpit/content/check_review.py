"""What the types cannot say of a check, the same in a checklist and in cockpit.yaml."""

from __future__ import annotations

import codecs
import re
from typing import TypeVar

from cockpit.content.problems import quoted
from cockpit.content.review import Review
from cockpit.content.strict_yaml import Step
from cockpit.durations import parse_duration
from cockpit.patterns import UNREADABLE, readable
from cockpit.release.checklist import Item
from cockpit.release.checks import KINDS, SHORTEST_VALIDITY, Check, EnvCheck, GitCheck, HttpCheck, LogCheck

T = TypeVar("T")

HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, token
METHOD = re.compile(r"[A-Z]+")
_URL = re.compile(r"https?://[^\s/?#]")
_ADDRESS = re.compile(r"(?:\[[0-9a-fA-F:.]+\]|(?P<name>[^\s:/\[\]]+))(?::(?P<port>[0-9]{1,5}))?")
_LONGEST_NAME, _LONGEST_LABEL = 253, 63  # characters, RFC 1035
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SHARE = re.compile(r"(?:100|\d{1,2})(?:\.\d{1,3})?%")
LOG_LEVELS = ("fatal", "error", "warning", "notice", "info", "debug", "trace")
_HOST = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def review_check(review: Review[T], check: Check, *where: Step) -> None:
    """Complain of everything in a check that cannot be meant."""
    if check.off:
        if any(getattr(check, kind) is not None for kind in KINDS):
            review.complain_of_key("a check that is off has no kind: remove off, or all the rest", *where, "off")
        return
    review.exactly_one(check, *where)
    review.durations(check, ("interval", "timeout"), *where)
    if check.expires:
        review.durations(check, ("expires",), *where)
        _expiry(review, check, *where)
    if not _HOST.fullmatch(check.observe):
        review.complain(f"{quoted(check.observe)} is not all, any or a host's name", *where, "observe")
    if check.paths and check.binds != "paths":
        review.complain("paths are only looked at with 'binds: paths': add that, or remove them", *where, "paths")
    if check.binds == "paths" and not check.paths:
        review.complain("'binds: paths' needs paths: list the paths that matter", *where, "binds")
    _kind(review, check, *where)


def address_complaint(address: str, *, port: bool = False) -> str:
    """Return what is wrong with a host that a port may follow, with `port` has to; empty where nothing is."""
    match = _ADDRESS.fullmatch(address)
    fault = ""
    if match and (0 < int(match["port"]) < 65536 if match["port"] else not port):
        fault = _name_fault(match["name"]) if match["name"] else ""
        if not fault:
            return ""
        fault = f", as {fault}"
    if port:
        return f"{quoted(address)} is not host:port{fault}: write it like localhost:5432"
    return f"{quoted(address)} is not a host{fault}: write it like shop.example or shop.example:8443"


def _name_fault(name: str) -> str:
    """Return why nobody can be asked where a name lies; empty where somebody can."""
    bare = name.removesuffix(".")
    if not bare.isascii():
        try:
            bare = bare.encode("idna").decode("ascii")
        except UnicodeError:
            return "a part of it can be no name"
    labels = bare.split(".")
    if not all(labels):
        return "a part between two dots is empty"
    if max(map(len, labels)) > _LONGEST_LABEL:
        return f"a part between two dots is longer than {_LONGEST_LABEL} characters"
    return f"it is longer than {_LONGEST_NAME} characters" if len(bare) > _LONGEST_NAME else ""


def _expiry(review: Review[T], check: Check, *where: Step) -> None:
    try:
        expires, interval = parse_duration(check.expires), parse_duration(check.interval)
    except ValueError:  # complained of already
        return
    if expires < SHORTEST_VALIDITY:
        review.complain(f"{quoted(check.expires)} is too short: what holds is renewed at half of it, and never more "
                        "often than every 5m, so write 10m or more", *where, "expires")  # fmt: skip
    elif expires < 2 * interval:
        review.complain("it expires before the next result is due: write at least twice the interval",
                        *where, "expires")  # fmt: skip


def _kind(review: Review[T], check: Check, *where: Step) -> None:
    if check.command is not None:
        review.filled(check.command.run, *where, "command", "run")
        for key in ("matches", "lacks"):
            review.complain(expression_complaint(getattr(check.command, key)), *where, "command", key)
    if check.http is not None:
        _http(review, check.http, *where, "http")
    if check.tls is not None:
        review.complain(address_complaint(check.tls.address), *where, "tls", "address")
        review.at_least(check.tls, 0, ("days",), *where, "tls")
    if check.env is not None:
        _env(review, check.env, *where, "env")
    if check.file is not None:
        review.filled(check.file.path, *where, "file", "path")
        review.at_least(check.file, 0, ("min_size",), *where, "file")
        if check.file.newer_than:
            review.durations(check.file, ("newer_than",), *where, "file")
    for key, named in (("probe", check.probe), ("target", check.target)):
        if named is not None:
            review.filled(named.name, *where, key, "name")
    if check.rehearsal is not None:
        review.durations(check.rehearsal, ("within",), *where, "rehearsal")
    if check.source is not None:
        review.filled(check.source.name, *where, "source", "name")
        review.durations(check.source, ("within",), *where, "source")
    if check.git is not None:
        _git(review, check.git, *where, "git")
    if check.log is not None:
        if check.closes:
            message = "what a log says supports an item and proves none, so that it cannot close one: remove closes"
            review.complain(message, *where, "closes")
        _log(review, check.log, *where, "log")


def _http(review: Review[T], http: HttpCheck, *where: Step) -> None:
    if not _URL.match(http.url):
        review.complain(f"{quoted(http.url)} is not an address: write it with http:// or https://", *where, "url")
    if not METHOD.fullmatch(http.method):
        review.complain(f"{quoted(http.method)} is not a method: write one such as GET", *where, "method")
    for index, status in enumerate(http.status):
        if not 100 <= status <= 599:
            review.complain(f"{status} is no HTTP status: write one such as 200", *where, "status", index)
    for key in ("present", "absent"):
        for index, name in enumerate(getattr(http, key)):
            review.complain(_header_complaint(name), *where, key, index)
    for key in ("send", "equals"):
        for name in getattr(http, key):
            review.complain_of_key(_header_complaint(name), *where, key, name)


def _env(review: Review[T], env: EnvCheck, *where: Step) -> None:
    review.filled(env.file, *where, "file")
    for index, name in enumerate(env.set):
        review.complain(_variable_complaint(name), *where, "set", index)
    for name, length in env.min_length.items():
        review.complain_of_key(_variable_complaint(name), *where, "min_length", name)
        if length < 1:
            review.complain(f"{length} is too small: write 1 or more", *where, "min_length", name)


def _git(review: Review[T], git: GitCheck, *where: Step) -> None:
    if not (git.clean or git.tag or git.at_tag or git.signed or git.merged):
        review.complain("nothing is asked here: add clean, tag, at_tag, signed or merged", *where)
    for index, branch in enumerate(git.merged):
        review.filled(branch, *where, "merged", index)


def _log(review: Review[T], log: LogCheck, *where: Step) -> None:
    review.filled(log.name, *where, "name")
    review.durations(log, ("within",), *where)
    if bool(log.level) == bool(log.pattern):
        review.complain("a level or a pattern is counted: write one of the two", *where)
    if log.level and log.level not in LOG_LEVELS:
        review.complain(f"{quoted(log.level)} is no level: write one of {', '.join(LOG_LEVELS)}", *where, "level")
    if log.max < 0:
        review.complain(f"{log.max} is too small: write 0 or more", *where, "max")
    if log.max_share and not _SHARE.fullmatch(log.max_share):
        review.complain(f"{quoted(log.max_share)} is not a share: write it like 1%", *where, "max_share")
    if log.among and not (log.pattern and log.max_share):
        review.complain("among needs a pattern and max_share: add them, or remove it", *where, "among")


def expression_complaint(text: str) -> str:
    """Say what is wrong with a regular expression."""
    try:
        readable(text)
    except UNREADABLE as error:
        return f"{quoted(text)} is not a regular expression: {error}"
    return ""


def encoding_complaint(name: str) -> str:
    """Say why text cannot be read in an encoding of this name; empty is UTF-8."""
    try:
        if not name or codecs.lookup(name)._is_text_encoding:
            return ""
    except (LookupError, ValueError):
        pass
    return f"{quoted(name)} is no encoding of text: write one such as cp1252, latin-1 or utf-16"


def _header_complaint(name: str) -> str:
    return "" if HEADER_NAME.fullmatch(name) else f"{quoted(name)} is not a header's name: write one such as Accept"


def _variable_complaint(name: str) -> str:
    return "" if _VARIABLE.fullmatch(name) else f"{quoted(name)} is not a variable's name: write one such as SECRET_KEY"


def closing_complaint(item: Item, check: Check) -> str:
    """Say why no check may close that item; empty where one may."""
    if not check.closes or check.off:
        return ""
    if item.two_person:
        return "two persons answer for this item, so that no check closes it: remove closes"
    if item.evidence:
        return "this item asks a person for evidence, so that no check closes it: remove closes"
    return ""
