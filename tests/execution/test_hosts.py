"""A step on several hosts: in batches, with a result each, and gone on with where it is lacking."""

from __future__ import annotations

import threading

import pytest

from cockpit.bootstrap import make_worker
from cockpit.executing import start_execution
from cockpit.release.intents import RequestExecution
from cockpit.release.run import ExecutionView
from cockpit.release.script import as_shell_script
from tests.execution.flight import WAIT, Flight, Step, wait_until

pytestmark = pytest.mark.full

HOSTS = ("web1", "web2", "web3", "web4", "web5")


def on_hosts(flight: Flight, script: str = ":", **more: object) -> Step:
    run = flight.sh(f'echo "$COCKPIT_HOST" >> "$V/trace"; {script}')
    return {"id": "copy", "run": run, "hosts": list(HOSTS), "batch": 2, **more}


def outcomes(view: ExecutionView, index: int = 0) -> dict[str, str]:
    return {each.host: each.outcome for each in view.steps[index].hosts}


def test_each_host_has_a_result_and_a_failing_one_lets_no_further_batch_begin(flight: Flight) -> None:
    workspace = flight.begin(
        [on_hosts(flight, '[ "$COCKPIT_HOST" != web3 ] || [ -e "$V/mended" ]'), flight.step("two")]
    )
    identity = flight.request(workspace)
    view = flight.work(workspace, identity)
    assert view.detail == "step 1, Copy: web3: exit status 1; done on 3 of 5"
    assert outcomes(view) == {"web1": "ok", "web2": "ok", "web3": "failed", "web4": "ok"}
    assert view.hosts_done == (3, 5)
    assert sorted(flight.trace()) == ["web1", "web2", "web3", "web4"]

    (flight.var / "mended").touch()
    view = flight.work(workspace, identity)
    assert view.steps[0].detail == "done on all 5"
    assert view.hosts_done == (5, 5)
    assert sorted(flight.trace()[4:-1]) == ["web3", "web5"]
    assert flight.trace()[-1] == "two"


def test_where_it_has_taken_effect_it_is_not_done_again(flight: Flight) -> None:
    done = flight.sh('[ "$COCKPIT_HOST" = web2 ]')
    workspace = flight.begin([on_hosts(flight, done_when=done)])
    view = flight.work(workspace, flight.request(workspace))
    assert outcomes(view)["web2"] == "already"
    assert sorted(flight.trace()) == ["web1", "web3", "web4", "web5"]


def test_the_hosts_of_a_batch_run_beside_each_other(flight: Flight) -> None:
    """Each waits for the other one: one after the other they would wait for ever."""
    meet = 'touch "$V/at-$COCKPIT_HOST"; while [ "$(ls "$V" | grep -c at-)" -lt 2 ]; do sleep 0.01; done'
    workspace = flight.begin([{**on_hosts(flight, meet), "hosts": ["web1", "web2"], "timeout": "20s"}])
    view = flight.work(workspace, flight.request(workspace))
    assert outcomes(view) == {"web1": "ok", "web2": "ok"}


def test_a_person_can_stop_in_the_pause_between_batches(flight: Flight) -> None:
    workspace = flight.begin([on_hosts(flight, pause="1h")])
    worker = make_worker(workspace, flight.request(workspace))

    def stop() -> None:
        wait_until(lambda: len(flight.trace()) == 2)
        worker.cancel.set()

    stopping = threading.Thread(target=stop)
    stopping.start()
    assert worker.run() is None
    stopping.join()
    view = flight.view(workspace)
    assert (view.steps[0].state, view.hosts_done) == ("aborted", (2, 5))
    assert sorted(flight.trace()) == ["web1", "web2"]


def test_a_killed_worker_is_followed_by_one_that_knows_where_it_was(flight: Flight) -> None:
    hang = f'if [ "$COCKPIT_HOST" = web3 ]; then touch "$V/hangs"; {WAIT}; fi'
    workspace = flight.begin([{**on_hosts(flight, hang), "batch": 1}])
    start_execution(workspace, RequestExecution("0a1b2c3d", flight.plan(workspace), "v1"))
    wait_until((flight.var / "hangs").exists)
    flight.kill_worker(workspace)
    assert outcomes(flight.view(workspace)) == {"web1": "ok", "web2": "ok"}
    flight.go()
    assert flight.json("execution", "resume", code=3)["steps"][0]["detail"] == "done on all 5"
    assert flight.trace() == ["web1", "web2", "web3", "web3", "web4", "web5"]


def test_the_script_for_the_hand_goes_to_every_host(flight: Flight) -> None:
    workspace = flight.begin([on_hosts(flight, pause="5s", undo="copy it back", danger="one in two is away")])
    script = as_shell_script(flight.plan(workspace))
    assert [line for line in script.splitlines() if line.startswith(("export COCKPIT_HOST", "sleep"))] == [
        "export COCKPIT_HOST=web1", "export COCKPIT_HOST=web2", "sleep 5",
        "export COCKPIT_HOST=web3", "export COCKPIT_HOST=web4", "sleep 5", "export COCKPIT_HOST=web5",
    ]  # fmt: skip
    assert "#    undo: copy it back" in script


def test_what_nothing_has_shown_is_confirmed_by_a_person_who_says_how(flight: Flight) -> None:
    flight.begin(version=None)
    told = flight.json("rollback", "v1", "--execute", "--confirm", "v1", code=3)
    assert "cockpit execution confirm" in told["detail"]
    assert flight.json("execution", "confirm", code=4)["error"]["code"] == "no-reason"
    told = flight.json("execution", "confirm", "--reason", "the footer says v1", "--by", "Ben")
    assert (told["outcome"], told["confirmed"]["by"]) == ("unverified", "Ben")
    assert told["confirmed"]["reason"] == "the footer says v1"
    assert "confirmed by Ben: the footer says v1" in flight.cockpit("execution", "status").stdout
    assert flight.json("execution", "confirm", "--reason", "twice", code=4)["error"]["code"] == "already"


def test_a_halt_while_done_when_is_asked_lets_nothing_begin_there(flight: Flight) -> None:
    """The step's directory is gone by then: a command that was begun there all the same would fail by that."""
    ask = flight.sh(f'rmdir "$PWD"; touch "$V/asked"; {WAIT}')
    workspace = flight.begin([{**on_hosts(flight, done_when=ask, directory="apart"), "hosts": ["web1"]}])
    (flight.repo / "apart").mkdir()
    worker = make_worker(workspace, flight.request(workspace))

    def stop() -> None:
        wait_until((flight.var / "asked").exists)
        worker.cancel.set()

    stopping = threading.Thread(target=stop)
    stopping.start()
    assert worker.run() is None
    stopping.join()
    assert flight.view(workspace).steps[0].detail == "web1: stopped by a person; done on 0 of 1"
    assert flight.trace() == []


def test_a_host_whose_command_a_signal_ends_says_which(flight: Flight) -> None:
    workspace = flight.begin([on_hosts(flight, '[ "$COCKPIT_HOST" != web2 ] || kill -9 $$')])
    view = flight.work(workspace, flight.request(workspace))
    assert view.detail == "step 1, Copy: web2: ended by SIGKILL; done on 1 of 5"
