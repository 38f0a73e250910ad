"""Workers as processes: started, followed, killed, resumed, aborted, and raced against each other."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from cockpit import process
from cockpit.errors import ProcessError, RefusedError
from cockpit.executing import abort_execution, execution_lock, start_execution, start_worker, worker_pid
from cockpit.execution.control import abort
from cockpit.execution.leftover import StepProcess
from cockpit.execution.prepare import prepare
from cockpit.release.events import EvidenceAttached
from cockpit.release.intents import RequestExecution
from cockpit.sighting import sighting_of
from cockpit.workspace import Workspace
from tests.execution.flight import WAIT, Flight, Step, alive, wait_until

pytestmark = pytest.mark.full

STEPS = ["stop", "checkout", "migrate", "start", "verify"]


def start(flight: Flight, workspace: Workspace) -> int:
    """Start a rollback to v1 in a worker of its own; return the worker's pid."""
    return start_execution(workspace, RequestExecution("0a1b2c3d", flight.plan(workspace), "v1"))


def hanging(flight: Flight) -> Step:
    """Return a step that waits at the gate, and leaves its pid and a child's."""
    return flight.step("hang", f'echo $$ > "$V/hang.pid"; echo $$ >> "$V/hangs"; {WAIT}')


def test_a_step_that_empties_the_output_is_followed_all_the_same(flight: Flight) -> None:
    steps = [flight.step("one", "seq 5000"), flight.step("two", "sleep 1; echo said > /dev/stderr")]
    flight.begin([*steps, flight.step("three")])
    done = flight.cockpit("rollback", "v1", "--execute", "--confirm", "v1")
    assert "\nsaid\n" in done.stdout, done.stderr
    assert "-- 3/3 Three" in done.stdout


def test_it_is_followed_to_its_end(flight: Flight) -> None:
    workspace = flight.begin()
    done = flight.cockpit("rollback", "v1", "--execute", "--confirm", "v1")
    assert done.returncode == 0, done.stderr
    assert "-- 3/5 Migrate" in done.stdout
    assert done.stdout.endswith("rollback to v1 succeeded: v1 is up, version v1 seen\n")
    document = flight.json("execution", "status")
    assert (document["outcome"], document["worker_alive"]) == ("succeeded", False)
    assert flight.view(workspace).by.name == "Ana"

    locked = flight.json("deploy", "v2", "--execute", "--confirm", "v2", code=4)
    assert locked["error"]["code"] == "locked"
    again = flight.json("rollback", "v2", "--execute", "--confirm", "v2", code=4)
    assert again["error"]["code"] == "locked", "the release that was left is not put back by a rollback"
    shown = flight.cockpit("rollback", "v2").stdout
    assert "! --execute would be refused: deploys are locked" in shown
    assert "! v2 is marked bad by Ana: rolled back to v1" in shown
    assert flight.cockpit("execution", "unlock").returncode == 4
    assert flight.json("execution", "unlock", "--reason", "fixed in v2") == {"deploys_locked": ""}
    deployed = flight.json("deploy", "v2", "--execute", "--confirm", flight.git.text("rev-parse", "v2^{commit}")[:8])
    assert (deployed["outcome"], deployed["version_seen"]) == ("succeeded", "v2")
    assert flight.json("status")["run"]["state"] == "active"


def test_a_stop_exits_with_5_and_retry_goes_on(flight: Flight) -> None:
    flight.begin([flight.step("one", 'test -e "$V/mended"'), *flight.usual_steps()])
    document = flight.json("rollback", "v1", "--execute", "--confirm", "v1", code=5)
    assert (document["state"], document["detail"]) == ("stopped", "step 1, One: exit status 1")
    assert flight.cockpit("execution", "skip").returncode == 4
    # What is told is what this worker found, not what the last one left.
    assert flight.json("execution", "retry", code=5)["steps"][0]["attempt"] == 2
    (flight.var / "mended").touch()
    done = flight.cockpit("execution", "retry")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("1/6 One") == 1


