"""Reports drawn from runs whose every text is hostile, read back by real parsers."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from cockpit.bootstrap import now
from cockpit.measuring import sample_key
from cockpit.release.health import Debounced, ProbeResult, ProbeState
from cockpit.release.intents import ChangeRunState
from cockpit.reporting import whole_report
from cockpit.reports.html import to_html
from cockpit.reports.markdown import plain, to_markdown
from cockpit.reports.report import Report, report_of
from cockpit.samples.writer import SampleWriter
from cockpit.text import visible
from cockpit.times import epoch, rfc3339
from cockpit.workspace import Workspace
from tests.execution.flight import Flight

pytestmark = pytest.mark.full

HOSTILE = (
    "<script>alert(1)</script> <img src=x onerror=y> [click](javascript:z) ![i](http://e.x/p) `code` **bold** | cell |"
    "\n# heading\n- list\n\n```\nfence\n@everyone #1 https://e.x/ www.e.x &lt; &amp; \x1b[31m \u202e \\ ~~s~~ <!-- $x$"
)


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("COCKPIT_STATE_DIR", str(tmp_path / "state"))
    return Flight(tmp_path).begin()


def hostile_report(workspace: Workspace) -> Report:
    from cockpit.release.intents import AddNote, DeferItem

    workspace.session.actor = type(workspace.session.actor)(HOSTILE, "x")
    workspace.session.act(AddNote(HOSTILE))
    workspace.session.act(AddNote(HOSTILE, "day/before/look"))
    workspace.session.act(DeferItem("day/before/look", HOSTILE))
    return whole_report(workspace, now=now())


class Tags(HTMLParser):
    """Collects what a browser would see."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links |= {value or "" for name, value in attrs if name in {"href", "src", "xlink:href"}}

    def handle_data(self, data: str) -> None:
        self.text += data


def test_hostile_text_is_text_in_markdown(workspace: Workspace) -> None:
    page = to_markdown(hostile_report(workspace))
    seen = Tags()
    seen.feed(MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(page))
    assert seen.tags <= {"h1", "h2", "h3", "ul", "li", "p", "table", "thead", "tbody", "tr", "th", "td", "strong", "em"}
    assert seen.attributes <= {"style"}
    assert "<script>alert(1)</script>" in seen.text
    assert "@everyone #1 https://e.x/" in seen.text
    assert "@everyone" not in page
    assert "https://" not in page
    assert "www.e" not in page
    assert "\x1b" not in page
    assert "\u202e" not in page


@pytest.mark.parametrize("text", ["", "plain", "a_b*c", "- x", "1. x", "# x", "    x", "x\\", "a|b", "[x]: y", "é ☑"])
def test_markdown_shows_the_very_characters(text: str) -> None:
    seen = Tags()
    seen.feed(MarkdownIt("commonmark").render(f"- {plain(text)}\n"))
    assert seen.text.strip() == text.strip()


_SIGNS = st.text(st.sampled_from("ab1 \\t\\\\`*_{}[]()#+-.!|<>&~$^=:;/@\"'%,?wWhttps"), max_size=24)
_PLACES = (
    "{}",
    "- {}",
    "# {}",
    "- name: {}",
    "said {} and went on",
    "| a | b |\n|---|---|\n| {} | x |",
    "> {}",
    "1. {}",
)


@settings(max_examples=400)
@given(_SIGNS, st.sampled_from(_PLACES))
def test_no_text_becomes_markup_anywhere(text: str, place: str) -> None:
    seen, without = Tags(), Tags()
    for preset in ("commonmark", "gfm-like"):
        parser = MarkdownIt(preset, {"linkify": False} if preset == "gfm-like" else {})
        seen.feed(parser.render(place.format(plain(text))))
        without.feed(parser.render(place.format("x")))
    assert seen.tags <= without.tags | {"pre", "code"}, "what is indented may be code, which shows it as well"
    kept = "".join(visible(text).split())
    assert "".join(seen.text.split()).count(kept) >= (1 if kept else 0)


def test_a_report_reads_well_as_it_is() -> None:
    told = "shop v2.4.1: 12 of 30 done (40 %), p95 812 ms > 500 ms, SHOP_KEY is set, 2026-11-26 20:25"
    assert plain(told) == told.replace(">", "&gt;")


def test_hostile_text_is_text_in_html(workspace: Workspace) -> None:
    page = to_html(hostile_report(workspace))
    seen = Tags()
    seen.feed(page)
    assert not seen.tags & {"script", "img", "iframe", "link", "use", "foreignobject"}
    assert all(link.startswith("#s") for link in seen.links), "a link goes to a part of the page alone"
    assert "onerror" not in seen.attributes
    assert "<script>alert(1)</script>" in seen.text
    assert "default-src 'none'" in page
    assert "\x1b" not in page


def test_a_report_tells_of_phases_debt_and_timeline(workspace: Workspace) -> None:
    report = hostile_report(workspace)
    (phase,) = report.phases
    assert (phase.total, phase.items[0].state) == (1, "deferred")
    assert len(report.debt) == 1
    assert [entry.text.split()[0] for entry in report.timeline] == ["opened", "the", "noted:", "noted", "deferred"]
    page = to_markdown(report)
    assert page.startswith("# shop staging: v2\n")
    for heading in ("## Day", "## Debt", "## Timeline"):
        assert heading in page


