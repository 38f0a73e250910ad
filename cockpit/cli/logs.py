"""`cockpit logs`: a log's lines, filtered and followed, or what they come to."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from cockpit.cli.common import CommandTable, columns, open_here, print_json, say, wants_json, warn
from cockpit.errors import ExitCode, NotFoundError, RefusedError, UsageError
from cockpit.text import visible

if TYPE_CHECKING:
    from cockpit.logs.origin import LogOrigin
    from cockpit.logs.query import LogQuery
    from cockpit.release.configuration import LogSource
    from cockpit.workspace import Workspace

_SHOWN = 20  # fingerprints and paths that are printed; --json has them all


def add_commands(table: CommandTable) -> None:
    """Add the command."""
    logs = table.add("logs", _logs, "a configured log or a file, filtered and followed")
    logs.add_argument("name", nargs="?", default="", metavar="NAME|PATH|-")
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


class _Log(NamedTuple):
    name: str
    paths: tuple[Path, ...]
    timezone: str
    patterns: dict[str, str]  # the team's own
    released_at: float | None  # since when what is new counts as the release's
    origin: Path | LogOrigin  # what a pane follows
    command: str = ""
    root: Path = Path()


def _logs(arguments: argparse.Namespace) -> ExitCode:
    from cockpit.bootstrap import now
    from cockpit.cli import log_streams
    from cockpit.logs.query import parse_query

    if arguments.follow and (wants_json(arguments) or arguments.stats):
        raise UsageError("-f has no end, so --json and --stats have no beginning", fix="Leave one of them out")
    asked = [name for name in ("patterns", "fingerprints", "requests") if getattr(arguments, name)]
    if asked and not arguments.stats:
        raise UsageError(f"--{asked[0]} counts", fix=f"cockpit logs {arguments.name} --stats --{asked[0]}")
    is_piped = arguments.name == log_streams.STDIN
    if arguments.view:
        return log_streams.view(lambda: _to_view(arguments), piped=is_piped)
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
    if not is_counted and (commanded := _commanded(arguments)) is not None:
        workspace, command = commanded
        return log_streams.print_command(workspace, arguments.name, command, query)
    log = _find_log(arguments)
    if log.command:
        with log_streams.printed_by_command(log.name, log.command, log.root) as output:
            return _show(arguments, log._replace(paths=(output,)), query)
    if arguments.follow:
        if len(log.paths) > 1:
            raise UsageError(f"{log.name} is {len(log.paths)} files", fix=f"cockpit logs {log.name} --view follows all")
        _follow(log.paths[0], log.name, log.timezone, query)
    return _show(arguments, log, query)


def _show(arguments: argparse.Namespace, log: _Log, query: LogQuery) -> ExitCode:
    from cockpit.logs.query import select_merged
    from cockpit.times import zone

    if arguments.stats:
        _stats(arguments, log, query)
        return ExitCode.OK
    lines = select_merged(log.paths, query, source=log.name, zone=zone(log.timezone))
    if wants_json(arguments):
        import msgspec

        print_json([{**msgspec.to_builtins(line), "level": line.level.word} for line in lines])
        return ExitCode.OK
    for line in lines:
        print(visible(line.text))
    return ExitCode.OK


def _stats(arguments: argparse.Namespace, log: _Log, query: LogQuery) -> None:
    from cockpit.logs.stats import Wanted, stats
    from cockpit.times import zone

    wanted = Wanted(
        patterns=arguments.patterns,
        own_patterns=log.patterns,
        fingerprints=arguments.fingerprints,
        released_at=log.released_at,
        requests=arguments.requests,
    )
    found = stats(*log.paths, query=query, wanted=wanted, zone=zone(log.timezone))
    if wants_json(arguments):
        print_json(found)
        return
    levels = "  ".join(f"{level} {count}" for level, count in found["levels"].items() if count)
    say(f"{found['lines']} lines, {found['bytes']} bytes, {found['first_at']} to {found['last_at']}\n{levels}")
    formats = "  ".join(f"{name} {count}" for name, count in found["formats"].items())
    say(f"formats  {formats}")
    if arguments.patterns:
        say("\n" + columns([[name, str(count)] for name, count in found["patterns"].items()]))
        say(f"{found['own_traffic']} lines of the cockpit's own probes and checks are left out.")
    if arguments.fingerprints:
        _say_fingerprints(found)
    if arguments.requests:
        _say_requests(found["requests"])


def _say_fingerprints(found: dict[str, Any]) -> None:
    rows = [
        ["new" if one["new"] else "", one["level"], str(one["count"]), visible(one["template"])]
        for one in found["fingerprints"][:_SHOWN]
    ]
    say("\n" + columns(rows) if rows else "\nNo lines to tell apart.")
    more = len(found["fingerprints"]) - len(rows)
    if more > 0:
        say(f"and {more} more: --json has them all")
    if found["fingerprints_left_out"]:
        say(f"{found['fingerprints_left_out']} lines of rarer templates are left out: there are too many.")


def _say_requests(requests: dict[str, Any]) -> None:
    classes = "  ".join(f"{name} {count}" for name, count in requests["classes"].items())
    say(f"\nrequests  {classes}" if classes else "\nNo requests in it.")
    rows = [["path", "count", "5xx", "p50", "p95", "p99"]]
    for one in requests["endpoints"][:_SHOWN]:
        times = ["–" if one[key] is None else f"{one[key]:.0f} ms" for key in ("p50_ms", "p95_ms", "p99_ms")]
        rows.append([visible(one["endpoint"]), str(one["count"]), str(one["errors"]), *times])
    if len(rows) > 1:
        say(columns(rows))


def _configured(arguments: argparse.Namespace, workspace: Workspace) -> dict[str, LogSource]:
    from cockpit.logs.sourced import logs_of

    follow = arguments.follow or arguments.view
    return logs_of(workspace.run.configuration, follow=follow, since=arguments.since or "10m")


def _commanded(arguments: argparse.Namespace) -> tuple[Workspace, str] | None:
    """The workspace and the command, where the log that is named there is what a command says."""
    if not arguments.name or Path(arguments.name).is_file():
        return None
    workspace = open_here(arguments, any_run=True)
    source = _configured(arguments, workspace).get(arguments.name)
    return (workspace, source.command) if source is not None and source.command else None


def _to_view(arguments: argparse.Namespace) -> tuple[str, Path | LogOrigin, str]:
    log = _find_log(arguments)
    return log.name, log.origin, log.timezone


def _find_log(arguments: argparse.Namespace) -> _Log:
    path = Path(arguments.name)
    if arguments.name and path.is_file():
        return _Log(path.name, (path,), "UTC", {}, None, path)
    workspace = open_here(arguments, any_run=True)
    configured = _configured(arguments, workspace)
    name = arguments.name or (next(iter(configured)) if len(configured) == 1 else "")
    if not name:
        raise NotFoundError("which log?", fix=f"There is: {', '.join(configured) or 'none is configured'}")
    run = workspace.run
    from cockpit.logs.feeds import is_glob
    from cockpit.logs.origin import origins_of
    from cockpit.logs.sources import matching
    from cockpit.times import epoch

    since = epoch(run.opened_at) if run.open else None
    own = run.configuration.patterns
    source = configured.get(name)
    if source is None or (source.file and not is_glob(source.file)):
        path = workspace.log_path(name)
        return _Log(name, (path,), run.timezone, own, since, path)
    (origin,) = origins_of({name: source}, workspace.root, trusted=workspace.trusted, timezone=run.timezone)
    if origin.refused:
        raise RefusedError(
            f"the command of the log {name!r} is not trusted on this host", fix="Read it with cockpit trust --show"
        )
    if source.command:
        return _Log(name, (), run.timezone, own, since, origin, source.command, workspace.root)
    paths = () if arguments.view else matching(workspace.root / source.file)
    return _Log(name, paths, run.timezone, own, since, origin)


def _follow(path: Path, name: str, timezone: str, query: LogQuery) -> NoReturn:
    import sys

    from cockpit.logs.classify import Classifier
    from cockpit.logs.follow import Follower
    from cockpit.logs.query import Chooser, select
    from cockpit.times import zone

    classifier, chooser = Classifier(name, zone=zone(timezone)), Chooser(query)
    with Follower(path, tail=0) as follower:
        # Where the one ends, the other begins: no line is lost between them, and none is told twice.
        end = follower.start if follower.poll().state == "following" else None
        for line in select(path, query, source=name, zone=zone(timezone), end=end):
            print(visible(line.text))
        told = ""
        while True:
            batch = follower.poll()
            if batch.reason and batch.reason != told:
                told = batch.reason
                warn(f"{path} {batch.reason}")
            for raw in batch.lines:
                line = classifier.classify(raw.text)
                if chooser.wants(line):
                    print(visible(line.text))
            sys.stdout.flush()
            if not batch.more:
                time.sleep(0.2)
