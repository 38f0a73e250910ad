"""`--help` of every command: what it does, what each option means, and an example that can be typed as it stands."""

from __future__ import annotations

import argparse
import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from cockpit.cli.common import Parser
from cockpit.cli.examples import EXAMPLES, EXITS
from cockpit.cli.main import GROUPS, build_parser, groups_for
from cockpit.errors import ExitCode
from tests.cli.conftest import Console

CLI = Path(__file__).parents[2] / "cockpit" / "cli"


def commands(parser: argparse.ArgumentParser, *names: str) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Yield each command, as it is typed after `cockpit`, with its parser."""
    yield " ".join(names), parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, child in action.choices.items():
                yield from commands(child, *names, name)


ALL = dict(commands(build_parser()))


def pieces(line: str) -> Iterator[list[str]]:
    """Yield the words of each of our commands in a shell's line, without what the shell does with them."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|&;<>()")
    lexer.whitespace_split = True
    lexer.commenters = ""
    words: list[str] = []
    redirected = False
    for word in [*lexer, ";"]:
        if set(word) <= set("|&;<>()"):
            if words[:1] == ["cockpit"] and not redirected:
                yield words[1:]
            redirected = set(word) == {">"}
            words = []
        else:
            words.append(word)


@pytest.mark.parametrize("command", ALL)
def test_it_says_what_it_does_and_what_each_option_means(command: str) -> None:
    parser = ALL[command]
    assert isinstance(parser, Parser)
    assert parser.description
    assert len(parser.description.split()) > 1
    for action in parser._actions:
        if not isinstance(action, argparse._SubParsersAction):
            assert action.help, f"{action.dest} is not explained"
    shown = parser.format_help()
    assert EXAMPLES.get(command), "write an example into cockpit/cli/examples.py"
    for example in EXAMPLES[command]:
        assert f"\n  {example}\n" in shown + "\n"


@pytest.mark.parametrize(("command", "example"), [(name, one) for name, lines in EXAMPLES.items() for one in lines])
def test_every_example_can_be_typed(command: str, example: str) -> None:
    ours = list(pieces(example))
    assert ours, "an example shows the cockpit"
    for words in ours:
        build_parser(groups_for(words)).parse_args(words)
    if command:
        assert any(command.split() == words[: len(command.split())] for words in ours) or command in GROUPS["timeline"]


def test_examples_and_exit_codes_are_of_commands_that_there_are() -> None:
    assert set(EXAMPLES) == set(ALL)
    assert set(EXITS) <= set(ALL)


@pytest.mark.parametrize("group", GROUPS)
def test_exit_codes_that_a_command_gives_are_told(group: str) -> None:
    source = ast.parse((CLI / f"{group}.py").read_text(encoding="utf-8"))
    given = {
        ExitCode[node.attr].value
        for node in ast.walk(source)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "ExitCode"
    }
    told = {code for command, exits in EXITS.items() if command.split()[0] in GROUPS[group] for code in exits}
    assert given - {0, 2} <= told


def test_help_is_folded_and_ends_with_examples_and_exit_codes(tmp_path: Path) -> None:
    _, out, _ = Console(tmp_path).say("gate", "--help")
    assert re.search(r"\n\nexamples:\n  cockpit gate deployment-day\n", out)
    assert re.search(r"\nexit codes: 0, 2 .*\n  1  no-go, or unknown\n", out)


def test_what_only_the_cockpit_itself_starts_is_not_among_the_commands() -> None:
    listed = build_parser().format_help()
    assert re.search(r"^ +execution ", listed, re.MULTILINE)
    assert "worker" not in listed
