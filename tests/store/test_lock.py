from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from cockpit.errors import RefusedError
from cockpit.store.lock import FileLock, Held, holder_of

ANA = Held("Ana", "h1", 4711, "2027-01-15T08:00:00Z", "rollback to v1", "n-1")
BEN = Held("Ben", "h2", 1, "2027-01-15T09:00:00Z", "deploy", "n-2")

HOLDER = """
import os, subprocess, sys
from pathlib import Path
from cockpit.store.lock import FileLock, Held
FileLock(Path(sys.argv[1]), Held("Ana", "h1", os.getpid(), "noon", "rollback")).acquire()
child = subprocess.Popen(["sleep", "60"], close_fds=False)
print(child.pid, flush=True)
sys.stdin.read()
"""

# What another thread's fork does between its fork and its exec: it holds a copy of every descriptor.
FORKER = """
import os, sys, time
from pathlib import Path
from cockpit.store.lock import FileLock, Held, holder_of
path = Path(sys.argv[1])
lock = FileLock(path, Held("Ana", "h1", os.getpid(), "noon", "rollback"))
lock.acquire()
child = os.fork()
if child == 0:
    time.sleep(60)
lock.release()
print(holder_of(path))
os.kill(child, 9)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "execute-shop-production.lock"


def test_a_second_holder_is_refused_and_told_who_and_since_when(path: Path) -> None:
    with FileLock(path, ANA):
        assert holder_of(path) == ANA
        with pytest.raises(RefusedError) as caught:
            FileLock(path, BEN).acquire()
        assert caught.value.code == "locked"
        for word in ("execute-shop-production", "Ana", "h1", "4711", "2027-01-15T08:00:00Z", "rollback to v1"):
            assert word in str(caught.value)
        assert holder_of(path) == ANA
    assert holder_of(path) is None
    with FileLock(path, BEN):
        assert holder_of(path) == BEN


def test_a_lock_is_free_at_once_also_where_a_program_is_just_being_started(path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", FORKER, str(path)], capture_output=True, text=True, check=True)
    assert done.stdout == "None\n"


def test_nobody_holds_a_lock_that_was_never_taken(path: Path) -> None:
    assert holder_of(path) is None


def test_a_lock_waits_as_long_as_it_is_told(path: Path) -> None:
    first = FileLock(path, ANA)
    first.acquire()
    threading.Timer(0.15, first.release).start()
    with FileLock(path, BEN, wait=20):
        assert holder_of(path) == BEN


def test_taking_it_twice_is_a_mistake(path: Path) -> None:
    lock = FileLock(path, ANA)
    with lock, pytest.raises(RuntimeError, match="held already"):
        lock.acquire()
    lock.release()
    assert holder_of(path) is None


def test_death_releases_it_although_a_child_lives_on(path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        child = int(holder.stdout.readline())
        try:
            held = holder_of(path)
            assert held is not None
            assert (held.owner, held.pid) == ("Ana", holder.pid)
            holder.kill()
            holder.wait()
            assert path.read_bytes() != b""
            assert holder_of(path) is None
            with FileLock(path, BEN):
                assert holder_of(path) == BEN
        finally:
            os.kill(child, 9)


def test_a_lock_file_that_was_removed_does_not_make_two_holders(path: Path) -> None:
    first = FileLock(path, ANA)
    first.acquire()
    opened = os.open(path, os.O_RDONLY)
    path.unlink()
    with FileLock(path, BEN):
        assert holder_of(path) == BEN
    first.release()
    os.close(opened)


def test_a_lock_file_that_is_removed_between_opening_and_locking_is_opened_again(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flock, times = fcntl.flock, iter([True])

    def removing(descriptor: int, operation: int) -> None:
        if next(times, False):
            path.unlink()
        flock(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", removing)
    with FileLock(path, ANA):
        assert holder_of(path) == ANA


def test_what_a_dead_holder_wrote_is_gone(path: Path) -> None:
    path.write_bytes(b"x" * 5000)
    with FileLock(path, BEN):
        assert holder_of(path) == BEN
        assert b"x" not in path.read_bytes()


def test_content_that_nobody_can_read_still_means_held(path: Path) -> None:
    with FileLock(path, ANA):
        path.write_bytes(b"\xff")
        assert holder_of(path) is not None
        with pytest.raises(RefusedError, match="locked by somebody"):
            FileLock(path, BEN).acquire()


def test_a_shared_repository_shares_its_locks(path: Path) -> None:
    before = os.umask(0o077)
    try:
        with FileLock(path, ANA, share=0o660):
            assert path.stat().st_mode & 0o777 == 0o660
    finally:
        os.umask(before)
