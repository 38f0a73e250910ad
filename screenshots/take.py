"""Takes the screenshots of this folder from the running demo: `.venv/bin/python screenshots/take.py`.

A real demo is set up, flown and rolled back; each picture is what a person would have seen at that moment.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from textual.pilot import Pilot

from cockpit.cli.run_app import prepare_demo
from cockpit.content.shipped import shipped_directory
from cockpit.demo.demo import Demo
from cockpit.release.record import Actor
from cockpit.tui.app import CockpitApp
from cockpit.watching.start import ensure_watcher
from cockpit.workspace import Workspace

HERE = Path(__file__).parent
PATIENCE = 90.0  # seconds for anything to happen
_TEXT = re.compile(r"<text([^>]*)>([^<]*)</text>")
_LENGTH = re.compile(r' textLength="[^"]*"')
_FONT_FACES = re.compile(r"@font-face\s*\{[^}]*\}", re.DOTALL)


def _neutral_path(match: re.Match[str]) -> str:
    """Show the interpreter's own files (in stack traces) where a reader would have them, not where they are here."""
    attributes, text = match.groups()
    if sys.base_prefix not in text:
        return match.group()
    return f"<text{_LENGTH.sub('', attributes)}>{text.replace(sys.base_prefix, '/usr')}</text>"


def save(app: CockpitApp, name: str) -> None:
    """Write what is on the screen, without the fonts of other hosts: a reader's own monospace will do."""
    svg = _FONT_FACES.sub("", app.export_screenshot())
    svg = _TEXT.sub(_neutral_path, svg)
    svg = svg.replace("Fira Code", "Fira Code, DejaVu Sans Mono, Menlo, Consolas")
    (HERE / f"{name}.svg").write_text(svg, encoding="utf-8")
    print(name)


async def until(pilot: Pilot[int], what: Callable[[], bool]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + PATIENCE
    while not what():
        if time.monotonic() > deadline:
            raise TimeoutError("the demo did not do what the pictures show")
        await pilot.pause(0.2)


async def keys(pilot: Pilot[int], *pressed: str, then: float = 0.8) -> None:
    """Press keys one by one, and let the screen settle."""
    for key in pressed:
        await pilot.press(key)
        await pilot.pause(0.1)
    await pilot.pause(then)


async def take(workspace: Workspace) -> None:
    """Fly the demo at the large size, and end with one picture at the small one."""
    os.environ.update(TERM="xterm-256color", COLORTERM="truecolor")  # whatever terminal this is started in
    os.environ.pop("NO_COLOR", None)
    app = CockpitApp(workspace)
    async with app.run_test(size=(200, 50)) as pilot:
        await until(pilot, lambda: bool(app.live.probes) and all(feed.state == "ok" for feed in app.live.probes))
        await pilot.pause(8)
        save(app, "checklist")
        await until(pilot, lambda: sum(feed.state == "down" for feed in app.live.probes) >= 2)
        await keys(pilot, then=2)
        save(app, "trouble")
        await keys(pilot, "2")
        save(app, "logs")
        await keys(pilot, "3")
        save(app, "probes")
        await keys(pilot, "enter", then=1.5)
        save(app, "probe")
        await keys(pilot, "escape")
        await keys(pilot, "5")
        save(app, "runbooks")
        await keys(pilot, "1", "P")
        save(app, "poll")
        await keys(pilot, "escape")
        await keys(pilot, "4", "enter", then=1.5)
        save(app, "tag-card")
        await keys(pilot, "tab", "enter", then=1.5)
        await keys(pilot, *"v2", "full_stop", "4", "full_stop", "0")
        save(app, "rollback-confirm")
        await keys(pilot, "tab", "space")
        await until(pilot, lambda: app.moment[0].state == "rolled-back")
        await keys(pilot, then=1.5)
        save(app, "rollback-done")
        await keys(pilot, "q", "7")
        save(app, "messages")
        await keys(pilot, "8")
        save(app, "timeline")
        await keys(pilot, "9")
        save(app, "maintenance")
        await keys(pilot, "6", then=2)
        save(app, "environment")
        await keys(pilot, "0")
        save(app, "review")
        await keys(pilot, "tab")
        save(app, "sign-off")
    app = CockpitApp(workspace)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: bool(app.live.probes) and all(feed.state == "ok" for feed in app.live.probes))
        await keys(pilot, then=2)
        save(app, "checklist-80x24")


def main() -> int:
    """Take all pictures."""
    os.environ["TEXTUAL_ANIMATIONS"] = "none"
    with Demo.create(now=datetime.now(UTC), checklists=shipped_directory()) as demo:
        workspace = prepare_demo(demo, own_state=True)
        workspace.session.actor = Actor("eva", "eva@shop.example")
        demo.start()
        ensure_watcher(workspace)
        asyncio.run(take(workspace))
    return 0


if __name__ == "__main__":
    sys.exit(main())
