"""Pages 6 and 0: the env file without a value of it, and the sign-off by keys."""

from __future__ import annotations

import gc
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from cockpit.release.signoffs import sign_off_of
from cockpit.tui.dialogs.ask import AskDialog, ConfirmDialog
from cockpit.tui.screens.flight import FlightScreen
from cockpit.tui.widgets.env import EnvList
from cockpit.tui.widgets.sign_off import SignOffList
from tests.tui.moments import ENV
from tests.tui.painted import lines, settle, text_in, text_of, until
from tests.tui.scenes import Scene

VALUES = [line.partition("=")[2] for line in ENV.splitlines()]
SECRETS = [value for value in VALUES if len(value) > 10 and value not in {"production", "logs/app.log"}]

pytestmark = pytest.mark.full


async def test_no_value_is_shown_whatever_the_cursor_is_on(look: Callable[[str], Scene]) -> None:
    app = look("signed").app()
    async with app.run_test(size=(200, 50)) as pilot:
        await pilot.press("6")
        await settle(pilot)
        listing = app.screen.query_one(EnvList)
        assert [one.state for one in listing.rows][:5] == ["failed"] * 5
        seen = ""
        for _ in listing.rows:
            seen += "\n".join(lines(app))
            seen += app.screen.page.selected_text()  # type: ignore[attr-defined]
            await pilot.press("j")
        assert "RAZORPAY_KEY_ID" in seen
        assert not [value for value in SECRETS if value in seen]
        gc.collect()
        kept = [one for one in gc.get_objects() if type(one).__name__ in {"Entry", "Parsed"}
                and type(one).__module__ == "cockpit.envfile.parsing"]  # fmt: skip
        assert not kept, "no value is kept for longer than the look"


def write(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o600)


async def test_r_looks_again_and_a_missing_file_is_told(scene: Scene) -> None:
    app = scene.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("6")
        await settle(pilot)
        assert "there is no env file .env" in text_of(app, "#variables")
        assert "NOT SEEN" in text_of(app, "#env-title")
        write(scene.repo / ".env", "FLASK_ENV=development\n")
        await pilot.press("r")
        await until(pilot, lambda: "is not production" in text_of(app, "#variables"))
        await pilot.press("slash", *"flask_env", "enter")
        await until(pilot, lambda: len(app.screen.query_one(EnvList).rows) == 1)


def states(scene: Scene) -> dict[str, str]:
    return {one.role: one.state for one in sign_off_of(scene.run)}


async def typed(pilot: Pilot[int], text: str) -> None:
    await pilot.press(*("space" if letter == " " else letter for letter in text), "enter")


@pytest.fixture
def alone(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Scene:
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    return scene


async def test_enter_signs_after_asking_and_never_by_itself(alone: Scene) -> None:
    app = alone.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("0", "tab", "j", "enter")
        await settle(pilot)
        assert isinstance(app.screen, ConfirmDialog)
        assert "As QA Lead I approve the release of shop v2.4.1" in text_in(app, app.screen.region)
        assert " is NO-GO: " in text_in(app, app.screen.region), "nobody signs unknowingly"
        await pilot.press("enter")
        await settle(pilot)
        assert states(alone)["qa"] == "open", "the focus starts on Cancel"
        await pilot.press("enter", "right", "enter")
        await until(pilot, lambda: states(alone)["qa"] == "unsigned")
        await until(pilot, lambda: "1/5 stand" in text_of(app, "#sign-off-title"))
        screen = app.screen
        assert isinstance(screen, FlightScreen)
        screen.action_revoke()
        await settle(pilot)
        await typed(pilot, "carts fail")
        await until(pilot, lambda: states(alone)["qa"] == "revoked")
        await until(pilot, lambda: "carts fail" in text_of(app, "#role-detail"))


async def test_on_behalf_of_somebody_from_any_page(alone: Scene) -> None:
    app = alone.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        screen = app.screen
        assert isinstance(screen, FlightScreen)
        screen.action_sign_on_behalf()
        await settle(pilot)
        await typed(pilot, "ops")
        await settle(pilot)
        assert isinstance(app.screen, AskDialog)
        await typed(pilot, "Dora Klein")
        await settle(pilot)
        await pilot.press("right", "enter")
        await until(pilot, lambda: states(alone)["ops"] == "unsigned")
        await pilot.press("0", "tab")
        await settle(pilot)
        assert app.screen.query_one(SignOffList).go_to("ops")
        await until(pilot, lambda: "Ana Lima on behalf of Dora Klein" in text_of(app, "#role-detail"))
