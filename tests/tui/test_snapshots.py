"""Every page and dialog as it is drawn, at two sizes, and in ASCII; `--snapshot-update` accepts it anew."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from cockpit.tui.screens.execution import ExecutionScreen
from cockpit.tui.widgets.checklist import ItemList
from tests.tui.moments import LOGS, PAYMENT
from tests.tui.painted import settle
from tests.tui.scenes import Scene

LARGE_AT_ONCE = ("checklist_calm", "checklist_red")  # the other large ones are drawn in the full profile
SIZES = {"80x24": (80, 24), "200x50": (200, 50)}
Compare = Callable[..., bool]
Look = Callable[[str], Scene]


@dataclass(frozen=True)
class Picture:
    """What is drawn: a moment, an item to go to, and the keys from there.

    `execution` stands for opening its screen, and `=text` for typing."""

    moment: str
    keys: str = ""
    item: str = ""
    small_only: bool = False


PICTURES = {
    "checklist_calm": Picture("calm"),
    "checklist_red": Picture("red"),
    "who": Picture("driven", "W"),
    "confirm_while_another_drives": Picture("driven", "4 enter tab enter", small_only=True),
    "who_are_you": Picture("nameless"),
    "since": Picture("returned"),
    "logs": Picture("calm", "2"),
    "logs_filtered": Picture("calm", "2 slash =cart enter", small_only=True),
    "logs_error": Picture("calm", "2 e M J J"),
    "logs_attach": Picture("calm", "2 e J v", small_only=True),
    "logs_together": Picture("calm", "2 I"),
    "logs_alike": Picture("calm", "2 F"),
    "logs_requests": Picture("calm", "2 tab F tab", small_only=True),
    "probes": Picture("red", "3"),
    "tags": Picture("calm", "4"),
    "tags_marked": Picture("red", "4", small_only=True),
    "card": Picture("calm", "4 enter"),
    "confirm_plan": Picture("calm", "4 enter tab enter"),
    "confirm_plan_typed": Picture("calm", "4 enter tab enter =v2.4.0 tab", small_only=True),
    "execution_running": Picture("running", "execution"),
    "execution_stopped": Picture("stopped", "execution"),
    "execution_done": Picture("done", "execution"),
    "runbooks": Picture("calm", "5"),
    "env": Picture("signed", "6"),
    "runbooks_troubled": Picture("troubled", "5"),
    "runbook_step": Picture("troubled", "5 enter enter"),
    "runbook_timer": Picture("troubled", "5 j j enter G", small_only=True),
    "incident_open": Picture("calm", "5 I", small_only=True),
    "abnormal_troubled": Picture("troubled", "exclamation_mark"),
    "messages": Picture("messaged", "7"),
    "message_form": Picture("messaged", "7 enter"),
    "message_sent": Picture("messaged", "7 tab j enter", small_only=True),
    "timeline": Picture("red", "8"),
    "review": Picture("troubled", "0"),
    "sign_off": Picture("signed", "0 tab"),
    "sign_asked": Picture("signed", "0 tab j j enter", small_only=True),
    "past": Picture("troubled", "8 left left left", small_only=True),
    "maintenance": Picture("cared", "9"),
    "maintenance_item": Picture("cared", "9 j j enter", small_only=True),
    "maintenance_phase": Picture("cared", "1 right right right right", small_only=True),
    "abnormal_maintenance": Picture("cared", "exclamation_mark", small_only=True),
    "help": Picture("calm", "question_mark"),
    "abnormal": Picture("red", "exclamation_mark"),
    "poll": Picture("red", "P"),
    "killer_item": Picture("calm", "space", PAYMENT),
    "item_attest": Picture("calm", f"enter {'shift+tab ' * 3} =seen tab =https://dash.example tab =30d", LOGS),
    "filter_wrong": Picture("calm", "slash =state:opne", small_only=True),
    "filter_terms": Picture("calm", "slash =owner:ben enter"),
    "freeze": Picture("calm", "colon =freeze enter", small_only=True),
    "second_person_asked": Picture("asked", item=PAYMENT),
    "second_person_ask": Picture("calm", "p", PAYMENT),
    "second_person_answer": Picture("asked", "p", PAYMENT),
    "defer": Picture("calm", "d", PAYMENT, small_only=True),
    "roles": Picture("calm", "P a", small_only=True),
    "held": Picture("held", small_only=True),
    "leave": Picture("calm", "q", small_only=True),
    "palette": Picture("calm", "colon", small_only=True),
}
IN_ASCII = ("card", "confirm_plan", "execution_stopped", "help", "who", "sign_off", "past")
PAGES = (
    "checklist_red", "logs", "probes", "tags", "runbooks_troubled", "env", "messages", "timeline", "maintenance",
    "review",
)  # fmt: skip


def is_at_once(name: str, size: str) -> bool:
    """Whether a picture is drawn in every run: those of whole screens, and a few of them large."""
    return name in LARGE_AT_ONCE if size == "200x50" else not PICTURES[name].small_only


def reach(picture: Picture) -> Callable[[Pilot[int]], Awaitable[None]]:
    """Return what brings an app there and holds it still."""

    async def go(pilot: Pilot[int]) -> None:
        await settle(pilot)
        if picture.item:
            pilot.app.screen.query_one(ItemList).go_to(picture.item)
        for key in picture.keys.split():
            if key == "execution":
                await pilot.app.push_screen(ExecutionScreen())
            elif key.startswith("="):
                await pilot.press(*key[1:])
            else:
                await pilot.press(key)
            await settle(pilot)
        for field in pilot.app.screen.query(Input):
            field.cursor_blink = False
        await settle(pilot)

    return go


@pytest.mark.parametrize(
    ("name", "size"),
    [
        pytest.param(name, size, marks=[] if is_at_once(name, size) else [pytest.mark.full])
        for name in PICTURES
        for size in SIZES
        if size == "80x24" or not PICTURES[name].small_only
    ],
)
def test_it_is_drawn_as_accepted(name: str, size: str, look: Look, snap_compare: Compare) -> None:
    picture = PICTURES[name]
    app = look(picture.moment).app()
    assert snap_compare(app, terminal_size=SIZES[size], run_before=reach(picture))


@pytest.mark.full
@pytest.mark.parametrize("name", IN_ASCII)
def test_it_is_drawn_in_ascii_as_accepted(
    name: str, look: Look, snap_compare: Compare, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COCKPIT_ASCII", "1")
    picture = PICTURES[name]
    app = look(picture.moment).app()
    assert snap_compare(app, terminal_size=SIZES["80x24"], run_before=reach(picture))


@pytest.mark.full
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_drawn_without_colours_and_unicode_as_accepted(
    name: str, size: str, look: Look, snap_compare: Compare, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COCKPIT_ASCII", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    picture = PICTURES[name]
    app = look(picture.moment).app()
    assert snap_compare(app, terminal_size=SIZES[size], run_before=reach(picture))
