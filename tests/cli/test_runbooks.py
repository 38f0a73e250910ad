"""`runbook` and `incident`: what is typed, shown, asked, run, recorded and refused, with real commands."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from cockpit.store.lock import holder_of
from cockpit.workspace import Workspace
from tests.cli.conftest import Console
from tests.execution.flight import Flight, alive, wait_until

RUNBOOK = """\
id: down
title: Down
kind: emergency
severity: critical
for: {probes: [up], severity: [critical]}
steps:
  - {id: look, text: Look at it, run: "echo looking; echo second >&2", effects: none}
  - {id: back, text: Go back, run: 'printf "%s\\n" <previous-tag> >> "$TRACE"; echo "at <previous-tag>"'}
  - {id: fail, text: Try, run: "echo no such unit >&2; exit 5", when: still down}
  - {id: hang, text: Wait, run: 'echo $$ > "$TRACE.pid"; sleep 300', timeout: 1s}
  - {id: switch, text: Switch to manual, after: 30m}
"""

pytestmark = pytest.mark.full


@pytest.fixture
def flight(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Flight:
    monkeypatch.setenv("COCKPIT_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("TRACE", str(tmp_path / "traced"))
    flight = Flight(tmp_path)
    (flight.repo / "checklists" / "runbooks").mkdir()
    (flight.repo / "checklists" / "runbooks" / "down.yaml").write_text(RUNBOOK)
    return flight


@pytest.fixture
def workspace(flight: Flight) -> Workspace:
    return flight.begin([], incidents={"update_every": "20m", "by_severity": {"critical": "5m"}})


@pytest.fixture
def console(flight: Flight, workspace: Workspace) -> Console:
    return Console(flight.repo)


def in_list(console: Console) -> dict[str, Any]:
    return next(one for one in console.json("runbook") if one["id"] == "down")


def test_the_runbooks_are_listed_and_one_is_shown_with_its_commands_and_blanks(console: Console) -> None:
    listed = in_list(console)
    assert (listed["id"], listed["current"], listed["fits_now"]) == ("down", "look", None)
    status, out, _ = console.say("runbook", "down")
    assert status == 0
    assert "[>] 1. Look at it" in out
    assert "fill in: --set previous-tag=…" in out
    assert "[ ] 3. Try (when still down)" in out
    assert "(after 30m: in 30m)" in out
    assert "no runbook 'up'" in console.refused("runbook", "up", code=2)["what"]


def test_a_command_is_run_recorded_and_its_output_kept_as_evidence(console: Console, workspace: Workspace) -> None:
    document = console.json("runbook", "down", "1", "--execute", "--yes", "--done")
    assert document["ran"]["output"] == "looking\nsecond\n"
    (step,) = document["steps"]
    assert (step["state"], step["by"]) == ("done", "Ana")
    (run,) = step["runs"]
    assert (run["outcome"], run["code"], run["command"]) == ("ok", 0, "echo looking; echo second >&2")
    workspace.session.poll()
    (use,) = workspace.run.runbook_uses
    output = use.step("look").runs[0].output
    assert output is not None
    assert workspace.session.text(output) == "looking\nsecond\n"
    assert in_list(console)["current"] == "back"


def test_a_blank_reaches_the_command_by_its_environment_and_must_name_something(
    console: Console, tmp_path: Path
) -> None:
    back = ("runbook", "down", "back", "--execute", "--yes")
    console.json("runbook", "down", "1", "--skip", "--note", "seen")
    assert console.refused(*back, code=2)["code"] == "blanks"
    for value in ("v1; touch /tmp/x", "$(id)", "--force", "a b"):
        assert "may not fill" in console.refused(*back, "--set", f"previous-tag={value}", code=2)["what"]
    assert not (tmp_path / "traced").exists()
    assert console.json(*back, "--set", "previous-tag=v1")["ran"]["output"] == "at v1\n"
    assert (tmp_path / "traced").read_text() == "v1\n"
    assert "no blank <tag>" in console.refused(*back, "--set", "tag=v1", code=2)["what"]


def test_nothing_runs_without_trust_or_a_yes_or_in_a_read_only_cockpit(flight: Flight, tmp_path: Path) -> None:
    flight.begin([], trust=False)
    console = Console(flight.repo)
    look = ("runbook", "down", "1", "--execute")
    assert console.refused(*look, "--yes", code=4)["code"] == "not-trusted"
    workspace = flight.workspace()
    flight.trust(workspace)
    assert console.refused(*look, code=4)["code"] == "not-confirmed"
    assert console.refused(*look, "--yes", "--readonly", code=4)["code"] == "readonly"
    assert workspace.run.runbook_uses == ()
    assert console.refused("runbook", "down", "5", "--execute", "--yes", code=4)["code"] == "no-command"
    assert (
        console.refused("runbook", "down", "back", "--execute", "--yes", "--set", "previous-tag=v1", code=4)["code"]
        == "not-yet"
    )


def test_a_person_at_a_terminal_sees_the_command_and_types_yes(console: Console) -> None:
    def answer(text: str) -> tuple[int, str]:
        master, slave = pty.openpty()
        with subprocess.Popen(
            console.command("runbook", "down", "1", "--execute"), cwd=console.repo, stdin=slave, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        ) as child:  # fmt: skip
            os.close(slave)
            os.write(master, text.encode())
            out, _ = child.communicate(timeout=60)
        os.close(master)
        return child.returncode, out

    status, out = answer("y\n")
    assert status == 4
    assert "$ echo looking" in out
    assert "\nlooking\n" not in out
    status, out = answer("yes\n")
    assert status == 0
    assert out.index("$ echo looking") < out.index("looking\nsecond\nok, exit status 0")


def test_a_command_that_fails_or_does_not_end_says_so_and_leaves_nothing_behind(
    console: Console, tmp_path: Path
) -> None:
    console.json("runbook", "down", "1", "--done")
    console.json("runbook", "down", "2", "--skip", "--note", "not wanted")
    failed = console.json("runbook", "down", "3", "--execute", "--yes", "--done", code=5)
    assert (failed["ran"]["outcome"], failed["ran"]["detail"]) == ("failed", "no such unit")
    assert failed["steps"][0]["state"] == "open", "what failed is not done"
    console.json("runbook", "down", "3", "--skip", "--note", "no such unit here")
    hung = console.json("runbook", "down", "4", "--execute", "--yes", code=5)
    assert (hung["ran"]["outcome"], hung["ran"]["code"]) == ("timed-out", None)
    assert not alive(int((tmp_path / "traced.pid").read_text()))


def test_an_interrupted_command_is_gone_and_on_the_record(flight: Flight, tmp_path: Path) -> None:
    runbook = flight.repo / "checklists" / "runbooks" / "down.yaml"
    runbook.write_text(RUNBOOK.replace("timeout: 1s", "timeout: 5m"))
    workspace = flight.begin([])
    console = Console(flight.repo)
    for number in "123":
        console.json("runbook", "down", number, "--skip", "--note", "for the test")
    pid_file = tmp_path / "traced.pid"
    with subprocess.Popen(
        console.command("runbook", "down", "4", "--execute", "--yes"), cwd=console.repo, stdout=subprocess.DEVNULL
    ) as child:
        try:
            wait_until(lambda: pid_file.exists() and pid_file.read_text().endswith("\n"))
            held = holder_of(workspace.store.location.lock(workspace.execution_lock))
            assert held is not None, "nothing else executes meanwhile"
            assert held.reason == "the runbook down, hang"
            assert console.refused("runbook", "down", "4", "--execute", "--yes", code=4)["code"] == "locked"
        finally:
            child.send_signal(signal.SIGINT)
        assert child.wait(20) == 130
    assert not alive(int(pid_file.read_text()))
    (run,) = console.json("runbook", "down", "4")["steps"][0]["runs"]
    assert (run["outcome"], run["detail"]) == ("stopped", "interrupted")


def test_an_incident_from_its_opening_to_its_post_mortem(console: Console) -> None:
    assert console.refused("incident", "update", "all is well", code=4)["code"] == "no-incident"
    opened = console.json("incident", "open", "Checkout <b>is</b> down", "--severity", "critical", "--component", "up")
    assert (opened["state"], opened["overdue_by"]) == ("open", 0)
    status = console.json("status")
    assert [one["id"] for one in status["incidents"]] == [opened["id"]]
    assert f"incident:{opened['id']}" in {reason["item"] for reason in status["gate"]["reasons"]}
    assert in_list(console)["fits_now"] == "the incident Checkout <b>is</b> down"
    assert "next update in" in console.say("runbook")[1]
    console.json("runbook", "down", "1", "--execute", "--yes", "--done")
    assert console.json("runbook", "down")["incident"] == opened["id"]
    updated = console.json("incident", "update", "the *vendor* is on it", "--severity", "major")
    assert [one["text"] for one in updated["updates"]] == ["the *vendor* is on it"]
    closed = console.json("incident", "close", "mended by the vendor")
    assert (closed["state"], closed["update_due_at"]) == ("closed", None)
    assert console.refused("incident", "close", "again", "--incident", opened["id"], code=4)["code"] == "already"
    assert [one["id"] for one in console.json("incident", "list")] == [opened["id"]]
    assert "the *vendor* is on it" in console.say("incident", "show")[1]
    status, page, _ = console.say("incident", "export")
    assert status == 0
    assert page.startswith("# Post-mortem: Checkout &lt;b&gt;is&lt;/b&gt; down\n")
    assert "- how it ended: mended by the vendor\n" in page
    assert "1. Look at it (done, Ana " in page
    assert "      looking\n      second\n" in page
    assert page.index("opened the critical incident") < page.index("updated the incident") < page.index("closed the")
    assert console.json("incident", "export", opened["id"][:4])["closed_by"] == "Ana"


def test_what_is_senseless_is_refused_before_anything_is_done(console: Console) -> None:
    assert console.refused("runbook", "down", "--execute", code=2)["code"] == "usage"
    assert console.refused("runbook", "down", "1", "--yes", code=2)["code"] == "usage"
    assert console.refused("runbook", "down", "1", "--execute", "--skip", "--note", "x", code=2)["code"] == "usage"
    assert console.refused("incident", "show", "nope", code=2)["code"] == "not-found"
    assert in_list(console)["started_at"] is None
