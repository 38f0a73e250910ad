"""Which logs a command names: files, or logs of the configuration."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cockpit.cli.common import open_here
from cockpit.errors import NotFoundError, RefusedError, UsageError

if TYPE_CHECKING:
    from cockpit.logs.origin import LogOrigin
    from cockpit.logs.query import LogFile
    from cockpit.release.configuration import LogSource
    from cockpit.workspace import Workspace


class ChosenLog(NamedTuple):
    """A log that was named; `patterns` are the team's own, `released_at` is since when what is new is the release's."""

    name: str
    paths: tuple[Path, ...]
    timezone: str
    patterns: dict[str, str]
    released_at: float | None
    origin: Path | LogOrigin  # what a pane follows
    command: str = ""
    root: Path = Path()
    encoding: str = ""  # of lines that are not UTF-8
    held: object = None  # what its file goes with

    def files(self) -> list[LogFile]:
        """Return its files, as they are asked for lines and counts."""
        from cockpit.logs.query import LogFile
        from cockpit.times import zone

        return [LogFile(path, self.name, zone(self.timezone), self.encoding) for path in self.paths]


def choose_logs(arguments: argparse.Namespace) -> list[ChosenLog]:
    """Return the logs that the arguments name, or the only one there is; CockpitError says what is wrong with one."""
    return [_choose(arguments, name) for name in arguments.names or [""]]


def commanded(arguments: argparse.Namespace) -> tuple[Workspace, str] | None:
    """Return the workspace and the command, where the only log that is named is what a command says."""
    name = arguments.names[0] if len(arguments.names) == 1 else ""
    if not name or Path(name).is_file():
        return None
    workspace = open_here(arguments, any_run=True)
    source = _configured(arguments, workspace).get(name)
    return (workspace, source.command) if source is not None and source.command else None


def _configured(arguments: argparse.Namespace, workspace: Workspace) -> dict[str, LogSource]:
    from cockpit.logs.sourced import logs_of

    follow = arguments.follow or arguments.view
    return logs_of(workspace.run.configuration, follow=follow, since=arguments.since or "10m")


@contextmanager
def with_files(logs: list[ChosenLog]) -> Iterator[list[ChosenLog]]:
    """Return the logs with what those of commands print now in files."""
    from cockpit.cli.log_streams import printed_by_command

    with ExitStack() as stack:
        found = []
        for log in logs:
            if log.command:
                output = stack.enter_context(printed_by_command(log.name, log.command, log.root))
                log = log._replace(paths=(output,))  # noqa: PLW2901 - the same log, readable now
            found.append(log)
        yield found


def _choose(arguments: argparse.Namespace, name: str) -> ChosenLog:
    from cockpit.logs.volumes import PACKED

    path = Path(name)
    if name and path.is_file():
        return _unpacked(path) if path.suffix in PACKED else ChosenLog(path.name, (path,), "UTC", {}, None, path)
    workspace = open_here(arguments, any_run=True)
    configured = _configured(arguments, workspace)
    name = name or (next(iter(configured)) if len(configured) == 1 else "")
    if not name:
        raise NotFoundError("which log?", fix=f"There is: {', '.join(configured) or 'none is configured'}")
    from cockpit.logs.origin import LogOrigin, origins_of
    from cockpit.logs.sources import matched
    from cockpit.logs.volumes import is_glob
    from cockpit.release.run import new_since
    from cockpit.times import epoch

    run = workspace.run
    since = epoch(new_since(run)[0]) if run.open else None
    own = run.configuration.patterns
    source = configured.get(name)
    encoding = source.encoding if source is not None else ""
    if source is None or (source.file and not is_glob(source.file)):
        path = workspace.log_path(name)
        origin = LogOrigin(name, path, encoding=encoding)
        return ChosenLog(name, (path,), run.timezone, own, since, origin, encoding=encoding)
    (origin,) = origins_of({name: source}, workspace.root, trusted=workspace.trusted, timezone=run.timezone)
    if origin.refused:
        raise RefusedError(
            f"the command of the log {name!r} is not trusted on this host", fix="Read it with cockpit trust --show"
        )
    if source.command:
        return ChosenLog(name, (), run.timezone, own, since, origin, source.command, workspace.root, encoding)
    paths = () if arguments.view or arguments.follow else matched(workspace.root / source.file)
    return ChosenLog(name, paths, run.timezone, own, since, origin, encoding=encoding)


def _unpacked(path: Path) -> ChosenLog:
    """Return an archive as a log of what is in it."""
    from cockpit.logs.packed import unpacked_file

    try:
        held = unpacked_file(path)
    except OSError as error:
        why = f"{path} cannot be unpacked: {error.strerror}" if error.strerror else str(error)
        raise UsageError(why, fix="Unpack it yourself, or name another log") from error
    readable = Path(held.name)
    return ChosenLog(path.name, (readable,), "UTC", {}, None, readable, held=held)
