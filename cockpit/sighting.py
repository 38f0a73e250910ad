"""Which version was seen last: by the watcher's looks, by a probe that reads one, or by an execution's verification."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from cockpit.git.facts import head_commit
from cockpit.git.running import what_runs
from cockpit.git.tags import list_tags
from cockpit.release.health import ConditionResult, ProbeState
from cockpit.release.run import Run
from cockpit.release.running import FRESH, Running, Sighting
from cockpit.release.tags import Tag, with_marks
from cockpit.times import epoch
from cockpit.workspace import Workspace

if TYPE_CHECKING:
    from cockpit.samples.reader import SampleReader
    from cockpit.samples.schema import Current

_SERIES = ".version"  # no probe has such a name
_HEADERS = frozenset({"version", "x-version", "x-app-version", "x-release", "x-release-version"})
_NOT_YET = "nobody has looked yet: cockpit watch"


def version_key(run: Run) -> str:
    """Return the name under which lies what `version:` of the configuration reported last."""
    from cockpit.measuring import sample_key

    return sample_key(run, _SERIES)


def sighting_of(workspace: Workspace, *, now: float) -> Sighting:
    """Return the version that was seen last, for a command that looks once."""
    if not _reported(workspace.run):
        return last_sighting(workspace.run, None, now=now)
    from cockpit.samples.reader import SampleReader  # nobody else pays for SQLite

    with contextlib.closing(SampleReader(workspace.store.location.root)) as samples:
        return last_sighting(workspace.run, samples, now=now)


def running_of(workspace: Workspace, *, now: float) -> tuple[tuple[Tag, ...], Running]:
    """Return the tags with what people said of them, and what runs, for a command that looks once. Raises GitError."""
    run, git = workspace.run, workspace.code_git
    tags = with_marks(list_tags(git, run.configuration.code.tags), run.marks)
    return tags, what_runs(git, tags, head_commit(git), run.tag, sighting_of(workspace, now=now))


def last_sighting(run: Run, samples: SampleReader | None, *, now: float) -> Sighting:
    """Return the version that was seen last, as samples and executions have it; `now` in epoch seconds.

    What nobody has looked at since an execution ended says nothing of what runs after it.
    """
    seen = _watched(run, samples) if samples is not None else Sighting()
    verified = [view for view in run.executions if view.over and view.version_seen]
    if verified:
        last = max(verified, key=lambda view: epoch(view.ended))
        at = epoch(last.ended)
        if at >= seen.at:
            seen = Sighting(last.version_seen, at, at, f"the {last.direction}", lasting=True, trouble=seen.trouble)
    ended = max((epoch(view.ended) for view in run.executions if view.over), default=0.0)
    if seen.version and seen.at < ended and now - seen.at > FRESH:
        return Sighting(by=seen.by, trouble=seen.trouble or "nobody has looked since the last execution")
    return seen


def _reported(run: Run) -> bool:
    """Whether anything in the configuration reports a version."""
    return run.configuration.version is not None or bool(_versioned_probes(run))


def _versioned_probes(run: Run) -> list[str]:
    probes = run.configuration.probes.items()
    return [name for name, probe in probes if probe.http and any(map(_reads_version, probe.conditions))]


def _watched(run: Run, samples: SampleReader) -> Sighting:
    from cockpit.measuring import sample_key

    if run.configuration.version is not None:
        found = samples.version_seen(version_key(run))
        if found is None:
            return Sighting(by="version", trouble=_NOT_YET)
        return Sighting(
            found.version, found.since, found.at, "version", lasting=found.at > found.since, trouble=found.trouble
        )
    names = _versioned_probes(run)
    current = samples.current() if names else {}
    looks = [sight for name in names for sight in _probed(name, current.get(sample_key(run, name)))]
    nothing = Sighting(by=f"probe {names[0]}", trouble=_NOT_YET) if names else Sighting()
    return max(looks, key=lambda sight: sight.at, default=nothing)


def _probed(name: str, current: Current | None) -> Iterator[Sighting]:
    if current is None or current.result.state is ProbeState.PAUSED:
        return
    result = current.result
    told = next(_told(result.conditions), "")
    if told:
        yield Sighting(told, result.at, result.at, f"probe {name}", lasting=True)


def _told(conditions: Iterable[ConditionResult]) -> Iterator[str]:
    """Yield the versions that conditions were held against, whether they fit or not."""
    for one in conditions:
        if one.ok is not None and one.actual != "absent" and _reads_version(one.text):
            yield one.actual


def _reads_version(text: str) -> bool:
    """Whether a condition is about the version that the service reports: `[BODY].version`, `[HEADER].X-Version`."""
    if not any(word in text.lower() for word in ("version", "release")):
        return False
    from cockpit.health.conditions import parse_condition

    try:
        condition = parse_condition(text)
    except ValueError:
        return False
    last = str(condition.path[-1]).lower() if condition.path else ""
    return last == "version" if condition.subject == "BODY" else condition.subject == "HEADER" and last in _HEADERS
