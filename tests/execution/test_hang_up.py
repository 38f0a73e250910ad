"""A real ssh session in which a rollback was started is lost in the middle: the rollback goes on to its end."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.execution.flight import WAIT, Flight, alive, wait_until
from tests.sshd import sshd

pytestmark = pytest.mark.full


def followers(flight: Flight) -> set[int]:
    """Return the processes that follow the rollback of this flight from a terminal."""
    found = set()
    for place in Path("/proc").iterdir():
        try:
            words = (place / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
        except OSError:
            continue
        if (
            place.name.isdigit()
            and str(flight.repo) in words
            and "--execute" in words
            and "python" in Path(words[0]).name
        ):
            found.add(int(place.name))
    return found


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGHUP])
def test_a_rollback_outlives_the_session_that_started_it(flight: Flight, number: signal.Signals) -> None:
    hang = flight.step("hang", f'echo $$ > "$V/hang.pid"; {WAIT}')
    workspace = flight.begin([hang, *flight.usual_steps()])
    environment = {name: os.environ[name] for name in ("PATH", "COCKPIT_STATE_DIR") if name in os.environ}
    settings = [f"{name}={value}" for name, value in environment.items()]
    cockpit = ["-P", "-m", "cockpit", "--repo", str(flight.repo), "rollback", "v1", "--execute", "--confirm", "v1"]
    command = shlex.join(["env", *settings, sys.executable, *cockpit])
    with sshd(flight.home / "ssh") as ssh:
        session = subprocess.Popen(
            [*ssh, "-tt", command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        wait_until((flight.var / "hang.pid").exists)
        following = followers(flight)
        assert following
        session.send_signal(number)
        session.communicate(timeout=20)
        wait_until(lambda: not any(alive(pid) for pid in following))
        worker = flight.worker(workspace)
        assert worker is not None
        assert alive(worker)
        assert flight.view(workspace).state == "running"
        flight.go()
        wait_until(lambda: flight.view(workspace).over)
    assert flight.view(workspace).outcome == "succeeded"
    assert flight.trace() == ["hang", "stop", "migrate", "start"]
