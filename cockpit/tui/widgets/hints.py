"""The last line: what can be done here now, from the bindings that are really active and that would do something."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol, cast, runtime_checkable

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


@runtime_checkable
class Offering(Protocol):
    """A screen, page or list that knows which of its keys would do nothing now but say why not."""

    def offers(self, action: str) -> bool:
        """Whether the action of a binding would do something now: only then is its key hinted at."""
        ...


class Hint(NamedTuple):
    """A key as it is written, what it does in a word or two, and the command that it belongs to."""

    key: str
    label: str
    command: str


class HintBar(LineWidget):
    """Keys and what they do, as many as fit; help and back are always among them."""

    DEFAULT_CSS = """
    HintBar { background: $panel; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._is_open = True
        self._hints: tuple[Hint, ...] = ()

    def show(self, *, is_open: bool) -> None:
        """Leave out what needs an open run, where none is, and what would do nothing now."""
        self._is_open = is_open
        self.look()

    def look(self) -> None:
        """Look again at what the keys would do: the cursor is elsewhere, or what it is on has changed."""
        found = self._found()
        if found != self._hints:
            self._hints = found
            self.renew()

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, lambda _: self.look())

    @property
    def hints(self) -> tuple[Hint, ...]:
        """What is hinted at where there is room, in the order of the table: this page's own keys first."""
        return self._hints

    def _found(self) -> tuple[Hint, ...]:
        if self.app.screen is not self.screen:
            return ()  # what lies above has the keys
        local: list[Hint] = []
        general: list[Hint] = []
        always: list[Hint] = []
        seen: set[str] = set()
        keymap = cast("CockpitApp", self.app).keymap
        bound = sorted(self.screen.active_bindings.values(), key=lambda one: _ORDER.get(one.binding.id or "", 999))
        for active in bound:
            binding, node = active.binding, active.node
            identity = binding.id or binding.action
            if not binding.show or not active.enabled or identity in seen:
                continue
            seen.add(identity)
            if not self._is_open and node.id == _NEEDS_A_RUN:
                continue
            if isinstance(node, Offering) and not node.offers(binding.action.rpartition(".")[2]):
                continue
            command = _COMMANDS.get(identity)
            known = keymap.shown(command, self.glyphs) if command is not None else ""
            hint = Hint(known or binding.key_display or binding.key, binding.description, identity)
            is_general = identity.startswith("everywhere.")
            (always if identity in _ALWAYS else general if is_general else local).append(hint)
        return (*local, *general, *always)

    def line(self, y: int, width: int, inks: Inks) -> Strip:  # noqa: ARG002
        always = [hint for hint in self._hints if hint.command in _ALWAYS]
        right = self._parts(always, inks)
        room = width - width_of(right) - 2
        left: list[Part] = [(" ", inks.plain)]
        for hint in self._hints[: len(self._hints) - len(always)]:
            more = self._parts([hint], inks)
            if width_of(left) + width_of(more) > room:
                break
            left += more
        return row(left, right, width)

    @staticmethod
    def _parts(hints: list[Hint], inks: Inks) -> list[Part]:
        parts: list[Part] = []
        for hint in hints:
            parts += [(hint.key, inks.title), (f" {hint.label}  ", inks.muted)]
        return parts
