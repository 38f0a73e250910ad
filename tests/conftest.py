from __future__ import annotations

import os

from hypothesis import settings

# A time limit an example would fail on a busy machine, and say nothing about the code.
settings.register_profile("unhurried", settings(), deadline=None)
settings.load_profile("unhurried")


def pytest_xdist_auto_num_workers() -> int:
    """Return how many tests run at once: two a core, for most of them wait (for a step, a terminal, a time-out)."""
    return 2 * (os.cpu_count() or 1)
