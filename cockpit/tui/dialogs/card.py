"""A tag's card: what going there would undo and bring, and the ways to act on it."""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from msgspec.structs import replace
from rich.style import Style
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Static

from cockpit.durations import byte_size, long_duration, short_duration
from cockpit.errors import CockpitError
from cockpit.execution.databases.dumps import checksum_of, dump_of
from cockpit.execution.prepare import dump_complaint, find_backup, prepare
from cockpit.git.facts import Undone, head_commit, undone
from cockpit.git.tag_names import encode_name
from cockpit.git.tag_signature import TagSignature, tag_signature
from cockpit.rehearsing import spawn_rehearsal
from cockpit.release.broken_off import broken_off
from cockpit.release.databases import DatabaseWay
from cockpit.release.decisions.executions import refuse_plan
from cockpit.release.events import Direction
from cockpit.release.intents import MarkTag
from cockpit.release.plan import Plan
from cockpit.release.rehearsals import restore_tested
from cockpit.release.running import Running, Sighting
from cockpit.release.tags import Tag
from cockpit.times import date_time
from cockpit.tui.dialogs.ask import AskDialog, ConfirmDialog
from cockpit.tui.dialogs.base import Dialog, button
from cockpit.tui.dialogs.confirm import ConfirmPlanDialog
from cockpit.tui.dialogs.late import push_late
from cockpit.tui.glyphs import choose_glyphs
from cockpit.tui.rows import Part, labelled
from cockpit.tui.theme import Inks
from cockpit.tui.widgets.lines import TextPane
from cockpit.workspace import Workspace


class CardFacts:
    """What the card says; gathered off the loop."""

    def __init__(self, workspace: Workspace, tag: Tag, running: Running) -> None:
        run = workspace.run
        self.running = running if running.head else replace(running, head=head_commit(workspace.code_git))
        self.answers = tag.commit is not None and running.answers(tag)
        self.origin = ""  # the commit that a plan would lead away from
        self.changes: Undone | None = None
        if tag.commit is not None:
            given_up = broken_off(run, tag.commit)
            self.origin = self.running.origin(tag.commit, given_up.from_commit if given_up is not None else "")
            migrations = run.configuration.rollback.migrations
            self.changes = undone(workspace.code_git, self.origin, tag.commit, migrations=migrations)
        self.backup = find_backup(run.configuration, workspace.root, tag.name)
        self.dump = dump_of(Path(self.backup)) if self.backup else None
        self.complaint = dump_complaint(run.configuration, self.backup)
        self.checksum = checksum_of(Path(self.backup))[:12] if self.backup else ""
        self.tested = restore_tested(run.rehearsals.values(), self.dump) if self.dump is not None else None
        self.rehearsal = run.rehearsals.get(tag.name)
        self.mark = run.marks.get(tag.name)
        self.signature: TagSignature | None = None
        if tag.signed and workspace.trusted:  # to verify is to run what the repository's configuration names
            self.signature = tag_signature(workspace.code_git, tag)
        self.last = next((e for e in reversed(run.executions) if e.commit == tag.commit), None)


_DIRECTIONS = {
    "back": "going there is going BACK",
    "forward": "going there is going FORWARD",
    "same": "this is what is checked out",
    "sideways": "going there takes commits away and brings others",
}

_PATIENCE = 0.4  # seconds a plan may take before it is said that one is made
_UNTRUSTED = "not trusted on this host: nothing starts before somebody has said cockpit trust"


