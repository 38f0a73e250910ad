from __future__ import annotations

import hashlib
import subprocess
import sys
import threading
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import pytest

from cockpit.errors import NotFoundError, RefusedError
from cockpit.store.location import StoreLocation
from cockpit.store.lock import FileLock, Held
from cockpit.store.remote import RemoteError, RemoteNames, StateRemote
from cockpit.store.store import Store
from cockpit.store.sync import Exchange
from cockpit.store.sync_status import read_status
from tests.store.support import REF, STREAM, git, ids, make_repository, start, tick


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    """A bare repository that both clones can reach."""
    directory = tmp_path / "remote.git"
    git(tmp_path, "init", "-q", "--bare", str(directory))
    return directory


def clone(tmp_path: Path, name: str, remote: Path) -> StoreLocation:
    git(tmp_path, "clone", "-q", str(remote), name)
    return StoreLocation.of(tmp_path / name)


@pytest.fixture
def ana(tmp_path: Path, remote: Path) -> StoreLocation:
    return clone(tmp_path, "ana", remote)


@pytest.fixture
def ben(tmp_path: Path, remote: Path) -> StoreLocation:
    return clone(tmp_path, "ben", remote)


def exchange(store: Store, *, configured: str = "", branch: str = "") -> Exchange:
    remote = StateRemote.of(store.location, configured, branch=branch)
    assert remote is not None
    return store.synchroniser(remote).exchange()


