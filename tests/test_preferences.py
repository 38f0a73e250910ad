"""What a person sets for themselves: read from their own directory, and never in the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.layouts import Layout, LayoutStore, Taste
from cockpit.preferences import Preferences, preferences_directory, read_preferences


def test_nothing_set_is_as_it_comes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert preferences_directory() == tmp_path / "cockpit"
    assert read_preferences() == Preferences(keymap=str(tmp_path / "cockpit" / "keymap.yaml"))


def test_what_is_set_is_read(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("theme: light\nmouse: false\nglyphs: ascii\n")
    (tmp_path / "keymap.yaml").write_text("# mine\nchecklist.claim: C\nmove.cursor_down: [down, e]\n")
    found = read_preferences(tmp_path)
    assert (found.theme, found.mouse, found.glyphs, found.complaints) == ("light", False, "ascii", ())
    assert [(one.command, one.keys, one.line, one.column) for one in found.keys] == [
        ("checklist.claim", ("C",), 2, 1),
        ("move.cursor_down", ("down", "e"), 3, 1),
    ]


@pytest.mark.parametrize(
    ("file", "text", "where", "about"),
    [
        ("config.yaml", "theme: ligth\n", "1:8", "did you mean 'light'"),
        ("config.yaml", "theme: light\nmuose: true\n", "2:1", "mouse"),
        ("config.yaml", "mouse: off\n", "1:8", "write false"),
        ("config.yaml", "theme: [\n", "2:1", ""),
        ("keymap.yaml", "- a\n", "1:1", "one command a line"),
        ("keymap.yaml", "a.b: c\nmove.cursor_up:\n", "2:16", "a key"),
        ("keymap.yaml", "a.b: {c: d}\n", "1:6", "a key"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_costs_no_more(
    tmp_path: Path, file: str, text: str, where: str, about: str
) -> None:
    (tmp_path / file).write_text(text)
    found = read_preferences(tmp_path)
    assert len(found.complaints) == 1
    assert found.complaints[0].startswith(f"{tmp_path / file}:{where}: ")
    assert about in found.complaints[0]
    assert found.theme == ""


def test_a_file_that_is_no_text_is_told_too(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_bytes(b"theme: \xff\n")
    (tmp_path / "keymap.yaml").mkdir()
    complaints = read_preferences(tmp_path).complaints
    assert ["not UTF-8" in one for one in complaints] == [True, False]
    assert "cannot be read" in complaints[1]


def test_each_person_has_their_own_layout_in_each_run_and_clone(tmp_path: Path) -> None:
    store, other = (LayoutStore(Path(clone), tmp_path) for clone in ("/one", "/other"))
    probes = Layout(page="probes", row="api", pane="all-probes", zoomed=True, filter="down")
    store.keep_layout("run", "Ana", probes)
    store.keep_taste("Ana", Taste("light", False))
    assert store.layout("run", "Ana") == probes
    assert store.layout("run", "Ben") == other.layout("run", "Ana") == store.layout("next", "Ana") == Layout()
    assert other.taste("Ana") == Taste("light", False)  # what one likes holds for every repository
    assert store.taste("Ben") == Taste()


def test_a_broken_layout_is_none(tmp_path: Path) -> None:
    store = LayoutStore(Path("/one"), tmp_path)
    store.keep_layout("run", "Ana", Layout(page="probes"))
    (file,) = tmp_path.rglob("run.*.json")
    file.write_text('{"page": 3}')
    assert store.layout("run", "Ana") == Layout()
