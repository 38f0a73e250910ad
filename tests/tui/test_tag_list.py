"""The tag picker in a running app, at two widths, with hostile names."""

from __future__ import annotations

import unicodedata

import pytest
from msgspec.structs import replace
from textual.app import ComposeResult
from textual.widgets import Input

from cockpit.git.tag_names import decode_name
from cockpit.release.tags import Tag
from cockpit.text import visible
from cockpit.tui.themed import ThemedApp
from cockpit.tui.widgets.tag_columns import fit
from cockpit.tui.widgets.tag_list import TagList

NOW = 1_800_000_000.0
DAY = 86_400


def tag(name: str, **changes: object) -> Tag:
    """A tag of three days ago, level with HEAD, unless told otherwise."""
    plain = Tag(
        name=name,
        object_id="0" * 40,
        commit=f"{sum(name.encode()):040x}",
        kind="annotated",
        signed=False,
        tagged_at=int(NOW) - 3 * DAY,
        subject=f"release {name}",
        display=visible(name),
        ahead=0,
        behind=0,
    )
    return replace(plain, **changes)


def numbered(count: int) -> list[Tag]:
    return [tag(f"v{number}.0", commit=f"{number:040x}") for number in range(count)]


RUNNING = tag("v2.4.1", commit="a" * 40, signed=True, ahead=0, behind=0)
GOOD = tag("v2.4.0", commit="b" * 40, ahead=3, behind=12, mark="good")
BAD = tag("v2.3.9", commit="c" * 40, kind="lightweight", ahead=12345, behind=1_234_567, mark="bad")
TREE = tag(
    "tree", commit=None, unusable="it is a tag of a tree, not of a commit", tagged_at=None, ahead=None, behind=None
)


class Picker(ThemedApp):
    """A list beside a field, as on the tags screen, that keeps what it is told."""

    def __init__(self, tag_list: TagList) -> None:
        super().__init__()
        self.tag_list = tag_list
        self.told: list[tuple[str, str | None]] = []

    def compose(self) -> ComposeResult:
        yield self.tag_list
        field = Input()
        field.styles.display = "none"
        yield field

    def on_tag_list_highlighted(self, message: TagList.Highlighted) -> None:
        assert message.control is self.tag_list
        self.told.append(("highlighted", message.tag.name if message.tag is not None else None))

    def on_tag_list_chosen(self, message: TagList.Chosen) -> None:
        assert message.control is self.tag_list
        self.told.append(("chosen", message.tag.name))


def picker(*, ascii_only: bool = False) -> Picker:
    return Picker(TagList(ascii_only=ascii_only, now=lambda: NOW))


def painted(tag_list: TagList) -> list[str]:
    """The text of every line in view."""
    return [tag_list.render_line(y).text for y in range(tag_list.size.height)]


async def test_eighty_columns_say_state_kind_age_distance_and_subject() -> None:
    app = picker()
    async with app.run_test(size=(80, 8)):
        app.tag_list.show([RUNNING, GOOD, BAD, TREE], RUNNING.commit, GOOD)
        lines = painted(app.tag_list)

    assert lines[:5] == [
        "    TAG    STATE       KIND  AGE  VS HEAD     SUBJECT                           ",
        " ●  v2.4.1 running     annot 3d   +0 -0       release v2.4.1                    ",
        "▸◎✓ v2.4.0 proposed    annot 3d   +3 -12      release v2.4.0                    ",
        "  ✗ v2.3.9 BAD         light 3d   +12k -1M    release v2.3.9                    ",
        "  ∅ tree   no commit   annot ?    ?           release tree                      ",
    ]
    assert {len(line) for line in lines} == {80}


async def test_two_hundred_columns_write_dates_and_kinds_out() -> None:
    app = picker()
    async with app.run_test(size=(200, 8)):
        app.tag_list.show([RUNNING, GOOD], RUNNING.commit, GOOD)
        lines = painted(app.tag_list)

    assert lines[0].split() == ["TAG", "STATE", "KIND", "TAGGED", "AGE", "VS", "HEAD", "SUBJECT"]
    assert lines[1].rstrip() == (
        " ●  v2.4.1 running      annotated, signed 2027-01-12 08:00Z   3d +0 -0       release v2.4.1"
    )
    assert {len(line) for line in lines} == {200}


async def test_the_ascii_set_needs_no_other_character() -> None:
    app = picker(ascii_only=True)
    async with app.run_test(size=(80, 8)):
        app.tag_list.show([RUNNING, GOOD, BAD, TREE, tag("n" * 100, subject="s" * 600)], RUNNING.commit, GOOD)
        lines = painted(app.tag_list)

    assert "".join(lines).isascii()
    assert [line[:4] for line in lines[1:6]] == [" *  ", ">@+ ", "  x ", "  - ", "    "]
    assert f"{'n' * 21}~ " in lines[5]


