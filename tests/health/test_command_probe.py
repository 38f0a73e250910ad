from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from cockpit.health.probes import Prober
from cockpit.release.configuration import Probe
from cockpit.release.health import ProbeResult, ProbeState


async def _run(prober: Prober, command: str, *conditions: str, within: str = "5s") -> ProbeResult:
    return await prober.run("job", Probe(command=command, conditions=conditions, timeout=within), 5.0)


def _alive(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


@pytest.mark.parametrize(
    ("command", "state", "detail"),
    [
        ("echo; echo accepting connections; echo more", ProbeState.OK, "accepting connections"),
        ("true", ProbeState.OK, "ended with status 0"),
        ("echo out; echo no disk >&2; exit 2", ProbeState.DOWN, "exit status 2: no disk"),
        ("printf 'a\\033[31mb'; exit 1", ProbeState.DOWN, "exit status 1: a␛[31mb"),
        ("exit 3", ProbeState.DOWN, "exit status 3"),
        ("kill -9 $$", ProbeState.UNKNOWN, "the command was ended by SIGKILL"),
    ],
)
async def test_the_exit_status_decides_and_the_first_line_tells(
    prober: Prober, command: str, state: ProbeState, detail: str
) -> None:
    result = await _run(prober, command)
    assert (result.state, result.detail) == (state, detail)


async def test_a_check_that_is_not_there_saw_nothing(prober: Prober) -> None:
    result = await _run(prober, "no-such-command-here")
    assert result.state is ProbeState.UNKNOWN
    assert "no-such-command-here" in result.detail


async def test_conditions_over_status_and_output(prober: Prober) -> None:
    assert (await _run(prober, "exit 2", "[EXIT] == any(0, 2)")).state is ProbeState.OK
    assert (await _run(prober, """echo '{"lag": 3}'""", "[BODY].lag < 10")).state is ProbeState.OK
    assert (await _run(prober, """echo '{"lag": 30}'; exit 1""", "[BODY].lag < 100")).state is ProbeState.DOWN


async def test_commands_run_where_the_configuration_lies(prober: Prober) -> None:
    assert (await _run(prober, "pwd -P")).detail == str(prober.directory.resolve())


async def test_without_trust_nothing_runs(tmp_path: Path) -> None:
    async with Prober(observer="here", directory=tmp_path) as prober:
        result = await _run(prober, "touch ran")
    assert (result.state, result.detail) == (ProbeState.UNKNOWN, "not trusted on this host")
    assert os.listdir(tmp_path) == []


async def test_a_time_out_ends_the_whole_group(prober: Prober) -> None:
    result = await _run(prober, "sleep 60 & echo $! > pids; echo $$ >> pids; wait", within="300ms")
    assert (result.state, result.detail) == (ProbeState.DOWN, "no end within 300ms")
    pids = [int(line) for line in (prober.directory / "pids").read_text().split()]
    assert len(pids) == 2
    assert not any(_alive(pid) for pid in pids)


async def test_a_cancel_ends_the_whole_group_before_the_prober_is_closed(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "started")
    async with Prober(observer="here", directory=tmp_path, trusted=True) as prober:
        look = asyncio.create_task(_run(prober, "sleep 60 & echo $! > started; wait; touch ended", within="90s"))
        pid = int(await asyncio.to_thread((tmp_path / "started").read_text))
        assert _alive(pid)
        look.cancel()
        with pytest.raises(asyncio.CancelledError):
            await look
    assert not _alive(pid)
    assert not (tmp_path / "ended").exists()
