"""How far a release was, over time: its records folded anew up to one moment after another."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from cockpit.release.entities import ITEM_PREFIX, RUN
from cockpit.release.ledger import Ledger, Pinned
from cockpit.release.moment import as_of
from cockpit.release.run import Run
from cockpit.times import epoch

_MOST, _LEAST = 80, 16  # moments
_FOLDS = 800_000  # records that may be folded in all: a moment costs as much as there are records


class Progress(Struct, frozen=True):
    """At that time (epoch seconds) so many of the items that apply counted as done."""

    at: float
    done: int
    total: int


def progress_of(run: Run, *, now: float) -> tuple[Progress, ...]:
    """Return how far the release was at up to 80 moments, the last one `now`, by the files it flies by now.

    Each is a fold of what was on the record then, so that what had gone stale or regressed does not count.
    """
    # What recurs is of the service: it counts for no release, and goes back to long before this one.
    telling = [
        number
        for number, record in enumerate(run.records)
        if record.run == run.id and (record.ent == RUN or record.ent.startswith(ITEM_PREFIX))
    ]
    if not run.open or not telling:
        return ()
    ledger = Ledger(lambda _: None)
    pinned = Pinned(run.configuration, run.checklists, run.library, run.digest)
    found: list[Progress] = []
    taken, at = 0, 0.0
    moments = min(max(_FOLDS // len(run.records), _LEAST), _MOST)
    for end in _thinned(telling, moments - 1):
        ledger.add(run.records[taken : end + 1])
        taken = end + 1
        # Clocks differ between machines: the line never runs backwards.
        at = min(max(at, epoch(run.records[end].wall)), now)
        found.append(_counted(as_of(ledger.snapshot(run.id, pinned), at), at))
    return (*found, _counted(as_of(run, now), now))


def _counted(run: Run, at: float) -> Progress:
    phases = [phase for phase in run.phases if not phase.recurs]
    return Progress(at, sum(phase.done for phase in phases), sum(phase.total for phase in phases))


def _thinned(places: Sequence[int], most: int) -> list[int]:
    """Return at most so many of the places, evenly spread, the first and the last among them."""
    if len(places) <= most:
        return list(places)
    return [places[round(n * (len(places) - 1) / (most - 1))] for n in range(most)]
