"""Strict loading: every mistake, at its exact place, with what would be right."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from cockpit.content import strict_yaml
from cockpit.content.problems import MOST_PROBLEMS
from cockpit.content.strict_yaml import load_document, load_file, load_text
from cockpit.errors import ConfigurationError


class Leaf(Struct, frozen=True, omit_defaults=True):
    id: str
    text: str = ""
    kind: Literal["", "red", "green"] = ""
    binds: Literal["commit", "host"] | None = None
    count: int = 0
    value: float = 0.0
    on: bool = False
    tags: tuple[str, ...] = ()
    table: dict[str, str] = {}
    leaves: tuple[Leaf, ...] = ()


class Tree(Struct, frozen=True, omit_defaults=True):
    title: str
    root: Leaf
    named: dict[str, Leaf] = {}


def mistakes(text: str, type_: type[Struct] = Leaf) -> list[tuple[int, int, str]]:
    """Return (line, column, message) of every mistake in `text`; it has to have one."""
    with pytest.raises(ConfigurationError) as caught:
        load_text(text, "some.yaml", type_)
    assert {problem.path for problem in caught.value.problems} == {"some.yaml"}
    return [(problem.line, problem.column, problem.message) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("", 1, 1, "empty"),
        ("# only a comment\n", 1, 1, "empty"),
        ("---\n", 2, 1, "keys and values are wanted, and there is nothing"),
        ("just text", 1, 1, "keys and values are wanted, and this is 'just text'"),
        ("- id: x", 1, 1, "this is a list"),
        ("text: x", 1, 1, "'id' is missing: add id"),
        ("id: x\ntext:\n", 2, 6, "there is nothing: write one, \"\" for an empty one"),
        ("id: x\ntext: {a: b}", 2, 7, "a text is wanted, and this is a mapping"),
        ("id: x\ntext: [a]", 2, 7, "a text is wanted, and this is a list"),
        ("id: x\nkind: rde", 2, 7, "one of green, red is wanted, and this is 'rde': write one of them (did you mean"),
        ("id: x\nbinds: paths", 2, 8, "one of commit, host is wanted"),
        ("id: x\non: yes", 2, 5, "write true, without quotes"),
        ("id: x\non: Off", 2, 5, "write false, without quotes"),
        ('id: x\non: "true"', 2, 5, "'true' in quotes: write true"),
        ("id: x\non: 1", 2, 5, "true or false is wanted"),
        ("id: x\ncount: 1_000", 2, 8, "a whole number is wanted"),
        ("id: x\ncount: 12:30", 2, 8, "a whole number is wanted"),
        ("id: x\ncount: 0x1f", 2, 8, "a whole number is wanted"),
        ("id: x\ncount: '1'", 2, 8, "a whole number is wanted"),
        ("id: x\ncount: " + "9" * 5000, 2, 8, "a whole number is wanted"),
        ("id: x\nvalue: .nan", 2, 8, "a number is wanted"),
        ("id: x\nvalue: 1e999", 2, 8, "a number is wanted"),
        ("id: x\ntags: one", 2, 7, "a list is wanted"),
        ("id: x\ntags:\n  - a\n  - {b: c}", 4, 5, "a text is wanted"),
        ("id: x\ntable: [a]", 2, 8, "keys and values are wanted"),
        ("id: x\ntable:\n  a: [b]", 3, 6, "a text is wanted"),
        ("id: x\ntxt: y", 2, 1, "'txt' is not known (did you mean 'text'?): accepted here are id, text, kind"),
        ("id: x\ntext: a\ntext: b", 3, 1, "'text' stands here again, first at line 2"),
        ("id: x\nleaves:\n  - id: y\n    leaves:\n      - {text: z}", 5, 9, "'id' is missing"),
        ("id: x\n? [a]\n: b", 2, 3, "a key is one text"),
        ("id: x\n? \n: b", 2, 2, "a key is missing"),
        ("id: x\n: b", 2, 1, "write key: value"),
        ("id: &a x", 1, 5, "an anchor is not accepted"),
        ("id: *a", 1, 5, "an alias is not accepted"),
        ("id: !!str x", 1, 5, "the tag 'tag:yaml.org,2002:str' is not accepted"),
        ("id: !!python/object/apply:os.system [ls]", 1, 5, "the tag"),
        ("id: x\n<<: {text: y}", 2, 1, "the merge key << is not accepted"),
        ("id: x\n---\nid: y", 2, 1, "a second document begins here"),
        ("id: x\n\ttext: y", 2, 1, "a tab cannot indent"),
        ("id: x\ntext: a: b", 2, 8, "put the text in quotes"),
        ("id: x\ntext: @home", 2, 7, "a text cannot begin with @: put it in quotes"),
        ("id: x\ntext: 'open", 2, 7, "close the quote"),
        ("id: x\ntext", 2, 1, "write key: value"),
        ("id: x\ntags: [a, b\ntext: y", 3, 5, "that begins at line 2: close the list"),
        ('id: x\ntext: "\\d"', 2, 8, "a backslash is written twice"),
        ("id: x\nleaves:\n  - id: y\n - id: z", 4, 2, "indent it like the keys above"),
        ("id: x\x00", 1, 6, "U+0000"),
        ("id: é\x1b[31m", 1, 6, "U+001B"),
        ("id: x\ntext: a\u2028b", 2, 8, "U+2028"),
        ("id: \ud800", 1, 5, "U+D800"),
        ("id: x\rtext: y", 1, 6, "U+000D"),
        ('id: "a\\0b"', 1, 5, "control character U+0000"),
        ('id: "a\\eb"', 1, 5, "control character U+001B"),
    ],
)  # fmt: skip
def test_a_mistake_has_its_place_and_says_what_would_be_right(text: str, line: int, column: int, words: str) -> None:
    (found,) = mistakes(text)
    assert found[:2] == (line, column)
    assert words in found[2]


def test_all_mistakes_come_at_once_in_reading_order() -> None:
    text = """\
