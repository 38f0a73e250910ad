"""Two clones of one service and the remote between them: who executes, who is told, and what goes on without it."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import time
from typing import Any

import pytest

from cockpit.bootstrap import make_worker
from cockpit.errors import RefusedError
from cockpit.executing import abort_execution
from cockpit.leasing.breaking import break_lease
from cockpit.leasing.claims import read_claim
from cockpit.leasing.keeping import keep_lease
from cockpit.leasing.remote import remote_lease
from cockpit.leasing.taking import take_lease
from cockpit.live_source import LiveSource
from cockpit.release.gates import debt_of
from cockpit.release.live import Live
from cockpit.workspace import Workspace
from tests.execution.flight import Flight, alive, wait_until
from tests.execution.two import LATER, LEASE, Two

pytestmark = pytest.mark.full

RACES = int(os.environ.get("COCKPIT_RACES", "8"))  # 50 takes minutes
ROLLBACK = ("rollback", "v1", "--execute", "--confirm", "v1")


@pytest.fixture
def two(flight: Flight) -> Two:
    return Two(flight)


def begin(flight: Flight, *more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        flight.command(*ROLLBACK, "--json", *more), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def hangs(flight: Flight) -> None:
    wait_until((flight.var / "hang.pid").exists)


def start(flight: Flight, *more: str) -> str:
    """Start a rollback that hangs in its first step; return its id."""
    identity: str = flight.json(*ROLLBACK, "--detach", *more)["execution"]
    hangs(flight)
    return identity


def remote_of(workspace: Workspace) -> Any:
    lease = remote_lease(workspace)
    assert lease is not None
    return lease


def race(two: Two) -> None:
    both = [begin(two.ana), begin(two.ben)]
    wait_until(lambda: any(each.poll() is not None for each in both), within=60)
    two.ana.go()
    said = [each.communicate(timeout=60)[0] for each in both]
    assert sorted(each.returncode for each in both) == [0, 4], said
    (refused,) = (json.loads(out)["error"] for each, out in zip(both, said, strict=True) if each.returncode)
    assert refused["code"] == "leased"
    assert "rollback to v1" in refused["what"]
    assert two.ana.trace() == ["hang", "stop", "migrate", "start"]
    wait_until(lambda: two.leases() == [])


def test_of_two_clones_that_start_at_once_one_executes(two: Two) -> None:
    race(two)


@pytest.mark.parametrize("number", range(RACES))
def test_of_two_clones_that_start_at_once_one_executes_every_time(two: Two, number: int) -> None:
    race(two)


def test_who_comes_second_is_told_by_whom_and_what_to_do(two: Two) -> None:
    identity = start(two.ana)
    assert two.leases() == [LEASE]
    refused = two.ben.json(*ROLLBACK, code=4)["error"]
    assert refused["code"] == "leased"
    assert refused["what"].startswith("the lease is held by Ana on ")
    assert refused["fix"] == "Wait until it is released, or speak with them"
    assert two.ben.json("execution", "unlock", "--lease", "--reason", "impatient", code=4)["error"]["code"] == "leased"
    unheard = two.ben.json(*ROLLBACK, "--without-remote-lease", "--reason", "impatient", code=4)["error"]["code"]
    assert unheard == "leased", "an override is for a remote that cannot be asked"

    two.ana.json("sync")
    two.ben.json("sync")
    seen = two.ben.workspace()
    with pytest.raises(RefusedError, match="held by Ana"):
        abort_execution(seen, two.ben.view(seen, identity), reason="")
    live = look(seen)
    assert not live.readiness.ready
    assert any("leased by Ana on " in reason for reason in live.readiness.reasons)
    own = look(two.ana.workspace())
    assert own.lease is not None
    assert own.lease.ours

    two.ana.json("execution", "abort")
    wait_until(lambda: two.leases() == [])


def test_a_start_heeds_what_a_colleague_wrote_that_no_exchange_has_brought_yet(two: Two) -> None:
    two.ana.release("v3")
    two.ana.git.output("checkout", "--quiet", "--detach", "v2")
    two.ben.json("freeze", "on", "--reason", "the vendor is down")
    two.ben.json("sync")
    refused = two.ana.json("deploy", "v3", "--execute", "--confirm", "v3", code=4)["error"]
    assert refused["code"] == "frozen"
    assert "the vendor is down" in refused["what"]
    assert two.leases() == []
    assert two.ana.trace() == []


def look(workspace: Workspace) -> Live:
    source = LiveSource(workspace)
    try:
        return source.read(force=True)
    finally:
        source.close()


def test_a_stopped_execution_keeps_its_lease_until_it_is_over(two: Two) -> None:
    workspace = two.ana.workspace()
    identity = start(two.ana)
    os.kill(two.ana.worker(workspace) or 0, 15)
    wait_until(lambda: two.ana.view(workspace, identity).state == "stopped")
    assert two.leases() == [LEASE]
    assert two.ben.json(*ROLLBACK, code=4)["error"]["code"] == "leased"
    assert two.ana.json(*ROLLBACK, code=4)["error"]["code"] == "locked"
    assert two.leases() == [LEASE], "a refused start gives no other execution's lease away"
    two.ana.go()
    assert two.ana.json("execution", "resume")["outcome"] == "succeeded"
    wait_until(lambda: two.leases() == [])
    wait_until(lambda: read_claim(workspace, identity) is None)


def test_a_broken_lease_fences_its_worker_by_what_the_store_says(two: Two) -> None:
    identity = start(two.ana)
    ben = two.ben.workspace()
    with pytest.raises(RefusedError, match="needs a reason"):
        break_lease(ben, " ")
    broken = break_lease(ben, "the laptop is gone", now=lambda: time.time() + LATER)
    assert two.leases() == []
    assert broken.holder is not None
    assert broken.holder.owner == "Ana"
    two.ben.json("sync")
    two.ana.json("sync")
    two.ana.go()
    ana = two.ana.workspace()
    wait_until(lambda: two.ana.view(ana, identity).state == "stopped")
    detail = two.ana.view(ana, identity).detail
    assert detail == "stopped before step 2, Stop: Ben broke its lease: the laptop is gone"
    assert two.ana.trace() == ["hang"]


def test_a_broken_lease_fences_its_worker_at_its_next_renewal(two: Two) -> None:
    """Also where nothing of the break has come in by the store."""
    ana = two.ana.workspace()
    identity = two.ana.request(ana)
    take_lease(ana, identity, target="v1", what="rollback to v1")
    with keep_lease(ana, identity, every=0.05) as lease:

        def broken() -> bool:
            """Break it between two renewals, and wait until the keeper has seen it."""
            with contextlib.suppress(RefusedError):
                break_lease(two.ben.workspace(), "gone", now=lambda: time.time() + LATER)
            return bool(lease.refusal())

        wait_until(broken)
        make_worker(ana, identity, lease=lease).run()
    view = two.ana.view(ana, identity)
    assert (view.state, view.detail) == ("stopped", "stopped before step 1, Hang: its lease was broken")
    assert two.ana.trace() == []


def test_after_a_break_the_other_executes_and_the_fenced_one_leaves_its_lease_alone(two: Two) -> None:
    start(two.ana)
    break_lease(two.ben.workspace(), "gone", now=lambda: time.time() + LATER)
    (two.ana.var / "hang.pid").unlink()
    other = start(two.ben)
    holder = remote_of(two.ben.workspace()).read().holder
    assert (holder.owner, holder.execution) == ("Ben", other)
    assert two.ana.json("execution", "abort")["outcome"] == "aborted"
    assert remote_of(two.ben.workspace()).read().holder.execution == other
    two.ben.json("execution", "abort")


def test_without_the_remote_a_person_goes_on_by_saying_so_and_why(two: Two) -> None:
    two.away()
    refused = two.ana.json(*ROLLBACK, code=4)["error"]
    assert refused["code"] == "no-lease"
    assert "--without-remote-lease --reason" in refused["fix"]
    assert not two.ana.workspace().run.executions
    assert two.ana.json(*ROLLBACK, "--without-remote-lease", code=2)["error"]["code"] == "usage"
    assert two.ana.json("rollback", "v1", "--without-remote-lease", "--reason", "x", code=2)["error"]["code"] == "usage"
    two.ana.go()
    done = two.ana.json(*ROLLBACK, "--without-remote-lease", "--reason", "the git host is down, Ben is here")
    assert done["outcome"] == "succeeded"
    run = two.ana.workspace().run
    (debt,) = debt_of(run)
    assert (debt.kind, debt.reason, debt.by) == (
        "without the remote's lease, not reconciled yet", "the git host is down, Ben is here", "Ana",
    )  # fmt: skip
    two.back()
    two.ana.json("sync")
    (debt,) = debt_of(two.ana.workspace().run)
    assert debt.kind == "without the remote's lease"


def test_a_remote_that_is_away_is_a_note_and_the_light_stays_as_it_is(two: Two) -> None:
    two.away()
    two.ana.json("sync", code=4)
    live = look(two.ana.workspace())
    assert live.readiness.ready
    (note,) = live.readiness.notes
    assert "(offline)" in note
    assert "a start asks to go on without it" in two.ana.cockpit("status").stdout


def test_what_another_did_meanwhile_is_said_when_the_remote_is_back(two: Two) -> None:
    start(two.ben)
    two.away()
    two.ana.go()
    document = two.ana.json(*ROLLBACK, "--without-remote-lease", "--reason", "the git host is down")
    wait_until(lambda: not alive(document["pid"]))
    two.back()
    done = two.ana.cockpit("sync")
    assert "Ben on " in done.stderr
    (debt,) = debt_of(two.ana.workspace().run)
    assert "meanwhile Ben on " in debt.reason


def test_where_nothing_was_ever_shared_no_remote_is_asked(flight: Flight) -> None:
    flight.begin()
    flight.git.output("remote", "add", "origin", "/nowhere/x.git")
    assert flight.json(*ROLLBACK)["outcome"] == "succeeded"


def test_a_remote_that_answers_no_more_delays_no_step(flight: Flight, monkeypatch: pytest.MonkeyPatch) -> None:
    """The connection is there, and silent: the worst a remote can do."""
    hang = flight.home / "hang"
    ssh = flight.home / "ssh"
    ssh.write_text(f'#!/bin/sh\n[ -e {hang} ] && exec sleep 60\nfor last; do :; done\nexec sh -c "$last"\n')
    ssh.chmod(0o755)
    monkeypatch.setenv("GIT_SSH_COMMAND", str(ssh))
    two = Two(flight, url=f"ssh://nowhere{flight.home / 'remote.git'}")
    workspace = flight.workspace()
    identity = start(flight)
    assert two.leases() == [LEASE]
    hang.touch()
    began = time.monotonic()
    flight.go()
    wait_until(lambda: flight.view(workspace, identity).over, within=12)
    wait_until(lambda: flight.worker(workspace) is None, within=3)
    assert time.monotonic() - began < 12, "one answer that is waited for takes 15 s"
    assert flight.view(workspace, identity).outcome == "succeeded"
    hang.unlink()


def test_a_copied_clone_holds_nothing(two: Two) -> None:
    identity = start(two.ana)
    claim = read_claim(two.ana.workspace(), identity)
    assert claim is not None
    twin = two.ben.workspace().executions_directory / identity
    twin.mkdir(parents=True)
    source = two.ana.workspace().executions_directory / identity / "lease.json"
    (twin / "lease.json").write_bytes(source.read_bytes())
    assert read_claim(two.ben.workspace(), identity) is None
    assert two.ben.json(*ROLLBACK, code=4)["error"]["code"] == "leased"
    two.ana.json("execution", "abort")


def test_a_start_that_is_refused_leaves_no_lease(two: Two) -> None:
    assert two.ana.json("rollback", "v1", "--execute", "--confirm", "v2", code=4)["error"]["code"] == "not-confirmed"
    assert two.leases() == []


def test_a_lease_that_a_lost_answer_left_is_this_clones_own(two: Two) -> None:
    ana = two.ana.workspace()
    take_lease(ana, "0a1b2c3d", target="v1", what="rollback to v1")
    assert two.leases() == [LEASE]
    start(two.ana)
    two.ana.json("execution", "abort")
    wait_until(lambda: two.leases() == [])
