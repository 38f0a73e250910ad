"""What a log's end says of a check: real files, long and short, that are there or not."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from cockpit.logs import window as windows
from cockpit.logs.line import Level
from cockpit.logs.window import window_of
from cockpit.logwatch import observe_log
from cockpit.release.checks import LogCheck
from cockpit.release.configuration import Configuration, Environment, LogSource

NOW = datetime(2026, 7, 1, 12, 0, tzinfo=UTC).timestamp()


def says(root: Path, check: LogCheck, *lines: str, patterns: dict[str, str] | None = None) -> str:
    if lines:
        (root / "app.log").write_text("".join(f"{line}\n" for line in lines))
    configuration = Configuration(
        service="shop",
        environment=Environment("production"),
        logs={"app": LogSource("app.log")},
        patterns=patterns or {},
    )
    found = observe_log(root, configuration, check, now=NOW)
    return f"{found.state}: {found.actual}"


def at(clock: str, rest: str) -> str:
    return f"2026-07-01 {clock},000 {rest}"


ERRORS = LogCheck("app", level="error", within="10m", max=1)


def test_errors_within_the_window_are_counted(tmp_path: Path) -> None:
    lines = [at("11:40:00", "ERROR old"), at("11:51:00", "INFO on"), at("11:52:00", "ERROR new")]
    assert says(tmp_path, ERRORS, *lines) == "ok: 1 error of 2 lines within 10m"
    fatal = at("11:53:00", "CRITICAL worse")
    trace = ["Traceback (most recent call last):", '  File "x"', "ValueError: ERROR"]
    assert says(tmp_path, ERRORS, *lines, fatal, *trace) == "failed: 2 error of 6 lines within 10m"


def test_a_share_is_of_all_lines_or_among_two_patterns(tmp_path: Path) -> None:
    rate = LogCheck("app", level="error", max_share="25%")
    lines = [at("11:59:00", "INFO on")] * 3 + [at("11:59:30", "ERROR no")]
    assert says(tmp_path, rate, *lines).startswith("ok: 1 error of 4")
    assert says(tmp_path, rate, *lines[1:]).startswith("failed: 1 error of 3")
    payments = LogCheck("app", pattern="payment-failure", among="payment-success", max_share="50%")
    paid, failed = at("11:59:00", "INFO payment 1 accepted"), at("11:59:00", "ERROR payment 2 failed")
    assert says(tmp_path, payments, paid, failed, *lines) == "ok: 1 payment-failure of 2 lines within 10m"
    assert says(tmp_path, payments, paid, failed, failed).startswith("failed: 2 payment-failure of 3")
    assert says(tmp_path, payments, *lines).startswith("unknown: no line of payment-failure or payment-success")


@pytest.mark.parametrize(
    ("check", "lines", "words"),
    [
        (ERRORS, [], "there is no log at"),
        (LogCheck("web", level="error"), [], "no log web is configured"),
        (LogCheck("app", pattern="odd"), ["x"], "no pattern 'odd'"),
        (ERRORS, ["no time here", "nor here"], "app tells no times"),
        (ERRORS, [at("11:40:00", "INFO long ago")], "nothing in app within 10m"),
        (ERRORS, [at("11:59:00", "nobody says how grave")], "app tells no levels"),
        (ERRORS, [at("11:59:00", 'INFO "GET /" 200 "release-cockpit/1"')], "only 1 lines of the cockpit's own"),
    ],
)
def test_without_data_it_is_unknown(tmp_path: Path, check: LogCheck, lines: list[str], words: str) -> None:
    found = says(tmp_path, check, *lines)
    assert found.startswith("unknown: ")
    assert words in found


def test_patterns_of_the_team_and_our_own_traffic(tmp_path: Path) -> None:
    check = LogCheck("app", pattern="queue-full", max=0)
    mine = {"queue-full": "queue .* is full"}
    full = at("11:59:00", "INFO queue mail is full")
    assert says(tmp_path, check, at("11:59:00", "INFO on"), patterns=mine).startswith("ok: 0")
    assert says(tmp_path, check, full, patterns=mine).startswith("failed: 1")
    own = at("11:59:00", 'INFO queue mail is full "release-cockpit/1.0"')
    assert says(tmp_path, check, at("11:59:00", "INFO on"), own, patterns=mine).startswith("ok: 0")


@pytest.mark.parametrize("step", [200, 1000, 5000])
def test_only_the_end_is_read_and_nothing_of_the_window_is_lost(
    tmp_path: Path, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(windows, "_STEP", step)
    path = tmp_path / "app.log"
    lines = [at(f"{9 + number // 60:02}:{number % 60:02}:00", f"ERROR number {number}") for number in range(180)]
    path.write_text("".join(f"{line}\n  detail\n" for line in lines))
    window = window_of(path, since=NOW - 3600, now=NOW)
    assert (window.levels[Level.ERROR], window.lines, window.whole) == (60, 120, True)
    assert window.last_at == NOW - 60
    monkeypatch.setattr(windows, "_FARTHEST", 1000)
    if step < 1000:
        assert not window_of(path, since=NOW - 3600, now=NOW).whole


def test_a_log_that_takes_too_long_is_unknown(tmp_path: Path) -> None:
    (tmp_path / "app.log").write_text(at("11:59:00", "INFO on") + "\n")
    configuration = Configuration(
        service="shop", environment=Environment("production"), logs={"app": LogSource("app.log")}
    )
    found = observe_log(tmp_path, configuration, ERRORS, now=NOW, seconds=-1.0)
    assert found.state == "unknown"
    assert "more than can be read" in found.actual


def test_a_long_log_without_times_is_not_read_to_its_beginning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(windows, "_STEP", 1000)
    path = tmp_path / "app.log"
    path.write_text("no time here\n" * 100_000)
    window = window_of(path, since=NOW - 600, now=NOW)
    assert (window.lines, window.last_at, window.whole) == (0, None, False)
    assert windows._start(path, NOW - 600, UTC, NOW)[0] > path.stat().st_size - 10_000


def seen(root: Path, source: LogSource, *, trusted: bool = True, seconds: float = 20.0) -> str:
    configuration = Configuration(service="shop", environment=Environment("production"), logs={"app": source})
    found = observe_log(root, configuration, ERRORS, now=NOW, seconds=seconds, trusted=trusted)
    return f"{found.state}: {found.actual} {found.detail}"


def test_the_files_of_a_pattern_are_counted_together(tmp_path: Path) -> None:
    assert seen(tmp_path, LogSource("w*.log")).startswith("unknown: no file matches")
    (tmp_path / "w1.log").write_text(at("11:59:00", "ERROR one") + "\n")
    (tmp_path / "w2.log").write_text(at("11:59:00", "ERROR two") + "\n" + at("11:59:01", "INFO on") + "\n")
    assert seen(tmp_path, LogSource("w*.log")).startswith("failed: 2 error of 3 lines")


def test_a_command_is_counted_where_it_is_trusted_and_ends(tmp_path: Path) -> None:
    said = f"echo '{at('11:59:00', 'ERROR one')}'"
    assert seen(tmp_path, LogSource(command=said)).startswith("ok: 1 error of 1 lines")
    assert "not trusted" in seen(tmp_path, LogSource(command=f"touch ran; {said}"), trusted=False)
    assert not (tmp_path / "ran").exists()
    assert seen(tmp_path, LogSource(command=f"{said}; exit 3")).startswith("unknown: the command of the log app ended")
    endless = seen(tmp_path, LogSource(command=f"{said}; exec sleep 60"), seconds=0.3)
    assert endless.startswith("unknown: the command of the log app goes on")
    assert "journalctl" in endless
