"""Keeps the branch `cockpit-report` in step with the release, where the configuration asks for it."""

from __future__ import annotations

import time
from collections.abc import Callable

from cockpit.errors import CockpitError
from cockpit.reports.markdown import to_markdown
from cockpit.reports.report import report_of
from cockpit.store.page_branch import publish_pages
from cockpit.store.remote import StateRemote
from cockpit.workspace import Workspace

BRANCH = "cockpit-report"
_PAGE = "README.md"
_REST = 60.0  # seconds between two versions: a forge need not show every tick


def publish_report(workspace: Workspace, *, now: Callable[[], float] = time.time) -> str | None:
    """Commit the present report to its branch; return the commit, None where it says the same. Raises CockpitError."""
    page = to_markdown(report_of(workspace.run, now=now())).encode("utf-8", "replace")
    return publish_pages(workspace.store.location, BRANCH, {_PAGE: page}, "cockpit: report")


def push_report(workspace: Workspace) -> None:
    """Push the branch to the code's remote, in place of what is there; RemoteError where that cannot be done."""
    remote = StateRemote.of(workspace.store.location)
    if remote is not None:
        remote.push(f"+refs/heads/{BRANCH}:refs/heads/{BRANCH}")


class Reporter:
    """The watcher's part: best-effort, at rest between two versions, its trouble told once."""

    def __init__(
        self, workspace: Workspace, say: Callable[[str], None], *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._workspace = workspace
        self._say = say
        self._monotonic = monotonic
        self._due = 0.0
        self._unpushed = False
        self._told = ""

    def refresh(self) -> None:
        """Bring branch and remote up to date where it is time."""
        wanted = self._workspace.run.configuration.report_branch and self._workspace.trusted
        if not wanted or self._monotonic() < self._due:
            return
        self._due = self._monotonic() + _REST
        try:
            self._unpushed = publish_report(self._workspace) is not None or self._unpushed
            if self._unpushed:
                push_report(self._workspace)
                self._unpushed = False
            self._told = ""
        except CockpitError as error:
            if str(error) != self._told:
                self._told = str(error)
                self._say(f"the report was not published: {error}")
