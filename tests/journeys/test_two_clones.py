"""Two people at two laptops: each sees what the other does, two who agree agree, and two who do not are contested."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.journeys.clones import TwoClones
from tests.journeys.conftest import OpenTerminal

pytestmark = pytest.mark.full

FIRST = "Run security audit of codebase"
SECOND = "Review all API endpoints for vulnerabilities"
THIRD = "Check password hashing implementation"
FOURTH = "Verify input validation"


def test_a_tick_here_appears_there_and_only_who_differs_contests_it(
    open_terminal: OpenTerminal, tmp_path: Path
) -> None:
    both = TwoClones(tmp_path)
    ana, ben = open_terminal(), open_terminal()
    both.ana.open(ana)
    both.ben.open(ben)  # a fresh clone: the run comes by the remote
    for each in (ana, ben):
        each.wait_for(rf"▸[·◆] {FIRST}")
        each.wait_for(r"\A.* sync \d+s ")
    ben.press("j", "Space")
    ben.wait_for(f"✓ {SECOND}")
    ana.wait_for(rf"✓ {SECOND} +ben \d\d:\d\d")

    away = both.remote.rename(tmp_path / "away.git")
    for each in (ana, ben):
        each.wait_for(r"\A.* OFFLINE \d+s ")
    for each in (ana, ben):
        each.press("g", "j", "j", "Space")
        each.wait_for(f"▸✓ {THIRD}")
        each.press("j")
        each.wait_for(f"▸[·◆] {FOURTH}")
    ana.press("Space")
    ana.wait_for(f"▸✓ {FOURTH}")
    ben.press("d")
    ben.wait_for("Defer: ")
    ben.press(*"later", "Enter")
    ben.wait_for(f"▸> {FOURTH}")
    away.rename(both.remote)
    for each in (ana, ben):
        each.wait_for(rf"▸≠ {FOURTH[:9]}.* CONTESTED ", within=90)
        each.wait_for(rf"✓ {THIRD} .*(ana\+ben|ben\+ana)")
    assert len({clone.ask("status")["digest"] for clone in (both.ana, both.ben)}) == 1
