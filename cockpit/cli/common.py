"""What all commands share: the options that hold everywhere, opening the workspace, and speaking."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TextIO

from cockpit.errors import CockpitError, ConfigurationError, ExitCode, NotFoundError, RefusedError, UsageError
from cockpit.text import visible, visible_lines

if TYPE_CHECKING:
    from cockpit.preferences import Preferences
    from cockpit.store.store import Store
    from cockpit.workspace import Options, Workspace

Run = Callable[[argparse.Namespace], ExitCode]
_DELETE = b"\x7f"  # the one control character that JSON lets stand
Commands = "argparse._SubParsersAction[Parser]"


class _Formatter(argparse.HelpFormatter):
    """Folds what is said of a command, and leaves the lines of its examples as they are."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        if "\n" not in text:
            return super()._fill_text(text, width, indent)
        return "\n".join(indent + line for line in text.splitlines())


def _unmeasured(prog: str) -> argparse.HelpFormatter:
    # Every option that is added has its form checked by one: to ask the terminal's width for that loads archivers.
    return argparse.HelpFormatter(prog, width=80)


class Parser(argparse.ArgumentParser):
    """An argument parser whose mistakes are ours to tell, so that `--json` holds for them too.

    Options are spelt whole: a script's abbreviation would change its meaning with the next option we add.
    """

    def __init__(self, **more: Any) -> None:
        super().__init__(**{"allow_abbrev": False, "formatter_class": _unmeasured, **more})

    def format_help(self) -> str:
        from cockpit.cli.examples import epilogue

        own, self.formatter_class = self.epilog, _Formatter
        self.epilog = "\n".join(part for part in (epilogue(self.prog), own) if part)
        try:
            return super().format_help()
        finally:
            self.epilog = own

    def error(self, message: str) -> NoReturn:
        raise UsageError(message, fix=f"See: {self.prog} --help")


def shared_options(*, who: bool = True) -> argparse.ArgumentParser:
    """Return the options that every command takes, before or after its name; without `who`, all but `--by`."""
    shared = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    group = shared.add_argument_group("everywhere")
    group.add_argument("--repo", metavar="DIR", help="the repository (default: the enclosing one)")
    group.add_argument("--run", metavar="ID", help="the release run, where several are open")
    group.add_argument("--env", metavar="NAME", help="the environment, where there are several")
    if who:
        group.add_argument("--by", metavar="NAME", help="who acts (default: git's user.name)")
    group.add_argument("--json", action="store_true", help="print one JSON document and nothing else")
    group.add_argument("--readonly", action="store_true", help="refuse all writes")
    return shared


class CommandTable:
    """The commands as they are added to a parser; each gets the shared options and its function."""

    def __init__(self, subparsers: Any, shared: argparse.ArgumentParser) -> None:
        self._subparsers = subparsers
        self._shared = shared

    def add(
        self,
        name: str,
        run: Run | None,
        help_text: str,
        *,
        shared: argparse.ArgumentParser | None = None,
        listed: bool = True,
    ) -> Parser:
        """Add a command; `run` is None for one that only groups others, `shared` stands in for the shared options.

        One that is not `listed` has help of its own, and no line among the others: no person types it.
        """
        told = {"help": help_text} if listed else {}
        parser: Parser = self._subparsers.add_parser(
            name, description=help_text, parents=[shared or self._shared], **told
        )
        if run is not None:
            parser.set_defaults(function=run)
        return parser

    def group(self, name: str, help_text: str) -> CommandTable:
        """Add a command that has commands of its own."""
        parser = self.add(name, None, help_text)
        children = parser.add_subparsers(prog=parser.prog, metavar="COMMAND", required=True, parser_class=Parser)
        return CommandTable(children, self._shared)


def options_of(arguments: argparse.Namespace) -> Options:
    """Return the shared options as a value."""
    from cockpit.workspace import Options

    return Options(
        repo=_directory_of(arguments),
        run=getattr(arguments, "run", ""),
        env=getattr(arguments, "env", ""),
        by=getattr(arguments, "by", ""),
        readonly=getattr(arguments, "readonly", False),
    )


