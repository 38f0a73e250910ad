"""Every monitoring tool tried out: for each a sentence of what works, what is missing, and what to do."""

from __future__ import annotations

import asyncio

from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from cockpit.bootstrap import make_desk
from cockpit.tui.dialogs.base import Dialog, hint_line
from cockpit.tui.glyphs import shown

_SECONDS = 10.0  # for each answer


class SourcesDialog(Dialog[None]):
    """Asks the sources of the present run, one after the other, in a thread."""

    DEFAULT_CSS = """
    SourcesDialog .box { width: 95%; max-width: 120; height: auto; max-height: 90%; }
    SourcesDialog VerticalScroll { height: auto; max-height: 24; }
    """

    def compose(self) -> ComposeResult:
        with Vertical(classes="box"):
            yield Static(Content("Monitoring tools"), classes="dialog-title")
            with VerticalScroll():
                yield Static(Content("asking"), id="sources-told")
            yield Static(Content(hint_line("Esc leaves")), classes="dialog-hint")

    def on_mount(self) -> None:
        names = list(self.cockpit.workspace.run.configuration.sources)
        if names:
            self._try(names)
        else:
            self._tell(["none is configured: add `sources:` to cockpit.yaml"])

    @work(exit_on_error=False)
    async def _try(self, names: list[str]) -> None:
        told: list[str] = []
        for name in names:
            self._tell([*told, f"{name}: asking"])
            told.append(f"{name}: {await asyncio.to_thread(self._sentence, name)}")
        self._tell(told)

    def _sentence(self, name: str) -> str:
        from cockpit.sources.trial import asked_of, tried

        workspace = self.cockpit.workspace
        configuration = workspace.run.configuration
        questions = asked_of(configuration, name)
        asked = tried(make_desk(workspace), configuration.sources[name], questions, seconds=_SECONDS)
        return asyncio.run(asked).sentence

    def _tell(self, told: list[str]) -> None:
        self.query_one("#sources-told", Static).update(Content("\n\n".join(shown(text) for text in told)))