def calls_in(work: Callable[[], object]) -> int:
    """Return how many Python functions are called meanwhile, in this thread."""
    count = 0

    def called(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event == "call"

    sys.setprofile(called)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def tips(*places: Path | StoreLocation) -> set[str]:
    return {git(place.common if isinstance(place, StoreLocation) else place, "rev-parse", REF) for place in places}


def test_what_one_wrote_the_other_reads_and_both_end_at_one_tip(
    ana: StoreLocation, ben: StoreLocation, remote: Path
) -> None:
    here, there = start(ana), start(ben)
    there.load([STREAM])
    mine = tick(here, 1)
    note = here.evidence.put_text("queue is draining")
    sent = exchange(here)
    assert (sent.sent, sent.received, sent.status.state) == (True, False, "synced")
    theirs = tick(there, 2)
    got = exchange(there)
    assert (got.sent, got.received) == (True, True)
    assert ids(there.poll()) == {mine.id}
    assert there.evidence.get(note.sha256).content == b"queue is draining"
    assert (ben.evidence / note.sha256).exists(), "texts are at hand, not fetched from git one by one"
    again = exchange(here)
    assert (again.sent, again.received) == (False, True)
    assert ids(here.load([STREAM])) == {mine.id, theirs.id}
    assert len(tips(ana, ben, remote)) == 1


def test_an_exchange_without_news_is_no_more_work_after_many_notes(ana: StoreLocation, ben: StoreLocation) -> None:
    here, there = start(ana), start(ben)
    tick(here, 1)
    tick(there, 2)

    def in_step_with(notes: int) -> int:
        for number in range(notes):
            here.evidence.put_text(f"note {number} of {notes}")
        for store in (here, there, here):
            exchange(store)
        return min(calls_in(lambda: exchange(here)) for _ in range(3))

    few, many = in_step_with(5), in_step_with(300)
    assert many < few + 150, "it goes by what has changed, not by all that was ever said"


def test_looking_whether_there_is_news_takes_no_memory_however_long_the_flight(
    ana: StoreLocation, ben: StoreLocation
) -> None:
    here, there = start(ana), start(ben)
    for number in range(1000):
        blob = b"%d" % number
        ana.evidence.mkdir(parents=True, exist_ok=True)
        (ana.evidence / hashlib.sha256(blob).hexdigest()).write_bytes(blob)
    tick(here, 1)
    mine, theirs = (StateRemote.of(store.location) for store in (here, there))
    assert mine and theirs
    ours, others = here.synchroniser(mine), there.synchroniser(theirs)
    for one in (ours, others, ours):
        one.exchange()
    assert len(list(ben.evidence.iterdir())) == 1000
    for one in (ours, others):
        peaks = list[
            int
        ]()  # of all threads: one that an earlier test has left behind may take memory, too, but not always
        for _ in range(3):
            tracemalloc.start()
            try:
                done = one.exchange()
                peaks.append(tracemalloc.get_traced_memory()[1])
            finally:
                tracemalloc.stop()
            assert (done.sent, done.received, done.status.state) == (False, False, "synced")
        assert min(peaks) < 200_000, "less than the names of all texts take"


def test_two_who_began_apart_come_to_one_history(ana: StoreLocation, ben: StoreLocation, remote: Path) -> None:
    here, there = start(ana), start(ben)
    first, second = tick(here, 1), tick(there, 2)
    here.commit("apart")
    there.commit("apart")
    exchange(here)
    exchange(there)
    exchange(here)
    assert len(tips(ana, ben, remote)) == 1
    assert ids(start(ana).load([STREAM])) == {first.id, second.id}


def test_a_remote_whose_state_was_deleted_gets_it_back(ana: StoreLocation, ben: StoreLocation, remote: Path) -> None:
    here, there = start(ana), start(ben)
    first = tick(here, 1)
    exchange(here)
    exchange(there)
    git(remote, "update-ref", "-d", REF)
    exchange(there)
    exchange(here)
    assert len(tips(ana, ben, remote)) == 1
    assert ids(start(ben).load([STREAM])) == {first.id}


def test_nothing_to_say_makes_no_commit(ana: StoreLocation, ben: StoreLocation, remote: Path) -> None:
    here, there = start(ana), start(ben)
    assert exchange(here).status.state == "synced"
    assert git(remote, "for-each-ref") == ""
    tick(here, 1)
    exchange(here)
    tip = tips(remote)
    for store in (there, here, there):
        assert not exchange(store).sent
    assert tips(ana, ben, remote) == tip


def test_offline_is_a_state_with_a_reason_and_an_age(ana: StoreLocation, remote: Path, tmp_path: Path) -> None:
    here = start(ana)
    tick(here, 1)
    exchange(here)
    remote.rename(tmp_path / "gone.git")
    tick(here, 2)
    status = exchange(here).status
    assert status.state == "offline"
    assert "does not appear to be a git repository" in status.reason
    assert status.at > 0
    assert (status.ahead, status.behind) == (1, 0)
    since = status.trouble_since
    assert exchange(here).status.trouble_since == since
    assert read_status(ana).state == "offline"
    (tmp_path / "gone.git").rename(remote)
    status = exchange(here).status
    assert (status.state, status.ahead, status.trouble_since) == ("synced", 0, 0.0)


def test_nobody_listens_there(ana: StoreLocation) -> None:
    here = start(ana)
    tick(here, 1)
    status = exchange(here, configured="http://user:s3cret@127.0.0.1:1/state.git").status
    assert status.state == "offline"
    assert "s3cret" not in status.reason + status.address
    assert "127.0.0.1" in status.address


@pytest.mark.parametrize("password", ["w/s3cret", "w#s3cret", "w@s3cret", "?w/s3cret", "w@w/s3cret"])
def test_a_password_that_no_address_should_hold_is_not_shown(ana: StoreLocation, password: str) -> None:
    address = f"http://user:{password}@127.0.0.1:1/state.git"
    here = start(ana)
    tick(here, 1)
    status = exchange(here, configured=address).status
    assert status.state != "synced"
    assert "s3cret" not in status.reason + status.address
    assert status.address == "http://127.0.0.1:1/state.git"


def test_a_refused_ref_is_told_and_a_branch_is_taken_instead(
    ana: StoreLocation, ben: StoreLocation, remote: Path
) -> None:
    hook = remote / "hooks" / "update"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text('#!/bin/sh\ncase "$1" in refs/heads/*) ;; *) echo "only branches here" >&2; exit 1;; esac\n')
    hook.chmod(0o755)
    here, there = start(ana), start(ben)
    mine = tick(here, 1)
    status = exchange(here).status
    assert status.state == "refused"
    assert "only branches here" in status.reason
    assert "state_branch" in status.fix
    assert exchange(here, branch="cockpit-state").status.state == "synced"
    exchange(there, branch="cockpit-state")
    assert ids(there.load([STREAM])) == {mine.id}
    assert tips(ana, ben) == {git(remote, "rev-parse", "refs/heads/cockpit-state")}


def test_a_newer_format_over_there_is_left_alone(ana: StoreLocation, ben: StoreLocation, remote: Path) -> None:
    here, there = start(ana), start(ben)
    tick(here, 1)
    exchange(here)
    (ana.common / "nine").write_text("9\n")
    nine = git(ana.common, "hash-object", "-w", "nine")
    lines = git(ana.common, "ls-tree", REF).replace(git(ana.common, "rev-parse", f"{REF}:FORMAT"), nine)
    (ana.common / "lines").write_text(lines + "\n")
    with (ana.common / "lines").open() as file:
        made = subprocess.run(["git", "mktree"], cwd=ana.common, stdin=file, text=True, capture_output=True, check=True)
    tree = made.stdout.strip()
    commit = git(ana.common, "commit-tree", "-p", REF, "-m", "later", tree)
    git(ana.common, "push", "-q", str(remote), f"{commit}:{REF}")
    with pytest.raises(RefusedError, match="format 9"):
        exchange(there)
    assert tips(remote) == {commit}


def test_which_remote_is_meant(ana: StoreLocation, tmp_path: Path) -> None:
    found = StateRemote.of(ana)
    assert found is not None
    assert found.name == "origin"
    git(ana.common, "remote", "add", "other", "/nowhere/x.git")
    found = StateRemote.of(ana, "other")
    assert found is not None
    assert found.shown == "/nowhere/x.git"
    with pytest.raises(NotFoundError, match="no git remote 'missing'"):
        StateRemote.of(ana, "missing")
    git(ana.common, "remote", "rename", "origin", "upstream")
    assert StateRemote.of(ana) is None, "of several remotes none is taken by chance"
    assert RemoteNames.on_branch("b").state == "refs/heads/b"


def test_an_address_never_runs_a_program(ana: StoreLocation, tmp_path: Path) -> None:
    here = start(ana)
    tick(here, 1)
    trap = tmp_path / "trap"
    status = exchange(here, configured=f"ext::sh -c 'touch {trap}'").status
    assert status.state != "synced"
    assert not trap.exists()


def test_an_address_is_never_an_option(ana: StoreLocation, tmp_path: Path) -> None:
    here = start(ana)
    tick(here, 1)
    trap = tmp_path / "trap"
    for option in ("upload-pack", "receive-pack", "exec"):
        git(ana.common, "config", "remote.origin.url", f"--{option}=touch {trap}; false")
        assert exchange(here).status.state != "synced"
        remote = StateRemote.of(ana)
        assert remote is not None
        with pytest.raises(RemoteError):
            remote.push(f"HEAD:{REF}")
        with pytest.raises(RemoteError):
            remote.take_in(REF)
    assert not trap.exists()


def test_options_that_are_meant_for_other_pushes_are_not_sent(ana: StoreLocation) -> None:
    git(ana.common, "config", "push.pushOption", "ci.skip")
    here = start(ana)
    tick(here, 1)
    assert exchange(here).sent, "the remote takes none"


@pytest.mark.parametrize("kind", ["tree", "blob", "tag"])
def test_what_is_no_commit_over_there_is_told_and_left(ana: StoreLocation, remote: Path, kind: str) -> None:
    here = start(ana)
    tick(here, 1)
    git(remote, "config", "user.email", "x@example.org")
    empty = git(ana.common, "hash-object", "-t", "tree", "-w", "/dev/null")
    commit = git(ana.common, "commit-tree", "-m", "x", empty)
    git(ana.common, "tag", "-a", "-m", "x", "odd", commit)
    odd = {"tree": empty, "tag": "refs/tags/odd", "blob": git(ana.common, "hash-object", "-w", "HEAD")}[kind]
    git(ana.common, "push", "-q", "origin", f"{odd}:{REF}")
    before = git(remote, "rev-parse", REF)
    status = exchange(here).status
    assert status.state == "failed"
    assert f"is a {kind}, not a commit" in status.reason
    assert "remove it there" in status.fix
    assert git(remote, "rev-parse", REF) == before


@pytest.mark.full
def test_a_first_exchange_may_take_its_time(ana: StoreLocation, ben: StoreLocation, remote: Path) -> None:
    slow = remote.parent / "ssh"
    slow.write_text('#!/bin/sh\nfor last; do :; done\nsleep 0.8\nexec sh -c "$last"\n')
    slow.chmod(0o755)
    for here in (ana, ben):
        git(here.common, "config", "core.sshCommand", str(slow))
        store = start(here)
        tick(store, 1)
        carrier = StateRemote.of(here, f"ssh://nowhere{remote}", timeout=0.4)
        assert carrier is not None
        assert store.synchroniser(carrier).exchange().status.state == "synced"
        assert store.synchroniser(carrier).exchange().status.state == "offline", "later ones are given up sooner"


def test_why_it_is_refused_every_time_is_told_in_the_remotes_words(ana: StoreLocation, remote: Path) -> None:
    here = start(ana)
    tick(here, 1)
    git(remote, "update-ref", f"{REF}/deep", git(remote, "commit-tree", "-m", "x", git(remote, "write-tree")))
    carrier = StateRemote.of(ana)
    assert carrier is not None
    with pytest.raises(RemoteError, match=f"'{REF}/deep' exists") as refused:
        carrier.push(f"{here.commit('one').commit}:{REF}")
    assert refused.value.trouble == "rejected"


def test_nothing_is_published_where_nobody_asked_for_it(ana: StoreLocation, ben: StoreLocation, remote: Path) -> None:
    here, there = start(ana), start(ben)
    tick(here, 1)
    carrier = StateRemote.of(ana)
    assert carrier is not None
    status = here.synchroniser(carrier).exchange(begin=False).status
    assert (status.state, git(remote, "for-each-ref", "refs/cockpit")) == ("unpublished", "")
    assert "cockpit sync" in status.fix
    exchange(here)
    tick(here, 2)
    assert here.synchroniser(carrier).exchange(begin=False).sent, "from then on it goes by itself"
    other = StateRemote.of(ben)
    assert other is not None
    tick(there, 3)
    assert there.synchroniser(other).exchange(begin=False).sent, "where the state is there already, all take part"


@pytest.mark.full
def test_a_remote_that_hangs_is_given_up(ana: StoreLocation, tmp_path: Path) -> None:
    hanging = tmp_path / "ssh"
    hanging.write_text("#!/bin/sh\nexec sleep 60\n")
    hanging.chmod(0o755)
    git(ana.common, "config", "core.sshCommand", str(hanging))
    here = start(ana)
    tick(here, 1)
    remote = StateRemote.of(ana, "host:state.git", timeout=0.5)
    assert remote is not None
    status = here.synchroniser(remote).exchange().status
    assert status.state == "offline"
    assert "no end after" in status.reason
    called_off = threading.Event()
    threading.Timer(0.3, called_off.set).start()
    patient = StateRemote.of(ana, "host:state.git")
    assert patient is not None
    assert here.synchroniser(patient).exchange(cancel=called_off).status.state == "offline"


def test_who_may_not_wait_is_kept_by_no_push_and_by_nobody_elses_exchange(ana: StoreLocation, remote: Path) -> None:
    swallowing = remote.parent / "ssh"
    swallowing.write_text(
        '#!/bin/sh\nfor last; do :; done\ncase "$last" in *receive-pack*) exec sleep 60;; esac\nexec sh -c "$last"\n'
    )
    swallowing.chmod(0o755)
    git(ana.common, "config", "core.sshCommand", str(swallowing))
    here = start(ana)
    tick(here, 1)
    carrier = StateRemote.of(ana, f"ssh://nowhere{remote}")
    assert carrier is not None
    called_off = threading.Event()
    threading.Timer(0.5, called_off.set).start()
    began = time.monotonic()
    assert here.synchroniser(carrier).exchange(cancel=called_off, wait=0.5).status.state == "offline"
    assert time.monotonic() - began < 15, "a push that hangs is given up as a fetch is"

    holder = Held("Ben", "h2", 1, "now", "exchanging the state")
    with FileLock(ana.lock("sync"), holder), pytest.raises(RefusedError, match="locked by Ben"):
        began = time.monotonic()
        here.synchroniser(carrier).exchange(wait=0.1)
    assert time.monotonic() - began < 15


def test_the_remote_is_reached_by_the_program_that_git_itself_would_take(
    ana: StoreLocation, remote: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "our ssh"
    program.write_text('#!/bin/sh\nfor last; do :; done\nexec sh -c "$last"\n')
    program.chmod(0o755)
    monkeypatch.delenv("GIT_SSH_COMMAND", raising=False)
    monkeypatch.setenv("GIT_SSH", str(program))
    here = start(ana)
    tick(here, 1)
    assert exchange(here, configured=f"ssh://nowhere.invalid{remote}").sent


def test_a_mirror_remote_that_takes_our_ref_away_loses_nothing(
    ana: StoreLocation, ben: StoreLocation, remote: Path
) -> None:
    here, there = start(ana), start(ben)
    first = tick(here, 1)
    exchange(here)
    exchange(there)
    second = tick(there, 2)
    there.commit("before the mirror")
    git(ben.common, "config", "remote.origin.fetch", "+refs/*:refs/*")
    git(remote, "update-ref", "-d", REF)
    git(ben.common, "fetch", "-q", "--prune", "origin", "+refs/cockpit/*:refs/cockpit/*")
    exchange(there)
    exchange(here)
    assert ids(start(ana).load([STREAM])) == {first.id, second.id}
    assert len(tips(ana, ben, remote)) == 1


@pytest.mark.parametrize("options", [("--depth=1",), ("--filter=blob:none",), ("--bare",), ("--mirror",)])
def test_clones_of_every_kind_take_part(
    options: tuple[str, ...], ana: StoreLocation, remote: Path, tmp_path: Path
) -> None:
    source = make_repository(tmp_path / "source")
    git(source, "push", "-q", str(remote), "main", "v1", "v2")
    git(remote, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", *options, f"file://{remote}", "other")
    other = StoreLocation.of(tmp_path / "other")
    here, there = start(ana), start(other)
    mine, theirs = tick(here, 1), tick(there, 2)
    for store in (here, there, here):
        assert exchange(store).status.state == "synced"
    for place in (ana, other):
        assert ids(start(place).load([STREAM])) == {mine.id, theirs.id}
    assert len(tips(ana, other, remote)) == 1
    git(other.common, "fsck", "--strict")


@pytest.mark.parametrize(
    "kind",
    ["deep inside", *(pytest.param(kind, marks=pytest.mark.full) for kind in ("linked", "bare", "apart", "submodule"))],
)
def test_a_relative_address_begins_where_git_begins_it(kind: str, remote: Path, tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    git(make_repository(tmp_path / "source"), "push", "-q", str(remote), "main")
    git(remote, "symbolic-ref", "HEAD", "refs/heads/main")
    address, at = f"../../{remote.name}", project / "clone"
    if kind == "apart":
        git(project, "clone", "-q", f"--separate-git-dir={tmp_path / 'apart'}", str(remote), "clone")
    elif kind == "submodule":
        make_repository(at)
        git(at, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(remote), "part")
        address, at = f"../{address}", at / "part"
    else:
        git(project, "clone", "-q", *(["--bare"] if kind == "bare" else []), str(remote), "clone")
    git(at, "remote", "set-url", "origin", address)
    git(at, "ls-remote", "origin")
    if kind == "deep inside":
        at = at / "docs"
        at.mkdir()
    elif kind == "linked":
        git(at, "worktree", "add", "-q", "inner", "HEAD")
        at = at / "inner"
    here = start(StoreLocation.of(at))
    tick(here, 1)
    assert exchange(here).sent
    assert exchange(here, configured=address).status.state == "synced", "as an address in cockpit.yaml too"
    assert len(tips(here.location, remote)) == 1


def test_a_linked_work_tree_and_inherited_variables_change_nothing(
    ana: StoreLocation, remote: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(make_repository(tmp_path / "source"), "push", "-q", str(remote), "main")
    git(ana.common, "fetch", "-q", "origin")
    git(ana.common, "worktree", "add", "-q", str(tmp_path / "linked"), "origin/main")
    for name, value in (("GIT_DIR", "/nowhere"), ("GIT_INDEX_FILE", "/nowhere/index"), ("GIT_WORK_TREE", "/nowhere")):
        monkeypatch.setenv(name, value)
    here = start(StoreLocation.of(tmp_path / "linked"))
    tick(here, 1)
    assert exchange(here).sent
    assert len(tips(ana, remote)) == 1
