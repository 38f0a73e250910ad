"""Migrating the run at the screen: what would change in a dialog, Cancel first, and the pages follow."""

from __future__ import annotations

import pytest
from textual.widgets import Button

from cockpit.content.shipped import shipped_directory
from cockpit.migrating import intent_of, propose
from cockpit.tui.app import CockpitApp
from cockpit.tui.dialogs.migration import ChangesPane, MigrationDialog
from tests.tui.painted import lines, settle, until
from tests.tui.scenes import Scene
from tests.tui.test_people import by_palette, flown, told

pytestmark = pytest.mark.full

NEW = "deployment-day/deployment/warm-the-cache"


def edit(scene: Scene) -> None:
    """Put one item more into the checklist, and reword one."""
    text = (shipped_directory() / "production-deployment.yaml").read_text()
    before = "          - id: deployment-day/deployment/verify-deployment-successful\n"
    text = text.replace(before, f"          - {{id: {NEW}, text: Warm the cache}}\n{before}")
    text = text.replace("text: Verify deployment successful", "text: See that it is there")
    (scene.repo / "checklists").mkdir()
    (scene.repo / "checklists" / "production-deployment.yaml").write_text(text)


def seen(app: CockpitApp) -> str:
    return "\n".join(lines(app))


async def test_it_is_shown_and_done_only_where_one_says_so(scene: Scene) -> None:
    edit(scene)
    digest = scene.run.digest
    async with flown(scene) as (app, pilot):
        await by_palette(pilot, "migrate the run")
        await until(pilot, lambda: isinstance(app.screen, MigrationDialog))
        shown = seen(app)
        assert "added: Warm the cache: in Deployment Day / Deployment" in shown
        assert "reworded: See that it is there" in shown
        assert isinstance(app.focused, Button)
        assert app.focused.id == "cancel"
        await pilot.press("enter")
        await settle(pilot)
        assert scene.run.digest == digest
        await by_palette(pilot, "migrate the run")
        await until(pilot, lambda: isinstance(app.screen, MigrationDialog))
        await pilot.press("tab", "enter")
        await until(pilot, lambda: NEW in scene.run.items)
        await until(pilot, lambda: "the run flies by the files" in told(app))
        assert scene.run.digest != digest
        await by_palette(pilot, "migrate back")
        await until(pilot, lambda: isinstance(app.screen, MigrationDialog))
        assert app.screen.query(ChangesPane)
        await pilot.press("tab", "enter")
        await until(pilot, lambda: scene.run.digest == digest)


async def test_a_colleague_migrates_while_one_looks(scene: Scene) -> None:
    edit(scene)
    ben = scene.colleague()
    async with flown(scene, size=(120, 50)) as (app, pilot):
        await until(pilot, lambda: "Verify deployment successful" in seen(app))
        ben.act(intent_of(propose(scene.workspace)))
        scene.session.poll()
        await until(pilot, lambda: "See that it is there" in seen(app) and "Warm the cache" in seen(app))
        assert "Verify deployment successful" not in seen(app)


async def test_nothing_to_migrate_is_said(scene: Scene) -> None:
    async with flown(scene) as (app, pilot):
        await by_palette(pilot, "migrate the run")
        await until(pilot, lambda: "these very files already" in told(app))
