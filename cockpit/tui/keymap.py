"""A person's own keys: which of them can be had, and which command each then belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from msgspec import Struct
from textual.keys import REPLACED_KEYS, _character_to_key, key_to_character

from cockpit.patterns import pattern
from cockpit.preferences import Preferences
from cockpit.text import visible
from cockpit.tui.commands import COMMANDS, Command, Scope, shown_keys
from cockpit.tui.glyphs import UNICODE, Glyphs, choose_glyphs

# The scopes whose commands can be active at the same time: those of the page, of what has the focus in it, and of all.
TOGETHER: Final[tuple[tuple[Scope, ...], ...]] = (
    ("everywhere", "move", "checklist"),
    ("everywhere", "checklist", "pause-point"),
    ("everywhere", "move", "probes"),
    ("everywhere", "probes", "probe-board"),  # its Enter stands for that of any list
    ("everywhere", "move", "timeline", "past"),
    ("everywhere", "tags"),
    ("everywhere", "logs", "log-page"),
    ("everywhere", "move", "runbooks"),
    ("everywhere", "runbooks", "runbook-step"),
    ("everywhere", "move", "execution"),
    ("everywhere", "move", "env"),
    ("everywhere", "comms", "templates"),  # its Enter stands for that of any list
    ("everywhere", "comms", "sent"),
    ("everywhere", "past", "sign-off"),  # its Enter stands for that of any list
)
# The list of tags has ways of its own to go through it.
_ALSO: Final = {
    "move.cursor_down": "tags.down", "move.cursor_up": "tags.up", "move.cursor_top": "tags.first",
    "move.cursor_bottom": "tags.last", "move.cursor_half_down": "tags.half-down", "move.cursor_half_up": "tags.half-up",
}  # fmt: skip
_NAMED: Final = frozenset(
    ("up", "down", "left", "right", "home", "end", "pageup", "pagedown", "insert", "delete", "backspace", "tab",
     "enter", "escape", "space", *(f"f{number}" for number in range(1, 13)))
)  # fmt: skip
_ALIASES: Final = {"esc": "escape", "return": "enter", "pgup": "pageup", "pgdn": "pagedown", "del": "delete",
                   **dict(zip(UNICODE.keys, ("up", "down", "left", "right"), strict=True))}  # fmt: skip
_EATEN: Final = {
    "a": "screen takes it for itself", "b": "tmux takes it for itself", "c": "it says how to leave",
    "h": "terminals send it for Backspace", "i": "terminals send it for Tab", "j": "terminals send it for Enter",
    "m": "terminals send it for Enter", "q": "it is flow control", "s": "it is flow control", "z": "it suspends",
}  # fmt: skip
_PREFIX = pattern(r"^(?:ctrl|alt|shift|super|meta|hyper|cmd|c|s|m)(?=[-+].)", re.IGNORECASE)
_MODIFIERS: Final = {"c": "ctrl", "s": "shift", "m": "alt"}


class Keymap(Struct, frozen=True):
    """The keys that were chosen, by the command's id `scope.command`; without a choice it has those of the table."""

    chosen: dict[str, tuple[str, ...]] = {}

    def keys(self, command: Command) -> tuple[str, ...]:
        """Return the keys that a command has, as Textual names them."""
        return self.chosen.get(command.full_id, command.keys)

    def shown(self, command: Command, glyphs: Glyphs | None = None) -> str:
        """Return them as people read them; `:` where there are none."""
        chosen = self.chosen.get(command.full_id)
        return shown_keys(command, glyphs) if chosen is None else " ".join(map(written, chosen))

    @property
    def for_textual(self) -> dict[str, str]:
        """Return them as `App.set_keymap` takes them."""
        keys = {identity: ",".join(chosen) for identity, chosen in self.chosen.items()}
        return keys | {also: keys[identity] for identity, also in _ALSO.items() if identity in keys}


def written(key: str) -> str:
    """Return a key's name as it is read on the screen: `?`, `ctrl-d`, `Space`, `S-Tab`."""
    *modifiers, last = key.split("+")
    arrows = dict(zip(("up", "down", "left", "right"), choose_glyphs().keys, strict=True))
    name = arrows.get(last) or {"escape": "Esc", "space": "Space"}.get(last)
    if name is None:
        character = _character(last)
        name = character if character and character.isprintable() else last.capitalize()
    return "".join(f"{'S' if modifier == 'shift' else modifier}-" for modifier in modifiers) + name


