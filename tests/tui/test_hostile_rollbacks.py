"""Rollbacks from the screen to tags of hostile names: drawn as what they are on each screen, and nothing executed."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from textual.pilot import Pilot

from cockpit.cli.main import run as cockpit
from cockpit.git.command import Git
from cockpit.git.facts import head_commit
from cockpit.tui.app import CockpitApp
from cockpit.tui.dialogs.card import CardDialog
from cockpit.tui.dialogs.confirm import ConfirmPlanDialog
from cockpit.tui.pages.tags import TagPicker
from cockpit.tui.screens.execution import ExecutionScreen
from cockpit.tui.screens.flight import FlightScreen
from tests.tui.moments import live
from tests.tui.painted import assert_safe, settle, text_in, text_of, until
from tests.tui.scenes import Scene

pytestmark = pytest.mark.full

# Each with what a person sees of it; the last are reached first.
NAMES = {
    b"$(touch${IFS}pwned)": "$(touch${IFS}pwned)",
    b"`touch${IFS}pwned`": "`touch${IFS}pwned`",
    b"v1;touch${IFS}pwned": "v1;touch${IFS}pwned",
    b"-rf": "-rf",
    b"0123456789abcdef0123456789abcdef01234567": "0123456789abcdef",
    b"HEAD": "HEAD",
    "v1\u202egpj.exe".encode(): "v1\\u202egpj.exe",
    "v1\u009b31m".encode(): "v1\\x9b31m",
    b"v1-\xff\xfe\x9b31m": "v1-\\udcff\\udcfe\\udc9b31m",
}


@pytest.fixture
def flight(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """The usual release with a commit and a tag of each name behind it."""
    scene = Scene(tmp_path, template, clock=time.time).enter(monkeypatch)
    git = Git(scene.repo)
    for name in NAMES:
        git.output("commit", "--quiet", "--allow-empty", "--message", "one more")
        git.output("update-ref", os.fsdecode(b"refs/tags/" + name), "HEAD")
    git.output("commit", "--quiet", "--allow-empty", "--message", "the newest")
    git.output("tag", "--force", "--annotate", "--message=moved", "v2.4.1")
    scene.open()
    scene.live = live()
    return scene


async def go_to(app: CockpitApp, pilot: Pilot[int], shown: str) -> None:
    """Go to a tag in the picker, as a person does."""
    picker = app.screen.query_one(TagPicker)
    await pilot.press("g")
    for _ in range(len(NAMES) + 5):
        found = picker.highlighted
        if found is not None and found.display.startswith(shown):
            return
        await pilot.press("j")
    pytest.fail(f"{shown} is not in the list:\n{text_of(app, '#tag-list')}")


# On the larger screen, those that hold what no terminal may get.
@pytest.mark.parametrize(("size", "names"), [((80, 24), list(NAMES)), ((200, 50), list(NAMES)[-3:])])
async def test_a_rollback_to_each_works_by_the_shown_commit_and_nothing_is_misdrawn(
    flight: Scene, size: tuple[int, int], names: list[bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    app, git = flight.app(), Git(flight.repo)
    async with app.run_test(size=size, notifications=True) as pilot:
        for name in reversed(names):
            shown = NAMES[name]
            commit = git.text("rev-parse", os.fsdecode(b"refs/tags/" + name) + "^{commit}")
            await pilot.press("4")
            await settle(pilot)
            await go_to(app, pilot, shown)
            await settle(pilot)
            assert shown[:12] in text_of(app, "#tag-list")
            assert_safe(app)

            await pilot.press("enter")
            await settle(pilot)
            assert isinstance(app.screen, CardDialog)
            assert shown in text_of(app, ".dialog-title")
            assert commit[:8] in text_in(app, app.screen.region)
            assert_safe(app)

            await pilot.press("tab", "enter")
            await until(pilot, lambda: isinstance(app.screen, ConfirmPlanDialog))
            await settle(pilot)
            assert shown in " ".join(text_of(app, ".dialog-title").split())
            assert "pwned" not in os.listdir()
            assert_safe(app)

            await pilot.press(*commit[:8], "tab", "space")
            await until(pilot, lambda: isinstance(app.screen, ExecutionScreen))

            def over(commit: str = commit) -> bool:
                flight.session.poll()
                last = flight.run.executions[-1]
                return last.commit == commit and last.over

            await until(pilot, over, tries=1500)
            app.clear_notifications()  # one of them lies on the title
            await settle(pilot)
            assert shown[:12] in text_of(app, "#execution-title")
            assert_safe(app)
            assert flight.run.executions[-1].outcome in {"succeeded", "unverified"}
            assert head_commit(git) == commit
            await pilot.press("q")
            await settle(pilot)
            assert isinstance(app.screen, FlightScreen)
        await pilot.press("8", "g")
        await settle(pilot)
        unseen = {NAMES[name] for name in names}
        for _ in range(60):
            unseen -= {shown for shown in unseen if shown[:12] in text_in(app, app.screen.region)}
            assert_safe(app)
            await pilot.press("ctrl+d")
        assert not unseen, text_in(app, app.screen.region)
    places = (flight.repo, flight.repo.parent, flight.state, Path.cwd())
    assert not any((place / "pwned").exists() for place in places)

    for form in ("md", "html"):
        assert cockpit(["--repo", str(flight.repo), "report", "--format", form]) == 0
        report = capsys.readouterr().out
        assert not any(hostile in report for hostile in ("\u202e", "\x9b", "\x1b", "\udcff"))
        assert "u202egpj" in report