def test_an_unverified_end_exits_with_3(flight: Flight) -> None:
    flight.begin(version=None)
    assert flight.json("rollback", "v1", "--execute", "--confirm", "v1", code=3)["outcome"] == "unverified"


def test_a_skipped_optional_step_goes_on(flight: Flight) -> None:
    workspace = flight.begin([flight.step("one", optional=True), {**hanging(flight), "optional": True}])
    start(flight, workspace)
    wait_until((flight.var / "hang.pid").exists)
    assert flight.json("execution", "skip", code=4)["error"]["code"] == "locked"
    flight.kill_worker(workspace, signal.SIGTERM)
    assert flight.json("execution", "skip", code=3)["steps"][1]["state"] == "skipped"


def test_abort_ends_the_worker_and_the_whole_group(flight: Flight) -> None:
    workspace = flight.begin([hanging(flight)])
    worker = start(flight, workspace)
    wait_until((flight.var / "hang.pid").exists)
    document = flight.json("execution", "abort", "--reason", "wrong tag", "--by", "Ben")
    assert (document["outcome"], document["detail"]) == ("aborted", "aborted by Ben: wrong tag")
    assert document["steps"][0]["state"] == "aborted"
    assert not alive(worker)
    assert not alive(int((flight.var / "hang.pid").read_text()))
    assert flight.worker(workspace) is None
    workspace.session.poll()
    assert workspace.run.state == "active"
    assert flight.json("execution", "abort", code=4)["error"]["code"] == "already"


def test_abort_ends_the_step_of_a_worker_that_was_killed(flight: Flight) -> None:
    workspace = flight.begin([hanging(flight)])
    start(flight, workspace)
    wait_until((flight.var / "hang.pid").exists)
    flight.kill_worker(workspace)
    step = int((flight.var / "hang.pid").read_text())
    assert alive(step)
    abort_execution(workspace, flight.view(workspace), reason="")
    assert not alive(step)
    assert flight.view(workspace).outcome == "aborted"


def orphaned(flight: Flight, way: str = "") -> Workspace:
    """Leave a grandchild of a step behind whose shell, and whose worker, were killed."""
    script = f'{way} sh -c \'echo $$ > "$0/grand.pid"; exec sleep 300\' "$V" & echo $$ > "$V/leader.pid"; wait'
    workspace = flight.begin([flight.step("hang", script)])
    start(flight, workspace)
    wait_until(lambda: (flight.var / "grand.pid").exists() and (flight.var / "leader.pid").exists())
    wait_until((flight.var / "grand.pid").read_text)
    noted = workspace.executions_directory / flight.view(workspace).id / "step.pid"
    wait_until(lambda: not noted.read_text().startswith("0\n"))  # where there is no /proc, nothing else leads to it
    flight.kill_worker(workspace)
    leader = int((flight.var / "leader.pid").read_text())
    os.kill(leader, signal.SIGKILL)
    wait_until(lambda: not alive(leader))
    assert alive(grandchild(flight))
    return workspace


def grandchild(flight: Flight) -> int:
    return int((flight.var / "grand.pid").read_text())


@pytest.mark.parametrize("way", ["", "setsid"])
def test_abort_ends_a_grandchild_whose_leader_is_dead(flight: Flight, way: str) -> None:
    workspace = orphaned(flight, way)
    abort_execution(workspace, flight.view(workspace), reason="")
    assert not alive(grandchild(flight))
    assert flight.view(workspace).outcome == "aborted"


@pytest.mark.parametrize("way", ["", "setsid"])
def test_resume_ends_a_grandchild_whose_leader_is_dead_before_it_goes_on(flight: Flight, way: str) -> None:
    workspace = orphaned(flight, way)
    left = grandchild(flight)
    start_worker(workspace, flight.view(workspace).id)
    wait_until(lambda: not alive(left))
    output = workspace.executions_directory / flight.view(workspace).id / "output.log"
    wait_until(lambda: "the step that was left running is ended" in output.read_text())
    wait_until(lambda: grandchild(flight) != left)
    flight.kill_worker(workspace, signal.SIGTERM)
    assert not alive(grandchild(flight))


