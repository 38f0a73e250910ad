"""One person at two cockpits of one clone: what she confirms at one is what it shows, and nothing is done twice."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cockpit.errors import RefusedError
from cockpit.executing import abort_execution, start_execution, start_worker
from cockpit.execution.control import lock_reason
from cockpit.execution.progress import turns_taken
from cockpit.procedures import run_step
from cockpit.release.decisions.runbooks import find_step
from cockpit.release.intents import RequestExecution
from cockpit.workspace import Workspace
from tests.execution.flight import WAIT, Flight, alive, wait_until

pytestmark = pytest.mark.full

RUNBOOK = """\
id: down
title: Down
kind: emergency
severity: critical
steps:
  - {{id: mend, text: Mend it, run: {mend}}}
  - {{id: look, text: Look, run: "true", effects: none}}
"""


def confirm(name: str) -> dict[str, str]:
    return {"id": name, "confirm": f"Is {name} well?"}


def stopped(flight: Flight, workspace: Workspace, at: int) -> None:
    """Wait until no worker is left, and the execution waits at a step."""

    def holds() -> bool:
        view = flight.view(workspace)
        passed = [step.state for step in view.steps].count("ok")
        return view.state == "stopped" and passed == at and flight.worker(workspace) is None

    wait_until(holds)


def test_what_was_asked_of_one_step_confirms_no_later_one(flight: Flight) -> None:
    one = flight.begin(
        [flight.step("stop"), confirm("first"), flight.step("go"), confirm("second"), flight.step("end")]
    )
    start_execution(one, RequestExecution("0a1b2c3d", flight.plan(one), "v1"))
    stopped(flight, one, 1)
    other = flight.workspace()
    asked_of = turns_taken(other.run, "0a1b2c3d")  # "Go on with: first?" is open at the other cockpit
    start_worker(one, "0a1b2c3d")
    stopped(flight, one, 3)
    other.session.poll()
    with pytest.raises(RefusedError, match="somebody has gone on with it") as caught:
        start_worker(other, "0a1b2c3d", turn=asked_of)
    assert caught.value.code == "overtaken"
    stopped(flight, one, 3)
    assert flight.trace() == ["stop", "go"]
    start_worker(other, "0a1b2c3d")
    wait_until(lambda: "end" in flight.trace())


def test_both_go_on_at_the_same_moment_and_one_does(flight: Flight) -> None:
    one = flight.begin(
        [flight.step("stop"), confirm("first"), flight.step("go"), confirm("second"), flight.step("end")]
    )
    start_execution(one, RequestExecution("0a1b2c3d", flight.plan(one), "v1"))
    stopped(flight, one, 1)
    both = [
        subprocess.Popen(
            flight.command("execution", "resume", "--json"), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        for _ in range(2)
    ]
    for each in both:
        each.communicate(timeout=60)
    stopped(flight, one, 3)
    assert flight.trace() == ["stop", "go"]


@contextmanager
def holding(lock: Path, pid: int, execution: str) -> Iterator[None]:
    """Hold the lock as the worker of another container does, in which it is the process of that id."""
    held = {"owner": "Ana", "host": "bridge", "pid": pid, "since": "", "reason": lock_reason(execution)}
    code = (
        "import fcntl,sys; f=open(sys.argv[1],'w'); fcntl.flock(f, fcntl.LOCK_EX); f.write(sys.argv[2]); f.flush();"
        " print(flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(lock), json.dumps(held)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdin is not None
        assert holder.stdout is not None
        holder.stdout.readline()
        yield
        holder.stdin.close()


def test_an_abort_ends_no_process_that_is_not_the_worker(flight: Flight) -> None:
    workspace = flight.begin([flight.step("hang", WAIT)])
    identity = flight.request(workspace)
    lock = workspace.store.location.lock(workspace.execution_lock)
    lock.parent.mkdir(parents=True, exist_ok=True)
    with subprocess.Popen(["sleep", "300"]) as innocent:
        with (
            holding(lock, innocent.pid, identity),
            pytest.raises(RefusedError, match=rf"process {innocent.pid}, is in another container or on another host"),
        ):
            abort_execution(workspace, flight.view(workspace), reason="")
        assert alive(innocent.pid)
        innocent.kill()
    assert not flight.view(workspace).over


def runbook(flight: Flight) -> None:
    path = flight.repo / "checklists" / "runbooks" / "down.yaml"
    path.parent.mkdir(exist_ok=True)
    mend = flight.sh(f'echo mend >> "$V/trace"; echo $$ > "$V/mend.pid"; {WAIT}')
    path.write_text(RUNBOOK.format(mend=json.dumps(mend)))


def test_a_command_that_both_confirm_at_the_same_moment_runs_once(flight: Flight) -> None:
    runbook(flight)
    one = flight.begin([])
    other = flight.workspace()
    shown = find_step(one.run, "down", "mend")[1].run
    outcomes: list[str] = []
    first = threading.Thread(
        target=lambda: outcomes.append(run_step(one, "down", "mend", shown=shown, values={}).outcome)
    )
    first.start()
    wait_until(lambda: flight.trace() == ["mend"])
    threading.Timer(0.3, flight.go).start()
    with pytest.raises(RefusedError, match=r"Ana on .* has run it since you were asked: ok") as caught:
        run_step(other, "down", "mend", shown=shown, values={})
    first.join()
    assert caught.value.code == "overtaken"
    assert (outcomes, flight.trace()) == (["ok"], ["mend"])
    assert run_step(other, "down", "mend", shown=shown, values={}).outcome == "ok", "whoever knows of it runs it again"
    assert flight.json("runbook", "down", "mend", "--execute", "--yes")["ran"]["outcome"] == "ok"
    assert flight.trace() == ["mend"] * 3


def test_two_sessions_of_one_person_are_two_writers_whose_journals_are_one_after_the_other(flight: Flight) -> None:
    workspace = flight.begin([])
    for _ in range(2):
        flight.json("note", "look")
    workspace.session.poll()
    writers = [record.w for record in workspace.run.records if record.kind.startswith("note")]
    assert len(set(writers)) == 2
    assert flight.json("doctor")["findings"] == []


def test_of_two_that_open_a_run_of_one_name_at_once_the_second_is_told_of_the_first(flight: Flight) -> None:
    flight.configure(flight.usual_steps())
    flight.release("v1")
    both = [
        subprocess.Popen(flight.command("release", "open", "v1", "--json"), stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = [(each.communicate(timeout=60)[0], each.returncode) for each in both]
    assert sorted(code for _, code in said) == [0, 4], said
    (refused,) = (json.loads(out)["error"] for out, code in said if code)
    assert (refused["code"], refused["what"]) == ("already", "a run v1 is open already in staging")
    assert len(flight.json("release", "list")) == 1
