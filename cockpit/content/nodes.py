"""A YAML document as a tree of nodes that know where they stand; scalars stay the text that was written.

Which type a scalar has is decided later, by the type that is wanted: so YAML 1.1's surprises (`no`, `1_000`,
`12:30`) cannot happen. What makes a file mean more than it shows (anchors, aliases, merge keys, tags, several
documents) is reported as a mistake.
"""

from __future__ import annotations

import re
from typing import cast

import yaml
from msgspec import Struct

from cockpit.content.problems import Problems, quoted
from cockpit.content.syntax_errors import explain

DEEPEST = 100
_TOO_DEEP = f"nested more than {DEEPEST} levels deep: bring it to fewer levels"
_PARSER_TOO_DEEP = "exceeded maximum nesting depth"  # libyaml's own bound, which may come before ours
# YAML 1.2's printable characters, less those that YAML 1.1 takes as line ends and editors do not.
_FORBIDDEN = re.compile(
    r"[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]|\r(?!\n)"
)


class Scalar(Struct):
    """A text; `plain` where it stands without quotes."""

    line: int
    column: int
    text: str
    plain: bool


class Sequence(Struct):
    """A list."""

    line: int
    column: int
    items: list[Node]


class Mapping(Struct):
    """Keys and values; of a key that stands twice, the first."""

    line: int
    column: int
    entries: dict[str, tuple[Scalar, Node]]


class Unusable(Struct):
    """Something already reported as a mistake: it fits wherever it stands."""

    line: int
    column: int


Node = Scalar | Sequence | Mapping | Unusable


class _TooDeepError(Exception):
    pass


def parse(text: str, problems: Problems) -> Node:
    """Return the tree of the only document in `text`; ConfigurationError where there is none to be had."""
    text = text.removeprefix("\ufeff")
    for match in _FORBIDDEN.finditer(text):
        at = match.start()
        message = f"the character U+{ord(match.group()):04X} cannot stand in this file: remove it"
        problems.add(text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at), message)
    problems.raise_any()
    loader = yaml.CSafeLoader(text)
    try:
        return _Composer(loader, problems).document()
    except yaml.MarkedYAMLError as error:
        if (error.problem or "").startswith(_PARSER_TOO_DEEP) and error.problem_mark is not None:
            problems.add(error.problem_mark.line + 1, error.problem_mark.column + 1, _TOO_DEEP)
        else:
            problems.add(*explain(error, text))
    except _TooDeepError:
        pass
    finally:
        loader.dispose()
    problems.raise_any()
    raise AssertionError("a document that could not be composed has a problem")


def _place(event: yaml.Event) -> tuple[int, int]:
    mark = cast(yaml.Mark, event.start_mark)
    return mark.line + 1, mark.column + 1


class _Composer:
    """Builds the tree from libyaml's events, which, unlike its own nodes, still show anchors and aliases."""

    def __init__(self, loader: yaml.CSafeLoader, problems: Problems) -> None:
        self._loader = loader
        self._problems = problems

    def document(self) -> Node:
        self._next()  # the stream's start
        event = self._next()
        if isinstance(event, yaml.StreamEndEvent):
            self._problems.add(1, 1, "the file is empty: write at least its required keys")
            self._problems.raise_any()
        root = self._node(self._next(), 0)
        self._next()  # the document's end
        event = self._next()
        if not isinstance(event, yaml.StreamEndEvent):
            self._refuse(event, "a second document begins here: keep one document a file, without further '---' lines")
        return root

    def _next(self) -> yaml.Event:
        return cast(yaml.Event, self._loader.get_event())

    def _refuse(self, event: yaml.Event, message: str) -> Unusable:
        unusable = Unusable(*_place(event))
        self._problems.add(unusable.line, unusable.column, message)
        return unusable

    def _node(self, event: yaml.Event, depth: int) -> Node:
        if depth > DEEPEST:
            self._refuse(event, _TOO_DEEP)
            raise _TooDeepError
        if isinstance(event, yaml.ScalarEvent):
            node: Node = Scalar(*_place(event), event.value, not event.style)
        elif isinstance(event, yaml.SequenceStartEvent):
            items: list[Node] = []
            while not isinstance(following := self._next(), yaml.SequenceEndEvent):
                items.append(self._node(following, depth + 1))
            node = Sequence(*_place(event), items)
        elif isinstance(event, yaml.MappingStartEvent):
            node = Mapping(*_place(event), self._entries(depth))
        else:
            return self._refuse(event, "an alias is not accepted: write the value out")
        if event.anchor is not None:
            return self._refuse(event, "an anchor is not accepted: remove it, and write the value out where it is used")
        if event.tag is not None:
            return self._refuse(event, f"the tag {quoted(event.tag)} is not accepted: remove it")
        return node

    def _entries(self, depth: int) -> dict[str, tuple[Scalar, Node]]:
        entries: dict[str, tuple[Scalar, Node]] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            key = self._node(event, depth + 1)
            value = self._node(self._next(), depth + 1)
            if isinstance(key, Unusable):
                continue
            complaint = self._key_complaint(key, entries)
            if complaint:
                self._problems.add(key.line, key.column, complaint)
            elif isinstance(key, Scalar):
                entries[key.text] = (key, value)
        return entries

    @staticmethod
    def _key_complaint(key: Node, entries: dict[str, tuple[Scalar, Node]]) -> str:
        if not isinstance(key, Scalar):
            return "a key is one text: put it in quotes if it holds brackets or braces"
        if not key.text:
            return "a key is missing before the colon: write key: value"
        if key.plain and key.text == "<<":
            return "the merge key << is not accepted: write the keys out"
        if key.text in entries:
            first = entries[key.text][0].line
            return f"the key {quoted(key.text)} stands here again, first at line {first}: keep one"
        return ""
