from __future__ import annotations

import re
import threading
from pathlib import Path
from typing import Any

import pytest

from cockpit.bootstrap import make_worker
from cockpit.errors import RefusedError
from cockpit.execution.control import output_path, skip_step
from cockpit.execution.progress import step_at
from cockpit.release.intents import AddNote
from tests.execution.flight import WAIT, Flight, alive, wait_until

pytestmark = pytest.mark.full


def states(flight: Flight, identity: str) -> list[str]:
    return [step.state for step in flight.view(flight.workspace(), identity).steps]


def test_the_whole_plan(flight: Flight) -> None:
    workspace = flight.begin()
    identity = flight.request(workspace)
    view = flight.work(workspace, identity)
    assert (view.outcome, view.version_seen) == ("succeeded", "v1")
    assert [step.state for step in view.steps] == ["ok"] * 5
    assert flight.trace() == ["stop", "migrate", "start"]
    assert flight.git.text("rev-parse", "HEAD") == view.commit
    assert workspace.run.state == "rolled-back"
    assert workspace.run.deploys_locked == "rolled back from v2 to v1"
    assert "HEAD is now at" in output_path(workspace.executions_directory, identity).read_text()


def test_a_secret_in_a_step_reaches_it_and_neither_the_plan_in_the_store_nor_what_is_told(flight: Flight) -> None:
    login = 'LOGIN_PASSWORD=hunter2-long; printf %s "$LOGIN_PASSWORD" > "$V/login"; echo "password=$LOGIN_PASSWORD"'
    ask = {"id": "ask", "confirm": "Is api_token: hunter2-long still right?"}
    workspace = flight.begin([flight.step("login", login), ask, *flight.usual_steps()])
    identity = flight.request(workspace)
    assert flight.work(workspace, identity).state == "stopped"
    view = flight.work(workspace, identity)
    assert view.outcome == "succeeded"
    assert (flight.var / "login").read_text() == "hunter2-long"
    assert view.plan is not None
    assert "LOGIN_PASSWORD=•••" in view.plan.steps[0].command
    cockpit = flight.repo / ".git/cockpit"
    holding = [path for path in cockpit.rglob("*") if path.is_file() and b"hunter2-long" in path.read_bytes()]
    pins = [path for path in holding if b'"service": "shop"' in path.read_bytes()]
    printed = [output_path(workspace.executions_directory, identity)]  # on this host alone, for its owner
    assert sorted(holding) == sorted(pins + printed)
    assert len(pins) == 1, "the pinned configuration stays as it is: it runs"


def test_a_step_is_checkpointed_before_it_acts(flight: Flight) -> None:
    count = f"grep -roh execution.step-started '{flight.repo}/.git/cockpit/journal' | wc -l >> \"$V/counts\""
    workspace = flight.begin([flight.step("one", count), flight.step("two", count), flight.step("three", count)])
    flight.work(workspace, flight.request(workspace))
    assert (flight.var / "counts").read_text().split() == ["1", "2", "3"]


def test_a_failing_step_stops_with_a_reason_and_the_next_worker_tries_it_again(flight: Flight) -> None:
    steps = [flight.step("one"), flight.step("two", 'echo broken >&2; test -f "$V/mended"'), flight.step("three")]
    workspace = flight.begin(steps)
    identity = flight.request(workspace)
    view = flight.work(workspace, identity)
    assert (view.state, view.detail) == ("stopped", "step 2, Two: exit status 1")
    assert [step.state for step in view.steps] == ["ok", "failed", "pending"]
    assert flight.trace() == ["one", "two"]
    output = view.steps[1].output
    assert output is not None
    assert workspace.session.text(output) == "broken\n"
    assert workspace.run.state == "active"

    (flight.var / "mended").touch()
    view = flight.work(workspace, identity)
    assert [(step.state, step.attempt) for step in view.steps] == [("ok", 1), ("ok", 2), ("ok", 1)]
    assert flight.trace() == ["one", "two", "two", "three"]


def test_retries_are_made_at_once(flight: Flight) -> None:
    workspace = flight.begin([flight.step("one", 'test "$(wc -l < "$V/trace")" -ge 3', retries=2)])
    view = flight.work(workspace, flight.request(workspace))
    assert (view.steps[0].state, view.steps[0].attempt) == ("ok", 3)


def test_an_optional_step_that_fails_is_left_behind(flight: Flight) -> None:
    workspace = flight.begin([flight.step("one", "false", optional=True), flight.step("two", "false")])
    identity = flight.request(workspace)
    flight.work(workspace, identity)
    flight.work(workspace, identity)
    assert flight.trace() == ["one", "two", "two"]
    assert states(flight, identity) == ["failed", "failed"]


