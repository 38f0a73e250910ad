"""What a terminal sends, as messages: whatever that is, reading it goes on."""

from __future__ import annotations

import contextlib
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterable

from textual import events
from textual._xterm_parser import XTermParser
from textual.message import Message

_WIDEST, _TALLEST = 1000, 500  # cells: no window has more
_HALVES = range(0xD800, 0xE000)  # of characters beyond the first 65,536, as UTF-16 writes them
_KEPT = ("last_x", "last_y", "mouse_pixels", "terminal_size", "terminal_pixel_size")


class Typed:
    """Reads a terminal's bytes by Textual's parser; each message is given to `hand_on`.

    A terminal of another encoding, line noise, and what was copied out of a binary file all come in here. A byte that
    is no UTF-8 becomes U+FFFD, and a sequence that cannot be understood is dropped: nothing in it ends the app.
    """

    def __init__(self, hand_on: Callable[[Message], object], *, debug: bool = False) -> None:
        self._hand_on = hand_on
        self._debug = debug
        self._decode = getincrementaldecoder("utf-8")("replace").decode
        self._parser = XTermParser(debug)

    def take(self, data: bytes) -> None:
        """Take what has been read."""
        for character in self._decode(data):  # one by one: what stands behind a bad sequence is read all the same
            self._read(self._parser.feed, character)

    def wait(self) -> None:
        """Let what waits for more be what it is, once nothing has come for a while: a lone Esc, say."""
        self._read(self._parser.tick)

    def end(self) -> None:
        """Give what is left."""
        with contextlib.suppress(Exception):
            for message in self._parser.feed(""):
                self._give(message)

    def _read(self, by: Callable[..., Iterable[Message]], *what: str) -> None:
        found: list[Message] = []
        try:
            found.extend(by(*what))
        except Exception:
            before, self._parser = self._parser, XTermParser(self._debug)
            for name in _KEPT:
                setattr(self._parser, name, getattr(before, name))
        for message in found:
            self._give(message)

    def _give(self, message: Message) -> None:
        match message:
            case events.Key(character=str(character)) if any(ord(one) in _HALVES for one in character):
                return  # half a character: nothing that is to be written can hold it
            case events.Resize(size=size) if not (0 < size.width <= _WIDEST and 0 < size.height <= _TALLEST):
                return
        self._hand_on(message)
