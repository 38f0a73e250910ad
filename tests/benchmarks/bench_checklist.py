"""What a checklist of 5,000 items costs at the screen, beside a bare Textual OptionList of as many lines.

`python -m tests.benchmarks.bench_checklist`: how long opening takes, from the start of the app to its first whole
frame, and from a key to the cursor's new place painted; both of the same run, and as ratios. `--profile` prints where
the time goes.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import cProfile
import gc
import os
import pstats
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widgets import OptionList

from cockpit.tui.widgets.checklist import ItemList
from tests.benchmarks.figures import Result, Row, Scale, percentile, times
from tests.benchmarks.table import parse, report
from tests.tui.scenes import CONFIGURATION, Scene, build_repository

ITEMS = 5_000
PHASES = 5
SECTIONS = 20
KEYS = 200
SIZE = (200, 50)


def checklist_text(items: int = ITEMS, *, phases: int = 1) -> str:
    """Return a checklist file; with one phase all of its items are in one list."""
    lines = ["id: large", "title: Large", "phases:"]
    per_section = items // (phases * SECTIONS)
    number = 0
    for phase in range(phases):
        lines += [f"- id: phase-{phase}", f"  title: Phase {phase}", "  pause_point: true", "  sections:"]
        for section in range(SECTIONS):
            lines += [f"  - id: s{phase}-{section}", f"    title: Section {section}", "    items:"]
            for _ in range(per_section):
                lines += [f"    - id: item-{number}", f"      text: 'Look at part {number} of the service'"]
                lines += ["      role: ops", f"      due: T-{number % 20}d"]
                lines += ["      killer: true"] if number % 50 == 0 else []
                number += 1
    return "\n".join([*lines, ""])


def make_scene(directory: Path, *, phases: int = 1) -> Scene:
    """Make an open run with that checklist."""
    template = directory / "template"
    build_repository(template, CONFIGURATION + "checklists: [large]\n")
    scene = Scene(directory, template)
    (scene.repo / "checklists").mkdir()
    (scene.repo / "checklists" / "large.yaml").write_text(checklist_text(phases=phases))
    with contextlib.chdir(scene.repo):
        scene.open()
    return scene


class Bare(App[int]):
    """Nothing but an OptionList."""

    def compose(self) -> ComposeResult:
        yield OptionList(*(f"Look at part {number} of the service" for number in range(ITEMS)), markup=False)


Highlight = Callable[[App[int]], int]


def bare_cursor(app: App[int]) -> int:
    """Return the line that the OptionList's cursor is on."""
    return app.screen.query_one(OptionList).highlighted or 0


def our_cursor(app: App[int]) -> int:
    """Return the line that our list's cursor is on."""
    return app.screen.query_one(ItemList).cursor


def ready(app: App[int]) -> bool:
    """Whether the list is there with all its lines, and painted."""
    lists = app.screen.query(ItemList)
    if lists:
        return len(lists.first().rows) >= ITEMS and painted(app, "Look at part 0 ")
    options = app.screen.query(OptionList)
    return bool(options) and options.first().option_count == ITEMS and painted(app, "Look at part 0 ")


def painted(app: App[int], text: str) -> bool:
    """Whether a text stands on the screen."""
    return any(text in strip.text for strip in app.screen._compositor.render_strips())


async def opened(make: Callable[[], App[Any]]) -> float:
    """Return how many seconds it takes from nothing to the first whole frame."""
    gc.collect()
    started = time.perf_counter()
    app = make()
    async with app.run_test(size=SIZE) as pilot:
        while not ready(app):
            await pilot.pause()
        return time.perf_counter() - started


async def moved(make: Callable[[], App[Any]], cursor: Highlight, keys: int) -> list[float]:
    """Return, a key each, how many seconds it takes until the cursor's new place is painted."""
    app = make()
    async with app.run_test(size=SIZE) as pilot:
        while not ready(app):
            await pilot.pause()
        await pilot.press("down")
        gc.collect()
        return [await key_to_paint(pilot, app, cursor) for _ in range(keys)]


async def key_to_paint(pilot: Pilot[Any], app: App[Any], cursor: Highlight) -> float:
    """Press a key and wait for the frame after it."""
    before = cursor(app)
    done: asyncio.Future[float] = asyncio.get_running_loop().create_future()
    frame = app.screen._compositor_refresh

    def after_frame() -> None:
        frame()
        if cursor(app) != before and not app.screen._dirty_widgets and not done.done():
            done.set_result(time.perf_counter())

    app.screen._compositor_refresh = after_frame  # type: ignore[method-assign]
    try:
        started = time.perf_counter()
        app.post_message(_down())
        return await asyncio.wait_for(done, 10.0) - started
    finally:
        app.screen._compositor_refresh = frame  # type: ignore[method-assign]
        await pilot.pause()


def _down() -> Any:
    from textual.events import Key

    return Key("down", None)


async def measure(scene: Scene, scale: Scale) -> list[Result]:
    """Open in turn, then press keys in turn."""
    rounds, keys = scale.rounds, scale.of(KEYS, 30)
    makers: tuple[Callable[[], App[Any]], ...] = (scene.app, Bare)
    opening: tuple[list[float], list[float]] = ([], [])
    moving: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds + 1):  # one to warm up
        for make, times_of in zip(makers, opening, strict=True):
            seconds = await opened(make)
            if number:
                times_of.append(seconds)
    for _ in range(rounds):
        for make, cursor, p95 in zip(makers, (our_cursor, bare_cursor), moving, strict=True):
            p95.append(percentile(await moved(make, cursor, keys), 0.95))
    peer = "OptionList"
    return [
        Row(f"open a checklist of {ITEMS:,} items", "ms", times(1e3, opening[0]), peer, times(1e3, opening[1])),
        Row(f"key to paint p95, {ITEMS:,} items", "ms", times(1e3, moving[0]), peer, times(1e3, moving[1]), goal=1.5),
    ]


@contextlib.contextmanager
def at_scene(phases: int = 1) -> Iterator[Scene]:
    """Yield a scene in a scratch repository, and stand in it."""
    os.environ["LC_ALL"] = "C.UTF-8"
    with tempfile.TemporaryDirectory() as directory:
        scene = make_scene(Path(directory), phases=phases)
        os.environ["COCKPIT_STATE_DIR"] = str(scene.state)
        try:
            with contextlib.chdir(scene.repo):
                yield scene
        finally:
            del os.environ["COCKPIT_STATE_DIR"]


def rows(scale: Scale, phases: int = 1) -> Iterator[Result]:
    """Measure, in a scratch repository."""
    with at_scene(phases) as scene:
        yield from asyncio.run(measure(scene, scale))


def profile(which: str, phases: int) -> None:
    """Print where the time goes."""
    with at_scene(phases) as scene:
        profiler = cProfile.Profile()
        work = opened(scene.app) if which == "open" else moved(scene.app, our_cursor, KEYS)
        profiler.enable()
        asyncio.run(work)
        profiler.disable()
        pstats.Stats(profiler).sort_stats("cumulative").print_stats("cockpit", 60)


def main() -> None:
    """Measure, or profile."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--phases", type=int, default=1)
    parser.add_argument("--profile", choices=("", "open", "keys"), default="")
    arguments = parse(parser)
    if arguments.profile:
        profile(arguments.profile, arguments.phases)
    else:
        report(lambda scale: rows(scale, arguments.phases), arguments)


if __name__ == "__main__":
    main()
