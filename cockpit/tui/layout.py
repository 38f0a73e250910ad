"""Brings each person back to where they were, and remembers where they are."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from typing import TYPE_CHECKING

from cockpit.layouts import Layout, LayoutStore

if TYPE_CHECKING:
    from cockpit.tui.app import CockpitApp


EXECUTION = "execution"  # the place that is no page: a rollback or deploy as it runs


class LayoutKeeper:
    """For the app's loop. Without a store it remembers nothing."""

    def __init__(self, app: CockpitApp, store: LayoutStore | None) -> None:
        self._app = app
        self._store = store
        self._kept: Layout | None = None  # on the disk; None while nobody has been brought back
        self._moved = False
        self._writing = threading.Lock()

    def touch(self) -> None:
        """A key was pressed: whoever goes somewhere already is not taken elsewhere."""
        self._moved = True

    async def restore(self) -> None:
        """Go to where this person was when they left."""
        store, app = self._store, self._app
        if store is None:
            return
        layout = await asyncio.to_thread(store.layout, app.present[0].id, app.me)
        self._kept = layout
        flight = app.flight
        if flight is None or not layout.page or self._moved:
            return
        if layout.page == EXECUTION and app.present[0].executions:
            flight.go_to(EXECUTION)
        else:
            flight.lay_out(layout)

    def tick(self) -> None:
        """Remember where one is, where that has changed."""
        layout = self._present()
        if layout is not None and layout != self._kept:
            self._kept = layout
            self._app.run_worker(asyncio.to_thread(self._write_last), exit_on_error=False)

    def close(self) -> None:
        """Remember where one was at the last."""
        layout = self._present()
        if layout is not None:
            self._write(layout)

    def _present(self) -> Layout | None:
        shown, flight = self._app.shown, self._app.flight
        if shown is not None and shown.place == EXECUTION:
            return None if self._store is None or self._kept is None else Layout(EXECUTION)
        return None if self._store is None or self._kept is None or flight is None else flight.layout_now()

    def _write_last(self) -> None:
        with self._writing:  # of two threads the later one may come first
            if self._kept is not None:
                self._write(self._kept)

    def _write(self, layout: Layout) -> None:
        if self._store is not None and not self._app.workspace.session.readonly:
            with contextlib.suppress(OSError):  # it costs a way back, nothing else
                self._store.keep_layout(self._app.present[0].id, self._app.me, layout)
