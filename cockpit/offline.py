"""Writes the page for when everything else is down, and keeps it true: below the git directory, and where asked."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from cockpit.errors import CockpitError
from cockpit.execution.prepare import prepare
from cockpit.git.tag_names import encode_name
from cockpit.release.run import Run
from cockpit.release.running import fall_back
from cockpit.release.script import as_shell_script
from cockpit.reports.offline import RollbackScript, as_html, as_text, offline_page
from cockpit.sighting import running_of
from cockpit.store import files
from cockpit.times import date_time, rfc3339, zone_label
from cockpit.workspace import Workspace

DIRECTORY = "offline"
_REST = 30.0  # seconds between two versions


def offline_directory(workspace: Workspace) -> Path:
    """Return where the pages lie, `<service>-<environment>.html` and `.txt`."""
    return workspace.store.location.root / DIRECTORY


def write_offline_page(workspace: Workspace, *, now: Callable[[], float] = time.time) -> tuple[Path, Path]:
    """Write the page as it would read now; return the HTML and the text file. Raises CockpitError or OSError."""
    run, location = workspace.run, workspace.store.location
    at = now()
    written = f"{date_time(at, run.timezone)} {zone_label(at, run.timezone)}, {rfc3339(at)} UTC"
    place = f"{workspace.host}, {workspace.root}"
    page = offline_page(run, rollback_script(workspace), now=at, written=written, place=place)
    directory = offline_directory(workspace)
    for each in (directory, location.temporary):
        files.make_directories(each, below=location.common, share=location.share)
    targets = directory / f"{run.service}-{run.environment}.html", directory / f"{run.service}-{run.environment}.txt"
    for path, text in zip(targets, (as_html(page), as_text(page)), strict=True):
        files.write_whole(path, text.encode("utf-8", "replace"), temporary=location.temporary, share=location.share)
    return targets


def rollback_script(workspace: Workspace) -> RollbackScript:
    """Return how to roll back to the last good release by hand, its commands resolved as they would run."""
    run = workspace.run
    if not run.configuration.rollback.steps:
        return RollbackScript(why="cockpit.yaml names no rollback steps")
    try:
        tags, running = running_of(workspace, now=time.time())
        found = fall_back(tags, running, run.marks)
        if found is None:
            return RollbackScript(why="no good release before the one that runs")
        plan = prepare(
            run,
            "rollback",
            encode_name(found[0]),
            root=workspace.root,
            code=workspace.code,
            host=workspace.host,
            trusted=workspace.trusted,
            seen=running.seen,
        )
    except CockpitError as error:
        return RollbackScript(why=error.what)
    return RollbackScript(found[1], as_shell_script(plan))


class OfflineKeeper:
    """The watcher's part: writes the page anew when the release has changed, at rest between two versions."""

    def __init__(
        self, workspace: Workspace, say: Callable[[str], None], *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._workspace = workspace
        self._say = say
        self._monotonic = monotonic
        self._due = 0.0
        self._shown: Run | None = None
        self._told = ""

    def refresh(self, *, last: bool = False) -> None:
        """Bring the page up to date where it is time, or at the very last; trouble is told once."""
        run = self._workspace.run
        if run is self._shown or (self._monotonic() < self._due and not last):
            return
        self._due = self._monotonic() + _REST
        try:
            write_offline_page(self._workspace)
        except (CockpitError, OSError) as error:
            if str(error) != self._told:
                self._told = str(error)
                self._say(f"the offline page could not be written: {error}")
            return
        self._shown, self._told = run, ""
