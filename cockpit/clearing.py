"""Putting aside what stands in the work tree and in no commit, before an execution: kept as evidence, then stashed."""

from __future__ import annotations

import hashlib
import re

from cockpit.git.facts import changed_files
from cockpit.git.worktree import save_diff, stash
from cockpit.release.intents import AddNote, KeepDiff
from cockpit.workspace import Workspace

_NAMED = 5  # files that the note names
_UNFIT = re.compile(r"[^A-Za-z0-9._-]+")


def put_changes_aside(workspace: Workspace, before: str) -> str:
    """Save the changes of tracked files as the run's evidence, stash them, and note both; return the stash's id.

    `before` says before what, such as `the rollback to v1`. What is not tracked stays where it is. Empty where nothing
    has changed. GitError where git cannot, with nothing stashed.
    """
    git = workspace.code_git
    changed = changed_files(git)
    if not changed:
        return ""
    diff = save_diff(git)
    name = f"changes-before-{_UNFIT.sub('-', before)[:60].strip('-')}.patch"
    workspace.session.act(KeepDiff(name, diff, hashlib.sha256(diff).hexdigest(), len(diff)))
    kept = stash(git, f"cockpit: before {before}")
    files = ", ".join(changed[:_NAMED]) + (f" and {len(changed) - _NAMED} more" if len(changed) > _NAMED else "")
    note = f"put aside before {before}: {files}; git stash {kept[:8]} has it, and {name} is kept as evidence"
    workspace.session.act(AddNote(note))
    return kept
