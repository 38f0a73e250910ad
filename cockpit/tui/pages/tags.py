"""Page 4: the tags to roll back to or to deploy, and what is running now."""

from __future__ import annotations

import asyncio

from msgspec.structs import replace
from textual import on
from textual.app import ComposeResult

from cockpit.errors import CockpitError
from cockpit.git.ahead_behind import with_counts
from cockpit.git.facts import head_commit
from cockpit.git.running import what_runs
from cockpit.git.tags import first_tags, list_tags
from cockpit.release.arrival import rolled_back, rolled_back_words, since_words
from cockpit.release.discrepancy import discrepancy
from cockpit.release.live import Live
from cockpit.release.run import Run
from cockpit.release.running import Sighting, fall_back
from cockpit.release.tags import Tag, order_tags, with_marks
from cockpit.tui.commands import bindings
from cockpit.tui.dialogs.card import CardDialog
from cockpit.tui.dialogs.late import waits_for_it
from cockpit.tui.glyphs import ASCII, choose_glyphs
from cockpit.tui.pages.base import Page
from cockpit.tui.rows import Part, part
from cockpit.tui.screens.execution import ExecutionScreen
from cockpit.tui.theme import inks_of
from cockpit.tui.widgets.lines import PaneTitle
from cockpit.tui.widgets.tag_list import TagList
from cockpit.tui.widgets.tags_head import Answering, Proposal
from cockpit.workspace import Workspace


class TagPicker(TagList):
    """The tag list with the table's keys."""

    BINDINGS = bindings("tags")

    def offers(self, action: str) -> bool:
        """Hint at the card where a tag is under the cursor."""
        return action != "card" or self.highlighted is not None

    def action_card(self) -> None:
        """Open the card of the tag under the cursor."""
        self.action_choose()


_AT_REST = 2.0  # seconds after the page is there: by then what the screen opened on has been drawn


class TagsFound:
    """The tags of the repository as this page lists them; made off the loop."""

    def __init__(self, workspace: Workspace, seen: Sighting) -> None:
        run = workspace.run
        git = workspace.code_git
        head = head_commit(git)
        ordered = order_tags(with_marks(list_tags(git, run.configuration.code.tags), run.marks))
        self.tags = with_counts(git, head, ordered)
        self.running = what_runs(git, self.tags, head, run.tag, seen)
        proposed = fall_back(self.tags, self.running, run.marks)
        self.proposed: Tag | None = proposed[0] if proposed is not None else None
        self.why = proposed[1] if proposed is not None else ""


