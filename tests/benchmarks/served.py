"""The demo, served: a release under way on a real shop with its customers, logs, probes and watcher."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cockpit.bootstrap import open_workspace
from cockpit.demo import watchdog
from cockpit.live_source import WATCHER_LOCK
from cockpit.store.location import StoreLocation
from cockpit.store.lock import holder_of
from cockpit.workspace import Options, Workspace
from tests.benchmarks.console import Console
from tests.journeys.shop import FIRST_OPEN

COCKPIT = (sys.executable, "-P", "-m", "cockpit")
SIZE = (200, 50)
_PATIENCE = 60.0


class Served:
    """A demo under `root`, and what one does with it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.repository = root / "shop"
        self.environment = {"COCKPIT_STATE_DIR": str(root.parent / "state"), watchdog.VARIABLE: str(root)}

    def command(self, *arguments: str, by: str = "", repository: Path | None = None) -> list[str]:
        """Return the command line of a cockpit on this release."""
        who = ["--by", by] if by else []
        return [*COCKPIT, "--repo", str(repository or self.repository), *who, *arguments]

    def console(
        self, *, by: str = "ana", size: tuple[int, int] = SIZE, repository: Path | None = None, painting: bool = True
    ) -> Console:
        """Open the screen as somebody; the caller closes it."""
        command = self.command(by=by, repository=repository)
        return Console(command, size=size, environment=self.environment, painting=painting)

    def ask(self, *arguments: str, repository: Path | None = None) -> Any:
        """Return what a headless command prints with `--json`."""
        done = subprocess.run(
            self.command("--json", *arguments, repository=repository),
            env={**os.environ, **self.environment}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{arguments}: exit {done.returncode}\n{(done.stdout + done.stderr)[:2000]}")
        return json.loads(done.stdout)

    def workspace(self, by: str = "ben") -> Workspace:
        """Return a writer of this process's own."""
        return open_workspace(Options(repo=self.repository, by=by))

    def watcher(self, repository: Path | None = None) -> int:
        """Return the watcher's process, 0 where none watches."""
        location = StoreLocation.of(repository or self.repository)
        held = holder_of(location.lock(WATCHER_LOCK))
        return held.pid if held is not None else 0

    def stop_watcher(self) -> None:
        """End the watcher, and wait until it has gone."""
        pid, deadline = self.watcher(), time.monotonic() + _PATIENCE
        if pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        while self.watcher() and time.monotonic() < deadline:
            time.sleep(0.02)

    def wait_for_watcher(self, repository: Path | None = None) -> int:
        """Return the watcher's process once there is one."""
        deadline = time.monotonic() + _PATIENCE
        while not (pid := self.watcher(repository)):
            if time.monotonic() > deadline:
                raise RuntimeError("no watcher has come")
            time.sleep(0.05)
        return pid


def opened(console: Console) -> float:
    """Return the seconds from the start until the first item that waits is on the screen."""
    return console.until(lambda painted: painted.holds(FIRST_OPEN)) - console.started


@contextmanager
def served_demo() -> Iterator[Served]:
    """Serve a demo in a directory that its end removes, with every process started on it."""
    with tempfile.TemporaryDirectory(prefix="bench-") as directory:
        served = Served(Path(directory).resolve() / "demo")
        serving = subprocess.Popen(
            [*COCKPIT, "demo", "--json", "--serve", str(served.root)],
            env={**os.environ, **served.environment}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        assert serving.stdout is not None
        try:
            if "}\n" not in iter(serving.stdout.readline, ""):  # the document, which comes once all runs
                raise RuntimeError("the demo does not start: see `cockpit demo --serve DIR`")
            yield served
        finally:
            serving.send_signal(signal.SIGINT)
            serving.wait(_PATIENCE)
