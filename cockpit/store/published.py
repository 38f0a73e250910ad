"""What the state ref holds beside journals, for who only reads: blobs, and the format's version."""

from __future__ import annotations

from cockpit.store.layout import EVIDENCE, FORMAT_PATH, STATE_REF, evidence_path
from cockpit.store.location import StoreLocation
from cockpit.store.objects import ObjectDatabase
from cockpit.store.ref import StateRef


class Published:
    """The present content of one repository's state ref."""

    def __init__(self, location: StoreLocation) -> None:
        self._objects = ObjectDatabase(location)
        self._ref = StateRef(location, self._objects)
        self._evidence: tuple[object, frozenset[str]] | None = None  # the blobs in the ref, and the ref's marks then

    def evidence(self, sha256: str) -> bytes | None:
        """Return a blob's bytes, or None."""
        marks = self._ref.marks()
        if self._evidence is None or self._evidence[0] != marks:
            # One look at the tree tells of all blobs: a clone may lack thousands, and a git command each takes long.
            self._evidence = (marks, self._objects.names_below(STATE_REF, EVIDENCE))
        if sha256 not in self._evidence[1]:
            return None
        return self._objects.read_path(STATE_REF, evidence_path(sha256))

    def format(self) -> bytes | None:
        """Return the content of FORMAT, or None."""
        return self._objects.read_path(STATE_REF, FORMAT_PATH)
