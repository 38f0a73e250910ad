"""Which records a file is made of, as msgspec's type information says."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct, inspect


def records_of(record: type[Struct]) -> tuple[type[Struct], ...]:
    """Return a record and all that stand within it, each once, in the order of their keys."""
    found: dict[type[Struct], None] = {}
    waiting: list[inspect.Type] = [inspect.type_info(record)]
    while waiting:
        here = waiting.pop(0)
        if isinstance(here, inspect.StructType):
            if here.cls in found:
                continue
            found[here.cls] = None
        waiting += _within(here)
    return tuple(found)


def _within(kind: inspect.Type) -> Iterator[inspect.Type]:
    match kind:
        case inspect.StructType():
            yield from (field.type for field in kind.fields)
        case inspect.UnionType():
            yield from kind.types
        case inspect.VarTupleType():
            yield kind.item_type
        case inspect.DictType():
            yield kind.value_type
