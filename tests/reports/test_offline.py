"""The page for when everything else is down: what stands on it, and that foreign text stays text."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from cockpit.offline import OfflineKeeper, write_offline_page
from cockpit.release.intents import ReopenItem, TickItem
from cockpit.workspace import Workspace
from tests.execution.flight import Flight

CONTACTS = """\
contacts:
  - {id: ops, purpose: On call, name: Ana <b>, address: "+49 30 1234"}
  - {id: blank, purpose: Nobody yet}
"""
RUNBOOK = """\
id: payments
title: Payments <script>
kind: emergency
steps:
  - {id: a, text: Look at the gateway, when: it answers, after: 5m}
  - {id: b, text: Switch, run: "bin/switch --manual <previous-tag>"}
"""


@pytest.fixture
def flight(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flight]:
    monkeypatch.setenv("COCKPIT_STATE_DIR", str(tmp_path / "state"))
    flight = Flight(tmp_path)
    (flight.repo / "checklists" / "runbooks").mkdir()
    (flight.repo / "checklists" / "runbooks" / "application-down.yaml").write_text(RUNBOOK)
    (flight.repo / "checklists" / "contacts.yaml").write_text(CONTACTS)
    yield flight
    flight.end()


class Page(HTMLParser):
    """The tags and the text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        assert not {"src", "href", "onclick"} & {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.text += data


def written(workspace: Workspace) -> tuple[str, str]:
    page, text = write_offline_page(workspace)
    return page.read_text(), text.read_text()


def test_it_holds_people_procedures_the_rollback_by_hand_and_the_checklist(flight: Flight) -> None:
    workspace = flight.begin()
    html, text = written(workspace)
    page = Page(html)
    assert page.tags <= {"html", "head", "meta", "title", "style", "body", "h1", "h2", "h3", "p", "pre"}
    for said in (
        "shop staging (not production): v2",
        "On call: Ana <b> +49 30 1234",
        "Payments <script> (emergency, major)",
        "1. (if it answers, after 5m) Look at the gateway",
        "bin/switch --manual <previous-tag>",
        "To v1: the release before v2",
        "☐ Look (open)",
    ):
        assert said in page.text
        assert said in text
    assert "Nobody yet" not in text


def test_the_script_on_it_can_be_run_by_hand(flight: Flight) -> None:
    workspace = flight.begin()
    text = written(workspace)[1].splitlines()
    start = text.index("    #!/bin/sh")
    end = next(n for n in range(start, len(text)) if text[n] and not text[n].startswith("    "))
    script = "\n".join(line.removeprefix("    ") for line in text[start:end])
    done = subprocess.run(["sh", "-c", script], input="\n" * 9, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert flight.git.text("describe", "--tags") == "v1"
    assert (flight.var / "up").exists()


def test_without_rollback_steps_it_says_why_there_is_no_script(flight: Flight) -> None:
    workspace = flight.begin([])
    assert "None was prepared: cockpit.yaml names no rollback steps" in written(workspace)[1]


def test_the_watcher_keeps_it_true_and_rests_between(flight: Flight) -> None:
    workspace = flight.begin()
    clock = [100.0]
    keeper = OfflineKeeper(workspace, pytest.fail, monotonic=lambda: clock[0])
    keeper.refresh()
    path = write_offline_page(workspace)[1]
    workspace.session.act(TickItem("day/before/look"))
    keeper.refresh()
    assert "☐ Look" in path.read_text()
    clock[0] += 60
    keeper.refresh()
    assert "☑ Look (done, Ana" in path.read_text()
    workspace.session.act(ReopenItem("day/before/look", "not so"))
    keeper.refresh(last=True)
    assert "☐ Look (open): not so" in path.read_text()