titel: Launch
root:
  id: a
  on: yes
  leaves:
    - text: *gone
    - id: &b c
      count: many
named:
  first: {id: d, kind: blue}
  first: {id: e}
"""
    found = [(line, column) for line, column, _ in mistakes(text, Tree)]
    # titel and the missing title; yes; a missing id and an alias; an anchor; many; blue; first again.
    assert found == [(1, 1), (1, 1), (4, 7), (6, 7), (6, 13), (7, 11), (8, 14), (10, 24), (11, 3)]


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
@pytest.mark.parametrize("depth", [150, 20_000])
def test_depth_is_bounded(opening: str, depth: int) -> None:
    (found,) = mistakes(opening * depth)
    assert "nested more than 100 levels deep" in found[2]


def test_what_is_nested_deep_but_bounded_is_loaded() -> None:
    text = "id: x\n" + "".join(f"{'  ' * depth}leaves:\n{'  ' * depth}- id: x\n" for depth in range(45))
    leaf, depth = load_text(text, "some.yaml", Leaf), 0
    while leaf.leaves:
        leaf, depth = leaf.leaves[0], depth + 1
    assert depth == 45


def test_an_alias_bomb_costs_nothing() -> None:
    rows = ["id: x", "a: &a [x, x, x, x, x, x, x, x, x]"]
    rows += [
        f"{name}: &{name} [{', '.join(['*' + before] * 9)}]"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    ]
    assert any("an alias is not accepted" in message for _, _, message in mistakes("\n".join(rows)))


def test_a_flood_of_mistakes_ends() -> None:
    found = mistakes("id: x\n" + "".join(f"key{number}: x\n" for number in range(MOST_PROBLEMS * 3)))
    assert len(found) == MOST_PROBLEMS + 1
    assert "the rest was not looked at" in found[-1][2]


def test_messages_show_no_control_characters_and_stay_short() -> None:
    ((_, _, message),) = mistakes("id: x\n\u202etxet" + "y" * 5000 + ": z")
    assert "\u202e" not in message
    assert len(message) < 300


@pytest.mark.parametrize(
    "written",
    ["no", "on", "1_000", "12:30", "2026-11-23", "0x1f", "1e3", "null", "~", "true", "007", "v1.0", "Émile ✓"],
)
def test_where_a_text_is_wanted_it_is_the_text_as_written(written: str) -> None:
    assert load_text(f"id: {written}", "some.yaml", Leaf).id == written


def test_every_kind_of_value() -> None:
    text = """\