class TagsPage(Page):
    """The picker; Enter opens a tag's card, from which a rollback starts."""

    filter_hint = "name or subject"
    first_focus = "#tag-list"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._read_for: tuple[object, ...] | None = None
        self._found: TagsFound | None = None
        self._reading = False
        self._wants_proposed = False  # until the tags have been read
        self._wants_card = ""  # of which tag, until then

    def compose(self) -> ComposeResult:
        yield PaneTitle("Tags", id="tags-title")
        yield Answering(id="answering")
        yield Proposal(id="proposal")
        yield TagPicker(id="tag-list", ascii_only=choose_glyphs() is ASCII, now=self.cockpit.now)

    def on_mount(self) -> None:
        """Read ahead: who turns to this page is in a hurry, and a repository may have thousands of tags."""
        self.set_timer(_AT_REST, self._read_ahead)

    def on_show(self) -> None:
        """Look again behind what is shown at once: a tag may have been fetched since."""
        if self._found is not None and not self._reading:
            self._read_for = None

    def turned_to(self) -> None:
        self.query_one(TagPicker).begin_anew()

    def show(self, run: Run, live: Live, now: float) -> None:
        if self.display:
            self._read_where_changed(run, live)
            self._show_running(run, live, now)

    def _read_ahead(self) -> None:
        if self._read_for is None:
            run, live, _ = self.cockpit.moment
            self._read_where_changed(run, live)

    def _read_where_changed(self, run: Run, live: Live) -> None:
        # What the list depends on: marks, what executions have moved HEAD to, and what answers.
        seen, head = live.readiness.running.seen.version, live.readiness.running.head
        done = rolled_back(run, live.readiness.running) is not None
        state = (len(run.executions), run.current_execution is None, tuple(run.marks.values()), seen, head, done)
        if state != self._read_for:
            self._read_for = state
            self._reading = True
            self.run_worker(self._read(), group="tags", exclusive=True, exit_on_error=False)

    async def _read(self) -> None:
        picker = self.query_one(TagPicker)
        try:
            if self._found is None and self.display and not picker.rows:
                await self._show_first(picker)
            seen = self.cockpit.moment[1].readiness.running.seen
            found = await asyncio.to_thread(TagsFound, self.cockpit.workspace, seen)
        except (CockpitError, OSError) as error:
            self._read_for = None  # tried again with the next moment
            self._wants_proposed, self._wants_card, self._reading = False, "", False
            picker.show_failure(str(error))
            return
        except Exception as error:  # our own mistake, which is no reason to lose the other pages
            self._wants_proposed, self._wants_card, self._reading = False, "", False
            picker.show_failure(self.cockpit.told_fault("the tags could not be read", error))
            return
        if not self.query(Proposal):
            return  # the screen was taken down meanwhile
        self._found, self._reading = found, False
        here, tag = found.running.checked_out, found.running.tag
        run, _, now = self.cockpit.moment
        done = rolled_back(run, found.running)
        picker.show(
            found.tags,
            tag.commit if tag is not None else None,
            found.proposed if done is None else None,  # nothing goes on from a rollback by itself
            head_commit=here.commit if here is not None else None,
            seen=bool(found.running.seen.version),
        )
        self.query_one(Proposal).show(found.why, rolled_back_words(done, now, run.timezone) if done is not None else "")
        self._show_running(*self.cockpit.moment)
        if self._wants_proposed:
            if found.proposed is None or waits_for_it(self.screen):
                self.open_proposed()
            self._wants_proposed = False
        elif self.display and waits_for_it(self.screen):
            wanted = picker.highlighted
            if wanted is not None and wanted.name == self._wants_card:
                self._open_card(TagList.Chosen(picker, wanted))
        self._wants_card = ""
        self.screen.refresh_bindings()  # Enter opens a card by now

    def _show_running(self, run: Run, live: Live, now: float) -> None:
        """Say above the list what runs, how long ago that was seen, and whether it should."""
        if self._found is None:
            return
        seen, running = live.readiness.running.seen, self._found.running
        if seen.version == running.seen.version:
            running = replace(running, seen=seen)  # as old as it is now
        inks = inks_of(self.app)
        left: list[Part] = [part(" ".join(running.words(now, since_words(run, running, now))), inks.strong)]
        count: list[Part] = [(f"{len(self._found.tags)} tags", inks.muted)]
        self.query_one("#tags-title", PaneTitle).show(left=left, right=count)
        self.query_one(Answering).show(discrepancy(run, running, now))

    async def _show_first(self, picker: TagPicker) -> None:
        """Show the newest of very many tags before the others have been read."""
        workspace = self.cockpit.workspace
        pattern = workspace.run.configuration.code.tags
        first = await asyncio.to_thread(lambda: first_tags(workspace.code_git, pattern))  # whether it is trusted, too
        if first is not None and self.query(PaneTitle):
            tags, count = first
            picker.show(tags)
            inks = inks_of(self.app)
            self.query_one("#tags-title", PaneTitle).show(right=[(f"reading {count} tags", inks.muted)])

    def open_proposed(self) -> None:
        """Open the card of the tag that is proposed to fall back to; nothing starts by that."""
        self._wants_proposed = self._found is None or self._reading
        if self._wants_proposed or self._found is None:
            return
        if self._found.proposed is None:
            self.cockpit.tell("no earlier release to fall back to was found: choose a tag", severity="warning")
        elif self.display and self.screen is self.app.screen:  # who has gone on meanwhile is not called back
            self.app.push_screen(CardDialog(self._found.proposed), self._card_closed)

    def apply_filter(self, text: str) -> None:
        self.query_one(TagPicker).apply_filter(text)

    def next_match(self, step: int) -> None:
        self.query_one(TagPicker).action_move(step)

    def selected_text(self) -> str:
        tag = self.query_one(TagPicker).highlighted
        return f"{tag.display} {tag.commit or ''}" if tag is not None else ""

    @on(TagList.Chosen)
    def _open_card(self, message: TagList.Chosen) -> None:
        if self._found is None:  # nothing is known yet of what runs, and of how to type the name
            self._wants_card = message.tag.name
            return
        self.app.push_screen(CardDialog(message.tag), self._card_closed)

    def _card_closed(self, started: bool | None) -> None:
        if started:
            self.app.push_screen(ExecutionScreen())

    def read_again(self) -> None:
        """Read the tags again: one may have been fetched meanwhile."""
        self._read_for = None
