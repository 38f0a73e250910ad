"""What a soak has shown: the course of each process, the keys, and what every clone knows at the end."""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from tests.benchmarks.figures import percentile
from tests.benchmarks.machine import machine_line
from tests.benchmarks.processes import cpu_seconds, descriptors, rss_megabytes, slope_an_hour, threads
from tests.benchmarks.table import number

_PARTS = (50, 95, 99)
_SLOWEST = 50  # of so many keys one is among the slowest


@dataclass
class Look:
    """One process at one moment."""

    at: float  # seconds from the start
    memory: float  # MB
    files: int
    threads: int
    cpu: float  # seconds of a core so far
    quiet: bool = False  # whether in the last stretch, in which nobody writes an event


@dataclass
class Course:
    """What was seen of each process by name, and of how many there were in all."""

    pids: Mapping[str, int]
    looks: dict[str, list[Look]] = field(default_factory=dict)
    processes: list[int] = field(default_factory=list)

    def look(self, at: float, *, processes: int, quiet: bool = False) -> None:
        """Add a moment."""
        self.processes.append(processes)
        for name, pid in self.pids.items():
            seen = Look(at, rss_megabytes([pid]), descriptors(pid), threads(pid), cpu_seconds([pid]), quiet)
            self.looks.setdefault(name, []).append(seen)

    @property
    def alive(self) -> bool:
        """Whether every process was there to the last."""
        return all(looks[-1].memory > 0 for looks in self.looks.values())

    @property
    def died(self) -> dict[str, float]:
        """The processes that were not there to the last, each with the seconds at which it was first missed."""
        return {
            name: next(look.at for look in looks if not look.memory)
            for name, looks in self.looks.items()
            if not all(look.memory for look in looks)
        }

    def row(self, name: str) -> str:
        """Return a process's line of the table.

        Its growth with events is that of their second half, when the buffers are full. Its memory is told at the start,
        at each quarter, and at the end.
        """
        looks = self.looks[name]
        writing = [look for look in looks if not look.quiet]
        files = [look.files for look in looks]
        span = looks[-1].at - looks[0].at
        share = (looks[-1].cpu - looks[0].cpu) / span * 100 if span else 0.0
        memory = [look.memory for look in looks]
        cells = [
            name,
            f"{' → '.join(f'{value:.0f}' for value in quarters(memory))} (most {max(memory):.0f})",
            _growth(writing[len(writing) // 2 :]),
            _growth([look for look in looks if look.quiet]),
            f"{files[0]} → {files[-1]} (most {max(files)})",
            f"{looks[0].threads} → {looks[-1].threads}",
            f"{share:.0f} %",
        ]
        return f"| {' | '.join(cells)} |"


def quarters(values: Sequence[float]) -> list[float]:
    """Return the first of values in their order, those after each quarter, and the last."""
    return [values[round(part * (len(values) - 1) / 4)] for part in range(5)]


def _growth(looks: Sequence[Look]) -> str:
    points = [(look.at, look.memory) for look in looks]
    return f"{slope_an_hour(points):+.0f}" if len(points) >= 3 else "too short"


class Key(NamedTuple):
    """The seconds from a key to what it painted, and those in which the main thread ran then, or waited for a core.

    None where the kernel does not tell.
    """

    seconds: float
    ran: float | None = None
    waited: float | None = None


@dataclass(frozen=True)
class Typed:
    """What each key took, and what there was to see when one painted nothing, if one did."""

    keys: Sequence[Key]
    stuck: str = ""


@dataclass(frozen=True)
class Told:
    """Notes written by each person, and found on each clone; log lines written, and counted by each watcher."""

    notes: Mapping[str, int]
    here: Mapping[str, int]
    there: Mapping[str, int]
    same: bool
    lines: int
    counted: Sequence[int]

    @property
    def lost(self) -> int:
        """How many events are missing, of both clones."""
        return sum(
            count - clone.get(name, 0) for clone in (self.here, self.there) for name, count in self.notes.items()
        )


@dataclass(frozen=True)
class SoakReport:
    """Everything, as it is printed."""

    minutes: float
    course: Course
    first: Typed
    last: Typed
    told: Told
    writing: float  # seconds in which events were written
    quiet: float  # seconds in which all went on without
    endings: Sequence[str] = ()  # what is known of those that have ended: their exit, and their crash reports

    @property
    def sound(self) -> bool:
        """Whether nothing was lost, nothing has died and every key painted."""
        kept = self.told.same and not self.told.lost and set(self.told.counted) == {self.told.lines}
        return self.course.alive and kept and not (self.first.stuck or self.last.stuck)

    def markdown(self) -> str:
        """Return the report."""
        told, processes = self.told, self.course.processes
        written = sum(told.notes.values())
        return "\n".join(
            [
                f"## Soak of {self.minutes:g} minutes: {'sound' if self.sound else 'NOT SOUND'}",
                "",
                f"{machine_line()}  ",
                time.strftime("%Y-%m-%d %H:%MZ", time.gmtime()),
                "",
                "| process | memory at each quarter, MB | growth with events, MB/h | without, MB/h | open files"
                " | threads | share of a core |",
                "|---|---|---|---|---|---|---|",
                *map(self.course.row, self.course.looks),
                "",
                f"- Growth with events is that of the second half of {self.writing / 60:.1f} minutes in which they were"
                f" written, {written / self.writing:.1f} a second: each of them stays in memory. Without is the last"
                f" {self.quiet / 60:.1f} minutes, in which all went on but nobody wrote any.",
                f"- Processes of the release: {processes[0]} at the start, {max(processes)} at most, {processes[-1]}"
                " at the end.",
                f"- Events: {written} written on two clones, {told.lost} missing; the clones'"
                f" digests are {'equal' if told.same else 'NOT EQUAL'}.",
                f"- Log lines: {told.lines:,} written, {' and '.join(f'{count:,}' for count in told.counted)} counted"
                " by the two watchers.",
                f"- Key to paint at the start: {latencies(self.first)}; at the end: {latencies(self.last)}.",
                *(
                    f"- Keys stood still:\n\n```\n{typed.stuck}\n```\n"
                    for typed in (self.first, self.last)
                    if typed.stuck
                ),
                *(f"- Gone: {name}, by {at:.0f} s." for name, at in self.course.died.items()),
                *self.endings,
            ]
        )


def latencies(typed: Typed) -> str:
    """Return the percentiles of what keys took, and what the slowest of them spent it on."""
    keys = sorted(typed.keys)
    if not keys:
        return "none painted"
    parts = [f"p{part} {number(percentile([key.seconds for key in keys], part / 100) * 1000)} ms" for part in _PARTS]
    slowest = keys[-max(len(keys) // _SLOWEST, 1) :]
    ran, waited = (
        statistics.fmean(values) * 1000 if (values := [one for one in told if one is not None]) else None
        for told in ([key.ran for key in slowest], [key.waited for key in slowest])
    )
    spent = (
        ""
        if ran is None or waited is None
        else (
            f"; in the slowest {len(slowest)} the main thread ran for {number(ran)} ms and waited for a core for"
            f" {number(waited)} ms"
        )
    )
    return f"{', '.join(parts)} ({len(keys)} keys{spent})"
