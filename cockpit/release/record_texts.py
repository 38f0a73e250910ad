"""The free texts that a record carries: reasons, notes, values seen; what the timeline's one sentence leaves out."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from cockpit.release.events import ExecutionRequested, NoteAdded
from cockpit.release.record import Record, TextRef
from cockpit.release.run import Run

TextOf = Callable[[TextRef], str | None]

_LONGEST = 64 * 1024  # bytes: what is larger is no text of a person's


def texts_of(record: Record, text_of: TextOf) -> tuple[tuple[str, str], ...]:
    """Return the name of each field that holds a free text, and the text as far as it is here."""
    if isinstance(record.data, ExecutionRequested):
        return ()  # its plan is no text to read
    found = ((name, getattr(record.data, name)) for name in record.data.__struct_fields__)
    refs = ((name, ref) for name, ref in found if isinstance(ref, TextRef) and ref.size <= _LONGEST and name != "blob")
    return tuple((name, text) for name, ref in refs if (text := text_of(ref)) is not None)


def words_of(record: Record, run: Run, text_of: TextOf) -> dict[str, str]:
    """Return the same by the names of their fields, without what a note said that has been taken back."""
    if isinstance(record.data, NoteAdded) and all(note.id != record.id for note in run.notes):
        return {}
    return dict(texts_of(record, text_of))


def with_words(sentence: str, words: Iterable[str]) -> str:
    """Return a record's sentence with those of its free texts that are one line and not in it already."""
    return ": ".join([sentence, *(text for text in words if "\n" not in text and text not in sentence)])
