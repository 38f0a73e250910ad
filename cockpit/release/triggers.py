"""Rollback triggers, declared before the launch: what, sustained for how long, asks for a decision; pure.

A trigger that is breached calls people and offers the rollback; nothing ever executes by itself.
"""

from collections.abc import Iterable, Mapping

from msgspec import Struct

from cockpit.durations import parse_duration
from cockpit.release.targets import TargetResult


class Trigger(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A probe that is down, or a target that is missed, for `lasts` on end; then `decide_within` runs.

    `runbook` names the procedure that helps to decide, by its id; without one the proposed rollback's card does.
    """

    probe: str = ""
    target: str = ""
    lasts: str = "5m"
    decide_within: str = "10m"
    title: str = ""
    runbook: str = ""


class Breach(Struct, frozen=True):
    """A trigger that was breached at `at` (RFC 3339 UTC) by what `detail` says, as the watcher on `observer` saw it."""

    name: str
    at: str
    detail: str
    observer: str


class Sustained:
    """Follows the conditions of triggers over time, for one watcher; times are in epoch seconds."""

    def __init__(self) -> None:
        self._since: dict[str, float] = {}

    @property
    def holding(self) -> frozenset[str]:
        """The triggers whose conditions hold now, for however short."""
        return frozenset(self._since)

    def look(
        self,
        triggers: Mapping[str, Trigger],
        down: Mapping[str, str],
        targets: Iterable[TargetResult],
        now: float,
    ) -> dict[str, str]:
        """Return what is sustained now, by trigger, in words; `down` holds the probes that are, with what was seen."""
        missed = {target.id: f"{target.actual} for {target.goal}" for target in targets if target.state == "missed"}
        found: dict[str, str] = {}
        for name, trigger in triggers.items():
            words = down.get(trigger.probe) if trigger.probe else missed.get(trigger.target)
            if words is None:
                self._since.pop(name, None)
                continue
            since = self._since.setdefault(name, now)
            if since > now:  # the clock went back
                since = self._since[name] = now
            if now - since >= parse_duration(trigger.lasts):
                found[name] = f"{trigger.probe or trigger.target}: {words}"
        return found


def decide_by(trigger: Trigger, breached_at: float) -> float:
    """Return until when a decision is wanted, in epoch seconds."""
    return breached_at + parse_duration(trigger.decide_within)
