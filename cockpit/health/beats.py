"""Heartbeats that jobs push: the last beat of each, in a small file of this clone's."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import msgspec
from msgspec import Struct

_MESSAGE_LIMIT = 500  # characters


class Beat(Struct, frozen=True, omit_defaults=True):
    """A job said at `at` (epoch seconds) that it went well, or not; `seconds` is how long it took, if it told."""

    at: float
    ok: bool = True
    message: str = ""
    seconds: float | None = None


_DECODER = msgspec.json.Decoder(Beat)


def beat_path(directory: Path, environment: str, name: str) -> Path:
    """Return where the last beat of a probe lies; `directory` is the store's."""
    return directory / "beats" / f"{environment}.{name}.json"


def write_beat(path: Path, beat: Beat) -> None:
    """Keep a beat in place of the one before it; OSError where that fails."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.urandom(4).hex()}")
    kept = msgspec.structs.replace(beat, message=beat.message[:_MESSAGE_LIMIT])
    try:
        draft.write_bytes(msgspec.json.encode(kept))
        draft.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            draft.unlink()
        raise


def read_beat(path: Path) -> Beat | None:
    """Return the last beat, or None where none can be read."""
    try:
        return _DECODER.decode(path.read_bytes())
    except (OSError, ValueError, RecursionError):  # no JSON, no such fields, not UTF-8, or nested without end
        return None
