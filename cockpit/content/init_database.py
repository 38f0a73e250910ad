"""Which database a repository's service uses, as far as its files tell; no value of a variable is ever repeated."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from msgspec import Struct

from cockpit.content.proposal.compose import COMPOSE_FILES
from cockpit.content.proposal.near import files_near, text_of

_ENV_FILES = (".env", ".env.production", ".env.local")
_EXAMPLES = (".env.example", ".env.sample", ".env.dist", ".env.template")

_ASSIGNED = re.compile(
    r"^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)[ \t]*=[ \t]*[\"']?([^\"'\r\n]*)", re.MULTILINE
)
_POSTGRESQL = re.compile(r"(?:postgres|postgresql|postgis|pgsql)(?:\+\w+)?://", re.IGNORECASE)
_SQLITE = re.compile(r"sqlite3?(?:\+\w+)?:///(?P<file>[^\s\"'?#]+)|file:(?P<other>[^\s\"'?#]+\.(?:db|sqlite3?))\b")
_BARE_NAMES = ("PGDATABASE", "POSTGRES_DB", "DB_NAME", "DB_DATABASE")
_IN_YAML = re.compile(r"^[ \t]*+(?:-[ \t]*+)?[\"']?([A-Z][A-Z0-9_]*)[\"']?\s*[:=]\s*[\"']?([^\"'\r\n]*)", re.MULTILINE)
_IMAGE = re.compile(r"^[ \t]*image:[ \t]*[\"']?(?:\S*/)?(?:postgres|postgis|timescaledb|pgvector)\b", re.MULTILINE)
_PLAIN_FILE = re.compile(r"[A-Za-z0-9_./-]+")
# Where a framework names its database: the file's name, what says PostgreSQL in it, and what says SQLite.
_FRAMEWORKS = (
    (re.compile(r"(?:settings|base|production|config|app|__init__)\.py"),
     re.compile(r"django\.(?:db\.backends\.postgresql|contrib\.gis\.db\.backends\.postgis)|dj_database_url"),
     re.compile(r"django\.db\.backends\.sqlite3")),
    (re.compile(r"database\.yml"), re.compile(r"adapter:\s*postg"), re.compile(r"adapter:\s*sqlite3")),
    (re.compile(r"schema\.prisma"), re.compile(r"provider\s*=\s*\"postgresql\""),
     re.compile(r"provider\s*=\s*\"sqlite\"")),
)  # fmt: skip
_VARIABLE = re.compile(
    r"(?:environ(?:\.get)?|getenv|\bENV|\benv|dj_database_url\.config)\s*(?:\.fetch)?"
    r"[\[(]\s*(?:default=)?[\"']([A-Z][A-Z0-9_]*(?:DATABASE|DB|POSTGRES|PG)[A-Z0-9_]*)[\"']"
)
_NAMED_FILE = re.compile(r"(?:[\"']|database:\s*)((?!django\.)[A-Za-z0-9_./-]+\.(?:db|sqlite3?))[\"'\s]")
_MIGRATIONS = (
    ("alembic/versions", "alembic/versions/*.py"), ("migrations/versions", "migrations/versions/*.py"),
    ("db/migrate", "db/migrate/*"), ("prisma/migrations", "prisma/migrations/**/*.sql"),
    ("database/migrations", "database/migrations/*"), ("db/migrations", "db/migrations/*"),
)  # fmt: skip


class FoundDatabase(Struct, frozen=True):
    """A database and where it was found; what could not be known of it is empty.

    `variable` names it, set in `env_file` where that is; a `bare` one holds a name and no address. `file` is SQLite's,
    relative to the repository's top.
    """

    engine: Literal["postgresql", "sqlite"]
    where: str
    variable: str = ""
    env_file: str = ""
    file: str = ""
    bare: bool = False


def find_database(root: Path) -> FoundDatabase | None:
    """Return the database that the files under `root` tell of; None where they tell of none.

    What is set (`.env`) is believed before what is an example, that before compose, and the framework's settings last.
    """
    for name in (*_ENV_FILES, *_EXAMPLES):
        found = _in_variables(_ASSIGNED.findall(text_of(root / name)), name, is_set=name in _ENV_FILES)
        if found is not None:
            return found
    for name in COMPOSE_FILES:
        text = text_of(root / name)
        found = _in_variables(_IN_YAML.findall(text), name, is_set=False)
        if found is not None and found.engine == "postgresql" and found.variable in _BARE_NAMES:
            found = None  # what the server's own container is told says nothing of the service
        if found is not None:
            return found
        if _IMAGE.search(text):
            return FoundDatabase("postgresql", name)
    return _in_frameworks(root)


def find_migrations(root: Path) -> tuple[str, ...]:
    """Return the globs of the migrations under `root`; empty where none of the usual places is there."""
    found = [glob for place, glob in _MIGRATIONS if (root / place).is_dir()]
    if not found and any((root / "migrations").glob("*.sql")):
        found = ["migrations/*"]
    if (root / "manage.py").is_file():
        apps = sorted(path.parent.name for path in root.glob("*/migrations/"))
        apps = [app for app in apps if _PLAIN_FILE.fullmatch(app)]
        found += [f"{app}/migrations/*.py" for app in apps]
    return tuple(dict.fromkeys(found))


def _in_variables(pairs: list[tuple[str, str]], where: str, *, is_set: bool) -> FoundDatabase | None:
    env_file = where if is_set else ""
    # The usual name first: beside it there are those of test and shadow databases.
    for name, value in sorted(pairs, key=lambda pair: (pair[0] != "DATABASE_URL", "TEST" in pair[0])):
        if _POSTGRESQL.match(value.strip()):
            return FoundDatabase("postgresql", where, variable=name, env_file=env_file)
        sqlite = _SQLITE.match(value.strip())
        if sqlite is not None:
            return FoundDatabase("sqlite", where, file=_plain(sqlite["file"] or sqlite["other"]))
    values = dict(pairs)
    if "sqlite" in (values.get("DB_CONNECTION", "") + values.get("DB_ENGINE", "")).casefold():
        return FoundDatabase("sqlite", where, file=_plain(values.get("DB_DATABASE", "") or values.get("DB_NAME", "")))
    bare = next((name for name in _BARE_NAMES if values.get(name, "").strip()), "")
    says = (values.get("DB_CONNECTION", "") + values.get("DB_ENGINE", "")).casefold()
    if bare and (bare in {"PGDATABASE", "POSTGRES_DB"} or "pg" in says or "postg" in says):
        return FoundDatabase("postgresql", where, variable=bare, env_file=env_file, bare=True)
    return None


def _in_frameworks(root: Path) -> FoundDatabase | None:
    sqlite: FoundDatabase | None = None
    for path in files_near(root):
        for name, postgresql, other in _FRAMEWORKS:
            if not name.fullmatch(path.name):
                continue
            text, where = text_of(path), path.relative_to(root).as_posix()
            if not _PLAIN_FILE.fullmatch(where):
                continue
            variable = _VARIABLE.search(text)
            if postgresql.search(text) or _POSTGRESQL.search(text):
                return FoundDatabase("postgresql", where, variable=variable[1] if variable is not None else "")
            if sqlite is None and (other.search(text) or _SQLITE.search(text)):
                sqlite = FoundDatabase("sqlite", where, file=_sqlite_file(text))
    return sqlite


def _sqlite_file(text: str) -> str:
    by_address = _SQLITE.search(text)
    if by_address is not None:
        return _plain(by_address["file"] or by_address["other"])
    named = _NAMED_FILE.search(f"{text}\n")
    return _plain(named[1]) if named is not None else ""


def _plain(file: str) -> str:
    """Return a file's name where it can be written as it is; empty where a person has to look at it."""
    file = file.strip().removeprefix("./")
    return file if _PLAIN_FILE.fullmatch(file) and ".." not in file.split("/") else ""
