"""The abnormal queue in its order: the gravest first, what follows from another trouble under that; and who helps.

A runbook is only named here; nothing opens or executes by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from cockpit.release.checks import Check
from cockpit.release.run import Run
from cockpit.release.runbooks import fitting
from cockpit.tui.alarms import Alarm

_OF_PROBE = ("probe:", "quiet:", "stale:")
_BREACH = "trigger:"


class Ranked(NamedTuple):
    """An alarm at its place: `depth` is how many causes stand above it, `runbook` the id of the one that fits best."""

    alarm: Alarm
    depth: int
    runbook: str = ""


def ranked(alarms: Sequence[Alarm], run: Run) -> list[Ranked]:
    """Return alarms, the grave ones first, each consequence right under its cause."""
    causes = {alarm.key: _cause_of(alarm, alarms, run) for alarm in alarms}
    below: dict[str, list[Alarm]] = {}
    for alarm in alarms:
        below.setdefault(causes[alarm.key], []).append(alarm)
    found: list[Ranked] = []

    def place(alarm: Alarm, depth: int) -> None:
        found.append(Ranked(alarm, depth, runbook_for(alarm, run)))
        for consequence in below.get(alarm.key, ()):
            place(consequence, depth + 1)

    for alarm in sorted(below.get("", ()), key=lambda each: not each.grave):
        place(alarm, 0)
    return found


def runbook_for(alarm: Alarm, run: Run) -> str:
    """Return the id of the runbook that fits an alarm best; empty where none does."""
    if alarm.key.startswith("incident:"):
        incident = run.incidents.get(alarm.item)
        if incident is None:
            return ""
        component = incident.component
        named = fitting(run.library, probe=component, log=component, severity=incident.severity)
        return incident.runbook or next((runbook.id for runbook in named), "")
    if is_breach(alarm):
        trigger = run.configuration.triggers.get(alarm.key.removeprefix(_BREACH))
        wanted = trigger.runbook if trigger is not None else ""
        return wanted if any(runbook.id == wanted for runbook in run.library.runbooks) else ""
    probe, log = _subject(alarm, run)
    found = fitting(run.library, probe=probe, log=log) if probe or log else ()
    return next((runbook.id for runbook in found), "")


def is_breach(alarm: Alarm) -> bool:
    """Whether an alarm is a breached rollback trigger, which leads to the proposed rollback's card."""
    return alarm.key.startswith(_BREACH)


def _subject(alarm: Alarm, run: Run) -> tuple[str, str]:
    """Return the probe and the log that an alarm is about; empty where it is about none."""
    if alarm.key.startswith(_OF_PROBE):
        return alarm.key.partition(":")[2], ""
    if alarm.key.startswith("target:"):
        binding = run.configuration.targets.get(alarm.key.removeprefix("target:"))
        return (binding.probe, "") if binding is not None else ("", "")
    check = _check_of(alarm, run)
    if check is None:
        return "", ""
    return (
        check.probe.name if check.probe is not None else "",
        check.log.name if check.log is not None else "",
    )


def _check_of(alarm: Alarm, run: Run) -> Check | None:
    view = run.view_of(alarm.item) if alarm.key.startswith("item:") else None
    return view.sensing.check if view is not None and view.sensing is not None else None


def _cause_of(alarm: Alarm, alarms: Sequence[Alarm], run: Run) -> str:
    """Return the key of the alarm that this one follows from; empty where it stands for itself."""
    if alarm.key.startswith("incident:"):
        return ""
    probe, _ = _subject(alarm, run)
    if not probe:
        return ""
    # One that people know of is a cause all the same.
    down = {
        each.key.partition(":")[2]: each
        for each in alarms
        if (each.key.startswith("probe:") and each.grave) or each.key.startswith("quiet:")
    }
    if not alarm.key.startswith(_OF_PROBE) and probe in down:
        return down[probe].key
    above, met = list(run.configuration.probes[probe].parents) if probe in run.configuration.probes else [], {probe}
    while above:
        parent = above.pop(0)
        if parent in met:
            continue
        met.add(parent)
        if parent in down:
            return down[parent].key
        if parent in run.configuration.probes:
            above += run.configuration.probes[parent].parents
    return next(
        (each.key for each in alarms if each.key.startswith("incident:") and _component(each, run) == probe), ""
    )


def _component(alarm: Alarm, run: Run) -> str:
    incident = run.incidents.get(alarm.item)
    return incident.component if incident is not None else ""
