"""The cockpit's own traffic in a log: no count of errors, requests or patterns takes it for a customer's."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.logs.buffer import LogBuffer
from cockpit.logs.classify import Classifier
from cockpit.logs.own import OWN
from cockpit.logs.reader import LogReader
from cockpit.logs.requests import Requests
from cockpit.logs.stats import Wanted, stats

THEIRS, OURS = "Mozilla/5.0", f"{OWN}0.9.0"


def access(agent: str, status: int, number: int) -> str:
    request = f'"GET /pay/{number} HTTP/1.1" {status} 12 "-" "{agent}"'
    return f"10.0.0.1 - - [15/Jan/2027:08:00:{number % 60:02d} +0000] {request}\n"


def written(path: Path, *, times: int = 1) -> Path:
    """Nine requests of people's, one of which fails, and five of ours, of which three fail; `times` over."""
    lines = [access(THEIRS, 502 if n == 4 else 200, n) for n in range(9)]
    lines += [access(OURS, 503 if n < 3 else 200, n) for n in range(5)]
    path.write_text("".join(lines) * times)
    return path


@pytest.mark.parametrize("wanted", [Wanted(), Wanted(patterns=True, requests=True)])
@pytest.mark.parametrize("times", [1, 2000])  # one by one, and by the shape of whole blocks
def test_errors_leave_it_out_and_say_how_many_lines(tmp_path: Path, wanted: Wanted, times: int) -> None:
    found = stats(written(tmp_path / "access.log", times=times), wanted=wanted)
    assert (found["lines"], found["own_traffic"], found["errors"]) == (14 * times, 5 * times, times)
    assert found["levels"]["error"] == 4 * times, "the levels add up to the lines"
    if wanted.requests:
        assert found["requests"]["classes"] == {"2xx": 8 * times, "5xx": times}


def test_requests_are_those_of_others() -> None:
    requests, classifier = Requests(), Classifier("access.log")
    for agent in (THEIRS, OURS, OURS):
        requests.add(classifier.classify(access(agent, 200, 1).rstrip("\n")))
    assert (requests.classes.total(), requests.own) == (1, 2)


@pytest.mark.parametrize("times", [1, 400])  # 400: more at once than a screen can show
def test_what_is_followed_counts_errors_of_others(tmp_path: Path, times: int) -> None:
    path = tmp_path / "access.log"
    path.touch()
    reader = LogReader("access", path, buffer=LogBuffer(50), on_news=lambda: None, poll_seconds=60, tail=0)
    with reader.follower:
        reader._step()
        written(path, times=times)
        while reader._step():
            pass
        counts = reader.status.counts
    assert (counts.lines, counts.own) == (14 * times, 5 * times)
    assert counts.of_others("error", "fatal") == times
    assert counts.errors_per_minute == times
