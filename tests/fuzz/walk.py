"""A random walk over every screen of the app, and what must hold wherever it leads."""

from __future__ import annotations

import asyncio
import contextlib
import random
import threading
import time
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from textual import events
from textual.errors import TextualError
from textual.pilot import OutOfBounds, Pilot
from textual.widgets import Input
from textual.worker import Worker, WorkerState

from cockpit.release.intents import AddNote, TickItem
from cockpit.release.ledger import state_digest
from cockpit.runs import parse_pins, pinned_of
from cockpit.session import Session
from cockpit.tui import app as cockpit_app
from cockpit.tui.app import CockpitApp
from cockpit.tui.dialogs.ask import ConfirmDialog
from cockpit.tui.screens.flight import FlightScreen
from cockpit.tui.typed import Typed
from cockpit.tui.widgets.strip import PAGES
from tests.fuzz import hostile_flight
from tests.fuzz.shrink import minimal
from tests.fuzz.steps import Step, steps
from tests.fuzz.target import FaultError, require
from tests.fuzz.unsafe import hostile_in
from tests.tui.painted import lines
from tests.tui.scenes import BEN, Scene

_LOOK_EVERY = 5  # steps between looks at what is painted
_REPLAY_EVERY = 40  # and at what another session makes of the journals
_HOME_EVERY = 60  # and between ways back to a page
_LEVELS = 8  # times Esc, more than dialogs can lie on one another
_TURNS = 3000  # of the loop, within which what a key causes is done
_PATIENCE = 30.0  # seconds of CPU and of the clock that a key may take
_SHRINKING = 90.0  # seconds


class WalkedApp(CockpitApp):
    """The app, and what went wrong in its workers."""

    CSS_PATH = str(Path(cockpit_app.__file__).with_name("app.tcss"))

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene.workspace, now=scene._now, feeding=False, seen=scene.seen, doubt=scene.doubt)
        self.failures: list[BaseException] = []

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        if event.state is WorkerState.ERROR and event.worker.error is not None:
            self.failures.append(event.worker.error)


