"""`python -m cockpit`, and the `cockpit` command."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command line and return its exit status."""
    from cockpit.lean import import_msgspec

    import_msgspec()
    from cockpit.cli.main import run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
