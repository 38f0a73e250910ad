"""The status document: what scripts read, and the same for a person."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cockpit.release.health import ConditionResult
from cockpit.release.intents import (
    AddNote,
    AttachEvidence,
    DeferItem,
    EndExecution,
    RequestExecution,
    TickItem,
)
from cockpit.release.ledger import Ledger, state_digest
from cockpit.release.live import Live, ProbeFeed, Readiness
from cockpit.release.run import Run
from cockpit.status import status_document, summary_lines
from tests.release.support import PINNED, Texts, opened, plan_to

NOW = 1_800_000_000.0


def feed(state: str = "ok", *, age: float = 2.0, raw: str = "") -> ProbeFeed:
    return ProbeFeed(
        "api", "API", state, NOW - 60, raw or state, 12.0, "200 OK", NOW - age, 10.0,
        conditions=(ConditionResult("[STATUS] == 200", True, "200"),),
    )  # fmt: skip


def document(run: Run, *feeds: ProbeFeed) -> dict[str, Any]:
    live = Live(probes=feeds, readiness=Readiness(False, ("not trusted",), "v1"))
    found: dict[str, Any] = json.loads(json.dumps(status_document(run, live, now=NOW)))
    return found


def test_it_holds_the_run_its_items_and_its_debt() -> None:
    person = opened()
    person.act(TickItem("k", "42"))
    person.act(DeferItem("n", "later"))
    person.act(AddNote("seen", "k"))
    person.act(AttachEvidence("k", "shot.txt", b"text"))
    found = document(person.run, feed())
    assert found["run"]["name"] == "spring"
    assert found["phases"] == [
        {"id": "day", "title": "Day", "done": 1, "total": 5, "state": "going", "due": {"overdue": 0, "upcoming": 0}}
    ]
    items = {item["id"]: item for item in found["items"]}
    assert (items["k"]["state"], items["k"]["by"], items["k"]["detail"], items["k"]["killer"]) == (
        "done",
        "Ana",
        "42",
        True,
    )
    assert [each["kind"] for each in items["k"]["evidence"]] == ["note", "attachment"]
    assert items["k"]["evidence"][0]["text"] == "seen"
    assert items["k"]["evidence"][1]["name"] == "shot.txt"
    assert items["two"]["state"] == "open"
    assert items["two"]["two_person"] is True
    assert [(debt["item"], debt["reason"]) for debt in found["debt"]] == [("n", "later")]
    assert found["gate"] == {"phase": "day", "go": False, "reasons": [{"item": "b", "why": "Bound: open"}]}
    assert found["readiness"] == {
        "ready": False,
        "reasons": ["not trusted"],
        "target": "v1",
        "notes": [],
        "warnings": [],
    }
    assert found["digest"] == state_digest(person.run)
    assert found["execution"] is None


@pytest.mark.parametrize(
    ("seen", "state", "go"),
    [
        (feed(), "ok", True),
        (feed(age=31.0), "unknown", False),
        (feed(raw="unknown"), "unknown", False),
        (feed("down"), "down", False),
        (feed("degraded"), "degraded", True),
    ],
)
def test_a_probe_that_nobody_watches_is_unknown_and_holds_the_gate(seen: ProbeFeed, state: str, go: bool) -> None:
    person = opened()
    for item in ("k", "b"):
        person.act(TickItem(item))
    found = document(person.run, seen)
    assert (found["probes"][0]["state"], found["gate"]["go"]) == (state, go)
    assert found["probes"][0]["at"].startswith("2027-01-15T07:59:")
    (line,) = [line for line in summary_lines(person.run, Live(probes=(seen,)), now=NOW) if "probe api" in line]
    assert state in line


def test_a_probe_without_a_sample_has_no_time() -> None:
    never = ProbeFeed("api", "API", "unknown", 0.0, "unknown", None, "no sample yet", 0.0, 10.0)
    assert document(opened().run, never)["probes"][0]["at"] is None
    assert any("never" in line for line in summary_lines(opened().run, Live(probes=(never,)), now=NOW))


def test_the_execution_in_progress_is_told_else_the_last() -> None:
    person = opened()
    person.act(RequestExecution("x", plan_to(), "v1"))
    person.act(EndExecution("x", "succeeded", "", "v1"))
    found = document(person.run)
    assert (found["execution"]["id"], found["execution"]["state"], found["execution"]["by"]) == (
        "x",
        "succeeded",
        "Ana",
    )
    assert "plan" not in found["execution"]
    assert found["deploys_locked"] == "rolled back from v2 to v1"
    assert found["run"]["state"] == "rolled-back"


def test_without_a_run_it_says_none() -> None:
    nothing = Ledger(Texts().get).snapshot("", PINNED)
    found = document(nothing)
    assert found["run"] is None
    assert found["phases"][0]["state"] == "open"
    assert "no run is open" in summary_lines(nothing, Live(), now=NOW)[0]


def test_the_summary_names_what_matters() -> None:
    person = opened()
    person.act(DeferItem("k", "vendor's window"))
    person.act(RequestExecution("x", plan_to(), "v1"))
    person.act(EndExecution("x", "succeeded", "", "v1"))
    text = "\n".join(summary_lines(person.run, Live(readiness=Readiness(True, (), "v1")), now=NOW))
    for wanted in ("PRODUCTION", "rolled-back", "0/5", "NO-GO", "A killer: deferred", "READY to v1", "vendor's window"):
        assert wanted in text
    assert "deploys locked: rolled back from v2 to v1" in text
