"""When the watcher exchanges the state: quick in company, lazy alone, patient after failures."""

from __future__ import annotations

from pathlib import Path
from time import monotonic

import pytest

from cockpit.store.lock import FileLock, Held
from cockpit.store.sync_status import SyncStatus
from cockpit.syncing import Backoff, Exchanger, Rhythm, catch_up
from cockpit.workspace import Options
from tests.journeys.clones import TwoClones

pytestmark = pytest.mark.full

RHYTHM = Rhythm()


class Time:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def exchanger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Exchanger, Time, TwoClones, list[bool]]:
    from cockpit.bootstrap import open_workspace

    both = TwoClones(tmp_path)
    monkeypatch.setenv("COCKPIT_STATE_DIR", str(tmp_path / "state"))
    time, company = Time(), [False]
    workspace = open_workspace(Options(repo=both.ana.repository, by="ana"))
    return Exchanger(workspace, company=lambda: company[0], monotonic=time), time, both, company


def test_it_is_lazy_alone_and_quick_in_company(exchanger: tuple[Exchanger, Time, TwoClones, list[bool]]) -> None:
    it, time, _, company = exchanger
    assert it.due()
    it.exchange()
    time.now += RHYTHM.alone - 0.1
    assert not it.due()
    time.now += 0.2
    assert it.due()
    company[0] = True
    it.exchange()
    time.now += RHYTHM.together - 0.1
    assert not it.due()
    time.now += 0.2
    assert it.due()
    it.exchange()
    it.note_change()
    time.now += RHYTHM.after_change - 0.1
    it.note_change()
    assert not it.due()
    time.now += 0.2
    assert it.due(), "a burst of changes does not put it off"


def test_what_comes_in_is_company(exchanger: tuple[Exchanger, Time, TwoClones, list[bool]]) -> None:
    it, time, both, _ = exchanger
    both.ben.ask("sync")
    both.ben.ask("note", "here I am")
    both.ben.ask("sync")
    it.exchange()
    time.now += RHYTHM.together + 0.1
    assert it.due()


def test_failures_make_it_patient_also_with_changes(
    exchanger: tuple[Exchanger, Time, TwoClones, list[bool]], tmp_path: Path
) -> None:
    it, time, both, _ = exchanger
    away = both.remote.rename(tmp_path / "away.git")
    it.exchange()
    it.note_change()
    time.now += RHYTHM.least_backoff - 0.1
    assert not it.due()
    time.now += 0.2
    assert it.due()
    it.exchange()
    time.now += RHYTHM.least_backoff + 0.1
    assert not it.due()
    away.rename(both.remote)
    time.now += RHYTHM.least_backoff
    done = it.exchange()
    assert done is not None
    assert done.status.state == "synced"


def test_catching_up_is_kept_by_nobody_elses_exchange(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cockpit.bootstrap import open_workspace

    both = TwoClones(tmp_path)
    monkeypatch.setenv("COCKPIT_STATE_DIR", str(tmp_path / "state"))
    workspace = open_workspace(Options(repo=both.ana.repository, by="ana"))
    holder = Held("Ana's watcher", "h", 1, "now", "exchanging the state")
    began = monotonic()
    with FileLock(workspace.store.location.lock("sync"), holder):
        catch_up(workspace, within=0.2)
    assert monotonic() - began < 10


def test_waits_are_bounded_and_longest_where_a_person_must_act() -> None:
    for state, most in (("offline", RHYTHM.most_backoff), ("auth", RHYTHM.hopeless), ("refused", RHYTHM.hopeless)):
        backoff = Backoff(RHYTHM)
        waits = [backoff.after(SyncStatus(state)) for _ in range(12)]
        assert waits == sorted(waits)  # type: ignore[type-var]
        assert (waits[0], waits[-1]) == (RHYTHM.least_backoff, most)
        assert backoff.after(SyncStatus("synced")) is None
        assert backoff.after(SyncStatus(state)) == RHYTHM.least_backoff
