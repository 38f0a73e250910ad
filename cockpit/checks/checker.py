"""The observer of all kinds: one look within its time, redacted, with the commit or paths that it is bound to."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from cockpit.checks.command import look_by_command
from cockpit.checks.env import look_by_env
from cockpit.checks.file import look_by_file
from cockpit.checks.git import digest_of_paths, look_by_git
from cockpit.checks.look import Look, clipped, unseen
from cockpit.durations import parse_duration, short_duration
from cockpit.errors import CockpitError
from cockpit.git.command import Git
from cockpit.git.facts import head_commit
from cockpit.redact import redacted
from cockpit.release.checks import Check
from cockpit.release.ports import Measures, Observed, Situation
from cockpit.release.rehearsals import Rehearsal, look_at_rehearsals
from cockpit.release.sources import Sourced, SourceQuestion

T = TypeVar("T")

CONCURRENCY = 4  # checks at once: some are whole test suites
_ASKING = frozenset({"http", "tls"})
_OUTWARD = _ASKING | {"probe", "target", "log", "rehearsal", "source"}  # these see what is served, not the work tree


def _safe(text: str) -> str:
    return redacted(text, os.environ)


class Checker:
    """Looks at whatever a check is about; an asynchronous context manager, for one event loop.

    `root` is the configuration's directory, `code` tells of the work tree that is released. Whether the configuration
    is trusted is the caller's matter: nothing may be asked of it before. `measures` tells of probes, targets and logs,
    `sources` of monitoring tools.
    """

    def __init__(
        self,
        *,
        root: Path,
        code: Callable[[], Path],
        now: Callable[[], float] = time.time,
        measures: Callable[[], AbstractContextManager[Measures]] | None = None,
        rehearsals: Callable[[], Iterable[Rehearsal]] = tuple,
        sources: Sourced | None = None,
        mask: Callable[[str], str] = _safe,
    ) -> None:
        self._mask = mask
        self._rehearsals = rehearsals
        self._sources = sources
        self._root = root
        self._code = code
        self._now = now
        self._measures = measures
        self._places = asyncio.Semaphore(CONCURRENCY)
        self._threads = ThreadPoolExecutor(CONCURRENCY + 2, thread_name_prefix="check")
        # Apart, because a resolver that hangs keeps its threads and nobody can end them.
        self._names = ThreadPoolExecutor(CONCURRENCY, thread_name_prefix="check-name")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._names.shutdown(wait=False, cancel_futures=True)
        await asyncio.to_thread(self._threads.shutdown, cancel_futures=True)

    async def observe(self, check: Check, situation: Situation) -> Observed:
        """Look once, within the check's time-out; a cancel ends what it has started."""
        async with self._places:
            before = await self._binding(check, situation)
            look = await self._look(check, situation)
            commit, bound = await self._binding(check, situation)
        if (commit, bound) != before:
            look = unseen("what it looks at changed meanwhile")
        return Observed(
            look.state, self._mask(look.actual), self._mask(look.detail), commit, bound,
            None if look.output is None else self._mask(look.output),
        )  # fmt: skip

    async def bound(self, check: Check) -> str:
        """Return the digest of the paths that the check's evidence is bound to; empty where it is bound to none."""
        if check.binds != "paths":
            return ""
        try:
            return await self._in_thread(partial(digest_of_paths, self._code(), check.paths))
        except CockpitError:
            return ""

    async def _binding(self, check: Check, situation: Situation) -> tuple[str, str]:
        if check.kind in _OUTWARD:
            return situation.commit, await self.bound(check)
        try:
            head = await self._in_thread(partial(head_commit, Git(self._code())))
        except CockpitError:
            head = ""
        return head, await self.bound(check)

    async def _look(self, check: Check, situation: Situation) -> Look:
        seconds = parse_duration(check.timeout)
        cancel = threading.Event()
        try:
            # A command is ended by its own time-out, so that its group is gone before anything else begins.
            async with asyncio.timeout(seconds + (2.5 if check.command is not None else 0.0)):
                return await self._by_kind(check, situation, seconds, cancel)
        except TimeoutError:
            words = f"no answer within {short_duration(seconds)}"
            return Look("failed", words) if check.kind in _ASKING else unseen(words)
        finally:
            cancel.set()

    async def _by_kind(self, check: Check, situation: Situation, seconds: float, cancel: threading.Event) -> Look:
        if check.http is not None:
            from cockpit.checks.http import look_by_http  # httpx is slow to import

            return await look_by_http(check.http, root=self._root, names=self._names)
        if check.tls is not None:
            from cockpit.checks.tls import look_by_tls

            return await look_by_tls(check.tls, root=self._root, names=self._names, now=self._now())
        if check.source is not None:
            return await self._ask(check.source, seconds)
        call: Callable[[], Look]
        if check.command is not None:
            call = partial(look_by_command, check.command, situation, code=self._code(), seconds=seconds, cancel=cancel)
        elif check.env is not None:
            call = partial(look_by_env, check.env, code=self._code())
        elif check.file is not None:
            call = partial(look_by_file, check.file, code=self._code(), now=self._now())
        elif check.git is not None:
            call = partial(look_by_git, check.git, situation, code=self._code(), seconds=seconds)
        elif check.rehearsal is not None:
            state, said = look_at_rehearsals(
                check.rehearsal, self._rehearsals(), commit=situation.commit, now=self._now()
            )
            return Look(state, clipped(said)) if state != "unknown" else unseen(said)
        elif check.kind in {"probe", "target", "log"}:
            call = partial(self._measure, check)
        else:
            return unseen("no kind of check is named")
        return await self._in_thread(call)

    async def _ask(self, question: SourceQuestion, seconds: float) -> Look:
        if self._sources is None:
            return unseen("no sources are known here")
        found = await self._sources.ask(question, seconds=seconds)
        if found.state in {"unknown", "paused"}:
            why = f"{found.detail or found.state}. {found.fix}" if found.fix else found.detail or found.state
            return Look("unknown", f"{question.name} cannot tell ({found.trouble or found.state})", clipped(why))
        well = found.state == "ok" or (question.degraded and found.state == "degraded")
        return Look("ok" if well else "failed", clipped(found.detail), clipped(found.link))

    def _measure(self, check: Check) -> Look:
        if self._measures is None:
            return unseen("nothing is measured here")
        with self._measures() as measures:
            if check.probe is not None:
                found = measures.observe_probe(check.probe.name, degraded=check.probe.degraded)
            elif check.log is not None:
                found = measures.observe_log(check.log, seconds=parse_duration(check.timeout))
            else:
                found = measures.observe_target(check.target.name if check.target is not None else "")
        return Look(found.state, found.actual, found.detail)

    async def _in_thread(self, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, call)