def _directory_of(arguments: argparse.Namespace) -> Path:
    """Return the directory that is named; raises NotFoundError where there is none."""
    repo = Path(getattr(arguments, "repo", ".")).absolute()
    if not repo.is_dir():
        raise NotFoundError(f"there is no directory {repo}", fix="Name the repository: --repo DIR")
    return repo


def open_here(arguments: argparse.Namespace, *, any_run: bool = False, looking: bool = False) -> Workspace:
    """Open the workspace that the arguments name; what is wrong with its store at first sight is told.

    Who is only `looking` at how things stand opens a long flight sooner.
    """
    from cockpit.ahead import Ahead
    from cockpit.store.location import Surroundings

    repo = _directory_of(arguments)
    around = Ahead(lambda: Surroundings.of(repo))  # git answers while all that follows is loaded
    options = options_of(arguments)
    from cockpit.bootstrap import open_workspace
    from cockpit.store.doctor.cheap import cheap_findings

    workspace = open_workspace(options, any_run=any_run, around=around.get(), looking=looking)
    for finding in cheap_findings(workspace.store.location):
        warn(f"cockpit: {finding}")
    if not workspace.run.open:
        warn_of_unseen_remote(arguments, workspace.store)
    return workspace


def warn_of_unseen_remote(arguments: argparse.Namespace, store: Store) -> None:
    """Tell where nothing may be known of a run for the reason alone that this clone has never asked its remote."""
    from cockpit.bootstrap import remote_of
    from cockpit.store.sync_status import SyncStatus, read_status

    if read_status(store.location).state != SyncStatus().state:
        return
    with contextlib.suppress(CockpitError):
        remote = remote_of(options_of(arguments), store)
        if remote is not None:
            warn(f"cockpit: {remote.name} has not been asked yet for what others have opened: cockpit sync does so")


def require_writing(arguments: argparse.Namespace) -> None:
    """Refuse with `--readonly` what writes outside the session, which refuses by itself."""
    if getattr(arguments, "readonly", False):
        raise RefusedError("this cockpit is read-only", fix="Start it without --readonly", code="readonly")


def status_of(return_code: int | None) -> ExitCode:
    """Return a full-screen app's return code as ours; one that is not among them, as a signal's, ends the process."""
    if return_code in set(ExitCode):
        return ExitCode(return_code)
    sys.exit(1 if return_code is None else return_code)


def own_preferences() -> Preferences:
    """Return what this user has set for the screens; ASCII signs are in force with it, before anything is drawn."""
    from cockpit.preferences import read_preferences

    preferences = read_preferences()
    if preferences.glyphs == "ascii":
        os.environ.setdefault("COCKPIT_ASCII", "1")
    return preferences


def wants_mouse(*chosen: bool | None) -> bool:
    """Whether the screen takes the mouse: by COCKPIT_MOUSE for one time, else by the first choice that was made.

    Without any not in GNU screen, which would hold back every Esc.
    """
    said = os.environ.get("COCKPIT_MOUSE")
    if said:
        return said != "0"
    made = next((choice for choice in chosen if choice is not None), None)
    return made if made is not None else "TMUX" in os.environ or "STY" not in os.environ


def settings_of(pairs: Iterable[str]) -> dict[str, str]:
    """Return what `--set NAME=VALUE` says, the last one of a name; UsageError for one without a sign."""
    values: dict[str, str] = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not sign:
            raise UsageError(f"{pair!r} fills in nothing", fix="Write --set NAME=VALUE")
        values[name] = value
    return values


def wants_json(arguments: argparse.Namespace) -> bool:
    """Whether `--json` was given."""
    return bool(getattr(arguments, "json", False))


def print_json(value: object) -> None:
    """Print one JSON document; all but ASCII is escaped, so that no name can reach the terminal's controls."""
    import msgspec

    plain = msgspec.to_builtins(value)
    with contextlib.suppress(UnicodeEncodeError):  # half a pair of surrogates, as a byte that is no UTF-8 stands here
        text = msgspec.json.encode(plain)
        if text.isascii() and _DELETE not in text:
            put(msgspec.json.format(text, indent=2).decode() + "\n")
            return
    import json  # which escapes

    try:
        escaped = msgspec.json.format(json.dumps(plain, ensure_ascii=True), indent=2)
    except msgspec.DecodeError:  # no reader takes half a pair
        escaped = msgspec.json.format(json.dumps(_spelt(plain), ensure_ascii=True), indent=2)
    put(escaped + "\n")


