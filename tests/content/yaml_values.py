"""A YAML file as an editor's language server reads it: YAML 1.2's core types."""

from __future__ import annotations

import re
from typing import Any

from cockpit.content.nodes import Mapping, Node, Scalar, Sequence, parse
from cockpit.content.problems import Problems

_WORDS = {"": None, "null": None, "~": None, "true": True, "false": False}


def yaml_values(text: str) -> Any:
    """Return the values of a YAML text."""
    return _value(parse(text, Problems("x.yaml")))


def _value(node: Node) -> Any:
    match node:
        case Mapping():
            return {key: _value(value) for key, (_, value) in node.entries.items()}
        case Sequence():
            return [_value(item) for item in node.items]
        case Scalar(plain=True) if node.text in _WORDS:
            return _WORDS[node.text]
        case Scalar(plain=True) if re.fullmatch(r"[-+]?[0-9]+", node.text):
            return int(node.text)
        case Scalar(plain=True) if re.fullmatch(r"[-+]?[0-9]*\.?[0-9]+([eE][-+]?[0-9]+)?", node.text):
            return float(node.text)
        case Scalar():
            return node.text
    raise AssertionError(node)
