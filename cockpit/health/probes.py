"""The prober: one look at a target, of whichever kind, and the result it adds up to."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from cockpit.durations import parse_duration
from cockpit.health.command_probe import observe_command
from cockpit.health.judgement import judge
from cockpit.health.observation import Observation, unseen
from cockpit.health.tcp_probe import observe_tcp
from cockpit.release.configuration import Probe
from cockpit.release.health import ProbeResult

if TYPE_CHECKING:
    import httpx

_THREADS = 32  # as many as probes run at once


class Prober:
    """Takes looks at targets; an asynchronous context manager, bound to the event loop it is first used on.

    `observer` is this host's name, `directory` where commands run and files lie. Without `trusted` no command is
    run. `tls` replaces the trusted roots.
    """

    def __init__(
        self,
        *,
        observer: str,
        directory: Path,
        trusted: bool = False,
        tls: ssl.SSLContext | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.directory = directory
        self.trusted = trusted
        self._observer = observer
        self._tls = tls
        self._monotonic = monotonic
        self._client: httpx.AsyncClient | None = None
        # Apart, because a resolver that hangs keeps its threads and nobody can end them.
        self._names = ThreadPoolExecutor(_THREADS, thread_name_prefix="probe-name")
        self._commands = ThreadPoolExecutor(_THREADS, thread_name_prefix="probe-command")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def run(self, name: str, probe: Probe, now: float) -> ProbeResult:
        """Take one look, at `now` in epoch seconds; whatever fails is in the result, never raised."""
        return judge(name, probe, await self.observe(probe), now=now, observer=self._observer)

    def _forbidden(self, probe: Probe) -> bool:
        """Whether a probe needs trust: it runs a command, or sends more than a plain request for a page."""
        return not self.trusted and bool(probe.command or probe.method not in {"GET", "HEAD"} or probe.headers)

    async def observe(self, probe: Probe) -> Observation:
        """Take one look and judge nothing."""
        given = [kind for kind in (probe.http, probe.tcp, probe.command) if kind]
        if len(given) != 1:
            return unseen("exactly one of http, tcp and command says what to look at")
        try:
            seconds = parse_duration(probe.timeout)
        except ValueError as error:
            return unseen(f"timeout: {error}")
        if self._forbidden(probe):
            return unseen("not trusted on this host")
        if probe.tcp:
            return await observe_tcp(probe.tcp, seconds=seconds, names=self._names, monotonic=self._monotonic)
        if probe.http:
            return await self._observe_http(probe, seconds)
        return await observe_command(probe.command, directory=self.directory, seconds=seconds, pool=self._commands)

    async def _observe_http(self, probe: Probe, seconds: float) -> Observation:
        from cockpit.health.http_probe import Request, observe_http, open_client  # httpx is slow to import

        if self._client is None:
            self._client = open_client(self._tls)
        request = Request(probe.http, probe.method, probe.headers, seconds)
        return await observe_http(self._client, request, names=self._names, monotonic=self._monotonic)

    async def aclose(self) -> None:
        """Close connections and wait for the commands, whose looks must have ended or been cancelled before."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None
        self._names.shutdown(wait=False, cancel_futures=True)
        await asyncio.to_thread(self._commands.shutdown, cancel_futures=True)
