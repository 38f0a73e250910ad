"""What a terminal sends that no keyboard has: the app goes on, and takes what stands beside it."""

from __future__ import annotations

import pytest
from textual import events
from textual.message import Message

from cockpit.tui.typed import Typed


class Clock:
    """Seconds that pass as one says."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def slowly(*pieces: bytes, silence: float = 0.3, at_last: float = 0.3) -> list[Message]:
    """Read pieces with a silence behind each."""
    found: list[Message] = []
    clock = Clock()
    typed = Typed(found.append, now=clock)
    for piece in pieces:
        typed.take(piece)
        clock.seconds += silence
        typed.wait()
    clock.seconds += at_last
    typed.wait()
    return found


def read(*pieces: bytes) -> list[Message]:
    """Read pieces one right behind the other, and a silence behind the last."""
    return slowly(*pieces, silence=0.0)


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


def told(messages: list[Message]) -> list[str]:
    """Return the names of keys, what was pasted, and the kind of whatever else there is."""
    return [
        one.key if isinstance(one, events.Key) else one.text if isinstance(one, events.Paste) else type(one).__name__
        for one in messages
    ]


@pytest.mark.parametrize(
    "answer",
    [
        b"\x1b[?1;2c",
        b"\x1b[?64;1;2;4;6;17;18;21;22;46;52;77;88c",
        b"\x1b[>41;354;0c",
        b"\x1b[?997;1n",
        b"\x1b[8;24;80t",
        b"\x1b]11;rgb:1e1e/1e1e/1e1e\x1b\\",
        b"\x1b]11;rgb:1e1e/1e1e/1e1e\x07",
        b"\x1bP>|xterm(370)\x1b\\",
        b"\x1b_Gi=31;OK\x1b\\",
    ],
)
def test_what_a_terminal_answers_to_others_is_no_key(answer: bytes) -> None:
    assert told(read(b"j" + answer + b"k")) == ["j", "k"]
    assert told(slowly(b"j" + answer[:5], answer[5:] + b"k")) == ["j", "k"]


def test_an_answer_that_breaks_off_is_no_key_and_takes_none_with_it() -> None:
    assert told(read(b"\x1bP>|xterm(3\x1b[Aj")) == ["up", "j"]
    assert told(read(b"\x1b[<35;1\x1b[<35;10;5Mj")) == ["MouseMove", "j"]
    assert told(read(b"\x1b[<35;1\rj")) == ["enter", "j"]
    assert told(slowly(b"\x1b[<35;1", b"j", silence=3.0)) == ["j"]
    assert told(slowly(b"\x1b]11;rgb", b"j", silence=3.0)) == ["j"]


def test_a_sequence_that_comes_in_pieces_is_one() -> None:
    assert told(slowly(b"\x1b[<35;1", b"0;5M", b"j")) == ["MouseMove", "j"]
    assert told(slowly(b"\x1b[1", b";5", b"A")) == ["ctrl+up"]


def test_what_comes_too_late_behind_its_esc_is_no_key() -> None:
    """The key that it would be would be pressed below what Esc has left."""
    assert told(slowly(b"\x1b", b"[A", b"j")) == ["escape", "j"]
    assert told(slowly(b"\x1b", b"[<0;10;5M", b"j")) == ["escape", "j"]
    assert told(slowly(b"\x1b", b"[O", b"j")) == ["escape", "AppBlur", "j"]
    assert told(slowly(b"\x1b", b"[", b"j")) == ["escape", "left_square_bracket", "j"]


def test_a_paste_is_one_whatever_is_in_it_and_however_it_comes() -> None:
    text = "see \x1b[31mred and more of it, to be sure\x1b[0m \x1b\x1b[Aend"
    whole = f"\x1b[200~{text}\x1b[201~".encode()
    assert told(read(whole + b"j")) == [text, "j"]
    for cut in range(2, len(whole)):
        assert told(slowly(whole[:cut], whole[cut:] + b"j")) == [text, "j"]
    assert told(slowly(whole[:1], whole[1:] + b"j")) == ["escape", text, "j"]


def test_a_paste_whose_end_never_comes_is_over_at_some_time() -> None:
    assert told(slowly(b"\x1b[200~one", b"two", silence=3.0)) == []
    assert told(slowly(b"\x1b[200~one", b"j", silence=30.0)) == ["one", "j"]


def test_a_key_with_alt_is_not_the_key_without_held_down_or_not() -> None:
    assert told(read(b"\x1bx\x1bx\x1bx")) == ["alt+x"] * 3
    assert told(read(b"\x1b \x1b \x1b\r")) == ["alt+space", "alt+space", "alt+enter"]
    assert told(read(b"\x1bP")) == ["alt+shift+p"]
    assert told(slowly(b"\x1bO", b"P", b"j")) == ["f1", "j"]
    assert told(read(b"\x1b\x1b[A")) == ["escape", "up"]
