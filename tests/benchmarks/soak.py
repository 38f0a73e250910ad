"""A long shift in little: `python -m tests.benchmarks.soak [--minutes 20]`; prints a report in Markdown.

The demo with 200 probes more and five logs that grow by 2,000 lines a second each; three cockpits on two clones that
sync through a remote, each clone with its watcher; a note a second on either clone. Looked at: the memory of each
process and how it grows, files and processes that stay open, whether any event or log line is lost, and the time from a
key to what it paints at the start and at the end. In a last stretch nobody writes anything more: what grows then is not
the events. The exit status is 1 where something was lost, has died or painted nothing for a key.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import yaml

from cockpit.bootstrap import open_workspace
from cockpit.measuring import sample_key
from cockpit.release.events import NoteAdded
from cockpit.release.intents import AddNote
from cockpit.samples.reader import SampleReader
from cockpit.workspace import Options, Workspace
from tests.benchmarks.bench_keys import cursor, key_to_paint
from tests.benchmarks.console import Console
from tests.benchmarks.flood import write
from tests.benchmarks.gets import CONDITIONS, serve
from tests.benchmarks.processes import carrying, core_seconds
from tests.benchmarks.served import Served, opened, served_demo
from tests.benchmarks.soak_report import Course, Key, SoakReport, Told, Typed

PROBES, LOGS, RATE = 200, 5, 2000
_SAMPLED_EVERY = 5.0  # seconds
_STALL = 30.0  # seconds that a key may take and is still measured
_QUIET = 600.0  # seconds at the end without an event, or a quarter of the whole: in less a slope is chance
_TYPING = 120.0  # seconds of keys at the start and at the end each: a p99 of fewer is that of three or four keys
_SETTLE = 10.0  # seconds, for what was written last to be counted


class Soak:
    """Everything that runs; `with` ends it."""

    def __init__(self, served: Served, stack: ExitStack) -> None:
        self.served = served
        self._stack = stack
        self.other = served.root.parent / "other"
        self.logs = [served.root / "var" / "logs" / f"flood-{number}.log" for number in range(LOGS)]
        for path in self.logs:
            path.touch()
        self._answer()
        self._share()
        self.screens = {
            "screen ana, logs": self._screen("ana", None, painting=False),
            "screen ben, checklist": self._screen("ben", None, painting=True),
            "screen cleo, other clone": self._screen("cleo", self.other, painting=False),
        }
        self.typist = self.screens["screen ben, checklist"]
        self.pids = {name: console.pid for name, console in self.screens.items()}
        self.pids["watcher"] = served.wait_for_watcher()
        self.pids["watcher, other clone"] = served.wait_for_watcher(self.other)
        opened(self.typist)
        self.screens["screen ana, logs"].press("2")
        self.writers = {
            "dora": open_workspace(Options(repo=served.repository, by="dora")),
            "emil": open_workspace(Options(repo=self.other, by="emil")),
        }

    def flood(self, seconds: float) -> None:
        """Let the logs grow, for so long."""
        for path in self.logs:
            longest = multiprocessing.Value("d", 0.0)
            writer = multiprocessing.Process(target=write, args=(path, RATE, seconds, longest), daemon=True)
            writer.start()
            self._stack.callback(writer.join)

    def note(self, number: int) -> None:
        """Write one event on either clone."""
        for name, workspace in self.writers.items():
            workspace.session.act(AddNote(f"{name} at {number}"))

    def _screen(self, by: str, repository: Path | None, *, painting: bool) -> Console:
        return self._stack.enter_context(self.served.console(by=by, repository=repository, painting=painting))

    def _answer(self) -> None:
        """Give the many probes something that answers, and fly by a configuration that has them."""
        listening = self._stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=1024))
        server = multiprocessing.Process(target=serve, args=(listening,), kwargs={"keep": False}, daemon=True)
        server.start()
        self._stack.callback(server.terminate)
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        path = self.served.repository / "cockpit.yaml"
        document = yaml.safe_load(path.read_text())
        document["probes"] |= {
            f"many-{number}": {"http": url, "conditions": list(CONDITIONS), "interval": "10s"}
            for number in range(PROBES)
        }
        document["logs"] = {log.stem: {"file": str(log)} for log in self.logs} | document["logs"]
        document["state_remote"] = "origin"
        path.write_text(yaml.safe_dump(document, sort_keys=False))
        self.served.ask("release", "migrate", "--yes")
        self.served.ask("trust")

    def _share(self) -> None:
        """Make the remote and the second clone."""
        remote = self.served.root.parent / "remote.git"

        def git(*arguments: str) -> None:
            subprocess.run(["git", *arguments], check=True, capture_output=True)

        git("clone", "--quiet", "--bare", str(self.served.repository), str(remote))
        git("-C", str(self.served.repository), "remote", "add", "origin", str(remote))
        self.served.ask("sync")
        git("clone", "--quiet", str(remote), str(self.other))
        self.served.ask("sync", repository=self.other)


def typed(console: Console, seconds: float) -> Typed:
    """Press keys for so long, or until one paints nothing; return what each took."""
    console.press("\x1b")  # what others did meanwhile is told over the list, and has the keys until it is put away
    console.written_within(1.0)
    dice, found, deadline = random.Random(7), list[Key](), time.monotonic() + seconds
    before: tuple[float, float] | None = None

    def note() -> None:
        nonlocal before
        before = core_seconds(console.pid)

    while time.monotonic() < deadline:
        try:
            took = key_to_paint(console, "jk"[len(found) % 2], cursor, dice, within=_STALL, at_press=note)
        except RuntimeError as error:
            return Typed(found, str(error))
        after = core_seconds(console.pid)
        if before is None or after is None:
            found.append(Key(took))
        else:
            found.append(Key(took, after[0] - before[0], after[1] - before[1]))
    return Typed(found)


def notes_of(workspace: Workspace) -> dict[str, int]:
    """Return how many notes there are of each person."""
    workspace.session.poll()
    found: dict[str, int] = {}
    for record in workspace.run.records:
        if isinstance(record.data, NoteAdded):
            found[record.by.name] = found.get(record.by.name, 0) + 1
    return found


def counted_lines(workspace: Workspace, logs: list[Path], since: float) -> int:
    """Return how many lines of the logs a clone's watcher has counted."""
    with SampleReader(workspace.store.location.root) as reader:
        return sum(reader.log_total(sample_key(workspace.run, log.stem), since).lines for log in logs)


