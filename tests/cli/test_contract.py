"""Commands that write, on a small release; and what holds for every command."""

from __future__ import annotations

import argparse
import hashlib
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cockpit.cli.main import GROUPS, build_parser, groups_for
from tests.cli.conftest import Console, no_room_beyond
from tests.execution.flight import Flight
from tests.parts import require

HOSTILE = "red \x1b[31m \u202e \x9b1m\nticked everything"


def parsers(parser: argparse.ArgumentParser, *names: str) -> Iterator[tuple[str, ...]]:
    """Yield the words of every command."""
    yield names
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, child in action.choices.items():
                yield from parsers(child, *names, name)


ALL = list(parsers(build_parser()))


def test_each_command_is_found_by_its_module_alone() -> None:
    for group, commands in GROUPS.items():
        top = [words[0] for words in parsers(build_parser([group])) if len(words) == 1]
        assert tuple(top) == commands, "name them in GROUPS, where they are looked up"
        for command in commands:
            assert groups_for(["--repo", "sync", "--json", "--by=logs", command, "--help"]) == (group,)
    assert groups_for(["--readonly", "--repo", "logs"]) == (), "the app itself"
    for mistake in (["--help"], ["lgos"], ["--repot", "x", "logs"], ["--", "logs"]):
        assert groups_for(mistake) == tuple(GROUPS), "all are listed"


@pytest.mark.parametrize("words", ALL, ids=" ".join)
def test_every_command_explains_itself(words: tuple[str, ...], tmp_path: Path) -> None:
    status, out, _ = Console(tmp_path).say(*words, "--help")
    assert status == 0
    assert out.startswith(f"usage: {' '.join(['cockpit', *words])}")
    assert "--json" in out


def test_version(tmp_path: Path) -> None:
    assert Console(tmp_path).say("--version")[1].startswith("cockpit ")


@pytest.mark.full
def test_an_item_tells_its_new_state(console: Console) -> None:
    def look() -> Any:
        (item,) = console.json("status")["items"]
        return item

    for verb, more, state in (
        ("tick", [], "done"),
        ("claim", [], "claimed"),
        ("defer", ["--reason", "tomorrow"], "deferred"),
        ("na", ["--reason", "no such thing"], "na"),
        ("override", ["--reason", "we must"], "overridden"),
    ):
        assert console.json("item", verb, "day/before/look", *more, "--by", "Ben")["state"] == state
        assert (look()["id"], look()["state"]) == ("day/before/look", state)
        assert "Ben" in {look()["by"], look()["claimed_by"]}
        assert console.json("item", "undo", "look", "--by", "Ben")["state"] == "open"
        assert console.json("item", "redo", "look", "--by", "Ben")["state"] == state
        assert console.json("item", "undo", "look", "--by", "Ben")["state"] == "open"
    assert console.json("item", "note", "look", "--reason", "clear", "--by", "Ben")["state"] == "open"
    assert look()["evidence"][0]["by"] == "Ben"


def test_an_unknown_item_suggests_close_ones(console: Console) -> None:
    assert "day/before/look" in console.refused("item", "tick", "lok", code=2)["fix"]
    assert "day/before/look" in console.refused("item", "tick", "oo", code=2)["fix"]
    assert console.refused("item", "tick", "", code=2)["code"] == "not-found"


def test_a_reason_is_needed(console: Console) -> None:
    for verb in ("defer", "na", "override"):
        assert console.refused("item", verb, "look", code=4)["code"] == "no-reason"


def test_an_attestation_says_until_when_and_where(console: Console) -> None:
    assert console.refused("item", "tick", "look", "--until", "soon", "--value", "x", code=2)["fix"]
    assert console.refused("item", "tick", "look", "--until", "30d", code=4)["code"] == "no-evidence"
    past = ["--value", "x", "--until", "2020-01-01T00:00:00Z"]
    assert console.refused("item", "tick", "look", *past, code=4)["code"] == "expired"
    link = "https://dash.example/1"
    found = console.json("item", "tick", "look", "--value", "the dashboard", "--until", "30d", "--link", link)
    assert (found["state"], found["detail"], found["link"]) == ("attested", "the dashboard", link)
    assert found["holds_until"] > found["at"]
    assert console.json("item", "undo", "look")["state"] == "open"


