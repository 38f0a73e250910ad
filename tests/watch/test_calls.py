"""The watcher's calls on real receivers: once each, across watchers and clones, and silent once somebody knows."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from cockpit.bootstrap import open_workspace
from cockpit.cli.main import run
from cockpit.notifying import AroundCalls
from cockpit.release.calls import calls_of
from cockpit.release.events import TriggerBreached
from cockpit.release.intents import AcknowledgeCall, OpenIncident, RecordFact
from cockpit.release.messages import Message
from cockpit.watch.calls import CallWatch
from cockpit.watching.watch import keep_watch
from cockpit.workspace import Options, Workspace
from tests.comms.receivers import Reply, WebReceiver, free_port
from tests.execution.flight import Flight
from tests.watch.test_watcher import QUICK, eventually, more_samples

pytestmark = pytest.mark.full

KEY = "r0utingkeyofthirtytwocharacters1"


@pytest.fixture
def home(flight: Flight, monkeypatch: pytest.MonkeyPatch) -> Flight:
    monkeypatch.setenv("OPS_WEBHOOK", "http://127.0.0.1:1/none")
    monkeypatch.setenv("PD_KEY", KEY)
    monkeypatch.setattr("cockpit.comms.sending._PAUSES", (0.01, 0.01))
    return flight


def configured(flight: Flight, web: WebReceiver, **more: Any) -> Workspace:
    return flight.begin(
        [],
        channels={
            "ops": {"slack": {"url_env": "OPS_WEBHOOK"}, "timeout": "2s"},
            "pager": {
                "pagerduty": {"routing_key_env": "PD_KEY", "url": f"http://127.0.0.1:{web.port}/"}, "timeout": "2s",
            },
        },
        triggers={"slow": {"probe": "up", "title": "Too slow"}},
        **{"notify": {"trigger-breached": ["ops"], "update-overdue": ["ops"]}, **more},
    )  # fmt: skip


def breach(workspace: Workspace) -> None:
    workspace.session.act(RecordFact("trigger:slow", TriggerBreached("api: 900 ms", workspace.host)))


def sent(workspace: Workspace) -> list[Message]:
    workspace.session.poll()
    return list(workspace.run.messages.values())


def states(workspace: Workspace) -> list[list[str]]:
    return [[one.outcome for one in message.attempts] for message in sent(workspace)]


@contextlib.asynccontextmanager
async def calling(*workspaces: Workspace) -> AsyncIterator[list[str]]:
    """Let watchers of these workspaces call, without probing anything."""
    said: list[str] = []
    watches = [CallWatch(AroundCalls(one), say=said.append, beat=0.02) for one in workspaces]
    tasks = [asyncio.create_task(watch.watch()) for watch in watches]
    try:
        yield said
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_breached_trigger_reaches_its_channel_once_and_stands_in_the_record(
    home: Flight, monkeypatch: pytest.MonkeyPatch
) -> None:
    with WebReceiver().serving() as web:
        monkeypatch.setenv("OPS_WEBHOOK", web.url)
        workspace = configured(home, web)
        lines: list[str] = []
        # It looks at triggers once, at the start: the next look would find nothing of what is written down below.
        pace = structs.replace(QUICK, triggers=3600.0)
        watch = asyncio.create_task(keep_watch(home.workspace(), by_hand=True, say=lines.append, pace=pace))
        await eventually(lambda: lines)
        await more_samples(workspace, 1)
        breach(workspace)
        await eventually(lambda: states(workspace) == [["sent"]])
        await asyncio.sleep(0.2)  # ten beats, in which it must not be called again
        os.kill(os.getpid(), signal.SIGTERM)
        await watch
    assert [body["text"].partition("\n")[0] for body in web.bodies] == ["*[staging shop v2] ROLLBACK TRIGGER Too slow*"]
    assert any("ops: [staging shop v2] ROLLBACK TRIGGER Too slow: sent" in line for line in lines)
    assert not any(web.url in line for line in lines)
    # Another watcher, later, knows that it was sent.
    async with calling(home.workspace()):
        await asyncio.sleep(0.2)
    assert len(web.bodies) == 1


async def test_two_watchers_that_meet_tell_it_at_most_once_and_none_is_lost(
    home: Flight, monkeypatch: pytest.MonkeyPatch
) -> None:
    with WebReceiver().serving() as web:
        monkeypatch.setenv("OPS_WEBHOOK", web.url)
        workspace = configured(home, web)
        breach(workspace)
        async with calling(home.workspace(), home.workspace(), home.workspace()):
            await eventually(lambda: sent(workspace) and all(one.last.outcome for one in sent(workspace)))
    (message,) = sent(workspace)
    outcomes = [one.outcome for one in message.attempts]
    assert len(web.bodies) == outcomes.count("sent") <= 1
    assert set(outcomes) <= {"sent", "failed"}, "whoever yielded says so, and is tried again"


async def test_one_that_is_acknowledged_is_told_no_more_also_where_it_never_got_through(
    home: Flight, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cockpit.release.calls._FIRST_PAUSE", 0.05)
    port = free_port()
    monkeypatch.setenv("OPS_WEBHOOK", f"http://127.0.0.1:{port}/hook")
    web = WebReceiver()
    workspace = configured(home, web)
    breach(workspace)
    async with calling(home.workspace()):
        await eventually(lambda: len((states(workspace) or [[]])[0]) >= 2)
        (call,) = calls_of(workspace.run, 0.0)
        workspace.session.act(AcknowledgeCall(call.key))
        await eventually(lambda: all(one.last.outcome for one in sent(workspace)))
        before = states(workspace)
        with web.serving(port):
            await asyncio.sleep(0.4)
    assert web.bodies == []
    assert states(workspace) == before
    assert {outcome for outcomes in before for outcome in outcomes} == {"failed"}


async def test_a_receiver_that_comes_back_gets_it_and_a_new_watcher_goes_on_where_the_old_one_was(
    home: Flight, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cockpit.release.calls._FIRST_PAUSE", 0.05)
    port = free_port()
    monkeypatch.setenv("OPS_WEBHOOK", f"http://127.0.0.1:{port}/hook")
    web = WebReceiver()
    workspace = configured(home, web)
    breach(workspace)
    async with calling(home.workspace()):
        await eventually(lambda: states(workspace)[:1] and states(workspace)[0][0])
    with web.serving(port):
        async with calling(home.workspace()):
            await eventually(lambda: states(workspace)[0][-1] == "sent")
    assert len(web.bodies) == 1


async def test_pagerduty_is_told_again_where_nobody_knows_and_makes_one_incident_of_it(
    home: Flight, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cockpit.release.calls._FIRST_PAUSE", 0.05)
    with WebReceiver([Reply(500), Reply(500), Reply(500), Reply(202)]).serving() as web:
        workspace = configured(home, web, notify={"trigger-breached": ["pager"]})
        breach(workspace)
        async with calling(home.workspace()):
            await eventually(lambda: states(workspace) == [["unknown", "sent"]])
    (message,) = sent(workspace)
    assert {body["dedup_key"] for body in web.bodies} == {message.id}


async def test_what_is_not_trusted_calls_nobody(home: Flight, monkeypatch: pytest.MonkeyPatch) -> None:
    with WebReceiver().serving() as web:
        monkeypatch.setenv("OPS_WEBHOOK", web.url)
        workspace = configured(home, web)
        (Path(os.environ["COCKPIT_STATE_DIR"]) / "trust" / workspace.run.digest).unlink()
        breach(workspace)
        async with calling(home.workspace()) as said:
            await eventually(lambda: said)
    assert said == [
        "nobody is told of what calls: this configuration is not trusted on this host. "
        "Look at what it would run (cockpit trust --show), then say: cockpit trust"
    ]
    assert web.bodies == []
    assert sent(workspace) == []


async def test_an_overdue_update_calls_and_the_word_that_follows_ends_it(
    home: Flight, monkeypatch: pytest.MonkeyPatch
) -> None:
    with WebReceiver().serving() as web:
        monkeypatch.setenv("OPS_WEBHOOK", web.url)
        workspace = configured(home, web, incidents={"update_every": "100ms"})
        workspace.session.act(OpenIncident("1", "Down"))
        async with calling(home.workspace()):
            await eventually(lambda: states(workspace) == [["sent"]])
    assert "UPDATE OVERDUE: Down" in web.bodies[0]["text"]


class Clone:
    """A second clone of a flight, on another host; the two exchange by a bare remote."""

    def __init__(self, home: Flight) -> None:
        self._home = home
        remote = home.home / "remote.git"
        home.git.output("clone", "--quiet", "--bare", ".", str(remote))
        home.git.output("remote", "add", "origin", str(remote))
        self.repo = home.home / "other clone"
        home.git.output("clone", "--quiet", str(remote), str(self.repo))
        self.exchange()

    def exchange(self) -> None:
        """Let both hold the same."""
        for repo in (self._home.repo, self.repo, self._home.repo):
            assert run(["--repo", str(repo), "sync"]) == 0

    def workspace(self) -> Workspace:
        workspace = open_workspace(Options(repo=self.repo))
        workspace.host = "other"
        return workspace


async def test_of_two_clones_whoever_saw_it_sends_it_and_the_other_only_where_that_one_has_not(
    home: Flight, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cockpit.release.calls.OTHERS_WAIT", 0.5)
    with WebReceiver().serving() as web:
        monkeypatch.setenv("OPS_WEBHOOK", web.url)
        workspace = configured(home, web)
        clone = Clone(home)
        breach(workspace)
        async with calling(home.workspace()):
            await eventually(lambda: states(workspace) == [["sent"]])
        await asyncio.to_thread(clone.exchange)
        async with calling(clone.workspace()):
            await asyncio.sleep(0.8)  # longer than the other host waits
        assert len(web.bodies) == 1
        # This one nobody tells of where it was seen: its watcher is dead.
        breach(workspace)
        await asyncio.to_thread(clone.exchange)
        other = clone.workspace()
        async with calling(other):
            await eventually(lambda: len(web.bodies) == 2)
            await eventually(lambda: states(other)[-1] == ["sent"])
        await asyncio.to_thread(clone.exchange)
        async with calling(home.workspace()):
            await asyncio.sleep(0.3)
    assert len(web.bodies) == 2, "and when it is back, it knows"
