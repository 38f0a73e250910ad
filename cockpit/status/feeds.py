"""The feeds beside the run, and what executes, as scripts read them."""

from __future__ import annotations

from typing import Any

import msgspec

from cockpit.release.arrival import brought_by, is_verified
from cockpit.release.discrepancy import discrepancy
from cockpit.release.live import ProbeFeed, SyncFeed
from cockpit.release.run import Run
from cockpit.release.running import Running
from cockpit.times import rfc3339


def sync_document(feed: SyncFeed) -> dict[str, Any]:
    """Return how the exchange with the remote stands; the counts are of commits, as far as known."""
    known = feed.state not in {"none", "unpublished"}
    return {
        "remote": feed.remote or None,
        "ahead": feed.ahead if known else None,
        "behind": feed.behind if known else None,
        "at": rfc3339(feed.at) if feed.at else None,
        "state": feed.state,
        "reason": feed.reason,
    }


def probe_document(feed: ProbeFeed, *, now: float) -> dict[str, Any]:
    """Return one probe as last seen; one without any sample, or only an old one, is unknown."""
    return {
        "name": feed.name,
        "state": feed.reliable(now),
        "latency_ms": feed.latency_ms,
        "detail": feed.detail,
        "at": rfc3339(feed.at) if feed.at else None,
        "conditions": msgspec.to_builtins(feed.conditions),
    }


def running_document(run: Run, running: Running, *, now: float) -> dict[str, Any]:
    """Return what runs: `tag` by the `version` that was seen at `at` or, where none was, by what is checked out.

    `since` and the three after it tell of the rollback or deploy of this run that brought it, null where none did;
    `warning` says in a sentence that another version answers than is flown, `grave` that it should not be so any more.
    """
    seen, wrong, brought = running.seen, discrepancy(run, running, now), brought_by(run, running)
    return {
        "tag": running.tag.name if running.tag is not None else None,
        "version": seen.version or None,
        "by": seen.by or None,
        "at": rfc3339(seen.at) if seen.version else None,
        "trouble": seen.trouble,
        "head": running.head or None,
        "head_tag": running.checked_out.name if running.checked_out is not None else None,
        "differs": running.differs,
        "since": brought.ended if brought is not None else None,
        "brought_by": brought.by.name if brought is not None else None,
        "direction": brought.direction if brought is not None else None,
        "verified": is_verified(brought) if brought is not None else None,
        "warning": wrong.text if wrong is not None else "",
        "grave": wrong is not None and wrong.grave,
    }


def execution_document(run: Run) -> dict[str, Any] | None:
    """Return the execution in progress, or the last one, without its plan's whole text."""
    view = run.current_execution or (run.executions[-1] if run.executions else None)
    if view is None:
        return None
    document: dict[str, Any] = msgspec.to_builtins(view)
    document.pop("plan")
    document["by"] = view.by.name
    return document
