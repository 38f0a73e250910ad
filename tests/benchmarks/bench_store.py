"""What the store adds to the bare work: `python -m tests.benchmarks.bench_store`.

An append against the write and fsync it comes down to; 100,000 lines decoded and hashed against msgspec alone on the
same lines; a poll over 400 files of which none has grown; a commit of one event among 100,000.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from cockpit.store.clock import HybridClock
from cockpit.store.envelope import By, Envelope, Line, decode_line
from cockpit.store.location import StoreLocation
from cockpit.store.reader import JournalReader
from cockpit.store.store import Store

ROUNDS = 7
APPENDS = 1500
LINES = 100_000
FILES = 400
STREAM = "shop/production/spring-0a1b2c3d"
DATA = b'{"item":"deployment-day/deployment/verify-payment","state":"done","reason":{"sha256":"%s","size":120}}'


def median(action: Callable[[], object]) -> float:
    """Return the median of seconds that `action` takes, after one round to warm the caches."""
    action()
    taken = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        action()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


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


def in_turns(first: Callable[[], object], second: Callable[[], object]) -> tuple[float, float]:
    """Return the medians of seconds that two actions take, done in turns: a busy disk slows both alike."""
    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(APPENDS):
        for action, times in zip((first, second), taken, strict=True):
            started = time.perf_counter()
            action()
            times.append(time.perf_counter() - started)
    return statistics.median(taken[0]), statistics.median(taken[1])


def multiply(directory: Path, line: bytes) -> None:
    """Spread 100,000 copies of a line over 400 journals, as many writers leave them."""
    for number in range(FILES):
        writer = f"{number + 1000:032x}".encode()
        name = directory / f"{writer.decode()}.1.jsonl"
        with name.open("wb") as file:
            for sequence in range(LINES // FILES):
                numbered = line.replace(b'\\"s\\":1,', b'\\"s\\":%d,' % (sequence + 1), 1)
                file.write(numbered.replace(f"{1:032x}".encode(), writer, 1))


def main() -> None:
    """Print one line a measurement."""
    with tempfile.TemporaryDirectory() as directory:
        subprocess.run(["git", "init", "--quiet", directory], check=True)
        location = StoreLocation.of(Path(directory))
        store = open_store(location, 1)
        append(store)
        journal = location.journal / STREAM / f"{1:032x}.1.jsonl"
        line = journal.read_bytes()
        plain = os.open(location.root / "plain", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        bare, stored = in_turns(lambda: bare_append(plain, line), lambda: append(store))
        os.close(plain)
        print(f"append: {stored * 1e3:.3f} ms, bare write + fsync {bare * 1e3:.3f} ms: {stored / bare:.2f} times")

        outer, inner = msgspec.json.Decoder(Line), msgspec.json.Decoder(Envelope)
        lines = [line.rstrip(b"\n")] * LINES
        bare = median(lambda: [inner.decode(outer.decode(each).b) for each in lines])
        decoded = median(lambda: [decode_line(each) for each in lines])
        print(f"decode of {LINES}: {decoded:.3f} s, bare msgspec {bare:.3f} s: {decoded / bare:.2f} times")

        multiply(journal.parent, line)
        print(f"load of {LINES} from {FILES} files: {median(lambda: JournalReader(location.root).poll()):.3f} s")
        reader = JournalReader(location.root)
        reader.poll()
        print(f"poll of {FILES} files, nothing new: {median(reader.poll) * 1e3:.2f} ms")

        store.commit("everything")

        def one_more() -> None:
            append(store)
            store.commit("one more")

        print(f"append and commit among {LINES}: {median(one_more) * 1e3:.1f} ms")
        store.close()


if __name__ == "__main__":
    main()
