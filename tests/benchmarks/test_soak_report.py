"""What a soak's report says, from a course that is made up."""

from __future__ import annotations

from tests.benchmarks.soak_report import Course, Key, Look, SoakReport, Told, Typed, quarters


def test_growth_with_events_is_told_apart_from_growth_without() -> None:
    course = Course({"screen": 1})
    # A start that fills buffers, then 1 MB a minute with events, then 6 MB an hour without.
    steep = [(float(at), 50.0 + at) for at in range(0, 60, 5)]
    writing = [(float(at), 100.0 + at / 60) for at in range(60, 180, 5)]
    quiet = [(float(at), 103.0 + (at - 180) / 600) for at in range(180, 240, 5)]
    course.looks["screen"] = [
        *(Look(at, memory, 10, 3, at / 10) for at, memory in steep + writing),
        *(Look(at, memory, 10, 3, at / 10, quiet=True) for at, memory in quiet),
    ]
    cells = [cell.strip() for cell in course.row("screen").strip("|").split("|")]
    assert cells == [
        "screen",
        "50 → 101 → 102 → 103 → 103 (most 105)",
        "+60",
        "+6",
        "10 → 10 (most 10)",
        "3 → 3",
        "10 %",
    ]


def test_quarters_are_the_ends_and_three_between() -> None:
    assert quarters([float(value) for value in range(101)]) == [0.0, 25.0, 50.0, 75.0, 100.0]
    assert quarters([7.0]) == [7.0] * 5


def test_keys_that_stand_still_make_a_soak_unsound_and_leave_the_rest_of_its_report() -> None:
    course = Course({"screen": 1}, {"screen": [Look(float(at), 50.0, 10, 3, 0.0) for at in range(3)]}, [1, 1, 1])
    told = Told({"dora": 1}, {"dora": 1}, {"dora": 1}, same=True, lines=5, counted=[5, 5])
    went = Typed([Key(0.01)] * 98 + [Key(0.03, 0.005, 0.015), Key(0.05, 0.007, 0.035)])
    stuck = Typed([], "nothing was painted for the key 'j'; the screen:\nSince you looked")
    assert SoakReport(1, course, went, went, told, 60, 15).sound
    report = SoakReport(1, course, went, stuck, told, 60, 15)
    assert not report.sound
    assert "NOT SOUND" in report.markdown()
    assert "Since you looked" in report.markdown()
    assert "| screen |" in report.markdown()
    assert "at the start: p50 10 ms" in report.markdown()
    assert "in the slowest 2 the main thread ran for 6 ms and waited for a core for 25 ms" in report.markdown()
    assert "at the end: none painted" in report.markdown()
