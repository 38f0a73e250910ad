"""Hand ticks bound to paths, in a real work tree: what moved is seen, said once, and mended by a new tick."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cockpit.binding import AroundBonds, bound
from cockpit.release.intents import Intent, TickItem
from cockpit.release.run import ItemView
from cockpit.watch.bonds import BondWatch
from tests.tui.scenes import CONFIGURATION, Scene, build_repository

CHECKLIST = """\
id: small
title: Small
phases:
- id: day
  title: Day
  sections:
  - id: s
    title: S
    items:
    - {id: paths, text: The migrations were read, binds: paths, paths: ["migrations/*"]}
    - {id: free, text: Bound to nothing}
"""


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    template = tmp_path / "template"
    build_repository(template, CONFIGURATION + "checklists: [small]\n")
    own = Scene(tmp_path, template).enter(monkeypatch)
    (own.repo / "checklists").mkdir()
    (own.repo / "checklists" / "small.yaml").write_text(CHECKLIST)
    own.open(trust=False)
    yield own


def act(scene: Scene, intent: Intent) -> None:
    scene.session.act(bound(intent, scene.run, scene.workspace.code))


def paths(scene: Scene) -> ItemView:
    return scene.run.items["paths"]


def test_a_change_under_the_paths_makes_the_tick_stale_and_a_new_one_holds(scene: Scene) -> None:
    said: list[str] = []
    watch = BondWatch(AroundBonds(scene.workspace), say=said.append)
    act(scene, TickItem("free"))
    act(scene, TickItem("paths"))
    (scene.repo / "VERSION").write_text("something else\n")
    watch.look()
    assert paths(scene).state == "done", "what changed is no matter of its"

    (scene.repo / "migrations" / "0040.sql").write_text("-- other\n")
    watch.look()
    assert (paths(scene).state, paths(scene).detail) == ("stale", "migrations/* changed since")
    assert scene.run.items["free"].state == "done"
    count = len(scene.run.records)
    watch.look()
    assert len(scene.run.records) == count, "it is said once"

    act(scene, TickItem("paths"))
    watch.look()
    assert paths(scene).state == "done"
    assert said == []


def test_where_git_cannot_tell_nothing_is_said(scene: Scene) -> None:
    act(scene, TickItem("paths"))
    (scene.repo / ".git" / "index").write_bytes(b"no index")
    BondWatch(AroundBonds(scene.workspace), say=pytest.fail).look()
    assert paths(scene).state == "done"
