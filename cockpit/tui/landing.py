"""Whoever opens the cockpit again lands where they were, also where the connection was lost in between."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from cockpit.seen import Place, SeenStore
from cockpit.tui.pages.items import ItemPage
from cockpit.tui.screens.flight import FlightScreen
from cockpit.tui.widgets.strip import PAGES

if TYPE_CHECKING:
    from cockpit.tui.app import CockpitApp

_LOOK_EVERY, _LOOKS = 0.02, 150  # seconds between looks whether a page is there, and how many
_PAGES = frozenset(page for _, page, _, _ in PAGES)


class Landing:
    """Remembers within a second where somebody is, and goes there when they open the cockpit anew."""

    def __init__(self, app: CockpitApp, store: SeenStore | None) -> None:
        self._app = app
        self._store = store
        self._kept: Place | None = None
        self._landed = False

    async def open(self) -> None:
        """Go to where this person was, unless they have gone somewhere already."""
        store, run = self._store, self._app.present[0]
        if store is None or self._landed:
            return
        before = self._here()
        place = await asyncio.to_thread(store.place, run.id, self._app.me)
        self._landed = True
        flight = self._app.screen
        has_gone = self._here() != before or self._app.since.attention.touched_lately(self._app.now())
        if place is None or not isinstance(flight, FlightScreen) or has_gone:
            return
        self._kept = place
        if place.page not in _PAGES and not (place.page == "execution" and run.executions):
            return
        if place.page != flight.page.id:
            flight.go_to(place.page)
            await self._arrived(place.page)
        if place.item and isinstance(flight.page, ItemPage):
            flight.page.go_to_item(place.item)

    async def _arrived(self, page: str) -> None:
        """Wait until the page is there: the first frame comes without it."""
        for _ in range(_LOOKS):
            here = self._here()
            if here is not None and here.page == page:
                return
            await asyncio.sleep(_LOOK_EVERY)

    def tick(self) -> None:
        """Remember where this person is, where that has changed."""
        here = self._here()
        if self._store is None or not self._landed or here is None or here == self._kept:
            return
        self._kept = here
        if not self._app.workspace.session.readonly:
            run, me, store = self._app.present[0], self._app.me, self._store
            self._app.run_worker(asyncio.to_thread(_keep, store, run.id, me, here), exit_on_error=False)

    def _here(self) -> Place | None:
        shown = self._app.shown
        if shown is None or not shown.place:
            return None
        if not isinstance(shown, FlightScreen):
            return Place(shown.place)
        page = shown.page
        item = page.selected_item() if isinstance(page, ItemPage) and page.id == "checklist" else None
        return Place(page.id or "", item.id if item is not None else "")


def _keep(store: SeenStore, run_id: str, person: str, place: Place) -> None:
    with contextlib.suppress(OSError):  # it costs a few keys at the next start, nothing else
        store.keep_place(run_id, person, place)
