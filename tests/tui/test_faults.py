"""Disks, clocks and repositories that fail while somebody flies: the screen says so, stays up, and loses nothing."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from cockpit.release.intents import TickItem
from cockpit.release.item_state import ItemState
from cockpit.trust import state_directory
from cockpit.tui.widgets.strip import PAGES
from tests.tui.moments import LOGS, TIMES, VERIFY, calm
from tests.tui.painted import lines, settle, until
from tests.tui.scenes import NOW, Scene
from tests.tui.test_checklist_page import flown, items, on_item, told

pytestmark = pytest.mark.full

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")


def state_elsewhere(scene: Scene, item: str) -> ItemState:
    """Return an item's state as another process reads it from the disk."""
    return scene.colleague().run.items[item].state


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(place)], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"no small disk can be mounted here: {mounted.stderr.strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


@needs_root
async def test_a_tick_on_a_full_disk_is_told_as_not_saved(
    small_disk: Path, template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = Scene(small_disk / "home", template).enter(monkeypatch)
    calm(scene)
    ballast = small_disk / "ballast"
    async with flown(scene) as (app, pilot):
        on_item(app, LOGS)
        with ballast.open("ab", buffering=0) as file, contextlib.suppress(OSError):
            while file.write(b"x" * 4096):
                pass
        for _ in range(60):  # the last page of the journal still takes some
            await pilot.press("c")
            await settle(pilot)
            if "not saved" in told(app):
                break
        assert "not saved" in told(app)
        assert "Make room" in told(app)
        saved = len(scene.run.records)
        await pilot.press("space")
        await settle(pilot)
        assert scene.run.items[LOGS].state is not ItemState.DONE
        assert len(scene.run.records) == saved
        for number, *_ in PAGES:
            await pilot.press(number)
            await settle(pilot)
        ballast.unlink()
        await pilot.press("1")
        await settle(pilot)
        on_item(app, LOGS)
        await pilot.press("space")
        await until(pilot, lambda: scene.run.items[LOGS].state is ItemState.DONE)
    assert state_elsewhere(scene, LOGS) is ItemState.DONE
    assert len(scene.colleague().run.records) == len(scene.run.records)


async def test_a_clock_that_jumps_back_an_hour_changes_no_order_and_no_state(
    scene: Scene,
) -> None:
    async with flown(scene) as (app, pilot):
        on_item(app, LOGS)
        await pilot.press("space")
        await until(pilot, lambda: scene.run.items[LOGS].state is ItemState.DONE)
        scene.clock.time = NOW - 3600
        app.tick_clock()
        await settle(pilot)
        on_item(app, VERIFY)
        await pilot.press("c")
        await until(pilot, lambda: scene.run.items[VERIFY].state is ItemState.CLAIMED)
        for number, *_ in PAGES:
            await pilot.press(number)
            await settle(pilot)
            assert app.is_running
    written = [record.ent for record in scene.run.records if record.kind in {"item.done", "item.claimed"}]
    assert written[-2:] == [f"item:{LOGS}", f"item:{VERIFY}"]
    assert state_elsewhere(scene, LOGS) is ItemState.DONE
    assert state_elsewhere(scene, VERIFY) is ItemState.CLAIMED
    assert [record.id for record in scene.colleague().run.records] == [record.id for record in scene.run.records]


async def test_a_corrupt_commit_stops_no_tick(scene: Scene) -> None:
    head = scene.workspace.git.text("rev-parse", "HEAD")
    found = scene.repo / ".git" / "objects" / head[:2] / head[2:]
    found.chmod(0o644)
    found.write_bytes(b"\0" * found.stat().st_size)
    async with flown(scene) as (app, pilot):
        for number, *_ in PAGES:
            await pilot.press(number)
            await settle(pilot)
        await pilot.press("1")
        await settle(pilot)
        on_item(app, LOGS)
        await pilot.press("space")
        await until(pilot, lambda: scene.run.items[LOGS].state is ItemState.DONE)
        assert items(app).item is not None
    assert state_elsewhere(scene, LOGS) is ItemState.DONE


async def test_a_colleague_s_journal_that_breaks_off_in_a_line_costs_that_line(scene: Scene) -> None:
    ben = scene.colleague()
    async with flown(scene) as (app, pilot):
        ben.act(TickItem(TIMES))
        ben.act(TickItem(VERIFY))
        (journal,) = [
            path
            for path in scene.store.location.journal.rglob("*.jsonl")
            if VERIFY.encode() in path.read_bytes() and path.read_bytes().count(b"\n") == 2
        ]
        whole = journal.read_bytes()
        os.truncate(journal, len(whole) - 40)  # as a host that lost its power left it
        scene.session.poll()
        await settle(pilot)
        assert scene.run.items[TIMES].state is ItemState.DONE
        on_item(app, LOGS)
        await pilot.press("space")
        await until(pilot, lambda: scene.run.items[LOGS].state is ItemState.DONE)
        with journal.open("ab") as file:  # and the rest comes with the next exchange
            file.write(whole[-40:])
        scene.session.poll()
        await settle(pilot)
        assert scene.run.items[VERIFY].state is ItemState.DONE
    assert state_elsewhere(scene, VERIFY) is ItemState.DONE


async def test_a_mistake_of_ours_is_told_reported_and_ends_nothing(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> NoReturn:
        raise ArithmeticError("unforeseen")

    async with flown(scene) as (app, pilot):
        on_item(app, LOGS)
        with monkeypatch.context() as broken:
            broken.setattr(app._acting, "_write", fail)
            await pilot.press("space")
            await until(pilot, lambda: "that failed; look whether it is on the record: ArithmeticError" in told(app))
        (report,) = (state_directory() / "crashes").glob("*.txt")
        assert "unforeseen" in report.read_text()
        await pilot.press("space")
        await until(pilot, lambda: scene.run.items[LOGS].state is ItemState.DONE)
        with monkeypatch.context() as broken:
            broken.setattr("cockpit.tui.pages.tags.TagsFound", fail)
            await pilot.press("4")
            await until(pilot, lambda: "the tags could not be read: ArithmeticError" in "\n".join(lines(app)))
        assert app.is_running
