"""What the pause points that lie before a deploy say to it: nobody is stopped, and nobody deploys unknowingly."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from cockpit.release.gates import gate_of
from cockpit.release.run import PhaseView, Run

_OF_THE_VERSION = frozenset({"commit", "release"})


class NoGo(Struct, frozen=True):
    """A phase that is no-go, and why, the gravest first."""

    phase: str
    reasons: tuple[str, ...]

    @property
    def told(self) -> str:
        """A sentence for whoever is about to deploy."""
        more = f" and {len(self.reasons) - 1} more" if len(self.reasons) > 1 else ""
        return f"{self.phase} is NO-GO: {self.reasons[0]}{more}"

    @property
    def recorded(self) -> str:
        """A sentence for the record, without what people wrote: that is kept where it can be forgotten."""
        count = len(self.reasons)
        return f"{self.phase} was NO-GO for {count} reason{'s' if count != 1 else ''}"


def no_gos_before_deploy(run: Run, *, now: float) -> tuple[NoGo, ...]:
    """Return the phases before the deploy that are no-go at `now` (epoch seconds).

    The deploy lies in the first phase of which an item speaks of the version that is flown; where none does, nobody
    knows, and nothing is said. Probes do not count: a deploy may be what mends them.
    """
    gates = [
        (phase.phase.title, gate_of(run, phase, (), now=now))
        for phase in before_the_deploy(run.phases)
        if phase.phase.pause_point
    ]
    return tuple(NoGo(title, tuple(reason.why for reason in gate.reasons)) for title, gate in gates if not gate.go)


def before_the_deploy(phases: Sequence[PhaseView]) -> Sequence[PhaseView]:
    """Return the phases that come before the one in which it is deployed; none where that is not known."""
    once = [phase for phase in phases if not phase.phase.maintenance]
    for index, phase in enumerate(once):
        if any(view.item.binds in _OF_THE_VERSION for view in phase.items):
            return once[:index]
    return ()
