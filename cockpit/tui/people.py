"""Who is here, in as many letters as there is room for; and who of them drives."""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import cell_len

from cockpit.people import each_once, short_names
from cockpit.release.live import Live
from cockpit.release.record import same_name
from cockpit.release.wheel import Wheel
from cockpit.tui.glyphs import shown


def people_lines(live: Live, wheel: Wheel, now: float, *, sign: str) -> Iterator[str]:
    """Yield who is here in ever fewer letters, such as `⊛ana+ben`, `⊛ana+1`; `sign` marks whoever drives.

    A driver who is not here stands in brackets: `ben (⊛ana)`.
    """
    # Whoever sits at two cockpits may have written their name in two ways: it is the driver's, or the first one's.
    names = each_once([*wheel.drivers, *(one.name for one in live.present)])
    here = list(
        dict.fromkeys(
            next(name for name in names if same_name(name, one.name))
            for one in live.present
            if one.kind == "screen" and one.here(now)
        )
    )
    if not here and wheel.free:
        return
    called = {name: shown(short) for name, short in short_names([*here, *wheel.drivers]).items()}

    def marked(name: str) -> str:
        return f"{sign}{called[name]}" if name in wheel.drivers else called[name]

    away = [f"({marked(name)})" for name in wheel.drivers if name not in here]
    here.sort(key=lambda name: name not in wheel.drivers)
    yield " ".join(["+".join(map(marked, here)), *away]).strip()
    drivers = [marked(name) for name in here if name in wheel.drivers]
    others = len(here) - len(drivers)
    if drivers or away:
        yield " ".join(["+".join([*drivers, *([str(others)] if others and drivers else [])]), *away]).strip()
    elif others > 2:
        yield f"{marked(here[0])}+{others - 1}"
    if others > 1 and not drivers:
        yield f"{others} people"


def widest_fitting(lines: Iterator[str], room: int) -> str:
    """Return the first that fits into `room` cells; empty where none does."""
    return next((line for line in lines if cell_len(line) <= room), "")
