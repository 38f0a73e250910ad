"""Tampered journals on every page: whatever they say is drawn, safe, and brings no screen down."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from random import Random
from typing import NamedTuple

from cockpit.tui.app import CockpitApp
from cockpit.tui.widgets.strip import PAGES
from tests.fuzz.flights import flights
from tests.fuzz.journals import tampered
from tests.fuzz.target import Target, require
from tests.fuzz.unsafe import hostile_in
from tests.fuzz.walk import press
from tests.tui.moments import RED, live
from tests.tui.painted import lines
from tests.tui.scenes import NOW

_SIZES = ((80, 24), (200, 50), (40, 12))
_VISITS = 4  # pages
_KEYS = ("enter", "j", "exclamation_mark", "W", "X", "P", "u", "I", "g", "m", "left", "question_mark")


class Seen(NamedTuple):
    """A flight's journals as they were found, the terminal's size, and pages' numbers with the keys pressed there."""

    flight: str
    journals: Mapping[str, bytes]
    size: tuple[int, int]
    visits: tuple[tuple[str, ...], ...]


class Screens(Target[Seen]):
    """The app on what `journals` tampers with."""

    name = "screens"
    seconds = 30.0

    def open(self) -> None:
        self._stack = contextlib.ExitStack()
        self.flights = self._stack.enter_context(flights(self.place))

    def close(self) -> None:
        self._stack.close()

    def make(self, dice: Random) -> Seen:
        name = dice.choice(sorted(self.flights))
        journals = tampered(dice, self.flights[name])
        pages = dice.sample([number for number, *_ in PAGES], _VISITS)
        visits = tuple((number, dice.choice(_KEYS), dice.choice(_KEYS)) for number in pages)
        return Seen(name, journals, dice.choice(_SIZES), visits)

    def check(self, made: Seen) -> None:
        flight = self.flights[made.flight]
        flight.lay(made.journals)
        with contextlib.chdir(flight.scene.repo):
            workspace = flight.open_workspace()
            workspace.session.readonly = True
            app = CockpitApp(workspace, now=lambda: NOW, feeding=False)
            app.set_reactive(CockpitApp.live, live(RED))
            asyncio.run(self._look(app, made))
            workspace.store.close()

    @staticmethod
    async def _look(app: CockpitApp, made: Seen) -> None:
        async with app.run_test(size=made.size, notifications=True) as pilot:
            for visit in made.visits:
                for key in (*visit, "escape", "escape", "escape"):
                    await press(pilot, key)
                    for line in lines(app):
                        require(not hostile_in(line), f"after {key} of {visit}: {line!r}")
        require(app.return_code in {0, None}, f"the app ended with {app.return_code}")
