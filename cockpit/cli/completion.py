"""`cockpit completion SHELL`: what teaches a shell our commands, options and names; and the answers to its questions.

The script, by argcomplete, asks the cockpit itself at each Tab, with the line so far in COMP_LINE: so new commands and
options are known at once. Nothing is written and no command of a repository is run for an answer.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from typing import Any

from cockpit.cli.common import CommandTable, print_json, put, wants_json
from cockpit.errors import ExitCode

_SHELLS = ("bash", "zsh", "fish")
_HIDDEN = ("worker",)  # started by the cockpit itself


def add_commands(table: CommandTable) -> None:
    """Add the command that prints the script."""
    words = "print what teaches bash, zsh or fish the cockpit's commands, options and names"
    parser = table.add("completion", _completion, words)
    parser.add_argument("shell", choices=_SHELLS, help="the shell that it is for")


def _completion(arguments: argparse.Namespace) -> ExitCode:
    from argcomplete.shell_integration import shellcode

    # Without readline's own file names where we know none: what is offered for a tag is a tag.
    script = shellcode(["cockpit"], True, arguments.shell, complete_arguments=["-o", "nospace"])
    if wants_json(arguments):
        print_json({"shell": arguments.shell, "script": script})
    else:
        put(script)
    return ExitCode.OK


def answer() -> int:
    """Answer the shell's question, which the environment holds, on descriptor 8, and end this process."""
    from argcomplete.lexers import split_line

    line = os.environ.get("COMP_LINE", "")
    try:
        before = line.encode()[: int(os.environ.get("COMP_POINT", "0"))].decode(errors="ignore")
        words = split_line(before)[3]
    except ValueError:
        return ExitCode.USAGE
    from argcomplete.completers import SuppressCompleter

    finder = finder_for(words[1:])
    finder(finder._parser, always_complete_options=False, default_completer=SuppressCompleter(), exclude=_HIDDEN)
    return ExitCode.OK


def finder_for(words: Sequence[str]) -> Any:
    """Return argcomplete's finder for a line that begins with these words, after the program's name."""
    from argcomplete.completers import SuppressCompleter
    from argcomplete.finders import CompletionFinder

    from cockpit.cli.completion_words import words_for
    from cockpit.cli.main import GROUPS, build_parser, groups_for

    parser = build_parser(groups_for(words) or tuple(GROUPS))
    teach(parser, words_for)
    return CompletionFinder(
        parser, always_complete_options=False, default_completer=SuppressCompleter(), exclude=_HIDDEN
    )


def teach(parser: argparse.ArgumentParser, words_for: Any, *names: str) -> None:
    """Give each argument whose values are known what lists them."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, child in action.choices.items():
                teach(child, words_for, *names, name)
        elif action.choices is None:
            completer = words_for(" ".join(names), action.dest, str(action.metavar or ""))
            if completer is not None:
                action.completer = completer  # type: ignore[attr-defined]
