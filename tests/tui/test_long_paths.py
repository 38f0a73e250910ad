"""Where a restore put what left the database is shown whole at 80 columns, and can be copied."""

from __future__ import annotations

import pytest
from textual.app import ComposeResult

from cockpit.tui.screens.execution import ExecutionScreen
from cockpit.tui.themed import ThemedApp
from cockpit.tui.widgets.log_tail import LogTail
from cockpit.tui.widgets.review import Cells, Heading, ReviewList
from tests.tui.moments import running
from tests.tui.painted import settle, text_of, until
from tests.tui.scenes import NOW, Scene

pytestmark = pytest.mark.full
PATH = "/srv/shop/production/var/backups/shop.db-since-dump-20261127T083724Z-50ce5a6a-of-the-old-one.csv"
DETAIL = f"shop.db is restored; the one it replaced is kept; what was written since the dump is in {PATH}"


def unbroken(text: str) -> str:
    return "".join(text.split())


async def test_the_step_under_the_cursor_and_what_it_printed_are_shown_whole(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.tui.moments.PRINTED", f"== 3 Restore\n{DETAIL}\n")
    running(scene)
    scene.end(3, "start", detail=DETAIL)
    scene.clock.time = NOW
    app = scene.app()
    async with app.run_test(size=(80, 24)) as pilot:
        app.push_screen(ExecutionScreen())
        await until(pilot, lambda: isinstance(app.screen, ExecutionScreen))
        await until(pilot, lambda: PATH in unbroken(text_of(app, "LogTail")))
        assert not app.screen.query_one("#step-detail").display, "the first step has little to say"
        await pilot.press("G")
        await settle(pilot)
        assert unbroken(DETAIL) in unbroken(text_of(app, "#step-detail"))
        copied: list[str] = []
        monkeypatch.setattr(app, "copy", copied.append)
        await pilot.press("y")
        assert PATH in copied[0]
        app.screen.query_one(LogTail).focus()
        await pilot.press("w")
        await until(pilot, lambda: PATH not in unbroken(text_of(app, "LogTail")))


class Listed(ThemedApp):
    """A review of two remarks and a table's row."""

    def compose(self) -> ComposeResult:
        yield ReviewList()

    def on_mount(self) -> None:
        rows: list[Heading | Cells] = [
            Heading("course", "In short", "", grave=False, empty=False),
            Cells("course", 1, ("A short one.",), False, ()),
            Cells("course", 2, (DETAIL,), True, ()),
            Cells("course", 3, ("The last one.",), False, ()),
        ]
        self.query_one(ReviewList).show(rows)


@pytest.mark.parametrize("width", [80, 60, 200])
async def test_a_remark_of_the_review_is_folded_and_is_one_row_all_the_same(width: int) -> None:
    app = Listed()
    async with app.run_test(size=(width, 12)) as pilot:
        await pilot.pause()
        listing = app.query_one(ReviewList)
        listing.focus()
        told = "".join(strip.text for strip in app.screen._compositor.render_strips())
        assert unbroken(DETAIL) in unbroken(told)
        await pilot.press("g", "j")
        assert listing.current is not None
        assert isinstance(listing.current, Cells)
        assert listing.current.text == DETAIL
        await pilot.press("j")
        assert isinstance(listing.current, Cells)
        assert listing.current.text == "The last one."
        await pilot.press("k")
        assert listing.current.text == DETAIL
