"""It draws, takes keys and hides nothing on the terminals that one meets over ssh."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.journeys.clones import Clone, quiet_clone
from tests.journeys.line import Line
from tests.journeys.terminal import wait_until
from tests.parts import require

pytestmark = pytest.mark.full

FIRST = "Run security audit"
ASCII = {"LC_ALL": "C", "LANG": "C"}


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    return quiet_clone(tmp_path_factory.mktemp("quiet"))


def colours(style: str) -> tuple[int | None, int | None]:
    """Return what of the 16 colours SGR's parameters write in, and on; fails for any other colour."""
    ink = ground = None
    for number in (int(part) for part in style.split(";") if part):
        assert number not in {38, 48}, f"{style!r} is none of the 16 colours"
        for first in (30, 90):
            if first <= number <= first + 7:
                ink = number - first + (8 if first == 90 else 0)
            if first + 10 <= number <= first + 17:
                ground = number - first - 10 + (8 if first == 90 else 0)
    return ink, ground


def fly(line: Line) -> None:
    """Look at the checklist, at a dialog, at another page."""
    line.wait_for(rf"\S. {FIRST}")
    line.press("?")
    line.wait_for("Keys on Checklist")
    line.press("\x1b")
    line.wait_for("Keys on Checklist", gone=True)
    line.press("4")
    line.wait_for(r"^\S.* v2\.4\.1 ")
    line.press("k")
    line.press("1")
    line.wait_for(rf"\S. {FIRST}")


@pytest.mark.parametrize(
    ("term", "locale"),
    [("linux", {}), ("screen", {}), ("xterm", ASCII)],
    ids=["linux", "screen", "xterm-C"],
)
def test_a_terminal_of_16_colours(term: str, locale: Mapping[str, str], clone: Clone) -> None:
    with Line(clone.command, environment={**clone.environment, "TERM": term, **locale}) as line:
        fly(line)
        for character, style in line.drawn():
            ink, ground = colours(style)
            assert character in {"", " "} or ink is None or ink != ground, (character, style)
            assert not locale or character.isascii()
        assert not locale or "\\u" not in line.screen()


@pytest.mark.parametrize("encoding", ["latin-1", "ascii"])
def test_what_scripts_are_to_print_in_is_not_what_is_drawn_in(encoding: str, clone: Clone) -> None:
    with Line(clone.command, environment={**clone.environment, "PYTHONIOENCODING": encoding}) as line:
        fly(line)
        assert "\\u" not in line.screen()
        assert "\u25b8" in line.screen()


def test_inside_gnu_screen(clone: Clone, tmp_path: Path) -> None:
    place, copy = tmp_path / "screens", tmp_path / "copy"
    place.mkdir(mode=0o700)
    environment = {**clone.environment, "SCREENDIR": str(place)}
    screen = [require("screen"), "-U", "-S", "flight"]

    def shows(text: str) -> bool:
        """Whether it is on GNU screen's own screen, which is told to the terminal by many more sequences than ours."""
        asked = [*screen, "-X", "hardcopy", str(copy)]
        subprocess.run(asked, env={**os.environ, **environment}, capture_output=True, check=True)
        return copy.exists() and text.encode() in copy.read_bytes()

    with Line([*screen, "-c", "/dev/null", *clone.command], environment=environment) as line:
        line.wait_for(FIRST)
        for key, text in (("4", "v2.4.1"), ("1", FIRST), ("?", "Keys on Checklist"), ("\x1b", FIRST)):
            line.press(key)
            wait_until(lambda text=text: shows(text), text)  # type: ignore[misc]
        # It is detached, and taken up again from another line.
        line.press("\x01d")
        line.process.wait(20)
    try:
        with Line([screen[0], "-U", "-r", "flight"], environment=environment) as line:
            line.wait_for(FIRST)
            line.press("q")
            wait_until(lambda: shows("Leave the cockpit?"), "the question")
            line.press("\t\r")
            assert line.wait_for_exit() == 0
    finally:  # what is detached would outlive a failure
        subprocess.run([*screen, "-X", "quit"], env={**os.environ, **environment}, capture_output=True, check=False)
