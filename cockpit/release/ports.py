"""What the features offer each other, as Protocols: `bootstrap` joins them, none imports another."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol

from msgspec import Struct

from cockpit.release.checks import Check, LogCheck
from cockpit.release.events import ObservedState
from cockpit.release.plan import Plan, PlanStep


class Verdict(Struct, frozen=True):
    """What a verification found; `version_seen` is empty where nothing reports one."""

    passed: bool
    detail: str
    version_seen: str = ""
    version_matches: bool = False


class Verifier(Protocol):
    """Decides whether the service is well and at the target's version."""

    def __call__(
        self, step: PlanStep, plan: Plan, *, cancel: threading.Event, report: Callable[[str], None]
    ) -> Verdict:
        """Look until all is well or the step's time is over; `report` gets a line a look."""


class Lease(Protocol):
    """The right to go on with an execution, as far as it can be known without waiting."""

    def refusal(self) -> str:
        """Return why no further step may begin; empty while one may."""


class _Unleased:
    """Where nothing is shared with anybody, nobody has to be asked."""

    def refusal(self) -> str:
        """Return nothing."""
        return ""


UNLEASED = _Unleased()


class Situation(Struct, frozen=True):
    """What a check may be told of the run: the tag and commit it flies, empty where it has none, and whose it is."""

    tag: str = ""
    commit: str = ""
    service: str = ""
    environment: str = ""


class Observed(Struct, frozen=True):
    """What one look found; external text in it is redacted, and still to be made visible.

    `commit` is the one that was looked at, `bound` the digest of the paths that the evidence is bound to; `output` is
    what a command printed.
    """

    state: ObservedState
    actual: str
    detail: str = ""
    commit: str = ""
    bound: str = ""
    output: str | None = None


class Measures(Protocol):
    """What probes and targets say, of what the watcher has seen, and what logs say; used by one thread at a time."""

    def observe_probe(self, name: str, *, degraded: bool) -> Observed:
        """Return a probe's lasting state; `degraded` says whether that will do."""

    def observe_target(self, name: str) -> Observed:
        """Return a target against its actual."""

    def observe_log(self, check: LogCheck, *, seconds: float) -> Observed:
        """Return how many lines of a log are as the check counts them, against what it allows, within that time."""


class Observer(Protocol):
    """Takes one look at what a check is about; whatever fails is in what it returns, never raised."""

    async def observe(self, check: Check, situation: Situation) -> Observed:
        """Look once, within the check's time-out."""

    async def bound(self, check: Check) -> str:
        """Return the digest of what the check's evidence is bound to now; empty where that is nothing that moves."""
