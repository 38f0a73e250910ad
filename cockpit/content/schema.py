"""Turns YAML nodes into typed values as msgspec's type information says, reporting every mistake on the way."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Callable, Iterable
from typing import Any, Final

from msgspec import inspect

from cockpit.content.nodes import Mapping, Node, Scalar, Sequence, Unusable
from cockpit.content.problems import Problems, quoted

# What a node that is already reported as a mistake becomes.
INVALID: Final = object()
_TRUE_OR_FALSE = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_YAML_1_1_BOOLEANS = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_NUMBER = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def convert(node: Node, wanted: inspect.Type, problems: Problems) -> object:
    """Return the value of `node` as `wanted`, or INVALID once the reason has been reported."""
    if isinstance(node, Unusable):
        return INVALID
    return _CONVERTERS[type(wanted)](node, wanted, problems)


def did_you_mean(word: str, accepted: Iterable[str]) -> str:
    """Return ` (did you mean 'x'?)` where one of the `accepted` words is close to `word`, else nothing."""
    close = difflib.get_close_matches(word, list(accepted), n=1) if len(word) < 60 else []
    return f" (did you mean {quoted(close[0])}?)" if close else ""


def _text(node: Node, _wanted: inspect.StrType, problems: Problems) -> object:
    if not isinstance(node, Scalar):
        return _mismatch(node, "a text is wanted", "put it in quotes if brackets or braces belong to it", problems)
    if node.plain and not node.text:
        return _mismatch(node, "a text is wanted", 'write one, "" for an empty one, or leave the key out', problems)
    control = _CONTROL.search(node.text)
    if control:
        message = f"the text holds the control character U+{ord(control.group()):04X}: remove it"
        problems.add(node.line, node.column, message)
        return INVALID
    return node.text


def _boolean(node: Node, _wanted: inspect.BoolType, problems: Problems) -> object:
    right = "write true or false, without quotes"
    if isinstance(node, Scalar):
        if node.plain and node.text in _TRUE_OR_FALSE:
            return _TRUE_OR_FALSE[node.text]
        meant = _YAML_1_1_BOOLEANS.get(node.text.lower(), node.text.lower())
        if meant in _TRUE_OR_FALSE:
            right = f"write {meant}, without quotes"
    return _mismatch(node, "true or false is wanted", right, problems)


def _integer(node: Node, _wanted: inspect.IntType, problems: Problems) -> object:
    if isinstance(node, Scalar) and node.plain and _INTEGER.fullmatch(node.text):
        return int(node.text)
    return _mismatch(node, "a whole number is wanted", "write digits only, without quotes, such as 3", problems)


def _number(node: Node, _wanted: inspect.FloatType, problems: Problems) -> object:
    if isinstance(node, Scalar) and node.plain and _NUMBER.fullmatch(node.text):
        number = float(node.text)
        if math.isfinite(number):
            return number
    return _mismatch(node, "a number is wanted", "write it with digits and a point, such as 0.5", problems)


def _choice(node: Node, wanted: inspect.LiteralType, problems: Problems) -> object:
    if isinstance(node, Scalar) and node.text in wanted.values and not (node.plain and not node.text):
        return node.text
    choices = [str(value) for value in wanted.values if value]
    hint = did_you_mean(node.text, choices) if isinstance(node, Scalar) else ""
    return _mismatch(node, f"one of {', '.join(choices)} is wanted", f"write one of them{hint}", problems)


def _optional(node: Node, wanted: inspect.UnionType, problems: Problems) -> object:
    if isinstance(node, Scalar) and node.plain and node.text in {"null", "~"}:
        return None
    (inner,) = (each for each in wanted.types if not isinstance(each, inspect.NoneType))
    return convert(node, inner, problems)


def _list(node: Node, wanted: inspect.VarTupleType, problems: Problems) -> object:
    if not isinstance(node, Sequence):
        return _mismatch(
            node, "a list is wanted", "write each entry on a line of its own after '- ', or [] for none", problems
        )
    values = [convert(item, wanted.item_type, problems) for item in node.items]
    return INVALID if INVALID in values else tuple(values)


def _table(node: Node, wanted: inspect.DictType, problems: Problems) -> object:
    if not isinstance(node, Mapping):
        return _mismatch(node, "keys and values are wanted", "write name: value lines, or {} for none", problems)
    keys = [convert(key, wanted.key_type, problems) for key, _ in node.entries.values()]
    values = [convert(value, wanted.value_type, problems) for _, value in node.entries.values()]
    return INVALID if INVALID in keys or INVALID in values else dict(zip(keys, values, strict=True))


_FIELDS: dict[type, tuple[dict[str, inspect.Field], tuple[str, ...]]] = {}


def _fields(struct: inspect.StructType) -> tuple[dict[str, inspect.Field], tuple[str, ...]]:
    """Return a Struct's fields by the key in a file, and the keys that are required."""
    # What is known of the outermost type tells of all within it: to ask for each anew costs a start tenths of a second.
    found = _FIELDS.get(struct.cls)
    if found is None:
        by_key = {each.encode_name: each for each in struct.fields}
        required = tuple(key for key, each in by_key.items() if each.required)
        found = _FIELDS[struct.cls] = by_key, required
    return found


def _struct(node: Node, wanted: inspect.StructType, problems: Problems) -> object:
    fields, required = _fields(wanted)
    if not isinstance(node, Mapping):
        return _mismatch(
            node, "keys and values are wanted", f"write the keys {', '.join(required or fields)}", problems
        )
    arguments: dict[str, Any] = {}
    valid = True
    for name, (key, value) in node.entries.items():
        field = fields.get(name)
        if field is None:
            hint = did_you_mean(name, fields)
            problems.add(
                key.line,
                key.column,
                f"the key {quoted(name)} is not known{hint}: accepted here are {', '.join(fields)}",
            )
            valid = False
            continue
        arguments[field.name] = converted = convert(value, field.type, problems)
        valid = valid and converted is not INVALID
    for name in required:
        if name not in node.entries:
            problems.add(node.line, node.column, f"the key {quoted(name)} is missing: add {name}: ...")
            valid = False
    return wanted.cls(**arguments) if valid else INVALID


def _mismatch(node: Node, wanted: str, right: str, problems: Problems) -> object:
    match node:
        case Scalar(text="", plain=True):
            found = "there is nothing"
        case Scalar():
            found = f"this is {quoted(node.text)}" + ("" if node.plain else " in quotes")
        case Sequence():
            found = "this is a list"
        case _:
            found = "this is a mapping of keys to values"
    problems.add(node.line, node.column, f"{wanted}, and {found}: {right}")
    return INVALID


_CONVERTERS: dict[type[inspect.Type], Callable[[Node, Any, Problems], object]] = {
    inspect.StrType: _text,
    inspect.BoolType: _boolean,
    inspect.IntType: _integer,
    inspect.FloatType: _number,
    inspect.LiteralType: _choice,
    inspect.UnionType: _optional,
    inspect.VarTupleType: _list,
    inspect.DictType: _table,
    inspect.StructType: _struct,
}
