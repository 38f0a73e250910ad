"""Keeps the branch `cockpit-report` in step with the release, where the configuration asks for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from cockpit.errors import CockpitError
from cockpit.measuring import Measurer
from cockpit.release.ledger import state_digest
from cockpit.reports.html import to_html
from cockpit.reports.markdown import to_markdown
from cockpit.reports.report import Measured, Report, lasted, report_of
from cockpit.reports.signatures import SignerList
from cockpit.signing.allowed import allowed_signers
from cockpit.store import files
from cockpit.store.layout import PAGE_BRANCH
from cockpit.store.page_branch import publish_pages
from cockpit.store.remote import StateRemote
from cockpit.times import rfc3339
from cockpit.workspace import Workspace

BRANCH = PAGE_BRANCH
_PAGE = "README.md"
_REST = 60.0  # seconds between two versions: a forge need not show every tick


def whole_report(workspace: Workspace, *, now: float) -> Report:
    """Return the report of the run in focus with all that this clone knows of it at `now` (epoch seconds)."""
    run, signing = workspace.run, workspace.run.configuration.signing
    signers = SignerList()
    allowed = allowed_signers(workspace.git, signing)
    if allowed is not None and not allowed.trouble:
        signers = SignerList(
            signing.allowed_signers, allowed.text, signing.revoked_keys, allowed.revoked.decode("utf-8", "replace"),
            allowed.commit, allowed.revoked,
        )  # fmt: skip
    start, end = lasted(run) if run.open else (now, now)
    with Measurer(workspace, now=lambda: min(end, now)) as measurer:
        probes = measurer.days(start)
    measured = Measured(rfc3339(now), state_digest(run), probes, signers)
    return report_of(run, now=now, text_of=workspace.session.text, measured=measured)


def write_report(workspace: Workspace, *, now: float) -> Path:
    """Write the report as one HTML page below the git directory, and return where it lies.

    RefusedError where nothing may be written: in a read-only cockpit, and while one looks at the past.
    """
    workspace.session.require_writing()
    location = workspace.store.location
    directory = location.reports
    for each in (directory, location.temporary):
        files.make_directories(each, below=location.common, share=location.share)
    path = directory / f"{workspace.run.id or workspace.run.service}.html"
    page = to_html(whole_report(workspace, now=now)).encode("utf-8", "replace")
    files.write_whole(path, page, temporary=location.temporary, share=location.share)
    return path


def publish_report(workspace: Workspace, *, now: Callable[[], float] = time.time) -> str | None:
    """Commit the present report to its branch; return the commit, None where it says the same. Raises CockpitError."""
    page = to_markdown(report_of(workspace.run, now=now(), text_of=workspace.session.text)).encode("utf-8", "replace")
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
