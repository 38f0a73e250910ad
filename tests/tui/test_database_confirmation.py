"""A rollback that replaces a database says so before it starts, asks for it by name, and can be had without."""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from textual.widgets import Button

from cockpit.git.command import Git
from cockpit.tui.dialogs.card import CardDialog
from cockpit.tui.dialogs.confirm import ConfirmPlanDialog
from tests.tui.moments import live
from tests.tui.painted import settle, text_in, until
from tests.tui.scenes import CONFIGURATION, Scene
from tests.tui.test_rollback import at_confirmation, button, hint, typed

STEP = '    - {id: migrate, title: Migrate the database back, run: "true", needs_backup: true, optional: true}\n'
RESTORE = '    - {id: migrate, title: Put the database back, restore: {sqlite: {file: "DATABASE"}}}\n'

pytestmark = pytest.mark.full


@pytest.fixture
def database() -> Iterator[Path]:
    """A place whose path has nothing in it that looks like another environment's."""
    with tempfile.TemporaryDirectory(prefix="shop-") as place:
        yield Path(place) / "shop.db"


@pytest.fixture
def scene(template: Path, tmp_path: Path, database: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """The usual release, whose rollback puts an SQLite database back."""
    scene = Scene(tmp_path, template, clock=time.time).enter(monkeypatch)
    git = Git(scene.repo)
    assert STEP in CONFIGURATION
    (scene.repo / "cockpit.yaml").write_text(CONFIGURATION.replace(STEP, RESTORE.replace("DATABASE", str(database))))
    git.output("commit", "--quiet", "--all", "--amend", "--no-edit")
    git.output("tag", "--force", "--annotate", "--message=moved", "v2.4.1")
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("CREATE TABLE orders (id INTEGER PRIMARY KEY)")
        (scene.repo / "backups" / "shop-v2.4.0.dump").write_text("\n".join(connection.iterdump()))
        connection.execute("CREATE TABLE refunds (id INTEGER PRIMARY KEY)")
    scene.open()
    scene.live = live()
    return scene


async def test_the_tag_alone_does_not_replace_a_database(scene: Scene, database: Path) -> None:
    async with at_confirmation(scene) as (app, pilot):
        shown = " ".join(text_in(app, app.screen.region).split())
        assert "the database is put back from the dump" in shown
        assert "Type v2.4.0 shop.db to confirm, and the database is replaced:" in shown
        await pilot.press(*"v2.4.0")
        assert button(app).disabled
        await pilot.press("space", *"shop.d")
        assert button(app).disabled
        await pilot.press("b")
        assert not button(app).disabled
        await pilot.press("tab", "space")
        await until(pilot, lambda: bool(scene.run.executions))

        def over() -> bool:
            scene.session.poll()
            return scene.run.executions[0].over

        await until(pilot, over, tries=1500)
    (view,) = scene.run.executions
    assert [step.state for step in view.steps] == ["ok"] * 4, view.detail
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("orders",)]


async def test_code_only_is_one_button_away_and_wants_the_tag_alone(scene: Scene) -> None:
    async with at_confirmation(scene) as (app, pilot):
        await pilot.press(*"v2.4.0", "space", *"shop.db")
        assert not button(app).disabled
        app.screen.query_one("#way", Button).press()
        await until(pilot, lambda: "Type v2.4.0 to confirm:" in " ".join(text_in(app, app.screen.region).split()))
        await settle(pilot)
        shown = " ".join(text_in(app, app.screen.region).split())
        assert "code only: the database stays as it is" in shown
        assert "crosses 1 migration" in shown
        assert typed(app).value == ""
        assert button(app).disabled
        typed(app).focus()
        await pilot.press(*"v2.4.0")
        assert not button(app).disabled, hint(app)
        app.screen.query_one("#way", Button).press()
        await until(pilot, lambda: "Type v2.4.0 shop.db to confirm" in text_in(app, app.screen.region))
        assert button(app).disabled


@pytest.mark.parametrize("page", ["3", *(pytest.param(page, marks=pytest.mark.full) for page in "124589")])
async def test_from_every_page_the_plan_is_four_keys_away(scene: Scene, page: str) -> None:
    """And two more start it, beside what is typed."""
    app = scene.app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await pilot.press(page)
        await settle(pilot)
        await pilot.press("4")
        await settle(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, CardDialog))
        await pilot.press("tab", "enter")
        await until(pilot, lambda: isinstance(app.screen, ConfirmPlanDialog))
        assert app.screen.query_one("#typed")
