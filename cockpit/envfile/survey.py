"""One look at an env file: every variable with its state and why, and what is wrong with the file itself."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from msgspec import Struct

from cockpit.envfile.code_uses import CodeUses, Use, code_uses
from cockpit.envfile.parsing import Entry, Parsed, read_env_file
from cockpit.envfile.rules import fault_of, is_placeholder
from cockpit.errors import CockpitError, NotFoundError, ObservationError
from cockpit.git.command import Git
from cockpit.git.facts import NO_PROGRAMS
from cockpit.release.library import EnvVariable

State = Literal["ok", "failed", "unknown", "warning", "absent"]
_OTHERS = "Others"


class Finding(Struct, frozen=True):
    """A variable, or the file (`name` is empty): `why` says what is wrong, `where` is path:line. No value is in it."""

    name: str
    group: str
    state: State
    why: str = ""
    where: str = ""
    rule: EnvVariable | None = None


class Survey(Struct, frozen=True):
    """What one look at a file found; `file` is its name as it was given."""

    file: str
    findings: tuple[Finding, ...]
    variables: int = 0
    code_files: int = 0
    code_left_out: int = 0

    def count(self, state: State) -> int:
        """Return how many findings are in a state."""
        return sum(finding.state == state for finding in self.findings)

    @property
    def failed(self) -> bool:
        """Whether anything is wrong, or could not be told."""
        return bool(self.count("failed") or self.count("unknown"))


def survey(
    path: Path, schema: Sequence[EnvVariable], *, production: bool, code: Path, shown: str = "", example: str = "",
) -> Survey:  # fmt: skip
    """Look at the env file at `path`; `code` is the work tree whose Python files and example file it is compared with.

    Raises NotFoundError where there is no such file, ObservationError where it cannot be read.
    """
    name = shown if shown and not os.path.isabs(shown) else path.name  # noqa: PTH117 - a text, perhaps empty
    parsed = read_env_file(path)
    if parsed is None:
        raise NotFoundError(f"there is no env file {name}", fix="Name one: cockpit env FILE, or env: in cockpit.yaml")
    sample = _read_example(code / example) if example else None
    uses, trouble = _uses(code)
    rules = {rule.name: rule for rule in schema}
    findings = [*_of_file(path, name, parsed, code)]
    if trouble:
        findings.append(Finding("", "File", "warning", f"the code was not looked through: {trouble}"))
    findings += [
        _of_rule(rule, parsed.entries.get(rule.name), name, production=production, code=code, sample=sample)
        for rule in schema
    ]
    findings += _of_others(parsed, rules, name, production=production)
    findings += _not_here(parsed, rules, sample, example, uses)
    return Survey(name, tuple(findings), len(parsed.entries), uses.files, uses.left_out)


def _read_example(path: Path) -> Parsed | None:
    try:
        return read_env_file(path)
    except ObservationError:
        return None


def _uses(code: Path) -> tuple[CodeUses, str]:
    try:
        return code_uses(Git(code)), ""
    except CockpitError as error:
        return CodeUses(), error.what


def _of_file(path: Path, name: str, parsed: Parsed, code: Path) -> list[Finding]:
    def found(state: State, why: str, line: int = 0) -> Finding:
        return Finding("", "File", state, why, f"{name}:{line}" if line else name)

    findings = [found("failed", "cannot be read as KEY=value", line) for line in parsed.unreadable]
    findings += [found("failed", trouble) for trouble in parsed.troubles]
    findings += [found("warning", f"{each} stands in it more than once: the last one counts",
                       parsed.entries[each].line) for each in parsed.repeated]  # fmt: skip
    mode = stat.S_IMODE(path.stat().st_mode)
    fix = "chmod 600 it"
    if mode & stat.S_IROTH:
        findings.append(found("failed", f"every user of this host can read it ({mode:03o}): {fix}"))
    elif mode & stat.S_IRGRP:
        findings.append(found("warning", f"its whole group can read it ({mode:03o}): {fix}, unless that is meant"))
    if mode & (stat.S_IWGRP | stat.S_IWOTH):
        findings.append(found("failed", f"others can write it ({mode:03o}): {fix}"))
    place, root = path.resolve(), code.resolve()
    if place.is_relative_to(root):
        tracked = Git(code).run(*NO_PROGRAMS, "ls-files", "--error-unmatch", "--", os.path.relpath(place, root))
        ignored = Git(code).run(*NO_PROGRAMS, "check-ignore", "-q", "--", str(place))
        if not tracked.ok and ignored.code == 1:
            findings.append(
                found("warning", "git does not ignore it: add it to .gitignore, or a commit may take it in")
            )
        if tracked.ok:
            why = "git tracks it, so its secrets are in the history: git rm --cached it, and change the secrets"
            findings.append(found("failed", why))
    return findings


def _of_rule(
    rule: EnvVariable, entry: Entry | None, name: str, *, production: bool, code: Path, sample: Parsed | None
) -> Finding:
    def found(state: State, why: str = "") -> Finding:
        where = f"{name}:{entry.line}" if entry is not None else ""
        return Finding(rule.name, rule.group, state, why, where, rule)

    if entry is None or entry.value is None:
        if rule.applies == "always" and rule.required:
            return found("failed", "is not set")
        return found("absent", "is not set, and need not be")
    if entry.borrows:
        return found("unknown", f"takes in {', '.join(entry.borrows)} of the environment, which is not looked at")
    fault = fault_of(rule, entry.value, production=production, base=code)
    copied = sample.entries.get(rule.name) if sample is not None else None
    if not fault and rule.type == "secret" and copied is not None and copied.value == entry.value:
        fault = "is the one of the example file, which everybody can read"
    return found("failed" if fault else "ok", fault)


def _of_others(parsed: Parsed, rules: Mapping[str, EnvVariable], name: str, *, production: bool) -> list[Finding]:
    """Return what no rule speaks of: a placeholder or a sandbox's key is as wrong there."""
    findings = []
    for entry in parsed.entries.values():
        if entry.name in rules:
            continue
        value = (entry.value or "").strip()
        state: State = "ok"
        why = "no rule speaks of it"
        if entry.value is not None and production:
            fault = fault_of(EnvVariable(entry.name, _OTHERS), value or "-", production=True, base=Path())
            if fault and not (is_placeholder(value) and value.casefold() in {"none", "null", "test"}):
                state, why = "failed", fault
        findings.append(Finding(entry.name, _OTHERS, state, why, f"{name}:{entry.line}"))
    return findings


def _not_here(
    parsed: Parsed, rules: Mapping[str, EnvVariable], sample: Parsed | None, example: str, uses: CodeUses
) -> list[Finding]:
    """Return what the example or the code names, and the file does not set."""
    findings = []
    known = {*parsed.entries, *rules}
    read: dict[str, Use] = {}
    for use in sorted(uses.uses, key=lambda use: not use.needed):
        read.setdefault(use.name, use)
    for name in sample.entries if sample is not None else ():
        if name not in known:
            line = sample.entries[name].line if sample is not None else 0
            findings.append(Finding(name, _OTHERS, "warning", "stands in the example, not here", f"{example}:{line}"))
    for name, use in read.items():
        if name not in known and use.needed and (sample is None or name not in sample.entries):
            why = "the code reads it, and fails where nothing sets it"
            findings.append(Finding(name, _OTHERS, "warning", why, use.place))
    return findings
