"""`--env`: the environment that is named is the one that is meant, or the command says that it is not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cockpit.bootstrap import open_workspace
from cockpit.errors import RefusedError
from cockpit.live_source import heartbeat_key, watcher_lock
from cockpit.workspace import Options
from tests.cli.conftest import Console
from tests.execution.flight import Flight

pytestmark = pytest.mark.full


def now_of(flight: Flight, environment: str) -> None:
    """Let the work tree's configuration describe another environment."""
    path = flight.repo / "cockpit.yaml"
    document = json.loads(path.read_text())
    path.write_text(json.dumps({**document, "environment": {"name": environment, "production": False}}))


def test_a_run_is_opened_in_the_environment_that_was_named_or_not_at_all(console: Console, flight: Flight) -> None:
    assert console.refused("release", "open", "next", "--env", "nowhere", code=2)["code"] == "not-found"
    # A run of staging is open; what is configured now is production.
    now_of(flight, "production")
    error = console.refused("release", "open", "next", "--env", "staging", code=4)
    assert error["code"] == "other-environment"
    assert "'production', not 'staging'" in error["what"]
    assert [run["name"] for run in console.json("release", "list")] == ["v2"]
    assert console.json("release", "open", "next", "--env", "production")["environment"] == "production"
    assert console.json("release", "open", "third")["environment"] == "production"


def test_a_screen_offers_no_run_in_another_environment_than_the_one_it_shows(flight: Flight) -> None:
    flight.begin()
    now_of(flight, "production")
    workspace = open_workspace(Options(repo=flight.repo, env="staging"))
    with pytest.raises(RefusedError, match="describes the environment"):
        workspace.open_run("next", tag="", launch_at="")


def test_every_command_keeps_to_the_environment(console: Console, flight: Flight) -> None:
    now_of(flight, "production")
    console.json("release", "open", "next")
    assert console.json("status", "--env", "staging")["run"]["name"] == "v2"
    assert console.json("status", "--env", "production")["run"]["name"] == "next"
    assert [run["name"] for run in console.json("release", "list", "--env", "staging")] == ["v2"]
    assert "2 runs, in production, staging" in console.say("release", "list", "--env", "nowhere")[1]
    assert console.refused("validate", "--env", "staging", code=4)["code"] == "other-environment"
    assert console.json("release", "close", "--env", "staging")["name"] == "v2"
    # Nothing is open there now, and it is still what is looked at.
    assert console.json("status", "--env", "staging")["run"] is None
    console.json("release", "close", "--env", "production")
    assert console.json("release", "reopen", "--env", "staging")["name"] == "v2"
    assert console.refused("demo", "--env", "staging", code=2)["code"] == "usage"


def test_init_writes_the_environment_that_was_named(tmp_path: Path, flight: Flight) -> None:
    (flight.repo / "cockpit.yaml").unlink(missing_ok=True)
    console = Console(flight.repo)
    console.json("init", "--yes", "--env", "staging")
    text = (flight.repo / "cockpit.yaml").read_text()
    assert 'environment: {name: "staging", production: false}' in text.replace("'", '"')


SEVERAL = {"environments": {"staging": {}, "production": {"production": True, "timezone": "Europe/Berlin"}}}


@pytest.fixture
def both(flight: Flight) -> Console:
    """A repository whose configuration describes staging and production, in which no run is open."""
    flight.configure(flight.usual_steps())
    path = flight.repo / "cockpit.yaml"
    document = json.loads(path.read_text())
    del document["environment"]
    path.write_text(json.dumps({**document, **SEVERAL}))
    flight.release("v1")
    return Console(flight.repo)


