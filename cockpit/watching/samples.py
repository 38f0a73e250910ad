"""The samples of the run in focus."""

from __future__ import annotations

import contextlib
from collections.abc import Collection

import msgspec

from cockpit.durations import parse_duration
from cockpit.live_source import heartbeat_key
from cockpit.measuring import sample_key
from cockpit.release.health import Debounced, ProbeResult
from cockpit.release.log_digest import LogDigest
from cockpit.samples.reader import SampleReader
from cockpit.samples.writer import SampleWriter
from cockpit.sighting import version_key
from cockpit.workspace import Workspace


class RunSamples:
    """The samples of the run in focus: the same file serves other environments, under other keys."""

    def __init__(self, writer: SampleWriter, workspace: Workspace) -> None:
        self._writer = writer
        self._workspace = workspace

    @property
    def trouble(self) -> str:
        return self._writer.trouble

    def record(self, result: ProbeResult, debounced: Debounced) -> None:
        key = sample_key(self._workspace.run, result.name)
        probe = self._workspace.run.configuration.probes.get(result.name)
        more = {} if probe is None else {"interval": parse_duration(probe.interval)}
        self._writer.record(msgspec.structs.replace(result, name=key), debounced, **more)

    def count(self, log: str, minute: int, *, lines: int, errors: int, warnings: int, own: int) -> None:
        key = sample_key(self._workspace.run, log)
        self._writer.count(key, minute, lines=lines, errors=errors, warnings=warnings, own=own)

    def digest(self, log: str, at: float, digest: LogDigest) -> None:
        self._writer.digest(sample_key(self._workspace.run, log), at, digest)

    def see(self, version: str, at: float, trouble: str) -> None:
        """Remember what `version:` of the configuration reported, or why it reported none."""
        self._writer.see(version_key(self._workspace.run), version, at, trouble)

    def beat(self, host: str, pid: int, at: float) -> None:
        self._writer.beat(heartbeat_key(self._workspace.run, host), pid, at)

    def flush(self) -> None:
        self._writer.flush()

    def prune(self, now: float) -> None:
        self._writer.prune(now)

    def retain(self, names: Collection[str]) -> None:
        """Forget the probes of this run's environment that are not named any more; others keep theirs."""
        run = self._workspace.run
        with contextlib.closing(SampleReader(self._workspace.store.location.root)) as reader:
            others = {key for key in reader.current() if not key.startswith(sample_key(run, ""))}
        self._writer.retain({sample_key(run, name) for name in names} | others)

    def leave(self, host: str) -> None:
        self._writer.leave(heartbeat_key(self._workspace.run, host))
