"""Lines of several logs in one, each after its log's name: `app | text`."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import UTC, tzinfo
from typing import Protocol

import msgspec

from cockpit.logs.classify import Classifier
from cockpit.logs.folds import Folds
from cockpit.logs.line import LogLine

TAG = " | "


class LineClassifier(Protocol):
    """Classifies the lines of a log in their order."""

    folds: Folds

    def foresee(self, texts: Iterable[str]) -> None:
        """Learn from the lines to come of which of two alike hours the first is, where none before it is known."""
        ...

    def classify(self, text: str) -> LogLine:
        """Return the next line as it is understood."""
        ...


class TaggedClassifier:
    """Classifies each log's lines by a classifier of its own, as `Classifier` does: a trace stays with its record."""

    def __init__(
        self, *, zone: tzinfo = UTC, clock: Callable[[], float] = time.time, folds: Folds | None = None
    ) -> None:
        self._zone = zone
        self._clock = clock
        self._by_name: dict[str, Classifier] = {}
        self.folds = Folds(zone, clock) if folds is None else folds  # of all logs: their lines are in one order

    def foresee(self, texts: Iterable[str]) -> None:
        """Learn from the lines to come of which of two alike hours the first is, where none before it is known."""
        if self.folds.last is None:
            scout = TaggedClassifier(zone=self._zone, clock=self._clock, folds=self.folds.ahead())
            self.folds.foresee(scout.classify(text).at for text in texts)

    def _of(self, name: str) -> Classifier:
        classifier = self._by_name.get(name)
        if classifier is None:
            classifier = Classifier(name, zone=self._zone, clock=self._clock, folds=self.folds)
            self._by_name[name] = classifier
        return classifier

    def classify(self, text: str) -> LogLine:
        """Return the next line as its log means it, its message after the log's name."""
        name, tag, rest = text.partition(TAG)
        if not tag:
            return self._of("").classify(text)
        line = self._of(name).classify(rest)
        before = f"{name}{TAG}"
        raw = before + line.raw if line.raw else ""
        return msgspec.structs.replace(line, text=before + line.text, message=before + line.message, raw=raw)