def test_attachments(console: Console, tmp_path: Path) -> None:
    (tmp_path / "shot.txt").write_text("seen")
    document = console.json("item", "attach", "look", "--file", str(tmp_path / "shot.txt"))
    assert document["evidence"][0]["kind"] == "attachment"
    for file in ("", str(tmp_path), str(tmp_path / "none"), "/dev/zero"):
        console.refused("item", "attach", "look", "--file", file, code=2)
    (listed,) = console.json("item", "evidence", "look")["evidence"]
    assert (listed["name"], listed["size"], listed["kept"]) == ("shot.txt", 4, True)
    for name in ("shot.txt", "1"):
        assert console.json("item", "evidence", "look", name)["text"] == "seen"
    assert console.say("item", "evidence", "look", "1", "-o", str(tmp_path / "back.txt"))[0] == 0
    console.refused("item", "evidence", "look", "1", "-o", str(tmp_path / "back.txt"), code=2)
    assert (tmp_path / "back.txt").read_text() == "seen"
    with no_room_beyond(3):
        told = console.refused("item", "evidence", "look", "1", "-o", str(tmp_path / "full.txt"), code=2)
    assert "full.txt cannot be written" in told["what"]
    assert not (tmp_path / "full.txt").exists()
    console.refused("item", "evidence", "look", "2", code=2)


def test_a_file_that_is_too_large_to_be_kept_is_recorded_by_hash_size_and_path(
    console: Console, tmp_path: Path
) -> None:
    growing = tmp_path / "growing"
    growing.write_text("password=abc\n" * (1024 * 1024 // 13))
    assert growing.stat().st_size < 1024 * 1024, "only with its secrets masked it is too large"
    kernels = Path("/proc/kallsyms")  # it says that it is empty until it is read
    for file in [growing, *([kernels] if kernels.exists() else [])]:
        data = file.read_bytes()
        console.json("item", "attach", "look", "--file", str(file))
        *_, listed = console.json("item", "evidence", "look")["evidence"]
        assert (listed["name"], listed["size"], listed["kept"]) == (file.name, len(data), False)
        assert listed["sha256"] == hashlib.sha256(data).hexdigest()
        assert listed["path"] == str(file)
        assert (
            f"only the hash of {file.name} is recorded" in console.say("item", "attach", "look", "--file", str(file))[2]
        )
        told = console.say("item", "evidence", "look")[1].splitlines()[-1]
        assert told.endswith("its hash alone")
        assert any(
            f"attached {file.name} ({len(data)} bytes, its hash alone)" in e["text"] for e in console.json("timeline")
        )


def test_of_evidence_that_cannot_be_written_whole_nothing_stays(console: Console, tmp_path: Path) -> None:
    (tmp_path / "shot.bin").write_bytes(b"\xff" * 500_000)
    console.json("item", "attach", "look", "--file", str(tmp_path / "shot.bin"))
    back = tmp_path / "back.bin"
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, before[1]))  # as a disk that is full by then
    try:
        refused = console.refused("item", "evidence", "look", "1", "-o", str(back), code=2)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert str(back) in refused["what"]
    assert refused["fix"]
    assert console.say("item", "evidence", "look", "1", "-o", str(back))[0] == 0
    assert back.read_bytes() == b"\xff" * 500_000


def test_the_name_of_a_file_is_one_line_of_the_list(console: Console, tmp_path: Path) -> None:
    file = tmp_path / "a\n2  audit.pdf"
    file.write_text("x")
    console.json("item", "attach", "look", "--file", str(file))
    (line,) = console.say("item", "evidence", "look")[1].splitlines()
    assert line.startswith("1  a\\x0a2  audit.pdf  1 bytes")


