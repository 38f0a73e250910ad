"""Checklists: what types alone cannot say, each mistake at its place."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from cockpit.content.checklists import load_checklist, parse_checklist_text
from cockpit.content.markdown.exporting import checklist_markdown
from cockpit.content.shipped import shipped_directory
from cockpit.errors import ConfigurationError
from cockpit.release.checklist import launch_offset, launch_window
from tests.content.markdown.reading import read

HEAD = "id: x\ntitle: X\nphases:\n- id: p\n  title: P\n"
FOLDED = """\
id: x
title: >
  The
  list
phases:
- id: p
  title: |
    P
  when: >
    the day
    before
  note: |
    a
    b
  sections:
  - id: s
    title: >
      S
    items:
    - id: p/s/a
      text: |
        Look
        twice

        # then go
      run: |
        make
        make test
      items:
      - id: p/s/b
        text: >
          A
          B
"""
ITEM = HEAD + "  sections:\n  - id: s\n    title: S\n    items:\n    - id: p/s/a\n      text: A\n"


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("id: x\ntitle: X\n", 1, 1, "a checklist without phases"),
        ("id: X Y\ntitle: X\nphases: [{id: p, title: P}]", 1, 5, "'X Y' is not a name"),
        ("id: x\ntitle: ' '\nphases: [{id: p, title: P}]", 2, 8, "an empty text"),
        (HEAD + "- id: p\n  title: Q\n", 6, 7, "the id 'p' stands twice here"),
        (HEAD + "  pause_point: true\n  maintenance: true\n", 6, 16, "has no pause point"),
        (HEAD + "  sections:\n  - {id: s, title: S}\n  - {id: s, title: T}\n", 8, 10, "the id 's' stands twice here"),
        (HEAD + "  sections: [{id: s, title: S, window: T+0d..T+1d}]\n", 6, 40, "add 'cadence: daily'"),
        (HEAD + "  maintenance: true\n  sections: [{id: s, title: S, items: [{id: a, text: A}]}]", 7, 40, "a cadence"),
        (ITEM + "    - {id: p/s/a, text: B}\n", 12, 12, "the id 'p/s/a' is that of the item at line 10"),
        (ITEM + "      items: [{id: p/s/a, text: B}]\n", 12, 20, "the id 'p/s/a' is that of the item at line 10"),
        (ITEM + "    - {id: 'p//a', text: B}\n", 12, 12, "'p//a' is not an id"),
        (ITEM + "    - {id: p/s/b, text: ''}\n", 12, 25, "an empty text"),
        (ITEM + "      due: 7d\n", 12, 12, "write it like T-7d"),
        (ITEM + "      due: T-7x\n", 12, 12, "is not a duration"),
        (ITEM + "      due: T+99999d\n", 12, 12, "more than ten years from launch"),
        (ITEM + "      cadence: daily\n      window: T+14d..T+0d\n", 13, 15, "ends before it begins"),
        (ITEM + "      cadence: daily\n      window: T+14d\n", 13, 15, "is not a window"),
        (ITEM + "      cadence: weekly\n      window: T+0d..T+14d\n", 13, 15, "add 'cadence: daily'"),
        (ITEM + "      paths: [a]\n", 12, 14, "add that, or remove them"),
        (ITEM + "      binds: commit\n      paths: [a]\n", 13, 14, "add that, or remove them"),
        (ITEM + "      binds: paths\n", 12, 14, "list the paths"),
        (ITEM + "      expires: soon\n", 12, 16, "is not a duration"),
        (ITEM + "      cadence: daily\n      expires: 30d\n", 13, 16, "looked at anew each period"),
    ],
)  # fmt: skip
def test_a_mistake_has_its_place(text: str, line: int, column: int, words: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_checklist_text(text, "checklists/x.yaml")
    (problem,) = caught.value.problems
    assert (problem.path, problem.line, problem.column) == ("checklists/x.yaml", line, column)
    assert words in problem.message


def test_all_of_them_come_at_once(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(ITEM + "      due: soon\n      paths: [a]\n    - id: p/s/a\n      text: ''\n")
    with pytest.raises(ConfigurationError) as caught:
        load_checklist(path)
    assert [(problem.line, problem.column) for problem in caught.value.problems] == [
        (12, 12),
        (13, 14),
        (14, 11),
        (15, 13),
    ]
    assert str(caught.value).startswith(f"{path}:12:12: 'soon' is not relative to launch: ")


def test_every_name_and_every_text_is_looked_at() -> None:
    text = "id: X\ntitle: ''\nphases:\n- id: P\n  title: ''\n  sections:\n  - id: S\n    title: ''\n"
    with pytest.raises(ConfigurationError) as caught:
        parse_checklist_text(text, "x.yaml")
    found = [(problem.line, problem.column) for problem in caught.value.problems]
    assert found == [(1, 5), (2, 8), (4, 7), (5, 10), (7, 9), (8, 12)]


def test_what_is_right_passes() -> None:
    text = ITEM + "      cadence: daily\n      window: T-1d12h..T+14d\n      binds: paths\n      paths: ['src/**']\n"
    (found,) = (item for _, _, item, _ in parse_checklist_text(text, "x.yaml").walk())
    assert (found.id, found.window, found.paths) == ("p/s/a", "T-1d12h..T+14d", ("src/**",))


def test_a_loaded_checklist_written_again_is_the_same() -> None:
    shipped = load_checklist(shipped_directory() / "production-deployment.yaml")
    again = yaml.safe_dump(msgspec.to_builtins(shipped), sort_keys=False)
    assert parse_checklist_text(again, "again.yaml") == shipped


def test_offsets_and_windows() -> None:
    assert launch_offset("T-7d") == -7 * 86400
    assert launch_offset("T+1h30m") == 5400
    assert launch_window("T+0d..T+14d") == (0, 14 * 86400)


@given(st.text() | st.from_regex(r"T[+-].*(\.\.T[+-].*)?", fullmatch=True))
def test_any_text_is_an_offset_or_refused(text: str) -> None:
    for parse in (launch_offset, launch_window):
        try:
            parse(text)
        except ValueError as error:
            assert "write" in str(error)


def test_what_yaml_folds_or_breaks_is_one_line_all_the_same() -> None:
    checklist = parse_checklist_text(FOLDED, "x.yaml")
    ((phase, section, outer, _), (_, _, inner, _)) = checklist.walk()
    titles = (checklist.title, phase.title, phase.when, section.title, outer.text, inner.text)
    assert titles == ("The list", "P", "the day before", "S", "Look twice # then go", "A B")
    assert (phase.note, outer.run) == ("a\nb\n", "make\nmake test\n")
    exported = read(checklist_markdown(checklist)).checklist
    assert [(item.text, depth) for _, _, item, depth in exported.walk()] == [("Look twice # then go", 0), ("A B", 1)]
