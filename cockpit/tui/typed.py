"""What a terminal sends, as messages: whatever that is, reading it goes on, and only what was typed is a key."""

from __future__ import annotations

import contextlib
import re
import time
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterable

from textual import constants, events
from textual._xterm_parser import BRACKETED_PASTE_END, BRACKETED_PASTE_START, XTermParser
from textual.message import Message

_WIDEST, _TALLEST = 1000, 500  # cells: no window has more
_HALVES = range(0xD800, 0xE000)  # of characters beyond the first 65,536, as UTF-16 writes them
_KEPT = ("last_x", "last_y", "mouse_pixels", "terminal_size", "terminal_pixel_size")
_ESC = "\x1b"
# A sequence of which nothing is missing: a control sequence (ECMA-48, 5.4), a function key of the Linux console, the
# first kind of a mouse report, a key of the keypad, a key with Alt.
_WHOLE = re.compile(
    r"\x1b(?:\[(?:[0-?]+[ -/]*[@-~]|[ -/]*[@-LN-Z\\-~]|\[.|M...)|O[0-9]*[^0-9]|[\]P_].|[^\[\]OP_])", re.DOTALL
)
_BEGINNINGS = ("\x1b[", "\x1bO")
_STRING = re.compile(r"\x1b(?:\][0-9lLI]|P[0-9=>?!$+|]|_G)")  # how a terminal's answer begins that is a string
_FED = 30  # characters of a sequence: Textual's parser takes longer ones for keys
_LONGEST = 4096  # characters of a string
_CUT = 2.0  # seconds of silence after which the rest of a sequence comes no more
_PASTE_CUT = 10.0  # and that of a paste


