"""Values written as YAML the way a person would: block style, plain texts where they can stand, one key a line."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from cockpit.text import HOSTILE

# Begins with a letter and holds nothing that YAML could take for more than text.
_PLAIN = re.compile(r"[^\W\d_](?:[^:#\n\"'`{}\[\]&*!|>%@,\x00-\x1f]|:(?! |$)|(?<! )#|,)*", re.ASCII)
# Words that some YAML reader takes for something else.
_WORDS = re.compile(r"(?:true|false|yes|no|on|off|null|y|n|nan|inf)", re.IGNORECASE)
# What a YAML file, or our reader of it, does not take as it is, and what whoever reads it must not take for a command.
_UNPRINTABLE = re.compile(rf"(?![\n\t]){HOSTILE.pattern}|[\ufffe\uffff]")
# What a block of lines would not give back as it was, or not show.
_UNFIT_FOR_A_BLOCK = re.compile(r"\A\Z|[ \t]\n|^[ \t\n]|\n[ \t\n]*$|\t")


def yaml_text(value: msgspec.Struct) -> str:
    """Return `value`, a Struct of our files, as YAML that the strict loader reads back the same."""
    return "\n".join(_mapping(msgspec.to_builtins(value), 0)) + "\n"


def double_quoted(text: str) -> str:
    """Return a text of one line in double quotes, for a file that is written by a template."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _mapping(values: Mapping[str, Any], depth: int) -> list[str]:
    lines: list[str] = []
    pad = " " * depth
    for key, value in values.items():
        if isinstance(value, Mapping):
            lines += [f"{pad}{key}:", *_mapping(value, depth + 2)] if value else [f"{pad}{key}: {{}}"]
        elif isinstance(value, str):
            lines += _text(f"{pad}{key}:", value, depth)
        elif isinstance(value, Sequence):
            lines += [f"{pad}{key}:", *_list(value, depth + 2)] if value else [f"{pad}{key}: []"]
        else:
            lines.append(f"{pad}{key}: {_scalar(value)}")
    return lines


def _list(values: Sequence[Any], depth: int) -> list[str]:
    lines: list[str] = []
    pad = " " * depth
    for value in values:
        if isinstance(value, Mapping):
            first, *rest = _mapping(value, depth + 2)
            lines += [f"{pad}- {first.lstrip(' ')}", *rest]
        elif isinstance(value, str):
            lines.append(f"{pad}- {_one_line(value)}")
        else:
            lines.append(f"{pad}- {_scalar(value)}")
    return lines


def _scalar(value: object) -> str:
    return json.dumps(value)


def _text(key: str, text: str, depth: int) -> list[str]:
    if "\n" not in text or _UNPRINTABLE.search(text) or _UNFIT_FOR_A_BLOCK.search(text.removesuffix("\n")):
        return [f"{key} {_one_line(text)}"]
    body = text.removesuffix("\n")
    pad = " " * (depth + 2)
    return [
        f"{key} |" + ("" if text.endswith("\n") else "-"),
        *(pad + line if line else "" for line in body.split("\n")),
    ]


def _one_line(text: str) -> str:
    is_printable = _UNPRINTABLE.search(text) is None
    if is_printable and _PLAIN.fullmatch(text) and not text.endswith(" ") and not _WORDS.fullmatch(text):
        return text
    if is_printable and '"' in text and "\n" not in text and "\t" not in text:
        return "'" + text.replace("'", "''") + "'"
    quoted = json.dumps(text, ensure_ascii=False)
    return _UNPRINTABLE.sub(lambda match: _escaped(ord(match[0])), quoted)


def _escaped(code: int) -> str:
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
