"""A run turns to other files: shown first, by exactly what was shown, seen by everybody, and back again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cockpit.bootstrap import open_workspace
from cockpit.codec import encode_data
from cockpit.errors import ConfigurationError, RefusedError
from cockpit.live_source import LiveSource
from cockpit.migrating import migrate, propose
from cockpit.release.events import ItemObserved, RunMigrated
from cockpit.release.intents import AddNote, DeferItem, RecordFact, TickItem
from cockpit.release.item_state import ItemState
from cockpit.release.narrative import sentence
from cockpit.release.ports import Observed
from cockpit.release.record import TextRef
from cockpit.release.sensing import word_of
from cockpit.store.envelope import By
from cockpit.times import rfc3339
from cockpit.workspace import Options, Workspace
from tests.shop import CHECKLIST, CONFIGURATION, LISTEN, LOOK, NOW, make_shop

SMELL = "day/before/smell"
WITHOUT_LISTEN = CHECKLIST.replace(f"          - {{id: {LISTEN}, text: Listen}}\n", "")
EDITED = (
    WITHOUT_LISTEN.replace("text: Look, killer: true", "text: Look twice, role: ops")
    + f"          - {{id: {SMELL}, text: Smell}}\n"
    + "  - id: night\n    title: Night\n    sections:\n      - {id: after, title: After, items: []}\n"
)


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COCKPIT_STATE_DIR", str(tmp_path / "state"))
    return make_shop(tmp_path / "shop")


@pytest.fixture
def ana(shop: Path) -> Iterator[Workspace]:
    workspace = open_workspace(Options(repo=shop))
    workspace.open_run("v1", tag="", launch_at="")
    yield workspace
    workspace.store.close()


def enter(shop: Path, by: str = "Ben") -> Workspace:
    return open_workspace(Options(repo=shop, by=by))


def edit(shop: Path, text: str) -> None:
    (shop / "checklists" / "short.yaml").write_text(text)


def test_what_would_change_is_told_and_nothing_changes(shop: Path, ana: Workspace) -> None:
    ana.session.act(TickItem(LOOK))
    ana.session.act(DeferItem(LISTEN, "tomorrow"))
    ana.session.act(AddNote("loud", LISTEN))
    edit(shop, EDITED)
    before = ana.run
    proposal = propose(ana)
    changes = proposal.changes
    assert [(one.id, one.told) for one in changes.added] == [(SMELL, "in Day / Before")]
    assert [(one.id, one.state, one.told) for one in changes.removed] == [
        (LISTEN, "deferred", "it is deferred by Ana, which is lost from view and stays in the timeline")
    ]
    assert [(one.id, one.told) for one in changes.reworded] == [(LOOK, "it was 'Look'")]
    assert [(one.id, one.told) for one in changes.changed] == [(LOOK, "role: none -> ops, killer: yes -> no")]
    assert (changes.moved, changes.carried, changes.settings) == ((), 1, ())
    assert changes.files == ("~checklists/short.yaml",)
    assert "- removed: Listen: it is deferred by Ana" in "\n".join(proposal.lines())
    assert ana.run == before


def test_states_are_carried_by_id_and_the_timeline_keeps_the_rest(shop: Path, ana: Workspace) -> None:
    ana.session.act(TickItem(LOOK))
    ana.session.act(TickItem(LISTEN))
    edit(shop, EDITED)
    run = migrate(ana, propose(ana))
    assert list(run.items) == [LOOK, SMELL]
    assert (run.items[LOOK].state, run.items[LOOK].item.text) == (ItemState.DONE, "Look twice")
    assert any(record.ent == f"item:{LISTEN}" for record in run.records)
    told = [sentence(record, run) for record in run.records if isinstance(record.data, RunMigrated)]
    assert told == ["migrated the checklists and the configuration: items: 1 added, 1 removed, 1 reworded, 1 changed"]
    # Ben opens it later, with a work tree that has moved on: he flies by what was pinned.
    edit(shop, CHECKLIST)
    ben = enter(shop)
    assert (ben.run.digest, list(ben.run.items)) == (run.digest, list(run.items))
    ben.store.close()


def test_who_is_there_already_turns_to_it_too_and_trust_asks_again(shop: Path, ana: Workspace) -> None:
    ana.trust.trust(ana.run.digest, by="Ana", at="2027-01-15T08:00:00Z", repository=str(shop))
    ben = enter(shop)
    assert ben.trusted
    seen: list[list[str]] = []
    ben.session.subscribe(lambda run, _: seen.append(list(run.items)))
    edit(shop, EDITED)
    proposal = propose(ana)
    assert not proposal.trusted
    migrate(ana, proposal)
    ben.session.poll()
    assert seen == [[LOOK, SMELL]]
    assert not ben.trusted
    assert ben.run.digest == ana.run.digest
    ben.store.close()


def test_it_goes_back_with_every_state_that_was_lost_from_view(shop: Path, ana: Workspace) -> None:
    ana.session.act(TickItem(LISTEN))
    before = ana.run
    edit(shop, EDITED)
    migrate(ana, propose(ana))
    assert LISTEN not in ana.run.items
    back = propose(ana, back=True)
    assert [one.id for one in back.changes.added] == [LISTEN]
    migrate(ana, back)
    assert (ana.run.digest, ana.run.items[LISTEN].state) == (before.digest, ItemState.DONE)
    # And forth again, whatever the work tree says by now.
    edit(shop, CHECKLIST)
    migrate(ana, propose(ana, back=True))
    assert list(ana.run.items) == [LOOK, SMELL]


def test_it_is_refused_where_it_makes_no_sense(shop: Path, ana: Workspace) -> None:
    with pytest.raises(RefusedError, match="these very files already"):
        propose(ana)
    with pytest.raises(RefusedError, match="never been migrated"):
        propose(ana, back=True)
    edit(shop, "id: short\n")
    with pytest.raises(ConfigurationError):
        propose(ana)
    edit(shop, CHECKLIST)
    (shop / "cockpit.yaml").write_text(CONFIGURATION.replace("live", "staging"))
    with pytest.raises(RefusedError, match="describes shop in staging now"):
        propose(ana)


def test_what_was_shown_is_overtaken_where_somebody_else_was_quicker(shop: Path, ana: Workspace) -> None:
    edit(shop, EDITED)
    proposal = propose(ana)
    edit(shop, WITHOUT_LISTEN)
    ben = enter(shop)
    migrate(ben, propose(ben))
    ben.store.close()
    with pytest.raises(RefusedError, match="since you looked"):
        migrate(ana, proposal)


def test_settings_and_commands_are_told(shop: Path, ana: Workspace) -> None:
    probes = "probes:\n  api: {command: 'curl -fs http://localhost/'}\n"
    checks = f"checks:\n  {LOOK}: {{command: {{run: make look}}}}\n"
    (shop / "cockpit.yaml").write_text(CONFIGURATION + probes + checks)
    proposal = propose(ana)
    assert proposal.changes.settings == ("probes +api", f"checks +{LOOK}")
    assert [one.told for one in proposal.changes.changed] == ["check: none -> run make look, supports"]
    assert [one.command for one in proposal.new_commands] == ["curl -fs http://localhost/", "make look"]
    assert proposal.gone_commands == ()


def test_order_and_place(shop: Path, ana: Workspace) -> None:
    lines = CHECKLIST.splitlines(keepends=True)
    edit(shop, "".join([*lines[:-2], lines[-1], lines[-2]]))
    (moved,) = propose(ana).changes.moved
    assert moved.told == "within Day / Before"
    look = f"- {{id: {LOOK}, text: Look, killer: true}}\n"
    nested = f"items: [{{id: {LISTEN}, text: Listen}}]"
    edit(shop, WITHOUT_LISTEN.replace(look, f"- {{id: {LOOK}, text: Look, killer: true, {nested}}}\n"))
    (moved,) = propose(ana).changes.moved
    assert (moved.id, moved.told) == (LISTEN, "from Day / Before to Day / Before / Look")


def test_a_new_id_for_the_same_text_is_pointed_out(shop: Path, ana: Workspace) -> None:
    edit(shop, CHECKLIST.replace(LISTEN, SMELL))
    (added,) = propose(ana).changes.added
    assert f"{LISTEN} says the same, and its state does not come along" in added.told


def test_what_one_check_has_seen_says_nothing_of_another(shop: Path, ana: Workspace) -> None:
    def configure(url: str) -> None:
        check = f"checks:\n  {LOOK}: {{http: {{url: '{url}', status: [200]}}, closes: true}}\n"
        (shop / "cockpit.yaml").write_text(CONFIGURATION + check)

    configure("http://old.example/")
    migrate(ana, propose(ana))
    sensing = ana.run.items[LOOK].sensing
    assert sensing is not None
    word = word_of(sensing.check, Observed("ok", "200 OK"), observer="web1", before=None, now=NOW)
    assert isinstance(word, ItemObserved)
    ana.session.act(RecordFact(f"item:{LOOK}", word))
    assert ana.run.items[LOOK].state is ItemState.SENSED
    configure("http://new.example/")
    migrate(ana, propose(ana))
    assert ana.run.items[LOOK].state is ItemState.UNKNOWN
    migrate(ana, propose(ana, back=True))
    assert ana.run.items[LOOK].state is ItemState.SENSED, "it is the same check as before"


def test_a_run_of_some_checklists_keeps_to_those(shop: Path) -> None:
    (shop / "cockpit.yaml").write_text(CONFIGURATION.replace("[short]", "[short, other]"))
    other = CHECKLIST.replace("id: short", "id: other").replace("day", "night")
    (shop / "checklists" / "other.yaml").write_text(other)
    workspace = open_workspace(Options(repo=shop))
    workspace.open_run("spring", tag="", launch_at="", checklists=("short",))
    edit(shop, EDITED)
    assert list(migrate(workspace, propose(workspace)).items) == [LOOK, SMELL]
    workspace.store.close()


def test_files_that_are_not_here_yet_are_waited_for(shop: Path, ana: Workspace) -> None:
    ben = enter(shop)
    edit(shop, EDITED)
    run = migrate(ana, propose(ana))
    pins = ana.session.pins()
    assert pins is not None
    blob = ana.store.location.evidence / pins.pins["checklists/short.yaml"].sha256
    away = blob.rename(shop / "away")
    ben.session.poll()
    assert ben.run.digest != run.digest, "he flies on by the files that he has"
    assert ben.session.pins_trouble == "the files that it was migrated to are not all here yet"
    source = LiveSource(ben)
    assert "the run was migrated: the files" in "\n".join(source.read().readiness.notes)
    source.close()
    away.rename(blob)
    deadline = time.monotonic() + 20
    while ben.run.digest != run.digest and time.monotonic() < deadline:
        ben.session.poll()
        time.sleep(0.05)
    assert (ben.run.digest, ben.session.pins_trouble) == (run.digest, "")
    ben.store.close()


def test_what_executes_stays_with_its_files(shop: Path, ana: Workspace) -> None:
    worker = enter(shop)
    worker.session.keep_pins()
    before = worker.run.digest
    edit(shop, EDITED)
    migrate(ana, propose(ana))
    worker.session.poll()
    assert worker.run.digest == before
    worker.store.close()


def test_two_who_migrate_apart_are_contested_until_one_decides(shop: Path, ana: Workspace) -> None:
    edit(shop, EDITED)
    first = propose(ana)
    edit(shop, WITHOUT_LISTEN)
    second = propose(ana)
    migrate(ana, first)
    stream = f"shop/live/{ana.run.id}"
    other = enter(shop)
    texts = {path: other.store.evidence.put(text.encode()) for path, text in second.texts.items()}
    event = RunMigrated(
        digest=second.pinned.digest, checklists=("short",),
        pins={path: TextRef(ref.sha256, ref.size) for path, ref in texts.items()}, detail="by Ben",
    )  # fmt: skip
    # As in another clone that has not heard of the first: it supersedes nothing.
    other.store.append(stream, "run.migrated", "run", sup=(), d=encode_data(event), by=By("Ben", ""), wall=rfc3339(NOW))
    ana.session.poll()
    (contest,) = ana.run.contests
    assert (contest.register, contest.title) == ("pins", "the files it flies by")
    assert {side.said for side in contest.sides} == {
        f"files {first.pinned.digest[:8]}", f"files {second.pinned.digest[:8]}"
    }  # fmt: skip
    migrate(ana, propose(ana))
    assert ana.run.contests == ()
    other.store.close()