def test_only_an_optional_step_can_be_skipped(flight: Flight) -> None:
    workspace = flight.begin([flight.step("one", "false"), flight.step("two")])
    view = flight.work(workspace, flight.request(workspace))
    with pytest.raises(RefusedError, match="'One' is required"):
        skip_step(workspace.session.act, view)


def test_skip_means_the_step_at_which_it_stopped(flight: Flight) -> None:
    workspace = flight.begin([flight.step("one", "false", optional=True), flight.step("two", "false")])
    view = flight.work(workspace, flight.request(workspace))
    with pytest.raises(RefusedError, match="'Two' is required"):
        skip_step(workspace.session.act, view)


def test_a_verification_that_was_skipped_is_not_made_anew(flight: Flight) -> None:
    verify = flight.verify_step(within="100ms")
    steps = [{**verify, "id": "early", "optional": True}, flight.step("one", "false", optional=True)]
    workspace = flight.begin([*steps, flight.step("two", "false")], version={"file": "nowhere"})
    identity = flight.request(workspace)
    view = flight.work(workspace, identity)
    assert [step.state for step in view.steps] == ["timed-out", "failed", "failed"]
    assert [step.attempt for step in flight.work(workspace, identity).steps] == [1, 1, 2]


def test_nothing_is_skipped_while_it_runs(flight: Flight) -> None:
    workspace = flight.begin([flight.step("one", optional=True)])
    view = flight.view(workspace, flight.request(workspace))
    with pytest.raises(RefusedError, match="it is requested"):
        skip_step(workspace.session.act, view)


def test_a_time_out_ends_what_has_left_the_group_too(flight: Flight) -> None:
    hang = 'setsid sh -c \'echo $$ > "$0/away.pid"; exec sleep 300\' "$V" & while :; do sleep 0.05; done'
    workspace = flight.begin([flight.step("one", hang, timeout="2s")])
    view = flight.work(workspace, flight.request(workspace))
    assert view.steps[0].state == "timed-out"
    assert not alive(int((flight.var / "away.pid").read_text()))


def test_a_time_out_ends_the_whole_group(flight: Flight) -> None:
    hang = 'sleep 300 & echo $! > "$V/sleeper"; echo $$ > "$V/step.pid"; wait'
    workspace = flight.begin([flight.step("one", hang, timeout="300ms")])
    view = flight.work(workspace, flight.request(workspace))
    assert view.steps[0].state == "timed-out"
    assert view.detail == "step 1, One: no end within 0.3 s"
    assert not Path(f"/proc/{(flight.var / 'sleeper').read_text().strip()}").exists()


def test_what_has_taken_effect_is_not_done_again(flight: Flight) -> None:
    workspace = flight.begin()
    (flight.var / "up").unlink()
    view = flight.work(workspace, flight.request(workspace))
    assert view.steps[0].state == "already"
    assert flight.trace() == ["migrate", "start"]


def test_a_step_waits_for_a_person_and_whoever_comes_back_confirms(flight: Flight) -> None:
    steps = [flight.step("one"), {"id": "ask", "confirm": "Is the switch set?"}, flight.step("two")]
    workspace = flight.begin([*steps, {"id": "again", "confirm": "And the lamp?"}])
    identity = flight.request(workspace)
    view = flight.work(workspace, identity)
    assert (view.state, view.detail) == ("stopped", "waits for a person: Is the switch set?")
    assert flight.trace() == ["one"]
    view = flight.work(workspace, identity)
    assert view.detail == "waits for a person: And the lamp?"
    assert view.steps[1].detail == "confirmed"
    assert flight.trace() == ["one", "two"]
    assert flight.work(workspace, identity).over


def test_a_step_that_waits_behind_a_verification_is_confirmed_too(flight: Flight) -> None:
    early = {**flight.verify_step(), "id": "early", "title": "Early"}
    look = {"id": "look", "confirm": "Does the shop take an order?"}
    steps = [flight.stop_step(), flight.checkout_step(), flight.start_step(), early, look]
    workspace = flight.begin([*steps, flight.step("open"), flight.verify_step()])
    identity = flight.request(workspace)
    view = flight.work(workspace, identity)
    assert (view.state, view.detail) == ("stopped", "waits for a person: Does the shop take an order?")
    step = step_at(view)
    assert step is not None
    assert step.id == "look"
    view = flight.work(workspace, identity)
    assert view.outcome == "succeeded"
    assert flight.trace() == ["stop", "start", "open"]


