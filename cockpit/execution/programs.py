"""Which programs a plan's commands begin with, and which of them are not on this host."""

from __future__ import annotations

import re
from collections.abc import Mapping

from cockpit.release.plan import Plan

# A word that can be nothing but a program's name: no path in a work tree that is yet to be checked out, no variable.
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]*|/[A-Za-z0-9_./+-]+")
_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=[^\s'\"$`\\]*")
_OF_THE_SHELL = frozenset({
    ".", ":", "[", "alias", "bg", "break", "case", "cd", "command", "continue", "echo", "eval", "exec", "exit",
    "export", "false", "fg", "for", "function", "getopts", "hash", "if", "jobs", "kill", "let", "local", "printf",
    "pwd", "read", "readonly", "return", "set", "shift", "source", "test", "time", "times", "trap", "true", "type",
    "ulimit", "umask", "unalias", "unset", "until", "wait", "while",
})  # fmt: skip


def missing_programs(plan: Plan, environment: Mapping[str, str]) -> list[str]:
    """Return a complaint for each program that a step would begin with and that is not to be found here."""
    import shutil  # it brings archivers along

    path = plan.environment.get("PATH") or environment.get("PATH")
    found = []
    for step in plan.steps:
        program = program_of(step.command) if step.kind == "run" and not step.optional and not step.left_out else ""
        if program and shutil.which(program, path=path) is None:
            found.append(f"step {step.title}: {program} is not found on this host")
    return list(dict.fromkeys(found))


def program_of(command: str) -> str:
    """Return the program that a shell command begins with; empty where that is not plain to see."""
    for word in command.split():
        if _ASSIGNMENT.fullmatch(word):
            if word.startswith("PATH="):
                return ""
            continue
        name = word.rstrip(";")
        return name if _NAME.fullmatch(name) and name not in _OF_THE_SHELL else ""
    return ""
