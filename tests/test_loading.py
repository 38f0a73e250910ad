"""A long flight, opened from where a former start had come: it is the same flight, whatever has happened since."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cockpit import loading
from cockpit.codec import encode_data
from cockpit.loading import Checkpoints, TextOf, load_whole
from cockpit.release.events import EvidencePurged, ItemDone, ItemReopened, kind_of
from cockpit.release.ledger import Ledger, state_digest
from cockpit.release.record import TextRef
from cockpit.release.run import Run
from cockpit.release.settled import Timeline
from cockpit.store.clock import HybridClock
from cockpit.store.envelope import By, Stored
from cockpit.store.location import StoreLocation
from cockpit.store.store import Store
from tests.benchmarks.flights import Scribe
from tests.release.support import PINNED, RUN_ID
from tests.store.support import make_repository

pytestmark = pytest.mark.full

STREAM = f"shop/live/{RUN_ID}"
STREAMS = ("shop/live/_service", STREAM)
LATER = 1_900_000_000_000  # ms, after all that the scribe writes
SOONER = 1_700_000_000_000


def store_at(location: StoreLocation, at: int = LATER) -> Store:
    return Store.open(location, clock=HybridClock(lambda: at), writer_id=os.urandom(16).hex(), host="h9")


def tick(location: StoreLocation, *, at: int = LATER, sup: tuple[str, ...] = (), open_again: bool = False) -> Stored:
    """Let a colleague's process tick an item, or open it again, and end."""
    data = ItemReopened() if open_again else ItemDone()
    store = store_at(location, at)
    try:
        return store.append(
            STREAM, kind_of(data), "item:k", sup, encode_data(data), by=By("Ben", "ben@example.org"), wall=""
        )
    finally:
        store.close()


class Clone:
    """One clone's store, and what its checkpoints are worth; `run` opens the flight as a process of its own does."""

    def __init__(self, directory: Path, events: int = 300) -> None:
        self.location = StoreLocation.of(make_repository(directory))
        Scribe(self.location, STREAM, ["k", "n", "b"]).write(events)

    @property
    def files(self) -> list[Path]:
        return sorted(self.location.root.glob("checkpoints/*"))

    def text(self, ref: TextRef) -> str | None:
        found = store_at(self.location).evidence.find(ref.sha256)
        return found.content.decode() if found is not None else None

    def ledger(self, *, writes: bool = True, many: int = 50, text_of: TextOf | None = None) -> Ledger:
        checkpoints = Checkpoints(self.location, writes=writes, long=100, many=many)
        return checkpoints.load(store_at(self.location), STREAMS, text_of or self.text, lambda _: None)

    def run(self, *, writes: bool = True, text_of: TextOf | None = None) -> Run:
        return self.ledger(writes=writes, text_of=text_of).snapshot(RUN_ID, PINNED)

    def whole(self) -> Run:
        ledger = load_whole(store_at(self.location), STREAMS, self.text, lambda _: None)
        return ledger.snapshot(RUN_ID, PINNED)

    def journals(self) -> list[Path]:
        return sorted(self.location.journal.rglob("*.jsonl"))


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    clone = Clone(tmp_path / "clone")
    clone.run()
    assert len(clone.files) == 1
    return clone


def is_short(run: Run) -> bool:
    """Whether most of it has been left where it lies."""
    return isinstance(run.records, Timeline) and len(run.records.held) < len(run.records) / 2


def assert_same(run: Run, whole: Run) -> None:
    assert state_digest(run) == state_digest(whole)
    for name in run.__struct_fields__:
        assert getattr(run, name) == getattr(whole, name), name


def test_the_next_start_reads_little_and_sees_the_same(clone: Clone) -> None:
    run = clone.run()
    assert is_short(run)
    assert_same(run, clone.whole())


def test_what_others_have_written_since_counts(clone: Clone) -> None:
    first = tick(clone.location, sup=clone.whole().items["k"].register.head_ids)
    tick(clone.location, at=LATER + 1, sup=(first.id,), open_again=True)
    run = clone.run()
    assert is_short(run)
    assert_same(run, clone.whole())


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from([SOONER, LATER]), st.booleans()), max_size=4), st.booleans())
def test_whatever_arrives_in_whatever_order_it_is_the_same(
    tmp_path_factory: pytest.TempPathFactory, since: list[tuple[int, bool]], again: bool
) -> None:
    clone = Clone(tmp_path_factory.mktemp("late") / "clone", events=120)
    clone.run()
    for number, (at, upon) in enumerate(since):
        heads = clone.whole().items["k"].register.head_ids
        tick(clone.location, at=at + number, sup=heads if upon else ())
        if again:
            clone.run()
    assert_same(clone.run(), clone.whole())


