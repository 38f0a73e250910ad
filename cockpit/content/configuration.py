"""`cockpit.yaml`: loaded strictly, then checked for what types alone cannot say."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Callable
from pathlib import Path

from cockpit.content.check_review import HEADER_NAME, METHOD, review_check
from cockpit.content.names import name_complaint
from cockpit.content.problems import quoted
from cockpit.content.review import Review
from cockpit.content.strict_yaml import Document, load_document, read_text
from cockpit.content.strict_yaml import Step as Where
from cockpit.release.configuration import Configuration, Plans, Probe, Step, Verify, VersionSeen

# Returns a complaint about a probe's condition, or None where it can be understood.
CheckCondition = Callable[[str], str | None]

_BRANCH = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*(/[A-Za-z0-9][A-Za-z0-9_-]*)*")
_CREDENTIALS = re.compile(r"://[^/@\s]*:[^/@\s]*@")
_HOST_AND_PORT = re.compile(r"(?:\[[0-9a-fA-F:.]+\]|[^\s:/\[\]]+):([0-9]{1,5})")


def load_configuration(path: Path, check_condition: CheckCondition | None = None) -> Configuration:
    """Return the configuration in the file at `path`; ConfigurationError holds all mistakes."""
    return parse_configuration_text(read_text(path), str(path), check_condition)


def parse_configuration_text(text: str, path: str, check_condition: CheckCondition | None = None) -> Configuration:
    """Return the configuration that `text` is; ConfigurationError holds all mistakes in `path`."""
    document = load_document(text, path, Configuration)
    _ConfigurationReview(document, check_condition).check()
    document.problems.raise_any()
    return document.value


class _ConfigurationReview(Review[Configuration]):
    def __init__(self, document: Document[Configuration], check_condition: CheckCondition | None) -> None:
        super().__init__(document)
        self._check_condition = check_condition

    def check(self) -> None:
        self.complain(name_complaint(self.value.service), "service")
        self.complain(name_complaint(self.value.environment.name), "environment", "name")
        self.complain(_timezone_complaint(self.value.timezone), "timezone")
        self._checklists()
        self._state_remote()
        for key in ("directory", "tags"):
            self.filled(getattr(self.value.code, key), "code", key)
        for name, log in self.value.logs.items():
            self.complain_of_key(name_complaint(name), "logs", name)
            self.filled(log.file, "logs", name, "file")
        for name, probe in self.value.probes.items():
            self.complain_of_key(name_complaint(name), "probes", name)
            self._probe(probe, "probes", name)
        for item_id, check in self.value.checks.items():
            review_check(self, check, "checks", item_id)
        if self.value.version:
            self._version(self.value.version, "version")
        self._plan(self.value.rollback, "rollback")
        self._plan(self.value.deploy, "deploy")

    def _state_remote(self) -> None:
        remote, branch = self.value.state_remote, self.value.state_branch
        if remote and (remote.startswith("-") or remote != remote.strip() or "\n" in remote):
            message = f"{quoted(remote)} is neither a remote nor an address: write one such as origin or host:state.git"
            self.complain(message, "state_remote")
        if _CREDENTIALS.search(remote):
            self.complain("an address here must hold no password: leave it to git's credentials", "state_remote")
        if branch and not _BRANCH.fullmatch(branch):
            self.complain(f"{quoted(branch)} cannot name a branch: write one such as cockpit-state", "state_branch")

    def _checklists(self) -> None:
        if not self.value.checklists:
            self.complain("no checklist to fly: write at least one, such as production-deployment", "checklists")
        self.distinct(self.value.checklists, "checklist", "checklists")
        for index, each in enumerate(self.value.checklists):
            self.complain(name_complaint(each), "checklists", index)

    def _probe(self, probe: Probe, *where: Where) -> None:
        self.exactly_one(probe, ("http", "tcp", "command"), *where)
        self._url(probe.http, *where, "http")
        if probe.tcp:
            self.complain(_tcp_complaint(probe.tcp), *where, "tcp")
        if not METHOD.fullmatch(probe.method):
            self.complain(f"{quoted(probe.method)} is not a method: write one such as GET", *where, "method")
        for name, value in probe.headers.items():
            if not HEADER_NAME.fullmatch(name):
                message = f"{quoted(name)} is not a header's name: write one such as Accept"
                self.complain_of_key(message, *where, "headers", name)
            if "\n" in value:
                self.complain("a header is one line: write it without line ends", *where, "headers", name)
        self.durations(probe, ("interval", "timeout"), *where)
        self.at_least(probe, 1, ("failures", "passes"), *where)
        if self._check_condition:
            for key in ("conditions", "warn"):
                for index, condition in enumerate(getattr(probe, key)):
                    self.complain(self._check_condition(condition) or "", *where, key, index)

    def _version(self, version: VersionSeen, *where: Where) -> None:
        self.exactly_one(version, ("http", "file", "command"), *where)
        self._url(version.http, *where, "http")
        for key in ("json", "header"):
            if getattr(version, key) and (version.file or version.command):
                self.complain_of_key(f"{key} is read from an http answer only: remove it", *where, key)
        if version.json and version.header:
            self.complain_of_key("json and header exclude each other: keep one", *where, "header")
        self.durations(version, ("timeout",), *where)

    def _plan(self, plan: Plans, *where: Where) -> None:
        self.distinct([step.id for step in plan.steps], "id", *where, "steps")
        for index, step in enumerate(plan.steps):
            self._step(step, plan, *where, "steps", index)

    def _step(self, step: Step, plan: Plans, *where: Where) -> None:
        self.complain(name_complaint(step.id), *where, "id")
        self.exactly_one(step, ("run", "checkout", "verify", "confirm"), *where)
        self.durations(step, ("timeout",), *where)
        self.at_least(step, 0, ("retries",), *where)
        if step.verify:
            self._verify(step.verify, *where, "verify")
        if step.needs_backup and not plan.backups.glob:
            message = "nothing says where dumps lie: add backups with a glob to this plan, or remove needs_backup"
            self.complain_of_key(message, *where, "needs_backup")

    def _verify(self, verify: Verify, *where: Where) -> None:
        for index, name in enumerate(verify.probes):
            self.known(name, self.value.probes, "probe", *where, "probes", index)
        self.durations(verify, ("within",), *where)
        self.at_least(verify, 1, ("passes",), *where)

    def _url(self, url: str, *where: Where) -> None:
        if url and not re.match(r"https?://[^\s/?#]", url):
            self.complain(f"{quoted(url)} is not an address: write it with http:// or https://", *where)


def _timezone_complaint(name: str) -> str:
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return f"the time zone {quoted(name)} is not known: write an IANA name such as Europe/Berlin"
    return ""


def _tcp_complaint(address: str) -> str:
    match = _HOST_AND_PORT.fullmatch(address)
    if match and 0 < int(match[1]) < 65536:
        return ""
    return f"{quoted(address)} is not host:port: write it like localhost:5432"
