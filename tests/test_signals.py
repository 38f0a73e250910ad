"""A signal's handler sets its event, whatever the main thread is at."""

from __future__ import annotations

import subprocess
import sys

# Interrupted at each line within `wait` and `set` in turn: where the event's lock is held, among others.
_INTERRUPTED = """
import signal, sys, threading
from cockpit.signals import setting

def interrupted(call, line):
    event = threading.Event()
    signal.signal(signal.SIGTERM, setting(event))
    lines = 0

    def trace(frame, what, _):
        nonlocal lines
        if frame.f_code.co_filename != threading.__file__:
            return None
        if what == "line":
            lines += 1
            if lines == line:
                sys.settrace(None)
                signal.raise_signal(signal.SIGTERM)
        return trace

    sys.settrace(trace)
    call(event)
    sys.settrace(None)
    if lines >= line and not event.wait(20):
        sys.exit(1)
    return lines >= line

for call in (lambda event: event.wait(0.01), threading.Event.set):
    line = 1
    while interrupted(call, line):
        line += 1
    print(line)
"""


def test_an_event_is_set_wherever_the_main_thread_is_interrupted() -> None:
    done = subprocess.run([sys.executable, "-c", _INTERRUPTED], capture_output=True, text=True, timeout=60, check=True)
    assert [int(lines) > 4 for lines in done.stdout.split()] == [True, True]
