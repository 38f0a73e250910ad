"""The palette: every command of the table that is possible here, found by name."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, cast

from textual.app import ComposeResult
from textual.command import CommandInput, CommandPalette, DiscoveryHit, Hit, Hits, Provider, SearchIcon
from textual.dom import DOMNode

from cockpit.tui.commands import COMMANDS, SCOPE_TITLES, Command
from cockpit.tui.glyphs import choose_glyphs
from cockpit.tui.widgets.field import Field

if TYPE_CHECKING:
    from cockpit.tui.app import CockpitApp

_NAMED = 100.0  # more than any likeness scores


class PaletteField(CommandInput, Field):
    """The palette's field; what is pasted into it can do nothing to the terminal."""


class Palette(CommandPalette):
    """Textual's palette, in words and signs that any terminal has."""

    def __init__(self) -> None:
        # By an id there could be but one, and the one before may still be being taken down.
        super().__init__(placeholder="Type a part of what you want to do")

    def compose(self) -> ComposeResult:
        for widget in super().compose():
            is_field = isinstance(widget, CommandInput)
            yield PaletteField(placeholder=self._placeholder, select_on_focus=False) if is_field else widget

    def on_mount(self) -> None:
        """Put the key's own sign before the field: the magnifying glass is no sign of every terminal."""
        self.query_one(SearchIcon).icon = ":"

    def _action_command_list(self, action: str) -> None:
        # Textual looks lines up that a list which has just been filled, or is hidden, has not laid out yet.
        with contextlib.suppress(LookupError):
            super()._action_command_list(action)


def _as_markup(text: str) -> str:
    """Return markup for text as it is; Textual's own `escape` leaves what it reads as a tag nevertheless: `[ x ]`."""
    return text.replace("[", r"\[")


class CommandProvider(Provider):
    """Offers the table's commands that the present screen and focus can carry out."""

    def _possible(self) -> Iterator[Command]:
        active = {bound.binding.id for bound in self.screen.active_bindings.values() if bound.enabled}
        for command in COMMANDS:
            can_be_done = command.full_id in active if command.keys else self._carrier(command) is not None
            if command.in_palette and can_be_done:
                yield command

    def _carrier(self, command: Command) -> DOMNode | None:
        """Return what carries out a command that has no key: the focused node, or the nearest above it that can."""
        node = self.screen.focused or self.screen
        name = f"action_{command.binding_action.partition('(')[0]}"
        return next((one for one in node.ancestors_with_self if callable(getattr(one, name, None))), None)

    async def _do(self, command: Command) -> None:
        if not command.keys:
            carrier = self._carrier(command)
            if carrier is not None:
                await self.app.run_action(command.binding_action, carrier)
            return
        focused = self.screen.focused
        node = focused if focused is not None else self.screen
        for candidate in node.ancestors_with_self:
            if any(
                getattr(binding, "id", None) == command.full_id
                for bound in candidate._bindings.key_to_bindings.values()
                for binding in bound
            ):
                await self.app.run_action(command.binding_action, candidate)
                return

    def _keys(self, command: Command) -> str:
        return cast("CockpitApp", self.app).keymap.shown(command)

    async def discover(self) -> Hits:
        """Yield all that is possible, before anything is typed."""
        for command in self._possible():
            title = f"{command.label}  ({self._keys(command)})"
            yield DiscoveryHit(_as_markup(title), partial(self._do, command), text=title, help=command.help)

    async def search(self, query: str) -> Hits:
        """Yield what matches what was typed."""
        matcher = self.matcher(query)
        for command in self._possible():
            text = f"{command.label}: {command.help}"
            score = matcher.match(text)
            if command.label.casefold().startswith(query.strip().casefold()):
                score += _NAMED  # whoever types a command's name means it, whatever else speaks of the like
            if score > 0:
                where = f"{_as_markup(self._keys(command))} {choose_glyphs().dot} {SCOPE_TITLES[command.scope]}"
                yield Hit(score, matcher.highlight(text), partial(self._do, command), help=where)
