"""Starts a watcher for a screen that finds none."""

from __future__ import annotations

import sys

from cockpit import process
from cockpit.live_source import watcher_lock
from cockpit.store.lock import holder_of
from cockpit.workspace import Workspace


def ensure_watcher(workspace: Workspace) -> bool:
    """Start a watcher for this clone unless one runs; return whether one was started."""
    if holder_of(workspace.store.location.lock(watcher_lock(workspace.run))) is not None:
        return False
    # Of several environments it watches this one, and stays with it.
    env = workspace.run.environment if workspace.run.configuration.environments else workspace.env
    process.spawn_detached(
        # -P: nothing that lies in the work tree is ever imported.
        [
            *(sys.executable, "-P", "-m", "cockpit", "watch", "--attached", f"--repo={workspace.root}"),
            *([f"--env={env}"] if env else []),
        ],
        cwd=workspace.root,
        log=workspace.store.location.run / "watcher.log",
    )
    return True
