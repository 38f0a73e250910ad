"""Which headings and items say by their words that they come again, or that nothing goes on without them."""

from __future__ import annotations

import re

from cockpit.release.checklist import Cadence

_CADENCES: dict[str, Cadence] = {
    "daily": "daily", "weekly": "weekly", "monthly": "monthly", "quarterly": "quarterly", "annually": "annually",
    "yearly": "annually",
}  # fmt: skip
_OF_A_CADENCE = re.compile(
    r"\b(?:daily|weekly|monthly|quarterly|annual(?:ly)?|yearly|every (?:day|week|month|quarter|year))\b", re.IGNORECASE
)
_WORD = r"critical|blockers?|blocking|show[- ]?stoppers?|must[- ]haves?|mandatory"
_KILLER_TITLE = re.compile(rf"\W*(?:{_WORD})(?:\W+(?:items?|checks?|steps?|tasks?|points?))?\W*", re.IGNORECASE)
# In capitals, or set apart by a colon or brackets: "Critical bugs are fixed" speaks of bugs.
_KILLER_FIRST = re.compile(
    rf"\W{{0,4}}(?:(?:CRITICAL|BLOCKER|MANDATORY)\b(?! [a-z])|(?i:{_WORD})(?:\*{{0,2}}\s?:|[)\]](?!\()))",
)
_KILLER_LAST = re.compile(rf"[(\[](?:{_WORD})[)\]]\W{{0,4}}$", re.IGNORECASE)
_LONGEST_MARK = 30
_OF_A_KILLER = re.compile(rf"\b(?:{_WORD})\b", re.IGNORECASE)


def cadence_of(title: str) -> Cadence | None:
    """Return how often what stands below a heading comes again, where the heading says that and nothing else."""
    return _CADENCES.get(title.lower())


def title_says_killer(title: str) -> bool:
    """Whether a heading says, and says nothing else, that nothing goes on without what stands below it."""
    return _KILLER_TITLE.fullmatch(title) is not None


def item_says_killer(text: str) -> bool:
    """Whether an item is marked as one without which nothing goes on: `CRITICAL: ...`, `... (blocker)`."""
    return _KILLER_FIRST.match(text) is not None or _KILLER_LAST.search(text[-_LONGEST_MARK:]) is not None


def speaks_of_a_cadence(title: str) -> bool:
    """Whether a heading has such a word in it, be it meant so or not."""
    return _OF_A_CADENCE.search(title) is not None


def speaks_of_killers(title: str) -> bool:
    """Whether a heading has such a word in it, be it meant so or not."""
    return _OF_A_KILLER.search(title) is not None
