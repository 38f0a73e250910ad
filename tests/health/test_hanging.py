"""A mount that hangs: looks at what lies there say so, and neither other looks nor the end of the program wait."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from cockpit.errors import ObservationError
from cockpit.health.apart import Apart, HeldUpError
from cockpit.health.probes import Prober
from cockpit.health.version import seen_version
from cockpit.release.configuration import VersionSeen
from cockpit.release.health import ProbeState
from cockpit.release.probes import Probe

NOW = 1_800_000_000.0
PATIENCE = 30.0  # seconds; what is wrong here takes for ever
MANY = 40  # more than programs run at once
COMMAND = Probe(command="true", timeout="10s")


class Mount:
    """Whoever looks at what lies in `path` hangs until it is back."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.asked = 0
        self.back = threading.Event()

    def wait(self, path: object) -> None:
        if isinstance(path, (str, Path)) and Path(path).is_relative_to(self.path):
            self.asked += 1
            self.back.wait()


@pytest.fixture
def mount(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mount]:
    mount = Mount(tmp_path / "mnt")
    stat, statvfs = os.stat, os.statvfs

    def hanging_stat(path: str, *more: object, **named: object) -> os.stat_result:
        mount.wait(path)
        return stat(path, *more, **named)  # type: ignore[arg-type]

    def hanging_statvfs(path: str) -> os.statvfs_result:
        mount.wait(path)
        return statvfs(path)

    monkeypatch.setattr(os, "stat", hanging_stat)
    monkeypatch.setattr(os, "statvfs", hanging_statvfs)
    yield mount
    mount.back.set()


async def test_what_does_not_lie_there_is_looked_at_all_the_same(mount: Mount, tmp_path: Path) -> None:
    async with asyncio.timeout(PATIENCE):
        async with Prober(observer="here", directory=tmp_path, trusted=True) as prober:
            looks = [Probe(disk=f"{mount.path}/{number}", timeout="200ms") for number in range(MANY)]
            results = await asyncio.gather(*(prober.run("disk", look, NOW) for look in looks))
            assert {(each.state, each.detail) for each in results} == {
                (ProbeState.UNKNOWN, "the file system did not answer within 200ms")
            }
            for look in (COMMAND, Probe(disk="/", conditions=("[DISK_FREE] >= 0B",)), Probe(file=str(tmp_path))):
                assert "did not answer" not in (await prober.run("well", look, NOW)).detail
            assert (await prober.run("job", COMMAND, NOW)).state is ProbeState.OK


async def test_what_hangs_is_not_looked_at_again_until_it_is_back(mount: Mount, tmp_path: Path) -> None:
    mount.path.mkdir()
    async with asyncio.timeout(PATIENCE), Prober(observer="here", directory=tmp_path) as prober:
        probe = Probe(disk="mnt", conditions=("[DISK_FREE] >= 0B",), timeout="200ms")
        details = [(await prober.run("disk", probe, NOW)).detail for _ in range(3)]
        assert details == ["the file system did not answer within 200ms", *["the look before still hangs"] * 2]
        assert mount.asked == 1
        mount.back.set()
        probe = msgspec.structs.replace(probe, timeout="20s")
        while (result := await prober.run("disk", probe, NOW)).detail == details[-1]:  # noqa: ASYNC110 - a thread
            await asyncio.sleep(0.01)
        assert result.state is ProbeState.OK


async def test_a_version_that_lies_there_is_not_seen(mount: Mount, tmp_path: Path) -> None:
    async with asyncio.timeout(PATIENCE), Prober(observer="here", directory=tmp_path) as prober:
        try:
            async with asyncio.timeout(PATIENCE / 2):
                with pytest.raises(ObservationError, match="the file system did not answer within 200ms"):
                    await seen_version(VersionSeen(file="mnt/VERSION", timeout="200ms"), prober)
        finally:
            mount.back.set()


_PROGRAM = """
import asyncio, sys
from pathlib import Path
from cockpit.health.probes import Prober
from cockpit.release.probes import Probe

async def look():
    async with Prober(observer="here", directory=Path(), beats=Path) as prober:
        print((await prober.run(sys.argv[1], Probe(heartbeat="1h", timeout="200ms"), 0.0)).detail)

asyncio.run(look())
"""


def test_the_program_ends_although_a_look_hangs(tmp_path: Path) -> None:
    pipe = tmp_path / "beat.json"
    os.mkfifo(pipe)  # who opens it waits for somebody who writes
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, str(pipe)], capture_output=True, text=True, timeout=PATIENCE, check=True
    )
    assert done.stdout == "the file system did not answer within 200ms\n"


async def test_a_command_waits_for_a_place_for_as_long_as_it_may_run(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "go")
    async with asyncio.timeout(PATIENCE), Prober(observer="here", directory=tmp_path, trusted=True) as prober:
        busy = [
            asyncio.create_task(prober.run("busy", Probe(command=f"read _ < go; echo {number}", timeout="25s"), NOW))
            for number in range(32)
        ]
        try:
            await asyncio.sleep(0)  # they are first
            result = await prober.run("job", Probe(command="true", timeout="300ms"), NOW)
        finally:
            for each in busy:
                each.cancel()
            await asyncio.gather(*busy, return_exceptions=True)
    assert (result.state, result.detail) == (ProbeState.UNKNOWN, "too many other looks were under way for 300ms")


async def test_a_call_that_is_given_up_leaves_its_place_and_its_error_to_nobody() -> None:
    apart, back = Apart(1), threading.Event()

    def fail() -> None:
        back.wait()
        raise OSError("late")

    with pytest.raises(TimeoutError):
        await apart.call("a", fail, queue=1.0, within=0.05)
    with pytest.raises(HeldUpError, match="still hangs"):
        await apart.call("a", fail, queue=1.0, within=0.05)
    assert await apart.call("b", lambda: 7, queue=1.0, within=PATIENCE) == 7
    back.set()
    await apart.aclose(PATIENCE)
    with pytest.raises(OSError, match="late"):
        await apart.call("a", fail, queue=1.0, within=PATIENCE)
