"""shopctl start|stop|status|migrate: the shop's service, as an init script would run it.

`status` exits with 0 where the service runs and 3 where it does not, as the Linux Standard Base has it. The running
service holds a lock on `var/run/shop.pid`, inherited at its start: no stale pid is ever taken for a live one.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent
TREE = ROOT / "shop"
PID_FILE = ROOT / "var" / "run" / "shop.pid"
OUTPUT = ROOT / "var" / "logs" / "shop.out"

START_WITHIN = 15.0  # seconds
STOP_WITHIN = 8.0
NOT_RUNNING = 3


def environment() -> dict[str, str]:
    """Return what the service runs in: ours, and the settings of etc/shop.env."""
    lines = (ROOT / "etc" / "shop.env").read_text().splitlines()
    settings = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    # Whoever cleans up after the demo finds its processes by this name, whoever started them.
    return {**os.environ, **settings, "COCKPIT_DEMO_ROOT": str(ROOT)}


def lock(pid_file: IO[str]) -> bool:
    """Try to take the service's lock; False while a service holds it."""
    try:
        fcntl.flock(pid_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def lock_within(pid_file: IO[str], seconds: float) -> bool:
    """Try for a while; a `status` elsewhere holds the lock for a moment too."""
    deadline = time.monotonic() + seconds
    while not lock(pid_file):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def demo_lives() -> bool:
    """Whether somebody still plays the demo: its process holds a lock on the marker file for as long as it lives."""
    try:
        with (ROOT / ".cockpit-demo").open() as marker:
            fcntl.flock(marker, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        pass
    return False


def start() -> int:
    """Start the service and wait until it listens."""
    if not demo_lives():
        return complain("the demo is over: nothing is started")
    with PID_FILE.open("a+") as pid_file:
        if not lock_within(pid_file, 0.3):
            return say("shop is running already")
        pid_file.truncate(0)
        ready, notify = os.pipe()
        with OUTPUT.open("ab") as output:
            service = subprocess.Popen(
                [sys.executable, "-BES", "-m", "shop"],
                cwd=TREE,
                env={**environment(), "SHOP_READY_FD": str(notify)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                pass_fds=(notify, pid_file.fileno()),
                start_new_session=True,
            )
        os.close(notify)
        pid_file.write(f"{service.pid}\n")
        pid_file.flush()
        listens = bool(select.select([ready], [], [], START_WITHIN)[0]) and os.read(ready, 16) != b""
        os.close(ready)
        if listens:
            return say(f"shop started, pid {service.pid}")
        service.kill()
        service.wait()
    tail = OUTPUT.read_text(errors="replace").splitlines()[-1:] or ["no output"]
    return complain(f"shop did not start: {tail[0]}")


def stop() -> int:
    """End the service and wait until it is really gone."""
    with PID_FILE.open("a+") as pid_file:
        for number, patience in ((signal.SIGTERM, STOP_WITHIN), (signal.SIGKILL, 5.0)):
            if lock(pid_file) or (send(pid_file, number) and lock_within(pid_file, patience)):
                pid_file.truncate(0)
                return say("shop is stopped")
    return complain("shop does not end")


def send(pid_file: IO[str], number: signal.Signals) -> bool:
    """Signal the service; False where its pid is not there, because it is just being started."""
    pid = recorded(pid_file)
    if pid is None:
        time.sleep(0.5)
        pid = recorded(pid_file)
    if pid is None:
        return False
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)
    return True


def recorded(pid_file: IO[str]) -> int | None:
    """Return the pid in the file; None while a start is still writing it."""
    pid_file.seek(0)
    text = pid_file.read().strip()
    return int(text) if text.isdecimal() else None


def status() -> int:
    """Say whether the service runs."""
    with PID_FILE.open("a+") as pid_file:
        if lock(pid_file):
            say("shop is not running")
            return NOT_RUNNING
        return say(f"shop is running, pid {recorded(pid_file)}")


def migrate() -> int:
    """Apply the migrations that the checked-out code brings."""
    return subprocess.run(
        [sys.executable, "-B", "-m", "shop.migrate"], cwd=TREE, env=environment(), check=False
    ).returncode


def say(text: str) -> int:
    """Print a line and return success."""
    sys.stdout.write(f"{text}\n")
    return 0


def complain(text: str) -> int:
    """Print a line to standard error and return failure."""
    sys.stderr.write(f"{text}\n")
    return 1


VERBS = {"start": start, "stop": stop, "status": status, "migrate": migrate}

if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in VERBS:
        sys.exit(f"usage: shopctl {'|'.join(VERBS)}")
    sys.exit(VERBS[sys.argv[1]]())
