"""What the pause points that lie before a deploy say to it: nobody is stopped, and nobody deploys unknowingly."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.release.gates import gate_of
from cockpit.release.run import PhaseView, Run

_OF_THE_VERSION = frozenset({"commit", "release"})


def no_gos_before_deploy(run: Run, *, now: float) -> tuple[str, ...]:
    """Return a sentence for each phase before the deploy that is no-go at `now` (epoch seconds).

    The deploy lies in the first phase of which an item speaks of the version that is flown; where none does, nobody
    knows, and nothing is said. Probes do not count: a deploy may be what mends them.
    """
    found = []
    for phase in before_the_deploy(run.phases):
        if not phase.phase.pause_point:
            continue
        reasons = gate_of(run, phase, (), now=now).reasons
        if reasons:
            more = f" and {len(reasons) - 1} more" if len(reasons) > 1 else ""
            found.append(f"{phase.phase.title} is NO-GO: {reasons[0].why}{more}")
    return tuple(found)


def before_the_deploy(phases: Sequence[PhaseView]) -> Sequence[PhaseView]:
    """Return the phases that come before the one in which it is deployed; none where that is not known."""
    once = [phase for phase in phases if not phase.phase.maintenance]
    for index, phase in enumerate(once):
        if any(view.item.binds in _OF_THE_VERSION for view in phase.items):
            return once[:index]
    return ()
