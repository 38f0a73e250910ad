"""The `rollback:` and `deploy:` that `cockpit init` proposes; what it could not know stands beside it as a comment."""

from __future__ import annotations

from collections.abc import Mapping

from cockpit.content.init_database import FoundDatabase
from cockpit.content.init_starting import Starting
from cockpit.content.init_steps import DUMPS, StepLines
from cockpit.content.yaml_text import double_quoted

_NO_DEPLOY = """\
# How it is deployed was not seen. With steps such as those above, cockpit deploy TAG plans, rehearses and executes it.
# deploy:
"""


def rollback_text(
    service: str,
    starting: Starting,
    database: FoundDatabase | None,
    migrations: tuple[str, ...],
    assumed: Mapping[str, str],
) -> str:
    """Return the section's text: stop, dump, checkout, put back, start, verify; without a database, less of it.

    What is `assumed`, by its place in the file, says so by a key of its own, so that it is told until it is known.
    """
    lines = ["rollback:", *_migrations(migrations, wanted=database is not None)]
    if database is not None:
        lines += _dumps(service, database)
    lines += StepLines("rollback", service, starting, database, assumed).all(restores=True)
    return "\n".join(lines) + "\n"


def deploy_text(
    service: str,
    deploying: Starting | None,
    database: FoundDatabase | None,
    migrations: tuple[str, ...],
    assumed: Mapping[str, str],
) -> str:
    """Return the section's text, which puts no database back; a comment where nothing says how it is deployed."""
    if deploying is None:
        return _NO_DEPLOY
    lines = ["deploy:", *_migrations(migrations, wanted=False)]
    lines += StepLines("deploy", service, deploying, database, assumed).all(restores=False)
    return "\n".join(lines) + "\n"


def _migrations(found: tuple[str, ...], *, wanted: bool) -> list[str]:
    remark = ["  # Not known: where the migrations lie; a rollback that crosses none leaves the database as it is."]
    globs = ", ".join(double_quoted(glob) for glob in found or ("migrations/*",))
    return [*(remark if wanted and not found else []), f"  migrations: [{globs}]"]


def _dumps(service: str, database: FoundDatabase) -> list[str]:
    ending = "dump" if database.engine == "postgresql" else "db"
    return [
        f"  # {'PostgreSQL' if database.engine == 'postgresql' else 'SQLite'}, by {database.where}.",
        "  # Not known: where the dumps lie that a deploy takes; {tag} is the tag that ran when one was taken.",
        f"  backups: {{glob: {double_quoted(f'{DUMPS}/{service}/{service}-{{tag}}.{ending}')}}}",
    ]
