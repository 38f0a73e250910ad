"""A disk that is really full: what does not reach it is refused, what did is whole, and work goes on afterwards."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cockpit.codec import named_blobs
from cockpit.errors import GitError, NotSavedError
from cockpit.store.doctor.examine import examine
from cockpit.store.envelope import Stored
from cockpit.store.layout import STATE_REF
from cockpit.store.location import StoreLocation
from cockpit.store.store import Store
from tests.store.support import STREAM, git, ids, journal_files, make_repository, published, start, tick

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")


class Disk:
    """A file system of 4 MiB with a repository on it."""

    def __init__(self, directory: Path) -> None:
        self.ballast = directory / "ballast"
        self.location = StoreLocation.of(make_repository(directory / "repository"))

    def fill(self, *, leave: int = 0) -> None:
        """Leave so many bytes free, in whole pages."""
        with self.ballast.open("ab", buffering=0) as file, contextlib.suppress(OSError):
            while file.write(b"x" * 4096):
                pass
        if leave:
            os.truncate(self.ballast, self.ballast.stat().st_size - leave)

    def make_room(self) -> None:
        self.ballast.unlink()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    directory = tmp_path / "disk"
    directory.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(directory)], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"no small disk can be mounted here: {mounted.stderr.strip()}")
    try:
        yield Disk(directory)
    finally:
        subprocess.run(["umount", "--lazy", str(directory)], check=True)


def until_full(store: Store) -> list[Stored]:
    """Append until the disk refuses; return what was acknowledged."""
    events: list[Stored] = []
    with pytest.raises(NotSavedError, match=r"not saved.*No space left") as refusal:
        while True:
            events.append(tick(store, len(events)))
    assert "Make room" in refusal.value.fix
    return events


def whole(location: StoreLocation, events: list[Stored]) -> None:
    """Exactly what was acknowledged is there, and the doctor has no complaint."""
    assert ids(start(location).load()) == ids(events)
    found = examine(location, named=named_blobs, host="h1", mend=False)
    assert found.findings == ()


@needs_root
def test_events_on_a_full_disk(disk: Disk) -> None:
    store = start(disk.location)
    events = [tick(store)]
    disk.fill(leave=12288)
    events += until_full(store)
    assert len(events) > 3
    with pytest.raises(NotSavedError):
        tick(store, stream="shop/production/_service")
    assert all(path.read_bytes().endswith(b"\n") for path in journal_files(disk.location) if path.stat().st_size)
    disk.make_room()
    events += [tick(store), tick(store, stream="shop/production/_service")]
    assert [event.envelope.s for event in events if event.envelope.stream == STREAM] == list(range(1, len(events)))
    assert store.commit("room again").moved
    store.close()
    whole(disk.location, events)


@needs_root
def test_the_first_event_of_a_process_on_a_full_disk(disk: Disk) -> None:
    store = start(disk.location)
    disk.fill()
    with pytest.raises(NotSavedError, match="not saved"):
        tick(store)
    disk.make_room()
    events = [tick(store)]
    store.close()
    whole(disk.location, events)


@needs_root
def test_evidence_on_a_full_disk(disk: Disk) -> None:
    store = start(disk.location)
    events = [tick(store)]
    disk.fill(leave=8192)
    with pytest.raises(NotSavedError, match=r"evidence was not saved.*No space left"):
        store.evidence.put(b"x" * 100_000)
    assert list(disk.location.evidence.iterdir()) == []
    assert list(disk.location.temporary.iterdir()) == []
    disk.make_room()
    ref = store.evidence.put(b"x" * 100_000)
    assert store.evidence.get(ref.sha256).content == b"x" * 100_000
    store.close()
    whole(disk.location, events)


@needs_root
def test_a_commit_on_a_full_disk(disk: Disk) -> None:
    store = start(disk.location)
    events = [tick(store)]
    first = store.commit("room")
    for free in (40960, 20480, 8192, 0):
        with contextlib.suppress(FileNotFoundError):
            disk.make_room()
        events += [tick(store, number) for number in range(40)]
        disk.fill(leave=free)
        with contextlib.suppress(GitError):
            store.commit("no room")
        git(disk.location.common, "rev-parse", "--verify", f"{STATE_REF}^{{tree}}")
    with pytest.raises(GitError) as refusal:
        store.commit("no room at all")
    assert "No space left" in str(refusal.value) or "unable to write" in str(refusal.value)
    disk.make_room()
    assert store.commit("room again").moved
    store.close()
    git(disk.location.common, "fsck", "--strict", "--connectivity-only")
    assert git(disk.location.common, "merge-base", "--is-ancestor", str(first.commit), STATE_REF) == ""
    tree = published(disk.location)
    assert all(
        tree[path.relative_to(disk.location.root).as_posix()] == path.read_bytes()
        for path in journal_files(disk.location)
    )
    whole(disk.location, events)


LIMITED = """
import resource, sys
from pathlib import Path
from cockpit.errors import GitError
from cockpit.store.location import StoreLocation
from tests.store.support import start, tick

store = start(StoreLocation.of(Path(sys.argv[1])))
for number in range(30):
    tick(store, number)
hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), hard))
try:
    store.commit("limited")
except GitError as error:
    print(error)
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
print(store.commit("unlimited").moved)
"""


@pytest.mark.parametrize("limit", [0, 600])
def test_a_commit_that_may_not_write_enough(location: StoreLocation, repository: Path, limit: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(repository), str(limit)], capture_output=True, text=True, check=False
    )
    *complaint, moved = done.stdout.splitlines()
    assert moved == "True", done.stderr
    assert complaint
    git(repository, "fsck", "--strict")
    assert len(start(location).load()) == 30