def test_printed_and_published(workspace: Workspace, tmp_path: Path) -> None:
    flight = Flight.__new__(Flight)
    flight.repo = workspace.root
    repo = workspace.root
    git = workspace.git
    git.output("init", "--quiet", "--bare", str(tmp_path / "forge.git"))
    git.output("remote", "add", "origin", str(tmp_path / "forge.git"))
    assert flight.json("report")["run"]["tag"] == "v2"
    assert json.loads(flight.cockpit("report", "--format", "json").stdout)["phases"][0]["id"] == "day"
    assert flight.cockpit("report", "--format", "html").stdout.startswith("<!DOCTYPE html>")
    assert "store digest" in flight.cockpit("report").stdout
    before = (git.text("status", "--porcelain"), git.text("rev-parse", "HEAD"), (repo / ".git" / "index").read_bytes())
    first = flight.json("report", "--publish")["commit"]
    living = to_markdown(report_of(workspace.run, now=now(), text_of=workspace.session.text))
    assert git.text("show", "cockpit-report:README.md") == living.rstrip("\n"), "nothing in it moves without news"
    assert flight.json("report", "--publish")["commit"] is None
    assert flight.cockpit("item", "tick", "look").returncode == 0
    second = flight.json("report", "--publish")["commit"]
    assert git.text("rev-list", "cockpit-report").split() == [second, first]
    assert git.text(f"--git-dir={tmp_path / 'forge.git'}", "rev-parse", "cockpit-report") == second
    after = (git.text("status", "--porcelain"), git.text("rev-parse", "HEAD"), (repo / ".git" / "index").read_bytes())
    assert after == before
    git.output("worktree", "add", "--quiet", str(tmp_path / "page"), "cockpit-report")
    assert flight.json("report", "--publish", code=4)["error"]["code"] == "checked-out"


def test_the_watcher_publishes_only_where_it_is_asked_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cockpit.reporting import Reporter

    monkeypatch.setenv("COCKPIT_STATE_DIR", str(tmp_path / "state"))
    said: list[str] = []
    silent = Flight(tmp_path / "silent").begin()
    Reporter(silent, said.append).refresh()
    assert not silent.git.run("rev-parse", "--verify", "--quiet", "cockpit-report").ok
    flight = Flight(tmp_path / "asked")
    asked = flight.begin(report_branch=True)
    at = [0.0]
    reporter = Reporter(asked, said.append, monotonic=lambda: at[0])
    reporter.refresh()
    first = asked.git.text("rev-parse", "cockpit-report")
    assert flight.cockpit("item", "tick", "look").returncode == 0
    asked.session.poll()
    reporter.refresh()
    assert asked.git.text("rev-parse", "cockpit-report") == first
    at[0] = 61.0
    reporter.refresh()
    assert asked.git.text("rev-parse", "cockpit-report^") == first
    asked.git.output("remote", "add", "origin", str(tmp_path / "nowhere.git"))
    at[0] = 200.0
    assert flight.cockpit("note", "more").returncode == 0
    asked.session.poll()
    reporter.refresh()
    at[0] = 400.0
    reporter.refresh()
    assert len(said) == 1
    assert "was not published" in said[0]


def test_a_phase_has_one_verdict_and_the_timeline_tells_seconds(workspace: Workspace) -> None:
    from cockpit.release.intents import TickItem

    before = to_markdown(whole_report(workspace, now=now()))
    assert "| phase | done | verdict |" in before
    assert "| Day | 0 of 1 | not begun, no-go: " in before
    workspace.session.act(TickItem("day/before/look"))
    report = whole_report(workspace, now=now())
    after = to_markdown(report)
    (row,) = (line for line in after.splitlines() if line.startswith("| Day |"))
    assert row in {"| Day | 1 of 1 | go |", "| Day | 1 of 1 | no-go, though every item is done: 1 reason |"}
    assert row.split("| ")[-1].removesuffix(" |") in to_html(report)
    assert re.search(r"^\| \d{4}-\d\d-\d\d \d\d:\d\d:\d\d \| Ana \| ticked Look \|$", after, re.MULTILINE)


def test_the_days_of_a_release_that_is_over_are_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COCKPIT_STATE_DIR", str(tmp_path / "state"))
    workspace = Flight(tmp_path).begin([], probes={"api": {"http": "http://127.0.0.1:9/", "interval": "10s"}})
    opened, day = epoch(workspace.run.opened_at), 86400.0
    with SampleWriter(workspace.store.location.root) as writer:
        for at in (opened, opened + 89 * day):
            found = ProbeResult(sample_key(workspace.run, "api"), ProbeState.OK, 40.0, "200", at)
            writer.record(found, Debounced(ProbeState.OK, at, ProbeState.OK))
    (closed,) = workspace.session.act(ChangeRunState("closed"))
    (probe,) = whole_report(workspace, now=opened + 90 * day).probes
    assert [(one.day, one.seen) for one in probe.days if one.seen] == [(rfc3339(opened)[:10], 1)]
    assert probe.days[-1].day == closed.wall[:10]
