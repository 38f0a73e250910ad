"""What the store adds to the bare work: `python -m tests.benchmarks.bench_store`.

An append against the write and fsync it comes down to; 100,000 lines decoded and hashed against msgspec alone on the
same lines; a poll over 400 files of which none has grown; a commit of one event among 100,000.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from cockpit.store.clock import HybridClock
from cockpit.store.envelope import By, Envelope, Line, decode_line
from cockpit.store.location import StoreLocation
from cockpit.store.reader import JournalReader
from cockpit.store.store import Store
from tests.benchmarks.figures import Result, Row, Scale, in_turns, times
from tests.benchmarks.table import run_alone

APPENDS = 1500
LINES = 100_000
FILES = 400
STREAM = "shop/production/spring-0a1b2c3d"
DATA = b'{"item":"deployment-day/deployment/verify-payment","state":"done","reason":{"sha256":"%s","size":120}}'


def open_store(location: StoreLocation, writer: int) -> Store:
    """Return a store of its own process start."""
    clock = HybridClock(lambda: time.time_ns() // 1_000_000)
    return Store.open(location, clock=clock, writer_id=f"{writer:032x}", host="bench")


def append(store: Store) -> None:
    """Append one event of the usual size."""
    store.append(
        STREAM, "item.done", "deployment-day/deployment/verify-payment", (), DATA % (b"a" * 64),
        by=By("Ana", "ana@example.org"), wall="2027-01-15T08:00:00Z",
    )  # fmt: skip


def bare_append(descriptor: int, line: bytes) -> None:
    """Do what no append can do without."""
    os.write(descriptor, line)
    os.fsync(descriptor)


def multiply(directory: Path, line: bytes, lines: int, files: int) -> None:
    """Spread copies of a line over journals, as many writers leave them."""
    for number in range(files):
        writer = f"{number + 1000:032x}".encode()
        name = directory / f"{writer.decode()}.1.jsonl"
        with name.open("wb") as file:
            for sequence in range(lines // files):
                numbered = line.replace(b'\\"s\\":1,', b'\\"s\\":%d,' % (sequence + 1), 1)
                file.write(numbered.replace(f"{1:032x}".encode(), writer, 1))


def rows(scale: Scale) -> Iterator[Result]:
    """Measure on a scratch repository."""
    lines, files = scale.of(LINES, 4_000), scale.of(FILES, 40)
    with tempfile.TemporaryDirectory() as directory:
        subprocess.run(["git", "init", "--quiet", directory], check=True)
        location = StoreLocation.of(Path(directory))
        store = open_store(location, 1)
        append(store)
        journal = location.journal / STREAM / f"{1:032x}.1.jsonl"
        line = journal.read_bytes()
        plain = os.open(location.root / "plain", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        ours, theirs = in_turns(scale.of(APPENDS, 100), lambda: append(store), lambda: bare_append(plain, line))
        os.close(plain)
        yield Row("append an event", "ms", times(1e3, ours), "write and fsync", times(1e3, theirs))

        outer, inner = msgspec.json.Decoder(Line), msgspec.json.Decoder(Envelope)
        many = [line.rstrip(b"\n")] * lines
        ours, theirs = in_turns(
            scale.rounds,
            lambda: [decode_line(each) for each in many],
            lambda: [inner.decode(outer.decode(each).b) for each in many],
        )
        yield Row(f"decode {lines:,} lines", "ms", times(1e3, ours), "msgspec, bare", times(1e3, theirs))

        multiply(journal.parent, line, lines, files)
        paths = sorted(location.journal.rglob("*.jsonl"))
        ours, theirs = in_turns(
            scale.rounds,
            lambda: JournalReader(location.root).poll(),
            lambda: [inner.decode(outer.decode(each).b) for path in paths for each in path.read_bytes().splitlines()],
        )
        what = f"load {lines:,} events from {files} files"
        yield Row(what, "ms", times(1e3, ours), "read, msgspec, bare", times(1e3, theirs))
        reader = JournalReader(location.root)
        reader.poll()
        ours, theirs = in_turns(scale.rounds, reader.poll, lambda: [os.stat(path) for path in paths])
        yield Row(f"poll {files} files, nothing new", "ms", times(1e3, ours), "a stat each", times(1e3, theirs))

        store.commit("everything")

        def one_more() -> None:
            append(store)
            store.commit("one more")

        git = ["git", "-C", directory, "-c", "user.name=u", "-c", "user.email=u@example.org"]
        bare = [*git, "commit", "--quiet", "--allow-empty", "--message", "one more"]
        ours, theirs = in_turns(scale.rounds, one_more, lambda: subprocess.run(bare, check=True))
        what = f"append and commit among {lines:,}"
        yield Row(what, "ms", times(1e3, ours), "git commit of nothing", times(1e3, theirs))
        store.close()


if __name__ == "__main__":
    run_alone(rows, __doc__)
