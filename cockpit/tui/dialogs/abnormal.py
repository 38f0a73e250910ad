"""The abnormal queue: all that is not as it should be, the gravest first, and what follows from it right under it.

Enter opens the runbook that fits, where one does, or a breached trigger's proposed rollback, or else it goes there;
nothing executes.
"""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.strip import Strip
from textual.widgets import Static

from cockpit.logs.follow import FollowState
from cockpit.tui.abnormal import Ranked, ranked
from cockpit.tui.alarms import Alarm, alarms_of
from cockpit.tui.dialogs.base import Dialog
from cockpit.tui.glyphs import choose_glyphs
from cockpit.tui.rows import Part, part, row
from cockpit.tui.theme import Inks
from cockpit.tui.widgets.log_pane import LogPane
from cockpit.tui.widgets.row_list import RowList


class AlarmList(RowList[Ranked]):
    """Alarms, one a line."""

    def __init__(self) -> None:
        super().__init__(empty="All is as it should be.")
        self._glyphs = choose_glyphs()
        self.titles: dict[str, str] = {}  # of the runbooks, by id

    def key_of(self, row: Ranked) -> str:
        return row.alarm.key

    def draw(self, row: Ranked, width: int, inks: Inks, *, cursor: bool) -> Strip:
        return self._lay(row, width, inks, cursor=cursor)

    def _lay(self, found: Ranked, width: int, inks: Inks, *, cursor: bool) -> Strip:
        alarm, depth = found.alarm, found.depth
        # What only follows from another trouble calls nobody.
        ink = inks.muted if depth else inks.alarm if alarm.grave else inks.warn
        left: list[Part] = [
            (self._glyphs.cursor if cursor else " ", inks.title),
            (f"{'   ' * (depth - 1)} {self._glyphs.arrow}" if depth else "", inks.muted),
            part(f" {alarm.title} ", ink),
            (" ", inks.plain),
            part(alarm.detail, inks.muted if depth else inks.plain),
        ]
        right = [part(f"  {self.titles.get(found.runbook, '')}", inks.title)] if found.runbook else []
        return row(left, right, width, over=inks.cursor if cursor else None)


class AbnormalDialog(Dialog[Ranked]):
    """Answers with what to go to."""

    BINDINGS = [Binding("q,exclamation_mark", "cancel", show=False), Binding("o", "go_there", show=False)]

    def compose(self) -> ComposeResult:
        with Vertical(classes="box abnormal"):
            yield Static(Content("Abnormal, the gravest first"), classes="dialog-title")
            yield AlarmList()
            yield Static("", classes="dialog-hint")

    def on_mount(self) -> None:
        alarms = self.query_one(AlarmList)
        run, live, now = self.cockpit.moment
        found = [*alarms_of(run, live, now, self.cockpit.workspace.session.actor), *self._unread_logs()]
        alarms.titles = {runbook.id: runbook.title for runbook in run.library.runbooks}
        rows = ranked(found, run)
        alarms.show(rows)
        alarms.styles.height = max(len(rows), 1)  # what lies behind stays in view where there is little to tell
        ways = ("Enter opens the runbook, or goes there", "o goes there") if rows else ()
        self.hint(*ways, "Esc leaves")
        alarms.focus()
        self.cockpit.calling.look_at(found)

    def _unread_logs(self) -> list[Alarm]:
        """Return the logs that cannot be followed, as the panes found them: lesser lines, for they call nobody."""
        panes = {pane.log_name: pane for screen in self.app.screen_stack for pane in screen.query(LogPane)}
        statuses = {name: pane.view.status for name, pane in panes.items()}
        return [
            Alarm(f"log:{name}", f"log {name} not read", status.reason, False, "logs")
            for name, status in statuses.items()
            if status.state is not FollowState.FOLLOWING and status.reason
        ]

    @on(RowList.Chosen)
    def _go(self, message: RowList.Chosen) -> None:
        self.dismiss(message.row)

    def action_go_there(self) -> None:
        """Go to what the alarm is about, and not to its runbook."""
        found = self.query_one(AlarmList).current
        if found is not None:
            self.dismiss(found._replace(runbook=""))