def test_a_verification_that_holds_no_more_leaves_the_waiting_step_unconfirmed(flight: Flight) -> None:
    early = {**flight.verify_step(within="100ms"), "id": "early", "title": "Early"}
    look = {"id": "look", "confirm": "Does the shop take an order?"}
    steps = [flight.stop_step(), flight.checkout_step(), flight.start_step(), early, look, flight.step("open")]
    workspace = flight.begin(steps)
    identity = flight.request(workspace)
    flight.work(workspace, identity)
    (flight.var / "up").unlink()
    assert flight.work(workspace, identity).detail.startswith("step 4, Early:")
    (flight.var / "up").touch()
    assert flight.work(workspace, identity).detail == "waits for a person: Does the shop take an order?"
    assert flight.trace() == ["stop", "start"]
    assert flight.work(workspace, identity).over


def test_a_step_that_prints_to_its_outputs_path_has_ended_all_the_same(flight: Flight) -> None:
    steps = [flight.step("one", "seq 1000"), flight.step("two", "echo said > /dev/stderr"), flight.step("three")]
    workspace = flight.begin(steps)
    view = flight.work(workspace, flight.request(workspace))
    assert [step.state for step in view.steps] == ["ok", "ok", "ok"]
    assert flight.trace() == ["one", "two", "three"]
    output = view.steps[1].output
    assert output is not None
    assert "said" in (workspace.session.text(output) or "")


def test_a_full_disk_under_the_output_does_not_stop_a_rollback(flight: Flight) -> None:
    hosts = flight.step("copy", hosts=["web1", "web2"])
    workspace = flight.begin([flight.stop_step(), hosts, *flight.usual_steps()[1:]])
    identity = flight.request(workspace)
    path = output_path(workspace.executions_directory, identity)
    path.parent.mkdir(parents=True)
    path.symlink_to("/dev/full")
    view = flight.work(workspace, identity)
    assert view.outcome == "succeeded", view.detail
    assert flight.trace() == ["stop", "copy", "copy", "migrate", "start"]


def test_a_worker_that_comes_too_late_confirms_nothing(flight: Flight) -> None:
    workspace = flight.begin([{"id": "ask", "confirm": "Is it set?"}, flight.step("two")])
    identity = flight.request(workspace)
    late = make_worker(workspace, identity, turn=0)
    flight.work(workspace, identity)
    with pytest.raises(RefusedError, match="another worker"):
        late.run()
    assert flight.view(workspace).steps[0].state == "running"


def test_a_stop_before_a_step_does_not_begin_it(flight: Flight) -> None:
    workspace = flight.begin([flight.step("one"), flight.step("two")])
    identity = flight.request(workspace)
    worker = make_worker(workspace, identity)
    worker.cancel.set()
    assert worker.run() is None
    assert flight.trace() == []
    assert flight.view(workspace).detail == "stopped before step 1, One"


def test_a_stop_while_it_looks_whether_a_step_is_done_does_not_begin_it(flight: Flight) -> None:
    look = flight.sh(f'touch "$V/looking"; {WAIT}')
    workspace = flight.begin([flight.step("one", done_when=look), flight.step("two")])
    worker = make_worker(workspace, flight.request(workspace))

    def stop() -> None:
        wait_until((flight.var / "looking").exists)
        worker.cancel.set()

    stopping = threading.Thread(target=stop)
    stopping.start()
    assert worker.run() is None
    stopping.join()
    assert flight.trace() == []
    assert flight.view(workspace).detail == "step 1, One: stopped by a person"


def test_a_moved_tag_is_refused(flight: Flight) -> None:
    workspace = flight.begin()
    identity = flight.request(workspace)
    flight.git.output("tag", "--force", "v1", "v2^{commit}")
    with pytest.raises(RefusedError, match="v1 has moved"):
        flight.work(workspace, identity)
    view = flight.view(workspace)
    assert view.state == "stopped"
    assert "has moved" in view.detail
    assert flight.trace() == []


def test_an_untrusted_configuration_is_refused_by_the_worker_too(flight: Flight) -> None:
    workspace = flight.begin(trust=False)
    identity = flight.request(workspace)
    with pytest.raises(RefusedError, match="not trusted"):
        flight.work(workspace, identity)
    assert "not trusted" in flight.view(workspace).detail
    flight.trust(workspace)
    assert flight.work(workspace, identity).outcome == "succeeded"


def test_a_plan_that_is_not_the_confirmed_one_is_refused(flight: Flight) -> None:
    workspace = flight.begin()
    identity = flight.request(workspace)
    (blob,) = (
        path
        for path in (flight.repo / ".git/cockpit/evidence").iterdir()
        if b'"direction":"rollback"' in path.read_bytes()
    )
    blob.chmod(0o644)
    blob.write_bytes(blob.read_bytes().replace(b"echo migrate", b"echo omitted"))
    with pytest.raises(RefusedError, match="not the one that was confirmed"):
        flight.work(flight.workspace(), identity)
    assert flight.trace() == []


