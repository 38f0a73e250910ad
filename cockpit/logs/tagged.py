"""Lines of several logs in one, each after its log's name: `app | text`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Protocol

import msgspec

from cockpit.logs.line import LogLine

TAG = " | "


class LineClassifier(Protocol):
    """Classifies the lines of a log in their order; `last` and `is_guess` are of hours that the clock shows twice."""

    is_live: bool  # whether lines are read as they are written

    @property
    def last(self) -> float | None:
        """The time of the line before."""
        ...

    @last.setter
    def last(self, at: float | None) -> None: ...

    @property
    def is_guess(self) -> bool:
        """Whether a line has its time without one before it being known."""
        ...

    def sure_before(self, at: float) -> float:
        """Return the last second before the hours that look alike, where `at` is in one of them; `at` itself else."""
        ...

    def foresee(self, texts: Iterable[str]) -> None:
        """Learn from the lines to come of which of two alike hours the first is, where none before it is known."""
        ...

    def classify(self, text: str) -> LogLine:
        """Return the next line as it is understood."""
        ...


class TaggedClassifier:
    """Classifies each log's lines by a classifier of its own, made by `new`: a trace stays with its record."""

    def __init__(self, new: Callable[[str], LineClassifier]) -> None:
        self._new = new
        self._by_name: dict[str, LineClassifier] = {}
        self.is_live = False
        self._last: float | None = None  # of all logs: their lines are in one order

    @property
    def last(self) -> float | None:
        """The latest time of a line before, where the clock goes back not far from it."""
        return max((one.last for one in self._by_name.values() if one.last is not None), default=self._last)

    @last.setter
    def last(self, at: float | None) -> None:
        self._last = at
        for one in self._by_name.values():
            one.last = at

    @property
    def is_guess(self) -> bool:
        """Whether a line has its time without one before it being known."""
        return any(one.is_guess for one in self._by_name.values())

    def sure_before(self, at: float) -> float:
        """Return the last second before the hours that look alike, where `at` is in one of them; `at` itself else."""
        return self._of("").sure_before(at)

    def foresee(self, texts: Iterable[str]) -> None:
        """Learn from the lines to come of which of two alike hours each log's first is."""
        by_name = defaultdict[str, list[str]](list)
        for text in texts:
            name, tag, rest = text.partition(TAG)
            by_name[name if tag else ""].append(rest if tag else text)
        for name, lines in by_name.items():
            self._of(name).foresee(lines)

    def _of(self, name: str) -> LineClassifier:
        classifier = self._by_name.get(name)
        if classifier is None:
            classifier = self._by_name[name] = self._new(name)
            classifier.last = self._last
        return classifier

    def classify(self, text: str) -> LogLine:
        """Return the next line as its log means it, its message after the log's name."""
        name, tag, rest = text.partition(TAG)
        if not tag:
            name, rest = "", text
        classifier = self._of(name)
        classifier.is_live = self.is_live
        line = classifier.classify(rest)
        if not tag:
            return line
        before = f"{name}{TAG}"
        raw = before + line.raw if line.raw else ""
        return msgspec.structs.replace(line, text=before + line.text, message=before + line.message, raw=raw)
