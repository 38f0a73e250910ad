"""What goes between a browser and an app, as Textual's web driver takes it: a kind, a length, and a payload."""

from __future__ import annotations

import json
import re
from asyncio import IncompleteReadError, StreamReader
from collections.abc import AsyncIterator

DATA, META = b"D", b"M"  # what a terminal is sent, and what is said beside it, as JSON
_READY = b"__GANGLION__\n"  # what an app says before its first packet
_PASTED, _PASTED_END = "\x1b[200~", "\x1b[201~"  # around what is pasted, as a terminal says it
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")  # control characters, but Tab and ends of lines
_WIDEST, _TALLEST = 1000, 500  # cells: a browser asks for no more than any window has


def packet_of(message: str) -> bytes:
    """Return the packet that tells an app what a browser says; empty where that is nothing for an app."""
    try:
        said = json.loads(message)
    except (ValueError, RecursionError):
        return b""
    match said:
        case ["stdin", str(typed)]:
            return _packet(DATA, _harmless(typed).encode("utf-8", "replace"))
        case ["resize", {"width": int(width), "height": int(height)}]:
            columns, rows = fitting(width, height)
            return _meta({"type": "resize", "width": columns, "height": rows})
        case [("focus" | "blur") as name, *_]:
            return _meta({"type": name})
    return b""


def fitting(width: int, height: int) -> tuple[int, int]:
    """Return the nearest size (columns, rows) that an app is given."""
    return min(max(int(width), 1), _WIDEST), min(max(int(height), 1), _TALLEST)  # JSON's true is an int, too


async def packets(stream: StreamReader) -> AsyncIterator[tuple[bytes, bytes]]:
    """Yield the kind and payload of each packet that an app sends, until it has ended.

    What is printed before the app begins is nobody's.
    """
    try:
        while (line := await stream.readline()) != _READY:
            if not line:
                return
        while True:
            head = await stream.readexactly(5)
            yield head[:1], await stream.readexactly(int.from_bytes(head[1:], "big"))
    except (IncompleteReadError, ValueError):  # a line without end is no app's
        return


def _harmless(typed: str) -> str:
    """Return what was typed; what was pasted, which the page's terminal sends in one, without what is no text.

    That terminal, unlike others, leaves the end of a paste in what is pasted: what follows would be keys.
    """
    if not typed.startswith(_PASTED):
        return typed
    pasted = typed.removeprefix(_PASTED).removesuffix(_PASTED_END)
    return f"{_PASTED}{_NO_TEXT.sub('', pasted)}{_PASTED_END}"


def _meta(document: dict[str, object]) -> bytes:
    return _packet(META, json.dumps(document).encode())


def _packet(kind: bytes, payload: bytes) -> bytes:
    return kind + len(payload).to_bytes(4, "big") + payload
