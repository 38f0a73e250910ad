"""`--env`: the environment that is named is the one that is meant, or the command says that it is not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cockpit.bootstrap import open_workspace
from cockpit.errors import RefusedError
from cockpit.workspace import Options
from tests.cli.conftest import Console
from tests.execution.flight import Flight


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
