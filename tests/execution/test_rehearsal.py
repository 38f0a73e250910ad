"""A rehearsal does the real thing beside the live service, leaves nothing, and closes the item that asks for it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.execution.base import Base
from tests.execution.flight import Flight
from tests.postgresql import Server, postgresql

pytestmark = pytest.mark.full
__all__ = ["postgresql"]

LOOK = "day/before/look"


@pytest.fixture
def base(flight: Flight, postgresql: Server, monkeypatch: pytest.MonkeyPatch) -> Base:
    base = Base(flight, postgresql)
    monkeypatch.setenv("DATABASE_URL", base.url)
    steps = base.steps()
    build = flight.step("build", 'pwd > "$V/built"; cat VERSION >> "$V/built"', effects="none")
    steps.insert(3, build)
    steps.insert(4, {**flight.step("warm"), "rehearse": flight.sh('echo "$COCKPIT_REHEARSAL" > "$V/warmed"')})
    base.begin(steps, checks={LOOK: {"rehearsal": {"within": "7d"}, "closes": True}})
    return base


def item(base: Base) -> Any:
    base.flight.cockpit("verify", LOOK)
    (found,) = base.flight.json("status")["items"]
    return found


def untouched(base: Base) -> bool:
    flight = base.flight
    trees = flight.git.text("worktree", "list", "--porcelain").count("worktree ")
    return (
        base.is_bad()
        and base.ours() == [base.name]
        and trees == 1
        and (flight.var / "up").exists()
        and flight.trace() == ["build"]
        and flight.git.text("describe", "--tags") == "v2"
    )


def test_it_closes_the_item_that_asks_for_it(base: Base) -> None:
    flight = base.flight
    assert item(base)["state"] != "sensed"
    told = flight.json("rollback", "v1", "--rehearse")
    assert told["ok"], told
    assert [(step["title"], step["outcome"]) for step in told["steps"]] == [
        ("Stop", "skipped"), ("Checkout", "ok"), ("Restore", "ok"), ("Build", "ok"), ("Warm", "ok"),
        ("Start", "skipped"), ("Verify", "skipped"),
    ]  # fmt: skip
    assert all(step["seconds"] > 0 for step in told["steps"] if step["outcome"] == "ok")
    assert told["dump"]["path"] == str(base.dump)
    assert untouched(base)
    place, version = (flight.var / "built").read_text().split()
    assert (version, place.startswith(str(flight.repo))) == ("v1", False)
    assert (flight.var / "warmed").read_text() == "1\n"
    found = item(base)
    assert found["state"] == "sensed"
    workspace = flight.workspace()
    assert workspace.run.rehearsals["v1"].ok
    assert [record.kind for record in workspace.run.records if record.kind == "rollback.rehearsed"]


def test_one_that_fails_is_told_and_closes_nothing(base: Base) -> None:
    base.dump.write_bytes(base.dump.read_bytes()[: base.dump.stat().st_size * 2 // 3])
    told = base.flight.json("rollback", "v1", "--rehearse", code=5)
    assert told["detail"].startswith("step 3, Restore: pg_restore")
    assert base.is_bad()
    assert base.ours() == [base.name]
    assert item(base)["state"] != "sensed"
    assert not base.flight.workspace().run.rehearsals["v1"].ok


def test_without_trust_nothing_is_rehearsed(base: Base, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COCKPIT_STATE_DIR", str(base.flight.home / "nobody"))
    assert base.flight.json("rollback", "v1", "--rehearse", code=4)["error"]["code"] == "not-trusted"


def test_before_the_deploy_it_is_rehearsed_from_what_the_run_flies(base: Base) -> None:
    base.flight.git.output("checkout", "--quiet", "--detach", "v1")
    told = base.flight.json("rollback", "v1", "--rehearse")
    assert (told["ok"], told["from_commit"]) == (True, base.flight.git.text("rev-parse", "v2^{commit}"))
    assert item(base)["state"] == "sensed"
