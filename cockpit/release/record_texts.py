"""The free texts that a record carries: reasons, notes, values seen; what the timeline's one sentence leaves out."""

from __future__ import annotations

from collections.abc import Callable

from cockpit.release.events import ExecutionRequested
from cockpit.release.record import Record, TextRef

_LONGEST = 64 * 1024  # bytes: what is larger is no text of a person's


def texts_of(record: Record, text_of: Callable[[TextRef], str | None]) -> tuple[tuple[str, str], ...]:
    """Return the name of each field that holds a free text, and the text as far as it is here."""
    if isinstance(record.data, ExecutionRequested):
        return ()  # its plan is no text to read
    found = ((name, getattr(record.data, name)) for name in record.data.__struct_fields__)
    refs = ((name, ref) for name, ref in found if isinstance(ref, TextRef) and ref.size <= _LONGEST and name != "blob")
    return tuple((name, text) for name, ref in refs if (text := text_of(ref)) is not None)