\ufeffid: "a: b"\r
text: |\r
  one\r
  two\r
kind: red\r
binds: null\r
count: -3\r
value: 2\r
on: True\r
tags: [no, "1"]\r
table: {yes: no}\r
leaves:\r
- id: b\r
"""
    assert load_text(text, "some.yaml", Leaf) == Leaf(
        "a: b", "one\ntwo\n", "red", None, -3, 2.0, True, ("no", "1"), {"yes": "no"}, (Leaf("b"),)
    )


def test_positions_lead_to_values_keys_and_what_encloses_a_default() -> None:
    text = "title: x\nroot: {id: a, tags: [b, c]}\nnamed:\n  first:\n    id: d\n"
    positions = load_document(text, "some.yaml", Tree).positions
    assert positions.of("root", "tags", 1) == (2, 25)
    assert positions.of("named", "first") == (5, 5)
    assert positions.of_key("named", "first") == (4, 3)
    assert positions.of("named", "first", "count") == (5, 5)
    assert positions.of() == (1, 1)


def test_files_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def message(content: bytes | None) -> str:
        path = tmp_path / "some.yaml"
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(ConfigurationError) as caught:
            load_file(path, Leaf)
        return str(caught.value).removeprefix(str(tmp_path))

    assert message(None) == "/some.yaml:1:1: cannot be read: No such file or directory"
    assert (
        message("id: é\ntext: ä".encode() + b"\xff")
        == "/some.yaml:2:8: the byte 0xff is not UTF-8: save the file as UTF-8"
    )
    assert message("id: x".encode("utf-16")) == "/some.yaml:1:1: the byte 0xff is not UTF-8: save the file as UTF-8"
    monkeypatch.setattr(strict_yaml, "LARGEST_FILE", 1024 * 1024)
    assert message(b"#" * (1024 * 1024) + b"\nid: x") == "/some.yaml:1:1: larger than 1 MiB: split it"


texts = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"], exclude_characters="\ufeff\ufffe\uffff") | st.just("\n")
)
leaf_without_leaves = st.builds(
    Leaf,
    id=texts,
    text=texts,
    kind=st.sampled_from(["", "red", "green"]),
    binds=st.sampled_from([None, "host"]),
    count=st.integers(-(10**17), 10**17),
    value=st.floats(allow_nan=False, allow_infinity=False),
    on=st.booleans(),
    tags=st.lists(texts, max_size=3).map(tuple),
    table=st.dictionaries(texts.filter(bool), texts, max_size=3),
)
leaves = st.recursive(
    leaf_without_leaves,
    lambda inner: st.builds(Leaf, id=texts, leaves=st.lists(inner, max_size=3).map(tuple)),
    max_leaves=6,
)


@given(leaves, st.booleans())
def test_what_yaml_writes_is_loaded_as_it_was(leaf: Leaf, flow: bool) -> None:
    text = yaml.safe_dump(msgspec.to_builtins(leaf), default_flow_style=flow, allow_unicode=True)
    assert load_text(text, "some.yaml", Leaf) == leaf


FRAGMENTS = [
    "id",
    "leaves",
    "on",
    "tags",
    ":",
    "[",
    "]",
    "{",
    "}",
    "&a",
    "*a",
    "!!str",
    "'",
    '"',
    "|",
    ">",
    "#",
    "%",
    "@",
    "<<",
    "?",
    "~",
    "yes",
    "é",
    "\\",
    "---",
    "...",
]
SPACES = [" ", "\n", "\n  ", ", ", ": ", "- ", "\t", "\r", "\x00", "\ufeff", "\u2028"]


@given(st.text() | st.lists(st.sampled_from([*FRAGMENTS, *SPACES])).map("".join))
def test_no_text_raises_anything_but_a_configuration_error(text: str) -> None:
    try:
        load_text(text, "some.yaml", Tree)
    except ConfigurationError as error:
        assert error.problems
        lines = text.count("\n") + 2
        assert all(1 <= problem.line <= lines and problem.column >= 1 and problem.message for problem in error.problems)


@given(st.binary())
def test_no_bytes_raise_anything_but_a_configuration_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "random.yaml"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError):
        load_file(path, Tree)
