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
        self._found: frozenset[str] = frozenset()  # the blobs in the ref, by the marks that it had then
        self._marks: object = None

    def evidence(self, sha256: str) -> bytes | None:
        """Return a blob's bytes, or None."""
        if sha256 not in self._names():
            return None
        return self._objects.read_path(STATE_REF, evidence_path(sha256))

    def _names(self) -> frozenset[str]:
        """Return which blobs the ref holds, by one look at its tree: a clone may lack thousands of them."""
        marks = self._ref.marks()
        if marks != self._marks:
            self._found = frozenset() if self._ref.is_absent() else self._objects.names_below(STATE_REF, EVIDENCE)
            self._marks = marks
        return self._found

    def format(self) -> bytes | None:
        """Return the content of FORMAT, or None."""
        return self._objects.read_path(STATE_REF, FORMAT_PATH)