def test_several_open_runs_must_be_told_apart(console: Console) -> None:
    first = console.json("release", "show")["id"]
    second = console.json("release", "open", "hotfix", "--launch", "2030-01-01T01:00:00+01:00")
    assert second["launch_at"] == "2030-01-01T00:00:00.000Z"
    for command in (["status"], ["note", "x"], ["release", "hold", "--reason", "x"], ["timeline"]):
        error = console.refused(*command, code=2)
        assert error["code"] == "several-runs"
        assert first in error["fix"]
        assert second["id"] in error["fix"]
    assert console.json("status", "--run", second["id"])["run"]["name"] == "hotfix"
    assert console.json("status", "--run", "hotfix")["run"]["id"] == second["id"]
    assert console.json("probe")[0]["name"] == "up"
    assert [run["id"] for run in console.json("release", "list")] == [first, second["id"]]
    superseded = console.json("--by", "Ben", "release", "supersede", "--run", first, "--by", second["id"])
    assert superseded["state"] == "superseded"
    assert console.json("status")["run"]["id"] == second["id"]


def test_a_run_through_its_life(console: Console) -> None:
    assert console.json("release", "hold", "--reason", "wait")["state"] == "held"
    assert console.json("release", "resume")["state"] == "active"
    assert console.json("release", "retarget", "v1")["tag"] == "v1"
    assert (
        console.json("release", "move", "--launch", "2030-01-01T00:00:00Z")["launch_at"] == "2030-01-01T00:00:00.000Z"
    )
    assert console.json("release", "close")["state"] == "closed"
    assert console.refused("release", "show", code=4)["code"] == "no-run"
    assert console.json("status")["run"] is None
    assert console.refused("item", "tick", "look", code=2)["code"] == "no-run"
    assert console.json("release", "reopen")["state"] == "active"


def test_hostile_text_is_escaped(console: Console, flight: Flight) -> None:
    flight.git.output("update-ref", "refs/tags/v\u202e3", flight.git.text("rev-parse", "HEAD"))
    log = flight.var / "evil.log"
    log.write_bytes(b"a\x1b]0;pwned\x07b\rc\xc2\x9bd\xff\n")
    console.json("note", HOSTILE)
    console.json("item", "note", "look", "--reason", HOSTILE)
    console.json("item", "defer", "look", "--reason", HOSTILE)
    console.json("tags", "mark", "v1", "bad", "--reason", HOSTILE, "--by", HOSTILE)
    for command in (
        ["status"],
        ["timeline"],
        ["tags"],
        ["logs", str(log)],
        ["rollback", "v\u202e3"],
        ["release", "show"],
    ):
        status, out, err = console.say(*command)
        assert status == 0, err
        assert not set(out) & set("\x1b\u202e\x9b\x07\r\xff"), command
        assert not any(line.startswith("ticked everything") for line in out.splitlines())
    assert len(console.say("logs", str(log))[1].splitlines()) == 1
    assert any(HOSTILE in each["text"] for each in console.json("status")["items"][0]["evidence"])


def test_ticks_survive_any_checkout(console: Console, flight: Flight) -> None:
    console.json("item", "tick", "look")
    digest = console.json("status")["digest"]
    for revision in ("v1", "v2", "main"):
        flight.git.output("checkout", "--quiet", revision)
        assert console.json("status")["digest"] == digest
    flight.git.output("rm", "--quiet", "-r", "cockpit.yaml", "checklists")
    flight.git.output("commit", "--quiet", "--message", "without the cockpit's files")
    assert console.json("status")["items"][0]["state"] == "done"


