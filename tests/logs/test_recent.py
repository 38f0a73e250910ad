"""What is new since the release is told from what was said before it, in rotated and packed archives, too."""

from __future__ import annotations

import gzip
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cockpit.errors import NotFoundError, ObservationError
from cockpit.logs.classify import Classifier
from cockpit.logs.recent import Recent, recent
from cockpit.logs.stats import Wanted, stats

DEPLOYED = datetime(2026, 7, 1, 12, tzinfo=UTC).timestamp()


def line(clock: str, text: str) -> str:
    return f"2026-07-01 {clock} {text}\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A log that was rotated after the deploy: what went before is in archives, the older one packed."""
    path = tmp_path / "app.log"
    path.with_name("app.log.2.gz").write_bytes(gzip.compress(line("10:00:00", "ERROR disk 1 is slow").encode()))
    path.with_name("app.log.1").write_text(line("11:00:00", "WARN cache 7 missed") + line("12:00:10", "INFO up"))
    path.write_text(
        line("12:30:00", "ERROR disk 2 is slow")
        + line("12:30:01", "WARN cache 9 missed")
        + line("12:30:02", "ERROR order 5 is gone")
    )
    return path


def look(path: Path, *, since: float | None, most: int = 1_000_000) -> Recent:
    return recent(path, Classifier("app").classify, since=since, stop=threading.Event(), most=most)


def new_of(found: Recent) -> dict[str, bool | None]:
    return {one.template: one.new for one in found.fingerprints}


def test_what_the_archives_know_is_not_new(path: Path) -> None:
    found = look(path, since=DEPLOYED)
    assert new_of(found) == {
        "order <n> is gone": True, "up": True, "disk <n> is slow": False, "cache <n> missed": False,
    }  # fmt: skip
    assert [one.template for one in found.fingerprints][:1] == ["order <n> is gone"], "the new first, and grave ones"
    assert (found.whole, found.since, found.lines) == (True, DEPLOYED, 6)


def test_without_a_release_the_present_file_is_enough(path: Path) -> None:
    found = look(path, since=None)
    assert (found.lines, found.whole) == (3, True)
    assert set(new_of(found).values()) == {None}


def test_it_reads_no_more_than_it_may(tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    path.with_name("app.log.1").write_text(line("10:00:00", "INFO old") * 20_000)
    path.write_text(line("12:30:00", "INFO new") * 20_000)
    found = look(path, since=DEPLOYED, most=300_000)
    assert 300_000 / 32 <= found.lines < 20_000
    assert (found.whole, found.since) == (False, None), "it does not reach back to the deploy, and says so"
    assert new_of(found) == {"new": None}


def test_what_cannot_be_read_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        look(tmp_path / "nowhere.log", since=DEPLOYED)
    with pytest.raises(ObservationError):
        look(tmp_path, since=DEPLOYED)
    (tmp_path / "empty.log").touch()
    assert look(tmp_path / "empty.log", since=DEPLOYED).lines == 0


def test_the_statistics_say_what_is_new_of_the_file_they_count(path: Path) -> None:
    found = stats(path, wanted=Wanted(fingerprints=True, released_at=DEPLOYED))
    assert found["lines"] == 3
    assert {one["template"]: one["new"] for one in found["fingerprints"]} == {
        "order <n> is gone": True, "disk <n> is slow": False, "cache <n> missed": False,
    }  # fmt: skip
    unknown = stats(path, wanted=Wanted(fingerprints=True))
    assert {one["new"] for one in unknown["fingerprints"]} == {None}
