"""What the pages share on which items are ticked: one place for the item keys and what they ask."""

from __future__ import annotations

from collections.abc import Callable

from cockpit.release.intents import (
    ClaimItem,
    DeferItem,
    Intent,
    MarkNotApplicable,
    OverrideItem,
    ReopenItem,
    TickItem,
    UnclaimItem,
)
from cockpit.release.item_state import ItemState
from cockpit.release.run import ItemView
from cockpit.tui.dialogs.ask import AskDialog
from cockpit.tui.dialogs.item import ItemDialog
from cockpit.tui.pages.base import Page


class ItemPage(Page):
    """A page with a list of items, or of instances of what recurs; a subclass says which one is meant."""

    def selected_item(self) -> ItemView | None:
        """Return the item under the cursor."""
        raise NotImplementedError

    def action_tick(self) -> None:
        """Tick the item; a killer item shows its detail first."""
        view = self.selected_item()
        if view is None:
            return
        if view.item.killer and view.state is not ItemState.DONE:
            self.open_detail(view)
        else:
            self.cockpit.act(TickItem(view.id))

    def open_detail(self, view: ItemView) -> None:
        """Show an item in full; it can be ticked there, with what was seen."""

        def tick(value: str | None) -> None:
            if value is not None:
                self.cockpit.act(TickItem(view.id, value))

        run, _, now = self.cockpit.moment
        self.app.push_screen(ItemDialog(view, run, now), tick)

    def action_claim(self) -> None:
        """Claim the item, or let it go."""
        view = self.selected_item()
        if view is not None:
            self.cockpit.act(ClaimItem(view.id) if view.claimed_by is None else UnclaimItem(view.id))

    def action_reopen(self) -> None:
        """Open the item again."""
        view = self.selected_item()
        if view is not None:
            self.cockpit.act(ReopenItem(view.id))

    def action_defer(self) -> None:
        """Put the item off, with a reason."""
        self._with_reason("Defer", "until when, and why", lambda view, reason: DeferItem(view.id, reason))

    def action_not_applicable(self) -> None:
        """Say that the item does not apply, with a reason."""
        self._with_reason(
            "Not applicable", "why it does not apply", lambda view, reason: MarkNotApplicable(view.id, reason)
        )

    def action_override(self) -> None:
        """Go on without the item, with a reason."""
        self._with_reason(
            "Override", "why it is right to go on without it", lambda view, reason: OverrideItem(view.id, reason)
        )

    def _with_reason(self, word: str, hint: str, intent: Callable[[ItemView, str], Intent]) -> None:
        view = self.selected_item()
        if view is None:
            return

        def write(reason: str | None) -> None:
            if reason:
                self.cockpit.act(intent(view, reason))

        period = f" ({view.period})" if view.period else ""
        self.app.push_screen(AskDialog(f"{word}: {view.item.text}{period}", hint), write)
