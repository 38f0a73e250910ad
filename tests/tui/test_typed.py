"""What a terminal sends that no keyboard has: the app goes on, and takes what stands beside it."""

from __future__ import annotations

import pytest
from textual import events
from textual.message import Message

from cockpit.tui.typed import Typed


def read(*pieces: bytes) -> list[Message]:
    found: list[Message] = []
    typed = Typed(found.append)
    for piece in pieces:
        typed.take(piece)
    typed.wait()
    typed.end()
    return found


def keys(*pieces: bytes) -> str:
    return "".join(message.character or "" for message in read(*pieces) if isinstance(message, events.Key))


def test_what_is_typed_is_what_comes() -> None:
    assert keys("né発".encode()) == "né発"
    assert keys(*(bytes([byte]) for byte in "né発".encode())) == "né発"  # as it comes over a slow line
    (paste,) = read(b"\x1b[200~two\nlines\x1b[201~x")[:1]
    assert isinstance(paste, events.Paste)
    assert paste.text == "two\nlines"


@pytest.mark.parametrize(
    "noise",
    [
        b"\x1b[9999999u",  # beyond the last character there is
        b"\x1b[97:65;2u",  # a key with what it would be with Shift, as kitty tells it
        b"\x1b[1;2;9999999u",
        b"\x1b[55296u",  # half of a surrogate pair
        b"\x1b[48;0;0;0;0t",  # a window of no size
        b"\x1b[48;99999;99999;1;1t",
    ],
)
def test_a_sequence_that_cannot_be_understood_is_dropped(noise: bytes) -> None:
    assert [message.character for message in read(b"a" + noise + b"b") if isinstance(message, events.Key)] == ["a", "b"]
    assert not [message for message in read(noise) if isinstance(message, events.Resize)]


def test_a_terminal_of_another_encoding_shows_that_it_is_one() -> None:
    assert keys("café".encode("latin-1") + b"!") == "caf\ufffd!"


def test_the_mouse_is_where_it_was_after_a_sequence_that_is_dropped() -> None:
    moved = [
        message
        for message in read(b"\x1b[<35;10;5M\x1b[9999999u\x1b[<35;12;6M")
        if isinstance(message, events.MouseMove)
    ]
    assert [(one.x, one.y, one.delta_x, one.delta_y) for one in moved[1:]] == [(11, 5, 2, 1)]