class CardPane(TextPane):
    """The facts of the card, a label and a sentence each."""

    DEFAULT_CSS = """
    CardPane { height: auto; }
    """

    def __init__(self, tag: Tag, timezone: str, now: float) -> None:
        super().__init__()
        self._tag = tag
        self._timezone = timezone
        self._now = now
        self._facts: CardFacts | None = None
        self._trouble = ""

    def show(self, facts: CardFacts) -> None:
        """Show what was gathered."""
        self._facts = facts
        self.refresh(layout=True)

    def show_trouble(self, trouble: str) -> None:
        """Say why nothing could be gathered."""
        self._trouble = trouble
        self.refresh(layout=True)

    def lines(self, inks: Inks, width: int) -> list[list[Part]]:
        lines: list[list[Part]] = []
        for label, text, ink in self._sentences(inks):
            lines += labelled(label, text, ink, inks.muted, width=width, indent=12)
        return lines

    def _sentences(self, inks: Inks) -> Iterator[tuple[str, str, Style]]:
        tag = self._tag
        yield "commit", tag.commit or f"none: {tag.unusable}", inks.plain if tag.commit else inks.bad
        if tag.tagged_at is not None:
            age = short_duration(self._now - tag.tagged_at)
            signed = ", signed" if tag.signed else ""
            yield "tagged", f"{date_time(tag.tagged_at, self._timezone)}, {age} ago{signed}", inks.plain
        yield "subject", tag.subject, inks.plain
        if self._trouble:
            yield "trouble", self._trouble, inks.bad
        elif self._facts is None:
            yield "changes", "reading what lies between" + choose_glyphs().more, inks.muted
        else:
            yield from self._of_signature(self._facts, inks)
            yield from self._gathered(self._facts, inks)
            yield from self._of_dump(self._facts, inks)
            if self._facts.rehearsal is not None:
                ink = inks.good if self._facts.rehearsal.ok else inks.bad
                yield "rehearsed", self._facts.rehearsal.told(self._now), ink
            else:
                name = shlex.quote(self._tag.display)
                yield "rehearsed", f"never: cockpit rollback {name} --rehearse", inks.muted
            changes = self._facts.changes
            for number, subject in enumerate(changes.commits if changes is not None else ()):
                yield "undone" if number == 0 else "", subject, inks.plain

    def _of_signature(self, facts: CardFacts, inks: Inks) -> Iterator[tuple[str, str, Style]]:
        if facts.signature is not None:
            ink = {"verified": inks.good, "bad": inks.bad, "unknown": inks.warn}[facts.signature.state]
            yield "signature", facts.signature.told, ink
        elif self._tag.signed:
            yield "signature", "NOT VERIFIED: this configuration is not trusted on this host", inks.warn

    def _of_dump(self, facts: CardFacts, inks: Inks) -> Iterator[tuple[str, str, Style]]:
        if facts.dump is None:
            yield "dump", facts.backup or "none matches this tag", inks.plain if facts.backup else inks.warn
            return
        age = max(self._now - facts.dump.written_ns / 1e9, 0.0)
        summed = f", sha256 {facts.checksum}" if facts.checksum else ""
        size = byte_size(facts.dump.size)
        yield "dump", f"{facts.backup}: {size}, {long_duration(age)} old{summed}", inks.plain
        if facts.complaint:
            yield "", facts.complaint, inks.bad
        if facts.tested is not None:
            yield "", f"its restore was {facts.tested.told(self._now)}", inks.good
        yield "lost", f"data written since this dump would be lost: {long_duration(age)}", inks.warn

    @staticmethod
    def _of_running(facts: CardFacts, inks: Inks) -> Iterator[tuple[str, str, Style]]:
        """Yield what answers, where that is this tag, or is another one than is checked out."""
        if facts.answers:
            yield "running", "this version answers now", inks.good
        elif facts.running.differs:
            running = facts.running
            yield "running", f"{running.name} answers, and {running.head_name} is checked out", inks.warn

    @staticmethod
    def _gathered(facts: CardFacts, inks: Inks) -> Iterator[tuple[str, str, Style]]:
        if facts.mark is not None:
            ink = inks.bad if facts.mark.mark == "bad" else inks.good
            yield "marked", f"{facts.mark.mark} by {facts.mark.by.name}: {facts.mark.reason}", ink
        if facts.last is not None:
            yield "last time", f"{facts.last.direction} {facts.last.state}, by {facts.last.by.name}", inks.plain
        changes = facts.changes
        if changes is not None:
            yield "direction", _DIRECTIONS[changes.direction], inks.strong
            yield from CardPane._of_running(facts, inks)
            if changes.direction != "same":
                counts = f"{changes.removed} commits undone, {changes.added} brought; {changes.files} files"
                yield "changes", f"{counts}, +{changes.insertions} -{changes.deletions}", inks.plain
            if changes.migrations:
                yield "migrations", f"crosses {', '.join(changes.migrations)}", inks.warn
            else:
                yield "migrations", "none crossed", inks.plain


