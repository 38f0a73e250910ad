"""What is on the screen, as text."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pytest
from rich.cells import cell_len
from textual.geometry import Region
from textual.pilot import Pilot
from textual.strip import Strip

from cockpit.logs.follow import FollowState
from cockpit.tui.app import CockpitApp
from cockpit.tui.widgets.log_view import LogView

HOSTILE_CATEGORIES = frozenset({"Cc", "Cf", "Zl", "Zp", "Cs"})


def strips(app: CockpitApp) -> list[Strip]:
    """Every line of the screen in view, as composed from all of its widgets."""
    return app.screen._compositor.render_strips()


def lines(app: CockpitApp) -> list[str]:
    """Every line of the screen in view."""
    return [strip.text for strip in strips(app)]


def text_in(app: CockpitApp, region: Region, painted: list[Strip] | None = None) -> str:
    """What is painted in a region of the screen."""
    rows = (painted or strips(app))[max(region.y, 0) : region.bottom]
    return "\n".join(strip.crop(max(region.x, 0), region.right).text for strip in rows)


def text_of(app: CockpitApp, selector: str) -> str:
    """What a widget of the screen in view paints."""
    return text_in(app, app.screen.query_one(selector).region)


def assert_safe(app: CockpitApp, painted: list[Strip] | None = None) -> None:
    """No control or format character is on the screen, and every line is as wide as it."""
    for number, strip in enumerate(painted or strips(app)):
        line = strip.text
        hostile = [f"U+{ord(c):04X}" for c in line if unicodedata.category(c) in HOSTILE_CATEGORIES]
        assert not hostile, f"line {number} has {hostile}: {line!r}"
        assert cell_len(line) == app.size.width, f"line {number} is {cell_len(line)} wide: {line!r}"


async def until(pilot: Pilot[int], holds: Callable[[], object], *, tries: int = 500) -> None:
    """Let the app go on until the condition holds."""
    for _ in range(tries):
        await pilot.pause()
        if holds():
            return
        await pilot.pause(0.02)
    pytest.fail("it did not come to hold:\n" + "\n".join(lines(pilot.app)))  # type: ignore[arg-type]


async def settle(pilot: Pilot[int]) -> None:
    """Wait until logs and tags have been read, workers are done, and all of it is painted."""
    app = pilot.app

    def quiet() -> bool:
        views = [view for screen in app.screen_stack for view in screen.query(LogView) if view.pace.is_shown]
        read = all(
            view.status.state is not FollowState.WAITING
            and view._extent == view.buffer.extent
            and view._last_status[:1] == (view.status,)
            for view in views
        )
        return read and all(worker.is_finished for worker in app.workers)

    painted: list[str] = []

    def still() -> bool:
        """Whether it is quiet and nothing has been painted anew since the last look."""
        nonlocal painted
        before, painted = painted, lines(app)  # type: ignore[arg-type]
        return quiet() and before == painted

    await until(pilot, still)
