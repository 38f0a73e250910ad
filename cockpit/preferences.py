"""What a person has set for themselves, in their own configuration directory; a mistake in it costs a message."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from cockpit.content.personal import KeyChoice

KEYMAP = "keymap.yaml"
_SETTINGS = "config.yaml"


class Preferences(Struct, frozen=True):
    """What is set; empty or None is as the terminal has it. `complaints` are the mistakes, for people to read."""

    theme: str = ""
    mouse: bool | None = None
    glyphs: str = ""
    keys: tuple[KeyChoice, ...] = ()
    keymap: str = KEYMAP  # where the keys are set
    complaints: tuple[str, ...] = ()


def preferences_directory() -> Path:
    """Return where a person's own configuration lies."""
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "cockpit"


def read_preferences(directory: Path | None = None) -> Preferences:
    """Return what is set; a file that cannot be used counts as empty, and is complained of."""
    try:
        place = directory or preferences_directory()
    except RuntimeError:  # no home is known here, so nothing is set
        return Preferences()
    settings_file, keymap_file = place / _SETTINGS, place / KEYMAP
    if not settings_file.exists() and not keymap_file.exists():
        return Preferences(keymap=str(keymap_file))
    from cockpit.content.personal import read_keymap, read_settings  # YAML, which most do without

    settings, wrong = read_settings(settings_file)
    keys, wrong_keys = read_keymap(keymap_file)
    return Preferences(
        settings.theme, settings.mouse, settings.glyphs, keys, str(keymap_file), tuple(map(str, [*wrong, *wrong_keys]))
    )
