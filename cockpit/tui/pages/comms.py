"""Page 7: messages, filled in from the release and sent; what calls now, and what became of all that was sent."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll

from cockpit.announcing import filled
from cockpit.errors import CockpitError
from cockpit.release.filling import Filling
from cockpit.release.intents import AcknowledgeCall
from cockpit.release.live import Live
from cockpit.release.run import Run
from cockpit.release.suggested import suggested_template
from cockpit.tui.commands import bindings
from cockpit.tui.dialogs.message import FillDialog, Sending, SentDialog
from cockpit.tui.pages.base import Page
from cockpit.tui.sending import MessageSender
from cockpit.tui.theme import inks_of
from cockpit.tui.widgets.lines import PaneTitle
from cockpit.tui.widgets.messages import ChannelsPane, FillingText, TemplateList, UpdateStrip
from cockpit.tui.widgets.row_list import RowList
from cockpit.tui.widgets.sent import SentList, sent_rows


class CommsPage(Page):
    """The update clock above, templates and channels at the left, the message at the right, what was sent below."""

    BINDINGS = bindings("comms")
    filter_hint = "title or channel"
    first_focus = "#templates"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._filter = ""
        self._suggested = ""  # the template that the cursor was put on last

    def compose(self) -> ComposeResult:
        yield UpdateStrip(id="update-strip")
        with Horizontal(id="messages"):
            with Vertical(id="templates-side"):
                yield PaneTitle("Templates", id="templates-title")
                yield TemplateList(id="templates")
                yield PaneTitle("Channels", id="channels-title")
                yield ChannelsPane(id="channels")
            with Vertical():
                yield PaneTitle("", id="filling-title")
                with VerticalScroll(can_focus=False, id="filling-scroll"):
                    yield FillingText(id="filling")
        yield PaneTitle("Calls and messages", id="sent-title")
        yield SentList(id="sent")

    def show(self, run: Run, live: Live, now: float) -> None:  # noqa: ARG002
        self.query_one(UpdateStrip).show(run, now)
        self.query_one(ChannelsPane).show(run)
        self.query_one(TemplateList).show([one for one in run.library.templates if self._matches(one.title)])
        self._suggest(run)
        rows = sent_rows(run, now)
        self.query_one(SentList).show(
            [
                one
                for one in rows
                if self._matches(f"{one.title} {one.message.channel if one.message is not None else ''}")
            ]
        )
        open_ends = sum(one.state not in {"sent", "sending"} and one.known is None for one in rows)
        told = [(f"{open_ends} to look at", inks_of(self.app).warn)] if open_ends else []
        self.query_one("#sent-title", PaneTitle).show(right=told)
        self._show_filling()

    def turned_to(self) -> None:
        self._suggested = ""

    def _suggest(self, run: Run) -> None:
        """Put the cursor on what is to be told next, once as one turns to the page; a person may go elsewhere."""
        if not self._suggested:
            self._suggested = suggested_template(run)
            self.query_one(TemplateList).go_to(self._suggested)

    def _matches(self, text: str) -> bool:
        wanted = self._filter.removeprefix("!").casefold()
        return not wanted or (wanted in text.casefold()) is not self._filter.startswith("!")

    @on(RowList.Highlighted, "#templates")
    def _show_filling(self) -> None:
        template = self.query_one(TemplateList).current
        filling, trouble = self._filled()
        self.query_one(FillingText).show(filling, trouble)
        untrue = filling is not None and bool(filling.untrue)
        missing = len(filling.missing) if filling is not None else 0
        inks = inks_of(self.app)
        right = [(f"{missing} to fill in", inks.warn)] if missing else []
        right = [("not true now", inks.warn)] if untrue else right
        self.query_one("#filling-title", PaneTitle).show(template.title if template is not None else "", right=right)

    def _filled(self) -> tuple[Filling | None, str]:
        template = self.query_one(TemplateList).current
        if template is None:
            return None, ""
        try:
            return filled(self.cockpit.workspace, template, {}, self._incident, at=self.cockpit.now()), ""
        except CockpitError as error:
            return None, str(error)

    @property
    def _incident(self) -> str:
        """The gravest open incident, which a template on one is about here."""
        found = self.cockpit.workspace.run.open_incidents
        return found[0].id if len(found) > 1 else ""

    @on(RowList.Chosen, "#templates")
    def _fill_in(self) -> None:
        template = self.query_one(TemplateList).current
        if template is None:
            return

        def said(sending: Sending | None) -> None:
            if sending is not None:
                self.cockpit.tell(f"sending to {', '.join(sending.channels)}")
                MessageSender(self.cockpit).send(sending)

        self.app.push_screen(FillDialog(template, self._incident), said)

    def action_announce(self) -> None:
        """Fill in the template under the cursor, to send it."""
        self._fill_in()

    def offers(self, action: str) -> bool:
        """Hint at acknowledging what calls and nobody knows of."""
        current = self.query_one(SentList).current
        calls = current is not None and current.call is not None and current.known is None
        return action != "acknowledge_call" or (calls and self.cockpit.may_write)

    # What was sent

    @on(RowList.Chosen, "#sent")
    def _look_at(self) -> None:
        current = self.query_one(SentList).current
        message = current.message if current is not None else None
        if message is None:
            if current is not None:
                self.cockpit.tell("a says that you know of it")
            return

        def said(again: bool | None) -> None:
            if again:
                MessageSender(self.cockpit).send_again(message)

        self.app.push_screen(SentDialog(message), said)

    def action_acknowledge_call(self) -> None:
        """Say that one knows of the call under the cursor."""
        current = self.query_one(SentList).current
        if current is None or current.call is None:
            self.cockpit.tell("nothing that calls is under the cursor: Tab to Calls and messages, then choose one")
            return
        self.cockpit.act(AcknowledgeCall(current.call.key), said="nobody is told of it any more")

    # The page

    def apply_filter(self, text: str) -> None:
        self._filter = text
        self.show(*self.cockpit.moment)

    def next_match(self, step: int) -> None:
        listed = self.query_one("#sent" if self.query_one(SentList).has_focus else "#templates", RowList)
        listed.action_cursor_down() if step > 0 else listed.action_cursor_up()

    def looked_at(self) -> str:
        template = self.query_one(TemplateList).current
        return template.title if template is not None else ""

    def selected_text(self) -> str:
        sent = self.query_one(SentList)
        if sent.has_focus and sent.current is not None and sent.current.message is not None:
            return f"{sent.current.message.subject}\n\n{sent.current.message.body}"
        filling, _ = self._filled()
        return filling.text if filling is not None else ""
