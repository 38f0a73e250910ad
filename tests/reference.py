"""The reference of every key of `cockpit.yaml`, made from the records that read it and what is said of each key."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec import Struct, inspect

from cockpit.content.environments import ConfigurationFile
from cockpit.content.environments import Section as EnvironmentSection
from cockpit.content.keys import WORDS
from cockpit.content.one_of import ONE_OF


def reference() -> str:
    """Return a table a record, as Markdown, the top of the file first."""
    lines: list[str] = []
    for path, record in _places():
        lines += [
            "",
            f"### {path}",
            "",
            _about(record),
            "",
            "| key | what it says | value | default |",
            "|---|---|---|---|",
        ]
        for field in inspect.type_info(record).fields:  # type: ignore[attr-defined]
            words = WORDS.get(record, {}).get(field.encode_name, "").replace("|", "\\|")
            lines.append(f"| `{field.encode_name}` | {words} | {_kind(field.type)} | {_default(field)} |")
    return "\n".join(lines[1:])


def _about(record: type[Struct]) -> str:
    first = " ".join((record.__doc__ or "").split("\n\n")[0].split())
    one = ONE_OF.get(record)
    return f"{first} One of {', '.join(f'`{key}`' for key in one)}." if one and "xactly one" not in first else first


def _places() -> Iterator[tuple[str, type[Struct]]]:
    """Yield each record with the first place where it stands, breadth first; an environment's section but once."""
    seen: set[type[Struct]] = set()
    waiting: list[tuple[str, inspect.Type]] = [("", inspect.type_info(ConfigurationFile))]
    while waiting:
        path, kind = waiting.pop(0)
        match kind:
            case inspect.StructType(cls=cls) if cls not in seen:
                seen.add(cls)
                if cls is EnvironmentSection:
                    continue  # its keys are those of the top
                yield (f"`{path}`" if path else "The top of the file"), cls
                waiting += [
                    (f"{path}: {each.encode_name}" if path else each.encode_name, each.type) for each in kind.fields
                ]
            case inspect.UnionType():
                waiting += [(path, each) for each in kind.types]
            case inspect.VarTupleType():
                waiting.append((f"{path}: -", kind.item_type))
            case inspect.DictType():
                waiting.append((f"{path}: NAME", kind.value_type))


def _kind(kind: inspect.Type) -> str:
    match kind:
        case inspect.StrType():
            return "text"
        case inspect.BoolType():
            return "true, false"
        case inspect.IntType() | inspect.FloatType():
            return "number"
        case inspect.LiteralType():
            return ", ".join(f"`{value}`" for value in kind.values if value)
        case inspect.StructType():
            return "keys"
        case inspect.UnionType():
            return " or ".join(_kind(each) for each in kind.types if not isinstance(each, inspect.NoneType))
        case inspect.VarTupleType():
            return f"list of {_kind(kind.item_type)}"
        case inspect.DictType():
            return f"by name: {_kind(kind.value_type)}"
    raise AssertionError(kind)


def _default(field: inspect.Field) -> str:
    if field.required:
        return "**needed**"
    value = field.default if field.default is not msgspec.NODEFAULT else None
    if value is None or value in ("", 0, ()) or isinstance(value, Struct):
        return "" if value is not False else "false"
    if value is True:
        return "true"
    return f"`{', '.join(map(str, value))}`" if isinstance(value, tuple) else f"`{value}`"
