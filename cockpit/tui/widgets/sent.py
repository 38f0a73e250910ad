"""What calls now and what was sent, newest first, each with what became of it."""

from __future__ import annotations

from msgspec import Struct
from rich.style import Style
from textual.strip import Strip

from cockpit.durations import age
from cockpit.release.calls import Acknowledged, Call, acknowledged, calls_of
from cockpit.release.messages import Message, MessageState
from cockpit.release.run import Run
from cockpit.times import clock_time, epoch
from cockpit.tui.commands import bindings
from cockpit.tui.glyphs import choose_glyphs
from cockpit.tui.rows import Part, part, row
from cockpit.tui.theme import Inks
from cockpit.tui.widgets.row_list import RowList

_WORDS: dict[MessageState, str] = {
    "sent": "sent",
    "sending": "sending",
    "no result": "NO RESULT",
    "unknown": "UNKNOWN",
    "failed": "NOT DELIVERED",
}


class SentRow(Struct, frozen=True):
    """A call, or a message with how it stands; `told` is to whom the call went."""

    id: str
    at: str  # on the service's clock
    title: str
    state: str
    message: Message | None = None
    call: Call | None = None
    known: Acknowledged | None = None
    ago: str = ""


def sent_rows(run: Run, now: float) -> list[SentRow]:
    """Return the calls that nobody knows of first, then all that was sent, the newest first."""
    calls = [(call, acknowledged(run, call.key)) for call in reversed(calls_of(run, now))]
    rows = [
        SentRow(
            call.key,
            clock_time(call.at, run.timezone),
            call.title,
            f"{known.by.name} knows" if known is not None else "CALLS",
            call=call,
            known=known,
            ago=age(now - call.at),
        )
        for call, known in sorted(calls, key=lambda each: each[1] is not None)
    ]
    for message in reversed([*run.messages.values()]):
        at = epoch(message.last.at)
        state = _WORDS[message.state(now)]
        rows.append(
            SentRow(
                message.id, clock_time(at, run.timezone), message.subject, state, message=message, ago=age(now - at)
            )
        )
    return rows


class SentList(RowList[SentRow]):
    """Calls and messages; what was not delivered, or of which nobody knows, stands out."""

    BINDINGS = bindings("sent")

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(empty="Nothing was sent yet: Enter on a template fills it in.", id=id)
        self._glyphs = choose_glyphs()

    def offers(self, action: str) -> bool:
        """Hint at looking at a message; a call is only known of."""
        return self.current is not None and (action != "look_at_sent" or self.current.message is not None)

    def action_look_at_sent(self) -> None:
        """Open the message under the cursor."""
        self.action_choose()

    def key_of(self, row: SentRow) -> str:
        return row.id

    def draw(self, row: SentRow, width: int, inks: Inks, *, cursor: bool) -> Strip:
        return self._lay(row, width, inks, cursor=cursor and self.has_focus)

    def _lay(self, one: SentRow, width: int, inks: Inks, *, cursor: bool) -> Strip:
        sign, ink = self._sign(one, inks)
        to = f"{one.message.channel} " if one.message is not None else ""
        left: list[Part] = [
            (self._glyphs.cursor if cursor else " ", inks.title),
            (f"{sign} ", ink),
            (f"{one.at} ", inks.muted),
            part(to, inks.accent),
            part(one.title, inks.strong if ink is not inks.good else inks.plain),
        ]
        return row(
            left, [part(f" {one.state} ", ink), (f"{one.ago:>4} ", inks.muted)], width,
            over=inks.cursor if cursor else None,
        )  # fmt: skip

    def _sign(self, one: SentRow, inks: Inks) -> tuple[str, Style]:
        if one.call is not None:
            return (self._glyphs.done, inks.muted) if one.known is not None else (self._glyphs.regressed, inks.bad)
        match one.state:
            case "sent":
                return self._glyphs.done, inks.good
            case "sending":
                return self._glyphs.running, inks.title
            case "NOT DELIVERED":
                return self._glyphs.bad, inks.bad
            case _:
                return self._glyphs.unknown, inks.warn
