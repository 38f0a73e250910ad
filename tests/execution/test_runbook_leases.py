"""A runbook's command that changes things, on two clones of one service: one runs, the other is told by whom."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time

import pytest

from cockpit.leasing.breaking import break_lease
from cockpit.release.emergencies import emergency_sentence
from cockpit.release.events import RunbookCommandStarted
from cockpit.release.gates import debt_of
from cockpit.store.lock import holder_of
from tests.execution.flight import WAIT, Flight, alive, wait_until
from tests.execution.two import LATER, LEASE, Two

pytestmark = pytest.mark.full

ROLLBACK = ("rollback", "v1", "--execute", "--confirm", "v1")
MEND = ("runbook", "down", "mend", "--execute", "--yes")
LOOK = ("runbook", "down", "look", "--execute", "--yes")


def runbook(flight: Flight) -> str:
    mend = json.dumps(flight.sh(f'echo mend >> "$V/trace"; echo $$ > "$V/mend.pid"; {WAIT}'))
    return f"""\
id: down
title: Down
kind: emergency
severity: critical
steps:
  - {{id: mend, text: Mend it, run: {mend}}}
  - {{id: look, text: Look, run: {json.dumps(flight.sh('echo look >> "$V/trace"'))}, effects: none}}
"""


@pytest.fixture
def two(flight: Flight) -> Two:
    return Two(flight, runbooks={"down": runbook(flight)})


def begin(flight: Flight, *more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        flight.command(*MEND, "--json", *more), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def mending(flight: Flight) -> subprocess.Popen[str]:
    """Start the command, and return once it waits at the gate."""
    process = begin(flight)
    pid = flight.var / "mend.pid"
    wait_until(lambda: process.poll() is not None or (pid.exists() and pid.read_text().endswith("\n")))
    assert process.poll() is None, process.communicate()
    return process


def ended(process: subprocess.Popen[str]) -> tuple[int, dict[str, object]]:
    out, _ = process.communicate(timeout=60)
    return process.returncode, json.loads(out)


def test_who_comes_second_is_told_by_whom_it_is_held_and_goes_on_when_it_is_free(two: Two) -> None:
    first = mending(two.ana)
    assert two.leases() == [LEASE]
    for refused in (two.ben.json(*MEND, code=4), two.ben.json(*ROLLBACK, code=4)):
        assert refused["error"]["code"] == "leased"
        assert refused["error"]["what"].startswith("the lease is held by Ana on ")
        assert refused["error"]["what"].endswith(": the runbook down, mend")
    assert two.ana.json(*ROLLBACK, code=4)["error"]["code"] == "locked"
    assert two.ben.json(*LOOK)["ran"]["outcome"] == "ok", "what changes nothing waits for nobody"
    two.ana.go()
    assert ended(first)[0] == 0
    assert two.leases() == []
    assert two.ben.json(*MEND)["ran"]["outcome"] == "ok"
    assert two.leases() == []
    assert two.ana.trace() == ["mend", "look", "mend"]
    assert not list(two.ana.workspace().executions_directory.glob("command-*"))


def test_a_rollback_on_the_other_clone_keeps_a_command_out(two: Two) -> None:
    two.ana.json(*ROLLBACK, "--detach")
    wait_until((two.ana.var / "hang.pid").exists)
    refused = two.ben.json(*MEND, code=4)["error"]
    assert (refused["code"], "rollback to v1" in refused["what"]) == ("leased", True)
    assert two.ana.trace() == ["hang"]
    two.ana.json("execution", "abort")


@pytest.mark.parametrize("number", range(2))
def test_of_two_that_start_at_once_one_runs(two: Two, number: int) -> None:
    both = [begin(two.ana), begin(two.ben)]
    wait_until(lambda: any(each.poll() is not None for each in both), within=60)
    two.ana.go()
    said = [ended(each) for each in both]
    assert sorted(code for code, _ in said) == [0, 4], said
    (refused,) = (document["error"] for code, document in said if code)
    assert isinstance(refused, dict)
    assert refused["code"] == "leased"
    assert two.ana.trace() == ["mend"]
    assert two.leases() == []


def test_what_mends_a_stopped_execution_goes_under_its_lease_and_leaves_it(two: Two) -> None:
    workspace = two.ana.workspace()
    identity = two.ana.json(*ROLLBACK, "--detach")["execution"]
    wait_until((two.ana.var / "hang.pid").exists)
    os.kill(two.ana.worker(workspace) or 0, signal.SIGTERM)
    wait_until(lambda: two.ana.view(workspace, identity).state == "stopped")
    wait_until(lambda: two.ana.worker(workspace) is None)
    two.ana.go()
    assert two.ana.json(*MEND)["ran"]["outcome"] == "ok"
    assert two.leases() == [LEASE], "it is the stopped execution's still"
    refused = two.ben.json(*MEND, code=4)["error"]
    assert refused["what"].endswith(": rollback to v1, stopped")
    assert two.ana.json("execution", "resume")["outcome"] == "succeeded"
    wait_until(lambda: two.leases() == [])


def test_where_the_remote_is_away_a_person_says_so_and_why_and_it_stays_in_the_debt(two: Two) -> None:
    two.ana.go()
    two.away()
    refused = two.ana.json(*MEND, code=4)["error"]
    assert refused["code"] == "no-lease"
    assert "--without-remote-lease" in refused["fix"]
    assert two.ana.trace() == []
    assert two.ana.json(*MEND, "--without-remote-lease", code=2)["error"]["code"] == "usage"
    document = two.ana.json(*MEND, "--without-remote-lease", "--reason", "the git host is down, too")
    (ran,) = document["steps"][0]["runs"]
    assert (ran["outcome"], ran["without_lease"]) == ("ok", "the git host is down, too")
    run = two.ana.workspace().run
    (debt,) = debt_of(run)
    assert (debt.text, debt.kind, debt.reason, debt.by) == (
        "the runbook down, mend", "without the remote's lease", "the git host is down, too", "Ana",
    )  # fmt: skip
    (began,) = (record for record in run.records if isinstance(record.data, RunbookCommandStarted))
    assert "WITHOUT the remote's lease" in emergency_sentence(began, run)
    two.back()
    assert two.ben.json(*MEND)["ran"]["outcome"] == "ok"


def test_a_command_whose_cockpit_was_killed_leaves_a_lease_that_this_clone_takes_over(two: Two) -> None:
    first = mending(two.ana)
    first.kill()
    first.communicate()
    assert two.leases() == [LEASE]
    assert two.ben.json(*MEND, code=4)["error"]["code"] == "leased"
    os.killpg(int((two.ana.var / "mend.pid").read_text()), signal.SIGKILL)
    two.ana.go()
    assert two.ana.json(*MEND)["ran"]["outcome"] == "ok"
    assert two.leases() == []


def test_a_lease_that_is_broken_meanwhile_is_told_with_the_end(two: Two) -> None:
    first = mending(two.ana)
    broken = break_lease(two.ben.workspace(), "her laptop is gone", now=lambda: time.time() + LATER)
    assert broken.holder is not None
    workspace = two.ana.workspace()
    assert holder_of(workspace.store.location.lock(workspace.execution_lock)) is not None
    assert alive(first.pid)
    two.ana.go()
    code, document = ended(first)
    assert code == 0, document
    assert two.leases() == []