def test_where_there_is_no_proc_the_group_is_found_all_the_same(flight: Flight) -> None:
    workspace = orphaned(flight)
    directory = workspace.executions_directory / flight.view(workspace).id
    assert StepProcess(directory, flight.view(workspace).id, proc=flight.home / "nowhere").end_leftover()
    assert not alive(grandchild(flight))
    assert not StepProcess(directory, flight.view(workspace).id).end_leftover()


def test_what_an_earlier_step_has_started_outlives_the_end_of_a_later_one(flight: Flight) -> None:
    serve = 'setsid sh -c \'echo $$ > "$0/service.pid"; exec sleep 300\' "$V" > /dev/null 2>&1 &'
    workspace = flight.begin([flight.step("serve", serve), hanging(flight)])
    start(flight, workspace)
    wait_until((flight.var / "hang.pid").exists)
    flight.kill_worker(workspace)
    step = int((flight.var / "hang.pid").read_text())
    abort_execution(workspace, flight.view(workspace), reason="")
    assert not alive(step)
    assert alive(int((flight.var / "service.pid").read_text()))


def test_a_pid_that_is_somebody_elses_by_now_is_left_alone(flight: Flight) -> None:
    workspace = flight.begin([hanging(flight)])
    directory = workspace.executions_directory / flight.request(workspace)
    directory.mkdir(parents=True)
    with subprocess.Popen(["sleep", "300"], start_new_session=True) as stranger:
        for noted in (f"{stranger.pid}\n0123456789abcdef\n", f"{stranger.pid}\n", "0\n0123456789abcdef\n"):
            (directory / "step.pid").write_text(noted)
            assert not StepProcess(directory, "0a1b2c3d").end_leftover()
            assert stranger.poll() is None
            assert not (directory / "step.pid").exists()
        stranger.kill()


