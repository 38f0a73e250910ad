"""The report of a crash: a file that its user may look at and pass on, without anything that may be a secret."""

from __future__ import annotations

import contextlib
import locale
import os
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from cockpit import __version__
from cockpit.text import visible

_KEPT = 20  # reports: what is older goes
_TOLD = ("TERM", "COLORTERM", "LC_ALL", "LC_CTYPE", "LANG", "NO_COLOR", "COCKPIT_ASCII", "COCKPIT_MOUSE")
_MULTIPLEXERS = {"TMUX": "tmux", "STY": "screen", "SSH_CONNECTION": "ssh"}


def write_crash_report(trace: str, *, at: datetime, mask: Callable[[str], str]) -> Path:
    """Write a report of this trace, read by its user alone, and return where; raises OSError.

    `mask` takes secrets out of all that it says; no values of variables are in it but those that describe the terminal.
    """
    from cockpit.trust import state_directory  # which knows releases; this is in reach of what needs none

    directory = state_directory() / "crashes"
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = directory / f"{at:%Y%m%dT%H%M%SZ}-{os.getpid()}.txt"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
        file.write("\n".join(visible(line) for line in mask(f"{_surroundings(at)}\n\n{trace}").split("\n")) + "\n")
    for old in sorted(directory.glob("*.txt"))[:-_KEPT]:
        with contextlib.suppress(OSError):
            old.unlink()
    return path


def _surroundings(at: datetime) -> str:
    system = os.uname()
    size = os.get_terminal_size(2) if os.isatty(2) else None
    through = [name for variable, name in _MULTIPLEXERS.items() if os.environ.get(variable)]
    return "\n".join(
        [
            f"release cockpit {__version__}, {at:%Y-%m-%dT%H:%M:%SZ}",
            f"Python {sys.version.split()[0]}, {system.sysname} {system.release}, {locale.getpreferredencoding(False)}",
            f"terminal {f'{size.columns}x{size.lines}' if size else 'none'}, through {', '.join(through) or 'nothing'}",
            *(f"{name}={os.environ[name]}" for name in _TOLD if name in os.environ),
        ]
    )
