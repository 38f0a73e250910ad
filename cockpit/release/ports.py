"""What the features offer each other, as Protocols: `bootstrap` joins them, none imports another."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol

from msgspec import Struct

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
