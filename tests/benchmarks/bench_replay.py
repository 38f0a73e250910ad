"""How long a long flight takes to open: `python -m tests.benchmarks.bench_replay`.

100,000 events read from their journals and folded into a `Run`, against decoding alone. What a whole process takes
for 10,000 is measured by `bench_status`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec

from cockpit.store.envelope import Envelope, Line
from cockpit.store.reader import JournalReader
from cockpit.workspace import Workspace
from tests.benchmarks.figures import Result, Row, Scale, in_turns, times
from tests.benchmarks.flights import extend, open_flight
from tests.benchmarks.table import run_alone

EVENTS = 100_000


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


def rows(scale: Scale) -> Iterator[Result]:
    """Measure on a long flight."""
    events = scale.of(EVENTS, 3_000)
    with tempfile.TemporaryDirectory() as directory:
        long = open_flight(Path(directory, "long"))
        extend(long, events)
        run_id = long.run.id
        whole, read, least = in_turns(
            scale.rounds,
            lambda: replay(long, run_id),
            lambda: JournalReader(long.store.location.root).poll(),
            lambda: bare(long),
            before=lambda: replay(long, ""),
        )
    reading = f"read {events:,} events: decode, hash, check"
    for what, seconds, goal in ((reading, read, None), (f"read and fold {events:,}", whole, 4.0)):
        yield Row(what, "ms", times(1e3, seconds), "read, msgspec, bare", times(1e3, least), goal=goal)


if __name__ == "__main__":
    run_alone(rows, __doc__)
