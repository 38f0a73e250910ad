"""From what the configuration says of a database to where it is, and to what its clients need to get there."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from cockpit.errors import NotFoundError, ObservationError, RefusedError
from cockpit.release.configuration import Backup, Postgresql, Restore
from cockpit.release.databases import DatabaseAt

# libpq's parameters, and the variables by which they reach its programs: never by a command line, which all can read.
_VARIABLES = {
    "host": "PGHOST", "hostaddr": "PGHOSTADDR", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD",
    "dbname": "PGDATABASE", "passfile": "PGPASSFILE", "service": "PGSERVICE", "options": "PGOPTIONS",
    "sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT", "sslcert": "PGSSLCERT", "sslkey": "PGSSLKEY",
    "sslcrl": "PGSSLCRL", "channel_binding": "PGCHANNELBINDING", "connect_timeout": "PGCONNECT_TIMEOUT",
    "target_session_attrs": "PGTARGETSESSIONATTRS", "gssencmode": "PGGSSENCMODE", "requirepeer": "PGREQUIREPEER",
}  # fmt: skip
# Compiled when they are used: most services have no such database, and every start would pay.
_ADDRESS = r"(?i:postgres|postgresql|postgis|pgsql)(?:\+\w+)?://"
_NAME = r"[A-Za-z0-9_.-]{1,63}"

# Where an address says where to go, what these say would lead elsewhere all the same.
_LEADS_ELSEWHERE = ("PGHOSTADDR", "PGSERVICE")


def with_settings(environment: Mapping[str, str], settings: Mapping[str, str]) -> dict[str, str]:
    """Return the environment in which PostgreSQL's programs go where `settings` lead, and nowhere else."""
    kept = {name: value for name, value in environment.items() if name not in _LEADS_ELSEWHERE}
    return {**kept, **settings}


def settings_of(configured: Postgresql, root: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that lead PostgreSQL's programs to the configured database, its password among them.

    NotFoundError where nothing says which database it is; RefusedError where that cannot be understood.
    """
    value = environment.get(configured.database_env, "") or _from_file(configured, root)
    if not value:
        beside = f" and {configured.env_file} does not set it" if configured.env_file else ""
        raise NotFoundError(
            f"{configured.database_env} is not set here{beside}",
            fix=f"Export {configured.database_env}, or name an env_file that sets it",
        )
    found = {name: environment[name] for name in _VARIABLES.values() if environment.get(name)}
    if re.match(_ADDRESS, value):
        found = with_settings(found, _parsed(value))
    else:
        found["PGDATABASE"] = value
    name = found.get("PGDATABASE") or found.get("PGUSER", "")
    if not re.fullmatch(_NAME, name):
        raise RefusedError(
            "the name of the database is missing, or has characters in it that no rename is risked with",
            fix="Letters, digits, and . _ - are understood",
            code="configuration",
        )
    return {**found, "PGDATABASE": name}


def _parsed(address: str) -> dict[str, str]:
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise RefusedError("the database's address is none", fix="Write postgresql://USER@HOST/NAME") from None
    found = {
        "host": unquote(parts.hostname or ""),
        "port": str(port or ""),
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "dbname": unquote(parts.path.removeprefix("/")),
    }
    for name, value in parse_qsl(parts.query.replace("+", "%2B")):  # a plus is no blank here
        if name not in _VARIABLES:
            raise RefusedError(
                f"the database's address has a parameter {name!r} that the clients cannot be given",
                fix=f"Known are {', '.join(sorted(_VARIABLES))}",
            )
        found[name] = value
    return {_VARIABLES[name]: value for name, value in found.items() if value}


def _from_file(configured: Postgresql, root: Path) -> str:
    """Return the variable as the service's own framework reads it of the file; empty where it is not set there."""
    if not configured.env_file:
        return ""
    from cockpit.envfile.parsing import read_env_file

    try:
        parsed = read_env_file(root / configured.env_file)
    except ObservationError as error:
        raise RefusedError(error.what, fix=error.fix, code="configuration") from error
    entry = parsed.entries.get(configured.database_env) if parsed is not None else None
    if entry is None:
        return ""
    if entry.borrows:
        raise RefusedError(
            f"{configured.database_env} takes in {', '.join(entry.borrows)}, which {configured.env_file} does not set",
            fix=f"Export {configured.database_env} itself",
            code="configuration",
        )
    return entry.value or ""


def sqlite_file(file: str, root: Path) -> Path:
    """Return where an SQLite database really lies: a rename upon a link would leave the database itself as it was."""
    return Path(os.path.realpath(root / file))


def database_at(step: Backup | Restore, root: Path, environment: Mapping[str, str]) -> DatabaseAt:
    """Return where a step's database is, without its password; what is in the way of knowing is its `trouble`."""
    if step.sqlite is not None:
        return DatabaseAt("sqlite", name=str(sqlite_file(step.sqlite.file, root)))
    import shutil  # it brings archivers along

    missing = [name for name in ("psql", "pg_dump", "pg_restore") if shutil.which(name) is None]
    if missing:
        return DatabaseAt("postgresql", trouble=f"{', '.join(missing)}: not installed here")
    try:
        found = settings_of(step.postgresql or Postgresql(), root, environment)
    except (NotFoundError, RefusedError) as error:
        return DatabaseAt("postgresql", trouble=f"{error.what}. {error.fix}")
    return DatabaseAt(
        "postgresql",
        name=found["PGDATABASE"],
        host=found.get("PGHOST", "") or found.get("PGHOSTADDR", ""),
        port=found.get("PGPORT", ""),
        user=found.get("PGUSER", ""),
        address=found.get("PGHOSTADDR", "") if found.get("PGHOST") else "",
        through=found.get("PGSERVICE", ""),
    )


def locator(root: Path, environment: Mapping[str, str] | None = None) -> Callable[[Backup | Restore], DatabaseAt]:
    """Return what says where a step's database is, by this process's environment unless told otherwise."""
    return lambda step: database_at(step, root, os.environ if environment is None else environment)
