"""The flight recorder: the run, its probes and its logs as they were at a time.

The journal up to then, through the same fold, gives the run; samples give the probes. Nothing is written, and what was
not kept is not known.
"""

from __future__ import annotations

from threading import Event

from msgspec import Struct

from cockpit.durations import parse_duration
from cockpit.errors import ConfigurationError, NotFoundError, UsageError
from cockpit.live_source import heartbeat_key
from cockpit.logs.classify import Classifier
from cockpit.logs.history import History
from cockpit.logs.seek import Seeker
from cockpit.logs.volumes import is_glob
from cockpit.measuring import Measurer, sample_key
from cockpit.release.ledger import Ledger, Pinned
from cockpit.release.live import Live, ProbeFeed, Readiness
from cockpit.release.run import Run
from cockpit.runs import parse_pins, texts_of
from cockpit.samples.looking_back import LookingBack
from cockpit.samples.reader import SampleReader
from cockpit.session import Session
from cockpit.times import epoch, parse_time, zone
from cockpit.workspace import Workspace

_WINDOW = 900.0  # seconds of latencies beside a probe
_UNKNOWN = "not known of the past"


def past_time(text: str, now: float) -> float:
    """Return the epoch seconds that a person means: a time with an offset, or `2h` ago; UsageError for none, or one
    to come.
    """
    try:
        at = now - parse_duration(text)
    except ValueError:
        at = epoch(parse_time(text))
    if at > now:
        raise UsageError(f"{text!r} is yet to come", fix="Give a time that has passed, or such as 2h")
    return at


def past_run(workspace: Workspace, at: float) -> Run:
    """Return the run in focus as it was known at `at`, in epoch seconds, by every record of before.

    A text that was purged since is gone from the past, too; what arrived later from elsewhere is there by its own time.
    """
    session = workspace.session
    ledger = Ledger(session.text)
    until = (at * 1000, 0)
    ledger.add(record for record in session.run.records if record.h <= until)
    return ledger.snapshot(session.run.id, _pinned_then(workspace, session, ledger), bad_lines=session.run.bad_lines)


def _pinned_then(workspace: Workspace, session: Session, ledger: Ledger) -> Pinned:
    """Return the files flown by at that time; those of now where the run was not open yet, or they cannot be read."""
    pins = ledger.pins()
    if pins is None or pins.digest == session.run_pinned.digest:
        return session.run_pinned
    try:
        return parse_pins(texts_of(workspace.store, pins, session.run.name), pins)
    except (ConfigurationError, NotFoundError):
        return session.run_pinned


def past_live(workspace: Workspace, run: Run, at: float) -> Live:
    """Return the feeds as they were at `at`, by the samples: who was here and whether a rollback was ready is not kept.

    Blocking: it reads the samples.
    """
    with SampleReader(workspace.store.location.root) as reader:
        back = LookingBack(reader)
        watched = back.watched(at - _WINDOW, at + 1.0).get(heartbeat_key(run, workspace.host), [])
        with Measurer(workspace, now=lambda: at, samples=reader) as measurer:
            targets = measurer.targets()
        return Live(
            probes=tuple(_feed(reader, back, run, name, at) for name in run.configuration.probes),
            readiness=Readiness(False, (_UNKNOWN,)),
            watcher_at=max((min(end, at) for _, end in watched), default=0.0),
            trusted=workspace.trusted,
            host=workspace.host,
            targets=targets,
        )


def _feed(reader: SampleReader, back: LookingBack, run: Run, name: str, at: float) -> ProbeFeed:
    probe, series = run.configuration.probes[name], sample_key(run, name)
    interval = parse_duration(probe.interval)
    window = max(_WINDOW, 3 * interval)
    looks = [look for look in reader.raw(series, at - window, at + 0.001) if look.at <= at]
    told = run.probes.get(name)
    title = probe.title or name
    if looks:
        last = looks[-1]
        state = told.state if told is not None else last.state.value
        detail = told.detail if told is not None and told.state == last.state.value else ""
        return ProbeFeed(
            name, title, state, epoch(told.wall) if told is not None else last.at, last.state.value, last.latency_ms,
            detail, last.at, interval, failures=probe.failures,
            latencies=tuple(look.latency_ms for look in looks), states=tuple(look.state.value for look in looks),
            observer=told.observer if told is not None else "",
        )  # fmt: skip
    stretch = next((one for one in reversed(back.stretches(series, at - window, at)) if one.at <= at), None)
    if stretch is not None:
        state = told.state if told is not None else stretch.state.value
        return ProbeFeed(name, title, state, stretch.at, stretch.state.value, None, stretch.detail,
                         min(stretch.until, at), interval)  # fmt: skip
    return ProbeFeed(name, title, "unknown", 0.0, "unknown", None, "nothing is kept of this time", 0.0, interval)


class LogThen(Struct, frozen=True):
    """The last lines that a log had at a time; `trouble` says why there are none."""

    name: str
    lines: tuple[str, ...]
    trouble: str = ""


def past_logs(workspace: Workspace, run: Run, at: float, *, lines: int = 20) -> tuple[LogThen, ...]:
    """Return the last lines of each log before `at`, in epoch seconds, by the times that stand in them.

    Blocking: it reads the files, also those that were rotated away.
    """
    return tuple(_log_then(workspace, run, name, at, lines) for name in run.configuration.logs)


def _log_then(workspace: Workspace, run: Run, name: str, at: float, count: int) -> LogThen:
    source = run.configuration.logs[name]
    if not source.file or is_glob(source.file):
        return LogThen(name, (), "it is no single file: what it said then is not kept")
    history = History(workspace.root / source.file)
    seeker = Seeker(history, lambda: Classifier(name, zone=zone(run.timezone)))
    cancel = Event()
    try:
        place = seeker.find_time(at + 0.001, cancel, lambda _: None)
        end = history.end() if place is None else place
        found: list[str] = []
        while len(found) < count and (stretch := history.before(end, cancel)) is not None:
            found[:0] = [raw.text for raw in stretch.lines()]
            end = stretch.start
        return LogThen(name, tuple(found[-count:]), "" if found else "nothing is there of that time")
    except OSError as error:
        return LogThen(name, (), f"it cannot be read: {error.strerror}")
    finally:
        history.close()