def test_abort_never_signals_whoever_else_holds_the_lock(flight: Flight) -> None:
    """A holder that has not said who it is has pid 0, which would be our own process group."""
    workspace = flight.begin([hanging(flight)])
    identity = flight.request(workspace)
    path = workspace.store.location.lock(workspace.execution_lock)
    path.parent.mkdir(parents=True, exist_ok=True)
    code = (
        "import fcntl,sys; f=open(sys.argv[1],'a'); fcntl.flock(f, fcntl.LOCK_EX); print(flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdin is not None
        assert holder.stdout is not None
        holder.stdout.readline()
        assert worker_pid(workspace, identity) == 0
        with pytest.raises(RefusedError, match="has not ended yet"):
            abort(
                workspace.session.act,
                flight.view(workspace),
                by="Ana",
                reason="",
                worker_pid=lambda: worker_pid(workspace, identity),
                exclusively=lambda: execution_lock(workspace, "aborting"),
                is_over=lambda: False,
                end_leftover=lambda: None,
                patience=0.2,
            )
        assert holder.poll() is None
        held = {"owner": "Ben", "host": "h", "pid": holder.pid, "since": "", "reason": "about to execute"}
        path.write_text(json.dumps(held))
        with pytest.raises(RefusedError, match="locked by Ben"):
            abort_execution(workspace, flight.view(workspace), reason="")
        assert holder.poll() is None
        holder.stdin.close()
    abort_execution(workspace, flight.view(workspace), reason="")
    assert flight.view(workspace).outcome == "aborted"


def test_a_lost_terminal_does_not_stop_it(flight: Flight) -> None:
    workspace = flight.begin([hanging(flight), *flight.usual_steps()])
    follower = subprocess.Popen(
        flight.command("rollback", "v1", "--execute", "--confirm", "v1"), stdout=subprocess.PIPE, start_new_session=True
    )
    assert follower.stdout is not None
    with follower.stdout:
        wait_until((flight.var / "hang.pid").exists)
        worker = flight.worker(workspace)
        assert worker
        os.kill(worker, signal.SIGHUP)
        os.killpg(follower.pid, signal.SIGHUP)
        assert follower.wait(10) == -signal.SIGHUP
    flight.go()
    wait_until(lambda: flight.view(workspace).over)
    assert flight.view(workspace).outcome == "succeeded"


def test_a_reader_that_goes_away_does_not_change_the_exit_status(flight: Flight) -> None:
    flight.begin([hanging(flight), *flight.usual_steps()])
    with subprocess.Popen(
        flight.command("rollback", "v1", "--execute", "--confirm", "v1"), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as follower:
        assert follower.stdout is not None
        assert follower.stderr is not None
        follower.stdout.readline()
        follower.stdout.close()
        flight.go()
        assert follower.stderr.read() == b""
        assert follower.wait(30) == 0


def hang_once(flight: Flight, name: str) -> None:
    """Make the step of that name wait the first time it runs, whatever kind it is."""
    wait = flight.sh(f'if [ ! -e "$V/hung" ]; then echo $$ > "$V/hung"; {WAIT}; fi')
    steps = {step["id"]: step for step in flight.usual_steps()}
    more: dict[str, Any] = {}
    if name == "checkout":
        steps["checkout"]["done_when"] = f"{wait}; false"
    elif name == "verify":
        is_up = flight.sh('test -f "$V/up"')
        more["probes"] = {"up": {"command": f"{wait}; {is_up}", "timeout": "30s"}}
    else:
        steps[name]["run"] = f"{wait}; {steps[name]['run']}"
    flight.begin(list(steps.values()), **more)


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name == "start" else [pytest.mark.full]) for name in STEPS]
)
def test_kill_9_and_resume_ends_as_if_nothing_had_been(flight: Flight, name: str) -> None:
    hang_once(flight, name)
    workspace = flight.workspace()
    start(flight, workspace)
    wait_until((flight.var / "hung").exists)
    flight.kill_worker(workspace)
    left = int((flight.var / "hung").read_text())
    if name not in {"checkout", "verify"}:
        assert alive(left)
    assert "no worker carries it out" in flight.cockpit("execution", "status").stdout

    document = flight.json("execution", "resume")
    assert (document["outcome"], document["version_seen"]) == ("succeeded", "v1")
    # Had the one that was left running gone on, its step would be there twice.
    flight.go()
    if name not in {"checkout", "verify"}:
        assert not alive(left)
    assert flight.trace() == ["stop", "migrate", "start"]
    assert flight.git.text("rev-parse", "HEAD") == document["commit"]
    workspace.session.poll()
    assert workspace.run.state == "rolled-back"
    assert workspace.run.deploys_locked == "rolled back from v2 to v1"


@pytest.mark.full
@pytest.mark.parametrize("name", STEPS)
@pytest.mark.parametrize("worker_too", [False, True], ids=["the app", "both"])
def test_kill_9_of_whoever_started_it_ends_as_if_nothing_had_been(
    flight: Flight, name: str, *, worker_too: bool
) -> None:
    hang_once(flight, name)
    workspace = flight.workspace()
    with subprocess.Popen(
        flight.command("rollback", "v1", "--execute", "--confirm", "v1"), stdout=subprocess.PIPE
    ) as started:
        wait_until((flight.var / "hung").exists)
        started.kill()
    worker = flight.worker(workspace)
    assert worker
    assert alive(worker), "it is nobody's child"
    if worker_too:
        flight.kill_worker(workspace)
        document = flight.json("execution", "resume")
        flight.go()
    else:
        flight.go()
        wait_until(lambda: flight.view(workspace).over)
        document = flight.json("execution", "status")
    assert (document["outcome"], document["version_seen"]) == ("succeeded", "v1")
    assert flight.trace() == ["stop", "migrate", "start"]
    assert flight.git.text("rev-parse", "HEAD") == document["commit"]


def test_a_second_worker_is_refused(flight: Flight) -> None:
    workspace = flight.begin([hanging(flight)])
    start(flight, workspace)
    wait_until((flight.var / "hang.pid").exists)
    refused = flight.json("execution", "resume", code=4)
    assert refused["error"]["code"] == "locked"
    by_hand = flight.cockpit("worker", flight.view(workspace).id)
    assert by_hand.returncode == 4
    assert "is locked by Ana" in by_hand.stderr
    flight.go()
    wait_until(lambda: flight.view(workspace).over)
    assert (flight.var / "hangs").read_text().count("\n") == 1