def test_a_dirty_work_tree_fails_the_checkout_with_its_reason(flight: Flight) -> None:
    workspace = flight.begin()
    identity = flight.request(workspace)
    (flight.repo / "VERSION").write_text("mine")
    view = flight.work(workspace, identity)
    assert re.search(r"step 2, Checkout: .*VERSION", view.detail)
    assert (flight.repo / "VERSION").read_text() == "mine"


FULL = pytest.mark.full


@pytest.mark.parametrize(
    "tag",
    [
        "$(touch${IFS}pwned)",
        "a;touch${IFS}pwned",
        pytest.param("`touch${IFS}pwned`", marks=FULL),
        pytest.param("-rf", marks=FULL),
        pytest.param("a'b\"c", marks=FULL),
    ],
)
def test_values_reach_commands_by_environment_alone(flight: Flight, tag: str) -> None:
    flight.configure([flight.step("one", 'printf %s "$COCKPIT_TARGET_TAG" > "$V/told"'), flight.checkout_step()])
    flight.release("v0")
    commit = flight.git.text("rev-parse", "HEAD")
    flight.git.output("update-ref", f"refs/tags/{tag}", commit)
    flight.release("v2")
    workspace = flight.workspace()
    workspace.open_run("now", tag="", launch_at="")
    flight.trust(workspace)
    view = flight.work(workspace, flight.request(workspace, tag))
    assert (flight.var / "told").read_text() == tag
    assert flight.git.text("rev-parse", "HEAD") == commit
    assert view.outcome == "unverified"
    assert not list(flight.home.rglob("pwned"))


@pytest.mark.parametrize(
    ("verify", "more"),
    [
        ({"version": False}, {}),
        ({}, {"version": None}),
        ({"probes": []}, {"probes": {}}),
    ],
    ids=["the version is not asked for", "nothing reports a version", "no probe passes"],
)
def test_without_health_and_version_nothing_is_called_a_success(
    flight: Flight, verify: dict[str, Any], more: dict[str, Any]
) -> None:
    workspace = flight.begin([*flight.usual_steps()[:-1], flight.verify_step(**verify)], **more)
    view = flight.work(workspace, flight.request(workspace))
    assert (view.outcome, view.steps[-1].state) == ("unverified", "ok")
    assert workspace.run.state == "rolled-back"
    assert workspace.run.deploys_locked


@pytest.mark.parametrize(("spoil", "told"), [("rm -f", "up down"), ("echo v7 >", "wanted v1")])
def test_a_verification_that_does_not_pass_stops(flight: Flight, spoil: str, told: str) -> None:
    file = "up" if spoil == "rm -f" else "version"
    spoiled = flight.step("spoil", f'{spoil} "$V/{file}"')
    workspace = flight.begin([*flight.usual_steps()[:-1], spoiled, flight.verify_step(within="1200ms")])
    view = flight.work(workspace, flight.request(workspace))
    assert view.state == "stopped"
    assert told in view.detail
    output = output_path(workspace.executions_directory, view.id).read_text()
    assert output.count("not yet: ") == 1, "it looked at least twice, and saw the same"
    assert workspace.run.state == "active"
    assert not workspace.run.deploys_locked


def test_what_verified_once_is_verified_again(flight: Flight) -> None:
    steps = [*flight.usual_steps()[:-1], flight.verify_step(within="300ms")]
    workspace = flight.begin([*steps, flight.step("after", 'test -f "$V/go"')])
    identity = flight.request(workspace)
    flight.work(workspace, identity)
    (flight.var / "go").touch()
    (flight.var / "version").write_text("v9")
    (flight.var / "up").touch()
    steps_then = flight.work(workspace, identity).steps
    assert (steps_then[4].state, steps_then[5].attempt) == ("timed-out", 1)


def test_an_execution_that_is_over_stays_so(flight: Flight) -> None:
    workspace = flight.begin()
    identity = flight.request(workspace)
    flight.work(workspace, identity)
    workspace.session.act(AddNote("over"))
    with pytest.raises(RefusedError, match="over already: succeeded"):
        flight.work(workspace, identity)


def test_a_service_that_a_step_starts_outlives_it_and_keeps_its_output(flight: Flight) -> None:
    serve = 'sh -c \'echo $$ > "$0/service.pid"; while [ ! -e "$0/say" ]; do sleep 0.02; done; echo said; sleep 300\''
    workspace = flight.begin([flight.step("start", f'{serve} "$V" & while [ ! -s "$V/service.pid" ]; do :; done')])
    identity = flight.request(workspace)
    assert flight.work(workspace, identity).steps[0].state == "ok"
    path = output_path(workspace.executions_directory, identity)
    (flight.var / "say").touch()
    wait_until(lambda: path.read_text().endswith("said\n"))
    assert alive(int((flight.var / "service.pid").read_text()))
