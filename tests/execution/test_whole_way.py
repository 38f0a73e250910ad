"""The whole way on real parts: a defective tag deployed, seen, and rolled back with its database; killed anywhere."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.execution.base import shim
from tests.execution.flight import Flight, wait_until
from tests.execution.webshop import WebShop
from tests.postgresql import Server, postgresql

pytestmark = pytest.mark.full
__all__ = ["postgresql"]

# What the steps do by other programs, in the order in which they come.
CALLS = {
    "stop": ["rm"],
    "backup": ["pg_dump", "pg_restore"],
    "checkout": ["git"],
    "restore": ["psql"] * 4 + ["pg_restore"] + ["psql"] * 7,
    "start": ["setsid"],
    "verify": ["uname"],
}
# Before anything is stopped, both databases are asked for, the dump is read, and the room is asked for.
ASKED = ["psql", "pg_restore", "psql", "psql"]
ALL_CALLS = ASKED + [call for calls in CALLS.values() for call in calls]
FIRST_OF_STEP = [
    len(ASKED) + sum(len(calls) for calls in list(CALLS.values())[:index]) + 1 for index in range(len(CALLS))
]
# What starts the service ends with it, so that nothing comes after but the next step.
MOMENTS = [("before", number) for number in FIRST_OF_STEP] + [
    ("after", number) for number, call in enumerate(ALL_CALLS, 1) if call != "setsid" and number > len(ASKED)
]
# Each call is counted; at the one that is wanted it waits, before or after the real program acts.
HOLDING = """\
case "$0 $*" in */git\\ *checkout*--detach*) ;; */git\\ *) exec "$REAL" "$@" ;; esac
case "$0 $*" in *uname\\ -p|*uname\\ -r) exec "$REAL" "$@" ;; esac
echo "${{0##*/}}" >> '{var}/calls'
number=$(wc -l < '{var}/calls')
hold() {{ if [ "$1 $number" = "$(cat '{var}/hold' 2>/dev/null)" ]; then
  /bin/rm '{var}/hold'; echo held > '{var}/held'; read _ < '{var}/gate'; fi; }}
hold before
"$REAL" "$@"
status=$?
hold after
exit $status
"""

FULL_DISK = """\
case "$*" in *--list*|*/dev/null*) exec "$REAL" "$@" ;; esac
"$REAL" "$@" || exit
echo "pg_restore: error: no space left" >&2
exit 1
"""


@pytest.fixture
def shop(flight: Flight, postgresql: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[WebShop]:
    shop = WebShop(flight, postgresql)
    monkeypatch.setenv("DATABASE_URL", shop.url)
    shop.begin()
    yield shop
    flight.go()  # what a killed worker has left waiting goes on to its end


def watch_calls(shop: WebShop, monkeypatch: pytest.MonkeyPatch) -> None:
    for program in dict.fromkeys(ALL_CALLS):
        path = shim(shop.flight.home / "bin", program, HOLDING.format(var=shop.flight.var))
    monkeypatch.setenv("PATH", path)


def test_a_defective_release_is_deployed_seen_and_rolled_back_with_its_database(
    shop: WebShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    flight = shop.flight
    assert shop.deploy()["outcome"] == "succeeded"
    assert (shop.head(), shop.version) == ("v2", "v2")
    assert shop.get("/orders")[0] == 500
    states = {probe["name"]: probe["state"] for probe in flight.json("probe", code=1)}
    assert (states["health"], states["orders"]) == ("ok", "down")
    shop.server.sql(shop.name, "INSERT INTO orders VALUES (3); INSERT INTO refunds VALUES (1, 1)")

    watch_calls(shop, monkeypatch)
    told = shop.roll_back()
    assert (told["outcome"], told["version_seen"]) == ("succeeded", "v1")
    assert [step["state"] for step in told["steps"]] == ["ok"] * 6
    shop.require_back()
    assert (flight.var / "calls").read_text().split() == ALL_CALLS
    assert [path.name.split("-")[1:4] for path in shop.dumps()] == [
        ["v1", "before", "deploy"], ["v2", "before", "rollback"],
    ]  # fmt: skip
    assert flight.json("status")["run"]["state"] == "rolled-back"


def test_code_only_would_not_have_helped(shop: WebShop) -> None:
    """The older code asks for a column that the migration has dropped: verification tells, and the run stops."""
    shop.deploy()
    told = shop.roll_back("--database", "code", code=5)
    assert told["state"] == "stopped"
    assert "orders" in told["detail"]
    assert shop.ours() == [shop.name]


def test_a_restore_that_fails_stops_with_the_live_database_untouched_and_goes_on_when_mended(
    shop: WebShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.deploy()
    shop.server.sql(shop.name, "INSERT INTO refunds VALUES (1, 1)")
    path = shim(shop.flight.home / "bin", "pg_restore", FULL_DISK)
    with monkeypatch.context() as broken:
        broken.setenv("PATH", path)
        told = shop.roll_back(code=5)
    assert told["detail"] == "step 4, Restore: pg_restore: no space left"
    assert shop.tables() == ["orders", "refunds"]
    assert shop.server.sql(shop.name, "SELECT order_id FROM refunds") == "1"
    assert not [name for name in shop.ours() if "_bad_" in name]
    assert shop.flight.json("execution", "resume")["outcome"] == "succeeded"
    shop.require_back()


@pytest.mark.parametrize(("when", "number"), MOMENTS)
def test_a_worker_killed_anywhere_is_resumed_to_the_same_end(
    shop: WebShop, monkeypatch: pytest.MonkeyPatch, when: str, number: int
) -> None:
    flight = shop.flight
    shop.deploy()
    shop.server.sql(shop.name, "INSERT INTO refunds VALUES (1, 1)")
    (flight.var / "hold").write_text(f"{when} {number}")
    watch_calls(shop, monkeypatch)
    shop.roll_back("--detach")
    wait_until((flight.var / "held").exists, within=60)
    assert (flight.var / "calls").read_text().split() == ALL_CALLS[:number]
    flight.kill_worker(flight.workspace())
    told = flight.json("execution", "resume")
    assert (told["outcome"], told["version_seen"]) == ("succeeded", "v1"), told["detail"]
    shop.require_back()
