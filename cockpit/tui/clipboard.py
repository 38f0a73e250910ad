"""Copying over ssh and tmux: OSC 52 with a size limit, and a file beside it for terminals that refuse."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

from textual.app import App

from cockpit.trust import state_directory

_LIMIT = 74_994  # bytes of text that fit, as base64, into the 100,000 that xterm takes in one OSC 52 sequence


def send_to_clipboard(app: App[int], text: str) -> str:
    """Send `text` to the terminal's clipboard; return what to tell the person of it.

    The terminal does not answer, so it is "sent", never "copied".
    """
    if len(text.encode("utf-8", "replace")) > _LIMIT:
        return "too long for the terminal's clipboard"
    app.copy_to_clipboard(text)
    return "sent to the terminal's clipboard"


async def copy_out(app: App[int], text: str, tell: Callable[[str], None], *, said: str = "") -> None:
    """Send `text` to the terminal's clipboard, keep it in a file off the loop, and tell of both.

    What is `said` is told instead of the file, in one message: a second one would hide the first.
    """
    # At once: it waits for no disk, and what was copied last is what is there in the end.
    sent = send_to_clipboard(app, text)
    try:
        path = await asyncio.to_thread(keep_copy, text)
        kept = "" if said else f"; also in {path}"
    except OSError as error:
        kept = f"; no copy was kept in a file: {error.strerror}"
    tell(f"{said}; {sent}{kept}" if said else sent + kept)


def keep_copy(text: str) -> Path:
    """Write the text where only this user can read it: a shared temporary directory is no place for log lines."""
    directory = state_directory()
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = directory / "copied.txt"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace") as file:
        file.write(text + "\n")
    return path
