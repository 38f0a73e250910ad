"""`cockpit release migrate`: shown first, done with --yes, and undone with --back."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Console
from tests.execution.flight import Flight

pytestmark = pytest.mark.full

LOOK, SMELL = "day/before/look", "day/before/smell"


def edit(flight: Flight) -> None:
    path = flight.repo / "checklists" / "short.yaml"
    text = path.read_text().replace("text: Look", "text: Look again")
    path.write_text(f"{text.rstrip()}\n          - {{id: {SMELL}, text: Smell}}\n")


def test_it_is_shown_then_done_and_undone(flight: Flight) -> None:
    flight.begin([])
    console = Console(flight.repo)
    console.json("item", "tick", LOOK)
    before = console.json("status")
    assert console.refused("release", "migrate", "--back", code=4)["code"] == "none"
    assert before["edited"] == []
    edit(flight)
    assert console.json("status")["edited"] == ["checklists/short.yaml"]
    assert "checklists/short.yaml was edited since" in console.say("status")[1]

    shown = console.json("trust", "--show")
    assert (shown["trusted"], shown["edited"]["trusted"]) == (True, False)
    assert shown["edited"]["digest"] != shown["digest"]
    out = console.say("trust", "--show")[1]
    assert " flies by, digest" in out
    assert "in the work tree" in out
    document = console.json("release", "migrate", code=4)
    assert document["error"]["code"] == "not-confirmed"
    changes = document["changes"]
    assert [one["id"] for one in changes["added"]] == [SMELL]
    assert [one["id"] for one in changes["reworded"]] == [LOOK]
    assert (changes["removed"], changes["carried"], changes["trusted"]) == ([], 1, False)
    status, out, err = console.say("release", "migrate")
    assert status == 4
    assert "+ added: Smell: in " in out
    assert "~ reworded: Look again" in out
    assert "--yes" in err
    assert console.json("status")["digest"] == before["digest"], "nothing has changed"
    assert console.refused("release", "migrate", "--yes", "--readonly", code=4)["code"] == "readonly"

    done = console.json("release", "migrate", "--yes")
    assert done["run"]["id"] == before["run"]["id"]
    assert console.json("status")["edited"] == []
    items = {item["id"]: item for item in console.json("status")["items"]}
    assert (items[LOOK]["state"], items[LOOK]["text"]) == ("done", "Look again")
    assert items[SMELL]["state"] == "open"
    told = [event["text"] for event in console.json("timeline")]
    assert "migrated the checklists and the configuration: items: 1 added, 1 reworded" in told
    assert console.json("trust", "--show")["trusted"] is False
    assert console.refused("release", "migrate", code=4)["code"] == "already"

    status, out, _ = console.say("release", "migrate", "--back", "--yes")
    assert status == 0
    assert "- removed: Smell" in out
    after = console.json("status")
    assert [item["id"] for item in after["items"]] == [item["id"] for item in before["items"]]
    assert console.json("trust", "--show")["trusted"] is True, "the digest of before is trusted still"


def test_mistakes_in_the_new_files_are_told_by_line(flight: Flight) -> None:
    flight.begin([])
    (flight.repo / "checklists" / "short.yaml").write_text("id: short\ntitle: Short\nphases: 3\n")
    error = Console(flight.repo).refused("release", "migrate", "--yes", code=2)
    assert "short.yaml:3:9: " in error["what"]


def test_it_waits_for_an_execution(flight: Flight) -> None:
    workspace = flight.begin()
    edit(flight)
    flight.request(workspace)
    document = Console(flight.repo).json("release", "migrate", "--yes", code=4)
    assert document["error"]["code"] == "locked"


def test_whoever_edits_and_trusts_has_trusted_both(flight: Flight) -> None:
    flight.begin([])
    console = Console(flight.repo)
    edit(flight)
    told = console.json("trust")
    assert (told["trusted"], told["edited"]["trusted"]) == (True, True)
    console.json("release", "migrate", "--yes")
    after = console.json("trust", "--show")
    assert (after["trusted"], after["edited"]) == (True, None)


def test_an_edit_after_a_rollback_is_told_and_what_the_rollback_has_checked_out_is_none(flight: Flight) -> None:
    flight.configure(flight.usual_steps())
    path = flight.repo / "checklists" / "short.yaml"
    newer = path.read_text()
    path.write_text(newer.replace("Look", "Have a look"))
    flight.release("v1")
    path.write_text(newer)
    flight.release("v2")
    (flight.var / "up").touch()
    (flight.var / "version").write_text("v2\n")
    workspace = flight.workspace()
    workspace.open_run("v2", tag="", launch_at="")
    flight.trust(workspace)
    assert flight.work(workspace, flight.request(workspace)).outcome == "succeeded"
    console = Console(flight.repo)
    status = console.json("status")
    assert "Have a look" in path.read_text()
    assert (status["run"]["state"], status["edited"]) == ("rolled-back", [])
    configuration = flight.repo / "cockpit.yaml"
    configuration.write_text(configuration.read_text() + "\n")
    edit(flight)
    assert console.json("status")["edited"] == ["checklists/short.yaml", "cockpit.yaml"]
    assert "checklists/short.yaml and 1 more were edited since" in console.say("status")[1]
