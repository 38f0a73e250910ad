"""The light after a rollback, at every width: what was done, and never a proposal."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from cockpit.release.arrival import rolled_back
from cockpit.release.events import Outcome
from cockpit.release.intents import EndExecution
from cockpit.release.live import Readiness
from cockpit.release.running import Running
from cockpit.tui.theme import made_of
from cockpit.tui.themes import DARK
from cockpit.tui.widgets.light import done_light
from tests.release.test_running import AT, begin, flying


def shown(outcome: Outcome, room: int, *, ready: bool) -> str:
    person = flying()
    begin(person, "rollback", "v1", "1")
    person.act(EndExecution("x", outcome, ""))
    done = rolled_back(person.run, Running(head="1" * 40))
    assert done is not None
    parts = done_light(done, Readiness(ready), made_of(DARK), now=AT, timezone="UTC", room=room)
    return "".join(text for text, _ in parts)


@pytest.mark.parametrize(
    ("room", "ready", "told"),
    [
        (14, True, "rolled back"),
        (20, True, "rolled back to v1"),
        (40, False, "rolled back to v1 at 08:00, verified"),
        (70, False, "rolled back to v1 at 08:00, verified; a further one NOT READY"),
        (70, True, "rolled back to v1 at 08:00, verified"),
    ],
)
def test_the_widest_words_that_fit(room: int, ready: bool, told: str) -> None:
    assert shown("succeeded", room, ready=ready) == told
    assert cell_len(told) <= room


def test_what_nobody_saw_is_said_to_be_unverified() -> None:
    assert shown("unverified", 14, ready=True) == "UNVERIFIED"
    assert shown("unverified", 30, ready=True) == "rolled back, UNVERIFIED"
