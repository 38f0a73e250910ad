"""What `cockpit` shows where nothing is set up yet: what it is, and the ways to begin."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from msgspec import Struct
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.strip import Strip
from textual.widgets import Static

from cockpit.content.proposal.markdown import FoundMarkdown
from cockpit.tui.dialogs.base import hint_line
from cockpit.tui.glyphs import choose_glyphs, shown
from cockpit.tui.rows import Part, fit, part, width_of
from cockpit.tui.rows import row as row_of
from cockpit.tui.theme import Inks
from cockpit.tui.themed import ThemedApp
from cockpit.tui.widgets.lines import LineWidget
from cockpit.tui.widgets.row_list import RowList

_MOST_CHECKLISTS = 5
_ABOUT = 47  # cells for what an offer does, before its command
_UNCONFIGURED = """\
This repository has no cockpit.yaml yet, so there is nothing to fly by.

The cockpit flies a production launch from one terminal: checklist, logs, probes, tags and the way back. \
cockpit.yaml says where they are. Setting up looks at the repository, asks a few questions, tries the health \
probe, and writes that file. Nothing runs before you have seen it and trust it."""
_OUTSIDE = """\
This directory is in no git repository.

The cockpit keeps a release's record in the very repository that is released, and goes back by its tags. \
Run it inside one, or name it: cockpit --repo DIR. To make one of this directory:

    git init && git add --all && git commit -m "First"

The demo brings a repository of its own."""


class Offer(Struct, frozen=True):
    """A way to begin: what is chosen by it, its key, what it does, and the command that does the same."""

    choice: str
    key: str
    title: str
    about: str
    command: str


class OfferList(RowList[Offer]):
    """The ways to begin."""

    def key_of(self, row: Offer) -> str:
        return row.choice

    def draw(self, row: Offer, width: int, inks: Inks, *, cursor: bool) -> Strip:
        mark = choose_glyphs().cursor if cursor else " "
        left: list[Part] = [
            (f" {mark} ", inks.title),
            (f"{row.key:<2} ", inks.title),
            part(f"{row.title:<30}", inks.strong),
        ]
        room = width - width_of(left)
        if room > _ABOUT + len(row.command):
            left += [part(f" {row.about:<{_ABOUT - 1}}", inks.plain), part(f" {row.command}", inks.muted)]
        else:
            left.append(part(f" {fit(row.about, room - 1)}", inks.plain))
        return row_of(left, [], width, over=inks.cursor if cursor and self.has_focus else None)


class _Title(LineWidget):
    """The cockpit's name, and where one is."""

    DEFAULT_CSS = """
    _Title { dock: top; background: $panel; }
    """

    def __init__(self, place: str) -> None:
        super().__init__()
        self._place = place

    def line(self, y: int, width: int, inks: Inks) -> Strip:  # noqa: ARG002
        return row_of([(" release cockpit  ", inks.title), part(self._place, inks.muted)], [], width)


class WelcomeApp(ThemedApp, inherit_bindings=False):
    """Explains the cockpit at `place`, and ends with `choice`: init, `import FILE`, demo, or empty for leaving.

    `look` finds Markdown checklists of the repository, off the loop; None where one is in none.
    """

    TITLE = "release cockpit"
    ENABLE_COMMAND_PALETTE = False
    CSS = """
    Screen { background: $background; color: $foreground; }
    #why { padding: 1 2; height: auto; max-width: 100; }
    #offers { height: 9; }
    #hint { dock: bottom; height: 1; background: $panel; color: $text-muted; }
    """
    BINDINGS = [
        Binding("q,escape", "choose_offer('')", show=False),
        Binding("s", "choose_offer('init')", show=False),
        Binding("m", "choose_first_checklist", show=False),
        Binding("d", "choose_offer('demo')", show=False),
        Binding("ctrl+c", "choose_offer('')", show=False, priority=True),
    ]

    def __init__(self, place: str, look: Callable[[], Sequence[FoundMarkdown]] | None) -> None:
        super().__init__()
        self.choice = ""
        self._place = place
        self._look = look
        self._found: Sequence[FoundMarkdown] = ()

    def compose(self) -> ComposeResult:
        yield _Title(self._place)
        with VerticalScroll(can_focus=False):
            yield Static(Content(_OUTSIDE if self._look is None else _UNCONFIGURED), id="why")
            yield OfferList(id="offers")
        yield Static(Content(" " + hint_line("Up Down choose", "Enter takes it", "q leaves")), id="hint")

    def on_mount(self) -> None:
        offers = self.query_one(OfferList)
        offers.show(self._offers())
        offers.focus()
        if self._look is not None:
            self.run_worker(self._look_for_checklists(self._look), exit_on_error=False)

    async def _look_for_checklists(self, look: Callable[[], Sequence[FoundMarkdown]]) -> None:
        self._found = (await asyncio.to_thread(look))[:_MOST_CHECKLISTS]
        self.query_one(OfferList).show(self._offers())

    def _offers(self) -> list[Offer]:
        demo = Offer("demo", "d", "Try the demo", "a throwaway shop whose newest release fails", "cockpit demo")
        leave = Offer("", "q", "Leave", "", "")
        if self._look is None:
            return [demo, leave]
        imports = [
            Offer(
                f"import {one.file}",
                "m" if number == 0 else "",
                f"Import {shown(one.file, limit=22)}",
                f"{one.boxes} boxes as the checklist; sets up, too",
                f"cockpit init --from {one.file}",
            )
            for number, one in enumerate(self._found)
        ]
        setting_up = Offer(
            "init", "s", "Set up this repository", "with the shipped checklist, 116 items", "cockpit init"
        )
        return [setting_up, *imports, demo, leave]

    def on_row_list_chosen(self, message: RowList.Chosen) -> None:
        self.action_choose_offer(message.row.choice)

    def action_choose_first_checklist(self) -> None:
        """Import the first Markdown checklist, where there is one."""
        if self._found:
            self.action_choose_offer(f"import {self._found[0].file}")

    def action_choose_offer(self, choice: str) -> None:
        """End with that choice, where it is among what is offered."""
        if not choice or any(offer.choice == choice for offer in self._offers()):
            self.choice = choice
            self.exit(0)
