"""`cockpit doctor` as it is typed, and what every command tells of a damaged store."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from cockpit.bootstrap import open_workspace
from cockpit.git.command import Git
from cockpit.reporting import write_report
from cockpit.store.location import StoreLocation
from cockpit.workspace import Options
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


def test_a_purge_takes_the_reports_that_quoted_it_along(console: Console) -> None:
    git = Git(console.repo)
    first = note(console, "the password is hunter2")
    before = console.json("report", "--publish")["commit"]
    note(console, "another")
    console.json("report", "--publish")
    # As where a clone has fetched the branch of a colleague's.
    git.output("update-ref", "refs/remotes/origin/cockpit-report", before)
    workspace = open_workspace(Options(repo=console.repo))
    page = write_report(workspace, now=time.time())
    workspace.store.close()
    assert "hunter2" in page.read_text()
    done = console.json("doctor", "--purge", first, "--yes")
    assert done["trouble"] == ""
    assert any("cockpit report --publish" in sentence for sentence in done["keeps"])
    assert not page.exists()
    everything = git.output("cat-file", "--batch-all-objects", "--batch", "--unordered")
    assert b"hunter2" not in everything
    commit = console.json("report", "--publish")["commit"]
    assert git.text("rev-list", "cockpit-report") == commit
    assert "this text was purged" in git.text("show", "cockpit-report:README.md")
    assert console.json("doctor")["findings"] == []


def test_a_report_that_a_work_tree_stands_on_is_not_taken_from_under_it(console: Console, tmp_path: Path) -> None:
    git = Git(console.repo)
    first = note(console, "the password is hunter2")
    console.json("report", "--publish")
    git.output("worktree", "add", "--quiet", str(tmp_path / "page"), "cockpit-report")
    done = console.json("doctor", "--purge", first, "--yes", code=1)
    assert "something still names it" in done["trouble"]
    assert "hunter2" in (tmp_path / "page" / "README.md").read_text()
    git.output("worktree", "remove", str(tmp_path / "page"))
    git.output("branch", "-D", "cockpit-report")
    assert [finding["code"] for finding in console.json("doctor")["findings"]] == ["abandoned-history"]
    assert b"hunter2" not in git.output("cat-file", "--batch-all-objects", "--batch", "--unordered")


def test_a_branch_of_reports_that_git_holds_locked_stands_in_the_way_of_nothing_else(console: Console) -> None:
    git, location = Git(console.repo), StoreLocation.of(console.repo)
    first = note(console, "the password is hunter2")
    console.json("report", "--publish")
    lock = location.common / "refs" / "heads" / "cockpit-report.lock"
    lock.touch()  # as a git that was killed leaves it
    done = console.json("doctor", "--purge", first, "--yes", code=1)
    assert "something still names it" in done["trouble"]
    assert not (location.evidence / done["purged"][0]).exists()
    assert done["purged"][0] not in git.text("ls-tree", "-r", "--name-only", REF)
    lock.unlink()
    git.output("branch", "-D", "cockpit-report")
    assert [finding["code"] for finding in console.json("doctor")["findings"]] == ["abandoned-history"]


def test_what_the_run_flies_by_is_not_purged(console: Console) -> None:
    location = StoreLocation.of(console.repo)
    pinned = next(path.name for path in location.evidence.iterdir() if b"service" in path.read_bytes())
    assert console.refused("doctor", "--purge", pinned, "--yes", code=4)["code"] == "needed"
