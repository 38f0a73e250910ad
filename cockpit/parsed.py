"""What pinned texts say, kept for the next start: to read them takes longer than anything else that a command does.

Kept per user and outside the repository, as trust is, for it says what would be executed. What is kept counts for these
very texts, as this very code reads them; anything else, and whatever is damaged, is read anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import msgspec

from cockpit import __version__
from cockpit.release.ledger import Pinned
from cockpit.trust import state_directory

_MOST = 40  # files that are kept, for so many configurations
_READERS = ("content", "release")  # the rooms whose code decides what a text says


def digest_of(texts: Mapping[str, str]) -> str:
    """Return the sha256 that stands for these very files: what trust and plans are bound to."""
    return hashlib.sha256(msgspec.json.encode(dict(texts), order="sorted")).hexdigest()


def settled(pinned: Pinned) -> Pinned:
    """Return the same as it would be recalled.

    Whether a value that is the default is encoded depends on the object that it is. What is read now and what was kept
    must not differ in that: digests of plans and checks are made of encoded values.
    """
    return _decoder().decode(_encoder.encode(pinned))


class ParsedTexts:
    """The configurations that this user's cockpits have read on this host, a file each; lost without harm."""

    def __init__(self, directory: Path | None = None) -> None:
        self._directory = (directory or state_directory()) / "parsed"

    def recall(self, texts: Mapping[str, str], environment: str) -> Pinned | None:
        """Return what these texts say of an environment; None where it is not known."""
        name = _name(texts, environment)
        if not name:
            return None
        try:
            digest, _, body = (self._directory / name).read_bytes().partition(b"\n")
            if hashlib.sha256(body).hexdigest().encode() != digest:
                return None
            return _decoder().decode(body)
        except (OSError, msgspec.MsgspecError, UnicodeError):
            return None

    def keep(self, texts: Mapping[str, str], environment: str, pinned: Pinned) -> None:
        """Keep what these texts say; where the disk refuses, the next start reads them once more."""
        name = _name(texts, environment)
        if not name:
            return
        body = _encoder.encode(pinned)
        partial = self._directory / f".{name}.{os.getpid()}"
        with contextlib.suppress(OSError):
            self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
            partial.write_bytes(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
            partial.replace(self._directory / name)
            self._drop_oldest()

    def forget(self) -> None:
        """Remove all of it: something was purged, which may stand in there."""
        with contextlib.suppress(OSError):
            for path in self._directory.iterdir():
                path.unlink(missing_ok=True)

    def _drop_oldest(self) -> None:
        paths = list(self._directory.iterdir())
        if len(paths) > _MOST:
            for path in sorted(paths, key=lambda path: path.stat().st_mtime)[:-_MOST]:
                path.unlink(missing_ok=True)


def _name(texts: Mapping[str, str], environment: str) -> str:
    """Return under which name it is kept; empty where nothing can be."""
    code = code_of(*_READERS)
    return hashlib.sha256(f"{code}\n{digest_of(texts)}\n{environment}".encode()).hexdigest() if code else ""


@cache
def code_of(*rooms: str) -> str:
    """Return what stands for the code of some rooms; empty where it does not lie in files, so that none is known."""
    try:
        files = sorted(
            f"{room}/{entry.name} {entry.stat().st_size} {entry.stat().st_mtime_ns}"
            for room in rooms
            for entry in os.scandir(Path(__file__).parent / room)
            if entry.name.endswith(".py")
        )
    except OSError:
        return ""
    return "\n".join([__version__, msgspec.__version__, *files]) if files else ""


# Made at every start. In the modules that it is made of (release/configuration.py and what that consists of)
# annotations are therefore no texts: msgspec would compile and evaluate each of them anew.
@cache
def _decoder() -> msgspec.msgpack.Decoder[Pinned]:
    return msgspec.msgpack.Decoder(Pinned)


_encoder = msgspec.msgpack.Encoder()
