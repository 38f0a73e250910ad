"""Verification: named probes pass several times in a row, and the running version is the one that was wanted."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Mapping

from cockpit.errors import ObservationError
from cockpit.health.probes import Prober
from cockpit.health.version import seen_version
from cockpit.release.configuration import Probe, VersionSeen
from cockpit.release.health import ProbeState
from cockpit.release.plan import Plan, PlanStep, same_version
from cockpit.release.ports import Verdict

_BETWEEN = 0.5  # seconds between looks
_CANCEL_SEEN_WITHIN = 0.1  # seconds


class HealthVerifier:
    """Looks with a `Prober` of its own, made anew for each verification by `make_prober`."""

    def __init__(
        self, probes: Mapping[str, Probe], version: VersionSeen | None, make_prober: Callable[[], Prober]
    ) -> None:
        self._probes = probes
        self._version = version
        self._make_prober = make_prober

    def __call__(
        self, step: PlanStep, plan: Plan, *, cancel: threading.Event, report: Callable[[str], None]
    ) -> Verdict:
        """Look until `step.passes` looks in a row are good, the step's time is over, or `cancel` is set."""
        return asyncio.run(self._look_on(step, plan, cancel, report))

    async def _look_on(
        self, step: PlanStep, plan: Plan, cancel: threading.Event, report: Callable[[str], None]
    ) -> Verdict:
        deadline = time.monotonic() + step.timeout
        good, told = 0, ""
        async with self._make_prober() as prober:
            while True:
                verdict = await self._look_until(cancel, step, plan, prober)
                good = good + 1 if verdict.passed else 0
                said = f"{f'pass {good}/{step.passes}' if good else 'not yet'}: {verdict.detail}"
                if said != told:  # what nobody can see otherwise yet is told once, and not with every look
                    report(said)
                    told = said
                if good >= step.passes or cancel.is_set() or time.monotonic() >= deadline:
                    passed = good >= step.passes
                    return Verdict(passed, verdict.detail, verdict.version_seen, verdict.version_matches)
                await asyncio.sleep(min(_BETWEEN, max(deadline - time.monotonic(), 0.0)))

    async def _look_until(self, cancel: threading.Event, step: PlanStep, plan: Plan, prober: Prober) -> Verdict:
        """Look once; a probe that hangs does not outlast `cancel`."""
        look = asyncio.create_task(self._look(step, plan, prober))
        while not (await asyncio.wait({look}, timeout=_CANCEL_SEEN_WITHIN))[0]:
            if cancel.is_set():
                look.cancel()
                await asyncio.wait({look})
                return Verdict(False, "stopped by a person")
        return look.result()

    async def _look(self, step: PlanStep, plan: Plan, prober: Prober) -> Verdict:
        names = [name for name in step.probes if name in self._probes]
        results = await asyncio.gather(*(prober.run(name, self._probes[name], time.time()) for name in names))
        bad = [result for result in results if result.state not in {ProbeState.OK, ProbeState.DEGRADED}]
        # What was confirmed and is not here any more has not passed.
        lost = [name for name in step.probes if name not in self._probes]
        said = [f"{result.name} {result.state}: {result.detail}" for result in bad]
        said += [f"{name} unknown: no such probe is configured" for name in lost]
        if not said:
            said = [f"{', '.join(names)} ok" if names else "no probes to pass"]
        seen, matches = "", False
        if step.version and self._version is not None:
            try:
                seen = await seen_version(self._version, prober)
            except ObservationError as error:
                said.append(f"version not seen: {error.what}")
            else:
                matches = same_version(seen, plan.tag, plan.commit)
                said.append(f"version {seen} seen" + ("" if matches else f", wanted {plan.tag}"))
        wanted = not step.version or self._version is None or matches
        return Verdict(not bad and not lost and wanted, "; ".join(said), seen, matches)