@pytest.mark.parametrize("damage", ["cut", "bit", "empty", "other code", "of another run"])
def test_a_file_that_is_damaged_or_anothers_is_left_aside(
    clone: Clone, damage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (path,) = clone.files
    data = path.read_bytes()
    if damage == "cut":
        path.write_bytes(data[: len(data) // 2])
    elif damage == "bit":
        path.write_bytes(data[:-9] + bytes([data[-9] ^ 1]) + data[-8:])
    elif damage == "empty":
        path.write_bytes(b"")
    elif damage == "other code":
        monkeypatch.setattr(loading, "code_of", lambda *_: "release/ledger.py 1 2")
    else:
        path.rename(path.with_name(path.name[::-1]))
    run = clone.run(writes=False)
    assert not is_short(run)
    assert_same(run, clone.whole())
    clone.run()
    assert is_short(clone.run()), "and another one is made"


@pytest.mark.parametrize("change", ["shorter", "other bytes", "gone"])
def test_journals_that_begin_otherwise_are_read_anew(clone: Clone, change: str) -> None:
    path = clone.journals()[0]
    lines = path.read_bytes().splitlines(keepends=True)
    if change == "shorter":
        path.write_bytes(b"".join(lines[:-1]))
    elif change == "other bytes":
        path.write_bytes(b"".join(reversed(lines)))
    else:
        path.unlink()
    run = clone.run(writes=False)
    assert not is_short(run)
    assert_same(run, clone.whole())


def test_a_copied_clone_goes_on_from_the_copy(clone: Clone) -> None:
    for path in clone.journals():
        data = path.read_bytes()
        path.unlink()
        path.write_bytes(data)
    tick(clone.location)
    assert is_short(clone.run())
    assert_same(clone.run(), clone.whole())


def test_none_is_made_of_a_short_flight_of_faulty_journals_or_where_nothing_may_be_written(tmp_path: Path) -> None:
    short = Clone(tmp_path / "short", events=50)
    short.run()
    silent = Clone(tmp_path / "silent")
    silent.run(writes=False)
    torn = Clone(tmp_path / "torn")
    with torn.journals()[0].open("ab") as file:
        file.write(b'{"b":"torn')
    torn.run()
    assert (short.files, silent.files, torn.files) == ([], [], [])


def test_after_many_more_events_it_is_made_anew(clone: Clone) -> None:
    before = clone.files[0].read_bytes()
    sup = clone.whole().items["k"].register.head_ids
    for number in range(60):
        sup = (tick(clone.location, at=LATER + number, sup=sup).id,)
    assert_same(clone.run(), clone.whole())
    assert [path.read_bytes() == before for path in clone.files] == [False]
    assert is_short(clone.run())


def purge(location: StoreLocation, *blobs: str) -> None:
    store = store_at(location)
    data = encode_data(EvidencePurged(blobs=blobs))
    store.append(STREAMS[0], "evidence.purged", "evidence", (), data, by=By("Ben", "ben@example.org"), wall="")
    store.commit("purge")
    store.close()


def test_texts_come_along_so_that_their_files_are_not_opened(clone: Clone) -> None:
    asked: list[TextRef] = []

    def text_of(ref: TextRef) -> str | None:
        asked.append(ref)
        return clone.text(ref)

    notes = clone.whole().notes
    assert notes
    assert None not in {note.text for note in notes}
    assert clone.run(text_of=text_of).notes == notes
    assert asked == []


def test_a_text_that_is_missing_is_looked_for_until_it_is_there(tmp_path: Path) -> None:
    clone = Clone(tmp_path / "clone")
    note = clone.whole().notes[0]
    (late,) = (path for path in clone.location.evidence.iterdir() if str(note.text) in path.read_text())
    blob = late.read_bytes()
    late.unlink()
    assert clone.run().notes[0].text is None
    late.write_bytes(blob)
    assert is_short(clone.run())
    assert clone.run().notes[0].text == note.text


def test_a_purge_takes_the_texts_that_came_along(clone: Clone) -> None:
    text = str(clone.whole().notes[0].text)
    (path,) = (path for path in clone.location.evidence.iterdir() if text in path.read_text())
    assert text.encode() in clone.files[0].read_bytes()
    purge(clone.location, path.name)
    assert clone.files == []
    assert_same(clone.run(), clone.whole())
    assert [text.encode() in path.read_bytes() for path in clone.files] == [False]


def test_a_text_that_is_purged_while_it_is_written_does_not_stay(tmp_path: Path) -> None:
    clone = Clone(tmp_path / "clone")

    def text_of(ref: TextRef) -> str | None:
        text = clone.text(ref)
        (clone.location.evidence / ref.sha256).unlink(missing_ok=True)
        return text

    clone.run(text_of=text_of)
    assert clone.files == []
