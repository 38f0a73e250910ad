"""What a log shows where journeys through it, its end and its filter come in each other's way, as on a busy host."""

from __future__ import annotations

from pathlib import Path
from threading import Event, current_thread
from typing import ClassVar

import pytest
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.pilot import Pilot

from cockpit.logs.buffer import LogBuffer
from cockpit.logs.reader import FIRST_LINES, LogReader
from cockpit.logs.tagged import LineClassifier
from cockpit.times import zone
from cockpit.tui.themed import ThemedApp
from cockpit.tui.widgets.log_journey import Arrived
from cockpit.tui.widgets.log_status import LogStatus
from cockpit.tui.widgets.log_tail import LogTail
from tests.tui.painted import until

HEIGHT = 10
FLOODED = 19_000  # lines that come at once

pytestmark = pytest.mark.full


class Gate:
    """Where threads wait while it is shut."""

    def __init__(self) -> None:
        self._open = Event()
        self._open.set()
        self.somebody_waits = Event()

    def shut(self) -> None:
        self._open.clear()

    def open(self) -> None:
        self.somebody_waits.clear()
        self._open.set()

    def pass_through(self) -> None:
        if not self._open.is_set():
            self.somebody_waits.set()
            assert self._open.wait(20)


class HeldReader(LogReader):
    """A reader that can be held up before it reads lines for a journey, or for joining the end again."""

    def __init__(self, path: Path, buffer: LogBuffer) -> None:
        self.journeys = Gate()
        self.end = Gate()
        super().__init__("app", path, buffer=buffer, first=FIRST_LINES, clock=lambda: 0.0)  # whose rates stand still

    def new_classifier(self) -> LineClassifier:
        (self.end if current_thread().name.startswith("log ") else self.journeys).pass_through()
        return super().new_classifier()


class HeldApp(ThemedApp):
    BINDINGS: ClassVar[list[BindingType]] = [("escape", "escaped", "")]

    def __init__(self, path: Path, *, capacity: int = 20_000) -> None:
        super().__init__()
        self.reader = HeldReader(path, LogBuffer(capacity))
        self.view = LogTail("app", path, timezone=zone("UTC"), clock=lambda: 0.0, reader=self.reader)
        self.path = path

        self.is_slow = False
        self.escaped = 0

    def action_escaped(self) -> None:
        self.escaped += 1

    def compose(self) -> ComposeResult:
        yield self.view

    def on_log_status(self, message: LogStatus) -> None:
        self.is_slow = message.too_slow is not None

    def on_mount(self) -> None:
        self.view.focus()

    def write(self, *texts: str) -> None:
        with self.path.open("a") as file:
            file.write("".join(f"INFO {text}\n" for text in texts))

    def shown(self) -> list[str]:
        texts = [self.view.render_line(y).text for y in range(HEIGHT)]
        return [text.split("INFO")[1].strip() for text in texts if "INFO" in text]

    async def follows(self, pilot: Pilot[int]) -> bool:
        """Whether a line that is written now is the last one on the screen in time."""
        self.write("the newest")
        await until(pilot, lambda: self.shown()[-1:] == ["the newest"])
        return self.view.follow


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "app.log"
    path.write_text("".join(f"INFO {number}\n" for number in range(20_000)))
    return path


async def at_the_end(app: HeldApp, pilot: Pilot[int]) -> None:
    await until(pilot, lambda: app.shown()[-1:] == ["19999"])


async def a_flood_passes(app: HeldApp, pilot: Pilot[int], text: str) -> None:
    lines = app.reader.status.counts.lines
    with app.path.open("ab", buffering=0) as file:
        file.write(f"INFO {text}\n".encode() * FLOODED)
    await until(pilot, lambda: app.reader.status.counts.lines == lines + FLOODED)
    assert app.reader.status.skipped


async def a_journey_is_held_up(app: HeldApp, pilot: Pilot[int], *keys: str) -> None:
    app.reader.journeys.shut()
    await pilot.press(*keys)
    await until(pilot, app.reader.journeys.somebody_waits.is_set)


@pytest.mark.parametrize("key", ["escape", "end", "f"])
async def test_who_follows_and_stops_a_journey_goes_on_following(path: Path, key: str) -> None:
    app = HeldApp(path)
    async with app.run_test(size=(70, 12)) as pilot:
        await at_the_end(app, pilot)
        await a_journey_is_held_up(app, pilot, "home")
        await pilot.press(key)
        if key == "f":
            await pilot.press(key)  # the first one stops here
        app.reader.journeys.open()
        assert await app.follows(pilot)
        await until(pilot, lambda: all(worker.is_finished for worker in app.workers))
        await pilot.pause()
        assert (app.view.border_subtitle or "") == ("stopped" if key == "escape" else "")


