"""What is selected in a log are the lines that were pointed at, also where others have come into memory since."""

from __future__ import annotations

from cockpit.logs.buffer import LogBuffer
from cockpit.logs.held import Span
from cockpit.logs.line import Level, LogLine
from cockpit.tui.widgets.log_cursor import LogCursor


def some_lines(count: int) -> list[LogLine]:
    return [LogLine(f"line {number}", Level.INFO, None, "app", "plain", f"line {number}") for number in range(count)]


def test_a_selection_goes_on_from_where_it_was_begun() -> None:
    buffer = LogBuffer()
    buffer.append(some_lines(10))
    cursor = LogCursor(buffer)
    cursor.extend(5, start=4)
    buffer.append(some_lines(10))
    cursor.extend(6, start=5)
    assert cursor.selected == range(4, 7)


def test_a_selection_of_lines_that_were_read_anew_begins_anew() -> None:
    buffer = LogBuffer()
    buffer.append(some_lines(10), range(10), 10)
    cursor = LogCursor(buffer)
    cursor.extend(5, start=4)
    buffer.replace(some_lines(5), range(5), Span(0, 5), has_end=False)
    first = buffer.number_of(0)
    assert first is not None
    cursor.extend(first + 3, start=first + 2)
    assert cursor.selected == range(first + 2, first + 4)