class CardDialog(Dialog[bool]):
    """The card; the focus starts on Cancel. Answers whether an execution was started from it."""

    BINDINGS = [
        Binding("q", "cancel", show=False),
        Binding("left,h", "app.focus_previous", show=False),
        Binding("right,l", "app.focus_next", show=False),
    ]

    def __init__(self, tag: Tag) -> None:
        super().__init__()
        self._tag = tag

    def compose(self) -> ComposeResult:
        more = choose_glyphs().more
        with Vertical(classes="box tall"):
            yield Static(Content(f"{self._tag.display}  {self._tag.kind}"), classes="dialog-title")
            with VerticalScroll(can_focus=False):
                yield CardPane(self._tag, *self._moment)
            with Horizontal(classes="buttons"):
                yield button("Cancel", "cancel")
                yield button(f"Roll back{more}", "rollback", variant="error")
                yield button(f"Deploy{more}", "deploy", variant="primary")
                yield button(f"Rehearse{more}", "rehearse")
                yield button(f"Mark bad{more}", "bad")
                yield button(f"Mark good{more}", "good")

    @property
    def _moment(self) -> tuple[str, float]:
        run, _, now = self.cockpit.moment
        return run.timezone, now

    def on_mount(self) -> None:
        self.query_one("#cancel", Button).focus()
        if self._tag.commit is None:
            for button in self.query(Button).exclude("#cancel"):
                button.disabled = True
        self.run_worker(self._read(), exit_on_error=False)

    async def _read(self) -> None:
        pane = self.query_one(CardPane)
        try:
            running = self.cockpit.moment[1].readiness.running
            facts = await asyncio.to_thread(CardFacts, self.cockpit.workspace, self._tag, running)
        except (CockpitError, OSError) as error:
            pane.show_trouble(str(error))
            return
        pane.show(facts)
        if facts.changes is not None and facts.changes.direction == "same":
            self._offer_no_way("Runs already" if facts.answers else "Is checked out")
        elif facts.changes is not None and facts.changes.direction == "forward":
            deploy = self.query_one("#deploy", Button)
            self.query_one(".buttons", Horizontal).move_child(deploy, before=self.query_one("#rollback"))

    def _offer_no_way(self, why: str) -> None:
        """Say in the place of the button that would go there why nobody can."""
        rollback, deploy = self.query_one("#rollback", Button), self.query_one("#deploy", Button)
        if rollback.has_focus or deploy.has_focus:
            self.query_one("#cancel", Button).focus()
        rollback.label = Content(why)
        rollback.disabled = True
        deploy.display = False

    @on(Button.Pressed)
    def _act(self, event: Button.Pressed) -> None:
        self.workers.cancel_group(self, "plan")  # what is asked last is what is meant
        match event.button.id:
            case "rollback":
                self._prepare("rollback")
            case "deploy":
                self._prepare("deploy")
            case "rehearse":
                self._rehearse()
            case "bad" | "good" as mark:
                self._mark(good=mark == "good")
            case _:
                self.dismiss(None)

    def _rehearse(self) -> None:
        tag, cockpit = self._tag, self.cockpit
        question = f"Rehearse the rollback to {tag.display}? It takes a scratch work tree and a scratch database"

        def answered(yes: bool | None) -> None:
            if yes:
                cockpit.in_thread(lambda: spawn_rehearsal(cockpit.workspace, encode_name(tag)))
                cockpit.tell("the rehearsal begins; the card says how it went")

        self.app.push_screen(ConfirmDialog(question, "Rehearse"), answered)

    def _mark(self, *, good: bool) -> None:
        tag = self._tag

        def write(reason: str | None) -> None:
            if reason:
                self.cockpit.act(MarkTag(tag.name, tag.commit or "", good, reason), said=f"{tag.display} is marked")
                self.dismiss(None)

        word = "good" if good else "bad"
        self.app.push_screen(AskDialog(f"Mark {tag.display} {word}", "what was seen"), write)

    def _prepare(self, direction: Direction) -> None:
        workspace, seen = self.cockpit.workspace, self.cockpit.moment[1].readiness.running.seen
        way = f"the {'rollback' if direction == 'rollback' else 'deploy'} to {self._tag.display}"

        async def resolve() -> None:
            waiting = self.set_timer(_PATIENCE, lambda: self.cockpit.tell(f"{way} is being planned"))
            try:
                plan = await asyncio.to_thread(prepared, workspace, direction, self._tag, seen)
                refuse_plan(plan, workspace.run)
                assumed = await asyncio.to_thread(workspace.assumed, plan)
                warnings = () if await asyncio.to_thread(lambda: workspace.trusted) else (_UNTRUSTED,)
            except (CockpitError, OSError) as error:
                self.cockpit.tell(str(error), severity="error")
                return
            finally:
                waiting.stop()

            def replan(way: DatabaseWay) -> Plan:
                return prepared(workspace, direction, self._tag, seen, way)

            push_late(
                self,
                ConfirmPlanDialog(plan, self._tag, replan, assumed, warnings),
                self._confirmed,
                otherwise=f"you had gone on, so {way} was not opened: press it again on its card",
            )

        self.run_worker(resolve(), group="plan", exclusive=True, exit_on_error=False)

    def _confirmed(self, started: bool | None) -> None:
        if started:
            self.dismiss(True)


def prepared(
    workspace: Workspace, direction: Direction, tag: Tag, seen: Sighting, way: DatabaseWay | Literal[""] = ""
) -> Plan:
    """Return the plan that leads to a tag, as things are now."""
    return prepare(
        workspace.run,
        direction,
        encode_name(tag),
        root=workspace.root,
        code=workspace.code,
        host=workspace.host,
        trusted=workspace.trusted,
        way=way,
        seen=seen,
    )
