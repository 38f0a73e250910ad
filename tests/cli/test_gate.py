"""Go and no-go as a CI step, the poll by role, and the change freeze, from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Console
from tests.execution.flight import Flight
from tests.store.support import git

pytestmark = pytest.mark.full

CHECKLIST = """\
id: short
title: Short
phases:
  - id: day
    title: Day
    pause_point: true
    sections:
      - {id: s, title: S, items: [{id: day/s/look, text: Look, role: ops, killer: true}, {id: b, text: B, role: qa}]}
  - id: night
    title: Night
    pause_point: true
    poll: [product]
    sections: [{id: s, title: S, items: [{id: c, text: C}]}]
"""


@pytest.fixture
def poll(tmp_path: Path) -> Console:
    """An open run with two roles in its first phase and no probes."""
    repo = tmp_path / "shop"
    (repo / "checklists").mkdir(parents=True)
    git(repo, "init", "-q", "-b", "main", "--template=")
    for setting in (("user.name", "Ana"), ("user.email", "ana@example.org")):
        git(repo, "config", *setting)
    (repo / "cockpit.yaml").write_text("service: shop\nenvironment: {name: live}\nchecklists: [short]\n")
    (repo / "checklists" / "short.yaml").write_text(CHECKLIST)
    git(repo, "add", ".")
    git(repo, "commit", "-q", "-m", "v1")
    git(repo, "tag", "v1")
    console = Console(repo)
    console.json("release", "open", "v1")
    return console


def test_no_go_until_the_killers_are_done_and_every_role_says_go(poll: Console) -> None:
    gate = poll.json("gate", code=1)
    assert (gate["phase"], gate["go"]) == ("day", False)
    assert [reason["item"] for reason in gate["reasons"]] == ["day/s/look", "role:qa", "role:ops"]
    assert all(reason["why"] for reason in gate["reasons"])
    poll.json("item", "tick", "look")
    answered = poll.json("gate", "day", "--answer", "go", "--as", "ops", code=1)
    assert [reason["why"] for reason in answered["reasons"]] == ["QA Lead (qa): no answer"]
    done = poll.json("gate", "--answer", "go", "--as", "qa", "--on-behalf", "Cem", "--by", "Ben")
    assert done["go"] is True
    roles = {role["role"]: role for role in done["roles"]}
    assert (roles["qa"]["by"], roles["qa"]["on_behalf"], roles["qa"]["answer"]) == ("Ben", "Cem", "go")
    assert (roles["ops"]["by"], roles["ops"]["on_behalf"]) == ("Ana", None)
    status, out, _ = poll.say("gate", "day")
    assert (status, out.splitlines()[0]) == (0, "Day: GO")
    assert "go by Ben on behalf of Cem" in out


def test_a_no_go_is_recorded_with_its_reason_and_told(poll: Console) -> None:
    poll.json("item", "tick", "look")
    poll.json("gate", "--answer", "go", "--as", "ops,qa")
    status, out, _ = poll.say("gate", "--answer", "no-go", "--as", "qa", "--reason", "cart totals are wrong")
    assert status == 1
    assert "QA Lead (qa): no-go by Ana: cart totals are wrong" in out
    assert "also ops" in out, "one person holds both roles"
    assert poll.json("status")["gate"]["reasons"][0]["item"] == "role:qa"
    assert any("answered no-go for qa" in each["text"] for each in poll.json("timeline"))


def test_without_a_phase_it_says_of_which_it_speaks_and_takes_the_first_that_is_not_passed(poll: Console) -> None:
    poll.json("item", "tick", "c")
    assert poll.json("gate", code=1)["phase"] == poll.json("status")["gate"]["phase"] == "day"
    first, second = poll.say("gate")[1].splitlines()[:2]
    assert first == "Day: NO-GO"
    assert "day: the first phase that is not passed" in second
    assert "cockpit gate night" in second
    poll.json("item", "tick", "look")
    assert poll.json("gate", "--answer", "go", "--as", "ops,qa")["go"]
    assert poll.json("gate", code=1)["phase"] == "night"


def test_another_phase_by_its_id_and_what_is_wrong_is_named(poll: Console) -> None:
    left, unanswered = poll.json("gate", "night", code=1)["reasons"]
    assert (left["item"], left["why"].partition(";")[0]) == ("c", "C is open"), "no item there is a killer: each counts"
    assert unanswered == {"item": "role:product", "why": "Product: no answer"}
    poll.json("item", "tick", "c")
    assert poll.json("gate", "night", "--answer", "go", "--as", "product")["go"] is True
    assert "day, night" in poll.refused("gate", "dawn", code=2)["fix"]
    assert "qa, ops" in poll.refused("gate", "--answer", "go", "--as", "security", code=2)["fix"]
    assert poll.refused("gate", "--answer", "go", code=2)
    assert poll.refused("gate", "--as", "ops", code=2)
    assert poll.refused("--readonly", "gate", "--answer", "go", "--as", "ops", code=4)["code"] == "readonly"
    assert poll.json("release", "hold", "--reason", "payment provider")["state"] == "held"
    assert "run:held" in [reason["item"] for reason in poll.json("gate", "night", code=1)["reasons"]]
    poll.json("release", "close")
    assert poll.refused("gate", code=2)["code"] == "no-run"


def test_a_freeze_is_checked_shown_and_lifted_also_without_a_run(poll: Console) -> None:
    assert poll.json("freeze", "check") == {"frozen": False}
    poll.json("release", "close")
    on = poll.json("freeze", "on", "--reason", "black friday", "--by", "Ben")
    assert (on["frozen"], on["by"], on["reason"]) == (True, "Ben", "black friday")
    error = poll.refused("freeze", "check", code=4)
    assert error["code"] == "frozen"
    assert "Ben" in error["what"]
    assert "black friday" in error["what"]
    assert poll.refused("freeze", "on", code=4)["code"] == "already"
    assert poll.json("status")["frozen"]["by"] == "Ben"
    assert "black friday" in poll.say("status")[1]
    assert poll.json("freeze", "off") == {"frozen": False}
    assert poll.say("freeze", "check")[0] == 0
    assert poll.refused("freeze", "off", code=4)["code"] == "already"


def test_a_frozen_service_is_not_deployed_and_can_be_rolled_back(flight: Flight) -> None:
    flight.begin()
    console = Console(flight.repo)
    console.json("freeze", "on", "--reason", "audit")
    before = flight.git.text("rev-parse", "HEAD")
    refusal = console.refused("deploy", "v1", "--execute", "--confirm", "v1", code=4)
    assert refusal["code"] == "frozen"
    assert flight.git.text("rev-parse", "HEAD") == before
    assert console.json("rollback", "v1", "--execute", "--confirm", "v1")["state"] == "succeeded"
