"""The session: what it returns is on the disk, what others write it sees, and no failure leaves it in between."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cockpit.errors import CockpitError, RefusedError
from cockpit.release.entities import execution_entity
from cockpit.release.events import EvidenceAttached, ItemDone, ProbeChanged, StepEnded
from cockpit.release.intents import AddNote, AttachEvidence, ClaimItem, DeferItem, OpenRun, RecordFact, TickItem, Undo
from cockpit.release.ledger import Pinned, state_digest
from cockpit.release.record import Record
from cockpit.release.run import Run
from cockpit.session import Session
from tests.shop import LISTEN, LOOK, RUN_ID, Moments, make_shop, pinned_in, start_session


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_shop(tmp_path_factory.mktemp("template") / "shop")


@pytest.fixture
def repository(template: Path, tmp_path: Path) -> Path:
    import shutil

    return Path(shutil.copytree(template, tmp_path / "shop", symlinks=True))


@pytest.fixture
def pinned(repository: Path) -> Pinned:
    return pinned_in(repository)


Start = Callable[..., Session]


@pytest.fixture
def start(repository: Path, pinned: Pinned) -> Iterator[Start]:
    """Start sessions that look at one run, and close what they hold."""
    sessions = []

    def begin(name: str = "Ana", **more: object) -> Session:
        session = start_session(repository, name, **more)  # type: ignore[arg-type]
        session.focus(RUN_ID, pinned)
        sessions.append(session)
        return session

    yield begin
    for session in sessions:
        session.store.close()


def opening(pinned: Pinned) -> OpenRun:
    return OpenRun(
        name="spring", service="shop", environment="live", production=True, timezone="UTC", digest=pinned.digest,
        pins={}, checklists=("short",),
    )  # fmt: skip


@pytest.fixture
def ana(start: Start, pinned: Pinned) -> Session:
    """Ana, with the run open."""
    session = start()
    session.act(opening(pinned))
    return session


def state(session: Session, item: str = LOOK) -> str:
    return session.run.items[item].state.value


def test_what_act_returns_is_on_the_disk_and_in_the_next_start(ana: Session, start: Start) -> None:
    (written,) = ana.act(TickItem(LOOK, "42"))
    assert isinstance(written.data, ItemDone)
    assert (state(ana), ana.run.items[LOOK].detail) == ("done", "42")
    ben = start("Ben")
    assert (state(ben), ben.run.items[LOOK].detail, ben.run.items[LOOK].by) == ("done", "42", ana.actor)
    assert state_digest(ben.run) == state_digest(ana.run)


def test_an_event_makes_nothing_anew_of_the_notes_before_it_nor_holds_their_words_again(
    ana: Session, start: Start
) -> None:
    ben = start("Ben")
    for number in range(5):
        ana.act(AddNote(f"note {number}"))
        ben.poll()
    before = {note.id: note for note in ben.run.notes}
    ana.act(AddNote("another"))
    (record,) = ben.poll()
    after = {note.id: note for note in ben.run.notes}
    assert [note.text for note in after.values()] == [*(f"note {number}" for number in range(5)), "another"]
    assert all(after[identity] is note for identity, note in before.items())
    earlier = ben.run.records[-2]
    assert all(getattr(record, name) is getattr(earlier, name) for name in ("w", "by", "host", "stream", "kind", "ent"))


def test_lines_that_outgrow_what_is_kept_once_masked_are_refused_and_none_is_said_to_be_recorded(ana: Session) -> None:
    with pytest.raises(RefusedError) as caught:
        ana.act(AttachEvidence(LOOK, "app.log", b"password=abc\n" * 80_000))
    assert caught.value.code == "too-large"
    assert "recorded" not in str(caught.value)
    assert not ana.run.items[LOOK].attachments


def test_secrets_are_masked_before_anything_is_written(ana: Session, repository: Path) -> None:
    secret = "hunter2-long"
    ana.act(DeferItem(LOOK, f"waits for password={secret}"))
    ana.act(AddNote(f"https://ana:{secret}@host/ answers", LOOK))
    ana.act(AttachEvidence(LOOK, "app.log", f"GET /?token={secret}&a=1 200\n".encode()))
    ana.act(AttachEvidence(LOOK, "plain.log", b"GET / 200\n"))
    ana.act(AttachEvidence(LOOK, "shot.png", b"\x89PNG\xff password=x1y2z3"))
    detail = f"Authorization: Bearer {secret} refused"
    ana.act(RecordFact("probe:api", ProbeChanged("down", "ok", detail, "h1")))
    view = ana.run.items[LOOK]
    assert view.detail == "waits for password=•••"
    assert view.notes[0].text == "https://•••@host/ answers"
    assert ana.run.probes["api"].detail == "Authorization: Bearer ••• refused"
    attached = [record.data for record in view.attachments]
    assert [data.masked for data in attached if isinstance(data, EvidenceAttached)] == [True, False, False]
    stored = [path.read_bytes() for path in (repository / ".git" / "cockpit").rglob("*") if path.is_file()]
    assert not any(secret.encode() in content for content in stored)
    assert any(b"GET /?token=\xe2\x80\xa2" in content for content in stored)


def test_a_second_session_sees_it_by_poll_and_never_its_own(ana: Session, start: Start) -> None:
    ben = start("Ben")
    (written,) = ana.act(TickItem(LOOK))
    assert ana.poll() == []
    assert ben.poll() == [written]
    assert ben.poll() == []
    assert state(ben) == "done"


def test_a_decision_rests_on_what_a_colleague_wrote_a_moment_ago(ana: Session, start: Start) -> None:
    ben = start("Ben")
    ana.act(ClaimItem(LOOK))
    with pytest.raises(RefusedError, match="Ana has claimed it"):
        ben.act(ClaimItem(LOOK))
    ana.act(TickItem(LOOK))
    ben.act(DeferItem(LOOK, "no, wait"))
    ana.poll()
    assert state(ana) == state(ben) == "deferred", "he replaced the tick, having seen it"


def test_subscribers_hear_of_a_colleagues_records_even_where_the_wish_is_refused(ana: Session, start: Start) -> None:
    ben = start("Ben")
    heard: list[Record] = []
    ben.subscribe(lambda run, records: heard.extend(records))
    (written,) = ana.act(TickItem(LOOK))
    with pytest.raises(RefusedError):
        ben.act(TickItem(LOOK))
    assert heard == [written]
    assert state(ben) == "done"


def test_a_subscriber_is_told_the_snapshot_of_that_moment_even_where_another_one_acts(ana: Session) -> None:
    told: list[str] = []

    def meddle(run: Run, records: list[Record]) -> None:
        if run.items[LISTEN].state == "open":
            ana.act(TickItem(LISTEN))

    ana.subscribe(meddle)
    ana.subscribe(lambda run, records: told.append(run.items[LISTEN].state.value))
    ana.act(TickItem(LOOK))
    assert told[-1] == "done"


def test_readonly_refuses_every_wish_and_still_follows(ana: Session, start: Start) -> None:
    guest = start("Guest", readonly=True)
    with pytest.raises(RefusedError) as caught:
        guest.act(TickItem(LOOK))
    assert (caught.value.code, bool(caught.value.fix)) == ("readonly", True)
    ana.act(TickItem(LOOK))
    guest.poll()
    assert state(guest) == "done"


def test_a_session_without_focus_says_so(repository: Path) -> None:
    session = start_session(repository)
    for ask in (lambda: session.run, lambda: session.run_pinned, lambda: session.act(TickItem(LOOK))):
        with pytest.raises(RefusedError, match="no service is in focus"):
            ask()


def test_a_long_output_keeps_its_head_and_tail(ana: Session) -> None:
    ended = StepEnded(0, "stop", 1, "ok")
    (written,) = ana.act(RecordFact(execution_entity("x"), ended, "begin " + "x" * 200_000 + " end"))
    assert isinstance(written.data, StepEnded)
    assert written.data.output is not None
    text = ana.text(written.data.output)
    assert text is not None
    assert text.startswith("begin x")
    assert text.endswith("x end")
    assert len(text) < 70_000


def test_a_text_that_is_missing_is_shown_as_such_and_healed_without_an_event(ana: Session, start: Start) -> None:
    ana.act(DeferItem(LOOK, "to Monday"))
    ana.act(AddNote("look again", LOOK))
    evidence = ana.store.location.evidence
    away = evidence.with_name("away")
    evidence.rename(away)
    clock = Moments()
    ben = start("Ben", clock=clock)
    told: list[Run] = []
    ben.subscribe(lambda run, records: told.append(run))
    assert ben.run.items[LOOK].detail == "(this text is not here yet)"
    assert ben.run.items[LOOK].notes[0].text is None
    ben.poll()
    away.rename(evidence)
    clock.at += 60
    assert ben.poll() == []
    assert (ben.run.items[LOOK].detail, ben.run.items[LOOK].notes[0].text) == ("to Monday", "look again")
    assert told[-1] is ben.run


def test_a_line_that_cannot_be_read_is_counted_without_an_event(ana: Session, start: Start) -> None:
    ben = start("Ben")
    journal = ana.store.location.journal / "shop" / "live" / RUN_ID
    (journal / f"{'f' * 32}.1.jsonl").write_text("nonsense\n")
    ben.poll()
    assert ben.run.bad_lines == 1


def test_turning_to_another_run_leaves_nothing_of_the_first(ana: Session, pinned: Pinned) -> None:
    ana.act(TickItem(LOOK))
    ana.focus("autumn-0a1b2c3d", pinned)
    assert (ana.run.id, state(ana), ana.run.records) == ("autumn-0a1b2c3d", "open", ())
    ana.focus("", pinned)
    assert not ana.run.open
    with pytest.raises(RefusedError) as caught:
        ana.act(TickItem(LOOK))
    assert caught.value.code == "no-run"
    ana.focus(RUN_ID, pinned)
    assert state(ana) == "done"


def test_threads_may_act_and_poll_at_once_and_the_last_snapshot_told_is_the_newest(ana: Session, start: Start) -> None:
    ben = start("Ben")
    last: dict[str, Run] = {}
    for name, session in (("ana", ana), ("ben", ben)):
        session.subscribe(lambda run, records, name=name: last.update({name: run}))  # type: ignore[misc]
    failures: list[BaseException] = []

    def write(session: Session, item: str) -> None:
        try:
            for number in range(8):
                session.act(AddNote(f"{number}", item))
                session.poll()
                session.act(DeferItem(item, "x"))
        except BaseException as error:
            failures.append(error)

    threads = [
        threading.Thread(target=write, args=(session, item)) for session in (ana, ben) for item in (LOOK, LISTEN)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    for session in (ana, ben):
        session.poll()
    assert len(ana.run.notes) == 32
    assert state_digest(ana.run) == state_digest(ben.run)
    assert last["ana"] is ana.run
    assert last["ben"] is ben.run


_WRITE_ON = """
import sys
from pathlib import Path
from tests.shop import LOOK, RUN_ID, pinned_in, start_session
from cockpit.release.intents import AddNote, ReopenItem, TickItem, Undo
session = start_session(Path(sys.argv[1]), "Ben")
session.focus(RUN_ID, pinned_in(Path(sys.argv[1])))
for number in range(10_000):
    for wish in (TickItem(LOOK, f"value {number}"), Undo(), AddNote(f"note {number}", LOOK)):
        (written,) = session.act(wish)
        print(written.id, flush=True)
