"""The database in a rollback: which way it goes, which one is meant, and what a person types to have it replaced."""

from typing import Literal

from msgspec import Struct

from cockpit.patterns import pattern

# What becomes of the database: put back from a dump, taken down by the newer code's migrations, or left as it is.
DatabaseWay = Literal["restore", "down", "code"]
Engine = Literal["postgresql", "sqlite"]

_REAL = frozenset({"prod", "production", "live"})
_OTHERS = frozenset(
    {"staging", "stage", "stg", "test", "tests", "testing", "qa", "dev", "devel", "development", "uat", "preprod"}
)
_WORD = pattern(r"[a-z]+")


class DatabaseAt(Struct, frozen=True, omit_defaults=True):
    """Where a database is, as it was found on this host; `trouble` is why that cannot be said.

    `name` is the database's, or the file's absolute path. An empty host is this machine's socket. What leads elsewhere
    than the host says: an `address` of numbers, which is gone to whatever the host is called, and the entry of a
    service file that the way goes `through`.
    """

    engine: Engine
    name: str = ""
    host: str = ""
    port: str = ""
    user: str = ""
    trouble: str = ""
    address: str = ""
    through: str = ""

    @property
    def place(self) -> str:
        """In one text for a person: whose database, and where."""
        if self.engine == "sqlite":
            return self.name
        port = f":{self.port}" if self.port else ""
        at = f"{self.host} ({self.address})" if self.address else self.host
        if self.through:
            return f"{self.name} at the service {self.through} of pg_service.conf" + (f", {at}{port}" if at else port)
        return f"{self.name} at {at or 'the local socket'}{port}"


class Dump(Struct, frozen=True, omit_defaults=True):
    """A dump as it was when the plan was made: another one under that name is not what was confirmed."""

    path: str
    size: int
    written_ns: int  # since the epoch


def looks_elsewhere(database: DatabaseAt, environment: str, *, production: bool) -> bool:
    """Whether a database's name or host has the name of another kind of environment than this one in it."""
    words = set(_WORD.findall(f"{database.name} {database.host} {database.through}".casefold()))
    words -= set(_WORD.findall(environment.casefold()))
    return bool(words & (_OTHERS if production else _REAL))


def database_word(database: DatabaseAt, environment: str, *, production: bool) -> str:
    """Return what a person types to have this database replaced: its name, and its host where it looks like another's.

    Of a file, the name without its directories; all of them where it looks like another's.
    """
    elsewhere = looks_elsewhere(database, environment, production=production)
    if database.engine == "sqlite":
        return database.name if elsewhere else database.name.rpartition("/")[2]
    return f"{database.host or database.through or 'local'}/{database.name}" if elsewhere else database.name


def usual_way(*, restores: bool, downs: bool, crossed: bool, has_dump: bool) -> DatabaseWay:
    """Return the way that is taken unless a person says otherwise: none where no migration is crossed."""
    if not crossed:
        return "code"
    if restores and has_dump:
        return "restore"
    return "down" if downs else "code"