async def test_a_running_tag_marked_bad_says_both() -> None:
    app = picker()
    async with app.run_test(size=(80, 8)):
        app.tag_list.show([tag("v1", commit="a" * 40, mark="bad")], "a" * 40)
        assert painted(app.tag_list)[1].startswith("▸●✗ v1  running BAD ")


@pytest.mark.parametrize("width", [80, 200])
@pytest.mark.parametrize("ascii_only", [False, True])
async def test_no_control_or_format_character_reaches_the_screen(width: int, ascii_only: bool) -> None:
    raw = [
        b"\x1b]0;title\x07",
        "right\u202eleft".encode(),
        "c1\xc2\x9b31m".encode("latin-1"),
        b"bad\xff",
        b"[/nope]",
        b"[red]",
    ]
    names = [decode_name(name) for name in raw]
    hostile = "sub\x1b[31m\u202e\u2066\x9b\u200b\r\n\0[/nope]"
    app = picker(ascii_only=ascii_only)
    async with app.run_test(size=(width, 12)) as pilot:
        # The display name as git's list makes it, and once as if nobody had escaped it.
        app.tag_list.show(
            [tag(name.name, display=name.display, subject=hostile) for name in names]
            + [tag("raw", display=hostile, subject=hostile)]
        )
        lines = painted(app.tag_list)
        app.tag_list.apply_filter(hostile + "x")
        lines += painted(app.tag_list)
        app.tag_list.show_failure(hostile)
        lines += painted(app.tag_list)
        await pilot.pause()

    assert {unicodedata.category(character) for line in lines for character in line}.isdisjoint(
        {"Cc", "Cf", "Cs", "Zl", "Zp"}
    )
    assert any("[/nope]" in line for line in lines)
    assert {len(line) for line in lines} == {width}


async def test_wide_and_combining_characters_keep_the_columns() -> None:
    app = picker()
    async with app.run_test(size=(80, 8)):
        app.tag_list.show([tag("リリース" * 6), tag("e\u0301" * 30), tag("v1")])
        strips = [app.tag_list.render_line(y) for y in range(4)]

    assert [strip.cell_length for strip in strips] == [80] * 4
    assert "…" in strips[1].text


@pytest.mark.parametrize("width", [1, 5, 12, 20, 37, 60, 79, 80, 119, 120, 250])
def test_columns_never_take_more_than_the_width(width: int) -> None:
    for longest in (0, 1, 6, 22, 300):
        for ascii_only in (False, True):
            columns = fit(width, longest, ascii_only=ascii_only)
            assert sum(columns.sizes.values()) + len(columns.sizes) <= max(width - 4, 1) + 1
            assert all(size > 0 for size in columns.sizes.values())


async def test_it_draws_in_a_very_small_terminal() -> None:
    app = picker()
    async with app.run_test(size=(12, 2)):
        app.tag_list.show([RUNNING], RUNNING.commit)
        assert painted(app.tag_list)[1].startswith("▸●  v2.4.1")


async def test_keys_move_the_cursor_and_enter_chooses() -> None:
    app = picker()
    async with app.run_test(size=(80, 11)) as pilot:  # ten tags in view
        app.tag_list.show(numbered(100))
        places = []
        for key in (
            "down",
            "j",
            "up",
            "k",
            "k",
            "ctrl+d",
            "pagedown",
            "ctrl+u",
            "pageup",
            "G",
            "down",
            "g",
            "end",
            "home",
        ):
            await pilot.press(key)
            places.append(app.tag_list.cursor)
        await pilot.press("j", "enter")

    assert places == [1, 2, 1, 0, 0, 5, 15, 10, 0, 99, 99, 0, 99, 0]
    assert app.told[-2:] == [("highlighted", "v1.0"), ("chosen", "v1.0")]


async def test_the_cursor_stays_in_view_and_the_header_in_place() -> None:
    app = picker()
    async with app.run_test(size=(80, 11)) as pilot:
        app.tag_list.show(numbered(3000))
        header = painted(app.tag_list)[0]
        await pilot.press("G")
        await pilot.pause()
        bottom = painted(app.tag_list)
        await pilot.resize_terminal(80, 6)
        await pilot.pause()
        smaller = painted(app.tag_list)

    assert bottom[0].split() == smaller[0].split() == header.split()
    assert [line.split()[0] for line in bottom[1:]] == [f"v{number}.0" for number in range(2990, 2999)] + ["▸"]
    assert smaller[-1].startswith("▸   v2999.0")


