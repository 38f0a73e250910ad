"""What the cockpit costs, beside a peer or a physical limit of the same run: `python -m tests.benchmarks`."""

import os

# What is started compiles what it loads the first time, as installing it would have done: not anew each time.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