async def test_esc_stops_what_is_under_way_for_good_and_only_then_is_the_screens(path: Path) -> None:
    app = HeldApp(path)
    async with app.run_test(size=(70, 12)) as pilot:
        await at_the_end(app, pilot)
        app.reader.journeys.shut()
        app.view.apply_filter("^INFO 77$")  # which is not in the stretch that is read first
        await until(pilot, app.reader.journeys.somebody_waits.is_set)
        await until(pilot, lambda: "Esc stops" in str(app.view.border_subtitle))
        await pilot.press("escape")
        app.reader.journeys.open()
        await until(pilot, lambda: app.view.border_subtitle == "stopped")
        assert not app.escaped
        lines = app.reader.status.counts.lines
        app.write("the newest")
        await until(pilot, lambda: app.reader.status.counts.lines > lines)
        await until(pilot, lambda: all(worker.is_finished for worker in app.workers))
        assert app.view.border_subtitle == "stopped"
        assert app.view.buffer.extent.first == app.view.buffer.extent.end
        await pilot.press("escape")
        assert app.escaped
        await pilot.press("pageup")
        await until(pilot, lambda: app.shown() == ["77"])


async def test_who_has_scrolled_and_stops_a_journey_by_going_to_the_end_follows(path: Path) -> None:
    app = HeldApp(path)
    async with app.run_test(size=(70, 12)) as pilot:
        await at_the_end(app, pilot)
        await pilot.press("pageup")
        await until(pilot, lambda: not app.view.follow)
        await a_journey_is_held_up(app, pilot, "home")
        await pilot.press("end")
        app.reader.journeys.open()
        assert await app.follows(pilot)


async def test_who_goes_to_the_end_and_away_again_at_once_is_away(path: Path) -> None:
    app = HeldApp(path)
    first = [str(number) for number in range(HEIGHT)]
    async with app.run_test(size=(70, 12)) as pilot:
        await at_the_end(app, pilot)
        await pilot.press("home")
        await until(pilot, lambda: app.shown() == first)
        app.reader.end.shut()
        await pilot.press("end")
        await until(pilot, app.reader.end.somebody_waits.is_set)
        await pilot.press("home")
        await until(pilot, lambda: app.shown() == first and not app.view.progress)
        app.reader.end.open()
        lines = app.reader.status.counts.lines
        app.write("the newest")
        await until(pilot, lambda: app.reader.status.counts.lines > lines)  # it has had its turn
        await pilot.pause()
        assert app.shown() == first
        assert not app.view.follow
        await pilot.press("end")
        assert await app.follows(pilot)


async def test_a_filter_that_is_changed_while_a_journey_is_held_up_shows_its_lines(path: Path) -> None:
    app = HeldApp(path)
    async with app.run_test(size=(70, 12)) as pilot:
        await at_the_end(app, pilot)
        app.view.apply_filter("77$")
        await until(pilot, lambda: app.shown()[-1:] == ["19977"])
        await a_journey_is_held_up(app, pilot, "home")
        app.view.apply_filter("88$")
        app.reader.journeys.open()
        await until(pilot, lambda: app.shown()[:2] == ["88", "188"])
        app.view.apply_filter("")
        await until(pilot, lambda: {"87", "88", "89"} <= set(app.shown()))


async def test_what_is_around_a_match_is_shown_although_its_journey_is_held_up(path: Path) -> None:
    app = HeldApp(path)
    async with app.run_test(size=(70, 12)) as pilot:
        await at_the_end(app, pilot)
        app.view.apply_filter("^INFO 500$")
        await until(pilot, lambda: app.shown() == ["500"] and not app.view.progress)
        app.view.go_to_match(-1)
        await a_journey_is_held_up(app, pilot, "enter")
        app.view.apply_filter("0$")
        app.view.apply_filter("")
        app.reader.journeys.open()
        await until(pilot, lambda: {"499", "500", "501"} <= set(app.shown()))