async def test_the_filter_narrows_as_it_is_typed_and_keeps_the_cursor_on_its_tag() -> None:
    app = picker()
    async with app.run_test(size=(80, 11)) as pilot:
        app.tag_list.show(numbered(100))
        await pilot.press("G")
        app.tag_list.apply_filter("9.0")
        assert [each.name for each in app.tag_list.rows][:3] == ["v9.0", "v19.0", "v29.0"]
        assert app.tag_list.highlighted is not None
        assert app.tag_list.highlighted.name == "v99.0"

        app.tag_list.apply_filter("nothing like it")
        assert app.tag_list.highlighted is None
        await pilot.press("enter", "down", "G")
        app.tag_list.apply_filter("")
        assert app.tag_list.highlighted.name == "v99.0"
        await pilot.pause()

        app.tag_list.apply_filter("!9")
        assert app.tag_list.highlighted.name == "v0.0"
        await pilot.pause()

    assert app.told == [
        ("highlighted", "v0.0"), ("highlighted", "v99.0"), ("highlighted", None), ("highlighted", "v99.0"),
        ("highlighted", "v0.0"),
    ]  # fmt: skip


async def test_a_shorter_list_leaves_no_gap_above_its_end() -> None:
    app = picker()
    async with app.run_test(size=(80, 11)) as pilot:
        app.tag_list.show(numbered(100))
        await pilot.press("G")
        await pilot.pause()
        app.tag_list.apply_filter("99")
        await pilot.pause()
        assert painted(app.tag_list)[1].startswith("▸   v99.0")


async def test_a_refresh_keeps_the_cursor_and_the_filter() -> None:
    app = picker()
    async with app.run_test(size=(80, 11)) as pilot:
        app.tag_list.show(numbered(20))
        app.tag_list.apply_filter("1")
        await pilot.press("j", "j")
        app.tag_list.show([tag("v100.0"), *numbered(20)])
        await pilot.pause()

        assert app.tag_list.highlighted is not None
        assert app.tag_list.highlighted.name == "v11.0"
        assert app.tag_list.rows[0].name == "v100.0"


async def test_at_first_the_cursor_is_on_the_proposed_then_on_the_running_tag() -> None:
    for proposed, expected in ((GOOD, "v2.4.0"), (None, "v2.4.1")):
        app = picker()
        app.tag_list.show([tag("v3"), RUNNING, GOOD], RUNNING.commit, proposed)  # before it is on a screen
        async with app.run_test(size=(80, 11)) as pilot:
            await pilot.pause()
        assert app.told == [("highlighted", expected)]


async def test_an_empty_list_says_why() -> None:
    app = picker()
    async with app.run_test(size=(80, 11)):
        said = [painted(app.tag_list)[2].strip()]
        app.tag_list.show([])
        said.append(painted(app.tag_list)[2].strip())
        app.tag_list.show(numbered(3))
        app.tag_list.apply_filter("[x]")
        said.append(painted(app.tag_list)[2].strip())
        app.tag_list.show_failure("git for-each-ref: no end after 30 s")
        said.append(painted(app.tag_list)[2].strip())

    assert said == [
        "reading the tags of this repository",
        "this repository has no tags: git tag v1.0.0 makes one",
        "no tags match '[x]'",
        "the tags could not be read: git for-each-ref: no end after 30 s",
    ]


async def test_the_line_under_the_cursor_is_set_off_with_and_without_focus() -> None:
    app = picker()
    async with app.run_test(size=(80, 11)) as pilot:
        app.tag_list.show(numbered(3))

        def background(y: int) -> set[object]:
            return {segment.style.bgcolor for segment in app.tag_list.render_line(y) if segment.style is not None}

        focused = background(1)
        assert len(focused) == 1
        assert focused != background(2)
        app.query_one(Input).styles.display = "block"
        app.query_one(Input).focus()
        await pilot.pause()
        assert background(1) not in (focused, background(2))


async def test_a_click_moves_the_cursor() -> None:
    app = picker()
    async with app.run_test(size=(80, 11)) as pilot:
        app.tag_list.show(numbered(3))
        await pilot.click(TagList, offset=(10, 3))
        assert app.tag_list.cursor == 2
        await pilot.click(TagList, offset=(10, 0))
        await pilot.click(TagList, offset=(10, 9))
        assert app.tag_list.cursor == 2


@pytest.mark.parametrize(
    ("seconds", "age"), [(0, "1s"), (120, "2m"), (-60, ">now"), (700 * DAY, "700d"), (800 * DAY, "2y")]
)
async def test_ages(seconds: int, age: str) -> None:
    app = picker()
    async with app.run_test(size=(200, 4)):
        app.tag_list.show([tag("v1", tagged_at=int(NOW) - seconds)])
        assert f"Z {age:>4} " in painted(app.tag_list)[1]


async def test_a_date_beyond_the_calendar_is_named_as_such() -> None:
    app = picker()
    async with app.run_test(size=(200, 4)):
        app.tag_list.show([tag("v1", tagged_at=10**17)])
        assert " no such date      >now " in painted(app.tag_list)[1]
