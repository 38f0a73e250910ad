from __future__ import annotations

import bz2
import gzip
import lzma
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

from tests.cli.conftest import Console

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

pytestmark = pytest.mark.full


def piped(console: Console, text: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        console.command("logs", "-", *arguments), input=text, capture_output=True, text=True, check=False, timeout=60
    )


@pytest.fixture
def console(tmp_path: Path) -> Console:
    return Console(tmp_path)


def test_what_is_piped_in_is_filtered_and_made_safe(console: Console) -> None:
    text = "INFO one\nERROR \x1b[31mtwo\x1b[0m \x1b[2J\nINFO three\nERROR unfinished"
    assert piped(console, text, "--level", "error").stdout == "ERROR two ␛[2J\nERROR unfinished\n"
    assert piped(console, text, "--grep", "!ERROR", "-n", "1").stdout == "INFO three\n"
    assert piped(console, text, "--stats").returncode == 2
    assert piped(console, text, "--view").returncode == 2


@contextmanager
def follow(console: Console, *arguments: str) -> Iterator[IO[str]]:
    """Follow logs, and read what is printed."""
    with following(console, *arguments, "-f") as process:
        assert process.stdout is not None
        yield process.stdout


@contextmanager
def following(console: Console, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    argv = console.command("logs", *arguments)
    with subprocess.Popen(argv, cwd=console.repo, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


CONFIGURATION = """\
service: shop
environment: {name: staging}
logs:
  far: {command: "echo INFO near; echo ERROR far >&2; exit 3"}
  workers: {file: "work/*.log*"}
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Console:
    repo = tmp_path / "repo"
    for argv in (["init", "-q", str(repo)], ["-C", str(repo), "commit", "-q", "--allow-empty", "-m", "x"]):
        subprocess.run(["git", "-c", "user.name=Ana", "-c", "user.email=ana@example.org", *argv], check=True)
    (repo / "cockpit.yaml").write_text(CONFIGURATION)
    monkeypatch.setenv("COCKPIT_STATE_DIR", str(tmp_path / "state"))
    return Console(repo)


def test_a_command_is_run_only_where_it_is_trusted(shop: Console) -> None:
    refused = shop.process("logs", "far")
    assert refused.returncode == 4
    assert "not trusted" in refused.stderr
    assert "echo INFO near" in shop.process("trust", "--show").stdout
    assert shop.process("trust").returncode == 0
    ran = shop.process("logs", "far", "--level", "error")
    assert (ran.returncode, ran.stdout) == (5, "ERROR far\n")
    assert "ended with status 3" in ran.stderr


def test_what_a_command_prints_is_counted_too(shop: Console) -> None:
    assert "not trusted" in shop.refused("logs", "far", "--stats", code=4)["what"]
    shop.process("trust")
    assert shop.json("logs", "far", "--stats")["levels"]["error"] == 1
    assert [line["text"] for line in shop.json("logs", "far", "--level", "error")] == ["ERROR far"]
    found = shop.json("logs", "far", "--stats", "--fingerprints")["fingerprints"]
    assert {one["template"] for one in found} == {"near", "far"}
    assert "ended with status 3" in shop.process("logs", "far", "--stats").stderr


def test_the_files_of_a_pattern_are_one_log(shop: Console) -> None:
    work = shop.repo / "work"
    work.mkdir()
    assert "no file matches" in shop.refused("logs", "workers", "--stats", code=2)["what"]
    stamp = "2026-07-01 12:00:0{},000 {} number {}\n".format
    (work / "one.log").write_text(stamp(1, "INFO", 1) + stamp(4, "ERROR", 4) + "  of which more\n")
    (work / "one.log.1.gz").write_bytes(gzip.compress(b"archived\n"))
    (work / "two.log").write_text(stamp(2, "INFO", 2) + stamp(3, "ERROR", 3) + stamp(5, "INFO", 5))
    counted = shop.json("logs", "workers", "--stats")
    assert (counted["lines"], counted["levels"]["error"], counted["last_at"]) == (6, 2, "2026-07-01T12:00:05Z")
    (errors, *_) = shop.json("logs", "workers", "--stats", "--fingerprints")["fingerprints"]
    assert (errors["template"], errors["count"]) == ("number <n>", 2)
    lines = shop.process("logs", "workers").stdout.splitlines()
    assert [line[-1] for line in lines] == ["1", "2", "3", "4", "e", "5"]
    assert shop.process("logs", "workers", "-n", "1").stdout.endswith("number 5\n")
    with follow(shop, "workers") as following:
        assert [following.readline() for _ in range(6)][-1].endswith("number 5\n")
        with (work / "two.log").open("a") as file:
            file.write(stamp(6, "FATAL", 6))
        assert following.readline().endswith("FATAL number 6\n")


def test_several_logs_are_interleaved_counted_and_followed(console: Console, tmp_path: Path) -> None:
    one, other = tmp_path / "one.log", tmp_path / "other.log"
    one.write_text("2026-07-01 12:00:01 INFO a\n2026-07-01 12:00:03 ERROR b\n  of which more\n")
    other.write_bytes("2026-07-01 12:00:02 INFO für\n2026-07-01 12:00:04 INFO d\n".encode("utf-16"))
    names = [str(one), str(other)]
    printed = console.process("logs", *names).stdout.splitlines()
    assert printed == [
        "one.log | 2026-07-01 12:00:01 INFO a",
        "other.log | 2026-07-01 12:00:02 INFO für",
        "one.log | 2026-07-01 12:00:03 ERROR b",
        "one.log |   of which more",
        "other.log | 2026-07-01 12:00:04 INFO d",
    ]
    assert console.process("logs", *names, "-n", "1").stdout.splitlines() == printed[-1:]
    assert [line["source"] for line in console.json("logs", *names, "--level", "error")] == ["one.log", "one.log"]
    counted = console.json("logs", *names, "--stats")
    assert (counted["lines"], counted["levels"]["error"], counted["levels"]["info"]) == (5, 1, 3)
    assert console.process("logs", *names, "-").returncode == 2
    with follow(console, *names, "--grep", "!more") as following:
        assert [following.readline().rstrip("\n") for _ in range(4)] == [text for text in printed if "more" not in text]
        with other.open("ab") as file:
            file.write("2026-07-01 12:00:05 WARN naß\n".encode("utf-16-le"))
        assert following.readline() == "other.log | 2026-07-01 12:00:05 WARN naß\n"


PACKS: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": zstd.compress,
}


@pytest.mark.parametrize("suffix", PACKS)
def test_an_archive_is_read_as_what_it_holds(console: Console, tmp_path: Path, suffix: str) -> None:
    archive = tmp_path / f"app.log.1.{suffix}"
    archive.write_bytes(PACKS[suffix](b"2026-07-01 12:00:01 INFO a\n2026-07-01 12:00:03 ERROR b\n"))
    printed = console.process("logs", str(archive), "--level", "error")
    assert (printed.stdout, printed.stderr) == ("2026-07-01 12:00:03 ERROR b\n", "")
    counted = console.json("logs", str(archive), "--stats")
    assert (counted["lines"], counted["bytes"], counted["levels"]["error"]) == (2, 55, 1)
    plain = tmp_path / "app.log"
    plain.write_text("2026-07-01 12:00:02 WARN c\n")
    together = console.process("logs", str(archive), str(plain)).stdout.splitlines()
    assert [line[-1] for line in together] == ["a", "c", "b"]
    assert together[0].startswith(f"app.log.1.{suffix} | ")
    archive.write_bytes(b"plain text")
    assert "damaged, or not packed as its name says" in console.refused("logs", str(archive), code=2)["what"]


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM, signal.SIGINT])
def test_a_terminal_that_goes_away_leaves_nothing_behind(
    shop: Console, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    archive, plain, place = tmp_path / "app.log.1.gz", tmp_path / "app.log", tmp_path / "temporary"
    archive.write_bytes(gzip.compress(b"2026-07-01 12:00:01 INFO a\n"))
    plain.write_text("2026-07-01 12:00:02 INFO b\n")
    place.mkdir()
    monkeypatch.setenv("TMPDIR", str(place))
    for names in ([str(archive)], [str(archive), str(plain)]):
        with following(shop, *names, "-f") as process:
            assert process.stdout is not None
            assert all(process.stdout.readline() for _ in names)
            assert list(place.iterdir())
            process.send_signal(number)
            assert process.wait(timeout=30) == (130 if number == signal.SIGINT else 128 + number)
        assert not list(place.iterdir())


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_a_logs_command_ends_with_who_asked_for_it(shop: Console, tmp_path: Path, number: signal.Signals) -> None:
    told = tmp_path / "told"
    command = f"echo $$ > {told}; echo INFO here; exec sleep 600"
    (shop.repo / "cockpit.yaml").write_text(
        CONFIGURATION.replace("echo INFO near; echo ERROR far >&2; exit 3", command)
    )
    shop.process("trust")
    with following(shop, "far") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "INFO here\n"
        identity = int(told.read_text())
        process.send_signal(number)
        assert process.wait(timeout=30) == 128 + number
    with pytest.raises(ProcessLookupError):
        os.kill(identity, 0)


def test_a_signal_that_is_ignored_stays_so(shop: Console, tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.write_text("INFO a\n")
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as `nohup` does
    try:
        with following(shop, str(log), "-f") as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "INFO a\n"
            process.send_signal(signal.SIGHUP)
            with log.open("a") as file:
                file.write("INFO b\n")
            assert process.stdout.readline() == "INFO b\n"
    finally:
        signal.signal(signal.SIGHUP, before)
