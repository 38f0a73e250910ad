"""Undo and redo of one's own last record, which is shown before anything is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cockpit.release.intents import Intent, Redo, Undo
from cockpit.release.narrative import sentence
from cockpit.release.record import Record

if TYPE_CHECKING:
    from cockpit.tui.app import CockpitApp


def undo(cockpit: CockpitApp) -> None:
    """Undo one's own last record, after showing it."""
    from cockpit.release.decisions.undoing import last_undoable

    record = last_undoable(cockpit.moment[0], cockpit.workspace.session.actor)
    if record is None:
        cockpit.act(Undo())  # refused, with the reason
        return
    _confirm(cockpit, "Undo your last record?", record, "Undo", Undo(record=record.id), "undone; U brings it back")


def redo(cockpit: CockpitApp) -> None:
    """Redo what one has undone last, after showing it."""
    from cockpit.release.decisions.undoing import last_redoable

    record = last_redoable(cockpit.moment[0], cockpit.workspace.session.actor)
    if record is None:
        cockpit.act(Redo())
        return
    _confirm(cockpit, "Bring back what you have undone?", record, "Redo", Redo(record=record.id), "redone")


def _confirm(cockpit: CockpitApp, question: str, record: Record, word: str, intent: Intent, said: str) -> None:
    from cockpit.tui.dialogs.ask import ConfirmDialog

    def answered(yes: bool | None) -> None:
        if yes:
            cockpit.act(intent, said=said)

    shown = sentence(record, cockpit.moment[0])
    cockpit.push_screen(ConfirmDialog(f"{question}\n\n{shown}", word), answered)
