"""Several processes at once, and a user at work in the same repository."""

from __future__ import annotations

import subprocess
import sys
import threading
from contextlib import ExitStack
from pathlib import Path

import pytest

from cockpit.store.location import StoreLocation
from tests.store.support import REF, git, ids, journal_files, published, start, tick

COMMITTER = """
import secrets, sys
from pathlib import Path
from cockpit.store.location import StoreLocation
from tests.store.support import start, tick

store = start(StoreLocation.of(Path(sys.argv[1])), int(secrets.token_hex(16), 16))
for number in range(int(sys.argv[2])):
    event = tick(store, number)
    print(event.id, store.commit(f"{number}").commit, flush=True)
store.close()
"""


def run_committers(repository: Path, processes: int, commits: int) -> list[list[str]]:
    """Let several processes append and commit at once; return each event's id and commit."""
    command = [sys.executable, "-c", COMMITTER, str(repository), str(commits)]
    with ExitStack() as stack:
        children = [
            stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True)) for _ in range(processes)
        ]
        said = [child.communicate()[0] for child in children]
    assert [child.returncode for child in children] == [0] * processes
    return [line.split() for each in said for line in each.splitlines()]


def check_history(location: StoreLocation, said: list[list[str]]) -> None:
    """Everything acknowledged is in the ref, and every commit in its history."""
    history = git(location.common, "rev-list", REF).split()
    assert {commit for _, commit in said} <= set(history)
    tree = published(location)
    for path in journal_files(location):
        assert tree[path.relative_to(location.root).as_posix()] == path.read_bytes()
    assert {event for event, _ in said} == ids(start(location).load())
    git(location.common, "fsck", "--strict")


def test_two_processes_commit_at_once(location: StoreLocation, repository: Path) -> None:
    said = run_committers(repository, 2, 4)
    assert len(said) == 8
    check_history(location, said)


@pytest.mark.full
def test_processes_and_a_rival_that_takes_no_lock_lose_nothing(location: StoreLocation, repository: Path) -> None:
    rivals: list[str] = []
    done = threading.Event()

    def rival() -> None:
        while not done.wait(0.2):  # now and then: one that wins every time would leave nobody else a turn
            tip = git(repository, "rev-parse", "--verify", "-q", REF, check=False)
            if tip:
                made = git(repository, "commit-tree", "-p", tip, "-m", "rival", f"{tip}^{{tree}}")
                git(repository, "update-ref", REF, made, tip, check=False)
                if git(repository, "rev-parse", REF) == made:
                    rivals.append(made)

    thread = threading.Thread(target=rival)
    thread.start()
    try:
        said = run_committers(repository, 3, 25)
    finally:
        done.set()
        thread.join()
    check_history(location, said)
    assert rivals
    assert set(rivals) <= set(git(repository, "rev-list", REF).split())


@pytest.mark.full
@pytest.mark.parametrize("work", ["rebase", "checkout", "gc", "prune"])
def test_commits_and_the_users_own_work_do_not_meet(location: StoreLocation, repository: Path, work: str) -> None:
    git(repository, "checkout", "-q", "-b", "topic", "v1")
    for number in range(4):
        (repository / f"{number}.txt").write_text("x")
        git(repository, "add", ".")
        git(repository, "commit", "-q", "-m", f"{number}")
    bases = ["v1", "main"]
    failures: list[str] = []
    done = threading.Event()

    def toil() -> None:
        turn = 0
        while not done.is_set():
            turn += 1
            try:
                if work == "rebase":
                    git(repository, "rebase", "-q", "--onto", bases[turn % 2], "HEAD~4")
                elif work == "checkout":
                    git(repository, "checkout", "-q", ("v1", "v2", "topic")[turn % 3])
                elif work == "gc":
                    git(repository, "gc", "-q")
                else:
                    git(repository, "gc", "-q", "--prune=now")
                    done.wait(0.3)  # it removes what is being written: a commit must get between two of them
            except AssertionError as error:
                failures.append(str(error))
                return

    thread = threading.Thread(target=toil)
    thread.start()
    try:
        said = run_committers(repository, 2, 20)
    finally:
        done.set()
        thread.join()
    assert failures == []
    if work == "prune":  # it may cost the newest commits, as git-gc(1) warns; what they held is published again
        said = [[event, str(start(location).commit("settle").commit)] for event, _ in said]
    check_history(location, said)
    assert git(repository, "status", "--porcelain") == ""


def test_a_commit_in_the_middle_of_a_conflicted_rebase(location: StoreLocation, repository: Path) -> None:
    git(repository, "checkout", "-q", "-b", "topic", "v1")
    (repository / "app.txt").write_text("conflict")
    git(repository, "commit", "-q", "-am", "theirs")
    git(repository, "rebase", "-q", "main", check=False)
    before = git(repository, "status", "--porcelain=v2", "--branch")
    assert "u UU" in before
    store = start(location)
    tick(store)
    assert store.commit("meanwhile").moved
    store.close()
    assert git(repository, "status", "--porcelain=v2", "--branch") == before
    git(repository, "rebase", "--abort")
