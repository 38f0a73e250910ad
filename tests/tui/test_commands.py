"""The one table of commands: nothing in it clashes, and everything in it can be done."""

from __future__ import annotations

import importlib
import inspect
import pkgutil

import pytest
from textual.app import App
from textual.binding import Binding
from textual.dom import DOMNode

import cockpit.tui
from cockpit.tui.commands import COMMANDS, SCOPE_TITLES, Command, Scope, bindings, commands_of
from cockpit.tui.keymap import TOGETHER


def tui_classes() -> list[type[DOMNode]]:
    """Every class of the interface that actions may be defined on."""
    found: set[type[DOMNode]] = {App}
    for module in pkgutil.walk_packages(cockpit.tui.__path__, "cockpit.tui."):
        for _, kind in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            if issubclass(kind, DOMNode):
                found.add(kind)
    return sorted(found, key=lambda kind: f"{kind.__module__}.{kind.__qualname__}")


@pytest.mark.parametrize("scopes", TOGETHER, ids=" ".join)
def test_no_two_commands_that_hold_together_share_a_key(scopes: tuple[Scope, ...]) -> None:
    taken: dict[str, str] = {}
    for command in commands_of(*scopes):
        for key in command.keys:
            assert key not in taken, f"{key} is {taken.get(key)} and {command.scope}.{command.id}"
            taken[key] = f"{command.scope}.{command.id}"


def test_every_scope_is_among_those_that_hold_together() -> None:
    assert {scope for scopes in TOGETHER for scope in scopes} == set(SCOPE_TITLES)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: f"{command.scope}.{command.id}")
def test_every_command_can_be_carried_out(command: Command) -> None:
    target, _, rest = command.binding_action.rpartition(".")
    name = rest.partition("(")[0]
    classes = [App] if target == "app" else tui_classes()
    assert [kind for kind in classes if callable(getattr(kind, f"action_{name}", None))]


def test_ids_are_unique_so_that_a_keymap_finds_each_command() -> None:
    ids = [f"{command.scope}.{command.id}" for command in COMMANDS]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("scope", SCOPE_TITLES)
def test_every_binding_of_the_table_has_an_id_and_says_what_it_does(scope: Scope) -> None:
    for binding in bindings(scope):
        assert isinstance(binding, Binding)
        assert binding.id
        assert binding.id.startswith(f"{scope}.")
        assert binding.description
        assert binding.key_display


def test_no_command_hangs_only_on_keys_that_terminals_and_multiplexers_eat() -> None:
    eaten = {"ctrl+a", "ctrl+b", "ctrl+s", "ctrl+j", "ctrl+q", "ctrl+c"}
    awkward = {"left_square_bracket", "right_square_bracket", "at", "left_curly_bracket", "right_curly_bracket"}
    for command in COMMANDS:
        if not command.keys:
            continue  # found in the palette alone
        assert not eaten & set(command.keys), command.id
        assert not set(command.keys) <= awkward, command.id
        assert not all(key.startswith(("alt+", "f1", "f2", "f3")) and len(key) > 1 for key in command.keys), command.id
