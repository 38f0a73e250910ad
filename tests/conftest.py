from __future__ import annotations

import atexit
import gc
import os
import shutil
import signal
import tempfile
import threading

from hypothesis import settings

# A time limit an example would fail on a busy machine, and say nothing about the code.
settings.register_profile("unhurried", settings(), deadline=None)
settings.load_profile("unhurried")

# Hundreds of cockpits are started by tests: the first one compiles what it loads, as installing it would have done.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# What a user's cockpits keep for themselves is kept for one session of tests, and not in the home of who runs them.
if "COCKPIT_STATE_DIR" not in os.environ:
    for variable, what in (("COCKPIT_STATE_DIR", "state"), ("XDG_CACHE_HOME", "cache")):
        os.environ[variable] = tempfile.mkdtemp(prefix=f"cockpit-{what}-")
        atexit.register(shutil.rmtree, os.environ[variable], ignore_errors=True)

# Under nohup, or in the background of a shell, signals are ignored, and every program that a test starts inherits it.
if threading.current_thread() is threading.main_thread():
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_xdist_auto_num_workers() -> int:
    """Return how many tests run at once: two a core, for most of them wait (for a step, a terminal, a time-out)."""
    return 2 * (os.cpu_count() or 1)


def pytest_collection_finish() -> None:
    """Leave alone what was collected: it stays to the end, and the collector would walk it again and again."""
    gc.freeze()
