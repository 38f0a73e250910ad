"""Lines of a log become evidence of an item."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from cockpit.release.intents import AttachEvidence
from cockpit.release.item_state import ItemState
from cockpit.release.run import ItemView, Run
from cockpit.tui.dialogs.pick_item import PickItemDialog

if TYPE_CHECKING:
    from cockpit.tui.app import CockpitApp

_LIMIT = 1_000_000  # bytes; lines in view are far fewer
_FIRST = (ItemState.CLAIMED, ItemState.REGRESSED, ItemState.OPEN)


def attach_lines(cockpit: CockpitApp, log: str, text: str) -> None:
    """Ask for an item and attach the lines to it, as a file named after the log and the time."""
    content = (text + "\n").encode("utf-8", "replace")
    if len(content) > _LIMIT:
        cockpit.tell(f"that is {len(content):,} bytes, too many to attach: select fewer lines", severity="warning")
        return
    run = cockpit.moment[0]
    items = [(view.id, view.item.title) for view in likely_first(run)]
    if not items:
        cockpit.tell("there is no item to attach it to: : open a release run opens a checklist", severity="warning")
        return
    lines = text.count("\n") + 1
    name = f"{log}-{int(cockpit.now())}.log"

    def attach(item: str | None) -> None:
        if item:
            title = next(title for identity, title in items if identity == item)
            digest = hashlib.sha256(content).hexdigest()
            intent = AttachEvidence(item, name, content, digest, len(content))
            cockpit.act(intent, said=f"attached {lines} line{'s' if lines > 1 else ''} of {log} to {title}")

    title = f"Attach {lines} line{'s' if lines > 1 else ''} of {log} to which item?"
    cockpit.push_screen(PickItemDialog(title, items), attach)


def likely_first(run: Run) -> list[ItemView]:
    """Return the run's items: those claimed, regressed or open first, otherwise in the checklist's order."""
    views = [view for view in run.items.values() if not view.period]
    return sorted(views, key=lambda view: _FIRST.index(view.state) if view.state in _FIRST else len(_FIRST))
