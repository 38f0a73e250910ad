"""The facade: what a session sees."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from cockpit.errors import RefusedError
from cockpit.store.location import StoreLocation
from tests.store.support import ANA, NOW, STREAM, git, ids, journal_files, published, start, tick


def test_two_processes_see_each_others_events(location: StoreLocation) -> None:
    ana, ben = start(location), start(location)
    assert ana.load() == ben.load() == []
    assert not location.root.exists()
    first = tick(ana)
    assert [event.payload for event in ben.poll()] == [first.payload]
    second = tick(ben, sup=[first.id])
    assert second.envelope.h > first.envelope.h
    assert ids(ana.poll()) == {second.id}
    assert ana.poll() == ben.poll() == []
    assert ids(start(location).load()) == ids(start(location).load([STREAM])) == {first.id, second.id}
    assert ana.streams() == [STREAM]
    ana.close()
    ben.close()


def test_an_event_carries_what_it_was_given(location: StoreLocation) -> None:
    store = start(location, 0xA)
    store.append(
        STREAM, "tag.seen", "tag", ["a" * 64], b'{"tag": "\\u202e"}', by=ANA, wall="w", x_raw={"tag": "%FF"},
        sign=lambda payload: f"signed {len(payload)}",
    )  # fmt: skip
    [event] = start(location).load()
    envelope = event.envelope
    assert (envelope.v, envelope.w, envelope.s, envelope.h) == (1, f"{0xA:032x}", 1, (NOW, 0))
    assert (envelope.kind, envelope.ent, envelope.sup, envelope.host) == ("tag.seen", "tag", ("a" * 64,), "h1")
    assert (envelope.by, envelope.wall, bytes(envelope.d)) == (ANA, "w", b'{"tag": "\\u202e"}')
    assert envelope.x_raw == {"tag": "%FF"}
    assert event.signature == f"signed {len(event.payload)}"
    store.close()


def test_a_clock_a_day_ahead_does_not_move_ours(location: StoreLocation) -> None:
    future, present = start(location, at=NOW + 86_400_000), start(location)
    late = tick(future)
    assert ids(present.load()) == {late.id}
    assert tick(present).envelope.h == (NOW, 0)
    future.close()
    present.close()


def test_many_threads_make_one_chain(location: StoreLocation) -> None:
    store = start(location)
    threads = [threading.Thread(target=lambda: [tick(store) for _ in range(10)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    events = start(location).load()
    assert [event.envelope.s for event in events] == list(range(1, 41))
    assert [event.envelope.prev for event in events] == [None, *(event.id for event in events[:-1])]
    assert store.faults() == []
    store.close()


@pytest.mark.parametrize("data", [b"", b"{", b'{"a":\xff}', b"{} {}"])
def test_data_that_is_no_json_never_reaches_the_disk(location: StoreLocation, data: bytes) -> None:
    with pytest.raises(ValueError, match="no JSON"):
        start(location).append(STREAM, "k", "e", (), data, by=ANA, wall="w")
    assert not location.root.exists()


def test_a_signature_that_fails_stores_nothing(location: StoreLocation) -> None:
    store = start(location)

    def refuse(payload: bytes) -> str:
        raise RefusedError("no key")

    with pytest.raises(RefusedError, match="no key"):
        tick(store, sign=refuse)
    assert tick(store).envelope.s == 1
    assert len(start(location).load()) == 1
    store.close()


@pytest.mark.parametrize("stated", [b"2\n", b"99.1\n", b"", b"\0\0"])
def test_an_unknown_format_is_read_and_not_written(location: StoreLocation, stated: bytes) -> None:
    writer = start(location)
    event = tick(writer)
    writer.commit("first")
    location.format.write_bytes(stated)
    store = start(location)
    assert ids(store.load()) == {event.id}
    refusals = [store.read_only_because()]
    for attempt in (
        lambda: tick(store),
        lambda: store.commit("x"),
        lambda: store.evidence.put(b""),
        lambda: tick(writer),
    ):
        with pytest.raises(RefusedError) as caught:
            attempt()
        refusals.append(caught.value)
    assert [refusal.code for refusal in refusals if refusal] == ["read-only"] * 5
    writer.close()


def test_the_published_format_counts_where_there_is_no_local_one(location: StoreLocation) -> None:
    store = start(location)
    tick(store)
    store.commit("first")
    store.close()
    location.format.unlink()
    assert start(location).read_only_because() is None
    publish(location, {"FORMAT": b"2\n"})
    assert start(location).read_only_because() is not None
    location.format.write_bytes(b"1\n")
    with pytest.raises(RefusedError, match="format 2") as caught:
        start(location).commit("a clone that has not been told")
    assert caught.value.code == "read-only"


def publish(location: StoreLocation, files: dict[str, bytes]) -> None:
    """Put these files on top of the published tree, as another version of the program might."""
    scratch = location.common.parent.parent / "scratch"
    git(location.common.parent, "worktree", "add", "-q", "--detach", str(scratch), "refs/cockpit/state")
    for path, data in files.items():
        target = scratch / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    git(scratch, "add", "-A")
    git(scratch, "commit", "-q", "-m", "another version")
    git(scratch, "update-ref", "refs/cockpit/state", "HEAD")
    git(location.common.parent, "worktree", "remove", "--force", str(scratch))


def test_a_checkout_of_any_tag_does_not_disturb_the_journals(location: StoreLocation, repository: Path) -> None:
    store = start(location)
    events = [tick(store)]
    for tag in ("v1", "v2", "v1"):
        git(repository, "checkout", "-q", tag)
        git(repository, "clean", "-qfdx")
        events.append(tick(store))
        store.commit(tag)
        assert git(repository, "status", "--porcelain") == ""
    assert ids(start(location).load()) == ids(events)
    assert len(journal_files(location)) == 1
    assert len(published(location)) == 2
    store.close()


def test_a_git_directory_in_the_environment_is_not_ours(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other.git"
    git(tmp_path, "init", "-q", "--bare", str(other))
    monkeypatch.setenv("GIT_DIR", str(other))
    monkeypatch.setenv("GIT_WORK_TREE", str(tmp_path))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(tmp_path / "objects"))
    store = start(StoreLocation.of(repository))
    tick(store)
    assert store.commit("here").moved
    store.close()
    assert git(repository, "rev-parse", "refs/cockpit/state")
    assert not (tmp_path / "objects").exists()
    assert not (tmp_path / "index").exists()
    assert sorted(os.listdir(other / "refs")) == ["heads", "tags"]


def test_evidence_is_found_in_the_ref_where_the_file_is_gone(location: StoreLocation) -> None:
    store = start(location)
    ref = store.evidence.put_text("the reason")
    tick(store)
    store.commit("with evidence")
    (location.evidence / ref.sha256).unlink()
    assert store.evidence.get(ref.sha256).content == b"the reason"
    store.close()


def test_what_is_followed_comes_file_by_file_and_is_what_would_be_loaded(location: StoreLocation) -> None:
    ana, ben, reader = start(location), start(location), start(location)
    theirs = [{tick(ana).id, tick(ana).id}, {tick(ben).id}]
    lots: list[set[str]] = []
    reader.follow([STREAM], lambda events: lots.append(ids(events)))
    assert sorted(lots, key=len, reverse=True) == theirs
    assert reader.poll() == []
    later = tick(ana)
    assert ids(reader.poll()) == {later.id}
