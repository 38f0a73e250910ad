"""The prober: one look at a target, of whichever kind, and the result it adds up to."""

from __future__ import annotations

import os
import ssl
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from cockpit.durations import parse_duration, short_duration
from cockpit.health.apart import Apart, HeldUpError
from cockpit.health.command_probe import observe_command
from cockpit.health.judgement import judge
from cockpit.health.masked import masked_result
from cockpit.health.observation import Observation, unseen
from cockpit.health.place_probe import observe_disk, observe_file, observe_heartbeat
from cockpit.health.program_probe import observe_postgres, observe_unit
from cockpit.health.running import END_WITHIN
from cockpit.health.tcp_probe import observe_tcp
from cockpit.net.trusted_roots import TrustedRoots
from cockpit.release.health import ProbeResult, ProbeState
from cockpit.release.probes import PROBE_KINDS, Probe
from cockpit.release.sources import Sourced

_THREADS = 32  # for names, and for programs that run at once
_PLACES = 128  # looked at at once: as many as a watcher takes looks


class Prober:
    """Takes looks at targets; an asynchronous context manager, bound to the event loop it is first used on.

    `observer` is this host's name, `directory` where commands run and files lie. Without `trusted` no program
    is started. `tls` replaces the trusted roots, `beats` tells where the last beat of a probe lies, `sources` asks
    monitoring tools, `mask` takes secrets out of what is told.
    """

    def __init__(
        self,
        *,
        observer: str,
        directory: Path,
        trusted: bool = False,
        tls: ssl.SSLContext | None = None,
        beats: Callable[[str], Path] | None = None,
        sources: Sourced | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        mask: Callable[[str], str] = str,
    ) -> None:
        self._mask = mask
        self.directory = directory
        self.trusted = trusted
        self.observer = observer
        self._roots = TrustedRoots(directory, tls)
        self._beats = beats or (lambda name: directory / f".{name}.beat")
        self._sources = sources
        self._monotonic = monotonic
        # Apart, because a resolver that hangs keeps its threads and nobody can end them.
        self._names = ThreadPoolExecutor(_THREADS, thread_name_prefix="probe-name")
        self._commands = Apart(_THREADS)
        self._files = Apart(_PLACES)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def run(self, name: str, probe: Probe, now: float) -> ProbeResult:
        """Take one look, at `now` in epoch seconds; whatever fails is in the result, never raised."""
        try:
            seen = await self.observe(probe, name=name, now=now)
            return masked_result(judge(name, probe, seen, now=now, observer=self.observer), self._mask)
        except Exception as error:  # one look's fault must not cost the results of the others
            detail = f"the look failed: {type(error).__name__}"  # its text may quote a secret
            return ProbeResult(name, ProbeState.UNKNOWN, None, detail, now, observer=self.observer)

    def _forbidden(self, probe: Probe) -> bool:
        """Whether a probe needs trust: it starts a program, or sends more, or what opens a tool, to somebody."""
        starts = bool(probe.command or probe.postgres or probe.systemd or probe.source)
        return not self.trusted and (
            starts or probe.method not in {"GET", "HEAD"} or bool(probe.headers or probe.body or probe.scenario)
        )

    async def observe(self, probe: Probe, *, name: str = "", now: float | None = None) -> Observation:
        """Take one look and judge nothing; `now` in epoch seconds."""
        if len(probe.kinds) != 1:
            return unseen(f"exactly one of {', '.join(PROBE_KINDS)} says what to look at")
        try:
            seconds = parse_duration(probe.timeout)
        except ValueError as error:
            return unseen(f"timeout: {error}")
        if self._forbidden(probe):
            return unseen("not trusted on this host")
        return await self._by_kind(probe, name, seconds, time.time() if now is None else now)

    async def _by_kind(self, probe: Probe, name: str, seconds: float, now: float) -> Observation:
        names, commands = self._names, self._commands
        match probe.kind:
            case "http":
                from cockpit.health.http_probe import Request, observe_http  # what speaks HTTP is slow to import

                request = Request(
                    probe.http, probe.method, probe.headers, seconds, probe.body.encode(), probe.redirects
                )
                return await observe_http(request, names=names, tls=self._tls_of(probe), monotonic=self._monotonic)
            case "source" if probe.source is not None:
                from cockpit.health.source_probe import observe_source

                return await observe_source(self._sources, probe.source, seconds=seconds)
            case "scenario":
                return await self._scenario(probe, seconds, now)
            case "tcp":
                return await observe_tcp(probe.tcp, seconds=seconds, names=names, monotonic=self._monotonic)
            case "tls":
                from cockpit.health.tls_probe import observe_tls

                return await observe_tls(
                    probe.tls, server_name=probe.server_name, seconds=seconds, names=names, tls=self._tls_of(probe)
                )
            case "dns":
                from cockpit.health.dns_probe import observe_dns

                return await observe_dns(probe.dns, probe.record, probe.resolver, seconds=seconds, names=names)
            case "postgres":
                return await observe_postgres(probe.postgres, probe.query, seconds=seconds, apart=commands)
            case "systemd":
                return await observe_unit(probe.systemd, seconds=seconds, apart=commands)
            case "command":
                return await observe_command(probe.command, directory=self.directory, seconds=seconds, apart=commands)
            case _:
                return await self._lying_here(probe, name, seconds, now)

    async def _lying_here(self, probe: Probe, name: str, seconds: float, now: float) -> Observation:
        look: Callable[[], Observation]
        if probe.file:
            look = partial(observe_file, probe.file, directory=self.directory, now=now)
        elif probe.disk:
            look = partial(observe_disk, probe.disk, directory=self.directory)
        else:
            try:
                every = parse_duration(probe.heartbeat)
            except ValueError as error:
                return unseen(f"heartbeat: {error}")
            beats = self._beats(name)
            look = partial(observe_heartbeat, beats, every=every, now=now)
            return await self.lying_here(str(beats), look, seconds)
        return await self.lying_here(probe.file or probe.disk, look, seconds)

    async def lying_here(self, path: str, look: Callable[[], Observation], seconds: float) -> Observation:
        """Look at what lies on this host; while a look at `path` hangs, none other is begun."""
        try:
            return await self._files.call(path, look, queue=seconds, within=seconds)
        except HeldUpError as error:
            return unseen(str(error))
        except TimeoutError:  # a network file system that hangs
            return unseen(f"the file system did not answer within {short_duration(seconds)}")

    async def _scenario(self, probe: Probe, seconds: float, now: float) -> Observation:
        from cockpit.health.http_probe import observe_http
        from cockpit.health.scenario import observe_scenario

        tls = self._tls_of(probe)
        return await observe_scenario(
            probe,
            seconds=seconds,
            ask=lambda request: observe_http(request, names=self._names, tls=tls, monotonic=self._monotonic),
            judge=lambda step, seen: judge("", step, seen, now=now, observer=self.observer),
            environment=os.environ,
        )

    def _tls_of(self, probe: Probe) -> Callable[[], ssl.SSLContext]:
        return partial(self._roots.context, probe.ca_file, verify=probe.verify)

    async def aclose(self) -> None:
        """Wait for the commands, whose looks must have ended or been cancelled before, for as long as that helps."""
        self._names.shutdown(wait=False, cancel_futures=True)
        await self._commands.aclose(END_WITHIN)