def soak(minutes: float) -> SoakReport:
    """Run it, and return what was seen."""
    with ExitStack() as stack:
        served = stack.enter_context(served_demo())
        soaked = Soak(served, stack)
        variable = "=".join(next(iter(item for item in served.environment.items() if item[1] == str(served.root))))
        began, at_start = time.time() // 60 * 60, time.monotonic()
        whole = minutes * 60
        soaked.flood(whole)
        course = Course(soaked.pids)
        typing, quiet = min(whole / 5, _TYPING), min(whole / 4, _QUIET)
        time.sleep(min(10.0, whole / 10))
        first = typed(soaked.typist, typing)
        notes, due, writing_since = 0, time.monotonic(), time.monotonic()

        def look(*, quiet: bool) -> None:
            nonlocal due
            if time.monotonic() >= due:
                course.look(time.monotonic() - at_start, processes=len(carrying(variable)), quiet=quiet)
                due += _SAMPLED_EVERY

        while time.monotonic() - at_start < whole - typing - quiet:
            look(quiet=False)
            notes += 1
            soaked.note(notes)
            soaked.typist.written_within(1.0)
        writing = time.monotonic() - writing_since
        last = typed(soaked.typist, typing)
        quiet_since = due = time.monotonic()
        while time.monotonic() - at_start < whole:
            look(quiet=True)
            soaked.typist.written_within(1.0)
        time.sleep(_SETTLE)
        due = 0.0
        look(quiet=True)
        quiet = time.monotonic() - quiet_since
        told = tell(soaked, served, notes, began)
        report = SoakReport(minutes, course, first, last, told, writing, quiet, endings(soaked))
        for workspace in soaked.writers.values():
            workspace.store.close()
    return report


def tell(soaked: Soak, served: Served, notes: int, since: float) -> Told:
    """Exchange what is left, and return what each clone knows."""
    for repository in (None, soaked.other, None):
        served.ask("sync", repository=repository)
    here, there = soaked.writers["dora"], soaked.writers["emil"]
    digests = [served.ask("status", repository=repository)["digest"] for repository in (None, soaked.other)]
    written = sum(path.read_bytes().count(b"\n") for path in soaked.logs)
    return Told(
        notes={"dora": notes, "emil": notes},
        here=notes_of(here),
        there=notes_of(there),
        same=digests[0] == digests[1],
        lines=written,
        counted=[counted_lines(workspace, soaked.logs, since) for workspace in (here, there)],
    )


def endings(soaked: Soak) -> list[str]:
    """Return what is known of what has ended on the way, and every crash report."""
    exits = [
        f"- {name}: exit {screen.exit_status}, and last\n\n```\n{screen.last_words}\n```\n"
        for name, screen in soaked.screens.items()
        if screen.exit_status is not None
    ]
    crashes = sorted((soaked.served.root.parent / "state" / "crashes").glob("*.txt"))
    return exits + [f"```\n{path.read_text()}\n```" for path in crashes]


def main() -> int:
    """Soak, and print the report."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=20.0, metavar="N", help="by default 20; at least 1")
    report = soak(max(parser.parse_args().minutes, 1.0))
    print(report.markdown())
    return 0 if report.sound else 1


if __name__ == "__main__":
    sys.exit(main())
