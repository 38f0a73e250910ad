"""A terminal without Unicode: nothing of ours on any page, dialog or message is anything but ASCII."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import asdict

import cockpit
from cockpit.tui.glyphs import ASCII, UNICODE, choose_glyphs, shown
from tests.tui.painted import lines, until
from tests.tui.scenes import Scene
from tests.tui.test_snapshots import LARGE_AT_ONCE, PICTURES, SIZES, reach

pytestmark = pytest.mark.full

Look = Callable[[str], Scene]
_CODE = Path(cockpit.__file__).parent
# Where signs are decided, and patterns of what others write.
_NO_TEXT = {"tui/glyphs.py", "logs/classify.py", "logs/requests.py"}
_DRAWN = ("tui", "release", "logs", "execution", "store", "watch")


def foreign(app_lines: list[str]) -> dict[int, str]:
    return {number: line for number, line in enumerate(app_lines) if not line.isascii()}


@pytest.mark.parametrize(
    ("name", "size"),
    [
        pytest.param(name, size, marks=[pytest.mark.full] if size == "200x50" and name not in LARGE_AT_ONCE else [])
        for name in PICTURES
        for size in SIZES
    ],
)
async def test_every_picture_is_ascii(name: str, size: str, look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COCKPIT_ASCII", "1")
    picture = PICTURES[name]
    app = look(picture.moment).app()
    async with app.run_test(size=SIZES[size]) as pilot:
        await reach(picture)(pilot)
        assert foreign(lines(app)) == {}


async def test_every_message_is_ascii(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COCKPIT_ASCII", "1")
    app = look("calm").app()
    async with app.run_test(size=SIZES["80x24"], notifications=True) as pilot:
        for severity in ("information", "warning", "error"):
            app.tell(f"{severity} " * 6, severity=severity)
        await until(pilot, lambda: all(word in "".join(lines(app)) for word in ("warning warning", "error error")))
        assert foreign(lines(app)) == {}


async def test_a_locale_without_unicode_does_the_same(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "de_DE.ISO-8859-1")
    app = look("red").app()
    async with app.run_test(size=SIZES["80x24"], notifications=True) as pilot:
        app.tell("grün \x1b[31m 製品 " * 40)
        await until(pilot, lambda: "gr\\xfcn \\e[31m" in "".join(lines(app)))
        assert foreign(lines(app)) == {}


def test_letters_stay_where_only_our_signs_are_to_be_ascii(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COCKPIT_ASCII", "1")
    assert shown("grün \x1b " * 3, limit=9) == "grün \\e g~"
    assert shown("written down: ␛[0m, PASSWORD=•••, cut…") == "written down: \\e[0m, PASSWORD=***, cut~"
    monkeypatch.delenv("COCKPIT_ASCII")
    assert shown("grün \x1b " * 3, limit=9) == "grün ␛ g…"


def test_the_sets_differ_in_signs_only(monkeypatch: pytest.MonkeyPatch) -> None:
    assert choose_glyphs() is UNICODE
    monkeypatch.setenv("LC_ALL", "C")
    assert choose_glyphs() is ASCII
    for name, sign in asdict(ASCII).items():
        assert "".join(sign).isascii(), name
        assert len(sign) == len(asdict(UNICODE)[name]) or name in {"arrow", "more"}, name


@pytest.mark.parametrize("folder", _DRAWN)
def test_what_the_code_says_holds_signs_nowhere_else(folder: str) -> None:
    found = []
    for path in sorted((_CODE / folder).rglob("*.py")):
        if path.relative_to(_CODE).as_posix() in _NO_TEXT:
            continue
        tree = ast.parse(path.read_text())
        docs = {
            node.body[0].value
            for node in ast.walk(tree)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        found += [
            f"{path.name}:{node.lineno}: {node.value!r}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in docs
            and not node.value.isascii()
        ]  # fmt: skip
    assert found == []
