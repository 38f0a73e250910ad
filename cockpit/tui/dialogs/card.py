"""A tag's card: what going there would undo and bring, and the ways to act on it."""

from __future__ import annotations

import asyncio

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Static

from cockpit.durations import short_duration
from cockpit.errors import CockpitError
from cockpit.execution.prepare import find_backup, prepare
from cockpit.git.facts import Undone, head_commit, undone
from cockpit.release.events import Direction
from cockpit.release.intents import MarkTag
from cockpit.release.plan import Plan
from cockpit.release.tags import Tag
from cockpit.text import visible
from cockpit.times import date_time
from cockpit.tui.dialogs.ask import AskDialog
from cockpit.tui.dialogs.base import Dialog
from cockpit.tui.dialogs.confirm import ConfirmPlanDialog
from cockpit.workspace import Workspace


class CardFacts:
    """What the card says; gathered off the loop."""

    def __init__(self, workspace: Workspace, tag: Tag) -> None:
        run = workspace.run
        self.here = head_commit(workspace.code_git)
        self.changes: Undone | None = None
        if tag.commit is not None:
            migrations = run.configuration.rollback.migrations
            self.changes = undone(workspace.code_git, self.here, tag.commit, migrations=migrations)
        self.backup = find_backup(run.configuration, workspace.root, tag.name)
        self.mark = run.marks.get(tag.name)
        self.last = next((e for e in reversed(run.executions) if e.commit == tag.commit), None)


class CardDialog(Dialog[None]):
    """The card; the focus starts on Cancel, and nothing here executes."""

    BINDINGS = [
        Binding("q", "cancel", show=False),
        Binding("left,h", "app.focus_previous", show=False),
        Binding("right,l", "app.focus_next", show=False),
    ]

    def __init__(self, tag: Tag) -> None:
        super().__init__()
        self._tag = tag

    def compose(self) -> ComposeResult:
        with Vertical(classes="box tall"):
            yield Static(Content(f"{self._tag.display}  {self._tag.kind}"), classes="dialog-title")
            with VerticalScroll(can_focus=False):
                yield Static(Content("reading what lies between…"), id="card-facts")
            with Horizontal(classes="buttons"):
                yield Button(Content("Cancel"), id="cancel", compact=True)
                yield Button(Content("Roll back…"), id="rollback", compact=True, variant="error")
                yield Button(Content("Deploy…"), id="deploy", compact=True, variant="primary")
                yield Button(Content("Mark bad…"), id="bad", compact=True)
                yield Button(Content("Mark good…"), id="good", compact=True)

    def on_mount(self) -> None:
        self.query_one("#cancel", Button).focus()
        if self._tag.commit is None:
            for button in self.query(Button).exclude("#cancel"):
                button.disabled = True
        self.run_worker(self._read(), exit_on_error=False)

    async def _read(self) -> None:
        facts = self.query_one("#card-facts", Static)
        try:
            found = await asyncio.to_thread(CardFacts, self.cockpit.workspace, self._tag)
        except CockpitError as error:
            facts.update(Content(f"cannot be read: {visible(str(error))}"))
            return
        facts.update(self._describe(found))

    def _describe(self, found: CardFacts) -> Content:
        run, _, now = self.cockpit.moment
        tag, changes = self._tag, found.changes
        lines: list[Content] = []

        def add(label: str, text: str, style: str = "") -> None:
            template = f"[$text-muted]$label[/] [{style}]$text[/]" if style else "[$text-muted]$label[/] $text"
            lines.append(Content.from_markup(template, label=f"{label:<11}", text=visible(text)))

        add("commit", tag.commit or f"none: {tag.unusable}", "" if tag.commit else "$text-error b")
        if tag.tagged_at is not None:
            age = short_duration(now - tag.tagged_at)
            add("tagged", f"{date_time(tag.tagged_at, run.timezone)}, {age} ago" + (", signed" if tag.signed else ""))
        add("subject", tag.subject)
        if found.mark is not None:
            style = "$text-error b" if found.mark.mark == "bad" else "$text-success"
            add("marked", f"{found.mark.mark} by {found.mark.by.name}: {found.mark.reason}", style)
        if found.last is not None:
            add("last time", f"{found.last.direction} {found.last.state}, by {found.last.by.name}")
        if changes is not None:
            self._add_changes(add, changes, found)
        return Content("\n").join(lines)

    @staticmethod
    def _add_changes(add: object, changes: Undone, found: CardFacts) -> None:
        if not callable(add):
            return
        words = {
            "back": "going there is going BACK",
            "forward": "going there is going FORWARD",
            "same": "this is what runs now",
            "sideways": "going there takes commits away and brings others",
        }
        add("direction", words[changes.direction], "b")
        if changes.direction != "same":
            counts = f"{changes.removed} commits undone, {changes.added} brought; {changes.files} files"
            add("changes", f"{counts}, +{changes.insertions} -{changes.deletions}")
        if changes.migrations:
            add("migrations", f"crosses {', '.join(changes.migrations)}", "$text-warning b")
        else:
            add("migrations", "none crossed")
        add("dump", found.backup or "none matches this tag", "" if found.backup else "$text-warning")
        for number, subject in enumerate(changes.commits[:12]):
            add("undone" if number == 0 else "", subject)

    @on(Button.Pressed)
    def _act(self, event: Button.Pressed) -> None:
        match event.button.id:
            case "rollback":
                self._prepare("rollback")
            case "deploy":
                self._prepare("deploy")
            case "bad" | "good" as mark:
                self._mark(good=mark == "good")
            case _:
                self.dismiss(None)

    def _mark(self, *, good: bool) -> None:
        tag = self._tag

        def write(reason: str | None) -> None:
            if reason:
                self.cockpit.act(MarkTag(tag.name, tag.commit or "", good, reason), said=f"{tag.display} is marked")
                self.dismiss(None)

        word = "good" if good else "bad"
        self.app.push_screen(AskDialog(f"Mark {tag.display} {word}", "what was seen"), write)

    def _prepare(self, direction: Direction) -> None:
        workspace = self.cockpit.workspace

        async def resolve() -> None:
            try:
                plan = await asyncio.to_thread(_prepared, workspace, direction, self._tag.name)
            except CockpitError as error:
                self.cockpit.tell(str(error), severity="error")
                return
            if not plan.steps:
                self.cockpit.tell(
                    f"no steps are configured: write {direction}.steps into cockpit.yaml", severity="error"
                )
                return
            await self.app.push_screen(ConfirmPlanDialog(plan, self._tag), self._confirmed)

        self.run_worker(resolve(), exit_on_error=False)

    def _confirmed(self, started: bool | None) -> None:
        if started:
            self.dismiss(None)


def _prepared(workspace: Workspace, direction: Direction, tag: str) -> Plan:
    return prepare(workspace.run, direction, tag, root=workspace.root, code=workspace.code, host=workspace.host)
