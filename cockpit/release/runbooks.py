"""Procedures as they are followed: where one stands, what each step said, which fit a trouble, and their timers; pure.

Events of one use of a procedure stand under `runbook:<occasion>/<runbook>`, and of its steps one level below; the
occasion is the incident's id, so that two people who begin at once are in the same use, or else an id of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from cockpit.patterns import pattern
from cockpit.release.events import (
    CommandOutcome,
    RunbookCommandEnded,
    RunbookCommandStarted,
    RunbookEnded,
    RunbookStarted,
    RunbookStepSettled,
    Severity,
)
from cockpit.release.library import Library, Runbook, RunbookStep
from cockpit.release.record import Record, TextRef

RUNBOOK_PREFIX = "runbook:"
_FILLABLE = pattern(r"<([a-z][a-z0-9]*(?:[-_][a-z0-9]+)*)>")
# A command may hand a value on to another shell (ssh, sh -c, eval), which nothing here can quote for.
_NAMES_SOMETHING = pattern(r"[A-Za-z0-9_./][A-Za-z0-9_.,:/@+=%^-]*")
_NOT_HERE = "(this text is not here yet)"


class CommandRun(Struct, frozen=True):
    """One run of a step's command; `outcome` is None while nothing says how it ended, times are RFC 3339 UTC."""

    by: str
    at: str
    host: str
    command: str
    outcome: CommandOutcome | None = None
    code: int | None = None
    seconds: float = 0.0
    detail: str = ""
    output: TextRef | None = None
    without_lease: str = ""  # why it went without the remote's lease; empty where it did not


class StepUse(Struct, frozen=True):
    """What became of a step: `state` by whose word since when (RFC 3339 UTC), and each run of its command."""

    step: str
    state: Literal["open", "done", "skipped"] = "open"
    by: str = ""
    at: str = ""
    note: str = ""
    runs: tuple[CommandRun, ...] = ()


class RunbookUse(Struct, frozen=True):
    """A procedure as it was followed once; `incident` is empty where that was outside of any."""

    entity: str
    runbook: str
    incident: str
    by: str
    at: str  # RFC 3339 UTC
    steps: Mapping[str, StepUse] = MappingProxyType({})
    ended: bool = False

    def step(self, step: str) -> StepUse:
        """Return what became of a step; one that nobody has touched is open."""
        return self.steps.get(step, StepUse(step))


def use_entity(occasion: str, runbook: str) -> str:
    """Return the entity under which one use of a procedure stands."""
    return f"{RUNBOOK_PREFIX}{occasion}/{runbook}"


def fold_uses(
    by_entity: Mapping[str, Sequence[Record]], text_of: Callable[[TextRef], str | None]
) -> tuple[RunbookUse, ...]:
    """Return every use of a procedure, the first one first; `by_entity` is in timeline order."""
    uses: dict[str, RunbookUse] = {}
    steps: dict[str, dict[str, StepUse]] = {}
    for entity, records in by_entity.items():
        if entity.count("/") == 1:
            use = _fold_use(entity, records)
            if use is not None:
                uses[entity] = use
        elif entity.count("/") == 2:
            whole, _, step = entity.rpartition("/")
            steps.setdefault(whole, {})[step] = _fold_step(step, records, text_of)
    found = [replace(use, steps=MappingProxyType(steps.get(entity, {}))) for entity, use in uses.items()]
    return tuple(sorted(found, key=lambda use: (use.at, use.entity)))


def _fold_use(entity: str, records: Sequence[Record]) -> RunbookUse | None:
    started = next((record for record in records if isinstance(record.data, RunbookStarted)), None)
    if started is None or not isinstance(started.data, RunbookStarted):
        return None
    ended = any(isinstance(record.data, RunbookEnded) for record in records)
    data = started.data
    return RunbookUse(entity, data.runbook, data.incident, started.by.name, started.wall, ended=ended)