def _spelt(value: object) -> object:
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {_spelt(key): _spelt(inner) for key, inner in value.items()}
    return [_spelt(inner) for inner in value] if isinstance(value, list) else value


def say(text: str = "") -> None:
    """Print text for a person: external text in it is made safe line by line."""
    put("\n".join(visible_lines(text)) + "\n")


def write_document(text: str) -> None:
    """Print a document as it is, for a file or a program; on a terminal it is made safe line by line."""
    if sys.stdout.isatty():
        say(text.removesuffix("\n"))
    else:
        put(text)


def put(text: str) -> None:
    """Print text as it is; where nobody reads any more it goes nowhere: how a command ends is still its exit status."""
    with _muted_without_reader(sys.stdout):
        print(text, end="")


def flush() -> None:
    """Let what was printed out at once; where nobody reads any more it goes nowhere."""
    with _muted_without_reader(sys.stdout):
        sys.stdout.flush()


@contextlib.contextmanager
def while_read() -> Iterator[None]:
    """End what prints without an end, by `print` itself, once nobody reads it any more."""
    with _muted_without_reader(sys.stdout):
        yield


@contextlib.contextmanager
def _muted_without_reader(stream: TextIO) -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        mute(stream)


def mute(stream: TextIO) -> None:
    """Let what is printed from here on go nowhere, and what waits to be written, too."""
    sink = os.open(os.devnull, os.O_WRONLY)
    os.dup2(sink, stream.fileno())
    os.close(sink)


def forget(stream: TextIO) -> None:
    """Give up what could not be written, as on a full disk; what is printed next is tried anew."""
    kept = os.dup(stream.fileno())
    mute(stream)
    stream.flush()
    os.dup2(kept, stream.fileno())
    os.close(kept)


def warn(text: str) -> None:
    """Print a diagnostic to standard error."""
    with _muted_without_reader(sys.stderr):
        print("\n".join(visible_lines(text)), file=sys.stderr)


def report_failure(error: CockpitError, *, as_json: bool) -> None:
    """Tell of a failure: what happened, and what to do."""
    if as_json:
        document: dict[str, object] = {"code": error.code, "what": error.what, "fix": error.fix}
        if isinstance(error, ConfigurationError):
            document["problems"] = error.problems
        print_json({"error": document})
    elif isinstance(error, ConfigurationError):
        warn(error.what)
        if error.fix:
            warn(error.fix)
    else:
        warn(f"cockpit: {error.what}" + (f"\n  {error.fix}" if error.fix else ""))


def columns(rows: list[list[str]], *, gap: int = 2) -> str:
    """Return rows as aligned columns; the last one is left ragged."""
    from rich.cells import cell_len

    safe = [[visible(cell) for cell in row] for row in rows]
    count = max((len(row) for row in safe), default=0)
    widths = [max((cell_len(row[n]) for row in safe if n < len(row)), default=0) for n in range(count)]
    lines = []
    for row in safe:
        cells = [cell + " " * (widths[n] - cell_len(cell) + gap) for n, cell in enumerate(row[:-1])]
        lines.append("".join([*cells, row[-1] if row else ""]).rstrip())
    return "\n".join(lines)


def warn_of_doubt(workspace: Workspace) -> None:
    """Say that what was written stands under a name that may be anybody's; a script is not stopped by it."""
    doubt = workspace.doubt()
    if doubt is not None:
        name = workspace.session.actor.name
        warn(f"cockpit: recorded as {name}, and {doubt.why}\n  Say who you are: --by NAME")


def publish(workspace: Workspace) -> None:
    """Commit what was written to the state ref; a failure is told, the events are safe in the journal all the same."""
    warn_of_doubt(workspace)
    try:
        result = workspace.store.commit("cockpit: state")
    except CockpitError as error:
        warn(f"cockpit: saved, but not yet committed to the state ref: {error}")
        return
    for mended in result.mended:
        warn(f"cockpit: {mended}")
    for path in result.diverged:
        warn(f"cockpit: two copies of this clone have written {path}: cockpit doctor")
