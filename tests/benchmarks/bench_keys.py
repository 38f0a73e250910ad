"""From a key to what it paints, on every page with live data: `python -m tests.benchmarks.bench_keys`.

The demo is served; a cockpit of 200 by 50 stands on a pseudo-terminal. On each page the cursor moves (in a log, `w`
wraps its lines), and the time from writing the key until the changed cells have been read is taken, a p95 a round.
Beside it a bare Textual app: a list whose cursor moves, and two pages of text to turn between.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack

from cockpit.tui.glyphs import UNICODE
from cockpit.tui.widgets.strip import PAGES
from tests.benchmarks.bare import READY
from tests.benchmarks.console import Console
from tests.benchmarks.figures import Result, Row, Scale, percentile, times
from tests.benchmarks.painted import Painted
from tests.benchmarks.served import SIZE, opened, served_demo
from tests.benchmarks.table import run_alone

KEYS = 40  # a round and page
_PART = 0.95
_TITLES = 5  # the rows that the tabs and a page's first title are in
_SEED = 7
_TRIES = 3
_DOWN = "\x1b[B"

Look = Callable[[Painted], object]


def tabs_row(painted: Painted) -> int:
    """Return the row that the tabs are in: a banner that calls pushes them, and all below, one down."""
    ends = {f" {number} {title}" for number, _, _, title in (PAGES[0], PAGES[-1])}
    lines = painted.lines()[:_TITLES]
    return next((y for y, line in enumerate(lines) if all(end in line for end in ends)), 1)


def cursor(painted: Painted) -> object:
    """Return where the cursors' signs stand, below the tabs."""
    top = tabs_row(painted)
    return frozenset((y - top, x) for y, x in painted.places(UNICODE.cursor))


def wrapping(painted: Painted) -> object:
    """Return whether the first log's title says that it wraps its lines."""
    return any(" wrap " in line and " follow " in line for line in painted.lines()[:_TITLES])


def everything(painted: Painted) -> object:
    """Return all that is drawn: for an app that draws nothing by itself."""
    return painted.drawn()


def tab(painted: Painted) -> object:
    """Return how the tabs are drawn."""
    return tuple(painted.rows[tabs_row(painted)])


def key_to_paint(
    console: Console, key: str, look: Look, dice: random.Random, *, within: float = 5.0,
    at_press: Callable[[], object] = lambda: None,
) -> float:  # fmt: skip
    """Press a key at no particular moment; return the seconds until what one looks at has changed.

    Where it does not `within` seconds, the frame of the key before was mistaken for another's: then the key is pressed
    again. `at_press` is called just before.
    """
    for _ in range(_TRIES):
        console.written_within(dice.uniform(0.05, 0.2))
        before = look(console.painted)
        at_press()
        pressed = console.press(key)
        at = console.until(lambda painted, before=before: look(painted) != before, within=within)  # type: ignore[misc]
        if at != float("inf"):
            return at - pressed
    shown = "\n".join(console.painted.lines())
    raise RuntimeError(f"nothing was painted for the key {key!r}; the screen:\n{shown}")


def p95(console: Console, keys: Sequence[str], look: Look, count: int) -> float:
    """Return the 95th percentile of so many keys' times, the keys taken in turn."""
    dice = random.Random(_SEED)
    return percentile([key_to_paint(console, keys[n % len(keys)], look, dice) for n in range(count)], _PART)


def keys_of(page: str) -> tuple[str, Look]:
    """Return the keys that move something on a page to and fro, and what moves."""
    if page == "logs":
        return "w", wrapping
    return ("kj" if page == "timeline" else "jk"), cursor


def turn_to(console: Console, number: str) -> None:
    """Go to a page and let it come to rest."""
    console.press(number)
    console.settle(0.3)
    time.sleep(0.2)


def rows(scale: Scale) -> Iterator[Result]:
    """Measure the pages in turn with the bare app, round after round."""
    count = scale.of(KEYS, 10)
    ours: dict[str, list[float]] = {title: [] for _, _, _, title in PAGES}
    turning, bare_list, bare_turning = list[float](), list[float](), list[float]()
    with ExitStack() as stack:
        served = stack.enter_context(served_demo())
        console = stack.enter_context(served.console())
        bare = stack.enter_context(Console([sys.executable, "-m", "tests.benchmarks.bare", "list"], size=SIZE))
        pages = stack.enter_context(Console([sys.executable, "-m", "tests.benchmarks.bare", "pages"], size=SIZE))
        opened(console)
        for each in (bare, pages):
            each.until(lambda painted: painted.holds(READY))
        time.sleep(5.0)  # until the probes have been seen
        for _ in range(scale.rounds):
            for number, page, _, title in PAGES:
                turn_to(console, number)
                ours[title].append(p95(console, *keys_of(page), count))
            bare_list.append(p95(bare, [_DOWN], everything, count))
            turning.append(p95(console, "".join(number for number, *_ in PAGES), tab, count))
            bare_turning.append(p95(pages, "21", everything, count))
    for number, _, _, title in PAGES:
        what = f"key to paint p95, {number} {title}"
        yield Row(what, "ms", times(1e3, ours[title]), "bare Textual list", times(1e3, bare_list), goal=1.5)
    what = "turning to a page p95, all in turn"
    yield Row(what, "ms", times(1e3, turning), "bare Textual pages", times(1e3, bare_turning), goal=1.5)


if __name__ == "__main__":
    run_alone(rows, __doc__)
