"""`python -m cockpit`, and the `cockpit` command."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command line and return its exit status."""
    from cockpit.collection import hold_collector, leave_alone_what_is_over
    from cockpit.packed import use_packed_modules

    hold_collector()
    packed = use_packed_modules()
    from cockpit.lean import import_lean

    import_lean()
    from cockpit.cli.main import run

    try:
        return run(sys.argv[1:])
    finally:
        leave_alone_what_is_over()
        packed.keep()


if __name__ == "__main__":
    sys.exit(main())
