"""What the pages share on which items are ticked: one place for the item keys and what they ask."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from cockpit.errors import CockpitError
from cockpit.release.asked import asked, awaited_from, may_answer
from cockpit.release.checks import describe_check
from cockpit.release.intents import (
    AnswerItem,
    ChallengeItem,
    ClaimItem,
    DeferItem,
    Intent,
    MarkNotApplicable,
    OverrideItem,
    ReopenItem,
    TickItem,
    UnclaimItem,
)
from cockpit.release.item_state import CLOSED_BY_HAND
from cockpit.release.offered import can_challenge, can_reopen, can_tick, can_waive, refuse_waiver
from cockpit.release.run import ItemView
from cockpit.times import clock_time, epoch
from cockpit.tui.pages.base import Page, Subject

if TYPE_CHECKING:
    from cockpit.tui.dialogs.ask import Waiver
    from cockpit.tui.dialogs.item import Reply


class ItemPage(Page):
    """A page with a list of items, or of instances of what recurs; a subclass says which one is meant."""

    def selected_item(self) -> ItemView | None:
        """Return the item under the cursor."""
        raise NotImplementedError

    def subject(self) -> Subject:
        item = self.selected_item()
        if item is None:
            return Subject()
        return Subject(f"{item.item.title} ({item.period})" if item.period else item.item.title, item=item.id)

    def go_to_item(self, identity: str) -> None:
        """Put the cursor on an item, wherever it is on this page."""
        raise NotImplementedError

    def offers(self, action: str) -> bool:
        """Hint at what would do something to the item under the cursor."""
        if action not in {"tick", "challenge", "defer", "override", "reopen"}:
            return True
        view, run = self.selected_item(), self.cockpit.moment[0]
        if view is None or not self.cockpit.may_write:
            return False
        if action == "tick":
            return can_tick(view, run)
        if action == "challenge":
            return can_challenge(view, run, self.cockpit.workspace.session.actor)
        if action == "reopen":
            return can_reopen(view)
        return can_waive(view)

    def _here(self) -> ItemView | None:
        """Return the item under the cursor; where there is none, say so."""
        view = self.selected_item()
        if view is None:
            self.cockpit.tell("no item is under the cursor: Up and Down, or Left and Right for another phase")
        return view

    def action_tick(self) -> None:
        """Tick the item; a killer item shows its detail first."""
        view = self._here()
        if view is None:
            return
        deliberate = view.item.killer or view.item.two_person or view.item.expires
        if deliberate and (view.state not in CLOSED_BY_HAND or view.item.expires):
            self.open_detail(view)
        else:
            self.cockpit.act(TickItem(view.id))

    def open_detail(self, view: ItemView) -> None:
        """Show an item in full; it can be ticked there, with what was seen, or put to a second person."""
        from cockpit.tui.dialogs.item import ItemDialog

        def reply(reply: Reply | None) -> None:
            if reply is None:
                return
            match reply.verb:
                case "tick":
                    alone = "one person alone: it stands as debt until a second one answers" * view.item.two_person
                    self.cockpit.act(TickItem(view.id, reply.value, reply.until, reply.link), said=alone)
                case "challenge":
                    self._challenge(view, reply.value)
                case "answer":
                    self._answer(view, reply)

        run, _, now = self.cockpit.moment
        self.app.push_screen(ItemDialog(view, run, now).drafted(self.cockpit.drafts.about(f"item {view.id}")), reply)

    def action_challenge(self) -> None:
        """Put the item to the second person, or answer as the second person where another one has asked."""
        from cockpit.tui.dialogs.item import Reply
        from cockpit.tui.dialogs.second_person import answer_dialog, challenge_dialog

        view = self._here()
        if view is None:
            return
        run, _, now = self.cockpit.moment
        actor = self.cockpit.workspace.session.actor
        if not view.item.two_person:  # then whatever else waits for this person's answer is meant
            view = next((other for other, _ in awaited_from(run, actor)), view)
        waiting = asked(view)
        if not view.item.two_person:
            self.cockpit.tell("this item asks for one person: Space ticks it")
        elif view.challenge is not None and may_answer(view, actor):
            dialog = answer_dialog(view, view.challenge, timezone=run.timezone, now=now)
            dialog.drafted(self.cockpit.drafts.about(f"answer {view.id}"))
            self.app.push_screen(dialog, lambda value: self._answer(view, Reply("answer", value)) if value else None)
        elif waiting is not None:
            at = clock_time(epoch(waiting.wall), run.timezone)
            self.cockpit.tell(f"you asked at {at}: the second person is another one, in a cockpit of their own")
        elif view.state in CLOSED_BY_HAND and not view.unverified_second:
            self.cockpit.tell("two persons have answered it already; O opens it again")
        else:

            def ask(value: str | None) -> None:
                if value is not None:
                    self._challenge(view, value)

            self.app.push_screen(challenge_dialog(view).drafted(self.cockpit.drafts.about(f"challenge {view.id}")), ask)

    def _challenge(self, view: ItemView, value: str) -> None:
        self.cockpit.act(ChallengeItem(view.id, value), said="asked: whoever is the second person sees it")

    def _answer(self, view: ItemView, reply: Reply) -> None:
        shown = view.challenge.id if view.challenge is not None else ""
        intent = AnswerItem(view.id, reply.value, reply.until, reply.link, challenge=shown)
        self.cockpit.act(intent, said="answered as the second person")

    def action_claim(self) -> None:
        """Claim the item, or let it go."""
        view = self._here()
        if view is not None:
            self.cockpit.act(ClaimItem(view.id) if view.claimed_by is None else UnclaimItem(view.id))

    def action_reopen(self) -> None:
        """Open the item again."""
        view = self._here()
        if view is not None:
            was = view.by_hand in CLOSED_BY_HAND
            told = f"open again: it was done by {view.names}. u takes that back" if was else "open again"
            self.cockpit.act(ReopenItem(view.id), said=told)

    def action_attach(self) -> None:
        """Attach a file to the item, by its path."""
        from cockpit.attaching import attachment
        from cockpit.tui.dialogs.ask import AskDialog

        view = self._here()
        if view is None:
            return

        async def attach(file: str) -> None:
            try:
                # As it stands, where no user of that name is known.
                intent = await asyncio.to_thread(lambda: attachment(view.id, os.path.expanduser(file)))  # noqa: PTH111
            except CockpitError as error:
                self.cockpit.tell(str(error), severity="warning")
            else:
                kept = intent.content is not None
                said = (
                    f"attached: {intent.name}" if kept else f"only its hash is recorded, keep the file: {intent.name}"
                )
                self.cockpit.act(intent, said=said, answer=dialog)

        def named(file: str | None) -> None:
            if file:
                self.run_worker(attach(file), exit_on_error=False)

        dialog = AskDialog(f"Evidence for: {view.item.title}", "the path of a file")
        self.app.push_screen(dialog.drafted(self.cockpit.drafts.about(f"file {view.id}")), named)

    def action_defer(self) -> None:
        """Put the item off, with a reason."""
        self._with_reason("Defer", "to when or where, and why", DeferItem)

    def action_not_applicable(self) -> None:
        """Say that the item does not apply, with a reason."""
        self._with_reason("Not applicable", "why it does not apply", MarkNotApplicable)

    def action_override(self) -> None:
        """Go on without the item, with a reason."""
        self._with_reason("Override", "why it is right to go on without it", OverrideItem)

    def _with_reason(self, word: str, hint: str, intent: Callable[[str, str, str], Intent]) -> None:
        from cockpit.tui.dialogs.ask import WaiverDialog

        view = self._here()
        if view is None:
            return
        warning = self._why_not_waive(view)  # the field opens all the same: what is typed on belongs into it

        def write(said: Waiver | None) -> None:
            if said is None:
                return
            # Where nothing was said of it, somebody has ticked it while the reason was typed.
            refused = "" if warning else self._why_not_waive(self.cockpit.moment[0].view_of(view.id) or view)
            if refused:
                self.cockpit.tell(refused, severity="warning")
            else:
                self.cockpit.act(intent(view.id, said.reason, said.until))

        period = f" ({view.period})" if view.period else ""
        title = f"{word}: {view.item.title}{period}"
        dialog = WaiverDialog(f"{title}\n\n{warning}" if warning else title, hint)
        self.app.push_screen(dialog.drafted(self.cockpit.drafts.about(f"{word} {view.id}")), write)

    def _why_not_waive(self, view: ItemView) -> str:
        """Return what would be taken back; empty where the item is open."""
        try:
            refuse_waiver(view, self.cockpit.moment[0])
        except CockpitError as error:
            return str(error)
        return ""

    def action_verify_item(self) -> None:
        """Run the item's check once, now, after showing what it does."""
        from cockpit.tui.dialogs.ask import ConfirmDialog

        view, run = self._here(), self.cockpit.moment[0]
        if view is None:
            return
        if view.sensing is None:
            self.cockpit.tell("this item has no check: it is a person's word, Space ticks it")
            return
        check = view.sensing.check
        effects = f" It has effects ({check.effects})." if check.effects != "none" else ""
        where = f"for {run.service} in {run.environment}"
        question = f'Verify "{view.item.title}" {where}: {describe_check(check)}.{effects} Once, now?'

        def answered(yes: bool | None) -> None:
            if yes:
                self.run_worker(self._verify(view), exit_on_error=False)

        self.app.push_screen(ConfirmDialog(question, "Verify"), answered)

    async def _verify(self, view: ItemView) -> None:
        from cockpit.verifying import verify

        self.cockpit.tell(f"looking: {view.item.title}")
        try:
            (result,) = await asyncio.to_thread(verify, self.cockpit.workspace, [view.id])
        except (CockpitError, OSError) as error:
            self.cockpit.tell(str(error), severity="warning")
            return
        found = result.found
        if found is not None:
            told = f"{found.state}: {found.actual}" + (f" ({found.detail})" if found.detail else "")
            self.cockpit.tell(told, severity="information" if found.state == "ok" else "warning")
