"""A small web shop."""

from pathlib import Path

VERSION = "v" + (Path(__file__).parent.parent / "VERSION").read_text().strip()
