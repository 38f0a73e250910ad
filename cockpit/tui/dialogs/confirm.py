"""The plan, and the typed confirmation: the very object that is shown here is what will run.

The focus starts on Cancel. Enter never confirms. The confirmation is typed, never pasted; once it is right, Tab
reaches the red button, and Space presses it.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Input, Static

from cockpit.errors import CockpitError
from cockpit.executing import start_execution
from cockpit.release.databases import DatabaseWay
from cockpit.release.deploy_gates import no_gos_before_deploy
from cockpit.release.discrepancy import discrepancy
from cockpit.release.intents import RequestExecution, TakeWheel
from cockpit.release.onward import plan_warnings
from cockpit.release.plan import Plan
from cockpit.release.tags import Tag, confirmation_word
from cockpit.release.wheel import wheel_of
from cockpit.tui.dialogs.ask import ConfirmDialog
from cockpit.tui.dialogs.base import Dialog, button, hint_line
from cockpit.tui.dialogs.late import push_late
from cockpit.tui.dialogs.plan_pane import DATABASE_WAYS, PlanPane, PlanPlace
from cockpit.tui.dialogs.typed import LastButton, PassingButton, TypedInput
from cockpit.tui.dialogs.without_lease import NO_LEASE, WithoutLeaseDialog
from cockpit.tui.glyphs import choose_glyphs, shown


class ConfirmPlanDialog(Dialog[bool]):
    """Shows a plan and starts it when its target was typed."""

    def __init__(
        self,
        plan: Plan,
        tag: Tag,
        replan: Callable[[DatabaseWay], Plan],
        assumed: Mapping[str, str] | None = None,
        warnings: Sequence[str] = (),
    ) -> None:
        super().__init__()
        self._plan = plan
        self._replan = replan
        self._assumed = assumed
        self._more_warnings = tuple(warnings)
        self._word = confirmation_word(tag)
        self._display = tag.display
        self._starting = False
        self._refused_because: str | None = None

    def compose(self) -> ComposeResult:
        plan = self._plan
        verb = "ROLL BACK" if plan.direction == "rollback" else "DEPLOY"
        where = f"{plan.service} in {plan.environment_name} on {plan.host}"
        from_what = shown(plan.from_tag or plan.from_commit[:8])
        with Vertical(classes="box plan"):
            yield Static(
                Content.from_markup(
                    "[b]$verb[/] $where: from [b]$from_what[/] to [b]$to[/] $commit",
                    verb=verb, where=shown(where), from_what=from_what, to=self._display, commit=plan.commit[:8],
                ),
                classes="dialog-title" + (" production" if plan.production else ""),
            )  # fmt: skip
            run, live, now = self.cockpit.moment
            against = no_gos_before_deploy(run, now=now) if plan.direction == "deploy" else ()
            wrong = discrepancy(run, live.readiness.running, now)
            grave = (wrong.text,) if wrong is not None and wrong.grave else ()
            told = (
                *self._more_warnings,
                *plan_warnings(plan, run),
                *grave,
                *(one.told for one in against),
                *live.readiness.warnings,
            )
            steps = PlanPane(plan, now, told, self._assumed)
            with VerticalScroll(can_focus=False, id="plan-steps") as scroll:
                yield steps
            yield PlanPlace(scroll, steps)
            yield Static(self._ask(), id="confirm-ask")
            yield TypedInput(
                compact=True, select_on_focus=False, id="typed", max_length=cell_len(self._wanted(self._word)) + 40
            )
            with Horizontal(classes="buttons"):
                go = button(f"{verb.capitalize()} now", "go", variant="error", kind=LastButton)
                go.disabled = True
                yield go
                yield button("Take the wheel", "wheel", kind=PassingButton)
                way = button(f"Database{choose_glyphs().more}", "way", kind=PassingButton)
                way.display = bool(plan.way)
                yield way
                yield button("Cancel", "cancel", kind=PassingButton)
            yield Static(Content(hint_line("Tab goes on", "Esc leaves")), id="confirm-hint")

    def on_mount(self) -> None:
        self.query_one("#cancel", Button).focus()
        self._look_at_wheel()
        self.set_interval(0.5, self._look_at_wheel)

    def _refusal(self) -> str:
        return wheel_of(self.cockpit.moment[0]).refuses(self.cockpit.me)

    def _look_at_wheel(self) -> None:
        """Say that somebody else drives, as long as it is so."""
        refusal = self._refusal()
        if refusal == self._refused_because:
            return
        self._refused_because = refusal
        take = self.query_one("#wheel", Button)
        if not refusal and take.has_focus:
            self.query_one("#cancel", Button).focus()
        take.display = bool(refusal)
        self.query_one("#confirm-ask", Static).update(self._ask())
        self.query_one("#go", Button).disabled = not self._right()

    def _right(self) -> bool:
        typed = self.query_one("#typed", Input).value
        return typed in {self._wanted(self._word), self._wanted(self._plan.commit[:8])} and not self._refusal()

    def _wanted(self, target: str) -> str:
        """Return what is to be typed: the target, and each database that is replaced."""
        return " ".join((target, *self._plan.database_words))

    def _ask(self) -> Content:
        if self._refused_because:
            return Content.from_markup("[b $text-error]$why[/]", why=shown(self._refused_because))
        replaced = ", and the database is replaced" if self._plan.restores else ""
        return Content.from_markup(
            "Type [b $text-error]$word[/] to confirm$replaced:",
            word=shown(self._wanted(self._word)), replaced=replaced,
        )  # fmt: skip

    def action_cancel(self) -> None:
        """Leave without doing anything; once it has begun there is nothing left to leave."""
        if not self._starting:
            self.dismiss(None)

    @on(TypedInput.Refused)
    def _refused(self) -> None:
        self.query_one("#confirm-hint", Static).update(Content("It must be typed, not pasted"))

    @on(Input.Changed)
    def _compare(self) -> None:
        right = self._right()
        self.query_one("#go", Button).disabled = not right
        self.query_one("#confirm-hint", Static).update(
            Content("Right. Tab to the red button, then Space" if right else hint_line("Tab goes on", "Esc leaves"))
        )

    @on(Input.Submitted)
    def _enter_is_no_confirmation(self) -> None:
        right = not self.query_one("#go", Button).disabled
        said = "Enter never confirms: Tab, then Space" if right else f"That is not {shown(self._wanted(self._word))}"
        said = shown(self._refusal()) or said
        self.query_one("#confirm-hint", Static).update(Content(said))

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "cancel":
            self.dismiss(None)
        elif event.button.id == "wheel":
            self.cockpit.act(TakeWheel(seen=wheel_of(self.cockpit.moment[0]).named), said="you drive")
        elif event.button.id == "way":
            self.run_worker(self._next_way(), group="way", exclusive=True, exit_on_error=False)
        elif not self._starting:
            self._begin()

    async def _next_way(self) -> None:
        """Go on to the next way that the database can take, where there is another."""
        ways = list(DATABASE_WAYS)
        here = ways.index(self._plan.way) if self._plan.way else 0
        why = ""
        for way in (*ways[here + 1 :], *ways[:here]):
            try:
                plan = await asyncio.to_thread(self._replan, way)
            except (CockpitError, OSError) as error:
                why = why or str(error)
                continue
            if self._starting:
                return  # what was confirmed stays in view
            if plan.commit != self._plan.commit:
                why = "the tag has moved: leave, and look at its card again"
                break
            self._plan = plan
            self.query_one(PlanPane).show(plan)
            self.query_one("#typed", Input).value = ""
            self.query_one("#confirm-ask", Static).update(self._ask())
            return
        self.query_one("#confirm-hint", Static).update(Content(shown(why)))

    def _begin(self, without_lease: str = "", *, stash: bool = False) -> None:
        self._starting = True
        self.query_one("#cancel", Button).disabled = True
        self.query_one("#confirm-hint", Static).update(Content("Starting" + choose_glyphs().more))
        self.run_worker(self._start(without_lease, stash=stash), exit_on_error=False)

    async def _start(self, without_lease: str, *, stash: bool) -> None:
        workspace = self.cockpit.workspace
        intent = RequestExecution(
            secrets.token_hex(4),
            self._plan,
            self.query_one("#typed", Input).value.partition(" ")[0],
            self._plan.database_words,
        )
        try:
            # A rollback leads away from whatever version the run flies: only of which run it is matters.
            asked = self.asked._replace(commit="") if self.asked is not None else None
            await asyncio.to_thread(
                start_execution, workspace, intent, without_lease=without_lease, stash=stash, asked=asked
            )  # fmt: skip
        except (CockpitError, OSError) as error:
            self._stay()
            unleased = isinstance(error, CockpitError) and error.code == NO_LEASE
            said = error.what if isinstance(error, CockpitError) and unleased else str(error)
            self.query_one("#confirm-hint", Static).update(Content(shown(said)))
            if unleased:
                push_late(self, WithoutLeaseDialog(said), self._go_without)
            elif isinstance(error, CockpitError) and error.code == "dirty":
                question = f"{error.what}. Keep the diff as evidence, and stash it?"
                push_late(self, ConfirmDialog(question, "Stash and go on"), self._go_on_stashed)
            return
        except Exception as error:  # our own mistake, below which nobody must be shut in
            self._stay()
            said = self.cockpit.told_fault("that failed; look whether it has begun", error)
            self.query_one("#confirm-hint", Static).update(Content(shown(said)))
            return
        self.dismiss(True)

    def _stay(self) -> None:
        self._starting = False
        self.query_one("#cancel", Button).disabled = False

    def _go_on_stashed(self, yes: bool | None) -> None:
        if yes:
            self._begin(stash=True)

    def _go_without(self, reason: str | None) -> None:
        if reason:
            self._begin(reason)
