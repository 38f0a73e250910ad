"""What a tick is bound to at the moment it is written: the digest of an item's paths."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from cockpit.checks.git import digest_of_paths
from cockpit.errors import CockpitError
from cockpit.release.decisions.context import OVER
from cockpit.release.events import ItemDone
from cockpit.release.intents import AnswerItem, Intent, TickItem
from cockpit.release.item_state import CLOSED_BY_HAND
from cockpit.release.run import Run
from cockpit.watch.bonds import Bond
from cockpit.workspace import Workspace


def bound(intent: Intent, run: Run, code: Path) -> Intent:
    """Return a tick or answer with the digest of what its item is bound to; any other intent as it is. Asks git."""
    if not isinstance(intent, (TickItem, AnswerItem)):
        return intent
    view = run.items.get(intent.item)
    if view is None or view.item.binds != "paths":
        return intent
    return msgspec.structs.replace(intent, bound=_digest(code, view.item.paths))


def _digest(code: Path, paths: tuple[str, ...]) -> str:
    try:
        return digest_of_paths(code, paths)
    except CockpitError:
        return ""


class AroundBonds:
    """The surroundings of the watcher's look at bonds, on a workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def bonds(self) -> Mapping[str, Bond]:
        """Return what hand ticks that hold are bound to, by item."""
        run = self._workspace.run
        if not run.open or run.state in OVER or self._workspace.session.readonly:
            return {}
        found = {}
        for view in run.items.values():
            told = view.register.winner if view.item.binds == "paths" and view.by_hand in CLOSED_BY_HAND else None
            if told is not None and isinstance(told.data, ItemDone) and told.data.bound:
                found[view.id] = Bond(told.id, view.item.paths, told.data.bound)
        return found

    def digest(self, paths: tuple[str, ...]) -> str:
        """Return the digest of what stands under paths in the work tree; empty where git cannot tell."""
        return _digest(self._workspace.code, paths)

    def act(self, intent: Intent) -> object:
        """Write down what was seen."""
        return self._workspace.session.act(intent)
