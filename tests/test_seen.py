"""What was seen is kept by clone, run and person, grows only, and a broken file is no failure."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cockpit.release.events import NoteAdded
from cockpit.release.record import TextRef
from cockpit.seen import SeenStore, write_whole
from tests.release.support import RUN_ID, record

REF = TextRef("0" * 64, 1)
HOSTILE = "../../x\x00\n/Ana"


def test_it_is_of_one_clone_run_and_person(tmp_path: Path) -> None:
    store = SeenStore(Path("/srv/one/.git"), tmp_path)
    store.mark(RUN_ID, "Ana", [record(NoteAdded(REF), "run", s=3)], 5.0)
    seen = store.read(RUN_ID, "Ana")
    assert seen is not None
    assert (seen.at, seen.heads) == (5.0, {f"shop/live/{RUN_ID} {'a' * 32}": 3})
    assert store.read(RUN_ID, "Ben") is None
    assert store.read("autumn-0a1b2c3d", "Ana") is None
    assert SeenStore(Path("/srv/two/.git"), tmp_path).read(RUN_ID, "Ana") is None


def test_what_another_window_saw_stays_seen(tmp_path: Path) -> None:
    store = SeenStore(Path("/srv/one/.git"), tmp_path)
    store.mark(RUN_ID, "Ana", [record(NoteAdded(REF), "run", s=3), record(NoteAdded(REF), "run", s=1, w="b" * 32)], 1.0)
    store.mark(RUN_ID, "Ana", [record(NoteAdded(REF), "run", s=2)], 2.0)
    seen = store.read(RUN_ID, "Ana")
    assert seen is not None
    assert sorted(seen.heads.values()) == [1, 3]


@pytest.mark.parametrize("content", [b"", b"{}", b"not json", b"\xff", b'{"at":1,"heads":{"x":"y"}}'])
def test_a_broken_file_costs_a_summary_and_nothing_else(tmp_path: Path, content: bytes) -> None:
    store = SeenStore(Path("/srv/one/.git"), tmp_path)
    store.mark("", HOSTILE, [], 1.0)
    (file,) = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert file.parent.parent.parent == tmp_path
    file.write_bytes(content)
    assert store.read("", HOSTILE) is None
    store.mark("", HOSTILE, [], 2.0)
    assert store.read("", HOSTILE) is not None


def test_threads_that_write_the_same_file_at_once_leave_it_whole_and_none_fails(tmp_path: Path) -> None:
    path = tmp_path / "seen" / "one.json"
    texts = [bytes([letter]) * size for letter, size in ((97, 10), (98, 200_000))]

    def write(text: bytes) -> None:
        for _ in range(200):
            write_whole(path, text)

    with ThreadPoolExecutor(len(texts)) as pool:
        list(pool.map(write, texts))
    assert path.read_bytes() in texts
    assert [one.name for one in path.parent.iterdir()] == [path.name]
