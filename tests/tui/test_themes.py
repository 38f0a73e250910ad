"""Every theme can be read: computed from the themes themselves, and from what is painted in them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import asdict
from rich.style import Style
from textual.theme import Theme

from cockpit.tui.app import CockpitApp
from cockpit.tui.theme import Inks, inks_of, made_of
from cockpit.tui.themes import COLOUR_BLIND, DARK, LIGHT, MONOCHROME, SIXTEEN, THEMES, offered_themes
from tests.tui.contrast import LEAST, VGA, XTERM, contrast_of, readings
from tests.tui.painted import settle, strips
from tests.tui.scenes import Scene
from tests.tui.test_snapshots import PICTURES, SIZES, reach

Look = Callable[[str], Scene]
COLOURED = (DARK, LIGHT, COLOUR_BLIND, SIXTEEN)
# The strip at the top and the hints: what is drawn there, and no more.
_ON_PANEL = {name for name in Inks.__struct_fields__ if name not in {"bad", "rule", "cursor"}}


def grounds(theme: Theme) -> dict[str, str]:
    cursor = {"cursor": theme.variables["cursor-ground"]}
    return {name: getattr(theme, name) for name in ("background", "surface", "panel")} | cursor


@pytest.mark.parametrize("theme", COLOURED, ids=lambda theme: theme.name)
def test_every_ink_can_be_read_on_every_ground(theme: Theme) -> None:
    poor = {}
    inks = made_of(theme)
    for where, ground in grounds(theme).items():
        for name, ink in asdict(inks).items():
            if name in {"rule", "cursor"} or (where == "panel" and name not in _ON_PANEL):
                continue
            laid = ink + inks.cursor if where == "cursor" and inks.cursor.color and not ink.bgcolor else ink
            style = Style(bgcolor=ground) + laid
            for palette in (VGA, XTERM) if theme is SIXTEEN else (None,):
                if contrast_of(style, palette) < LEAST:
                    poor[f"{name} on {where}"] = contrast_of(style, palette)
    assert poor == {}


def test_sixteen_colours_are_those_sixteen() -> None:
    for style in asdict(made_of(SIXTEEN)).values():
        for color in (style.color, style.bgcolor):
            assert color is None or color.get_truecolor().hex in VGA
    colours = [value for value in SIXTEEN.variables.values() if value.startswith("#")]
    assert set(colours) <= set(VGA)


# Machado, Oliveira, Fernandes 2009, "A Physiologically-based Model for Simulation of Color Vision Deficiency", for
# complete protanopia, deuteranopia and tritanopia, on linear RGB.
_BLINDNESS = {
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}


def seen_as(colour: str, matrix: tuple[tuple[float, ...], ...]) -> tuple[float, float, float]:
    """The colour as somebody sees it, in CIELAB."""
    linear = [(c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4)
              for c in (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))]  # fmt: skip
    red, green, blue = (min(max(sum(a * b for a, b in zip(row, linear, strict=True)), 0.0), 1.0) for row in matrix)
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883
    fx, fy, fz = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


@pytest.mark.parametrize("blindness", _BLINDNESS)
def test_good_and_bad_differ_for_those_who_do_not_tell_red_from_green(blindness: str) -> None:
    matrix = _BLINDNESS[blindness]
    variables = COLOUR_BLIND.variables
    told = {
        "good": COLOUR_BLIND.success, "warn": COLOUR_BLIND.warning, "bad": COLOUR_BLIND.error,
        "production": variables["production-ground"],
    }  # fmt: skip
    names = list(told)
    for at, one in enumerate(names):
        for other in names[at + 1 :]:
            pair = [seen_as(told[name] or "", matrix) for name in (one, other)]
            distance = sum((a - b) ** 2 for a, b in zip(*pair, strict=True)) ** 0.5
            assert distance > 30, f"{one} and {other} are {distance:.0f} apart"  # 2.3 is just noticeable


def test_a_terminal_gets_what_it_can_show() -> None:
    assert offered_themes("truecolor", no_color=False)[0] == DARK.name
    assert offered_themes("256", no_color=False) == tuple(THEMES)
    assert offered_themes("standard", no_color=False) == (SIXTEEN.name, MONOCHROME.name)
    assert offered_themes("truecolor", no_color=True) == (MONOCHROME.name,)
    assert offered_themes(None, no_color=False) == (MONOCHROME.name,)


@pytest.mark.parametrize(
    ("environment", "theme"),
    [
        ({"TERM": "linux"}, SIXTEEN),
        ({"TERM": "screen"}, SIXTEEN),
        ({"TERM": "xterm"}, SIXTEEN),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, DARK),
        ({"TERM": "tmux-256color"}, DARK),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, MONOCHROME),
        ({"TERM": "xterm-256color", "NO_COLOR": ""}, DARK),
        ({"TERM": "dumb"}, MONOCHROME),
    ],
)  # fmt: skip
def test_the_theme_is_chosen_by_the_terminal(
    environment: dict[str, str], theme: Theme, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("TERM", "COLORTERM", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert look("calm").app().theme == theme.name


@pytest.mark.full
async def test_another_theme_paints_everything_anew(look: Look) -> None:
    """Nothing keeps the colours of the theme before."""
    moment = look("red")
    painted = {}
    for first, then in ((LIGHT, LIGHT), (DARK, LIGHT)):
        app = moment.app(theme=first.name)
        async with app.run_test(size=SIZES["200x50"]) as pilot:
            await settle(pilot)
            app.theme = then.name
            await settle(pilot)
            painted[first.name] = [list(strip) for strip in strips(app)]
    assert painted[DARK.name] == painted[LIGHT.name]


async def test_without_colours_there_are_none(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = look("red").app()
    async with app.run_test(size=SIZES["80x24"]) as pilot:
        await settle(pilot)
        styles = {style for strip in strips(app) for _, style, _ in strip if style is not None}
        assert not [style for style in styles if style.color or style.bgcolor]
        assert inks_of(app).alarm.reverse  # type: ignore[arg-type]
        called = {text.strip() for strip in strips(app) for text, style, _ in strip if style and style.reverse}
        assert {"PROD", "DOWN"} <= {word for text in called for word in text.split()}, called


# Every page, and each kind of dialog.
_LOOKED_AT = (
    "checklist_red", "logs_error", "probes", "tags_marked", "runbooks_troubled", "env", "messages", "timeline",
    "maintenance", "sign_off", "confirm_plan_typed", "help", "abnormal",
)  # fmt: skip


def poor_on(app: CockpitApp, theme: Theme) -> set[tuple[str, str, str, float]]:
    """What is painted so that it can hardly be read, in the box on top where there is one."""
    boxes = list(app.screen.query(".box, CommandPalette CommandList"))
    within = boxes[0].region if boxes else None
    return {
        (theme.name, reading.text[:30], str(reading.style), round(reading.contrast, 2))
        for palette in ((VGA, XTERM) if theme is SIXTEEN else (None,))
        for reading in readings(app, within, palette)
        if reading.contrast < LEAST
    }


@pytest.mark.full
@pytest.mark.parametrize("name", _LOOKED_AT)
async def test_all_that_is_painted_can_be_read(name: str, look: Look) -> None:
    """A style from outside the inks does not slip through."""
    picture = PICTURES[name]
    app = look(picture.moment).app(theme=COLOURED[0].name)
    async with app.run_test(size=SIZES["200x50"], notifications=True) as pilot:
        await reach(picture)(pilot)
        for severity in ("information", "warning", "error"):
            app.tell(f"{severity} in passing", severity=severity)
        for theme in COLOURED:
            app.theme = theme.name
            await settle(pilot)
            assert poor_on(app, theme) == set()


@pytest.mark.full
async def test_the_palette_can_be_read(look: Look) -> None:
    app = look("calm").app()
    async with app.run_test(size=SIZES["80x24"]) as pilot:
        for theme in COLOURED:
            app.theme = theme.name
            await pilot.press("colon")
            await settle(pilot)
            assert poor_on(app, theme) == set()
            await pilot.press("escape")
