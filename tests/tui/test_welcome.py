"""What `cockpit` shows where nothing is set up: every way to begin has a key, and is what the app ends with."""

from __future__ import annotations

import threading

import pytest

from cockpit.content.proposal.markdown import FoundMarkdown
from cockpit.tui.welcome_app import OfferList, WelcomeApp

FOUND = (FoundMarkdown("docs/LAUNCH.md", 42), FoundMarkdown("CHECK.md", 12))


async def chosen(*keys: str, inside: bool = True) -> str:
    app = WelcomeApp("/srv/shop", (lambda: FOUND) if inside else None)
    async with app.run_test(size=(80, 24)) as pilot:
        await app.workers.wait_for_complete()
        await pilot.press(*keys)
    assert app.return_code == 0
    return app.choice


@pytest.mark.parametrize(
    ("keys", "choice"),
    [
        (("enter",), "init"),
        (("s",), "init"),
        (("m",), "import docs/LAUNCH.md"),
        (("j", "down", "enter"), "import CHECK.md"),
        (("d",), "demo"),
        (("q",), ""),
        (("escape",), ""),
        (("ctrl+c",), ""),
    ],
)
async def test_each_way_to_begin_has_a_key(keys: tuple[str, ...], choice: str) -> None:
    assert await chosen(*keys) == choice


async def test_outside_of_a_repository_nothing_is_set_up_and_it_says_how_to_make_one() -> None:
    assert await chosen("s", "m", "enter", inside=False) == "demo"
    app = WelcomeApp("/srv", None)
    async with app.run_test(size=(80, 24)):
        text = str(app.query_one("#why").render())
    assert "git init" in text


async def test_checklists_that_are_found_late_do_not_move_the_cursor() -> None:
    go = threading.Event()

    def look() -> tuple[FoundMarkdown, ...]:
        go.wait(10)
        return FOUND

    app = WelcomeApp("/srv/shop", look)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("down")
        offers = app.query_one(OfferList)
        assert offers.current is not None
        assert offers.current.choice == "demo"
        await pilot.press("m")  # nothing is found yet: nothing happens
        go.set()
        await app.workers.wait_for_complete()
        assert [offer.choice for offer in offers.rows if "import" in offer.choice] == [
            "import docs/LAUNCH.md",
            "import CHECK.md",
        ]
        assert offers.current.choice == "demo"
