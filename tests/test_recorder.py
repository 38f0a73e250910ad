"""The flight recorder: the run, probes and logs of an earlier time are what they were then, and nothing is written."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cockpit.errors import RefusedError, UsageError
from cockpit.git.command import Git
from cockpit.live_source import heartbeat_key
from cockpit.measuring import sample_key
from cockpit.recorder import past_live, past_logs, past_run, past_time
from cockpit.release.events import ProbeChanged
from cockpit.release.health import Debounced, ProbeResult, ProbeState
from cockpit.release.intents import AddNote, DeferItem, RecordFact, TickItem
from cockpit.release.ledger import state_digest
from cockpit.release.run import Run
from cockpit.samples.writer import SampleWriter
from cockpit.trust import TrustStore
from cockpit.workspace import Workspace
from tests.shop import CONFIGURATION, LISTEN, LOOK, NOW, Moments, make_shop, pinned_in, start_session

LOGGED = CONFIGURATION + 'logs: {app: {file: app.log}}\nprobes: {api: {http: "http://x.example/", interval: 5s}}\n'


class Recorded:
    """A clone on which something happens every minute, with what the run was after each."""

    def __init__(self, home: Path) -> None:
        self.clock = Moments(NOW)
        repo = make_shop(home / "shop", LOGGED)
        session = start_session(repo, clock=self.clock)
        session.focus("", pinned_in(repo))
        self.workspace = Workspace(
            root=repo, git=Git(repo), store=session.store, session=session, trust=TrustStore(home / "state"), runs={}
        )
        self.workspace.host = "bridge"
        self.workspace.open_run("v1", tag="", launch_at="")
        self.known: list[tuple[float, Run]] = [(NOW, self.workspace.run)]
        with (repo / "app.log").open("w") as log, SampleWriter(self.workspace.store.location.root) as writer:
            for minute, intent in enumerate(
                (
                    TickItem(LOOK),
                    DeferItem(LISTEN, "later"),
                    RecordFact("probe:api", ProbeChanged("down", "ok", "refused", "bridge")),
                    AddNote("odd"),
                    TickItem(LISTEN),
                ),
                1,
            ):
                self.clock.at = NOW + minute * 60
                session.act(intent)
                self.known.append((self.clock.at, self.workspace.run))
                log.write(f"{stamp(self.clock.at)} INFO minute {minute}\n")
                state = ProbeState.DOWN if minute >= 3 else ProbeState.OK
                for second in range(0, 60, 5):
                    at = self.clock.at + second
                    found = ProbeResult(sample_key(self.workspace.run, "api"), state, 40.0 + minute, "seen", at)
                    writer.record(found, Debounced(state, at, state), interval=5.0)
                    writer.beat(heartbeat_key(self.workspace.run, "bridge"), 1, at)
                    writer.flush()
        self.clock.at = NOW + 3600


def stamp(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recorded]:
    recorded = Recorded(tmp_path_factory.mktemp("recorded"))
    yield recorded
    recorded.workspace.store.close()


def test_the_run_of_each_moment_is_the_very_one_of_then(recorded: Recorded) -> None:
    for at, run in recorded.known:
        again = past_run(recorded.workspace, at + 1)
        assert state_digest(again) == state_digest(run)
        assert {key: view.state for key, view in again.items.items()} == {k: v.state for k, v in run.items.items()}
        assert [note.text for note in again.notes] == [note.text for note in run.notes]
        assert again.configuration == run.configuration
    before = past_run(recorded.workspace, NOW - 1)
    assert (before.opened_at, before.records) == ("", ())


def test_probes_and_logs_are_those_of_then(recorded: Recorded) -> None:
    for minute, state in ((2, "ok"), (4, "down")):
        at = NOW + minute * 60 + 7
        run = past_run(recorded.workspace, at)
        (feed,) = past_live(recorded.workspace, run, at).probes
        assert (feed.raw, feed.at, feed.latency_ms) == (state, at - 2, 40.0 + minute)
        assert feed.reliable(at) == ("down" if minute == 4 else "ok")
        assert past_live(recorded.workspace, run, at).watcher_alive(at)
        (log,) = past_logs(recorded.workspace, run, at)
        assert [line.rpartition(" ")[2] for line in log.lines] == [str(n) for n in range(1, minute + 1)]


def test_what_nobody_saw_then_is_unknown(recorded: Recorded) -> None:
    at = NOW + 1800
    live = past_live(recorded.workspace, past_run(recorded.workspace, at), at)
    assert [(feed.reliable(at), live.watcher_alive(at)) for feed in live.probes] == [("unknown", False)]
    assert not live.readiness.ready
    (log,) = past_logs(recorded.workspace, past_run(recorded.workspace, NOW - 60), NOW - 60)
    assert (log.lines, log.trouble) == ((), "nothing is there of that time")


def test_while_the_past_is_looked_at_nothing_is_written(recorded: Recorded) -> None:
    session = recorded.workspace.session
    count = len(session.run.records)
    session.past = "AS OF yesterday"
    try:
        with pytest.raises(RefusedError, match="the past, AS OF yesterday"):
            session.act(AddNote("now"))
        assert session.readonly
    finally:
        session.past = ""
    assert len(session.run.records) == count
    assert not session.readonly


def test_a_time_to_come_is_none_of_the_past() -> None:
    assert past_time("2h", NOW) == NOW - 7200
    assert past_time("2027-01-15T07:00:00Z", NOW) == NOW - 3600
    for wrong in ("2027-01-15T09:00:00Z", "yesterday", "2027-01-15T07:00"):
        with pytest.raises(UsageError):
            past_time(wrong, NOW)
