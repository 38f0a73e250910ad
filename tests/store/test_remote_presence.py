"""Presence across clones, on real repositories: seen while there, gone when gone, and garbage harms nobody."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from cockpit.release.live import Presence
from cockpit.store.location import StoreLocation
from cockpit.store.remote import StateRemote
from cockpit.store.remote_presence import FORGOTTEN_AFTER, PeopleElsewhere, RemotePresence, clone_id
from tests.store.support import git

NOW = 1_800_000_000.0
ANA = Presence("Ana", "bridge", "a" * 32, "screen", NOW - 900, "checklist: Look")
BEN = Presence("Ben \x1b[31m発", "laptop", "b" * 32, "screen", NOW - 300, "tags")
WATCHER = Presence("Ana", "bridge", "c" * 32, "watcher", NOW - 900)


class Side:
    """One clone, its word on the remote, and a way to fetch."""

    def __init__(self, root: Path, name: str, remote: Path, *, branch: str = "") -> None:
        git(root, "clone", "-q", str(remote), name)
        self.location = StoreLocation.of(root / name)
        self.location.temporary.mkdir(parents=True)
        found = StateRemote.of(self.location, branch=branch)
        assert found is not None
        self.remote = found
        self.clone = clone_id(self.location, "h1")
        self.presence = RemotePresence(self.location, found, self.clone)

    def hear(self, now: float) -> tuple[Presence, ...]:
        self.remote.fetch()
        return self.presence.others(now)


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    directory = tmp_path / "remote.git"
    git(tmp_path, "init", "-q", "--bare", str(directory))
    return directory


@pytest.fixture
def ana(tmp_path: Path, remote: Path) -> Side:
    return Side(tmp_path, "ana", remote)


@pytest.fixture
def ben(tmp_path: Path, remote: Path) -> Side:
    return Side(tmp_path, "ben", remote)


def refs(remote: Path) -> list[str]:
    return git(remote, "for-each-ref", "--format=%(refname)", "refs/cockpit/presence").splitlines()


def word_of(side: Side) -> str:
    return git(side.location.common, "ls-remote", "origin", f"refs/cockpit/presence/{side.clone}").split("\t")[0]


def test_each_sees_who_is_on_the_other_clone_and_neither_itself(ana: Side, ben: Side, remote: Path) -> None:
    ana.presence.publish([ANA, WATCHER], NOW)
    ben.presence.publish([BEN], NOW)
    (seen,) = ana.hear(NOW + 3)
    assert (seen.name, seen.host, seen.looking_at, seen.since) == (BEN.name, "laptop", "tags", BEN.since)
    assert (seen.remote, seen.seen, seen.here(NOW + 3)) == (True, NOW, True)
    (seen,) = ben.hear(NOW + 3)
    assert (seen.name, seen.looking_at) == ("Ana", "checklist: Look")
    assert len(refs(remote)) == 2
    assert ana.presence.trouble == ben.presence.trouble == ""


def test_whoever_leaves_is_gone_at_once_and_so_is_the_ref(ana: Side, ben: Side, remote: Path) -> None:
    ana.presence.publish([ANA], NOW)
    assert ben.hear(NOW)
    ana.presence.withdraw(NOW + 1)
    assert refs(remote) == []
    assert ben.hear(NOW + 1) == ()
    ana.presence.withdraw(NOW + 2)
    ana.presence.publish([], NOW + 100)
    assert ana.presence.trouble == ""


def test_whoever_was_killed_is_last_seen_some_time_ago_and_then_forgotten(ana: Side, ben: Side) -> None:
    ana.presence.publish([ANA], NOW)
    for age, here in ((0.0, True), (59.0, True), (61.0, False), (FORGOTTEN_AFTER - 1, False)):
        (seen,) = ben.hear(NOW + age)
        assert (seen.here(NOW + age), seen.seen) == (here, NOW)
    assert ben.hear(NOW + FORGOTTEN_AFTER + 1) == ()
    again = PeopleElsewhere(ben.location, ben.clone)
    assert again.others(NOW + 180)[0].seen == NOW, "also for a process that starts only then"


def test_a_sign_of_life_is_sent_at_once_where_people_change_and_seldom_where_nothing_does(ana: Side) -> None:
    def told(people: list[Presence], at: float) -> bool:
        before = word_of(ana)
        ana.presence.publish(people, NOW + at)
        return word_of(ana) != before

    on_tags = Presence("Ana", "bridge", "a" * 32, "screen", ANA.since, "tags")
    on_item = Presence("Ana", "bridge", "a" * 32, "screen", ANA.since, "tags: v1")
    assert not told([WATCHER], 0), "a watcher is nobody"
    assert told([ANA], 0)
    assert not told([on_tags], 1)
    assert told([on_tags], 3)
    assert not told([on_item], 10)
    assert told([on_item], 19)
    assert told([on_item, BEN], 22)
    assert not told([on_item, BEN], 60)
    assert told([on_item, BEN], 63)
    assert told([on_item, BEN], -5000), "a clock set back silences nobody"


def test_clocks_that_differ_hide_nobody(ana: Side, ben: Side) -> None:
    slow = NOW - 7200
    ana.presence.publish([ANA], slow)
    assert ben.hear(NOW) == (), "what was said two hours ago may be of somebody long gone"
    ana.presence.publish([ANA], slow + 41)
    (seen,) = ben.hear(NOW + 43)
    assert seen.here(NOW + 43)
    (seen,) = ben.hear(NOW + 43 + 180)
    assert not seen.here(NOW + 43 + 180)
    ahead = NOW + 7200
    ana.presence.publish([ANA], ahead)
    assert ben.hear(NOW + 300)[0].here(NOW + 300)
    assert ben.hear(NOW + 300 + FORGOTTEN_AFTER + 1) == ()


def test_a_copy_of_a_clone_is_another_one(ana: Side, tmp_path: Path, remote: Path) -> None:
    shutil.copytree(tmp_path / "ana", tmp_path / "copy", symlinks=True)
    copy = StoreLocation.of(tmp_path / "copy")
    assert clone_id(copy, "h1") != ana.clone
    assert clone_id(ana.location, "h2") != ana.clone
    assert clone_id(StoreLocation.of(tmp_path / "ana"), "h1") == ana.clone


GARBAGE = [
    b"", b"not json", b"{}", b"[]", b'{"clone":"x","at":1,"people":[]}', b"\xff\xfe", b'{"clone":7}',
    json.dumps({"clone": "d" * 32, "at": "now", "people": []}).encode(),
    json.dumps({"clone": "d" * 32, "at": 1e308, "people": [{"name": 1}]}).encode(), b"[" * 5000,
]  # fmt: skip


def test_garbage_hides_nobody(ana: Side, ben: Side, remote: Path, tmp_path: Path) -> None:
    tree = git(remote, "hash-object", "-t", "tree", "-w", "/dev/null")
    for number, message in enumerate(GARBAGE):
        (tmp_path / "message").write_bytes(message)
        commit = git(
            remote, "-c", "user.name=x", "-c", "user.email=x", "commit-tree", "-F", str(tmp_path / "message"), tree
        )
        git(remote, "update-ref", f"refs/cockpit/presence/{number:032x}", commit)
    blob = git(remote, "hash-object", "-w", str(tmp_path / "message"))
    git(remote, "update-ref", "refs/cockpit/presence/blob", blob)
    git(remote, "update-ref", "refs/cockpit/presence/deep/er", tree)
    ana.presence.publish([ANA], NOW)
    assert [one.name for one in ben.hear(NOW)] == ["Ana"]


def test_a_newer_cockpits_fields_are_passed_over(ben: Side, remote: Path) -> None:
    person = {"name": "Eve", "host": "h", "writer": "e" * 32, "kind": "screen", "since": NOW, "mood": "fine"}
    message = json.dumps({"clone": "e" * 32, "at": NOW, "people": [person], "more": {}})
    tree = git(remote, "hash-object", "-t", "tree", "-w", "/dev/null")
    commit = git(remote, "commit-tree", "-m", message, tree)
    git(remote, "update-ref", f"refs/cockpit/presence/{'e' * 32}", commit)
    assert [one.name for one in ben.hear(NOW)] == ["Eve"]


def test_what_was_left_behind_a_day_ago_is_taken_away_by_whoever_comes(ana: Side, ben: Side, remote: Path) -> None:
    ana.presence.publish([ANA], NOW)
    ben.remote.fetch()
    ben.presence.publish([BEN], NOW + 90_000)
    assert refs(remote) == [f"refs/cockpit/presence/{ben.clone}"]


def test_a_remote_out_of_reach_is_no_failure_and_is_not_asked_all_the_time(
    ana: Side, remote: Path, tmp_path: Path
) -> None:
    away = remote.rename(tmp_path / "away.git")
    ana.presence.publish([ANA], NOW)
    assert ana.presence.trouble
    assert not ana.presence.due([ANA], NOW + 30)
    assert ana.presence.due([ANA], NOW + 61)
    away.rename(remote)
    ana.presence.publish([ANA], NOW + 61)
    assert ana.presence.trouble == ""
    assert refs(remote)


def test_a_remote_that_refuses_is_left_alone_for_long(ana: Side, remote: Path) -> None:
    hook = remote / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho no presence here\nexit 1\n")
    hook.chmod(0o755)
    ana.presence.publish([ANA], NOW)
    assert "no presence here" in ana.presence.trouble
    assert not ana.presence.due([ANA], NOW + 300)


def test_where_the_state_lives_on_a_branch_nobody_tells_who_is_here(tmp_path: Path, remote: Path) -> None:
    side = Side(tmp_path, "cleo", remote, branch="cockpit-state")
    assert not side.presence.due([ANA], NOW)
    side.presence.publish([ANA], NOW)
    assert git(remote, "for-each-ref") == ""
