"""The wheel and the hand-over from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cockpit.presence import PresenceFile
from cockpit.release.live import Presence
from cockpit.store.location import StoreLocation
from tests.cli.conftest import Console
from tests.execution.flight import Flight
from tests.journeys.line import Line

pytestmark = pytest.mark.full


def test_the_wheel_goes_round_and_whoever_watches_executes_nothing(console: Console) -> None:
    assert console.json("driver", "show") == {"driver": None, "since": None, "given_by": None, "contested": []}
    taken = console.json("driver", "take", "--by", "Dora Lima")
    assert (taken["driver"], taken["given_by"]) == ("Dora Lima", None)
    assert taken["since"].endswith("Z")
    error = console.refused("rollback", "v1", "--execute", "--confirm", "v1", "--by", "Ben", code=4)
    assert (error["code"], error["what"]) == ("not-driving", "Dora Lima drives: take the wheel first")
    assert console.refused("driver", "give", "Cleo", "--by", "Ben", code=4)["code"] == "not-driving"

    given = console.json("driver", "give", "Ben", "--by", "Dora Lima")
    assert (given["driver"], given["given_by"]) == ("Ben", "Dora Lima")
    assert console.json("status")["driver"] == given
    back = console.json("driver", "give", "dora", "--by", "Ben")
    assert back["driver"] == "Dora Lima", "whoever has written here is known by the first name"
    assert console.json("driver", "take", "--by", "Ben")["driver"] == "Ben"
    assert "took the wheel from Dora Lima" in console.say("timeline")[1]
    assert "Ben drives since" in console.say("driver", "show")[1]
    assert console.json("driver", "release", "--by", "Ben")["driver"] is None
    assert console.refused("driver", "release", "--by", "Ben", code=4)["code"] == "already"


def test_a_hand_over_says_what_is_open(console: Console) -> None:
    console.json("note", "before the shift", "--by", "Ana")
    console.json("driver", "take", "--by", "Ana")
    console.json("item", "claim", "look", "--by", "Ben")
    console.json("note", "the queue drains slowly\n\x1b[31m", "--by", "Ana")
    console.json("tags", "mark", "v1", "bad", "--reason", "leaks", "--by", "Ana")
    me = Presence("Ben", "laptop", "b" * 32, "screen", 1_700_000_000.0, "tags")
    with PresenceFile(StoreLocation.of(console.repo).run / "presence", me):
        document = console.json("handover")
        text = console.say("handover")[1]
    assert document["driver"]["driver"] == "Ana"
    assert [claim["claimed_by"] for claim in document["claims"]] == ["Ben"]
    assert [note["text"] for note in document["notes"]] == ["the queue drains slowly\n\x1b[31m"]
    assert document["notes"][0]["item"] is None
    assert [(one["name"], one["host"], one["looking_at"], one["here"]) for one in document["present"]] == [
        ("Ben", "laptop", "tags", True)
    ]
    assert {"run", "gate", "open_killers", "regressed", "contested", "debt", "execution", "since"} <= document.keys()
    assert "Ana drives since" in text
    assert "here: Ben on laptop at tags" in text
    assert "Look  Ben" in text
    assert "\x1b" not in text
    whole = console.json("handover", "--since", "1d")
    assert next(note["text"] for note in whole["notes"]) == "before the shift"

    console.json("item", "defer", "look", "--reason", "to the night", "--by", "Ben")
    assert [debt["reason"] for debt in console.json("handover")["debt"]] == ["to the night"]


def test_nothing_is_handed_over_where_nothing_is_flown(tmp_path: Path, console: Console) -> None:
    console.json("release", "close")
    for command in (["handover"], ["driver", "show"], ["driver", "take"]):
        assert console.refused(*command, code=4)["code"] in {"no-run", "run-over"}


def test_the_timeline_since_last_tells_each_person_what_they_have_not_seen(console: Console) -> None:
    def last(who: str, *more: str) -> list[str]:
        return [entry["text"] for entry in console.json("timeline", "--since", "last", "--by", who, *more)]

    assert len(last("Ana")) >= 2, "at first everything is new"
    assert last("Ana") == []
    console.json("note", "slow", "--by", "Ben")
    assert last("Ana", "--readonly") == ["noted: slow"]
    assert last("Ana") == ["noted: slow"]
    assert last("Ana") == []
    assert "noted: slow" in last("Cleo")
    assert "Nothing has happened since you looked" in console.say("timeline", "--since", "last", "--by", "Ana")[1]


def test_a_script_on_a_shared_account_goes_on_and_what_it_wrote_is_labelled(console: Console) -> None:
    status, out, err = console.say("note", "by a script", "--json")
    assert (status, err) == (0, "")
    (console.repo / ".git" / "config").write_text(
        (console.repo / ".git" / "config").read_text().replace("name = Ana", "name = deploy")
    )
    status, out, err = console.say("note", "by a script", "--json")
    assert status == 0
    assert json.loads(out)["by"] == "deploy"
    assert "deploy is an account that several people use" in err
    assert "--by NAME" in err
    assert console.say("note", "by me", "--by", "Dora")[2] == ""
    entries = console.json("timeline")[-3:]
    assert [(entry["by"], entry["shared"]) for entry in entries] == [("Ana", False), ("deploy", True), ("Dora", False)]
    assert "deploy (shared account)" in console.say("timeline")[1]


def answered(console: Console, *arguments: str, typed: str, says: str) -> int:
    """Run a command at a terminal, type once it asks, wait for what it says, and return how it ended."""
    with Line([*console.command("--repo", str(console.repo)), *arguments]) as line:
        line.wait_for("to go on: ")
        line.press(f"{typed}\r")
        line.wait_for(says)
        return line.process.wait(60)


def test_at_a_terminal_the_wheel_is_taken_from_somebody_only_by_a_typed_word(console: Console) -> None:
    console.json("driver", "take", "--by", "Dora Lima")
    take = ("driver", "take", "--by", "Ben")
    assert answered(console, *take, typed="yes", says="not confirmed: Dora Lima still drives") == 4
    assert console.json("driver", "show")["driver"] == "Dora Lima"
    assert answered(console, *take, typed="take", says="Dora Lima drives, and is told. Take the wheel") == 0
    assert console.json("driver", "show")["driver"] == "Ben"
    assert console.process("driver", "take", "--by", "Cleo").returncode == 0, "a script has nobody to ask"
    with Line([*console.command("--repo", str(console.repo)), "driver", "take", "--yes", "--by", "Ben"]) as line:
        assert line.process.wait(60) == 0


def test_at_a_terminal_an_execution_is_aborted_only_by_a_typed_word(flight: Flight) -> None:
    workspace = flight.begin()
    flight.request(workspace)
    console = Console(flight.repo)
    assert answered(console, "execution", "abort", typed="y", says="the execution goes on as it was") == 4
    assert console.json("execution", "status")["state"] == "requested"
    assert answered(console, "execution", "abort", typed="abort", says="It stops in the middle, and undoes") == 0
    assert console.json("execution", "status")["outcome"] == "aborted"
