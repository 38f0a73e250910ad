from __future__ import annotations

import os


def pytest_xdist_auto_num_workers() -> int:
    """Return how many tests run at once: two a core, for most of them wait (for a step, a terminal, a time-out)."""
    return 2 * (os.cpu_count() or 1)