def named(text: str) -> str:
    """Return the key that a person means as Textual names it; ValueError says why no terminal can send it."""
    rest, modifiers = text, set[str]()
    while (found := _PREFIX.match(rest)) is not None:
        modifier = found[0].lower()
        modifiers.add(_MODIFIERS.get(modifier, modifier))
        rest = rest[found.end() + 1 :]
    strange = modifiers - {"ctrl", "alt", "shift"}
    if strange:
        raise ValueError(f"terminals do not send {'-'.join(sorted(strange))} with a key: use ctrl or alt")
    base = _base(rest, text)
    is_letter = len(base) == 1 and base.isalpha()
    if "ctrl" in modifiers:
        if modifiers != {"ctrl"} or not (is_letter and base.isascii()):
            raise ValueError("terminals send ctrl with a letter alone: choose another key")
        why = _EATEN.get(base.lower())
        if why:
            raise ValueError(f"ctrl-{base.lower()} would not do: {why}. Choose another key")
        return f"ctrl+{base.lower()}"
    if "shift" in modifiers:
        if is_letter and modifiers == {"shift"}:
            return base.upper()
        if base not in {"up", "down", "left", "right", "tab", "home", "end"} or "alt" in modifiers:
            raise ValueError(
                "terminals send shift with arrows, Home, End and Tab alone: write what it makes of the key"
            )
        return f"shift+{base}"
    return f"alt+{base}" if modifiers else base


def _base(rest: str, text: str) -> str:
    if len(rest) == 1:
        return _ALIASES.get(rest) or (rest if rest.isalnum() else _character_to_key(rest))
    word = _ALIASES.get(rest.lower(), rest.lower())
    character = _character(word)
    if word in _NAMED or (character is not None and character.isprintable()):
        return word
    raise ValueError(f"{visible(text, limit=30)!r} is no key: write one as in a, ?, Space, Enter, ctrl-d, F5")


def _character(key: str) -> str | None:
    return key_to_character(REPLACED_KEYS.get(key, key))


def keymap_of(preferences: Preferences) -> tuple[Keymap, tuple[str, ...]]:
    """Return the keymap that a person's choices make, and why those that are left out are: file:line:column first."""
    known = {command.full_id: command for command in COMMANDS}
    chosen: dict[str, tuple[str, ...]] = {}
    places: dict[str, str] = {}
    complaints: list[str] = []
    for choice in preferences.keys:
        place = f"{preferences.keymap}:{choice.line}:{choice.column}"
        if choice.command not in known:
            complaints.append(
                f"{place}: no command is called {visible(choice.command, limit=60)}: ? and then i list all"
            )
            continue
        try:
            chosen[choice.command] = tuple(map(named, choice.keys))
        except ValueError as error:
            complaints.append(f"{place}: {choice.command}: {error}")
        places[choice.command] = place
    # Taking one choice back may bring another into conflict with what is then there again.
    while (clash := _clash(Keymap(chosen), known.values())) is not None:
        mine, other, key = clash
        complaints.append(f"{places[mine]}: {written(key)} belongs to {other} already; {mine} keeps its own keys")
        del chosen[mine]
    return Keymap(chosen), tuple(complaints)


def _clash(keymap: Keymap, commands: Iterable[Command]) -> tuple[str, str, str] | None:
    """Return a chosen command, the one that has its key already, and that key; None where there is none."""
    listed = list(commands)
    for scopes in TOGETHER:
        taken: dict[str, str] = {}
        # The table's own come first: who asks for one of theirs is told so, and in the file the first one stands.
        places = list(keymap.chosen)
        together = [one for one in listed if one.scope in scopes]
        for command in sorted(together, key=lambda one: places.index(one.full_id) if one.full_id in places else -1):
            for key in keymap.keys(command):
                if key in taken and command.full_id in keymap.chosen:
                    return command.full_id, taken[key], key
                taken.setdefault(key, command.full_id)
    return None
