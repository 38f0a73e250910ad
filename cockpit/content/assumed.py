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
    from cockpit.content.init_starting import deploying_of, starting_of

    plans = {
        "rollback": starting_of(answers.found, answers.service),
        "deploy": deploying_of(answers.found, answers.service),
    }
    why: dict[str, str] = {}
    for plan, starting in plans.items():
        if starting is not None:
            guesses = {"stop": starting.stop_guess, **_of_database(answers, plan), "start": starting.start_guess}
            if answers.tells_version is None:
                guesses["verify"] = f"{answers.health_url}, which has not answered yet"
            why |= {f"{plan}.steps.{step}": guess for step, guess in guesses.items() if guess}
    if answers.tells_version is False:
        why["version.command"] = "the work tree's version is the running one"
    return why


def _of_database(answers: Answers, plan: str) -> dict[str, str]:
    database = answers.database
    if database is None:
        return {}
    backup = f"dumps go to /var/backups/{answers.service}"
    if database.engine == "postgresql" and not database.variable:
        backup += "; DATABASE_URL names the database"
    if database.engine == "sqlite" and not database.file:
        backup += "; the database is db.sqlite3"
    restore = {"restore": f"a deploy leaves its dumps in /var/backups/{answers.service}"}
    return {"backup": backup} | (restore if plan == "rollback" else {})