def _fold_step(step: str, records: Sequence[Record], text_of: Callable[[TextRef], str | None]) -> StepUse:
    def text(ref: TextRef | None) -> str:
        found = text_of(ref) if ref is not None else ""
        return _NOT_HERE if found is None else found

    use = StepUse(step)
    runs: list[CommandRun] = []
    writers: list[str] = []  # of each of the runs
    for record in records:
        data = record.data
        if isinstance(data, RunbookStepSettled):
            use = replace(use, state=data.outcome, by=record.by.name, at=record.wall, note=text(data.note))
        elif isinstance(data, RunbookCommandStarted):
            without = text(data.without_lease)
            runs.append(
                CommandRun(record.by.name, record.wall, record.host, text(data.command), without_lease=without)
            )  # fmt: skip
            writers.append(record.w)
        elif isinstance(data, RunbookCommandEnded):
            # The last that its writer began: two people may run the same command at once, and one may have crashed.
            mine = [n for n, run in enumerate(runs) if run.outcome is None and writers[n] == record.w]
            if mine:
                runs[mine[-1]] = replace(
                    runs[mine[-1]], outcome=data.outcome, code=data.code, seconds=data.seconds, detail=data.detail,
                    output=data.output,
                )  # fmt: skip
    return replace(use, runs=tuple(runs))


def current_step(runbook: Runbook, use: RunbookUse | None) -> RunbookStep | None:
    """Return the step that one is at: the first that is neither done nor skipped; None where all are."""
    return next((step for step in runbook.steps if use is None or use.step(step.id).state == "open"), None)


# Blanks


def blanks_of(step: RunbookStep) -> tuple[str, ...]:
    """Return the blanks of a step's command, such as `previous-tag`, each once, in reading order."""
    return tuple(dict.fromkeys(_FILLABLE.findall(step.run)))


def blank_variable(blank: str) -> str:
    """Return the environment variable by which a blank's value reaches the command."""
    return f"COCKPIT_BLANK_{blank.upper().replace('-', '_')}"


def value_complaint(value: str) -> str:
    """Return why a value may not fill a blank; empty where it may."""
    if _NAMES_SOMETHING.fullmatch(value):
        return ""
    return "it is empty" if not value else "only letters, digits and . , : / @ + = % ^ _ - may stand in it, no - first"


def shown_command(step: RunbookStep, values: Mapping[str, str]) -> str:
    """Return the command as a person reads it, with the blanks that have a value filled in."""
    return _FILLABLE.sub(lambda found: values.get(found[1]) or found[0], step.run)


def shell_command(step: RunbookStep) -> str:
    """Return the command line that runs: a blank is its variable, quoted as the place where it stands wants it."""
    line, quote, position = "", "", 0
    for found in _FILLABLE.finditer(step.run):
        between = step.run[position : found.start()]
        quote = _quote_after(between, quote)
        variable = f"${{{blank_variable(found[1])}}}"
        line += between + {"": f'"{variable}"', '"': variable, "'": f"'\"{variable}\"'"}[quote]
        position = found.end()
    return line + step.run[position:]


def _quote_after(text: str, quote: str) -> str:
    """Return the quote that is open at the end of a piece of a shell command, where `quote` is at its beginning."""
    skip = False
    for character in text:
        if skip:
            skip = False
        elif character == "\\" and quote != "'":
            skip = True
        elif not quote and character in "\"'":
            quote = character
        elif character == quote:
            quote = ""
    return quote


# Which one fits


def fitting(
    library: Library, *, probe: str = "", log: str = "", severity: Severity | None = None
) -> tuple[Runbook, ...]:
    """Return the procedures for a trouble, what names it most closely first."""
    scored = [(_fit(runbook, probe, log, severity), runbook) for runbook in library.runbooks]
    scored = [each for each in scored if each[0] > 0]
    return tuple(runbook for _, runbook in sorted(scored, key=lambda each: -each[0]))


def _fit(runbook: Runbook, probe: str, log: str, severity: Severity | None) -> int:
    wanted = runbook.fits
    if severity is not None and wanted.severity and severity not in wanted.severity:
        return 0
    named = max(_closeness(probe, wanted.probes), _closeness(log, wanted.logs))
    by_severity = severity is not None and severity in wanted.severity and not (probe or log)
    return named or int(by_severity)


def _closeness(name: str, patterns: Iterable[str]) -> int:
    # An exact name before a pattern, and of patterns the one that says more.
    if not name:
        return 0
    return max(
        (1000 if pattern == name else 1 + len(pattern.replace("*", "")) for pattern in patterns
         if fnmatchcase(name, pattern)),
        default=0,
    )  # fmt: skip
