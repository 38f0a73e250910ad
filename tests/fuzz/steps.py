"""What a walker does at the keyboard: a step is a key, a text, bytes, a paste, a click, or time that goes by."""

from __future__ import annotations

from random import Random
from typing import Literal, NamedTuple

from cockpit.tui.commands import COMMANDS
from tests.fuzz.mutate import HOSTILE

Kind = Literal["key", "type", "bytes", "paste", "click", "size", "wait", "colleague", "log", "worker"]

_COMMAND_KEYS = tuple(sorted({key for command in COMMANDS for key in command.keys}))
_MOVES = (
    "up",
    "down",
    "left",
    "right",
    "j",
    "k",
    "h",
    "l",
    "g",
    "G",
    "pageup",
    "pagedown",
    "home",
    "end",
    "tab",
    "shift+tab",
)
_PAGES = tuple("1234567890")
_ANSWERS = ("enter", "enter", "escape", "escape", "tab", "space", "backspace", "y", "n")
_OTHERS = (
    "ctrl+c", "ctrl+q", "ctrl+a", "ctrl+k", "ctrl+w", "ctrl+x", "ctrl+v", "ctrl+z", "delete", "f1", "f12", "alt+x", "Z",
    "at", "number_sign", "left_square_bracket", "é", "発", "ctrl+p", "ctrl+backslash", "ctrl+s", "shift+up",
    "shift+down",
)  # fmt: skip
_TYPED = (
    "error", "!get", "15m", "1h", "14:05", "2026-03-10T13:16Z", "last", "launch", "v2.4.0", "abort", "go", "no-go",
    "x", "(a+)+$", "[", "ops", "Ben Okafor", "/etc/passwd", "README", "\u202e", "hold", "freeze", "report", "sign",
    "note", "take", "past", "theme", "mute", "7d", "99999999999999999999", "-1", "launch move",
)  # fmt: skip
# Latin-1 stands for the bytes that a terminal sends: other encodings, other protocols, garbage.
_BYTES = (
    "caf\xe9", "\xff\xfe\x00", "\xf0\x9f", "\x1b[9999999u", "\x1b[97:65;2u", "\x1b[55296u", "\x1b[48;0;0;0;0t",
    "\x1b[48;9999;9999;1;1t", "\x1b[<0;999999;999999M", "\x1b[<64;1;1M\x1b[<65;-3;0m", "\x1b[M\x20\xff\xff",
    "\x1b[200~\x1b[31m\x9b2J\xff", "\x1b[201~", "\x1b[I\x1b[O", "\x1b]0;x\x07", "\x1bP+q\x1b\\", "\x9b2J", "\x1b[1;5R",
    "\x1b[?2026;2$y", "\x1b[" + "9" * 60 + "~", "\x1bOP\x1b[Z\x1b[1;2A",
)  # fmt: skip
_SIZES = ((80, 24), (80, 24), (200, 50), (120, 40), (60, 20), (40, 12), (20, 5), (10, 3), (1, 1), (300, 90), (80, 2))


class Step(NamedTuple):
    """One thing done; what else it needs stands in `what`, `x` and `y`."""

    kind: Kind
    what: str = ""
    x: int = 0
    y: int = 0


def steps(dice: Random, keys: int) -> list[Step]:
    """Return so many steps, most of them keys."""
    return [_step(dice) for _ in range(keys)]


def _step(dice: Random) -> Step:
    roll = dice.random()
    if roll < 0.30:
        return Step("key", dice.choice(_MOVES))
    if roll < 0.40:
        return Step("key", dice.choice(_PAGES))
    if roll < 0.66:
        return Step("key", dice.choice(_COMMAND_KEYS))
    if roll < 0.86:
        return Step("key", dice.choice(_ANSWERS))
    if roll < 0.91:
        return Step("type", dice.choice(_TYPED))
    if roll < 0.93:
        return Step("key", dice.choice(_OTHERS))
    if roll < 0.935:
        return Step("bytes", dice.choice(_BYTES))
    if roll < 0.95:
        return Step("paste", dice.choice((*HOSTILE, "two\nlines", "z" * 50_000)))
    if roll < 0.965:
        return Step("click", x=dice.randrange(200), y=dice.randrange(50))
    if roll < 0.98:
        width, height = dice.choice(_SIZES)
        return Step("size", x=width, y=height)
    if roll < 0.99:
        return Step("wait", x=dice.choice((1, 60, 3600)))
    return Step(dice.choice(("colleague", "log", "worker")), x=dice.randrange(1000))