@pytest.mark.parametrize("number", range(3))
def test_of_two_who_execute_at_once_one_does(flight: Flight, number: int) -> None:
    race(flight)


def test_what_is_checked_out_is_deployed_where_another_version_was_seen(flight: Flight) -> None:
    flight.begin()
    flight.json("rollback", "v1", "--execute", "--confirm", "v1")
    flight.json("execution", "unlock", "--reason", "fixed in v3")
    flight.release("v3")
    plan = flight.json("deploy", "v3", "--plan")
    assert (plan["from_tag"], plan["head"]) == ("v1", plan["commit"])
    deploy = ("deploy", "v3", "--execute", "--confirm", "v3")
    assert flight.json(*deploy)["version_seen"] == "v3"
    assert flight.trace()[3:] == ["stop", "migrate", "start"]
    assert flight.json(*deploy, code=4)["error"]["code"] == "same-target", "by now it answers"


def test_a_plan_to_what_is_checked_out_is_outdated_once_what_answered_does_not(flight: Flight) -> None:
    workspace = flight.begin()
    flight.json("rollback", "v1", "--execute", "--confirm", "v1")
    flight.json("execution", "unlock", "--reason", "fixed in v3")
    flight.release("v3")
    workspace.session.poll()
    seen = sighting_of(workspace, now=time.time())
    plan = prepare(workspace.run, "deploy", "v3", root=workspace.root, code=workspace.code, host="h", seen=seen)
    flight.json("deploy", "v3", "--execute", "--confirm", "v3")
    with pytest.raises(RefusedError, match="v1 answered when the plan was shown"):
        start_execution(workspace, RequestExecution("0a1b2c3d", plan, "v3"))


@pytest.mark.full
@pytest.mark.parametrize("number", range(20))
def test_of_two_who_execute_at_once_one_does_every_time(flight: Flight, number: int) -> None:
    race(flight)


def race(flight: Flight) -> None:
    workspace = flight.begin()
    command = flight.command("rollback", "v1", "--execute", "--confirm", "v1", "--json")
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)]
    said = [each.communicate(timeout=60) for each in both]
    codes = sorted(each.returncode for each in both)
    assert codes == [0, 4], said
    (refused,) = (
        json.loads(out)["error"]["code"] for each, (out, _) in zip(both, said, strict=True) if each.returncode
    )
    assert refused in {"locked", "same-target", "conflicting"}
    assert flight.view(workspace).outcome == "succeeded"
    assert flight.trace() == ["stop", "migrate", "start"]


def test_a_dirty_work_tree_is_refused_before_anything_stops(flight: Flight) -> None:
    workspace = flight.begin()
    (flight.repo / "VERSION").write_text("mine")
    refused = flight.json("rollback", "v1", "--execute", "--confirm", "v1", code=4)
    assert refused["error"]["code"] == "dirty"
    assert "VERSION" in refused["error"]["what"]
    assert flight.trace() == []
    assert not workspace.run.executions


def test_what_is_in_no_commit_is_kept_as_evidence_and_stashed_where_a_person_says_so(flight: Flight) -> None:
    workspace = flight.begin()
    (flight.repo / "VERSION").write_text("mine, token=AKIAIOSFODNN7EXAMPLE\n")
    (flight.repo / "untracked").write_text("stays")
    flight.json("rollback", "v1", "--execute", "--confirm", "v9", "--stash", code=4)
    assert "mine" in (flight.repo / "VERSION").read_text(), "who has not confirmed loses nothing from sight"
    assert flight.json("rollback", "v1", "--stash", code=2)["error"]["code"] == "usage"

    done = flight.json("rollback", "v1", "--execute", "--confirm", "v1", "--stash")
    assert done["outcome"] == "succeeded"
    assert (flight.repo / "untracked").read_text() == "stays"
    workspace.session.poll()
    told = [entry["text"] for entry in flight.json("timeline")]
    assert any("attached changes-before-the-rollback-to-v1.patch" in text and "to the run" in text for text in told)
    stash = flight.git.text("rev-parse", "refs/stash")
    assert any(f"put aside before the rollback to v1: VERSION; git stash {stash[:8]} has it" in text for text in told)
    records = workspace.run.records
    (kept,) = (record.data for record in records if isinstance(record.data, EvidenceAttached))
    assert kept.masked, "a token in it is in no store"
    assert kept.blob is not None
    diff = workspace.store.evidence.get(kept.blob.sha256).content.decode()
    assert "+mine" in diff
    flight.git.output("checkout", "--quiet", "v2")
    flight.git.output("stash", "pop", "--quiet")
    assert "mine" in (flight.repo / "VERSION").read_text()


