"""Repositories that really are damaged, and what the doctor makes of them."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from cockpit.codec import named_blobs
from cockpit.store.doctor.cheap import cheap_findings
from cockpit.store.doctor.examine import Examination, examine
from cockpit.store.doctor.finding import Finding
from cockpit.store.envelope import Stored
from cockpit.store.layout import JournalName
from cockpit.store.location import StoreLocation
from cockpit.store.lock import FileLock, Held
from tests.store.support import ANA, REF, STREAM, git, ids, journal_files, published, start, tick

WRITER = 0xABCDEF


def look(location: StoreLocation, *, mend: bool = True, now: Callable[[], float] = time.time) -> Examination:
    return examine(location, named=named_blobs, host="h1", mend=mend, now=now)


def codes(findings: Iterable[Finding]) -> list[str]:
    return [finding.code for finding in findings]


@pytest.fixture
def events(location: StoreLocation) -> list[Stored]:
    """Three published events of a process that has ended."""
    store = start(location, WRITER)
    found = [tick(store, number) for number in range(3)]
    store.commit("three")
    store.close()
    return found


def age(path: Path, seconds: float = 7200) -> None:
    before = time.time() - seconds
    os.utime(path, (before, before))


def well_afterwards(location: StoreLocation, events: list[Stored] | None = None) -> None:
    """Nothing is found the second time, git has no complaint, and no event is lost."""
    again = look(location)
    assert again.findings == ()
    git(location.common, "fsck", "--strict")
    git(location.common, "gc", "-q")
    if events is not None:
        assert ids(start(location).load()) == ids(events)
    writer = start(location)
    tick(writer)
    assert writer.commit("and on").moved
    writer.close()


def test_a_store_in_order_gives_no_findings(location: StoreLocation, events: list[Stored]) -> None:
    found = look(location)
    assert found == Examination((), 3, 1, 0)
    assert found.well
    assert cheap_findings(location) == []
    well_afterwards(location)


def test_a_repository_without_a_store_is_well_and_stays_untouched(location: StoreLocation) -> None:
    before = set(os.listdir(location.common))
    assert look(location, mend=False).well
    assert set(os.listdir(location.common)) == before


@pytest.mark.parametrize("tail", [b'{"b":"{\\"v\\":1,', b"\0" * 4096, b"\xff"])
def test_a_torn_end_is_cut_off_and_kept_aside(location: StoreLocation, events: list[Stored], tail: bytes) -> None:
    (journal,) = journal_files(location)
    whole = journal.read_bytes()
    journal.write_bytes(whole + tail)
    assert codes(look(location, mend=False).findings) == ["torn-line"]
    assert journal.read_bytes() == whole + tail
    found = look(location)
    assert codes(found.findings) == ["torn-line"]
    assert found.well
    assert journal.read_bytes() == whole
    assert [path.read_bytes() for path in (location.root / "aside").iterdir()] == [whole + tail]
    well_afterwards(location, events)


def test_a_line_that_rotted_comes_back_from_the_published_journal(
    location: StoreLocation, events: list[Stored]
) -> None:
    (journal,) = journal_files(location)
    whole = journal.read_bytes()
    lines = whole.splitlines(keepends=True)
    journal.write_bytes(lines[0] + b"\0" * (len(lines[1]) - 1) + b"\n" + lines[2])
    found = look(location)
    assert found.well
    assert set(codes(found.findings)) <= {"damaged-line", "missing-journal"}
    assert journal.read_bytes() == whole
    well_afterwards(location, events)


def test_a_published_damaged_line_stays_and_the_missing_event_is_named(location: StoreLocation) -> None:
    store = start(location, WRITER)
    for number in range(3):
        tick(store, number)
    store.close()
    (journal,) = journal_files(location)
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(lines[0] + b"rotten\n" + lines[2])
    start(location).commit("as it is")
    found = look(location)
    assert codes(found.findings) == ["damaged-line", "missing-event"]
    assert [finding.remains for finding in found.findings] == [False, True]
    assert "numbered 2 " in found.findings[1].found
    assert journal.read_bytes() == lines[0] + b"rotten\n" + lines[2]
    # The clone that has it gives it back.
    journal.write_bytes(b"".join(lines))
    start(location).commit("found again")
    assert look(location).well


def test_a_line_of_a_later_version_is_no_damage(location: StoreLocation, events: list[Stored]) -> None:
    (journal,) = journal_files(location)
    later = (
        json.dumps({"b": json.dumps({"v": 9, "w": f"{WRITER:032x}", "s": 4, "new": True}), "g": None}).encode() + b"\n"
    )
    journal.write_bytes(journal.read_bytes() + later)
    assert look(location).well
    assert journal.read_bytes().endswith(later)


def test_what_a_living_writer_is_writing_is_left_alone(location: StoreLocation) -> None:
    store = start(location, WRITER)
    tick(store)
    (journal,) = journal_files(location)
    with journal.open("ab") as file:
        file.write(b'{"b":"half')
    found = look(location)
    assert found.findings == ()
    assert journal.read_bytes().endswith(b"half")
    store.close()


def test_a_lost_journal_comes_back_from_the_ref(location: StoreLocation, events: list[Stored]) -> None:
    shutil.rmtree(location.journal)
    found = look(location)
    assert codes(found.findings) == ["missing-journal"]
    assert found.well
    well_afterwards(location, events)


def test_a_missing_segment_is_a_gap(location: StoreLocation, events: list[Stored]) -> None:
    (journal,) = journal_files(location)
    journal.rename(location.root / JournalName(STREAM, f"{WRITER:032x}", 2).path)
    git(location.common, "update-ref", "-d", REF)
    journal.with_name(f"{WRITER:032x}.2.jsonl").write_bytes(
        b"".join(journal.with_name(f"{WRITER:032x}.2.jsonl").read_bytes().splitlines(keepends=True)[1:])
    )
    found = look(location)
    assert codes(found.findings) == ["missing-event"]
    assert "numbered 1 " in found.findings[0].found
    assert not found.well


def test_two_copies_of_a_clone_that_went_on_apart_are_told(location: StoreLocation, tmp_path: Path) -> None:
    store = start(location, WRITER)
    tick(store, 1)
    copy = StoreLocation.of(Path(shutil.copytree(location.common.parent, tmp_path / "copy")))
    tick(store, 2)
    store.close()
    (ours,), (theirs,) = journal_files(location), journal_files(copy)
    other = start(copy, WRITER)  # the same writer id, as in a copied process image
    first = theirs.read_bytes()
    theirs.unlink()
    tick(other, 1)
    tick(other, 3)
    other.close()
    assert theirs.read_bytes().startswith(first)
    ours.write_bytes(ours.read_bytes() + theirs.read_bytes().splitlines(keepends=True)[1])
    found = look(location)
    assert codes(found.findings) == ["equivocation"]
    assert "numbered 2," in found.findings[0].found
    assert not found.well
    later = look(location, now=lambda: 2e9)
    assert codes(later.findings) == ["equivocation"]
    assert later.well, "a copy that has fallen silent asks for nothing any more"


def test_a_forged_event_breaks_the_chain(location: StoreLocation, events: list[Stored]) -> None:
    (journal,) = journal_files(location)
    lines = journal.read_bytes().splitlines(keepends=True)
    git(location.common, "update-ref", "-d", REF)
    journal.write_bytes(lines[0] + lines[1].replace(b'\\"n\\":1', b'\\"n\\":7') + lines[2])
    found = look(location)
    assert codes(found.findings) == ["broken-chain"]
    assert "numbered 3 " in found.findings[0].found


def test_a_journal_under_another_writers_name_is_told_with_the_name_that_it_had(
    location: StoreLocation, events: list[Stored]
) -> None:
    (journal,) = journal_files(location)
    git(location.common, "update-ref", "-d", REF)
    renamed = journal.with_name(f"{0xF:032x}.1.jsonl")
    journal.rename(renamed)
    found = look(location)
    assert codes(found.findings) == ["misplaced-lines"]
    assert (found.events, found.well) == (0, False)
    assert found.findings[0].place.endswith(renamed.name)
    assert f"cockpit/journal/{STREAM}/{journal.name}" in found.findings[0].todo
    renamed.rename(journal)
    well_afterwards(location, events)


def test_a_copied_journal_is_told_until_it_is_published_and_stays(
    location: StoreLocation, events: list[Stored]
) -> None:
    (journal,) = journal_files(location)
    copied = journal.with_name(f"{0xF:032x}.1.jsonl")
    shutil.copyfile(journal, copied)
    assert codes(look(location).findings) == ["misplaced-lines"]
    start(location).commit("with the copy")
    found = look(location)
    assert (codes(found.findings), found.well) == (["misplaced-lines"], True)
    assert "it stays" in found.findings[0].found
    assert ids(start(location).load()) == ids(events)


def test_lines_in_another_order_than_they_were_written_in_are_told(
    location: StoreLocation, events: list[Stored]
) -> None:
    (journal,) = journal_files(location)
    git(location.common, "update-ref", "-d", REF)
    first, second, third = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(first + third + second)
    found = look(location)
    assert (codes(found.findings), found.events, found.well) == (["disordered-lines"], 3, False)


def test_a_number_beyond_all_counting_is_just_a_gap(location: StoreLocation, events: list[Stored]) -> None:
    (journal,) = journal_files(location)
    lines = journal.read_bytes().splitlines(keepends=True)
    far = lines[2].replace(b'\\"s\\":3,', b'\\"s\\":%d,' % 10**18)
    git(location.common, "update-ref", "-d", REF)
    journal.write_bytes(lines[0] + lines[1] + far)
    (found,) = look(location).findings
    assert (found.code, f"numbered 3 to {10**18 - 1} " in found.found) == ("missing-event", True)


def test_evidence_that_rotted_is_replaced_or_named(location: StoreLocation) -> None:
    store = start(location, WRITER)
    known = store.evidence.put_text("published")
    store.commit("one")
    lost, rotten = store.evidence.put_text("never published"), store.evidence.put_text("rots here alone")
    for ref in (known, lost, rotten):
        data = b'{"text":{"sha256":"%s","size":%d}}' % (ref.sha256.encode(), ref.size)
        store.append(STREAM, "note.added", "run", (), data, by=ANA, wall="2027-01-15T08:00:00Z")
    store.close()
    assert look(location).well
    (location.evidence / known.sha256).write_bytes(b"")
    (location.evidence / rotten.sha256).write_bytes(b"x")
    (location.evidence / lost.sha256).unlink()
    found = look(location)
    assert codes(found.findings).count("damaged-evidence") == 2
    assert {finding.place for finding in found.findings if finding.remains} == {
        f"evidence/{lost.sha256}",
        f"evidence/{rotten.sha256}",
    }
    assert "note.added on run by Ana" in next(f.found for f in found.findings if f.code == "missing-evidence")
    assert start(location).evidence.get(known.sha256).content == b"published"
    assert not look(location).well


@pytest.mark.parametrize("content", [b"", b"\0" * 41, b"12ab"])
def test_a_broken_state_ref_is_set_back(location: StoreLocation, events: list[Stored], content: bytes) -> None:
    (location.common / REF).write_bytes(content)
    assert codes(cheap_findings(location)) == ["broken-ref"]
    assert not look(location, mend=False).well
    found = look(location)
    assert "broken-ref" in codes(found.findings)
    assert found.well
    well_afterwards(location, events)


def test_a_broken_ref_of_the_users_own_is_told_with_the_commands_that_mend_it(
    location: StoreLocation, repository: Path, events: list[Stored]
) -> None:
    before = git(repository, "rev-parse", "main")
    (location.common / "refs" / "heads" / "main").write_bytes(b"")
    (location.common / "refs" / "cockpit" / "remotes" / "origin").mkdir(parents=True)
    (location.common / "refs" / "cockpit" / "remotes" / "origin" / "state").write_bytes(b"")
    found = look(location)
    by_place = {finding.place: finding for finding in found.findings}
    assert "removed" in by_place["refs/cockpit/remotes/origin/state"].done
    todo = by_place["refs/heads/main"].todo
    assert not found.well
    subprocess.run(["sh", "-c", todo.removeprefix("Run: ")], cwd=repository, check=True)
    assert git(repository, "rev-parse", "main") == before
    well_afterwards(location, events)


@pytest.mark.parametrize("what", ["{ref}", "{ref}^{{tree}}", "{ref}:journal", "{ref}~1", "{ref}~1^{{tree}}"])
@pytest.mark.parametrize("how", ["empty", "missing"])
def test_a_lost_object_of_the_state_is_made_good(
    location: StoreLocation, repository: Path, events: list[Stored], what: str, how: str
) -> None:
    store = start(location)
    events.append(tick(store))
    store.commit("one more")
    store.close()
    oid = git(repository, "rev-parse", what.format(ref=REF))
    path = location.common / "objects" / oid[:2] / oid[2:]
    path.chmod(0o644)
    path.write_bytes(b"")
    if how == "missing":
        path.unlink()
    assert not look(location, mend=False).well
    found = look(location)
    assert found.well, found
    well_afterwards(location, events)


def test_an_empty_object_of_the_users_own_is_told(location: StoreLocation, repository: Path) -> None:
    oid = git(repository, "rev-parse", "v1:app.txt")
    path = location.common / "objects" / oid[:2] / oid[2:]
    path.chmod(0o644)
    path.write_bytes(b"")
    found = look(location)
    assert codes(found.findings) == ["empty-object", "lost-objects"]
    assert "git fetch --refetch" in found.findings[1].todo
    git(repository, "hash-object", "-w", "--stdin-paths", check=False)
    (repository / "v1").write_text("v1")
    git(repository, "hash-object", "-w", "v1")
    assert look(location).well


def test_lock_files_of_a_killed_git(location: StoreLocation, repository: Path, events: list[Stored]) -> None:
    ours, theirs = location.common / f"{REF}.lock", location.common / "index.lock"
    for path in (ours, theirs):
        path.touch()
    assert look(location).findings == ()  # a git may be at work
    for path in (ours, theirs):
        age(path)
    assert codes(cheap_findings(location)) == ["stale-lock", "stale-lock"]
    found = look(location)
    assert not ours.exists()
    (left,) = (finding for finding in found.findings if finding.remains)
    assert (left.place, theirs.exists()) == ("index.lock", True)
    subprocess.run(["sh", "-c", left.todo.partition("run: ")[2]], cwd=repository, check=True)
    well_afterwards(location, events)


HOLDER = """
import sys, time
from pathlib import Path
from cockpit.store.lock import FileLock, Held
FileLock(Path(sys.argv[1]), Held("Ben", "h2", 7, "2027-01-15", "rollback")).acquire()
print("held", flush=True)
time.sleep(60)
"""


def test_the_lock_of_a_process_that_was_killed(location: StoreLocation, events: list[Stored]) -> None:
    path = location.lock("execute-shop-production")
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(path)], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        child.stdout.readline()
        assert look(location).findings == ()
        child.send_signal(signal.SIGKILL)
    found = look(location)
    assert codes(found.findings) == ["abandoned-lock"]
    assert "Ben on h2 (process 7" in found.findings[0].found
    assert path.read_bytes() == b""
    with FileLock(path, Held("Ana", "h1", 1, "now", "again")):
        assert look(location).findings == ()


def test_drafts_of_the_dead_are_removed_and_those_of_the_living_are_not(
    location: StoreLocation, events: list[Stored]
) -> None:
    old, fresh = location.temporary / "commit-dead", location.temporary / "fresh"
    old.mkdir()
    (old / "index").write_bytes(b"x")
    fresh.write_bytes(b"x")
    age(old)
    found = look(location)
    assert codes(found.findings) == ["leftover-draft"]
    assert (old.exists(), fresh.exists()) == (False, True)


@pytest.mark.parametrize("content", [b"", b"\0\0", b"what?\n"])
def test_an_unreadable_format_is_written_anew(location: StoreLocation, events: list[Stored], content: bytes) -> None:
    location.format.write_bytes(content)
    assert start(location).read_only_because() is not None
    assert codes(cheap_findings(location)) == ["unknown-format"]
    assert look(location).well
    assert location.format.read_bytes() == b"1\n"
    well_afterwards(location, events)


def test_a_later_format_is_left_alone(location: StoreLocation, events: list[Stored]) -> None:
    location.format.write_bytes(b"2\n")
    (journal,) = journal_files(location)
    journal.write_bytes(journal.read_bytes() + b"later")
    found = look(location)
    assert codes(found.findings) == ["unknown-format", "torn-line"]
    assert not found.well
    assert journal.read_bytes().endswith(b"later")
    assert location.format.read_bytes() == b"2\n"


def test_permissions_of_a_shared_repository(repository: Path) -> None:
    git(repository, "config", "core.sharedRepository", "group")
    location = StoreLocation.of(repository)
    store = start(location, WRITER)
    tick(store)
    store.commit("one")
    store.close()
    assert look(location).well
    (journal,) = journal_files(location)
    journal.chmod(0o600)
    location.journal.chmod(0o700)
    assert codes(cheap_findings(location)) == ["wrong-permissions"]
    assert not look(location, mend=False).well
    found = look(location)
    assert codes(found.findings) == ["wrong-permissions"]
    assert found.well
    assert (journal.stat().st_mode & 0o777, location.journal.stat().st_mode & 0o2777) == (0o660, 0o2770)
    assert look(location).findings == ()


def test_many_faults_at_once(location: StoreLocation, events: list[Stored]) -> None:
    (journal,) = journal_files(location)
    journal.write_bytes(journal.read_bytes() + b"\0" * 7)
    (location.common / REF).write_bytes(b"")
    (location.common / "logs" / REF).unlink()
    location.format.write_bytes(b"")
    (location.temporary / "draft").touch()
    age(location.temporary / "draft")
    found = look(location)
    assert found.well, found
    assert {"torn-line", "broken-ref", "unreadable-format", "leftover-draft"} <= set(codes(found.findings))
    assert published(location)
    well_afterwards(location, events)