def test_of_several_one_must_be_named(both: Console) -> None:
    for command in (["status"], ["release", "open", "v1"], ["freeze", "on"], ["watch"], ["trust"], ["gate"]):
        error = both.refused(*command, code=2)
        assert error["code"] == "several-environments"
        assert error["fix"] == "Name one with --env: staging, production"
    assert both.refused("status", "--env", "live", code=2)["fix"] == "There is: staging, production"
    assert both.json("status", "--env", "production")["run"] is None
    assert both.json("validate")["problems"] == []
    assert both.json("validate", "--env", "staging")["problems"] == []


def test_the_one_with_an_open_run_is_meant_until_there_are_two(both: Console) -> None:
    staged = both.json("release", "open", "v1", "--env", "staging")
    assert staged["environment"] == "staging"
    assert both.json("status")["run"]["id"] == staged["id"]
    assert both.refused("release", "open", "v1", code=2)["code"] == "several-environments", "which one is not clear"
    live = both.json("release", "open", "v1", "--env", "production")
    assert live["environment"] == "production"
    error = both.refused("status", code=2)
    assert error["code"] == "several-runs"
    assert staged["id"] in error["fix"]
    assert live["id"] in error["fix"]
    # Each has its own stream: what is done in one is not done in the other.
    both.json("item", "tick", "day/before/look", "--env", "staging")
    states = {
        env: both.json("status", "--env", env)["items"][0]["state"] for env in ("staging", "production")
    }  # fmt: skip
    assert states == {"staging": "done", "production": "open"}
    assert both.refused("freeze", "on", code=2)["code"] == "several-environments"
    both.json("freeze", "on", "--env", "production")
    assert both.refused("freeze", "check", "--env", "production", code=4)["code"] == "frozen"
    assert both.json("freeze", "check", "--env", "staging")["frozen"] is False
    both.json("release", "close", "--env", "production")
    assert both.json("status")["run"]["id"] == staged["id"]


def test_trust_is_of_all_and_shows_what_each_may_run(both: Console, flight: Flight) -> None:
    path = flight.repo / "cockpit.yaml"
    document = json.loads(path.read_text())
    document["environments"]["staging"] = {"checks": {"day/before/look": {"command": {"run": "make look"}}}}
    path.write_text(json.dumps(document))
    shown = both.json("trust", "--show", "--env", "production")["commands"]
    assert ("staging: checks.day/before/look.command", "make look") in [(one["where"], one["command"]) for one in shown]
    assert [one["where"] for one in shown if one["where"].startswith("rollback")], "what is common is told once"
    assert both.json("trust", "--env", "staging")["trusted"]
    assert both.json("trust", "--show", "--env", "production")["trusted"]


def test_a_run_flies_its_environment_whatever_is_migrated(both: Console, flight: Flight) -> None:
    both.json("release", "open", "v1", "--env", "production")
    path = flight.repo / "cockpit.yaml"
    document = json.loads(path.read_text())
    document["environments"]["production"]["timezone"] = "Asia/Tokyo"
    document["environments"]["canary"] = {}
    path.write_text(json.dumps(document))
    done = both.json("release", "migrate", "--yes")
    assert done["run"]["environment"] == "production"
    assert done["changes"]["settings"] == ["timezone", "environments"]


def test_init_writes_several(tmp_path: Path, flight: Flight) -> None:
    console = Console(flight.repo)
    console.json("init", "--yes", "--env", "staging, production")
    text = (flight.repo / "cockpit.yaml").read_text()
    assert 'environments:\n  "staging": {production: false}\n  "production": {production: true}\n' in text
    assert console.json("validate")["problems"] == []
    assert console.json("status", "--env", "production")["run"] is None


def test_each_has_a_watcher_of_its_own(both: Console, flight: Flight) -> None:
    for env in ("staging", "production"):
        both.json("release", "open", "v1", "--env", env)
    staging, production = (open_workspace(Options(repo=flight.repo, env=env)) for env in ("staging", "production"))
    assert watcher_lock(staging.run) != watcher_lock(production.run)
    assert heartbeat_key(staging.run, "h") != heartbeat_key(production.run, "h")
    for workspace in (staging, production):
        workspace.store.close()
