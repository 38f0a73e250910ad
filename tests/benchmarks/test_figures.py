"""What the table of benchmarks says of a measurement."""

from __future__ import annotations

import json

from tests.benchmarks.figures import LeftOut, Row, Scale
from tests.benchmarks.table import Report, cells_of

OURS, THEIRS = [10.0, 30.0, 12.0], [10.0, 10.0, 10.0]


def test_a_ratio_is_taken_round_by_round_and_its_median_judged() -> None:
    row = Row("work", "ms", OURS, "peer", THEIRS, goal=1.2)
    assert row.ratios == [1.0, 3.0, 1.2]
    assert row.met
    assert cells_of(row) == ["work", "12 ms (10–30)", "peer 10 ms (10–10)", "1.2 (1–3)", "3", "≤ 1.2", "yes"]
    assert Row("work", "ms", OURS, "peer", THEIRS, goal=1.1).met is False


def test_a_limit_of_our_own_needs_no_peer_and_what_never_came_misses_it() -> None:
    assert Row("idle", "MB", OURS, goal=11, bounds="ours").met is False
    assert Row("idle", "MB", OURS, "peer", THEIRS, goal=12, bounds="ours").met
    assert Row("idle", "MB", [float("inf")], goal=12, bounds="ours").met is False


def test_a_peer_at_nothing_gives_no_ratio() -> None:
    row = Row("idle", "B/s", OURS, "peer", [0.0, 0.0, 0.0], goal=2)
    assert row.met is None
    assert cells_of(row)[3] == "–"


def test_what_is_not_here_is_named_once_in_every_form() -> None:
    report = Report(
        [Row("work", "ms", OURS), LeftOut("tl", "no"), LeftOut("tl", "no")], Scale(quick=True), "box", "now"
    )
    for text in (report.text(), report.markdown()):
        assert text.count("Left out: tl (no)") == 1
        assert "QUICK" in text
    assert json.loads(json.dumps(report.document()))["left_out"] == {"tl": "no"}
