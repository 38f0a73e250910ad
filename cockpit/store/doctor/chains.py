"""Whether the journals verify: each writer's events of a stream are numbered from 1 and linked, each to the last."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cockpit.store.doctor.finding import CHANGED, Finding
from cockpit.store.envelope import Stored

_NAMED = 5  # numbers that are listed before "and more"
_SYNC = "Sync with the clone it was written on, or bring cockpit/journal back from a backup; then cockpit doctor again"
_KEPT = "Nothing is lost: every version is kept"
_FORK = "Close cockpits that run on a copied or restored clone, and look the events over: cockpit timeline"
_SILENT = 3600.0  # seconds without a word of a writer's, after which its process is gone


def broken_chains(events: Iterable[Stored], now: float) -> Iterator[Finding]:
    """Yield what is missing, written twice or linked to what was never there, by stream and writer.

    `now` is in epoch seconds: a copy that has long fallen silent is worth knowing, and asks for nothing any more.
    """
    chains: dict[tuple[str, str], dict[int, dict[str, str | None]]] = {}
    latest: dict[tuple[str, str], int] = {}
    for event in events:
        envelope = event.envelope
        chain = chains.setdefault((envelope.stream, envelope.w), {})
        chain.setdefault(envelope.s, {})[event.id] = envelope.prev
        key = envelope.stream, envelope.w
        latest[key] = max(latest.get(key, 0), envelope.h[0])
    for (stream, writer), chain in sorted(chains.items()):
        silent = now * 1000 - latest[stream, writer] > _SILENT * 1000
        yield from _broken(f"journal/{stream}/{writer}", chain, silent=silent)


def _broken(place: str, chain: dict[int, dict[str, str | None]], *, silent: bool) -> Iterator[Finding]:
    missing = _listed(_gaps(sorted(chain)))
    if missing:
        yield Finding("missing-event", place, f"the events numbered {missing} are missing", todo=_SYNC)
    forked = _listed(str(number) for number, ids in sorted(chain.items()) if len(ids) > 1)
    if forked:
        found = f"equivocation: two different events are numbered {forked}, as two copies of one clone write them"
        if silent:
            yield Finding("equivocation", place, f"{found}, and have long ceased to. {_KEPT}")
        else:
            yield Finding("equivocation", place, found, todo=f"{_KEPT}. {_FORK}")
    unlinked = _listed(str(number) for number, ids in sorted(chain.items()) if not _all_follow(number, ids, chain))
    if unlinked:
        found = f"the events numbered {unlinked} do not continue the ones before them"
        yield Finding("broken-chain", place, found, todo=CHANGED)


def _all_follow(number: int, ids: dict[str, str | None], chain: dict[int, dict[str, str | None]]) -> bool:
    if number <= 1:
        return number == 1 and all(previous is None for previous in ids.values())
    before = chain.get(number - 1)
    return before is None or all(previous in before for previous in ids.values())


def _gaps(numbers: Iterable[int]) -> Iterator[str]:
    """Yield what lies between sorted numbers, from 1 on: a forged number may be beyond all counting."""
    last = 0
    for number in numbers:
        if number == last + 2:
            yield str(last + 1)
        elif number > last + 2:
            yield f"{last + 1} to {number - 1}"
        last = max(number, 0)


def _listed(numbers: Iterable[str]) -> str:
    """Return numbers as text, the first few by name."""
    listed = list(numbers)
    more = f" and {len(listed) - _NAMED} more" if len(listed) > _NAMED else ""
    return ", ".join(listed[:_NAMED]) + more