def test_changes_too_large_to_be_kept_as_evidence_stop_no_rollback(flight: Flight) -> None:
    workspace = flight.begin()
    mine = "mine\n" * (300 * 1024)
    (flight.repo / "VERSION").write_text(mine)
    done = flight.json("rollback", "v1", "--execute", "--confirm", "v1", "--stash")
    assert done["outcome"] == "succeeded"
    workspace.session.poll()
    (kept,) = (record.data for record in workspace.run.records if isinstance(record.data, EvidenceAttached))
    assert (kept.blob, kept.masked) == (None, False)
    stash = flight.git.text("rev-parse", "refs/stash")
    told = [entry["text"] for entry in flight.json("timeline")]
    assert any(f"git stash {stash[:8]} has it" in text and "too large" in text for text in told)
    assert flight.git.output("show", f"{stash}:VERSION").decode() == mine


def test_a_plan_that_has_grown_old_is_refused(flight: Flight) -> None:
    workspace = flight.begin()
    plan = flight.plan(workspace)
    flight.git.output("tag", "--force", "v1", "v2^{commit}")
    with pytest.raises(RefusedError, match="v1 has moved"):
        start_execution(workspace, RequestExecution("0a1b2c3d", plan, "v1"))
    flight.git.output("tag", "--force", "v1", plan.commit)
    flight.git.output("commit", "--quiet", "--allow-empty", "--message", "more")
    with pytest.raises(RefusedError, match="work tree has moved"):
        start_execution(workspace, RequestExecution("0a1b2c3d", plan, "v1"))
    assert not workspace.run.executions


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--execute"], "not-confirmed"),
        (["--execute", "--confirm", "v2"], "not-confirmed"),
        (["--execute", "--confirm", "V1"], "not-confirmed"),
        (["--execute", "--confirm", "v1", "--readonly"], "readonly"),
    ],
)
def test_what_is_not_confirmed_is_not_executed(flight: Flight, arguments: list[str], code: str) -> None:
    workspace = flight.begin()
    assert flight.json("rollback", "v1", *arguments, code=4)["error"]["code"] == code
    assert not flight.workspace().run.executions
    assert flight.worker(workspace) is None


def test_without_trust_nothing_starts(flight: Flight) -> None:
    workspace = flight.begin(trust=False)
    assert flight.json("rollback", "v1", "--execute", "--confirm", "v1", code=4)["error"]["code"] == "not-trusted"
    with pytest.raises(RefusedError, match="not trusted"):
        start_worker(workspace, "0a1b2c3d")
    assert flight.trace() == []


@pytest.fixture
def out_of_order(flight: Flight) -> dict[str, str]:
    """An environment in which workers, and nothing else, die as they start."""
    way = flight.home / "way"
    way.mkdir()
    (way / "sitecustomize.py").write_text(
        "import sys\nif 'worker' in sys.orig_argv: raise SystemExit('the host is out of order')\n"
    )
    return {"PYTHONPATH": os.pathsep.join([str(way), os.environ.get("PYTHONPATH", "")])}


def test_a_worker_that_dies_at_once_is_told_of(flight: Flight, out_of_order: dict[str, str]) -> None:
    flight.begin()
    done = flight.cockpit("rollback", "v1", "--execute", "--confirm", "v1", environment=out_of_order)
    assert done.returncode == 4
    assert "the worker has ended, and the execution is not over: " in done.stderr
    assert "the host is out of order" in done.stderr
    assert "cockpit execution resume" in done.stderr
    assert flight.json("execution", "resume")["outcome"] == "succeeded"


