"""Paths into a JSON document, such as `items[0].id` or `["odd key"].name`."""

from __future__ import annotations

import re

JsonPath = tuple[str | int, ...]

_PATH_STEP = re.compile(r"""\.([^\s.\[\]=<>!"']+)|\[([0-9]{1,9})\]|\["([^"]+)"\]""")


def parse_path(text: str) -> JsonPath:
    """Return the steps of a JSON path such as `items[0].id`; ValueError says what would be right."""
    path, rest = parse_steps(text if text.startswith((".", "[")) else f".{text}")
    if rest or not path:
        raise ValueError(f"{text!r} is not a path: write such as version, build.version or items[0].id")
    return path


def parse_steps(rest: str) -> tuple[JsonPath, str]:
    """Return the steps that `rest` begins with, each with its dot or brackets, and what follows them."""
    path: list[str | int] = []
    while match := _PATH_STEP.match(rest):
        key, index, quoted = match.groups()
        path.append(int(index) if index is not None else key or quoted)
        rest = rest[match.end() :]
    return tuple(path), rest


def follow(document: object, path: JsonPath, missing: object) -> object:
    """Return the value at `path`, or `missing`."""
    value = document
    for step in path:
        match value, step:
            case dict(), str():
                value = value.get(step, missing)
            case list(), int() if step < len(value):
                value = value[step]
            case _:
                return missing
    return value
