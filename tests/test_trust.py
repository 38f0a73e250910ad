"""Trust: given by a person, for one exact digest, on this host; and what it lets run is listed whole."""

from __future__ import annotations

import pwd
import stat
import sys
from pathlib import Path

import msgspec
import pytest

from cockpit.errors import RefusedError
from cockpit.packed import use_packed_modules
from cockpit.preferences import Preferences, read_preferences
from cockpit.release.configuration import Configuration, Environment, Plans, Probe, Step, VersionSeen
from cockpit.release.library import Library, Runbook, RunbookStep
from cockpit.trust import TrustStore, configured_commands, state_directory

DIGEST = "d" * 64


def trust(store: TrustStore, digest: str = DIGEST) -> None:
    store.trust(digest, by="Ana", at="2027-01-15T08:00:00.000Z", repository="/srv/shop")


def test_where_no_home_is_known_it_says_what_to_set_and_nothing_is_kept_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody(_user: int) -> pwd.struct_passwd:
        raise KeyError

    for name in ("HOME", "COCKPIT_STATE_DIR", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(pwd, "getpwuid", nobody)  # as in a container that runs under any number
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RefusedError) as refused:
        state_directory()
    assert (refused.value.code, "COCKPIT_STATE_DIR" in refused.value.fix) == ("no-home", True)
    assert read_preferences() == Preferences()
    finder = use_packed_modules()
    sys.meta_path.remove(finder)
    assert Path(vars(finder)["_path"]).is_absolute(), "code of a directory that one stands in is not executed"
    monkeypatch.setenv("COCKPIT_STATE_DIR", str(tmp_path / "state"))
    assert state_directory() == tmp_path / "state"


def test_nothing_is_trusted_until_a_person_says_so_and_then_only_that(tmp_path: Path) -> None:
    store = TrustStore(tmp_path)
    assert not store.trusted(DIGEST)
    trust(store)
    assert store.trusted(DIGEST)
    assert TrustStore(tmp_path).trusted(DIGEST), "it outlasts the process"
    for other in ("e" * 64, DIGEST[:-1], ""):
        assert not store.trusted(other)


def test_what_was_trusted_by_whom_is_kept_where_only_its_user_writes(tmp_path: Path) -> None:
    trust(TrustStore(tmp_path))
    trust(TrustStore(tmp_path))
    (entry,) = (tmp_path / "trust").iterdir()
    assert msgspec.json.decode(entry.read_bytes())["by"] == "Ana"
    assert stat.S_IMODE((tmp_path / "trust").stat().st_mode) & 0o077 == 0


def test_each_user_has_a_directory_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COCKPIT_STATE_DIR", raising=False)
    places = []
    for user in ("ana", "ben"):
        monkeypatch.setenv("HOME", str(tmp_path / user))
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / user / "state"))
        places.append(state_directory())
        if user == "ana":
            trust(TrustStore())
    assert not TrustStore().trusted(DIGEST)
    assert places[0] != places[1]
    assert all(place.is_relative_to(tmp_path) for place in places)
    monkeypatch.setenv("COCKPIT_STATE_DIR", str(tmp_path / "elsewhere"))
    assert state_directory() == tmp_path / "elsewhere"


def test_every_command_is_listed_with_its_place() -> None:
    configuration = Configuration(
        "shop",
        Environment("live"),
        probes={"disk": Probe(command="df"), "api": Probe(http="http://localhost/")},
        version=VersionSeen(command="shopctl version"),
        rollback=Plans(
            steps=(
                Step("stop", run="systemctl stop shop", done_when="! pgrep shop"),
                Step("code", checkout=True, done_when="git diff --quiet"),
                Step("ask", confirm="Is it up?"),
            )
        ),
        deploy=Plans(steps=(Step("start", run="systemctl start shop"),)),
    )
    library = Library(
        runbooks=(Runbook("down", "Down", steps=(RunbookStep("a", "Look"), RunbookStep("b", "Do", run="x"))),)
    )
    assert [(each.where, each.command) for each in configured_commands(configuration, library)] == [
        ("probes.disk.command", "df"),
        ("version.command", "shopctl version"),
        ("rollback.steps.stop.run", "systemctl stop shop"),
        ("rollback.steps.stop.done_when", "! pgrep shop"),
        ("rollback.steps.code.done_when", "git diff --quiet"),
        ("rollback.steps.code.checkout", "git checkout --detach <the resolved commit>"),
        ("deploy.steps.start.run", "systemctl start shop"),
        ("runbooks.down.b", "x"),
    ]


def test_nothing_configured_lists_nothing() -> None:
    assert configured_commands(Configuration("shop", Environment("live")), Library()) == []
