"""Every page and dialog as it is drawn, at two sizes, and in ASCII; `pytest tests/tui --snapshot-update` accepts anew."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from tests.tui.moments import PAYMENT
from tests.tui.painted import settle
from tests.tui.scenes import Scene

SIZES = {"80x24": (80, 24), "200x50": (200, 50)}
Compare = Callable[..., bool]
Look = Callable[[str], Scene]


@dataclass(frozen=True)
class Picture:
    """What is drawn: a moment, and the keys that lead there; a space in `keys` parts them."""

    moment: str
    keys: str = ""
    item: str = ""


PICTURES = {
    "checklist_calm": Picture("calm"),
    "checklist_red": Picture("red"),
    "logs": Picture("calm", "2"),
    "logs_filtered": Picture("calm", "2 slash c a r t enter"),
    "probes": Picture("red", "3"),
    "tags": Picture("calm", "4"),
    "tags_marked": Picture("red", "4"),
    "card": Picture("calm", "4 enter"),
    "confirm_plan": Picture("calm", "4 enter tab enter"),
    "confirm_plan_typed": Picture("calm", "4 enter tab enter v 2 . 4 . 0 tab"),
    "execution_running": Picture("running", "exclamation_mark enter"),
    "execution_stopped": Picture("stopped", "exclamation_mark enter"),
    "execution_done": Picture("done", "execution"),
    "runbooks": Picture("calm", "5"),
    "timeline": Picture("red", "8"),
    "help": Picture("calm", "question_mark"),
    "abnormal": Picture("red", "exclamation_mark"),
    "killer_item": Picture("calm", "space", PAYMENT),
    "defer": Picture("calm", "d", PAYMENT),
    "leave": Picture("calm", "q"),
    "palette": Picture("calm", "colon"),
}
IN_ASCII = ("checklist_red", "probes", "tags_marked", "card", "confirm_plan", "execution_stopped", "timeline", "help")


def reach(picture: Picture) -> Callable[[Pilot[int]], Awaitable[None]]:
    """Return what brings an app there and holds it still."""

    async def go(pilot: Pilot[int]) -> None:
        from cockpit.tui.screens.execution import ExecutionScreen
        from cockpit.tui.widgets.checklist import ItemList

        await settle(pilot)
        if picture.item:
            pilot.app.screen.query_one(ItemList).go_to(picture.item)
        for key in picture.keys.split():
            if key == "execution":
                pilot.app.push_screen(ExecutionScreen())
            else:
                await pilot.press(key)
            await settle(pilot)
        for field in pilot.app.screen.query(Input):
            field.cursor_blink = False
        await settle(pilot)

    return go
