"""Texts that a regular expression nearly takes: what makes a careless one try again and again."""

from __future__ import annotations

import re
from random import Random
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

_MOST = 4000  # characters


def sample(dice: Random, pattern: str) -> str:
    """Return a text much like those that the pattern matches, with long repetitions; look-arounds are left out."""
    try:
        tree = parser.parse(pattern)
    except re.error:
        return ""
    return _of(dice, tree, dice.choice((3, 30, 400)))[:_MOST]


def _of(dice: Random, tree: Any, most: int) -> str:
    text = ""
    for kind, told in tree:
        text += _part(dice, kind, told, most)
        if len(text) > _MOST:
            break
    return text


def _part(dice: Random, kind: Any, told: Any, most: int) -> str:
    if kind is sre.LITERAL:
        return chr(told)
    if kind is sre.NOT_LITERAL:
        return "x" if told != ord("x") else "y"
    if kind is sre.ANY:
        return dice.choice("x 0")
    if kind is sre.IN:
        return _one_of(dice, told)
    if kind is sre.BRANCH:
        return _of(dice, dice.choice(told[1]), most)
    if kind is sre.SUBPATTERN:
        return _of(dice, told[-1], most)
    if kind is sre.ATOMIC_GROUP:
        return _of(dice, told, most)
    if kind in {sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT}:
        least, highest, inner = told
        top = most if highest is sre.MAXREPEAT else min(highest, most)
        count = dice.choice((least, max(top, least), dice.randint(least, max(top, least))))
        # One text over and over, or another each time.
        if dice.random() < 0.7:
            return _of(dice, inner, max(most // 10, 1)) * count
        return "".join(_of(dice, inner, max(most // 10, 1)) for _ in range(min(count, 60)))
    return ""  # what stands nowhere: anchors, look-arounds, references


def _one_of(dice: Random, choices: Any) -> str:
    if choices[0][0] is sre.NEGATE:
        return dice.choice("x0 -")
    kind, told = dice.choice(choices)
    if kind is sre.RANGE:
        return chr(dice.randint(told[0], min(told[1], told[0] + 30)))
    if kind is sre.LITERAL:
        return chr(told)
    return {sre.CATEGORY_DIGIT: "7", sre.CATEGORY_SPACE: " ", sre.CATEGORY_WORD: "w"}.get(told, "-")
