"""`cockpit.yaml`: loaded strictly, then checked for what types alone cannot say."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Collection, Mapping
from pathlib import Path

from cockpit.content.channel_review import review_channel, review_notify
from cockpit.content.check_review import encoding_complaint, expression_complaint, review_check
from cockpit.content.env_review import review_env
from cockpit.content.environments import ConfigurationFile, Section, chosen
from cockpit.content.names import duration_complaint, name_complaint
from cockpit.content.plan_review import review_plan
from cockpit.content.probe_review import CheckCondition, review_probe
from cockpit.content.problems import quoted
from cockpit.content.review import Review
from cockpit.content.signing_review import review_signing
from cockpit.content.source_review import review_sources
from cockpit.content.strict_yaml import Document, load_document, read_text
from cockpit.content.strict_yaml import Step as Where
from cockpit.content.window_review import review_contacts, review_shifts, review_windows
from cockpit.patterns import USER_INFO
from cockpit.release.configuration import Configuration, Probe, VersionSeen
from cockpit.release.sources import Source
from cockpit.release.targets import TargetBinding, parse_percentage

_BRANCH = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*(/[A-Za-z0-9][A-Za-z0-9_-]*)*")
_CREDENTIALS = re.compile(rf"://{USER_INFO}@")


def load_configuration(path: Path, check_condition: CheckCondition | None = None, *, env: str = "") -> Configuration:
    """Return the configuration in the file at `path`; ConfigurationError holds all mistakes."""
    return parse_configuration_text(read_text(path), str(path), check_condition, env=env)


def parse_configuration_text(
    text: str, path: str, check_condition: CheckCondition | None = None, *, env: str = ""
) -> Configuration:
    """Return the configuration of `env` that `text` is; ConfigurationError holds all mistakes in `path`.

    Empty is the only environment; UsageError (`several-environments`) where there are several.
    """
    file = parse_configuration_file(text, path, check_condition)
    return file.of(chosen(file, env, path=Path(path).name))


def parse_configuration_file(text: str, path: str, check_condition: CheckCondition | None = None) -> ConfigurationFile:
    """Return `text` with all its environments; ConfigurationError holds all mistakes in `path`."""
    document = load_document(text, path, ConfigurationFile)
    _ConfigurationReview(document, check_condition).check()
    document.problems.raise_any()
    return document.value


class _ConfigurationReview(Review[ConfigurationFile]):
    def __init__(self, document: Document[ConfigurationFile], check_condition: CheckCondition | None) -> None:
        super().__init__(document)
        self._check_condition = check_condition

    def check(self) -> None:
        self.complain(name_complaint(self.value.service), "service")
        self._environments()
        self.complain(_timezone_complaint(self.value.timezone), "timezone")
        self._checklists(self.value.checklists, "checklists")
        self._state_remote()
        self._common(self.value, self._probes_of(list(self.value.environments)))
        self._plans(self.value)
        for name, section in self.value.environments.items():
            self._section(name, section)

    def _environments(self) -> None:
        one, several = self.value.environment, self.value.environments
        if one is not None:
            self.complain(name_complaint(one.name), "environment", "name")
            if several:
                self.complain_of_key("environment and environments exclude each other: keep one", "environments")
        elif not several:
            self.complain(
                "the key 'environment' is missing: add environment: {name: production, production: true},"
                " or environments: where there are several"
            )

    def _section(self, name: str, section: Section) -> None:
        where = ("environments", name)
        self.complain_of_key(name_complaint(name), *where)
        if section.timezone is not None:
            self.complain(_timezone_complaint(section.timezone), *where, "timezone")
        if section.checklists is not None:
            self._checklists(section.checklists, *where, "checklists")
        self._common(section, self._probes_of([name]), *where)
        for key in ("rollback", "deploy"):
            plan = getattr(section, key)
            if plan is not None:
                review_plan(self, plan, self._probes_of([name]), *where, key)

    def _plans(self, file: ConfigurationFile) -> None:
        for key in ("rollback", "deploy"):
            inheriting = [name for name, section in file.environments.items() if getattr(section, key) is None]
            review_plan(self, getattr(file, key), self._probes_of(inheriting), key)

    def _common(self, part: ConfigurationFile | Section, probes: Mapping[str, Probe], *where: Where) -> None:
        """Look at what may stand at the top and in an environment's section; `probes` are those there are there."""
        if part.code is not None:
            for key in ("directory", "tags"):
                self.filled(getattr(part.code, key), *where, "code", key)
        for name, log in part.logs.items():
            self.complain_of_key(name_complaint(name), *where, "logs", name)
            self.exactly_one(log, *where, "logs", name)
            for key in ("file", "command"):
                if getattr(log, key):
                    self.filled(getattr(log, key), *where, "logs", name, key)
            self.complain(encoding_complaint(log.encoding), *where, "logs", name, "encoding")
        for name, pattern in part.patterns.items():
            self.complain_of_key(name_complaint(name), *where, "patterns", name)
            self.filled(pattern, *where, "patterns", name)
            self.complain(expression_complaint(pattern), *where, "patterns", name)
        for name, probe in part.probes.items():
            self.complain_of_key(name_complaint(name), *where, "probes", name)
            review_probe(self, probe, self._check_condition, *where, "probes", name)
            self._parents(name, probes, *where, "probes", name, "parents")
        for item_id, check in part.checks.items():
            review_check(self, check, *where, "checks", item_id)
            if check.probe is not None:
                self.known(check.probe.name, probes, "probe", *where, "checks", item_id, "probe", "name")
            if check.log is not None:
                self.known(check.log.name, self._logs_of(part), "log", *where, "checks", item_id, "log", "name")
        review_sources(self, part, self._sources_of(part), *where)
        self._targets(part, probes, *where, "targets")
        review_windows(self, part.maintenance_windows or (), probes, *where, "maintenance_windows")
        review_contacts(self, part.contacts or (), *where, "contacts")
        review_shifts(self, part.on_call or (), *where, "on_call")
        for name, trigger in part.triggers.items():
            here = (*where, "triggers", name)
            self.complain_of_key(name_complaint(name), *here)
            self.exactly_one(trigger, *here)
            if trigger.probe:
                self.known(trigger.probe, probes, "probe", *here, "probe")
            if trigger.target:
                self.known(trigger.target, self._targets_of(part), "target", *here, "target")
            self.durations(trigger, ("lasts", "decide_within"), *here)
        if part.env is not None:
            review_env(self, part.env, *where, "env")
        if part.signing is not None:
            review_signing(self, part.signing, *where, "signing")
        for phase, roles in (part.sign_off or {}).items():
            for index, role in enumerate(roles):
                self.complain(name_complaint(role), *where, "sign_off", phase, index)
        self._channels(part, *where)
        if part.version:
            self._version(part.version, *where, "version")
        if part.incidents is not None:
            self.durations(part.incidents, ("update_every",), *where, "incidents")
            for severity, every in part.incidents.by_severity.items():
                self.complain(duration_complaint(every), *where, "incidents", "by_severity", severity)

    def _channels(self, part: ConfigurationFile | Section, *where: Where) -> None:
        for name, channel in part.channels.items():
            review_channel(self, name, channel, *where, "channels", name)
        sections = self.value.environments.values() if part is self.value else ()
        known = {**self.value.channels, **part.channels}
        everywhere = list(dict.fromkeys([*known, *(name for each in sections for name in each.channels)]))
        review_notify(self, part.notify, known, everywhere, *where, "notify")

    def _logs_of(self, part: ConfigurationFile | Section) -> Collection[str]:
        """Return the names of the logs there are in a section, or, at the top, in any environment."""
        there = part.logs if part is not self.value else {}
        sections = self.value.environments.values() if part is self.value else ()
        return list(dict.fromkeys([*self.value.logs, *there, *(name for each in sections for name in each.logs)]))

    def _sources_of(self, part: ConfigurationFile | Section) -> Mapping[str, Source]:
        """Return the sources there are in a section, or, at the top, in any environment."""
        sections = [part] if part is not self.value else self.value.environments.values()
        return {**self.value.sources, **{name: one for each in sections for name, one in each.sources.items()}}

    def _targets_of(self, part: ConfigurationFile | Section) -> Collection[str]:
        """Return the names of the targets there are in a section, or, at the top, in any environment."""
        there = part.targets if part is not self.value else {}
        sections = self.value.environments.values() if part is self.value else ()
        return list(dict.fromkeys([*self.value.targets, *there, *(name for each in sections for name in each.targets)]))

    def _probes_of(self, environments: Collection[str]) -> Mapping[str, Probe]:
        """Return the probes that there are in each of these environments; without any, those at the top."""
        own = [self.value.environments[name].probes for name in environments]
        everywhere = [name for name in (own[0] if own else ()) if all(name in probes for probes in own)]
        return {**self.value.probes, **{name: own[0][name] for name in everywhere}}

    def _state_remote(self) -> None:
        remote, branch = self.value.state_remote, self.value.state_branch
        if remote and (remote.startswith("-") or remote != remote.strip() or "\n" in remote):
            message = f"{quoted(remote)} is neither a remote nor an address: write one such as origin or host:state.git"
            self.complain(message, "state_remote")
        if _CREDENTIALS.search(remote):
            self.complain("an address here must hold no password: leave it to git's credentials", "state_remote")
        if branch and not _BRANCH.fullmatch(branch):
            self.complain(f"{quoted(branch)} cannot name a branch: write one such as cockpit-state", "state_branch")

    def _checklists(self, checklists: tuple[str, ...], *where: Where) -> None:
        if not checklists:
            self.complain("no checklist to fly: write at least one, such as production-deployment", *where)
        self.distinct(checklists, "checklist", *where)
        for index, each in enumerate(checklists):
            self.complain(name_complaint(each), *where, index)

    def _targets(self, part: ConfigurationFile | Section, probes: Mapping[str, Probe], *where: Where) -> None:
        for name, target in part.targets.items():
            here = (*where, name)
            self.complain_of_key(name_complaint(name), *here)
            self.exactly_one(target, *here)
            if target.log:
                self.known(target.log, self._logs_of(part), "log", *here, "log")
                self._of_a_log(target, *here)
            if target.probe:
                self.known(target.probe, probes, "probe", *here, "probe")
            if target.step and target.probe in probes:
                steps = [step.name for step in probes[target.probe].scenario]
                self.known(target.step, steps, "step", *here, "step")
            if target.above and target.below:
                self.complain_of_key("above and below exclude each other: keep one", *here, "below")
            for key in ("above", "below", "coverage"):
                self.complain(_goal_complaint(getattr(target, key), durations=key == "below"), *here, key)
            if target.window:
                self.durations(target, ("window",), *here)
            self.at_least(target, 1, ("samples",), *here)
            if target.percentile is not None and not 0 < target.percentile < 100:
                self.complain(f"{target.percentile:g} is no percentile: write one such as 95", *here, "percentile")

    def _of_a_log(self, target: TargetBinding, *where: Where) -> None:
        for key in ("step", "percentile", "above"):
            if getattr(target, key):
                self.complain_of_key(f"{key} says nothing of a log, which tells a share of errors", *where, key)
        if target.below and not target.below.rstrip().endswith("%"):
            self.complain(f"{target.below} is no share of errors: write one such as 1%", *where, "below")

    def _parents(self, name: str, probes: Mapping[str, Probe], *where: Where) -> None:
        for index, parent in enumerate(probes[name].parents):
            self.known(parent, probes, "probe", *where, index)
        above, seen = list(probes[name].parents), set[str]()
        while above:
            parent = above.pop()
            if parent == name:
                self.complain("it would be its own parent: remove one of them", *where)
                return
            if parent not in seen and parent in probes:
                seen.add(parent)
                above += probes[parent].parents

    def _version(self, version: VersionSeen, *where: Where) -> None:
        self.exactly_one(version, *where)
        self._url(version.http, *where, "http")
        for key in ("json", "header"):
            if getattr(version, key) and (version.file or version.command):
                self.complain_of_key(f"{key} is read from an http answer only: remove it", *where, key)
        if version.json and version.header:
            self.complain_of_key("json and header exclude each other: keep one", *where, "header")
        self.durations(version, ("interval", "timeout"), *where)

    def _url(self, url: str, *where: Where) -> None:
        if url and not re.match(r"https?://[^\s/?#]", url):
            self.complain(f"{quoted(url)} is not an address: write it with http:// or https://", *where)


def _goal_complaint(text: str, *, durations: bool) -> str:
    if not text or (durations and not text.rstrip().endswith("%") and not duration_complaint(text)):
        return ""
    try:
        parse_percentage(text)
    except ValueError as error:
        return f"{text!r} is neither a duration nor a percentage: write 500ms or 0.1%" if durations else str(error)
    return ""


def _timezone_complaint(name: str) -> str:
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return f"the time zone {quoted(name)} is not known: write an IANA name such as Europe/Berlin"
    return ""
