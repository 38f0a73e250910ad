"""What lies on this host, jobs that report themselves, and units: each kind's values and its sentence."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cockpit.errors import ConfigurationError
from cockpit.health.beats import Beat, read_beat, write_beat
from cockpit.health.judgement import judge
from cockpit.health.probes import Prober
from cockpit.health.program_probe import unit_observation
from cockpit.health.sizes import parse_size
from cockpit.pinning import parse_texts
from cockpit.release.health import ProbeState
from cockpit.release.probes import Probe

NOW = 1_800_000_000.0


async def test_a_file_is_as_old_as_the_newest_that_the_glob_finds(prober: Prober, tmp_path: Path) -> None:
    for name, age in (("shop-1.dump", 90_000), ("shop-2.dump", 7200)):
        (tmp_path / name).write_bytes(b"x" * 2000)
        os.utime(tmp_path / name, (NOW - age, NOW - age))
    probe = Probe(file="*.dump", conditions=("[FILE_AGE] < 26h",), warn=("[FILE_SIZE] > 1MB",))
    result = await prober.run("backup", probe, NOW)
    assert (result.state, result.detail) == (ProbeState.DEGRADED, "expected [FILE_SIZE] > 1MB, saw 2.0 kB")
    assert [each.actual for each in result.conditions] == ["true", "2h", "2.0 kB"]
    assert (await prober.run("backup", probe, NOW + 86_400)).state is ProbeState.DOWN
    gone = await prober.run("backup", Probe(file="*.tar", conditions=("[FILE_AGE] < 26h",)), NOW)
    assert (gone.state, gone.detail) == (ProbeState.DOWN, "no such file")


async def test_what_is_dated_ahead_of_the_clock_is_not_fresh(tmp_path: Path) -> None:
    (tmp_path / "shop.dump").write_bytes(b"x")
    os.utime(tmp_path / "shop.dump", (NOW + 7200, NOW + 7200))
    write_beat(tmp_path / "beat.json", Beat(NOW + 7200))
    backup = Probe(file="shop.dump", conditions=("[FILE_AGE] < 26h",))
    async with Prober(observer="here", directory=tmp_path, beats=lambda name: tmp_path / "beat.json") as prober:
        result = await prober.run("backup", backup, NOW)
        assert (result.state, result.detail) == (
            ProbeState.UNKNOWN, "shop.dump is dated 2h ahead of this host's clock: look at the clocks",
        )  # fmt: skip
        result = await prober.run("nightly", Probe(heartbeat="24h"), NOW)
        assert (result.state, result.detail) == (
            ProbeState.UNKNOWN, "the last beat is dated 2h ahead of this host's clock: look at the clocks",
        )  # fmt: skip
        assert (await prober.run("backup", backup, NOW + 7190)).state is ProbeState.OK  # another host's clock
        assert (await prober.run("nightly", Probe(heartbeat="24h"), NOW + 7190)).state is ProbeState.OK


async def test_a_disk_tells_what_is_used_as_df_does(prober: Prober) -> None:
    result = await prober.run("disk", Probe(disk="/", conditions=("[DISK_USED] < 101%", "[DISK_FREE] > 0B")), NOW)
    assert result.state is ProbeState.OK
    assert result.conditions[0].actual.endswith("%")
    assert (await prober.run("disk", Probe(disk="/nowhere"), NOW)).state is ProbeState.UNKNOWN


async def test_a_heartbeat_is_late_down_and_told(tmp_path: Path) -> None:
    path = tmp_path / "beats" / "nightly.json"
    probe = Probe(heartbeat="1h", grace="10m", warn=("[BEAT_AGE] < 1h",))
    beats = tmp_path / "beats"
    async with Prober(observer="here", directory=tmp_path, beats=lambda name: beats / f"{name}.json") as prober:
        assert (await prober.run("nightly", probe, NOW)).detail == "no beat has come yet"
        write_beat(path, Beat(NOW, message="\x1b[31m3 orders"))
        result = await prober.run("nightly", probe, NOW + 60)
        assert (result.state, result.detail) == (ProbeState.OK, "last beat 1m ago, due every 1h: ␛[31m3 orders")
        assert (await prober.run("nightly", probe, NOW + 3700)).state is ProbeState.DEGRADED
        assert (await prober.run("nightly", probe, NOW + 4201)).state is ProbeState.DOWN
        write_beat(path, Beat(NOW + 4300, ok=False, message="disk full"))
        result = await prober.run("nightly", probe, NOW + 4301)
        assert (result.state, result.detail[:23]) == (ProbeState.DOWN, "the beat says it failed")
    assert read_beat(path) is not None
    path.write_text("{")
    assert read_beat(path) is None


@pytest.mark.parametrize(
    ("output", "state", "detail"),
    [
        (b"LoadState=loaded\nActiveState=active\nSubState=running\nResult=success\nNRestarts=2\n", ProbeState.OK,
         "active (running), 2 restarts"),
        (b"LoadState=loaded\nActiveState=failed\nSubState=failed\nResult=exit-code\nNRestarts=5\n", ProbeState.DOWN,
         "failed (failed), exit-code, 5 restarts"),
        (b"LoadState=not-found\nActiveState=inactive\n", ProbeState.DOWN, "there is no such unit"),
        (b"", ProbeState.UNKNOWN, "systemctl told nothing of it"),
    ],
)  # fmt: skip
def test_a_unit_is_as_systemd_shows_it(output: bytes, state: ProbeState, detail: str) -> None:
    seen = unit_observation(output, 0.01)
    result = judge("app", Probe(systemd="app.service"), seen, now=NOW, observer="here")
    assert (result.state, result.detail) == (state, detail)


@pytest.mark.parametrize("odd", ["a..b", "x" * 64])
async def test_a_name_that_is_none_was_not_looked_up(prober: Prober, odd: str) -> None:
    for probe in (Probe(dns="shop.test", resolver=odd), Probe(dns=odd)):
        result = await prober.run("dns", probe, NOW)
        assert (result.state, result.detail) == (ProbeState.UNKNOWN, f"{odd!r} can be no name")


async def test_a_look_that_fails_as_nobody_foresaw_is_unknown(tmp_path: Path) -> None:
    places: dict[str, Path] = {}
    async with Prober(observer="here", directory=tmp_path, beats=places.__getitem__) as prober:
        result = await prober.run("nightly", Probe(heartbeat="1h"), NOW)
    assert (result.state, result.detail, result.observer) == (
        ProbeState.UNKNOWN,
        "the look failed: KeyError",
        "here",
    )


async def test_nothing_is_started_or_sent_where_the_configuration_is_not_trusted(tmp_path: Path) -> None:
    async with Prober(observer="here", directory=tmp_path) as prober:
        sent = Probe(http="http://127.0.0.1:1/", body="x")
        for probe in (Probe(postgres="host=x"), Probe(systemd="a.service"), sent):
            assert (await prober.run("a", probe, NOW)).detail == "not trusted on this host"


def test_sizes_are_read_in_both_systems() -> None:
    assert [parse_size(text) for text in ("12", "1.5kB", "10 GB", "2MiB")] == [12, 1500, 1e10, 2 * 2**20]
    with pytest.raises(ValueError, match="not a size"):
        parse_size("10 parsecs")


@pytest.mark.parametrize(
    ("probe", "words"),
    [
        ("{tls: 'shop.example:99999'}", "is not a host"),
        ("{dns: shop.example, resolver: a..b}", "'a..b' is not a host, as a part between two dots is empty: write"),
        ("{dns: shop.example, resolver: .}", "between two dots is empty"),
        ("{tls: .shop.example}", "between two dots is empty"),
        ("{tls: 'bücher..example:8443'}", "can be no name"),
        ("{tcp: 'shop..:1'}", "is not host:port, as a part between two dots is empty: write it like localhost:5432"),
        (f"{{tcp: '{'x' * 64}.example:1'}}", "is longer than 63 characters"),
        (f"{{tls: {'ü' * 60}.example}}", "can be no name"),
        (f"{{tls: {'a.' * 126}ab}}", "it is longer than 253 characters"),
        ("{dns: shop.example, query: SELECT 1}", "query is of no use with dns: it goes with postgres"),
        ("{dns: shop.example, conditions: ['[STATUS] == 200']}", "never seen by a probe of kind dns"),
        ("{postgres: 'host=db password=x'}", "must hold no password"),
        ("{postgres: 'postgres://shop:p/w@db/shop'}", "must hold no password"),
        ("{http: 'http://x', interval: 10ms}", "is too often"),
        ("{http: 'http://x', parents: [api]}", "its own parent"),
        ("{http: 'http://x', parents: [db]}", "there is no probe 'db'"),
        ("{scenario: [{name: a, http: 'http://x/${token}'}]}", "is not captured by an earlier step"),
        ("{scenario: [{name: a, http: 'http://x', capture: {token: body}}]}", "is no place in an answer"),
        ("{scenario: [{name: a, http: 'http://x'}, {name: a, http: 'http://x'}]}", "stands twice"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_complained_of(probe: str, words: str) -> None:
    text = f"service: shop\nenvironment: {{name: live}}\nprobes:\n  api: {probe}\n"
    with pytest.raises(ConfigurationError) as caught:
        parse_texts({"cockpit.yaml": text, "checklists/production-deployment.yaml": "id: a\ntitle: A\nphases: []\n"})
    assert any(words in problem.message for problem in caught.value.problems), caught.value.problems
