"""`cockpit verify`: exit codes, what it tells, and by whose leave it looks."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.cli.conftest import Console
from tests.execution.flight import Flight

pytestmark = pytest.mark.full

LOOK = "day/before/look"


def begin(flight: Flight, check: dict[str, Any], **more: Any) -> Console:
    flight.begin([], checks={LOOK: check}, **more)
    return Console(flight.repo)


def item(console: Console) -> dict[str, Any]:
    (found,) = console.json("status")["items"]
    document: dict[str, Any] = found
    return document


def test_a_check_that_holds_closes_its_item(flight: Flight) -> None:
    console = begin(flight, {"command": {"run": "echo 12 passed", "matches": "passed"}, "closes": True})
    assert item(console)["state"] == "unknown"
    (found,) = console.json("verify")
    assert {"id", "text", "check", "closes", "state", "expected", "actual", "detail", "at", "age", "item_state"} <= set(
        found
    )
    assert (found["id"], found["state"], found["actual"], found["item_state"]) == (LOOK, "ok", "12 passed", "sensed")
    assert found["expected"] == "`echo 12 passed` ends with status 0, its output matches passed"
    assert 0 <= found["age"] < 60
    now = item(console)
    assert (now["state"], now["detail"], now["by"]) == ("sensed", "12 passed", None)
    assert now["check"]["actual"] == "12 passed"
    assert now["check"]["observers"][0]["valid"] is True
    assert console.say("verify", "look")[1].startswith("ok  sensed  Look  12 passed")


def test_one_that_fails_is_exit_1_and_one_that_cannot_look_exit_3(flight: Flight) -> None:
    console = begin(flight, {"file": {"path": str(flight.var / "seen")}, "closes": True})
    (found,) = console.json("verify", "look", code=1)
    assert (found["state"], found["item_state"]) == ("failed", "open")
    (flight.var / "seen").write_text("x")
    assert console.json("verify")[0]["item_state"] == "sensed"
    (flight.var / "seen").unlink()
    assert console.json("verify", code=1)[0]["item_state"] == "regressed"
    status, out, _ = console.say("verify")
    assert status == 1
    assert f"there is no file {flight.var / 'seen'} (expected {flight.var / 'seen'})" in out
    assert "regressed: Look: there is no file" in console.say("status")[1]


def test_unknown_is_exit_3(flight: Flight) -> None:
    console = begin(flight, {"command": {"run": "no-such-command-here"}})
    assert console.json("verify", code=3)[0]["state"] == "unknown"


def test_effects_are_named_to_be_run(flight: Flight) -> None:
    check = {"command": {"run": flight.sh('echo paid >> "$V/trace"')}, "effects": "money"}
    console = begin(flight, check, environment={"name": "production", "production": True})
    (held,) = console.json("verify", code=3)
    assert held["detail"] == "has effects (money): name it to run it"
    assert flight.trace() == []
    assert console.json("verify", LOOK)[0]["state"] == "ok"
    assert flight.trace() == ["paid"]


def test_it_is_refused_without_trust_and_read_only(flight: Flight) -> None:
    console = begin(flight, {"command": {"run": flight.sh('touch "$V/ran"')}}, trust=False)
    assert console.refused("verify", code=4)["code"] == "not-trusted"
    assert "ran" in console.say("trust", "--show")[1], "what trust would allow is shown"
    console.say("trust")
    assert console.refused("verify", "--readonly", code=4)["code"] == "readonly"
    assert not (flight.var / "ran").exists()
    assert console.say("verify")[0] == 0


def test_an_item_without_a_check_is_told_so(flight: Flight) -> None:
    flight.begin([])
    console = Console(flight.repo)
    assert console.json("verify") == []
    assert "checks: in cockpit.yaml" in console.refused("verify", "look", code=2)["fix"]
    assert console.refused("verify", "nowhere", code=2)["code"] == "not-found"


def test_the_ticks_of_people_and_the_words_of_checks_meet(flight: Flight) -> None:
    console = begin(flight, {"file": {"path": str(flight.var / "seen")}})
    console.say("verify")
    assert item(console)["state"] == "blocked"
    assert console.refused("item", "tick", "look", code=4)["code"] == "check-fails"
    (flight.var / "seen").write_text("x")
    console.say("verify")
    assert console.say("item", "tick", "look")[1] == "done\n"
    (flight.var / "seen").unlink()
    console.say("verify")
    assert item(console)["state"] == "regressed"
    assert "saw FAIL Look" in console.say("timeline")[1]


@pytest.mark.parametrize("where", ["checks", "checklist"])
def test_a_check_stands_in_the_checklist_or_in_the_configuration(flight: Flight, where: str) -> None:
    checklist = flight.repo / "checklists" / "short.yaml"
    check: Any = {LOOK: {"command": {"run": "echo from the configuration"}}} if where == "checks" else {}
    checklist.write_text(
        checklist.read_text().replace("text: Look", "text: Look, check: {command: {run: echo from the checklist}}")
    )
    flight.begin([], checks=check)
    (found,) = Console(flight.repo).json("verify")
    assert found["actual"] == f"from the {'configuration' if where == 'checks' else 'checklist'}"


def test_a_log_supports_its_item_and_goes_red_with_an_error(flight: Flight) -> None:
    log = flight.repo / "shop.log"
    console = begin(
        flight, {"log": {"name": "app", "level": "error", "within": "10m"}}, logs={"app": {"file": str(log)}}
    )
    (unseen,) = console.json("verify", code=3)
    assert (unseen["state"], unseen["actual"]) == ("unknown", f"there is no log at {log}")
    stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime())
    log.write_text(f"{stamp},000 INFO shop: 0 errors\n")
    (green,) = console.json("verify")
    assert (green["state"], green["actual"], green["item_state"]) == ("ok", "0 error of 1 lines within 10m", "open")
    with log.open("a") as file:
        file.write(f"{stamp},000 ERROR shop: no\n")
    (red,) = console.json("verify", code=1)
    assert (red["state"], red["actual"]) == ("failed", "1 error of 2 lines within 10m")
    assert red["expected"] == "app: at most 0 error lines or graver within 10m"
