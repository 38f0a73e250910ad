"""A watch, written as a watcher does beat by beat."""

from __future__ import annotations

from cockpit.samples.writer import SampleWriter


def watch_for_an_hour(writer: SampleWriter, until: float, *, host: str = "here") -> None:
    for ago in range(3600, -1, -30):
        writer.beat(host, 7, until - ago)
        writer.flush()