class Walker:
    """One walk in one hostile flight."""

    def __init__(self, scene: Scene, *, readonly: bool) -> None:
        self.scene = scene
        self.readonly = readonly
        self.leaves = 0  # how often the app was left by its dialog, and opened again
        self._before = self._journals()
        self._ben: Session | None = None
        scene.session.readonly = readonly

    async def walk(self, sequence: Sequence[Step], size: tuple[int, int]) -> None:
        """Do all of it; FaultError at whatever must not be, with the number of the step."""
        index = 0
        while index < len(sequence):
            app = WalkedApp(self.scene)
            app.set_reactive(CockpitApp.live, self.scene.live)
            async with app.run_test(size=size, notifications=True) as pilot:
                with _told_of_threads(app.failures):
                    index = await self._go_on(pilot, app, sequence, index)
            require(app.return_code in {0, None}, f"the app ended with {app.return_code}")

    async def _go_on(self, pilot: Pilot[int], app: WalkedApp, sequence: Sequence[Step], index: int) -> int:
        """Walk until the end or until the app is left; return the next step's number."""
        while index < len(sequence):
            step = sequence[index]
            top = app.screen
            asks = isinstance(top, ConfirmDialog) and top._question.startswith("Leave the cockpit?")
            began = time.process_time()
            try:
                await self._do(pilot, app, step)
                require(not app.failures, f"a worker failed: {app.failures}")
                require(time.process_time() - began < _PATIENCE, "a key took far too long")
                if not app.is_running or app._exit:
                    require(app._exception is None, f"the app crashed: {app._exception!r}")
                    require(asks, f"the app ended at {step} in {top!r}")
                    self.leaves += 1
                    return index + 1
                await self._look(pilot, app, index)
            except FaultError as fault:
                raise FaultError(f"at step {index} {step}: {fault}") from fault
            index += 1
        await self._home(pilot, app)
        return index

    async def _do(self, pilot: Pilot[int], app: WalkedApp, step: Step) -> None:
        self.scene.clock.time += 0.1
        match step.kind:
            case "key":
                await press(pilot, step.what)
            case "type":
                for letter in step.what:
                    await press(pilot, letter)
                    if app._exit:
                        return
            case "bytes":
                typed = Typed(app._driver.send_message if app._driver is not None else app.post_message)
                typed.take(step.what.encode("latin-1"))
                typed.end()
                await rest(pilot)
            case "paste":
                app.post_message(events.Paste(step.what))
                await rest(pilot)
            case "click":
                with contextlib.suppress(OutOfBounds, TextualError):
                    await pilot.click(offset=(step.x % max(app.size.width, 1), step.y % max(app.size.height, 1)))
            case "size":
                await pilot.resize_terminal(step.x, step.y)
            case "wait":
                self.scene.clock.time += step.x
                app.tick_clock()
                await rest(pilot)
            case "colleague":
                await asyncio.to_thread(self._colleague_writes, step.x)
                await asyncio.to_thread(self.scene.session.poll)
                await rest(pilot)
            case "worker":
                if not self.readonly:
                    await asyncio.to_thread(hostile_flight.go_on, self.scene, self._colleague(), step.x)
                    await asyncio.to_thread(self.scene.session.poll)
                    await rest(pilot)
            case "log":
                with (self.scene.repo / "logs" / "app.log").open("ab") as log:
                    log.write(b"2026-03-10T13:17:00Z WARN \x1b]0;x\x07 line %d [/x]\n" % step.x)

    def _colleague_writes(self, number: int) -> None:
        if self.readonly:
            return
        ben = self._colleague()
        ben.poll()
        items = [item for item, view in ben.run.items.items() if view.state == "open"]
        if items and number % 2:
            with contextlib.suppress(Exception):
                ben.act(TickItem(items[number % len(items)]))
        else:
            ben.act(AddNote(f"\u202e[/nope] {number}"))

    def _colleague(self) -> Session:
        """Return Ben's session, who writes what the worker would, too."""
        if self._ben is None:
            self._ben = self.scene.colleague()
        return self._ben

    # What must hold

    async def _look(self, pilot: Pilot[int], app: WalkedApp, index: int) -> None:
        if index % _LOOK_EVERY == 0 and app.size.width and app.size.height:
            for number, line in enumerate(lines(app)):
                found = hostile_in(line)
                require(not found and "\t" not in line, f"row {number} of {app.screen!r} holds {found}: {line!r}")
        if index % _REPLAY_EVERY == _REPLAY_EVERY - 1:
            await self._settle(pilot, app)
            await asyncio.to_thread(self._replay, app)
        if index % _HOME_EVERY == _HOME_EVERY - 1:
            await self._home(pilot, app)

    async def _settle(self, pilot: Pilot[int], app: WalkedApp) -> None:
        """Wait until what was begun is done."""
        deadline = time.monotonic() + _PATIENCE
        while any(not worker.is_finished for worker in app.workers if worker.group == "act"):
            require(time.monotonic() < deadline, f"workers do not end: {list(app.workers)}")
            await rest(pilot)

    def _replay(self, app: WalkedApp) -> None:
        """Another session, which reads the journals anew, shows the same; and nothing in them was taken back."""
        now = self._journals()
        if self.readonly:
            require(now == self._before, "a cockpit that may not write has written")
        for path, data in self._before.items():
            require(now.get(path, b"").startswith(data), f"{path} is not what it was")
        self._before = now
        app.workspace.session.poll()
        run = app.workspace.run
        store = self.scene._open_store()
        other = Session(store, BEN, now=self.scene._now, parse_pins=parse_pins)
        other.focus(run.id, pinned_of(store, run.summary()))
        require(state_digest(other.run) == state_digest(run), "another session comes to another state")
        mine = {item: view.state for item, view in run.items.items()}
        theirs = {item: view.state for item, view in other.run.items.items()}
        require(mine == theirs, "another session shows other items")
        require(run.bad_lines == 0, f"{run.bad_lines} bad lines")
        store.close()

    async def _home(self, pilot: Pilot[int], app: WalkedApp) -> None:
        """Esc leads back to a page, and there every number to its own."""
        for _ in range(_LEVELS):
            await press(pilot, "escape")
            top = app.screen
            if isinstance(top, ConfirmDialog) and top._question.startswith("Throw away what you have typed?"):
                await press(pilot, "right")
                await press(pilot, "enter")
            if isinstance(app.screen, FlightScreen) and not isinstance(app.focused, Input):
                break
        if type(app.screen).__name__ == "ExecutionScreen":
            await press(pilot, "q")
        require(isinstance(app.screen, FlightScreen), f"Esc does not lead back: {app.screen!r}")
        require(not isinstance(app.focused, Input), f"Esc does not leave the field {app.focused!r}")
        for number, page, *_ in random.Random(self.leaves).sample(PAGES, 2):
            await press(pilot, number)
            screen = app.screen
            found = screen.page.id if isinstance(screen, FlightScreen) else repr(screen)
            require(found == page, f"{number} does not lead to {page} but {found}, focus {app.focused!r}")

    def _journals(self) -> dict[str, bytes]:
        place = self.scene.store.location
        return {path.relative_to(place.root).as_posix(): path.read_bytes() for path in place.journal.rglob("*.jsonl")}


async def press(pilot: Pilot[int], key: str) -> None:
    """Press a key, and let what it does be done; not as long as Textual's own tests wait, for there are many."""
    app = pilot.app
    if app._exit or app._driver is None:
        return
    name = key if len(key) > 1 or key.isalnum() else _name_of(key)
    app._driver.send_message(events.Key(name, key if len(key) == 1 else _character_of(key)))
    await rest(pilot)


