"""A step that has become another user's, as with sudo: it is not waited for, and no second one runs beside it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.full,
    pytest.mark.skipif(os.geteuid() != 0 or shutil.which("setpriv") is None, reason="a set-user-id program is needed"),
]

# What is imported is imported as root; what runs then runs as a user who may not end what root has started.
_AS_NOBODY = """
import os, sys, threading, time
from pathlib import Path
import msgspec
from cockpit.execution.leftover import StepProcess
from cockpit.execution.output import OutputFile
from cockpit.execution.steps import StepRunner
from cockpit.release.plan import Plan, PlanStep
import cockpit.process, subprocess, selectors
place = Path(sys.argv[1])
os.setgroups([]); os.setresgid(65534, 65534, 65534); os.setresuid(65534, 65534, 65534)
step = PlanStep("restart", "Restart", "run", sys.argv[2], str(place), 0.5)
if sys.argv[3] == "hosts":
    step = msgspec.structs.replace(step, hosts=("web1", "web2"))
plan = Plan("rollback", "shop", "test", False, "here", str(place), "v1", "0" * 40, "v2", "1" * 40, "", (step,))
output = OutputFile(place / "output.log")
runner = StepRunner(plan, output, StepProcess(place, "0a0b0c0d"), None, None, threading.Event())
begun = time.monotonic()
for _ in range(2):
    results = [result for _, result in runner.on_hosts(step, ())] if step.hosts else [runner.attempt(step)]
    print(*(f"{result.outcome}: {result.detail}" for result in results), sep="; ")
print(time.monotonic() - begun < 15)
"""


@pytest.fixture
def place() -> Iterator[Path]:
    found = Path(tempfile.mkdtemp(prefix="cockpit-", dir="/tmp"))
    os.chown(found, 65534, 65534)
    found.chmod(0o755)
    yield found
    pids = found / "pids"
    for pid in pids.read_text().split() if pids.exists() else ():
        subprocess.run(["kill", "-9", pid], check=False, capture_output=True)
    shutil.rmtree(found)


@pytest.mark.parametrize("on", ["here", "hosts"])
def test_it_is_not_waited_for_and_none_is_begun_beside_it(place: Path, on: str) -> None:
    program = place / "as-root"
    shutil.copy(shutil.which("setpriv") or "", program)
    program.chmod(0o4755)
    command = f"echo $$ >> {place}/pids; exec {program} --reuid=0 --regid=0 --clear-groups sleep 60"
    argv = [sys.executable, "-c", _AS_NOBODY, str(place), command, on]
    done = subprocess.run(argv, check=False, capture_output=True, text=True, timeout=50)
    first, second, quick = done.stdout.splitlines() or [done.stderr]
    (pid,) = (place / "pids").read_text().split()
    left = f"a step that was not ended may still run, as process {pid} of another user"
    assert first == "timed-out: no end within 0.5 s" + ("" if on == "hosts" else f"; {left}")
    assert second == f"failed: {left}"
    assert quick == "True"
