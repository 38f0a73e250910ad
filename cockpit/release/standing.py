"""What stands of the service and its probes, read from the registers: last transitions, marks, locks, rehearsals."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cockpit.release.configuration import Plans
from cockpit.release.entities import SERVICE, probe_entity, trigger_entity
from cockpit.release.events import (
    DeploysLocked,
    FreezeSet,
    ProbeAcknowledged,
    ProbeChanged,
    ProbeMuted,
    RollbackRehearsed,
    TagMarked,
    TriggerBreached,
)
from cockpit.release.record import Record, TextRef
from cockpit.release.registers import EMPTY, Register, RegisterKey
from cockpit.release.rehearsals import Rehearsal, digest_of
from cockpit.release.run import Freeze, Hush, ProbeTransition, TagMark
from cockpit.release.triggers import Breach

Registers = Mapping[RegisterKey, Register]
TextOf = Callable[[TextRef], str | None]

_NOT_HERE = "(this text is not here yet)"


def probes_in(registers: Registers, environment: str) -> dict[str, ProbeTransition]:
    """Return the last transitions, of the run and, where none was open, of the service in this environment."""
    latest: dict[str, Record] = {}
    of_service = probe_entity(environment, "")
    for (entity, name), register in registers.items():
        if name != "state" or not entity.startswith("probe:"):
            continue
        winner = register.winner
        probe = entity.removeprefix(of_service if entity.startswith(of_service) else "probe:")
        if winner is None or "/" in probe:
            continue
        if probe not in latest or winner.order > latest[probe].order:
            latest[probe] = winner
    return {
        probe: ProbeTransition(probe, data.state, data.previous, data.detail, data.observer, record.wall)
        for probe, record in latest.items()
        if isinstance(data := record.data, ProbeChanged)
    }


def hushed_in(registers: Registers, wanted: str, environment: str, text_of: TextOf) -> dict[str, Hush]:
    """Return the probes of an environment that a person has made quiet; where anybody said otherwise, it calls."""
    found: dict[str, Hush] = {}
    prefix = probe_entity(environment, "")
    for (entity, name), register in registers.items():
        if name != wanted or not entity.startswith(prefix):
            continue
        said = [head for head in register.heads if isinstance(head.data, ProbeAcknowledged | ProbeMuted)]
        if not said or len(said) < len(register.heads):
            continue
        last = max(said, key=lambda head: head.order)
        if isinstance(last.data, ProbeAcknowledged | ProbeMuted):
            reason = text_of(last.data.reason)
            words = _NOT_HERE if reason is None else reason
            found[entity.removeprefix(prefix)] = Hush(last.by, last.wall, last.data.until, words)
    return found


def breaches_in(registers: Registers) -> dict[str, Breach]:
    """Return the triggers that wait for a decision."""
    found: dict[str, Breach] = {}
    for (entity, name), register in registers.items():
        winner = register.winner if name == "trigger" else None
        if winner is not None and isinstance(winner.data, TriggerBreached):
            trigger = entity.removeprefix(trigger_entity(""))
            found[trigger] = Breach(trigger, winner.wall, winner.data.detail, winner.data.observer)
    return found


def marks_in(registers: Registers, text_of: TextOf) -> dict[str, TagMark]:
    """Return the marks of tags; where two people disagree, the warning stands until somebody decides."""
    marks: dict[str, TagMark] = {}
    for (entity, name), register in registers.items():
        if name != "mark":
            continue
        tag = entity.removeprefix("tag:")
        heads = [head for head in register.heads if isinstance(head.data, TagMarked)]
        heads.sort(key=lambda head: isinstance(head.data, TagMarked) and head.data.mark != "bad")
        for head in heads[:1]:
            if isinstance(head.data, TagMarked):
                reason = text_of(head.data.reason) or ""
                marks[tag] = TagMark(tag, head.data.mark, reason, head.by, head.wall)
    return marks


def rehearsals_in(registers: Registers, plans: Plans) -> dict[str, Rehearsal]:
    """Return the last rehearsal of a rollback to each tag, by the plans that are configured now or by others."""
    found: dict[str, Rehearsal] = {}
    for (_, name), register in registers.items():
        winner = register.winner if name == "rehearsal" else None
        if winner is not None and isinstance(winner.data, RollbackRehearsed):
            data = winner.data
            found[data.tag] = Rehearsal(
                data.tag, data.commit, data.from_tag, data.from_commit, data.ok, data.seconds, data.detail,
                data.steps, data.dump, winner.by, winner.host, winner.wall,
                bool(data.plans) and data.plans != digest_of(plans),
            )  # fmt: skip
    return found


def freeze_in(registers: Registers, text_of: TextOf) -> Freeze | None:
    """Return the change freeze; whoever lifts one without having seen another does not lift that."""
    heads = registers.get((SERVICE, "freeze"), EMPTY).heads
    head = next((head for head in heads if isinstance(head.data, FreezeSet)), None)
    if head is None or not isinstance(head.data, FreezeSet):
        return None
    reason = "" if head.data.reason is None else text_of(head.data.reason)
    return Freeze(head.by, head.wall, _NOT_HERE if reason is None else reason)


def deploys_locked_in(registers: Registers) -> str:
    """Return why deploys are locked; whoever locks has seen trouble that an unlock at the same time did not know of."""
    heads = registers.get((SERVICE, "deploys"), EMPTY).heads
    return next((head.data.reason for head in heads if isinstance(head.data, DeploysLocked)), "")
