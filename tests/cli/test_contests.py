"""What two people said at the same time, on the command line."""

from __future__ import annotations

from typing import Any

import pytest

from cockpit.bootstrap import open_store
from cockpit.codec import encode_data
from cockpit.release.events import ItemClaimed, ItemDone, RunRetargeted, kind_of
from cockpit.release.record import Event
from cockpit.store.envelope import By
from tests.cli.conftest import Console
from tests.execution.flight import Flight

pytestmark = pytest.mark.full

ITEM = "day/before/look"


def meanwhile(console: Console, entity: str, event: Event) -> None:
    """Let Ben write something, without having seen anything of the others."""
    run = console.json("release", "show")
    store = open_store(console.repo)
    store.append(
        f"{run['service']}/{run['environment']}/{run['id']}", kind_of(event), entity, (), encode_data(event),
        by=By("Ben", "ben@example.org"), wall="2027-01-15T08:00:00.000Z",
    )  # fmt: skip
    store.close()


def test_a_contest_is_told_by_status_item_and_timeline_until_it_is_settled(console: Console) -> None:
    console.json("item", "defer", ITEM, "--reason", "to Monday")
    meanwhile(console, f"item:{ITEM}", ItemDone())
    (item,) = console.json("status")["items"]
    assert item["state"] == "contested"
    assert {(side["by"], side["said"]) for side in item["contested"]} == {
        ("Ana", "deferred (to Monday)"),
        ("Ben", "done"),
    }
    assert "Ana: deferred (to Monday)" in item["detail"]
    assert "contested: Look: " in console.say("status")[1]
    told = [entry["text"] for entry in console.json("timeline")]
    assert "ticked Look (CONTESTED by Ana: deferred)" in told
    assert console.json("item", "override", ITEM, "--reason", "agreed")["contested"] == []
    assert "settles" in console.json("timeline")[-1]["text"]


def test_a_claim_that_came_too_late_is_told(console: Console) -> None:
    console.json("item", "claim", ITEM)
    meanwhile(console, f"item:{ITEM}", ItemClaimed())
    (item,) = console.json("status")["items"]
    assert (item["state"], item["claimed_by"]) == ("claimed", "Ana")
    assert [lost["by"] for lost in item["lost_claims"]] == ["Ben"]
    assert item["detail"] == "Ben claimed it at the same time, a little later"


def test_a_contested_target_is_told_and_confirmed(console: Console) -> None:
    commit: Any = console.json("release", "retarget", "v1")["commit"]
    meanwhile(console, "run", RunRetargeted("v9", "9" * 40))
    document = console.json("status")
    (contest,) = document["contests"]
    assert contest["register"] == "target"
    assert [side["said"] for side in contest["sides"]] == ["v9 at 99999999", f"v1 at {commit[:8]}"]
    assert "run:target" in [reason["item"] for reason in document["gate"]["reasons"]]
    assert "contested: the run's target" in console.say("release", "show")[2]
    assert console.json("release", "retarget", "v1")["tag"] == "v1"
    assert console.json("status")["contests"] == []


def test_two_persons_answer_one_item(flight: Flight) -> None:
    path = flight.repo / "checklists" / "short.yaml"
    path.write_text(path.read_text().replace("text: Look}", "text: Look, two_person: true}"))
    flight.begin()
    console = Console(flight.repo)
    assert console.json("item", "challenge", ITEM, "--value", "paid 49.90")["challenge"]["by"] == "Ana"
    assert console.refused("item", "answer", ITEM, "--value", "49.90", code=4)["code"] == "same-person"
    answered = console.json("item", "answer", ITEM, "--value", "receipt 49.90", "--by", "Ben")
    assert (answered["state"], answered["by"], answered["unverified_second"]) == ("done", "Ben", False)
    assert console.json("status")["debt"] == []


def test_undo_and_redo_say_what_they_reverse(console: Console) -> None:
    console.json("item", "tick", ITEM, "--value", "42")
    assert console.say("item", "undo", ITEM) == (0, "open\n", "undone: ticked Look\n")
    assert console.say("item", "redo", ITEM) == (0, "done\n", "redone: ticked Look\n")
    assert console.refused("item", "redo", ITEM, code=4)["code"] == "none"
