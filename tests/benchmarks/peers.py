"""Other people's viewers of logs, where they are installed; what is not there is named."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.figures import LeftOut

_HOW = {
    "lnav": "not installed: apt-get install lnav",
    "toolong": "not installed: python -m venv X && X/bin/pip install toolong, then TOOLONG=X/bin/tl",
    "less": "not installed: apt-get install less",
    "blackbox exporter": "not installed: apt-get install prometheus-blackbox-exporter",
}


def find(name: str) -> str | None:
    """Return a peer's program, or None."""
    programs = {"toolong": os.environ.get("TOOLONG", "tl"), "blackbox exporter": "prometheus-blackbox-exporter"}
    return shutil.which(programs.get(name, name))


def left_out(*names: str) -> Iterator[LeftOut]:
    """Yield which of these are not here."""
    for name in names:
        if find(name) is None:
            yield LeftOut(name, _HOW[name])


def viewers(*paths: Path, of: tuple[str, ...] = ("lnav", "toolong", "less")) -> dict[str, list[str]]:
    """Return the command lines that follow logs, of those that are here; less takes the first log alone."""
    found = {}
    for name in of:
        program = find(name)
        if program is not None:
            more = ["+F", str(paths[0])] if name == "less" else [str(path) for path in paths]
            found[name] = [program, *more]
    return found


@contextmanager
def fresh_home() -> Iterator[dict[str, str]]:
    """Yield the variables for a program that shall find no settings or sessions of anybody's."""
    with tempfile.TemporaryDirectory(prefix="bench-home-") as home:
        yield {"HOME": home, "XDG_CONFIG_HOME": home}
