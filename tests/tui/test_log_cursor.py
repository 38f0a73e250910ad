"""What is selected in a log are the lines that were pointed at, also where others have come into memory since."""

from __future__ import annotations

from cockpit.logs.buffer import LogBuffer
from cockpit.logs.held import Span
from cockpit.logs.line import Level, LogLine
from cockpit.logs.match import TextFilter
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


def test_lines_that_are_read_anew_stay_selected() -> None:
    buffer = LogBuffer()
    buffer.append(some_lines(10), range(10), 10)
    cursor = LogCursor(buffer)
    cursor.extend(5, start=4)
    buffer.replace(some_lines(8)[2:], range(2, 8), Span(2, 8), has_end=False)
    first = buffer.number_of(4)
    assert first is not None
    assert cursor.selected == range(first, first + 2)
    cursor.extend(first + 2, start=first + 1)
    assert cursor.selected == range(first, first + 3)


def test_a_selection_from_a_line_that_is_not_in_memory_any_more_begins_anew() -> None:
    buffer = LogBuffer()
    buffer.append(some_lines(10), range(10), 10)
    cursor = LogCursor(buffer)
    cursor.extend(5, start=4)
    buffer.replace(some_lines(10)[5:], range(5, 10), Span(5, 10), has_end=True)
    assert not cursor.selected
    assert cursor.has_selection
    first = buffer.number_of(5)
    assert first is not None
    cursor.extend(first + 3, start=first + 2)
    assert cursor.selected == range(first + 2, first + 4)


def test_lines_that_get_other_numbers_stay_selected_and_those_that_get_theirs_do_not() -> None:
    buffer = LogBuffer(10)
    buffer.append(some_lines(10), range(100, 110), 110)
    buffer.pinned = True
    sieve = TextFilter.lenient("[0589]$")
    buffer.set_filter(sieve)
    cursor = LogCursor(buffer)
    cursor.extend(8, start=5)
    buffer.prepend(some_lines(6), range(6), 0, before=100, sieve=sieve)
    assert buffer.span.end == 104, "the newest were let go"
    assert not cursor.selected
    chosen = [line for line in some_lines(10)[4:] if sieve.wants(line)]
    assert buffer.extend(chosen, [105, 108, 109], 110, after=104, sieve=sieve)
    assert [line.text for line in buffer.lines_of(cursor.selected)] == ["line 5", "line 8"]
