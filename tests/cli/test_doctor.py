"""`cockpit doctor` as it is typed, and what every command tells of a damaged store."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cockpit.store.location import StoreLocation
from tests.cli.conftest import Console

pytestmark = pytest.mark.full

REF = "refs/cockpit/state"


def test_a_sound_store(console: Console) -> None:
    found = console.json("doctor")
    assert (found["well"], found["findings"]) == (True, [])
    assert found["events"] > 0
    assert found["blobs"] > 0
    status, out, err = console.say("doctor")
    assert (status, err) == (0, "")
    assert out.endswith("all is well\n")


def test_a_damaged_store_is_told_at_start_and_mended_by_the_doctor(console: Console) -> None:
    location = StoreLocation.of(console.repo)
    before = set(location.journal.rglob("*.jsonl"))
    assert console.process("item", "tick", "look").returncode == 0
    (journal,) = set(location.journal.rglob("*.jsonl")) - before
    (location.common / REF).write_bytes(b"")
    journal.write_bytes(journal.read_bytes() + b"\0\0")
    status, out, err = console.say("status", "--json")
    assert status == 0
    assert json.loads(out)["bad_lines"] == 1
    assert f"{REF}: its file holds no object id" in err
    assert "cockpit doctor" in err
    assert "cannot be read: cockpit doctor" in console.say("status")[1]
    assert [finding["done"] for finding in console.json("doctor", "--readonly", code=1)["findings"]] == ["", ""]
    found = console.json("doctor")
    assert found["well"]
    assert {"broken-ref", "torn-line"} == {finding["code"] for finding in found["findings"]}
    assert all(finding["done"] for finding in found["findings"])
    assert console.json("doctor")["findings"] == []
    assert console.say("status")[2] == ""


def test_what_remains_is_a_failure_that_says_what_to_do(console: Console) -> None:
    location = StoreLocation.of(console.repo)
    lost = sorted(location.evidence.iterdir())[0]
    lost.unlink()
    status, out, _ = console.say("doctor")
    assert status == 1
    assert f"TO DO: evidence/{lost.name}" in out
    assert "to do: Sync with the clone that recorded it" in out


def test_outside_a_repository(tmp_path: Path) -> None:
    assert Console(tmp_path).refused("doctor", code=4)["code"] == "no-repository"


def note(console: Console, text: str, *item: str) -> str:
    """Write a note, on an item where one is named, and return the id of its event."""
    words = ["item", "note", *item, "--reason", text] if item else ["note", text]
    assert console.process(*words).returncode == 0
    events: list[dict[str, str]] = console.json("timeline")
    return events[-1]["id"]


def test_a_purged_note_is_shown_as_purged_and_nowhere_else(console: Console) -> None:
    first = note(console, "the password is hunter2")
    kept = note(console, "nothing secret")
    third = note(console, "hunter3", "look")
    location = StoreLocation.of(console.repo)
    assert console.refused("doctor", "--purge", first, code=4)["code"] == "not-confirmed"
    assert console.refused("doctor", "--purge", "feedfacefeed", "--yes", code=2)["code"] == "not-found"
    done = console.json("doctor", "--purge", first[:12], "day/before/look", "--yes", "--reason", "a password")
    assert len(done["purged"]) == 2
    assert (done["trouble"], done["objects"] > 0) == ("", True)
    assert any("revoke it" in sentence for sentence in done["keeps"])
    for path in location.common.rglob("*"):
        assert not path.is_file() or b"hunter" not in path.read_bytes()
    told = {event["id"]: event["text"] for event in console.json("timeline")}
    assert told[first] == "noted: (this text was purged)"
    assert told[third].endswith("(this text was purged)")
    assert told[kept] == "noted: nothing secret"
    assert "purged 2 pieces of evidence" in told.values()
    assert console.json("status")["items"][0]["evidence"][0]["text"] == "(this text was purged)"
    assert console.json("doctor")["findings"] == []


def test_what_the_run_flies_by_is_not_purged(console: Console) -> None:
    location = StoreLocation.of(console.repo)
    pinned = next(path.name for path in location.evidence.iterdir() if b"service" in path.read_bytes())
    assert console.refused("doctor", "--purge", pinned, "--yes", code=4)["code"] == "needed"