async def test_matches_from_far_back_do_not_take_the_place_of_those_that_come(tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    path.write_text("".join(f"INFO {'needle' if number < 800 else 'hay'} {number}\n" for number in range(3_000)))
    app = HeldApp(path, capacity=500)
    async with app.run_test(size=(70, 12)) as pilot:
        await until(pilot, lambda: app.shown()[-1:] == ["hay 2999"])
        app.view.apply_filter("needle")
        await until(pilot, lambda: app.shown() == [f"needle {number}" for number in range(790, 800)])
        app.write("needle, the newest")
        await until(pilot, lambda: app.shown()[-2:] == ["needle 799", "needle, the newest"])
        app.write(*["hay"] * 1_000)
        await until(pilot, lambda: app.reader.status.counts.lines > 1_500)
        app.write("needle, and one more")
        await until(pilot, lambda: app.shown()[-3:] == ["needle 799", "needle, the newest", "needle, and one more"])
        app.view.apply_filter("")
        await until(pilot, lambda: app.shown()[-3:] == ["hay", "hay", "needle, and one more"])


async def test_a_filter_in_a_flood_looks_back_once_that_is_over_although_nothing_more_comes(path: Path) -> None:
    app = HeldApp(path)
    async with app.run_test(size=(70, 12)) as pilot:
        await at_the_end(app, pilot)
        await a_flood_passes(app, pilot, "flood")
        app.view.apply_filter("^INFO 77$")
        await until(pilot, lambda: app.shown() == ["77"])


async def test_matches_that_a_flood_left_no_time_for_are_read_after_it_although_nothing_more_comes(
    path: Path,
) -> None:
    app = HeldApp(path)
    async with app.run_test(size=(70, 12)) as pilot:
        await at_the_end(app, pilot)
        app.view.apply_filter("needle")
        await until(pilot, lambda: app.view.hint() == "none of the lines looked through matches needle")
        await a_flood_passes(app, pilot, "needle")
        await until(pilot, lambda: app.view.buffer.has_all_for(app.view.buffer.filter))
        assert app.shown() == ["needle"] * HEIGHT
        assert app.view.follow


async def test_a_pattern_too_slow_for_what_was_written_before_hides_nothing(tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    slow = "a" * 60 + "b"
    path.write_text("".join(f"INFO {slow if number < 500 else number}\n" for number in range(3_000)))
    app = HeldApp(path)
    async with app.run_test(size=(70, 12)) as pilot:
        await until(pilot, lambda: app.shown()[-1:] == ["2999"])
        app.view.apply_filter("(a|aa)+$")
        await until(pilot, lambda: app.shown() == [str(number) for number in range(2990, 3000)])
        assert app.view.buffer.filter is None
        assert await app.follows(pilot)


async def test_a_pattern_that_turns_out_too_slow_leaves_no_gap(tmp_path: Path) -> None:
    def text(number: int) -> str:
        return "a" * 90 + "b" if number < 500 else f"{'needle' if number == 1_900 else 'hay':80}{number:>11}"

    path = tmp_path / "app.log"
    path.write_text("".join(f"INFO {text(number)}\n" for number in range(3_000)))
    app = HeldApp(path)
    async with app.run_test(size=(120, 12)) as pilot:
        await until(pilot, lambda: app.shown()[-1:] == [text(2999)])
        app.view.apply_filter("(a|aa)+$|needle")
        await until(pilot, lambda: app.is_slow)
        await until(pilot, lambda: app.view.buffer.has_all_for(None) and app.view.buffer.has_end)
        await until(pilot, lambda: app.shown() == [text(number) for number in range(2990, 3000)])
        assert app.view.buffer.has_all_for(None)


async def test_who_has_gone_to_the_end_is_not_led_away_by_a_journey_that_arrives_late(path: Path) -> None:
    app = HeldApp(path)
    async with app.run_test(size=(70, 12)) as pilot:
        await at_the_end(app, pilot)
        await pilot.press("home")
        await until(pilot, lambda: app.shown()[0] == "0" and not app.view.progress)
        await pilot.press("end")
        await at_the_end(app, pilot)
        app.view.post_message(Arrived(app.view.buffer.span.start, journey="an older one"))
        await pilot.pause()
        assert app.view.follow
        assert await app.follows(pilot)


async def test_going_to_the_beginning_through_a_filter_goes_to_its_first_match(path: Path) -> None:
    app = HeldApp(path)
    async with app.run_test(size=(70, 12)) as pilot:
        await at_the_end(app, pilot)
        app.view.apply_filter("77$")
        await until(pilot, lambda: app.shown()[-1:] == ["19977"])
        await pilot.press("home")
        await until(pilot, lambda: app.shown()[:2] == ["77", "177"])
        await pilot.press("end")
        app.view.apply_filter("nothing like it")
        await until(pilot, lambda: not app.shown() and not app.view.progress)
        await pilot.press("home")
        await until(pilot, lambda: "nothing matches the filter" in str(app.view.border_subtitle))
        app.view.apply_filter("")
        assert await app.follows(pilot)
