"""The hour before the cockpit was opened, as the shop's logs have it: quiet, on the version before, then deployed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cockpit.demo.database import LAST_ORDER
from cockpit.demo.journeys import Visit, visits
from cockpit.demo.story import DUMPED_AGO, LAST_GOOD, LAUNCHED_AGO, TAG

_REACH = timedelta(hours=1)
_PACE = timedelta(seconds=9)  # a request; only a few customers are let in until the release has settled
_DOWN = timedelta(seconds=40)  # while it was deployed
_STATUS = {"/checkout": 201}


def write_past(logs: Path, *, now: datetime) -> None:
    """Write `app.log` and `access.log` in `logs` up to a moment before `now`."""
    deployed = now - LAUNCHED_AGO
    requests = list(_requests(now - _REACH, now - timedelta(seconds=15), closed=(deployed - _DOWN, deployed)))
    with (logs / "access.log").open("w", encoding="utf-8") as access:
        access.writelines(_access(when, visit, step) for when, visit, step in requests)
    lines = [*_deployment(deployed, now), *_orders(requests)]
    with (logs / "app.log").open("w", encoding="utf-8") as application:
        application.writelines(_application(when, level, text) for when, level, text in sorted(lines))


def _requests(
    since: datetime, until: datetime, *, closed: tuple[datetime, datetime]
) -> Iterator[tuple[datetime, Visit, int]]:
    when = since
    for visit in visits(seed=2):
        for step in range(len(visit.calls)):
            when += _PACE
            if when >= until:
                return
            if not closed[0] <= when < closed[1]:
                yield when, visit, step


def _access(when: datetime, visit: Visit, step: int) -> str:
    call = visit.calls[step]
    path = call.path.partition("?")[0]
    status = 402 if "tok_declined" in call.form else _STATUS.get(path, 200)
    size = 320 + len(path) * 7 % 90
    at = when.astimezone().strftime("%d/%b/%Y:%H:%M:%S %z")
    return f'{visit.address} - - [{at}] "{call.method} {call.path} HTTP/1.1" {status} {size} "-" "{visit.agent}"\n'


def _deployment(deployed: datetime, now: datetime) -> Iterator[tuple[datetime, str, str]]:
    stopped = deployed - _DOWN
    yield stopped, "INFO", f"shop.server: shop {LAST_GOOD} stopped"
    yield now - DUMPED_AGO, "INFO", f"shop.backup: dumped shop-{LAST_GOOD}.sql"
    yield deployed - timedelta(seconds=9), "INFO", "shop.migrate: migrated 0007_payment_attempts"
    yield deployed, "INFO", f"shop.server: shop {TAG} listening database=shop.db"
    yield now - timedelta(seconds=12), "INFO", "shop.server: all customers are let in from here on: restarting"
    yield now - timedelta(seconds=11), "INFO", f"shop.server: shop {TAG} stopped"


def _orders(requests: list[tuple[datetime, Visit, int]]) -> Iterator[tuple[datetime, str, str]]:
    order = LAST_ORDER - sum(visit.calls[step].path == "/checkout" for _, visit, step in requests)
    for when, visit, step in requests:
        call = visit.calls[step]
        if call.path == "/checkout":
            order += 1
            yield when, "INFO", f"shop.checkout: order placed order={order} lines=1"
        elif "tok_declined" in call.form:
            yield when, "WARN", f"shop.payments: payment declined order={order} reason=insufficient funds"
        elif call.path == "/payment":
            yield when, "INFO", f"shop.payments: payment received order={order}"


def _application(when: datetime, level: str, text: str) -> str:
    at = when.astimezone(UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z {level:<5} {text}\n"
