"""A log's lines by template, those new since the release first, and an access log's requests by path."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from datetime import datetime, tzinfo

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from cockpit.errors import CockpitError
from cockpit.logs.fingerprints import Fingerprint
from cockpit.logs.recent import Recent
from cockpit.logs.requests import Endpoint
from cockpit.tui.dialogs.base import Dialog
from cockpit.tui.glyphs import choose_glyphs, shown
from cockpit.tui.rows import fit
from cockpit.tui.widgets.options import Options

_LISTED = 300
_LINES = "    level     count  first    last      template"
_REQUESTS = "count      5xx      p50      p95      p99  path"
_MASK = re.compile(r"<(?:text|uuid|mail|ip|hex|n)>|:id")


class AlikeDialog(Dialog[str]):
    """Lists what `read` finds, in a thread that ends with the dialog; Enter gives a filter for the lines of one row."""

    BINDINGS = [Binding("tab", "other", show=False, priority=True), Binding("q", "cancel", show=False)]
    DEFAULT_CSS = """
    AlikeDialog .box { width: 95%; max-width: 160; height: auto; max-height: 90%; }
    AlikeDialog OptionList { height: auto; max-height: 24; }
    """

    def __init__(self, name: str, read: Callable[[threading.Event], Recent], timezone: tzinfo, *, since: str) -> None:
        super().__init__()
        self._name = name
        self._read = read
        self._timezone = timezone
        self._since = since  # what happened then
        self._stop = threading.Event()
        self._found: Recent | None = None
        self._shows_requests = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="box"):
            yield Static(Content(""), classes="dialog-title")
            yield Static(Content("reading"), id="alike-told")
            yield Static(Content(""), id="alike-head")
            yield Options(compact=True)
            yield Static(Content("Esc leaves"), classes="dialog-hint")

    def on_mount(self) -> None:
        self._entitle("lines that are alike")
        self.query_one(OptionList).focus()
        self._read_on()

    def on_unmount(self) -> None:
        self._stop.set()

    def action_other(self) -> None:
        """Show the requests, or the lines again."""
        if self._found is not None and self._found.endpoints:
            self._shows_requests = not self._shows_requests
            self._list(self._found)

    @work(thread=True, exit_on_error=False)
    def _read_on(self) -> None:
        try:
            found = self._read(self._stop)
        except CockpitError as error:
            if not self._stop.is_set():
                self.app.call_from_thread(self._tell, str(error))
            return
        if not self._stop.is_set():
            self.app.call_from_thread(self._list, found)

    def _entitle(self, what: str) -> None:
        self.query_one(".dialog-title", Static).update(Content(shown(f"{self._name}: {what}")))

    def _tell(self, text: str, head: str = "") -> None:
        self.query_one("#alike-told", Static).update(Content(shown(text)))
        self.query_one("#alike-head", Static).update(Content(head))

    def _list(self, found: Recent) -> None:
        self._found = found
        options = self.query_one(OptionList)
        options.clear_options()
        width = max(options.size.width - 2, 20)
        if self._shows_requests:
            self._entitle("requests, the slowest first")
            self._tell("  ".join(f"{name} {count}" for name, count in found.classes.items()), _REQUESTS)
            rows = [(self._request(one), _filter_of(_of_requests(one.endpoint))) for one in found.endpoints[:_LISTED]]
        else:
            self._entitle("lines that are alike")
            self._tell(_told_lines(found, self._since), _LINES)
            rows = [(self._line(one), _filter_of(one.template)) for one in found.fingerprints[:_LISTED]]
        options.add_options(
            [Option(Content(fit(shown(text), width)), id=f"{n} {key}") for n, (text, key) in enumerate(rows)]
        )
        if rows:
            options.highlighted = 0
        ways = ["Enter filters the log"] if rows else []
        self.hint(*ways, *(["Tab requests or lines"] if found.endpoints else []), "Esc leaves")

    def _line(self, one: Fingerprint) -> str:
        new = "new " if one.new else f"{choose_glyphs().dot}   "  # blanks at its beginning would not be drawn
        times = f"{self._clock(one.first_at)} {self._clock(one.last_at)}"
        return f"{new}{one.level:<8}{one.count:>7}  {times}  {one.template}"

    def _request(self, one: Endpoint) -> str:
        slow = "".join(f"{_millis(value):>9}" for value in (one.p50_ms, one.p95_ms, one.p99_ms))
        return f"{one.count:<7} {one.errors:>6}{slow}  {one.endpoint}"

    def _clock(self, at: float | None) -> str:
        if at is None:
            return f"{choose_glyphs().dash:<8}"
        return datetime.fromtimestamp(at, self._timezone).strftime("%H:%M:%S")

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        self.dismiss((event.option_id or "").partition(" ")[2])


def _told_lines(found: Recent, since: str) -> str:
    new = sum(bool(one.new) for one in found.fingerprints)
    told = f"{len(found.fingerprints)} templates in {found.lines} lines"
    told += ": too few to tell what is new" if found.since is None else f", {new} new since {since}"
    left = f"; {found.left_out} lines of rarer ones are left out" if found.left_out else ""
    return told + left


def _millis(value: float | None) -> str:
    return choose_glyphs().dash if value is None else f"{value:.0f} ms"


def _of_requests(endpoint: str) -> str:
    return endpoint if endpoint != "(others)" else ""


def _filter_of(template: str) -> str:
    """Return an expression that finds the lines of a template; of a request its method and path."""
    request = re.fullmatch(r"([A-Z]+) (/\S*)(?: (\d{3}))?", template)
    if request:
        method, path, status = request.groups()
        behind = rf'[? ][^"]*" {status}\b' if status else "[? ]"
        return f"{method} {_expression(path)}{behind}"
    return _expression(template)


def _expression(template: str) -> str:
    # Blanks at the ends would be taken from what is typed.
    return "[^ ]+".join(re.escape(piece).replace(r"\ ", " ") for piece in _MASK.split(template)).strip()
