from __future__ import annotations

import os
from pathlib import Path

import pytest

from cockpit.errors import ObservationError
from cockpit.health.probes import Prober
from cockpit.health.version import seen_version
from cockpit.release.configuration import VersionSeen
from tests.health.misbehaving import Server


async def test_from_an_endpoint(prober: Prober, server: Server) -> None:
    assert await seen_version(VersionSeen(http=server.url("/ok")), prober) == "pong"
    assert await seen_version(VersionSeen(http=server.url("/ok"), header="x-version"), prober) == "v1"
    assert await seen_version(VersionSeen(http=server.url("/json"), json="status"), prober) == "ok"
    assert await seen_version(VersionSeen(http=server.url("/json"), json="items[0].id"), prober) == "41"


async def test_from_a_file(prober: Prober) -> None:
    (prober.directory / "VERSION").write_text("v2.4.1\n")
    (prober.directory / "package.json").write_text('{"version": "2.4.1"}')
    assert await seen_version(VersionSeen(file="VERSION"), prober) == "v2.4.1"
    assert await seen_version(VersionSeen(file="package.json", json="version"), prober) == "2.4.1"


async def test_from_a_command(prober: Prober) -> None:
    assert await seen_version(VersionSeen(command="echo v2.4.1"), prober) == "v2.4.1"
    assert await seen_version(VersionSeen(command="printf 'v\\033[2J'"), prober) == "v␛[2J"


async def test_without_trust_no_command_tells(tmp_path: Path) -> None:
    async with Prober(observer="here", directory=tmp_path) as prober:
        with pytest.raises(ObservationError, match="not trusted on this host"):
            await seen_version(VersionSeen(command="echo v1"), prober)


@pytest.mark.parametrize(
    ("path", "header", "json", "complaint"),
    [
        ("/503", "", "", "503 Service Unavailable: database is away"),
        ("/loop", "", "", "302 Found, redirects to /loop"),
        ("/silent", "", "", "closed without an answer"),
        ("/ok", "X-Other", "", "has no header X-Other"),
        ("/ok", "", "version", "there is no text at version"),
        ("/json", "", "items", "there is no text at items"),
        ("/json", "", "none", "there is no text at none"),
        ("/json", "", "a..b", "is not a path"),
        ("/204", "", "", "is empty"),
        ("/endless", "", "", "is no version: xxxx"),
    ],
)
async def test_what_is_not_seen_is_never_guessed(
    prober: Prober, server: Server, path: str, header: str, json: str, complaint: str
) -> None:
    with pytest.raises(ObservationError) as caught:
        await seen_version(VersionSeen(http=server.url(path), header=header, json=json), prober)
    assert complaint in caught.value.what
    assert len(caught.value.what) <= 200


async def test_files_and_commands_that_tell_nothing(prober: Prober) -> None:
    os.mkfifo(prober.directory / "pipe")
    for seen, complaint in (
        (VersionSeen(file="missing"), "cannot be read: No such file"),
        (VersionSeen(file="pipe"), "is no file"),
        (VersionSeen(command="echo v1; exit 1"), "exit status 1"),
        (VersionSeen(command="echo v1; echo v2"), "is no version: v1"),
        (VersionSeen(), "exactly one of"),
        (VersionSeen(file="a", command="b"), "exactly one of"),
    ):
        with pytest.raises(ObservationError, match=complaint):
            await seen_version(seen, prober)
