"""The last line: what can be done here now, from the bindings that are really active."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.strip import Strip

from cockpit.tui.commands import COMMANDS
from cockpit.tui.rows import Part, row, width_of
from cockpit.tui.theme import Inks
from cockpit.tui.widgets.lines import LineWidget

if TYPE_CHECKING:
    from cockpit.tui.app import CockpitApp

_COMMANDS = {command.full_id: command for command in COMMANDS}
_ORDER = {identity: number for number, identity in enumerate(_COMMANDS)}
_NEEDS_A_RUN = "checklist"  # a key of this page says so where there is none; as a hint it would mislead
_ALWAYS = ("everywhere.help", "everywhere.leave")


class HintBar(LineWidget):
    """Keys and what they do, as many as fit; help and back are always among them."""

    DEFAULT_CSS = """
    HintBar { background: $panel; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._is_open = True

    def show(self, *, is_open: bool) -> None:
        """Leave out what needs an open run, where none is."""
        if is_open != self._is_open:
            self._is_open = is_open
            self.renew()

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, lambda _: self.renew())

    def line(self, y: int, width: int, inks: Inks) -> Strip:  # noqa: ARG002
        local: list[tuple[str, str]] = []
        general: list[tuple[str, str]] = []
        always: list[tuple[str, str]] = []
        seen: set[str] = set()
        keymap = cast("CockpitApp", self.app).keymap
        bound = sorted(self.screen.active_bindings.values(), key=lambda one: _ORDER.get(one.binding.id or "", 999))
        for active in bound:
            binding = active.binding
            if not binding.show or not active.enabled or (binding.id or binding.action) in seen:
                continue
            seen.add(binding.id or binding.action)
            if not self._is_open and active.node.id == _NEEDS_A_RUN:
                continue
            command = _COMMANDS.get(binding.id or "")
            known = keymap.shown(command, self.glyphs) if command is not None else ""
            key = known or binding.key_display or binding.key
            if binding.id in _ALWAYS:
                always.append((key, binding.description))
            elif (binding.id or "").startswith("everywhere."):
                general.append((key, binding.description))
            else:
                local.append((key, binding.description))
        right = self._parts(always, inks)
        room = width - width_of(right) - 2
        left: list[Part] = [(" ", inks.plain)]
        for hint in local + general:
            more = self._parts([hint], inks)
            if width_of(left) + width_of(more) > room:
                break
            left += more
        return row(left, right, width)

    @staticmethod
    def _parts(hints: list[tuple[str, str]], inks: Inks) -> list[Part]:
        parts: list[Part] = []
        for key, label in hints:
            parts += [(key, inks.title), (f" {label}  ", inks.muted)]
        return parts
