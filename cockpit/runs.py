"""The runs that a store holds: which there are, which is meant, and the files that one was opened with."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from cockpit.codec import to_record, to_records
from cockpit.errors import NotFoundError, UsageError
from cockpit.loading import Checkpoints
from cockpit.parsed import ParsedTexts
from cockpit.release.decisions.context import OVER
from cockpit.release.entities import RUN
from cockpit.release.ledger import Ledger, Pinned, Pins
from cockpit.release.record import Record
from cockpit.release.run import RunSummary
from cockpit.session import SERVICE_STREAM
from cockpit.store.reader import JournalReader
from cockpit.store.store import Store

_OF_RUN = f'\\"{RUN}\\"'.encode()  # as the entity stands in a journal's line: JSON within a JSON text


class StoredRun(Struct, frozen=True):
    """A run as it stands in the store, and which files it flies by."""

    summary: RunSummary
    pins: Pins | None


def read_runs(store: Store, checkpoints: Checkpoints | None = None) -> dict[str, StoredRun]:
    """Return every run in the store by its id, oldest first; long ones are not looked through where one is given."""
    found = []
    for stream in store.streams():
        service, environment, run_id = stream.split("/")
        if run_id == SERVICE_STREAM:
            continue
        ledger = Ledger(lambda _: None)
        known = checkpoints.about_run([f"{service}/{environment}/{SERVICE_STREAM}", stream]) if checkpoints else None
        ledger.add(to_records(known) if known is not None else _records_of_run(store, stream))
        opened = ledger.opened()
        record = ledger.register(RUN, "opened").winner
        if opened is None or record is None:
            continue
        tag, commit = ledger.target()
        summary = RunSummary(
            run_id, service, environment, opened.name, tag, commit, ledger.run_state(), record.wall, ledger.launch_at()
        )
        found.append(StoredRun(summary, ledger.pins()))
    found.sort(key=lambda run: (run.summary.opened_at, run.summary.id))
    return {run.summary.id: run for run in found}


def list_runs(store: Store) -> dict[str, RunSummary]:
    """Return every run in the store by its id, oldest first, in one line each."""
    return {identity: run.summary for identity, run in read_runs(store).items()}


def choose_run(runs: Mapping[str, RunSummary], *, run: str, env: str, newest: bool = False) -> RunSummary | None:
    """Return the run that is meant: the one named, else the only open one; None where none is open.

    With `newest`, of several open ones it is the one opened last. Raises NotFoundError for a name that fits none,
    UsageError where several fit or several are open.
    """
    candidates = [summary for summary in runs.values() if not env or summary.environment == env]
    if run:
        exact = [summary for summary in candidates if run in {summary.id, summary.name}]
        found = exact or [summary for summary in candidates if summary.id.startswith(run)]
        still_open = [summary for summary in found if summary.state not in OVER]
        found = still_open or found[-1:]
        if not found:
            known = ", ".join(summary.id for summary in candidates) or "none has been opened"
            raise NotFoundError(f"no run {run!r}", fix=f"There is: {known}")
    else:
        found = [summary for summary in candidates if summary.state not in OVER]
    if len(found) > 1 and (run or not newest):
        listing = ", ".join(f"{summary.id} ({summary.environment}, {summary.state})" for summary in found)
        what = f"several runs are called {run!r}" if run else "several runs are open"
        raise UsageError(what, fix=f"Name one with --run: {listing}", code="several-runs")
    return found[-1] if found else None


def pinned_of(store: Store, summary: RunSummary, pins: Pins | None = None) -> Pinned:
    """Return the files that a run was opened with or migrated to, from the store alone; the digest is of what is there.

    `pins` are which they are, where that has just been read. Raises ConfigurationError where this version cannot read
    them, NotFoundError where a text is not here yet.
    """
    if pins is None:
        ledger = Ledger(lambda _: None)
        ledger.add(_records_of_run(store, f"{summary.service}/{summary.environment}/{summary.id}"))
        pins = ledger.pins()
    if pins is None:
        raise NotFoundError(f"the run {summary.id} has no opening event here yet")
    return parse_pins(texts_of(store, pins, summary.name), pins)


def texts_of(store: Store, pins: Pins, run: str) -> dict[str, str]:
    """Return the pinned texts of a run by their path; raises NotFoundError, which names it, for one not here yet."""
    texts = {}
    for path, ref in pins.pins.items():
        try:
            texts[path] = store.evidence.get(ref.sha256).content.decode("utf-8", "replace")
        except NotFoundError:
            raise NotFoundError(
                f"the pinned {path} of {run} is not in this clone's store yet",
                fix="Exchange the state first: cockpit sync",
            ) from None
    return texts


def parse_pins(texts: Mapping[str, str], pins: Pins) -> Pinned:
    """Return what pinned texts say, without the checklists that this run leaves out."""
    kept = ParsedTexts()
    pinned = kept.recall(texts, pins.environment)
    if pinned is None:
        from cockpit.pinning import parse_texts  # what reads YAML is slow to load

        pinned = parse_texts(texts, pins.environment)
        kept.keep(texts, pins.environment, pinned)
    checklists = tuple(checklist for checklist in pinned.checklists if checklist.id in pins.checklists)
    return Pinned(pinned.configuration, checklists, pinned.library, pinned.digest)


def _records_of_run(store: Store, stream: str) -> list[Record]:
    # With a reader of its own: what the store's session follows stays as it is.
    found = JournalReader(store.location.root, [stream], holding=_OF_RUN).poll()
    return [to_record(stored) for stored in found if stored.envelope.ent == RUN]