"""


def test_what_was_told_before_a_kill_is_there_and_whole(ana: Session, repository: Path) -> None:
    command = [sys.executable, "-c", _WRITE_ON, str(repository)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parent.parent)
    assert child.stdout is not None
    with child.stdout:
        told = [child.stdout.readline().strip() for _ in range(10)]
        os.kill(child.pid, signal.SIGKILL)
        told += child.stdout.read().split("\n")[:-1]
    child.wait()
    ana.poll()
    known = {record.id for record in ana.run.records}
    assert set(told) <= known
    assert len(told) >= 10
    assert None not in {note.text for note in ana.run.notes}, "a text reaches the disk before the event that names it"
    assert ana.run.bad_lines <= 1, "at most the last line is torn"
    ana.act(DeferItem(LOOK, "go on"))
    assert state(ana) == "deferred"


_FILL = """
import json, os, resource, signal, sys
from pathlib import Path
from cockpit.errors import NotSavedError
from cockpit.release.intents import AddNote, TickItem
from tests.shop import LISTEN, LOOK, RUN_ID, pinned_in, start_session
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
session = start_session(Path(sys.argv[1]), "Ben")
session.focus(RUN_ID, pinned_in(Path(sys.argv[1])))
heard = []
session.subscribe(lambda run, records: heard.extend(record.id for record in records))
session.act(TickItem(LISTEN))
journal, = session.store.location.journal.rglob(f"{session.writer}.*.jsonl")
resource.setrlimit(resource.RLIMIT_FSIZE, (journal.stat().st_size + 40, resource.RLIM_INFINITY))
errors = []
for wish in (TickItem(LOOK), AddNote("x" * 4000)):
    try:
        session.act(wish)
    except NotSavedError as error:
        errors.append(error.code)
full = session.run.items[LOOK].state.value
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
session.act(TickItem(LOOK))
print(json.dumps({"errors": errors, "full": full, "heard": heard, "held": [r.id for r in session.run.records]}))
"""


def test_a_full_disk_records_nothing_and_the_next_wish_goes_through(ana: Session, repository: Path) -> None:
    import json

    done = subprocess.run(
        [sys.executable, "-c", _FILL, str(repository)],
        capture_output=True, text=True, check=False, cwd=Path(__file__).parent.parent,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["errors"] == ["not-saved", "not-saved"]
    assert told["full"] == "open"
    assert len(told["heard"]) == 2, "only what was saved is told"
    ana.poll()
    assert {record.id for record in ana.run.records} == set(told["held"])
    assert (state(ana), state(ana, LISTEN), ana.run.bad_lines) == ("done", "done", 0)
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY


def test_undo_is_the_persons_and_reaches_over_their_own_sessions(ana: Session, start: Start) -> None:
    ana.act(TickItem(LOOK))
    again = start("Ana")
    again.act(Undo())
    ana.poll()
    assert state(ana) == "open"
    with pytest.raises(CockpitError):
        start("Ben").act(Undo())