def test_what_an_earlier_worker_stopped_at_is_not_told_of_a_dead_one(
    flight: Flight, out_of_order: dict[str, str]
) -> None:
    workspace = flight.begin([flight.step("one", "false")])
    flight.work(workspace, flight.request(workspace))
    done = flight.cockpit("execution", "retry", environment=out_of_order)
    assert done.returncode == 4
    assert "the host is out of order" in done.stderr


def test_what_was_aborted_behind_its_checkout_can_be_begun_again(flight: Flight) -> None:
    mended = flight.step("migrate", 'test -f "$V/mended"')
    flight.begin([flight.stop_step(), flight.checkout_step(), mended, flight.start_step(), flight.verify_step()])
    again = ("rollback", "v1", "--execute", "--confirm", "v1")
    flight.json(*again, code=5)
    flight.json("execution", "abort")
    assert flight.git.text("rev-parse", "HEAD") == flight.git.text("rev-parse", "v1^{commit}")
    (flight.var / "mended").touch()
    assert flight.json(*again)["outcome"] == "succeeded"
    assert flight.json("status")["run"]["state"] == "rolled-back"
    assert flight.json(*again, code=4)["error"]["code"] == "same-target", "what has succeeded is not begun again"


def test_a_worker_that_cannot_be_started_is_told_of(flight: Flight) -> None:
    workspace = flight.begin()
    workspace.executions_directory.mkdir(parents=True)
    (workspace.executions_directory / "0a1b2c3d").write_text("in the way")
    with pytest.raises(ProcessError, match="could not be started") as caught:
        start(flight, workspace)
    assert "cockpit execution resume" in caught.value.fix
    assert flight.view(workspace).state == "requested"
    (workspace.executions_directory / "0a1b2c3d").unlink()
    assert flight.json("execution", "abort")["outcome"] == "aborted"


def test_a_worker_that_is_killed_while_followed_is_told_of(flight: Flight) -> None:
    workspace = flight.begin([hanging(flight)])
    with subprocess.Popen(
        flight.command("rollback", "v1", "--execute", "--confirm", "v1", "--json"), stdout=subprocess.PIPE
    ) as follower:
        wait_until((flight.var / "hang.pid").exists)
        flight.kill_worker(workspace)
        assert follower.stdout is not None
        assert json.loads(follower.stdout.read())["error"]["code"] == "worker-gone"
        assert follower.wait(10) == 4


def test_nothing_in_the_work_tree_is_imported(flight: Flight) -> None:
    (flight.repo / "msgspec.py").write_text(f"open({str(flight.var / 'imported')!r}, 'w')\n")
    flight.begin()
    assert flight.cockpit("rollback", "v1", "--execute", "--confirm", "v1").returncode == 0
    assert not (flight.var / "imported").exists()


def test_a_name_that_looks_like_an_option_is_a_name(flight: Flight) -> None:
    flight.begin()
    document = flight.json("rollback", "v1", "--execute", "--confirm", "v1", "--by=--json")
    assert (document["outcome"], document["by"]) == ("succeeded", "--json")


def test_detached_it_goes_on_by_itself(flight: Flight) -> None:
    workspace = flight.begin()
    document = flight.json("rollback", "v1", "--execute", "--confirm", "v1", "--detach")
    wait_until(lambda: flight.view(workspace, document["execution"]).over)
    assert flight.view(workspace).outcome == "succeeded"


def test_the_script_of_a_plan_does_the_same_by_hand(flight: Flight) -> None:
    flight.begin(flight.usual_steps()[:-1])
    script = flight.cockpit("rollback", "v1", "--format", "sh").stdout
    done = process.run(["/bin/sh"], stdin=script.encode(), cwd=Path("/"))
    assert done.ok, done.complaint
    assert flight.trace() == ["stop", "migrate", "start"]
    assert (flight.var / "version").read_text() == "v1\n"
