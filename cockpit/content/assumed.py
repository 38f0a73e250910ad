"""What a first `cockpit.yaml` does not know: what was assumed, and what only stands for a value yet to be written."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # whoever only looks for placeholders reads no Markdown
    from cockpit.content.init import Answers

# Only what nobody types in earnest: a command that means it would otherwise be refused in the middle of a launch.
_PLACEHOLDER = re.compile(
    r"\b(?:[\w-]+\.)*example\.(?:org|com|net)\b|\b(?:CHANGE|REPLACE|FIX)[_-]?(?:ME|THIS)\b|\bYOUR[_-][A-Z]\w*"
    r"|<[A-Z][A-Z0-9_ -]+>"
)


def placeholder_in(text: str, literal: Collection[str] = ()) -> str:
    """Return the first placeholder in a command or an address, such as `<HOST>` or example.org; empty without one.

    What is in `literal` is really meant, and is none.
    """
    return next((found[0] for found in _PLACEHOLDER.finditer(text) if found[0] not in literal), "")


def placeholders_in(text: str) -> frozenset[str]:
    """Return all that looks like a placeholder."""
    return frozenset(_PLACEHOLDER.findall(text))


def assumed(answers: Answers) -> dict[str, str]:
    """Return what nothing in the repository says and no person has typed: its place in the file, and why it is so."""
    found = answers.found
    why: dict[str, str] = {}
    if found.deployer == "script" and found.script is not None:
        why["rollback.steps.start"] = f"{found.script.where} deploys what is checked out"
    elif not found.deployer:
        guess = f"a unit {answers.service}.service; no unit, compose file or script is here"
        why |= {"rollback.steps.stop": guess, "rollback.steps.start": guess}
    database = answers.database
    if database is not None:
        why["rollback.steps.backup"] = f"dumps go to /var/backups/{answers.service}"
        why["rollback.steps.restore"] = f"a deploy leaves its dumps in /var/backups/{answers.service}"
        if database.engine == "postgresql" and not database.variable:
            why["rollback.steps.backup"] += "; DATABASE_URL names the database"
        if database.engine == "sqlite" and not database.file:
            why["rollback.steps.backup"] += "; the database is db.sqlite3"
    if answers.tells_version is None:
        why["rollback.steps.verify"] = f"{answers.health_url}, which has not answered yet"
    elif not answers.tells_version:
        why["version.command"] = "the work tree's version is the running one"
    return why
