"""Where the demo's release stands when the cockpit opens: who has ticked what, and how long ago."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from msgspec import Struct

from cockpit.release.checklist import Checklist

RUN_NAME = "v2.4.1"
TAG = "v2.4.1"
GOOD_TAG = "v2.4.0"  # what a rollback leads to
LAST_GOOD = "v2.4.0"
LAUNCHED_AGO = timedelta(minutes=14)
DUMPED_AGO = timedelta(minutes=23)  # the database, before the launch
CHECKLIST = "production-deployment"


class Person(Struct, frozen=True):
    """Somebody of the shop's release crew."""

    name: str
    email: str


class Tick(Struct, frozen=True):
    """An item ticked before the cockpit was opened."""

    item: str
    who: Person
    minutes_ago: float


class NotApplicable(Struct, frozen=True):
    """An item set aside before the cockpit was opened, and why."""

    item: str
    who: Person
    minutes_ago: float
    reason: str


ANA = Person("ana", "ana@shop.example")
BEN = Person("ben", "ben@shop.example")

_DAY = 24 * 60.0

# A phase or section that was done: its id, when its first and its last item were ticked, in minutes ago.
_DONE: tuple[tuple[str, float, float], ...] = (
    ("pre-deployment/security-review", 9 * _DAY, 8.6 * _DAY),
    ("pre-deployment/code-quality", 8.5 * _DAY, 7.8 * _DAY),
    ("pre-deployment/testing", 7.7 * _DAY, 6.8 * _DAY),
    ("pre-deployment/documentation", 6.7 * _DAY, 6 * _DAY),
    ("deployment-week/environment-setup", 5 * _DAY, 4.6 * _DAY),
    ("deployment-week/application-setup", 4.5 * _DAY, 3.8 * _DAY),
    ("deployment-week/web-server-configuration", 3.7 * _DAY, 2.9 * _DAY),
    ("deployment-week/payment-gateway", 2.8 * _DAY, 1.9 * _DAY),
    ("deployment-week/monitoring-logging", 1.8 * _DAY, 1.1 * _DAY),
    ("deployment-day/pre-deployment-checks", 22, 16),
)

# What this shop has no use for.
NOT_APPLICABLE: tuple[NotApplicable, ...] = (
    NotApplicable(
        "deployment-week/environment-setup/obtain-ssl-tls-certificate/or-purchase-from-certificate-authority",
        BEN,
        4.9 * _DAY,
        "Let's Encrypt it is",
    ),
    NotApplicable(
        "deployment-week/payment-gateway/set-up-webhook-handling-if-applicable",
        ANA,
        2.1 * _DAY,
        "the gateway answers at once, there is nothing to call back for",
    ),
)

# The deployment itself, under way.
_UNDER_WAY: tuple[tuple[str, Person, float], ...] = (
    ("deployment-day/deployment/deploy-application-code", ANA, 14),
    ("deployment-day/deployment/verify-deployment-successful", BEN, 12),
)


def ticks(checklist: Checklist) -> Iterator[Tick]:
    """Yield the ticks made before the cockpit opened, oldest first, for the items that `checklist` has."""
    aside = {each.item for each in NOT_APPLICABLE}
    known = [item.id for _, _, item, _ in checklist.walk() if item.id not in aside]
    for section, first, last in _DONE:
        items = [item for item in known if item.startswith(f"{section}/")]
        step = (first - last) / max(len(items) - 1, 1)
        for number, item in enumerate(items):
            # Two people share the work, not item by item: each takes a few in a row.
            yield Tick(item, ANA if number // 3 % 2 == 0 else BEN, first - number * step)
    for item, who, minutes in _UNDER_WAY:
        if item in known:
            yield Tick(item, who, minutes)
