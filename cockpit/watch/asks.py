"""What screens ask of the watcher: a small file an ask, so that neither waits for the other."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import msgspec
from msgspec import Struct


class ProbeNow(Struct, frozen=True):
    """Run one probe at once."""

    probe: str


_DECODER = msgspec.json.Decoder(ProbeNow)


def ask(directory: Path, wanted: ProbeNow) -> None:
    """Leave an ask for the watcher."""
    directory.mkdir(parents=True, exist_ok=True)
    name = os.urandom(8).hex()
    draft = directory / f".{name}"
    draft.write_bytes(msgspec.json.encode(wanted))
    draft.rename(directory / f"{name}.json")


def take_asks(directory: Path) -> list[ProbeNow]:
    """Return the asks that wait, and remove them; what cannot be read is dropped."""
    found = []
    for path in sorted(directory.glob("*.json")):
        with contextlib.suppress(OSError, ValueError, RecursionError):
            found.append(_DECODER.decode(path.read_bytes()))
        with contextlib.suppress(OSError):
            path.unlink()
    return found
