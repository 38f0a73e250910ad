"""Putting aside what stands in the work tree and in no commit, before an execution: kept as evidence, then stashed."""

from __future__ import annotations

import hashlib
import re

from cockpit.git.facts import changed_files
from cockpit.git.worktree import save_diff, stash
from cockpit.release.events import EvidenceAttached
from cockpit.release.intents import AddNote, KeepDiff
from cockpit.workspace import Workspace

_NAMED = 5  # files that the note names
_UNFIT = re.compile(r"[^A-Za-z0-9._-]+")


def put_changes_aside(workspace: Workspace, before: str) -> str:
    """Save the changes of tracked files as the run's evidence, stash them, and note both; return the stash's id.

    `before` says before what, such as `the rollback to v1`. What is not tracked stays where it is. Of what is too large
    for evidence the hash is recorded: the stash has it whole. Empty where nothing has changed. GitError where git
    cannot, with nothing stashed.
    """
    git = workspace.code_git
    changed = changed_files(git)
    if not changed:
        return ""
    diff = save_diff(git)
    name = f"changes-before-{_UNFIT.sub('-', before)[:60].strip('-')}.patch"
    (record,) = workspace.session.act(KeepDiff(name, diff, hashlib.sha256(diff).hexdigest(), len(diff)))
    kept = stash(git, f"cockpit: before {before}")
    files = ", ".join(changed[:_NAMED]) + (f" and {len(changed) - _NAMED} more" if len(changed) > _NAMED else "")
    has_it = isinstance(record.data, EvidenceAttached) and record.data.blob is not None
    evidence = "is kept as evidence" if has_it else "is too large to be kept: its hash is"
    workspace.session.act(
        AddNote(f"put aside before {before}: {files}; git stash {kept[:8]} has it, and {name} {evidence}")
    )
    return kept