def test_what_was_answered_survives_kill_9(console: Console) -> None:
    """Each note that was confirmed on stdout is there, however its writer ended."""
    loop = "import sys; from cockpit.cli.main import run\nfor n in range(1000): run(['note', f'note {n}'])"
    with subprocess.Popen([sys.executable, "-u", "-P", "-c", loop], cwd=console.repo, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        for _ in range(3):
            writer.stdout.readline()
        writer.send_signal(signal.SIGKILL)
        confirmed = 3 + len(writer.stdout.read().splitlines())
    notes = [each for each in console.json("timeline") if each["kind"] == "note.added"]
    assert len(notes) >= confirmed
    assert console.json("status")["bad_lines"] == 0


def test_the_timeline_says_who_when_and_what(console: Console) -> None:
    console.json("note", "all calm", "--by", "Ben")
    last = console.json("timeline", "--since", "1h")[-1]
    assert {"id", "at", "by", "host", "kind", "entity", "text"} <= set(last)
    assert (last["by"], last["kind"]) == ("Ben", "note.added")
    assert "all calm" in last["text"]
    assert console.json("timeline", "--since", "2030-01-01T00:00:00Z") == []
    assert console.refused("note", " ", code=4)


def test_the_signatures_of_tags_are_verified_where_that_is_asked_for_and_trusted(flight: Flight) -> None:
    key = flight.home / "key"
    subprocess.run([require("ssh-keygen"), "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    (flight.home / "signers").write_text(f"ana@example.org {key.with_suffix('.pub').read_text()}")
    workspace = flight.begin([], trust=False)
    for name, value in (("gpg.format", "ssh"), ("user.signingKey", key), ("gpg.ssh.allowedSignersFile", "../signers")):
        flight.git.output("config", name, str(value))
    flight.git.output("tag", "--sign", "--message=signed", "v3")
    console = Console(flight.repo)
    assert console.refused("tags", "--verify", code=4)["code"] == "not-trusted"
    flight.trust(workspace)
    told = {tag["name"]: tag["signature"] for tag in console.json("tags", "--verify")}
    assert told["v3"] == {"state": "verified", "by": "ana@example.org", "why": ""}
    assert told["v1"] is None
    assert {tag["signature"] for tag in console.json("tags")} == {None}
    assert "verified: ana@example.org" in console.say("tags", "--verify")[1]


def test_init_writes_a_valid_file_once(flight: Flight) -> None:
    (flight.repo / "deploy").mkdir()
    (flight.repo / "deploy" / "x; touch pwned.service").write_text("[Unit]")
    (flight.repo / "deploy" / "shop.service").write_text("[Unit]")
    console = Console(flight.repo)
    assert console.refused("status", code=2)["code"] == "no-configuration"
    assert console.refused("validate", code=2)["code"] == "no-configuration"
    assert console.process("init", "--json").returncode == 2
    assert console.json("init", "--yes")["written"] == ["cockpit.yaml"]
    text = (flight.repo / "cockpit.yaml").read_text()
    assert "systemctl stop shop.service" in text
    assert console.json("validate")["problems"] == []
    assert console.refused("init", "--yes", code=4)["code"] == "exists"
    assert (flight.repo / "cockpit.yaml").read_text() == text


def test_init_outside_a_repository_is_refused(tmp_path: Path) -> None:
    assert Console(tmp_path).refused("init", "--yes", code=4)["code"] == "no-repository"


def test_validate_says_where_and_what(console: Console, flight: Flight) -> None:
    (flight.repo / "cockpit.yaml").write_text("service: shop\nenvironment: {name: x}\nprobes:\n  a: {htp: x}\n")
    status, out, _ = console.say("validate")
    assert status == 2
    assert out.splitlines()[0].startswith("cockpit.yaml:4:")
    document = console.json("validate", code=2)
    assert document["problems"][0]["line"] == 4
    assert document["error"]["code"] == "configuration"
    assert console.json("validate", str(flight.repo / "none.yaml"), code=2)["error"]
    assert console.json("validate", str(flight.repo / "checklists" / "short.yaml"))["problems"] == []


def test_trust_is_given_once_for_this_very_digest(flight: Flight) -> None:
    flight.begin(trust=False)
    console = Console(flight.repo)
    shown = console.json("trust", "--show")
    assert shown["trusted"] is False
    assert console.json("trust")["trusted"] is True
    assert console.json("trust", "--show") == {**shown, "trusted": True}
    console.json("release", "close")
    flight.configure([])
    console.json("release", "open", "other")
    assert console.json("trust", "--show")["trusted"] is False


def test_a_release_serves_and_stops_quietly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COCKPIT_STATE_DIR", str(tmp_path / "state"))
    command = Console(tmp_path).command("demo", "--serve", str(tmp_path / "demo"))
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as demo:
        assert demo.stdout is not None
        # A script waits for these lines in a pipe.
        assert demo.stdout.readline().startswith("shop       http://127.0.0.1:")
        demo.send_signal(signal.SIGINT)
        demo.stdout.read()
        assert demo.wait(20) == 0
    assert (tmp_path / "demo" / "shop" / ".git").is_dir()
