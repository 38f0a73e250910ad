"""Lines of several logs in one, each after its log's name: `app | text`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import msgspec

from cockpit.logs.line import LogLine

TAG = " | "


class LineClassifier(Protocol):
    """Classifies the lines of a log in their order."""

    def classify(self, text: str) -> LogLine:
        """Return the next line as it is understood."""
        ...


class TaggedClassifier:
    """Classifies each log's lines by a classifier of its own, made by `new`: a trace stays with its record."""

    def __init__(self, new: Callable[[str], LineClassifier]) -> None:
        self._new = new
        self._by_name: dict[str, LineClassifier] = {}

    def classify(self, text: str) -> LogLine:
        """Return the next line as its log means it, its message after the log's name."""
        name, tag, rest = text.partition(TAG)
        if not tag:
            name, rest = "", text
        classifier = self._by_name.get(name)
        if classifier is None:
            classifier = self._by_name[name] = self._new(name)
        line = classifier.classify(rest)
        if not tag:
            return line
        before = f"{name}{TAG}"
        raw = before + line.raw if line.raw else ""
        return msgspec.structs.replace(line, text=before + line.text, message=before + line.message, raw=raw)
