"""`cockpit serve` as it is run: what its sessions may do, and that none of them outlives its window or the server."""

from __future__ import annotations

import signal
from typing import Any

import pytest

from cockpit.presence import presence_directory
from tests.execution.flight import Flight, alive
from tests.serving.served import Served, client_of, soon

pytestmark = pytest.mark.full


def item(flight: Flight) -> Any:
    (found,) = flight.json("status")["items"]
    return found


async def test_a_session_only_looks_unless_it_is_told_that_it_may_write(flight: Flight) -> None:
    with Served(flight.repo) as served:
        assert served.said == {"url": served.url, "port": served.port, "readonly": True}
        async with client_of(served.url) as client:
            await client.enter()
            assert "<title>shop staging</title>" in client.page
            async with client.window() as window:
                await window.until("Look")
                before = flight.json("status")["digest"]
                await window.type(" ")
                await window.until("read-only")
                assert (item(flight)["state"], flight.json("status")["digest"]) == ("open", before)
            await soon(lambda: not served.sessions())
    with Served(flight.repo, "--write", "--by", "Zoë") as served:
        assert served.said["readonly"] is False
        async with client_of(served.url) as client:
            await client.enter()
            async with client.window() as window:
                await window.until("Look")
                await window.type(" ")
                await soon(lambda: item(flight)["state"] == "done")
                assert item(flight)["by"] == "Zoë"
                await window.type("2")
                await window.until("the till is open")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
async def test_no_session_outlives_the_server(flight: Flight, number: signal.Signals) -> None:
    with Served(flight.repo) as served:
        async with client_of(served.url) as client:
            await client.enter()
            async with client.window() as window, client.window() as other:
                await window.until("Look")
                await other.until("Look")
                sessions = served.sessions()
                assert len(sessions) == 2
                served.process.send_signal(number)
                if number is not signal.SIGKILL:
                    assert await window.closed() == 1001
                await soon(lambda: not any(map(alive, sessions)))
        assert served.process.wait(20) == (0 if number is not signal.SIGKILL else -number)
    if number is not signal.SIGKILL:
        here = presence_directory(flight.workspace().store.location)
        assert list(here.glob("*.json")) == [], "each has said its farewell"
    assert served.rest == ("", "")


async def test_who_leaves_the_app_closes_its_window(flight: Flight) -> None:
    with Served(flight.repo) as served:
        async with client_of(served.url) as client:
            await client.enter()
            async with client.window() as window:
                await window.until("Look")
                await window.type("q")
                await window.until("Leave the cockpit?")
                await window.type("\t\r")
                assert await window.closed() == 1000
            await soon(lambda: not served.sessions())
    assert served.rest == ("", "")


async def test_who_leaves_while_the_app_opens_leaves_nothing_behind(flight: Flight) -> None:
    with Served(flight.repo) as served:
        async with client_of(served.url) as client:
            await client.enter()
            for _ in range(6):
                async with client.connect(Origin=client.origin) as socket:
                    await socket.receive()
                await soon(lambda: not served.sessions())
    assert served.rest == ("", "")


async def test_where_the_app_does_not_open_the_server_says_why(flight: Flight) -> None:
    git = flight.repo / ".git"
    with Served(flight.repo) as served:
        async with client_of(served.url) as client:
            await client.enter()
            git.rename(flight.home / "away")
            try:
                async with client.window() as window:
                    assert await window.closed() == 1000
            finally:
                (flight.home / "away").rename(git)
    assert "a session has ended with status" in served.rest[1]
    assert "git" in served.rest[1]


def test_mistakes_are_told_before_anything_is_served(flight: Flight) -> None:
    with Served(flight.repo) as served:
        taken = flight.cockpit("serve", f"--port={served.port}", "--json")
        assert taken.returncode == 4
        assert f"port {served.port} cannot be taken" in taken.stdout
    for words in (["--port=70000"], ["--port=x"], ["--write", "--readonly"], ["--run=none"]):
        assert flight.cockpit("serve", *words).returncode == 2, words
