"""A file as evidence: its content, or where it is large its hash, size and path."""

from __future__ import annotations

import hashlib
from pathlib import Path

from cockpit.errors import NotFoundError, UsageError
from cockpit.release.intents import ATTACHMENT_LIMIT, AttachEvidence


def attachment(item: str, file: str) -> AttachEvidence:
    """Return the wish to attach a file to an item; reads it. Raises where it is no file, or cannot be read."""
    if not file:
        raise UsageError("nothing to attach", fix="Name a file: --file F")
    path = Path(file)
    try:
        if not path.is_file():
            raise NotFoundError(f"{file} is no file" if path.exists() else f"there is no file {file}")
        with path.open("rb") as stream:
            # What is read decides: a log grows meanwhile, and what the kernel tells has no size before it is asked.
            content = stream.read(ATTACHMENT_LIMIT + 1)
            if len(content) > ATTACHMENT_LIMIT:
                stream.seek(0)
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
                return AttachEvidence(item, path.name, None, digest, stream.tell(), str(path.absolute()))
    except OSError as error:
        raise NotFoundError(f"{file} cannot be read: {error.strerror}") from error
    digest = hashlib.sha256(content).hexdigest()
    return AttachEvidence(item, path.name, content, digest, len(content), str(path.absolute()))
