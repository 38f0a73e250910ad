"""A file as evidence: its content, or where it is large its hash, size and path."""

from __future__ import annotations

import hashlib
from pathlib import Path

from cockpit.errors import NotFoundError, UsageError
from cockpit.release.intents import AttachEvidence

LIMIT = 1024 * 1024  # bytes that go into the store


def attachment(item: str, file: str) -> AttachEvidence:
    """Return the wish to attach a file to an item; reads it. Raises where it is no file, or cannot be read."""
    if not file:
        raise UsageError("nothing to attach", fix="Name a file: --file F")
    path = Path(file)
    try:
        if not path.is_file():
            raise NotFoundError(f"{file} is no file" if path.exists() else f"there is no file {file}")
        size = path.stat().st_size
        if size <= LIMIT:
            content = path.read_bytes()
            return AttachEvidence(item, path.name, content, hashlib.sha256(content).hexdigest(), len(content))
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise NotFoundError(f"{file} cannot be read: {error.strerror}") from error
    return AttachEvidence(item, path.name, None, digest, size, str(path.absolute()))
