"""Presence: whoever lives is always seen, and whoever died is not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from cockpit.presence import PresenceFile, present
from cockpit.release.live import Presence


def somebody(number: int = 1, *, looking_at: str = "") -> Presence:
    return Presence("Ana", "h1", f"{number:032x}", "screen", 1000.0 - number, looking_at)


def test_those_who_are_here_are_listed_in_order_of_arrival(tmp_path: Path) -> None:
    place = tmp_path / "run" / "presence"
    assert present(place) == ()
    with PresenceFile(place, somebody(1)), PresenceFile(place, somebody(2)):
        assert present(place) == (somebody(2), somebody(1))
    assert present(place) == ()
    assert list(place.iterdir()) == []


def test_what_they_look_at_is_told_also_where_it_gets_shorter(tmp_path: Path) -> None:
    with PresenceFile(tmp_path, somebody()) as entry:
        for place in ("probes", "a very long page name", "x", ""):
            entry.look_at(place)
            assert present(tmp_path) == (somebody(looking_at=place),)
        entry.call("Benedikta")
        assert [one.name for one in present(tmp_path)] == ["Benedikta"]


_STAY = """
import sys, time
from pathlib import Path
from cockpit.presence import PresenceFile
from cockpit.release.live import Presence
PresenceFile(Path(sys.argv[1]), Presence("Ben", "h1", "b" * 32, "screen", 1.0))
print("here", flush=True)
time.sleep(60)
"""


def test_whoever_was_killed_is_gone_and_so_is_the_file(tmp_path: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", _STAY, str(tmp_path)], stdout=subprocess.PIPE)
    assert child.stdout is not None
    with child.stdout:
        assert child.stdout.readline() == b"here\n"
        (found,) = present(tmp_path)
        assert found.name == "Ben"
        os.kill(child.pid, signal.SIGKILL)
    child.wait()
    assert present(tmp_path) == ()
    assert list(tmp_path.iterdir()) == []


def test_no_reader_ever_misses_or_removes_a_live_one(tmp_path: Path) -> None:
    stop = threading.Event()
    missed: list[Sequence[Presence]] = []

    def read() -> None:
        while not stop.is_set():
            found = present(tmp_path)
            if somebody(1).writer not in {each.writer for each in found}:
                missed.append(found)

    with PresenceFile(tmp_path, somebody(1)) as steady:
        readers = [threading.Thread(target=read) for _ in range(3)]
        for reader in readers:
            reader.start()
        try:
            for number in range(200):
                steady.look_at("a long name of a page " * (number % 7))
                with PresenceFile(tmp_path, somebody(2 + number)):
                    assert (tmp_path / f"{2 + number:032x}.json").exists(), "nobody took the newcomer for dead"
        finally:
            stop.set()
            for reader in readers:
                reader.join()
    assert missed == []


@pytest.mark.parametrize("content", [b"", b"not json", b"{}", b"\xff"])
def test_an_entry_of_the_dead_is_removed_whatever_is_in_it(tmp_path: Path, content: bytes) -> None:
    (tmp_path / f"{'c' * 32}.json").write_bytes(content)
    with PresenceFile(tmp_path, somebody()):
        assert present(tmp_path) == (somebody(),)
        assert len(list(tmp_path.iterdir())) == 1


def test_leaving_twice_over_a_file_that_somebody_removed_is_no_failure(tmp_path: Path) -> None:
    entry = PresenceFile(tmp_path, somebody())
    (tmp_path / f"{somebody().writer}.json").unlink()
    entry.close()
    assert present(tmp_path) == ()
