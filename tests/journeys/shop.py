"""A demo's shop as the journeys use it: the app's command line, the headless cockpit, and the keys of a rollback."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from cockpit.demo import watchdog
from tests.journeys.terminal import Terminal

COCKPIT = (sys.executable, "-m", "cockpit")

# Where the cursor stands when the cockpit opens.
FIRST_OPEN = "Check application logs for errors"
FIRST_OPEN_ID = "deployment-day/deployment/check-application-logs-for-errors"


class Shop:
    """The shop of the demo in `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.repository = root / "shop"
        # What the tests start on it is to end with it, too.
        self.environment = {"COCKPIT_STATE_DIR": str(root.parent / "state"), watchdog.VARIABLE: str(root)}

    def open(
        self,
        terminal: Terminal,
        *options: str,
        by: str = "ana",
        size: tuple[int, int] = (80, 24),
        through: Sequence[str] = (),
        environment: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Open the full-screen app as somebody, and wait for its first screen; `through` is an ssh client's command."""
        command = [*COCKPIT, "--repo", str(self.repository), "--by", by, *options]
        if through:
            there = [f"{name}={value}" for name, value in {**self.environment, **environment}.items()]
            command = [*through, "-tt", shlex.join(["env", f"PATH={os.environ['PATH']}", *there, *command])]
        terminal.start(command, size=size, environment={**self.environment, **environment})
        terminal.wait_for(r"\A shop  PROD ")

    def ask(self, *arguments: str) -> Any:
        """Return what a headless command prints with `--json`."""
        done = self._run(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        document: Any = json.loads(done.stdout)
        return document

    def refused(self, *arguments: str) -> dict[str, str]:
        """Return why a headless command is refused: `code`, `what` and `fix`."""
        done = self._run(*arguments)
        assert done.returncode == 4, done.stdout + done.stderr
        error: dict[str, str] = json.loads(done.stdout)["error"]
        return error

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*COCKPIT, "--repo", str(self.repository), "--json", *arguments],
            env={**os.environ, **self.environment},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )

    def item(self, identity: str) -> Mapping[str, Any]:
        """Return an item as `cockpit status --json` tells of it."""
        return next(item for item in self.ask("status")["items"] if item["id"] == identity)


def show_plan(terminal: Terminal) -> None:
    """Go from the main screen to the plan of the rollback that is proposed."""
    terminal.press("4")
    terminal.wait_for(r"^▸.* v2\.4\.0 ")
    terminal.press("Enter")
    terminal.wait_for_focus("Cancel")
    terminal.press("Tab")
    terminal.wait_for_focus("Roll back…")
    terminal.press("Enter")
    terminal.wait_for(r"Type v2\.4\.0 to confirm")


def roll_back(terminal: Terminal) -> None:
    """Go from the main screen to the running rollback."""
    show_plan(terminal)
    terminal.press(*"v2.4.0")
    terminal.wait_for("Right. Tab to the red button, then Space")
    terminal.press("Tab")
    terminal.wait_for_focus("Roll back now")
    terminal.press("Space")
    terminal.wait_for(r"Rollback ─ v2\.4\.1 → v2\.4\.0(?s:.*)Stop the shop +(running|done)")


def leave(terminal: Terminal) -> None:
    """Leave the cockpit from the main screen."""
    terminal.press("q")
    terminal.wait_for_focus("Cancel")
    terminal.press("Tab")
    terminal.wait_for_focus("Leave")
    terminal.press("Enter")
