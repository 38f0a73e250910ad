"""Messages as they are chosen and looked at: the templates, the one under the cursor filled in, and the channels."""

from __future__ import annotations

from textual.strip import Strip

from cockpit.release.filling import Filling
from cockpit.release.library import MessageTemplate
from cockpit.release.run import Run
from cockpit.release.updates import updates_due
from cockpit.tui.commands import bindings
from cockpit.tui.glyphs import choose_glyphs
from cockpit.tui.rows import Part, labelled, part, row
from cockpit.tui.theme import Inks
from cockpit.tui.widgets.lines import TAKEN_IN, LineWidget, TextPane
from cockpit.tui.widgets.row_list import RowList


class UpdateStrip(LineWidget):
    """When people are to be told next, of what is due first."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._run: Run | None = None
        self._now = 0.0

    def show(self, run: Run, now: float) -> None:
        """Show this moment."""
        self._run, self._now = run, now
        self.renew()

    def line(self, y: int, width: int, inks: Inks) -> Strip:  # noqa: ARG002
        found = updates_due(self._run) if self._run is not None else []
        if not found:
            return row([(" no update is owed", inks.muted)], [], width)
        first, others = found[0], len(found) - 1
        late = first.due_at <= self._now
        left: list[Part] = [
            (" ", inks.plain),
            (f" {first.words(self._now)} ", inks.alarm if late else inks.strong),
            part(f" {first.title}", inks.strong if late else inks.plain),
        ]
        return row(left, [(f" +{others} ", inks.muted)] if others else [], width)


class TemplateList(RowList[MessageTemplate]):
    """The templates that the run has pinned."""

    BINDINGS = bindings("templates")

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(empty=f"No template is pinned: put one into checklists/templates. {TAKEN_IN}", id=id)
        self._glyphs = choose_glyphs()

    def key_of(self, row: MessageTemplate) -> str:
        return row.id

    def draw(self, row: MessageTemplate, width: int, inks: Inks, *, cursor: bool) -> Strip:
        return self._lay(row, width, inks, cursor=cursor)

    def _lay(self, template: MessageTemplate, width: int, inks: Inks, *, cursor: bool) -> Strip:
        left: list[Part] = [
            (self._glyphs.cursor if cursor else " ", inks.title),
            part(template.title, inks.strong if cursor else inks.plain),
        ]
        return row(left, [], width, over=inks.cursor if cursor else None)


class ChannelsPane(TextPane):
    """Where messages can be sent, and which calls go there."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._run: Run | None = None

    def show(self, run: Run) -> None:
        """Show this run's channels."""
        if run is not self._run:
            self._run = run
            self.renew()

    def lines(self, inks: Inks, width: int) -> list[list[Part]]:
        if self._run is None:
            return []
        configuration = self._run.configuration
        if not configuration.channels:
            return labelled("", "none: add channels to cockpit.yaml", inks.muted, inks.muted, width=width, indent=1)
        found: list[list[Part]] = []
        indent = min(max(len(name) for name in configuration.channels) + 2, 14)
        for name, channel in configuration.channels.items():
            calls = [event for event, names in configuration.notify.items() if name in names]
            told = f"{channel.kind}{f', {len(calls)} calls' if calls else ''}"
            found += labelled(name, told, inks.muted, inks.plain, width=width, indent=indent)
        return found


class FillingText(TextPane):
    """A message as it would be sent; what is still to be filled in stands first, unless a form above says so."""

    DEFAULT_CSS = """
    FillingText { height: auto; }
    """

    def __init__(self, *, id: str | None = None, below_form: bool = False) -> None:
        super().__init__(id=id)
        self._below_form = below_form
        self._filling: Filling | None = None
        self._trouble = ""

    def show(self, filling: Filling | None, trouble: str = "") -> None:
        """Show a filled template, or why there is none."""
        if (filling, trouble) != (self._filling, self._trouble):
            self._filling, self._trouble = filling, trouble
            self.refresh(layout=True)

    def lines(self, inks: Inks, width: int) -> list[list[Part]]:
        if self._filling is None:
            return labelled("!", self._trouble, inks.warn, inks.warn, width=width, indent=3) if self._trouble else []
        found: list[list[Part]] = []
        for field in () if self._below_form else self._filling.missing:
            hint = f"{field.hint} ({', '.join(field.choices)})" if field.choices else field.hint
            found += labelled("fill in", f"{field.name}: {hint}", inks.warn, inks.muted, width=width, indent=9)
        found += labelled("", self._filling.subject, inks.strong, inks.muted, width=width, indent=1)
        found += labelled("", self._filling.body, inks.plain, inks.muted, width=width, indent=1)
        return found
