"""The report is a palette away: it is written as a page, and told where."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.painted import text_of, until
from tests.tui.scenes import Scene, build_repository

pytestmark = pytest.mark.full


def read(path: str) -> str:
    return Path(path).read_text(encoding="utf-8")


async def test_the_report_is_written_and_its_place_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build_repository(tmp_path / "template")
    scene = Scene(tmp_path, tmp_path / "template").enter(monkeypatch)
    scene.open()
    app = scene.app()
    copied: list[str] = []
    monkeypatch.setattr(app, "copy_to_clipboard", copied.append)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, lambda: app.shown is not None)
        await pilot.press("colon", *"one html page", "enter")
        await until(pilot, lambda: copied)
        await until(pilot, lambda: copied[0] in "".join(text_of(app, "#notices").split()))
    page = read(copied[0])
    assert page.startswith("<!DOCTYPE html>")
    assert scene.run.id in page


async def test_a_read_only_screen_writes_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build_repository(tmp_path / "template")
    scene = Scene(tmp_path, tmp_path / "template").enter(monkeypatch)
    scene.open()
    scene.session.readonly = True
    app = scene.app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, lambda: app.shown is not None)
        await pilot.press("colon", *"one html page", "enter")
        await until(pilot, lambda: "report" in text_of(app, "#notices"))
        assert "could not be written: this cockpit is read-only" in " ".join(text_of(app, "#notices").split())
    assert not (scene.workspace.store.location.root / "reports").exists()
