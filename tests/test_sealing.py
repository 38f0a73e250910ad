"""What a signature is worth is looked at again in a session that stays open, and kept in between."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.bootstrap import open_store
from cockpit.git.command import Git
from cockpit.release.record import Actor
from cockpit.release.signoffs import sign_off_of
from cockpit.runs import list_runs, parse_pins, pinned_of
from cockpit.sealing import Seals
from cockpit.session import Session
from tests.cli.test_sign import EMAIL, Office, public
from tests.execution.flight import Flight
from tests.shop import Moments


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.setenv("COCKPIT_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    return Office(Flight(tmp_path), tmp_path)


def test_a_signer_who_is_taken_off_the_list_is_refused_within_a_minute(office: Office) -> None:
    office.open(f"{EMAIL} {public(office.key)}\n")
    office.roles(0, "dev", "--key", str(office.key))
    clock = Moments()
    store = open_store(office.flight.repo)
    (summary,) = list_runs(store).values()
    seals = Seals(Git(office.flight.repo), monotonic=clock)
    session = Session(store, Actor("Ben"), now=clock, parse_pins=parse_pins, seals=seals)
    session.focus(summary.id, pinned_of(store, summary))
    told: list[str] = []
    session.subscribe(lambda run, _: told.append(sign_off_of(run)[0].state))
    session.poll()
    office.allow("ben@example.org ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAID28Oh1I1cLx/kfhujh3Wt34MmORV6vkAyqmybP8DGis\n")
    clock.at += 59
    session.poll()
    assert (told, sign_off_of(session.run)[0].state) == ([], "signed")
    clock.at += 2
    session.poll()
    session.poll()
    assert told == ["refused"]
    store.close()
