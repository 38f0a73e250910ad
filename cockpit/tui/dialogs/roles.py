"""The poll at a pause point: what each role says, answered here for one role at a time, and every reason for no-go."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.strip import Strip
from textual.widgets import Static

from cockpit.release.events import GateAnswer
from cockpit.release.gates import gate_seen
from cockpit.release.intents import AnswerGate
from cockpit.release.polls import Polled, poll_of, spoken
from cockpit.tui.dialogs.ask import AskDialog, ConfirmDialog, safe_content
from cockpit.tui.dialogs.base import Dialog
from cockpit.tui.glyphs import choose_glyphs
from cockpit.tui.rows import Part, part, row
from cockpit.tui.theme import Inks
from cockpit.tui.widgets.row_list import RowList


class RoleList(RowList[Polled]):
    """The polled roles, one a line."""

    def __init__(self) -> None:
        super().__init__(empty="No role is polled here: name roles on the items, or under `poll` in the phase.")
        self._glyphs = choose_glyphs()

    def key_of(self, row: Polled) -> str:
        return row.role

    def draw(self, row: Polled, width: int, inks: Inks, *, cursor: bool) -> Strip:
        return self._lay(row, width, inks, cursor=cursor)

    def _lay(self, one: Polled, width: int, inks: Inks, *, cursor: bool) -> Strip:
        said = one.answer
        word = "GO" if not one.objection else "NO-GO"
        told = one.objection
        if said is not None and not one.objection:
            told = spoken(said.answer, said.by, said.on_behalf, said.reason)
        left: list[Part] = [
            (self._glyphs.cursor if cursor else " ", inks.title),
            (f" {word:<6}", inks.good if not one.objection else inks.bad),
            part(f"{one.named}: ", inks.strong),
            part(told, inks.plain),
            part(f"  also {', '.join(one.also)}" if one.also else "", inks.muted),
        ]
        return row(left, [], width, over=inks.cursor if cursor else None)


class RolesDialog(Dialog[None]):
    """Shows the poll of one phase; an answer names its role and asks before it is recorded."""

    BINDINGS = [
        Binding("q", "cancel", show=False),
        Binding("space", "go", show=False),
        Binding("x", "no_go", show=False),
        Binding("b", "on_behalf", show=False),
    ]

    def __init__(self, phase: str) -> None:
        super().__init__()
        self._phase = phase

    def compose(self) -> ComposeResult:
        with Vertical(classes="box tall"):
            yield Static("", classes="dialog-title")
            yield RoleList()
            with VerticalScroll():
                yield Static("", id="poll-reasons")
            yield Static("", classes="dialog-hint")

    def on_mount(self) -> None:
        self._fill()
        self.query_one(RoleList).focus()
        # A colleague answers, too.
        self.set_interval(1.0, self._fill)

    def _fill(self) -> None:
        run, live, now = self.cockpit.workspace.run, self.cockpit.live, self.cockpit.now()
        view = next((each for each in run.phases if each.phase.id == self._phase), None)
        if view is None:
            self.dismiss(None)
            return
        gate = gate_seen(run, view, live, now=now)
        word = "GO" if gate.go else f"NO-GO, {len(gate.reasons)} reason{'s' if len(gate.reasons) != 1 else ''}"
        self.query_one(".dialog-title", Static).update(safe_content(f"Poll at the end of {view.phase.title}: {word}"))
        roles = self.query_one(RoleList)
        roles.show(poll_of(run, view, now=now))
        answers = ("Space go", "x no-go, and why", "b on behalf of")
        self.hint(*(answers if roles.rows and self.cockpit.may_write else ()), "Esc leaves")
        others = [f"- {reason.why}" for reason in gate.reasons if not reason.item.startswith("role:")]
        self.query_one("#poll-reasons", Static).update(safe_content("\n".join(others) or "Nothing else is in the way."))

    def action_go(self) -> None:
        """Say go for the role under the cursor, after asking."""
        one = self.query_one(RoleList).current
        if one is None:
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self._answer(one, "go")

        self.app.push_screen(ConfirmDialog(f"Say go as {one.named}?", "Go"), answered)

    def action_no_go(self) -> None:
        """Say no-go for the role under the cursor, with the reason."""
        self._ask("No-go", "why not", lambda one, text: self._answer(one, "no-go", reason=text))

    def action_on_behalf(self) -> None:
        """Write down the go of somebody who is not here."""
        self._ask("Go", "on behalf of whom", lambda one, text: self._answer(one, "go", on_behalf=text))

    def _ask(self, word: str, hint: str, then: Callable[[Polled, str], None]) -> None:
        one = self.query_one(RoleList).current
        if one is not None:
            self.app.push_screen(
                AskDialog(f"{word} as {one.named}", hint), lambda text: then(one, text) if text else None
            )

    def _answer(self, one: Polled, answer: GateAnswer, *, on_behalf: str = "", reason: str = "") -> None:
        intent = AnswerGate(self._phase, one.role, answer, on_behalf, reason)
        self.cockpit.act(intent, then=lambda _: self._fill() if self.is_mounted else None)
