"""`cockpit logs`: logs' lines, filtered, interleaved and followed, or what they come to."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from cockpit.cli.common import CommandTable, print_json, wants_json, warn, while_read
from cockpit.errors import ExitCode, UsageError
from cockpit.text import visible

if TYPE_CHECKING:
    from cockpit.cli.log_choice import ChosenLog
    from cockpit.logs.line import LogLine
    from cockpit.logs.query import LogQuery

_POLL_SECONDS = 0.2


def add_commands(table: CommandTable) -> None:
    """Add the command."""
    logs = table.add("logs", _logs, "configured logs or files, filtered, interleaved by time, and followed")
    logs.add_argument(
        "names",
        nargs="*",
        metavar="NAME|PATH|-",
        help="configured logs, files, or - for standard input (default: the only log)",
    )
    logs.add_argument("-f", "--follow", action="store_true", help="go on with what is written next")
    logs.add_argument("--grep", default="", metavar="RE", help="lines in which it is found; a leading ! inverts")
    logs.add_argument("--level", default="", metavar="LEVEL", help="this level and graver ones")
    logs.add_argument("--since", default="", metavar="DURATION", help="such as 15m")
    logs.add_argument("-n", type=int, default=None, metavar="N", help="the last N lines")
    logs.add_argument("--view", action="store_true", help="on the full screen, with the log pages' keys")
    logs.add_argument("--stats", action="store_true", help="counts by level and format instead of lines")
    logs.add_argument(
        "--patterns", action="store_true", help="with --stats: failed logins, attacks, payments, your own"
    )
    logs.add_argument("--fingerprints", action="store_true", help="with --stats: lines that are alike, as one template")
    logs.add_argument("--requests", action="store_true", help="with --stats: status classes, slow paths, percentiles")


def _logs(arguments: argparse.Namespace) -> ExitCode:
    with while_read():
        return _logs_until_ended(arguments)
    return ExitCode.OK  # whoever read them has seen enough


def _logs_until_ended(arguments: argparse.Namespace) -> ExitCode:
    from cockpit.cli import log_streams
    from cockpit.cli.log_choice import choose_logs, commanded, with_files

    names = arguments.names
    if arguments.follow and (wants_json(arguments) or arguments.stats):
        raise UsageError("-f has no end, so --json and --stats have no beginning", fix="Leave one of them out")
    asked = [name for name in ("patterns", "fingerprints", "requests") if getattr(arguments, name)]
    if asked and not arguments.stats:
        raise UsageError(f"--{asked[0]} counts", fix=f"cockpit logs {' '.join(names)} --stats --{asked[0]}")
    is_piped = log_streams.STDIN in names
    if is_piped and len(names) > 1:
        raise UsageError("what is piped in cannot be interleaved", fix="Write it to a file, and name that")
    if arguments.view:
        return log_streams.view(lambda: choose_logs(arguments), piped=is_piped)
    from cockpit.bootstrap import now
    from cockpit.logs.query import parse_query

    query = parse_query(
        grep=arguments.grep or None,
        level=arguments.level or None,
        since=arguments.since or None,
        last=arguments.n,
        now=now(),
    )
    is_counted = arguments.stats or wants_json(arguments)
    if is_piped:
        if is_counted:
            raise UsageError("what is piped in is printed as it comes", fix="Write it to a file for --json and --stats")
        return log_streams.print_stdin(query)
    if not is_counted and (found := commanded(arguments)) is not None:
        workspace, command = found
        return log_streams.print_command(workspace, names[0], command, query)
    chosen = choose_logs(arguments)
    if arguments.follow:
        _follow(chosen, query)
    with with_files(chosen) as logs:
        _show(arguments, logs, query)
    return ExitCode.OK


def _show(arguments: argparse.Namespace, logs: list[ChosenLog], query: LogQuery) -> None:
    from cockpit.cli.log_stats import print_stats
    from cockpit.logs.query import select_merged

    if arguments.stats:
        print_stats(arguments, logs, query)
        return
    lines = select_merged([file for log in logs for file in log.files()], query)
    if wants_json(arguments):
        keys = ("text", "level", "at", "source", "format", "message", "continuation")
        print_json([{**{key: getattr(line, key) for key in keys}, "level": line.level.word} for line in lines])
        return
    for line in lines:
        print(visible(f"{line.source} | {line.text}" if len(logs) > 1 else line.text))


def _follow(logs: list[ChosenLog], query: LogQuery) -> NoReturn:
    """Print what there is, and what is written next, until the command is ended."""
    if any(log.command for log in logs):
        raise UsageError("what commands say is not interleaved", fix="--view shows them one above the other")
    if len(logs) > 1 or not logs[0].paths:
        _print_on(_interleaved(logs, query))
    _print_on(_followed(logs[0], query))


def _print_on(lines: Iterator[LogLine | None]) -> NoReturn:
    """Print lines as they come; None says that for now there are no more."""
    for line in lines:
        if line is not None:
            print(visible(line.text))
        else:
            sys.stdout.flush()
            time.sleep(_POLL_SECONDS)
    raise AssertionError("a log that is followed has no end")


def _followed(log: ChosenLog, query: LogQuery) -> Iterator[LogLine | None]:
    from cockpit.logs.classify import Classifier
    from cockpit.logs.encodings import wide_encoding
    from cockpit.logs.follow import Follower
    from cockpit.logs.query import Chooser, select
    from cockpit.times import zone

    path, encoding = log.paths[0], log.encoding
    if wide := wide_encoding(path, encoding):
        from cockpit.logs.wide import WideFeed

        feed = WideFeed(log.name, path, wide)
        feed.start()
        path, encoding = feed.path, ""
    classifier, chooser = Classifier(log.name, zone=zone(log.timezone)), Chooser(query)
    with Follower(path, tail=0, encoding=encoding) as follower:
        # Where the one ends, the other begins: no line is lost between them, and none is told twice.
        end = follower.start if follower.poll().state == "following" else None
        yield from select(path, query, source=log.name, zone=zone(log.timezone), encoding=encoding, end=end)
        told = ""
        while True:
            batch = follower.poll()
            if batch.reason and batch.reason != told:
                told = batch.reason
                warn(f"{log.paths[0]} {batch.reason}")
            for raw in batch.lines:
                line = classifier.classify(raw.text)
                if chooser.wants(line):
                    yield line
            if not batch.more:
                yield None


def _interleaved(logs: list[ChosenLog], query: LogQuery) -> Iterator[LogLine | None]:
    """Yield the lines of several files by their times, each after its log's name; of each the last ones first."""
    from cockpit.logs.feeds import MergedFeed
    from cockpit.logs.follow import Follower
    from cockpit.logs.query import Chooser
    from cockpit.logs.tagged import TaggedClassifier
    from cockpit.times import zone

    timezone = zone(logs[0].timezone)
    feed = MergedFeed(
        "logs",
        [pattern for log in logs for pattern in _patterns(log)],
        zone=timezone,
        encodings={log.name: log.encoding for log in logs},
    )
    feed.start()
    classifier, chooser = TaggedClassifier(zone=timezone), Chooser(query)
    with Follower(feed.path, tail=sys.maxsize) as follower:
        while True:
            batch = follower.poll()
            yield from (line for line in map(classifier.classify, (raw.text for raw in batch.lines))
                        if chooser.wants(line))  # fmt: skip
            if not batch.more:
                yield None


def _patterns(log: ChosenLog) -> list[tuple[str, str]]:
    if log.paths:
        return [(log.name, str(Path(path).absolute())) for path in log.paths]
    origin = log.origin
    return [] if isinstance(origin, Path) else list(origin.merged)