async def rest(pilot: Pilot[int]) -> None:
    """Let the app deal with what has reached it: a key goes up from widget to widget, a message each."""
    app = pilot.app
    empty = 0
    for turn in range(_TURNS):
        await asyncio.sleep(0 if turn % 20 else 0.001)
        if app._exit:
            return
        if turn % 3 == 2:
            waiting = any(pump.message_queue_size for pump in (app, *app.screen.walk_children(with_self=True)))
            empty = 0 if waiting else empty + 1
            if empty == 3:
                return


def _name_of(character: str) -> str:
    from textual.keys import _character_to_key

    return _character_to_key(character)


def _character_of(key: str) -> str | None:
    import unicodedata

    from textual.keys import REPLACED_KEYS, _get_unicode_name_from_key

    try:
        return unicodedata.lookup(_get_unicode_name_from_key(REPLACED_KEYS.get(key, key)))
    except KeyError:
        return None


@contextlib.contextmanager
def _told_of_threads(failures: list[BaseException]) -> Iterator[None]:
    """Keep what nobody catches in threads and in the loop."""
    loop = asyncio.get_running_loop()
    before, handler = threading.excepthook, loop.get_exception_handler()
    threading.excepthook = lambda told: failures.append(told.exc_value or RuntimeError("a thread ended"))
    loop.set_exception_handler(lambda _loop, told: failures.append(told.get("exception") or RuntimeError(str(told))))
    try:
        yield
    finally:
        threading.excepthook = before
        loop.set_exception_handler(handler)


def take(
    place: Path, template: Path, sequence: Sequence[Step], size: tuple[int, int], *, readonly: bool, rollback: bool
) -> Walker:
    """Walk in a flight of its own, with a `rollback` under way or none; whatever is wrong is raised."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COCKPIT_STATE_DIR", str(place / "state"))
        for name in ("COCKPIT_ASCII", "NO_COLOR", "LC_CTYPE", "COLORTERM"):
            patch.delenv(name, raising=False)
        patch.setenv("LC_ALL", "C.UTF-8")
        scene = hostile_flight.fly(place / "flight", template)
        with contextlib.chdir(scene.repo):
            hostile_flight.take_off(scene)
            if rollback:
                hostile_flight.roll_back(scene)
            walker = Walker(scene, readonly=readonly)
            asyncio.run(walker.walk(sequence, size))
    return walker


def walked(place: Path, *, seed: int, keys: int, size: tuple[int, int], readonly: bool, rollback: bool) -> bool:
    """Walk, and tell of it; where something is wrong, look for a shorter way to it and print it as a test."""
    place.mkdir()
    template = hostile_flight.build(place)
    sequence = steps(random.Random(f"walk/{seed}/{size}"), keys)
    began, cpu = time.monotonic(), time.process_time()
    width, height = size
    how = f"{', read-only' if readonly else ''}{', with a rollback' if rollback else ''}"
    print(f"walk {width}x{height}, seed {seed}, {keys} keys{how} …", flush=True)
    try:
        walker = take(place, template, sequence, size, readonly=readonly, rollback=rollback)
    except Exception as error:
        print("".join(traceback.format_exception(error, limit=-8)))
        print(f"again: python -m tests.fuzz walk --seed {seed} --keys {keys} --size {width}x{height}"
              + " --readonly" * readonly + " --rollback" * rollback, flush=True)  # fmt: skip
        _tell_shorter(place, template, sequence, size, error, readonly=readonly, rollback=rollback)
        return False
    told = f"{time.monotonic() - began:.0f} s, {time.process_time() - cpu:.0f} s of CPU"
    print(f"  {keys} keys, {told}, left and opened again {walker.leaves} times: all held", flush=True)
    return True


def _tell_shorter(
    place: Path, template: Path, sequence: list[Step], size: tuple[int, int], error: Exception, *, readonly: bool,
    rollback: bool,
) -> None:  # fmt: skip
    kind = _kind(error)
    deadline = time.monotonic() + _SHRINKING

    def fails(some: list[Step]) -> bool:
        try:
            take(place, template, some, size, readonly=readonly, rollback=rollback)
        except Exception as again:
            return _kind(again) == kind
        return False

    reached = _step_of(error, len(sequence))
    sequence = sequence[: reached + 1]
    for last in (30, 150, 600):
        if last < len(sequence) and fails(sequence[-last:]):
            sequence = sequence[-last:]
            break
    found = minimal(sequence, fails, deadline)
    shown = "\n".join(f"        {step!r}," for step in found)
    how = f"readonly={readonly}, rollback={rollback}"
    print(f"As a test ({len(found)} steps):\n\n    walk_holds(tmp_path, {size}, [\n{shown}\n    ], {how})", flush=True)


def _step_of(error: Exception, otherwise: int) -> int:
    words = str(error).split()
    return int(words[2]) if str(error).startswith("at step ") else otherwise


def _kind(error: Exception) -> str:
    text = str(error)
    if isinstance(error, FaultError):
        return " ".join(text.partition(": ")[2].split()[:4])
    frames = traceback.extract_tb(error.__traceback__)
    return f"{type(error).__name__} {frames[-1].name}"
