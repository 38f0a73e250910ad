"""The workspace: which run is meant, and that a run flies by its pinned files whatever is checked out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cockpit.bootstrap import find_actor, open_store, open_workspace
from cockpit.errors import ConfigurationError, ExitCode, NotFoundError, NotSavedError, RefusedError, UsageError
from cockpit.parsed import digest_of
from cockpit.release.events import RunState
from cockpit.release.intents import ChangeRunState, OpenRun, TickItem
from cockpit.release.run import RunSummary
from cockpit.runs import choose_run, list_runs, pinned_of
from cockpit.store.location import Surroundings
from cockpit.workspace import Options, Workspace
from tests.shop import CHECKLIST, CONFIGURATION, LOOK, make_shop
from tests.store.support import git

_open: list[Workspace] = []


@pytest.fixture(autouse=True)
def closing() -> Iterator[None]:
    """Close whatever stores a test has opened."""
    yield
    while _open:
        _open.pop().store.close()


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return make_shop(tmp_path / "shop")


def enter(shop: Path, *, any_run: bool = False, **options: object) -> Workspace:
    workspace = open_workspace(Options(repo=shop, **options), any_run=any_run)  # type: ignore[arg-type]
    _open.append(workspace)
    return workspace


def test_without_a_run_the_work_tree_counts(shop: Path) -> None:
    workspace = enter(shop)
    assert not workspace.run.open
    assert (workspace.run.service, workspace.run.environment, workspace.run.production) == ("shop", "live", True)
    assert list(workspace.run.items) == ["day/before/look", "day/before/listen"]
    assert workspace.session.actor.name == "Ana"


def test_a_run_named_after_a_tag_flies_that_tag(shop: Path) -> None:
    run = enter(shop).open_run("v1", tag="", launch_at="")
    assert (run.name, run.tag, run.commit) == ("v1", "v1", git(shop, "rev-parse", "v1"))
    assert run.state == "active"
    assert enter(shop).run.id == run.id
    assert list(list_runs(open_store(shop))) == [run.id]


def test_a_run_may_be_opened_before_its_tag_exists(shop: Path) -> None:
    run = enter(shop).open_run("Größe & Co., the spring release of many words, all of them", tag="", launch_at="")
    assert (run.tag, run.commit) == ("", "")
    slug, _, suffix = run.id.rpartition("-")
    assert len(suffix) == 8
    assert len(slug) <= 40
    assert not slug.endswith("-")


def test_a_tag_that_is_named_must_exist(shop: Path) -> None:
    workspace = enter(shop)
    with pytest.raises(NotFoundError):
        workspace.open_run("spring", tag="v9", launch_at="")
    assert not workspace.run.open
    assert enter(shop).runs == {}


def test_only_the_wanted_checklists_are_flown(shop: Path) -> None:
    (shop / "cockpit.yaml").write_text(CONFIGURATION.replace("[short]", "[short, other]"))
    other = CHECKLIST.replace("id: short", "id: other").replace("day", "night")
    (shop / "checklists" / "other.yaml").write_text(other)
    enter(shop).open_run("spring", tag="", launch_at="", checklists=("other",))
    workspace = enter(shop)
    assert [checklist.id for checklist in workspace.run.checklists] == ["other"]
    with pytest.raises(NotFoundError, match="nothing"):
        workspace.open_run("x", tag="", launch_at="", checklists=("nothing",))


def test_a_run_flies_on_by_its_pinned_files_when_a_checkout_takes_them_away(shop: Path) -> None:
    first = enter(shop)
    digest = first.open_run("v1", tag="", launch_at="").digest
    first.session.act(TickItem(LOOK))
    git(shop, "checkout", "-q", "v0")
    assert not (shop / "cockpit.yaml").exists()
    again = enter(shop)
    assert (again.run.name, again.run.digest, again.run.items[LOOK].state) == ("v1", digest, "done")
    again.session.act(ChangeRunState("closed"))
    after = enter(shop)
    assert not after.run.open
    assert after.run.service == "shop", "the newest run's files stand in"


def test_what_does_not_apply_is_marked_so_when_a_run_is_opened(shop: Path) -> None:
    said = "not_applicable: [{reason: nobody is listening, items: [day/before/listen]}]\n"
    (shop / "cockpit.yaml").write_text(CONFIGURATION + said)
    workspace = enter(shop)
    assert workspace.run.items["day/before/listen"].state == "open"
    run = workspace.open_run("v1", tag="", launch_at="")
    found = run.items["day/before/listen"]
    assert (found.state, found.detail, found.by) == ("na", "nobody is listening", workspace.session.actor)
    assert run.items["day/before/look"].state == "open"
    assert enter(shop).run.items["day/before/listen"].state == "na"


def test_what_does_not_apply_must_be_there(shop: Path) -> None:
    wrong = "{reason: ' ', items: [before/listen, day/after/*]}"
    said = f"not_applicable: [{{reason: x, items: [day/before/*]}}, {wrong}]\n"
    (shop / "cockpit.yaml").write_text(CONFIGURATION + said)
    with pytest.raises(ConfigurationError) as raised:
        enter(shop)
    told = [problem.message for problem in raised.value.problems]
    assert len(told) == 3
    assert "did you mean 'day/before/listen'" in told[1]
    assert "'day/after/*'" in told[2]


def test_a_changed_work_tree_does_not_change_an_open_run(shop: Path) -> None:
    digest = enter(shop).open_run("v1", tag="", launch_at="").digest
    (shop / "cockpit.yaml").write_text(CONFIGURATION + "timezone: Europe/Berlin\n")
    assert enter(shop).run.timezone == "UTC"
    assert enter(shop).open_run("next", tag="", launch_at="").digest != digest


def test_pinned_files_are_judged_by_their_bytes_and_not_by_what_an_event_says_of_them(shop: Path) -> None:
    workspace = enter(shop)
    trusted = workspace.open_run("v1", tag="", launch_at="").digest
    configuration = CONFIGURATION + "version: {command: reboot}\n"
    pins = {"cockpit.yaml": configuration, "checklists/short.yaml": CHECKLIST}
    workspace.session.focus("forged-0a1b2c3d", workspace.session.run_pinned)
    workspace.session.act(
        OpenRun(
            name="forged",
            service="shop",
            environment="live",
            production=True,
            timezone="UTC",
            digest=trusted,
            pins=pins,
            checklists=("short",),
        )
    )
    run = enter(shop, run="forged").run
    assert run.configuration.version is not None
    assert run.digest == digest_of(pins) != trusted


def test_pins_that_lack_a_file_are_a_mistake_that_is_told(shop: Path) -> None:
    workspace = enter(shop)
    workspace.session.focus("forged-0a1b2c3d", workspace.session.run_pinned)
    workspace.session.act(
        OpenRun(
            name="forged",
            service="shop",
            environment="live",
            production=True,
            timezone="UTC",
            digest="d" * 64,
            pins={"cockpit.yaml": CONFIGURATION},
            checklists=("short",),
        )
    )
    with pytest.raises(ConfigurationError, match=r"checklists/short\.yaml:1:1: it was not pinned"):
        enter(shop)


def test_a_pinned_text_that_is_not_here_is_named(shop: Path) -> None:
    workspace = enter(shop)
    workspace.open_run("v1", tag="", launch_at="")
    for blob in workspace.store.location.evidence.iterdir():
        blob.unlink()
    with pytest.raises(NotFoundError, match="is not in this clone"):
        enter(shop)


def test_several_open_runs_must_be_told_apart(shop: Path) -> None:
    first = enter(shop).open_run("v1", tag="", launch_at="")
    second = enter(shop, any_run=True).open_run("hotfix", tag="", launch_at="")
    with pytest.raises(UsageError) as caught:
        enter(shop)
    assert (caught.value.exit_code, caught.value.code) == (ExitCode.USAGE, "several-runs")
    assert first.id in caught.value.fix
    assert second.id in caught.value.fix
    assert enter(shop, run=first.id).run.id == first.id
    assert enter(shop, run="hotfix").run.id == second.id
    assert enter(shop, run=second.id[:9]).run.id == second.id
    assert enter(shop, any_run=True).run.id == second.id, "the one opened last"


def test_opening_a_run_that_cannot_be_saved_leaves_the_focus_where_it_was(shop: Path) -> None:
    guest = enter(shop, readonly=True)
    with pytest.raises(RefusedError):
        guest.open_run("v1", tag="", launch_at="")
    assert (guest.run.id, guest.runs) == ("", {})
    workspace = enter(shop)
    run = workspace.open_run("v1", tag="", launch_at="")
    evidence = workspace.store.location.evidence
    evidence.rename(evidence.with_name("away"))
    evidence.write_text("in the way")
    with pytest.raises(NotSavedError):
        workspace.open_run("v2", tag="", launch_at="")
    assert workspace.run.id == run.id
    assert list(workspace.runs) == [run.id]


def test_listing_runs_leaves_a_session_following_its_own(shop: Path) -> None:
    ana = enter(shop)
    run = ana.open_run("v1", tag="", launch_at="")
    other = enter(shop, run=run.id).open_run("zenith", tag="", launch_at="")
    ben = enter(shop, by="Ben", run=run.id)
    list_runs(ben.store)
    pinned_of(ben.store, other.summary())
    written = ana.session.act(TickItem(LOOK))
    assert ben.session.poll() == written


def test_an_environment_that_is_not_the_one_at_hand_is_never_passed_over(shop: Path) -> None:
    assert enter(shop, env="live").run.environment == "live"
    with pytest.raises(NotFoundError, match="staging") as caught:
        enter(shop, env="staging")
    assert "live" in caught.value.fix
    enter(shop).open_run("v1", tag="", launch_at="")
    (shop / "cockpit.yaml").write_text(CONFIGURATION.replace("live", "staging"))
    staging = enter(shop, any_run=True).open_run("trial", tag="", launch_at="")
    assert enter(shop, env="staging").run.id == staging.id
    assert enter(shop, env="live").run.name == "v1"
    with pytest.raises(NotFoundError):
        enter(shop, env="live", run="trial")


def test_the_tag_is_looked_up_where_the_new_configuration_says_the_code_is(shop: Path, tmp_path: Path) -> None:
    enter(shop).open_run("v1", tag="", launch_at="")
    code = make_shop(tmp_path / "code")
    git(code, "tag", "v7")
    (shop / "cockpit.yaml").write_text(CONFIGURATION + "code: {directory: ../code}\n")
    workspace = enter(shop)
    assert workspace.open_run("v7", tag="", launch_at="").commit == git(code, "rev-parse", "v7")
    assert workspace.code == code


def test_a_directory_without_a_configuration_says_how_to_begin(shop: Path) -> None:
    git(shop, "checkout", "-q", "v0")
    with pytest.raises(NotFoundError) as caught:
        enter(shop)
    assert caught.value.code == "no-configuration"
    assert "cockpit init" in caught.value.fix


def test_a_subdirectory_and_a_linked_work_tree_share_the_store(shop: Path, tmp_path: Path) -> None:
    enter(shop).open_run("v1", tag="", launch_at="")
    git(shop, "worktree", "add", "-q", str(tmp_path / "linked"), "v0")
    assert enter(shop / "checklists").run.name == "v1"
    assert enter(shop / "checklists").root == shop
    assert enter(tmp_path / "linked").run.name == "v1"


def test_a_log_that_is_not_configured_lists_those_that_are(shop: Path) -> None:
    (shop / "cockpit.yaml").write_text(CONFIGURATION + "logs: {app: {file: log/app.log}}\n")
    workspace = enter(shop)
    assert workspace.log_path("app") == shop / "log" / "app.log"
    with pytest.raises(NotFoundError) as caught:
        workspace.log_path("db")
    assert "app" in caught.value.fix


def test_who_acts_is_as_said_else_as_git_says(shop: Path) -> None:
    found, _ = find_actor(Surroundings.of(shop).user, "")
    assert (found.name, found.email) == ("Ana", "ana@example.org")
    assert find_actor(Surroundings.of(shop).user, "Ana") == (found, "by")
    respelled, _ = find_actor(Surroundings.of(shop).user, " ana")
    assert (respelled.name, respelled.email) == ("ana", "ana@example.org"), "it is the same account's"
    other, _ = find_actor(Surroundings.of(shop).user, "Ben")
    assert (other.name, other.email) == ("Ben", "")


def summary(identity: str, name: str = "", *, state: RunState = "active", environment: str = "live") -> RunSummary:
    return RunSummary(identity, "shop", environment, name or identity, "", "", state, "", "")


def test_choosing_among_runs() -> None:
    closed, again = summary("spring-1", "spring", state="closed"), summary("spring-2", "spring")
    trial = summary("trial-3", environment="staging")
    runs = {each.id: each for each in (closed, again, trial)}
    assert choose_run({}, run="", env="") is None
    assert choose_run({closed.id: closed}, run="", env="") is None
    assert choose_run({closed.id: closed}, run="spr", env="") == closed
    assert choose_run(runs, run="spring", env="") == again, "an open run before one that is over"
    assert choose_run(runs, run="spring-1", env="") == closed, "an id names one"
    assert choose_run(runs, run="", env="live") == again
    assert choose_run(runs, run="", env="", newest=True) == trial
    assert choose_run(runs, run="", env="nowhere") is None
    with pytest.raises(UsageError):
        choose_run(runs, run="", env="")
    twice = {**runs, "spring-4": summary("spring-4", "spring")}
    with pytest.raises(UsageError, match="several runs are called"):
        choose_run(twice, run="spring", env="", newest=True)
    with pytest.raises(NotFoundError) as caught:
        choose_run(runs, run="autumn", env="")
    assert "spring-2" in caught.value.fix
