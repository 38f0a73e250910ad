"""JSON Schema (2020-12) of `cockpit.yaml` and of a checklist, for editors: made from the records that read the files.

Whatever it refuses, `cockpit validate` refuses, too; what one part of a file says of another only that can judge.
"""

from __future__ import annotations

from inspect import cleandoc
from typing import Any, Literal

import msgspec
from msgspec import Struct, inspect

from cockpit.content.environments import ConfigurationFile
from cockpit.content.environments import Section as EnvironmentSection
from cockpit.content.keys import WORDS
from cockpit.content.keys.records import records_of
from cockpit.content.one_of import ONE_OF
from cockpit.release.checklist import Checklist, Item, Phase, Section
from cockpit.release.checks import Check
from cockpit.release.configuration import Configuration, Environment, Signing, Step
from cockpit.release.library import Contact
from cockpit.release.probes import Probe
from cockpit.release.targets import TargetBinding

Kind = Literal["configuration", "checklist"]
KINDS: dict[Kind, type[Struct]] = {"configuration": ConfigurationFile, "checklist": Checklist}

_TITLES: dict[Kind, str] = {"configuration": "cockpit.yaml", "checklist": "a checklist of the release cockpit"}
# The cockpit takes every plain word as text where a text is wanted: `account: 1234567`, `version: 1.0`.
_TEXT = ["string", "number", "boolean"]
_NAME = "^[a-z0-9][a-z0-9-]*$"
_ITEM_ID = "^[a-z0-9][a-z0-9._-]*(/[a-z0-9][a-z0-9._-]*)*$"
_SPAN = r"([0-9]+(\.[0-9]+)?(ms|s|m|h|d|w) *)+"
_NAMED: tuple[tuple[type[Struct], str], ...] = (
    (ConfigurationFile, "service"), (Environment, "name"), (Step, "id"), (Contact, "id"), (Checklist, "id"),
    (Phase, "id"), (Section, "id"),
)  # fmt: skip
_NAMED_BY_KEY = ("logs", "patterns", "probes", "targets", "triggers", "sources", "channels", "environments")
_SPANS = frozenset({
    "interval", "timeout", "grace", "heartbeat", "pause", "within", "lasts", "decide_within", "expires", "newer_than",
    "poll_timeout", "update_every", "stale_after",
})  # fmt: skip
_PATTERNS: dict[tuple[type[Struct], str], str] = {
    **dict.fromkeys(_NAMED, _NAME),
    (Item, "id"): _ITEM_ID,
    (Item, "due"): rf"^(T[-+]{_SPAN})?$",
    (Item, "window"): rf"^(T[-+]{_SPAN}\.\.T[-+]{_SPAN})?$",
    (Section, "window"): rf"^(T[-+]{_SPAN}\.\.T[-+]{_SPAN})?$",
    (TargetBinding, "window"): rf"^({_SPAN})?$",
    (Contact, "after"): rf"^({_SPAN})?$",
}
_LEAST: dict[tuple[type[Struct], str], int] = {
    (Probe, "failures"): 1, (Probe, "passes"): 1, (Probe, "redirects"): 0, (Step, "retries"): 0, (Step, "batch"): 1,
    (TargetBinding, "samples"): 1,
}  # fmt: skip


def schema_of(kind: Kind) -> dict[str, Any]:
    """Return the schema of that kind of file, ready for JSON."""
    record = KINDS[kind]
    (root,), parts = msgspec.json.schema_components([record], ref_template="#/$defs/{name}")
    for cls in records_of(record):
        _tell(cls, parts[cls.__name__])
    schema: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": _TITLES[kind],
        **root,
        "$defs": parts,
    }
    loosened: dict[str, Any] = _loosened(schema)
    return loosened


def _tell(cls: type[Struct], part: dict[str, Any]) -> None:
    """Add what the record's types do not say: what a key means, how names and durations look, which exclude another."""
    part["description"] = cleandoc(part["description"])
    for key, words in WORDS.get(cls, {}).items():
        held = part["properties"][key]
        _shape(cls, key, held)
        held["description"] = words
    for field in inspect.type_info(cls).fields:  # type: ignore[attr-defined]
        if isinstance(field.type, inspect.DictType) and isinstance(field.type.key_type, inspect.LiteralType):
            part["properties"][field.encode_name]["propertyNames"] = {"enum": list(field.type.key_type.values)}
    choice = ONE_OF.get(cls)
    if choice is not None and cls is not Signing:
        one = [_given(cls, key) for key in choice]
        if cls is Check:
            one.append({"required": ["off"], "properties": {"off": {"const": True}}})
        part["oneOf"] = one
    if cls is ConfigurationFile:
        part["oneOf"] = [_given(cls, key) for key in ("environment", "environments")]


def _given(cls: type[Struct], key: str) -> dict[str, Any]:
    """Return what holds where a key stands, and not as if it were left out: `{}` is a record, and no table of names."""
    (kind,) = (each.type for each in inspect.type_info(cls).fields if each.encode_name == key)  # type: ignore[attr-defined]
    kinds = kind.types if isinstance(kind, inspect.UnionType) else (kind,)
    is_record = any(isinstance(each, inspect.StructType) for each in kinds)
    return {
        "required": [key],
        "properties": {key: {"not": {"enum": [None] if is_record else ["", False, None, [], {}]}}},
    }


def _shape(cls: type[Struct], key: str, held: dict[str, Any]) -> None:
    pattern = _PATTERNS.get((cls, key))
    if key in _SPANS:
        pattern = rf"^{_SPAN}$" if held.get("default") else rf"^({_SPAN})?$"
    if pattern is not None:
        held["pattern"] = pattern
        if pattern == _NAME:
            held["type"] = ["string", "number"]  # 2026 is a name
    if (cls, key) in _LEAST:
        held["minimum"] = _LEAST[cls, key]
    if key in _NAMED_BY_KEY and issubclass(cls, Configuration | EnvironmentSection):
        held["propertyNames"] = {"pattern": _NAME}


def _loosened(node: Any) -> Any:
    """Return a schema in which a text may be any plain word, except where it must look like something."""
    if isinstance(node, list):
        return [_loosened(each) for each in node]
    if not isinstance(node, dict):
        return node
    loose = {key: _loosened(value) for key, value in node.items()}
    if node.get("type") == "string" and "enum" not in node:
        loose["type"] = "string" if "pattern" in node else list(_TEXT)
    return loose
