"""The cockpit's own traffic in a service's logs, which no count of trouble may take for somebody else's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

from cockpit.logs.line import Level, LogLine
from cockpit.logs.split import Block

if TYPE_CHECKING:
    from cockpit.logs.tagged import LineClassifier

# What requests of our own probes, checks and scenarios say of themselves.
OWN = "release-cockpit/"
OWN_BYTES = OWN.encode()


def is_own(line: LogLine) -> bool:
    """Whether a line tells of a request of ours."""
    return OWN in line.text


def own_levels(block: Block, new_classifier: Callable[[], LineClassifier]) -> Counter[Level]:
    """Return how many lines of our own there are in a block, by level; most blocks need no classifier for that."""
    levels: Counter[Level] = Counter()
    if OWN_BYTES in block.rest or (block.first is not None and OWN in block.first.text):
        classifier = new_classifier()
        for raw in block.lines():
            if OWN in raw.text:
                levels[classifier.classify(raw.text).level] += 1
    return levels
