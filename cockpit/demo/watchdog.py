"""Ends what a demo leaves behind: `python watchdog.py ROOT [--remove]`, on the standard library alone.

The demo holds a lock on its marker file for as long as it lives; the kernel lets go of it however the demo ends, by
kill -9 too. Then every process that carries the demo's root in its environment is ended, and a temporary root removed.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

MARKER = ".cockpit-demo"
VARIABLE = "COCKPIT_DEMO_ROOT"

_ROUNDS = 6  # a worker may start a service while we end it
_GRACE = 3.0  # seconds between SIGTERM and SIGKILL


def processes_of(root: Path) -> set[int]:
    """Return the pids that belong to the demo at `root`, without our own."""
    found = _by_environment(root) if Path("/proc/self/environ").exists() else _by_pid_files(root)
    return found - {os.getpid()}


def _by_environment(root: Path) -> set[int]:
    wanted = f"{VARIABLE}={root}".encode()
    found = set()
    for directory in Path("/proc").iterdir():
        if directory.name.isdecimal():
            # Gone meanwhile, or somebody else's.
            with contextlib.suppress(OSError):
                if wanted in (directory / "environ").read_bytes().split(b"\0"):
                    found.add(int(directory.name))
    return found


def _by_pid_files(root: Path) -> set[int]:
    """Where no /proc is: the pids on file, as far as their environment still names the root (`ps -E`)."""
    found = set()
    for path in (root / "var" / "run").glob("*.pid"):
        text = path.read_text().strip()
        if text.isdecimal():
            shown = subprocess.run(
                ["ps", "-wwE", "-o", "command=", "-p", text], capture_output=True, text=True, check=False
            )
            if f"{VARIABLE}={root}" in shown.stdout:
                found.add(int(text))
    return found


def sweep(root: Path, *, grace: float = _GRACE) -> None:
    """End every process of the demo at `root`: SIGTERM, then SIGKILL; again until none is left."""
    for _ in range(_ROUNDS):
        if not _signal(processes_of(root), signal.SIGTERM):
            return
        deadline = time.monotonic() + grace
        while time.monotonic() < deadline:
            if not processes_of(root):
                break
            time.sleep(0.02)
        _signal(processes_of(root), signal.SIGKILL)


def _signal(pids: set[int], number: signal.Signals) -> bool:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)
    return bool(pids)


def remove(root: Path) -> None:
    """Remove a demo's whole directory; only where its marker says that it is one."""
    marker = root / MARKER
    if not marker.exists():
        return
    marker.unlink()  # first: without it nothing is started there any more
    sweep(root)
    for _ in range(_ROUNDS):
        shutil.rmtree(root, ignore_errors=True)
        if not root.exists():
            return
        time.sleep(0.05)


def main() -> None:
    """Wait for the demo's end, then clean up."""
    root = Path(sys.argv[1])
    for number in (signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    with contextlib.suppress(FileNotFoundError), (root / MARKER).open() as marker:
        fcntl.flock(marker, fcntl.LOCK_EX)
        sweep(root)
        if "--remove" in sys.argv[2:]:
            remove(root)


if __name__ == "__main__":
    main()
