"""The monitoring tools tried out from the probes page: a sentence for each, also where nobody answers."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import force_setattr

from cockpit.release.sources import Source
from cockpit.tui.app import CockpitApp
from cockpit.tui.dialogs.sources import SourcesDialog
from tests.sources.contracts import page_of
from tests.sources.vendor import Vendor
from tests.tui import moments
from tests.tui.painted import assert_safe, text_of, until
from tests.tui.scenes import Scene
from tests.tui.test_checklist_page import flown

pytestmark = pytest.mark.full


async def test_each_tool_says_what_works(tmp_path: Path, template: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene(tmp_path, template).enter(monkeypatch)
    moments.calm(scene)
    run, vendor = scene.run, Vendor()
    vendor.answer = page_of("none")
    sources = {
        "payments": Source("statuspage", url=vendor.url),
        "errors": Source("sentry", token_env="NO_SUCH_TOKEN", organization="acme"),
    }
    force_setattr(run.configuration, "sources", sources)

    async def told(app: CockpitApp) -> str:
        await app.run_action("test_sources", app.screen.query_one("ProbesPage"))
        await until(pilot, lambda: isinstance(app.screen, SourcesDialog) and bool(app.screen.query("#sources-told")))
        await until(pilot, lambda: "asking" not in text_of(app, "#sources-told"))
        return " ".join(text_of(app, "#sources-told").split())

    async with flown(scene, size=(80, 24)) as (app, pilot):
        await pilot.press("3")
        said = await told(app)
        assert "payments: Statuspage tells status; nothing is missing." in said
        assert "errors: Sentry does not tell errors, because the credential is missing" in said
        assert "NO_SUCH_TOKEN is not set" in said
        assert_safe(app)
        app.save_screenshot("sources.svg", str(tmp_path))
    vendor.close()
