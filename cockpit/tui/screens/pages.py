"""The pages of the main screen that are not in view at first: they are made behind the first frame."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

from textual.widgets import ContentSwitcher

from cockpit.tui.widgets.strip import PAGES

if TYPE_CHECKING:
    from cockpit.tui.pages.base import Page
    from cockpit.tui.screens.flight import FlightScreen


class PageMaker:
    """Makes them one by one, so that keys come between; the one that is asked for is next.

    `came(name)` is called for that one as soon as it is there, `done()` when all are.
    """

    def __init__(self, screen: FlightScreen, came: Callable[[str], object], done: Callable[[], object]) -> None:
        self._screen = screen
        self._came = came
        self._done = done
        self._made = {"checklist"}
        self._begun = self._ended = False
        self._news = asyncio.Event()  # one for each page
        self.has_all = False
        self.wanted = ""  # was asked for before all were there

    def __contains__(self, name: str) -> bool:
        return name in self._made

    def begin(self) -> None:
        """Begin, unless it has begun."""
        if not self._begun:
            self._begun = True
            # In a worker: keys come by way of the screen, which takes in nothing while it waits itself.
            self._screen.run_worker(self._make_all())

    async def wait_for_wanted(self) -> None:
        """Return once the page that was asked for is there: what is typed after that is meant for it."""
        while self.wanted and self.wanted not in self._made and not self._ended:
            self.begin()
            await self._news.wait()

    async def _make_all(self) -> None:
        try:
            if await self._make_each():
                self.has_all = True
                self._done()
        finally:
            self._ended = True
            self._news.set()

    async def _make_each(self) -> bool:
        """Make all that are missing; return False where somebody has left meanwhile."""
        self._screen.cockpit.complete_styles()
        switcher = self._screen.query_one(ContentSwitcher)
        missing = [page for _, page, _, _ in PAGES if page not in self._made]
        while missing:
            await asyncio.sleep(0)
            if not switcher.is_attached:
                return False
            name = self.wanted if self.wanted in missing else missing[0]
            missing.remove(name)
            page = _new_page(name)
            page.display = False
            await switcher.mount(page)
            if not switcher.is_attached:
                return False  # and the page may be empty
            self._made.add(name)
            if name == self.wanted:
                self._came(name)
            self._news.set()
            self._news = asyncio.Event()
        return True


def _new_page(name: str) -> Page:
    """Return a page that is not the first one; each is loaded when it is made."""
    module = import_module(f"cockpit.tui.pages.{name}")
    made: Page = getattr(module, f"{name.capitalize()}Page")(id=name)
    return made