class Typed:
    """Reads a terminal's bytes by Textual's parser; each message is given to `hand_on`.

    A terminal of another encoding, line noise, and what was copied out of a binary file all come in here. A byte that
    is no UTF-8 becomes U+FFFD, and a sequence that cannot be understood is dropped: nothing in it ends the app, and
    nothing in it is a key. Textual would type it, and so tick items: an answer to what a program before has asked the
    terminal, a mouse report that a slow line has cut, what stands behind an Esc in a paste.
    """

    def __init__(
        self, hand_on: Callable[[Message], object], *, debug: bool = False, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._hand_on = hand_on
        self._debug = debug
        self._now = now
        self._decode = getincrementaldecoder("utf-8")("replace").decode
        self._parser = XTermParser(debug)
        self._sequence = ""  # as much as has come of one
        self._is_string = False
        self._pasted: list[str] | None = None  # the characters that have come of a paste
        self._heard_at = now()
        self._escaped_at = float("-inf")  # when an Esc was taken for the key, as nothing came behind it
        self._is_rest = False  # whether the sequence is the rest of one whose Esc was

    def take(self, data: bytes) -> None:
        """Take what has been read."""
        for character in self._decode(data):  # one by one: what stands behind a bad sequence is read all the same
            if self._pasted is not None:
                self._go_on_with_paste(self._pasted, character)
            elif self._is_string:
                self._go_on_with_string(character)
            elif self._sequence:
                self._go_on(character)
            else:
                self._begin(character)
        if data:
            self._heard_at = self._now()

    def wait(self) -> None:
        """Let what waits for more be what it is, once nothing has come for a while: a lone Esc, say."""
        silence = self._now() - self._heard_at
        if self._pasted is not None:
            if silence >= _PASTE_CUT:
                self._end_paste("".join(self._pasted))
        elif len(self._sequence) > 2 or (self._sequence in _BEGINNINGS and not self._is_rest):
            if silence >= _CUT:
                self._drop()
        elif self._sequence and silence >= constants.ESCAPE_DELAY:
            if self._sequence == _ESC:
                self._escaped_at = self._now()
            self._end_with_keys()

    def end(self) -> None:
        """Give what is left."""
        with contextlib.suppress(Exception):
            for message in self._parser.feed(""):
                self._give(message)

    def _begin(self, character: str) -> None:
        if character == _ESC:
            self._sequence = _ESC
        elif character == "[" and self._now() - self._escaped_at < _CUT:
            self._sequence, self._is_rest = _ESC + character, True
            self._read(self._parser.feed, _ESC)
        for message in self._read(self._parser.feed, character):
            self._give(message)

    def _go_on(self, character: str) -> None:
        before, self._sequence = self._sequence, self._sequence + character
        if before == _ESC == character:  # the key, and the beginning of another sequence
            self._sequence = _ESC
            for message in self._read(self._parser.feed, character):
                self._give(message)
        elif before != _ESC and not character.isprintable():
            self._drop()
            self._begin(character)
        elif self._sequence == BRACKETED_PASTE_START:
            self._drop()
            self._pasted = []
        elif _STRING.fullmatch(self._sequence):
            self._is_string = True
        else:
            found = self._read(self._parser.feed, character) if len(self._sequence) <= _FED else []
            if self._parser._awaiting.timeout is None:  # it has understood
                self._end(found)
            elif _WHOLE.fullmatch(self._sequence):
                if self._sequence[1] in "[O":
                    self._drop()
                else:
                    self._end_with_keys()

    def _go_on_with_string(self, character: str) -> None:
        is_escaped = self._sequence.endswith(_ESC)
        self._sequence += character
        if is_escaped and character != "\\":
            self._drop()
            self._begin(_ESC)
            self._go_on(character)
        elif is_escaped or character == "\x07" or len(self._sequence) > _LONGEST:
            self._drop()
        elif not character.isprintable() and character != _ESC:
            self._drop()
            self._begin(character)

    def _go_on_with_paste(self, pasted: list[str], character: str) -> None:
        pasted.append(character)
        if character == BRACKETED_PASTE_END[-1]:
            size = len(BRACKETED_PASTE_END)
            if "".join(pasted[-size:]) == BRACKETED_PASTE_END:
                self._end_paste("".join(pasted[:-size]))

    def _end_paste(self, text: str) -> None:
        self._pasted = None
        self._give(events.Paste(text.replace("\0", "")))  # as Textual does

    def _end_with_keys(self) -> None:
        """Let what has come of a sequence be the keys that it may be."""
        self._parser._timeout_time = 0.0
        sequence, found = self._sequence, self._read(self._parser.tick)
        if len(sequence) == 2 and len(found) == 1 and not self._is_rest:
            found = [_with_alt(message) for message in found]
        self._is_rest = False
        self._end(found)

    def _end(self, found: Iterable[Message]) -> None:
        is_rest = self._is_rest
        self._drop()
        for message in found:
            if not (is_rest and isinstance(message, events.InputEvent)):  # Esc was pressed in its place
                self._give(message)

    def _drop(self) -> None:
        """Forget the sequence."""
        self._sequence, self._is_string, self._is_rest = "", False, False
        if self._parser._awaiting.timeout is not None:  # it would go on with it
            self._parse_anew()

    def _read(self, by: Callable[..., Iterable[Message]], *what: str) -> list[Message]:
        found: list[Message] = []
        try:
            found.extend(by(*what))
        except Exception:
            self._parse_anew()
        return found

    def _parse_anew(self) -> None:
        before, self._parser = self._parser, XTermParser(self._debug)
        for name in _KEPT:
            setattr(self._parser, name, getattr(before, name))

    def _give(self, message: Message) -> None:
        match message:
            case events.Key(character=str(character)) if any(ord(one) in _HALVES for one in character):
                return  # half a character: nothing that is to be written can hold it
            case events.Resize(size=size) if not (0 < size.width <= _WIDEST and 0 < size.height <= _TALLEST):
                return
        self._hand_on(message)


def _with_alt(message: Message) -> Message:
    """Return a key with Alt as such: Textual makes plain Space and Enter of those two, which press what is there."""
    if isinstance(message, events.Key) and message.key in {"space", "enter"}:
        return events.Key(f"alt+{message.key}", message.character)
    return message
