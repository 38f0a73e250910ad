"""Windows that are read on, against those that are read whole."""

from __future__ import annotations

import random
from pathlib import Path

from cockpit.release.health import ProbeResult, ProbeState, advance
from cockpit.samples.reader import SampleReader
from cockpit.samples.schema import FILE_NAME
from cockpit.samples.windows import SampleWindows, Window
from cockpit.samples.writer import SampleWriter

NOW = 1_800_000_000.0
POINTS, SPAN = 20, 300.0
NAMES = ("api", "db", "cdn")
STATES = (ProbeState.OK, ProbeState.DOWN, ProbeState.UNKNOWN)


def _record(writer: SampleWriter, name: str, at: float, state: ProbeState = ProbeState.OK) -> None:
    result = ProbeResult(name, state, None if state is ProbeState.UNKNOWN else at % 60, "seen", at, (), "here")
    writer.record(result, advance(None, result)[0])


def _read(windows: SampleWindows, reader: SampleReader, now: float) -> dict[str, Window]:
    return windows.read(NAMES, reader.current(), now)


def _told(window: Window) -> list[tuple[float, str, float | None]]:
    return list(zip(window.at, window.states, window.latencies, strict=True))


def _whole(reader: SampleReader, name: str, now: float) -> list[tuple[float, str, float | None]]:
    samples = reader.windows([name], now - SPAN, POINTS)[name]
    return [(sample.at, sample.state.value, sample.latency_ms) for sample in samples]


def test_they_hold_at_every_look_what_reading_whole_gives(tmp_path: Path) -> None:
    dice = random.Random(5)
    with SampleWriter(tmp_path) as writer, SampleReader(tmp_path) as reader:
        windows = SampleWindows(reader, points=POINTS, span=SPAN)
        now = NOW
        for _ in range(300):
            # Mostly on; sometimes a long sleep, now and then a clock that is set back.
            now += dice.choice([0.4, 1.0, 1.0, 7.0, 7.0, 400.0, -3.0])
            for name in dice.sample(NAMES, dice.randrange(3)):
                _record(writer, name, now - dice.random(), dice.choice(STATES))
            writer.flush()
            found = _read(windows, reader, now)
            assert {name: _told(found[name]) for name in NAMES} == {name: _whole(reader, name, now) for name in NAMES}


def test_only_the_probes_that_were_looked_at_are_made_anew(tmp_path: Path) -> None:
    with SampleWriter(tmp_path) as writer, SampleReader(tmp_path) as reader:
        windows = SampleWindows(reader, points=POINTS, span=SPAN)
        for name in NAMES:
            _record(writer, name, NOW)
        writer.flush()
        before = _read(windows, reader, NOW)
        _record(writer, "db", NOW + 1)
        writer.flush()
        after = _read(windows, reader, NOW + 1)
        assert [name for name in NAMES if after[name] is not before[name]] == ["db"]
        assert len(after["db"].at) == 2
        assert len(_read(windows, reader, NOW + SPAN + 0.5)["db"].at) == 1, "what is too old has gone, with no news"


def test_another_file_is_read_whole(tmp_path: Path) -> None:
    with SampleReader(tmp_path) as reader:
        windows = SampleWindows(reader, points=POINTS, span=SPAN)
        with SampleWriter(tmp_path) as writer:
            _record(writer, "api", NOW)
            writer.flush()
            assert len(_read(windows, reader, NOW)["api"].at) == 1
        for path in tmp_path.glob(f"{FILE_NAME}*"):
            path.unlink()
        with SampleWriter(tmp_path) as writer:
            _record(writer, "api", NOW - 5)
            _record(writer, "api", NOW)
            writer.flush()
            assert list(_read(windows, reader, NOW)["api"].at) == [NOW - 5, NOW]
