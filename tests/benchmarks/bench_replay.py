"""How long a long flight takes to open: `python -m tests.benchmarks.bench_replay`.

100,000 events read from their journals and folded into a `Run`, against decoding alone; and a whole
`cockpit status --json` process on a run of 10,000 events, against one on a run that has just been opened.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from cockpit.store.envelope import Envelope, Line
from cockpit.store.reader import JournalReader
from cockpit.workspace import Workspace
from tests.benchmarks.flights import extend, open_flight

EVENTS = 100_000
STATUS_EVENTS = 10_000
ROUNDS = 5


def median(action: Callable[[], object], *, before: Callable[[], object] = lambda: None) -> float:
    """Return the median of seconds that `action` takes, after one round to warm the caches.

    What it returns is let go, and `before` is called, between the rounds.
    """
    action()
    taken = []
    for _ in range(ROUNDS):
        before()
        started = time.perf_counter()
        kept = action()
        taken.append(time.perf_counter() - started)
        del kept
    return statistics.median(taken)


def bare(workspace: Workspace) -> int:
    """Decode every line of the journals, and nothing else."""
    outer, inner = msgspec.json.Decoder(Line), msgspec.json.Decoder(Envelope)
    count = 0
    for path in workspace.store.location.journal.rglob("*.jsonl"):
        for line in path.read_bytes().splitlines():
            inner.decode(outer.decode(line).b)
            count += 1
    return count


def replay(workspace: Workspace, run_id: str) -> None:
    """Turn to the run, as a process does when it opens it: read and fold all that there is."""
    workspace.session.focus(run_id, workspace.session.run_pinned)


def status(repository: Path) -> None:
    """Run `cockpit status --json` as a process of its own."""
    command = [sys.executable, "-P", "-m", "cockpit", "status", "--json", "--repo", str(repository)]
    subprocess.run(command, check=True, capture_output=True)


def main() -> None:
    """Print one row a measurement."""
    rows = []
    with tempfile.TemporaryDirectory() as directory:
        long, short, fresh = (open_flight(Path(directory, name)) for name in ("long", "short", "fresh"))
        extend(long, EVENTS)
        extend(short, STATUS_EVENTS)
        run_id = long.run.id
        least = median(lambda: bare(long))
        whole = median(lambda: replay(long, run_id), before=lambda: replay(long, ""))
        read = median(lambda: JournalReader(long.store.location.root).poll())
        rows.append((f"decode {EVENTS} lines, bare msgspec", least, 1.0))
        rows.append((f"read {EVENTS} events: decode, hash, check", read, read / least))
        rows.append((f"replay {EVENTS} events: read and fold", whole, whole / least))
        empty, full = median(lambda: status(fresh.root)), median(lambda: status(short.root))
        rows.append(("cold `cockpit status`, a new run", empty, 1.0))
        rows.append((f"cold `cockpit status`, {STATUS_EVENTS} events", full, full / empty))
    for what, seconds, ratio in rows:
        print(f"{what:<48}{seconds * 1e3:>10.1f} ms{ratio:>8.2f} times")


if __name__ == "__main__":
    main()
