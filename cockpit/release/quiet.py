"""Which probes call nobody just now, and why: acknowledged, muted, in a maintenance window, or below one that is down.

What is quiet is seen all the same; it rings no bell.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import tzinfo
from typing import Literal

from msgspec import Struct

from cockpit.release.configuration import Configuration
from cockpit.release.live import ProbeFeed
from cockpit.release.run import Hush, Run
from cockpit.release.turns import is_within
from cockpit.times import epoch

Why = Literal["acknowledged", "muted", "maintenance", "parent"]


class Quiet(Struct, frozen=True):
    """Why a probe calls nobody, in a word and in a sentence."""

    why: Why
    words: str


def quiet_probes(run: Run, feeds: Iterable[ProbeFeed], now: float, zone: tzinfo) -> dict[str, Quiet]:
    """Return the quiet probes by name, at `now` in epoch seconds; `zone` is the service's."""
    by_name = {feed.name: feed for feed in feeds}
    found: dict[str, Quiet] = {}
    for name, feed in by_name.items():
        quiet = _quiet(run, feed, by_name, now, zone)
        if quiet is not None:
            found[name] = quiet
    return found


def _quiet(run: Run, feed: ProbeFeed, feeds: Mapping[str, ProbeFeed], now: float, zone: tzinfo) -> Quiet | None:
    muted = run.muted.get(feed.name)
    if muted is not None and _holds(muted, now):
        return Quiet("muted", _told("muted", muted))
    acknowledged = run.acknowledged.get(feed.name)
    # Another trouble than the one that was acknowledged calls again.
    if acknowledged is not None and _holds(acknowledged, now) and feed.since <= epoch(acknowledged.at):
        return Quiet("acknowledged", _told("acknowledged", acknowledged))
    for window in run.configuration.maintenance_windows:
        if (not window.probes or feed.name in window.probes) and is_within(window, now, zone):
            return Quiet("maintenance", f"maintenance: {window.title}")
    parent = _fallen_parent(run.configuration, feed.name, feeds)
    return Quiet("parent", f"{parent} is down") if parent else None


def _holds(hush: Hush, now: float) -> bool:
    return not hush.until or now < epoch(hush.until)


def _told(word: str, hush: Hush) -> str:
    until = f" until {hush.until[:16]}Z" if hush.until else ""
    return f"{word} by {hush.by.name}{until}: {hush.reason}"


def _fallen_parent(configuration: Configuration, name: str, feeds: Mapping[str, ProbeFeed]) -> str:
    above, met = list(configuration.probes[name].parents) if name in configuration.probes else [], set[str]()
    while above:
        parent = above.pop(0)
        if parent in met:
            continue
        met.add(parent)
        if parent in feeds and feeds[parent].state == "down":
            return parent
        if parent in configuration.probes:
            above += configuration.probes[parent].parents
    return ""
