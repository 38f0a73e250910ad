"""The keys of rollback and deploy, and of what they do to a database."""

from __future__ import annotations

from msgspec import Struct

from cockpit.release.configuration import Backup, Backups, Plans, Postgresql, Restore, Sqlite, Step, Verify

_DATABASES = {
    "postgresql": "a PostgreSQL database; its own client is used",
    "sqlite": "an SQLite database",
}
WORDS: dict[type[Struct], dict[str, str]] = {
    Plans: {
        "steps": "what is done, in this order",
        "migrations": "globs of files whose change means that the database changed",
        "backups": "where dumps lie",
    },
    Backups: {"glob": "a glob of the dumps; `{tag}` in it is the tag that a dump was taken at"},
    Step: {
        "id": "its name within the plan, in a-z, 0-9 and -",
        "title": "how it is called on screen",
        "run": "a shell command line; values reach it by COCKPIT_* variables only",
        "checkout": "check the target's commit out in the code directory",
        "verify": "wait until probes pass and the target's version is seen",
        "confirm": "ask a person, with these words",
        "backup": "dump the database as it is now",
        "restore": "put the database back from the dump that matches the target",
        "done_when": "a command whose success says that the step has taken effect already",
        "directory": "where it runs, relative to the code directory",
        "timeout": "after how long it is ended and has failed",
        "retries": "how often it is tried again where it fails",
        "optional": "left behind where it fails",
        "skippable": "stops where it fails, and may be skipped by a person who says why",
        "database": "runs only where the database goes that way",
        "rehearse": "the command that stands for it in a rehearsal, where it acts on nothing live",
        "hosts": "the hosts that it runs once for, each in COCKPIT_HOST",
        "batch": "how many hosts at a time",
        "pause": "how long between batches",
        "needs_backup": "runs only where a dump that matches the target exists",
        "danger": "what is lost or stopped, in the words shown before it runs",
        "effects": "what it does beside looking",
        "undo": "what would undo it, for a person to read",
        "assumed": "why `cockpit init` guessed it; take it away once you know that it is right",
        "literal": "texts in it that look like placeholders, such as example.org, and are really meant",
    },
    Verify: {
        "probes": "the probes that must pass; empty takes all",
        "version": "whether the target's version must be seen",
        "within": "after how long it has failed",
        "passes": "how often in a row they must pass",
    },
    Backup: {"directory": "where the new, dated dump goes, relative to this file", **_DATABASES},
    Restore: {
        **_DATABASES,
        "checks": "queries that must give true of the restored database before it is swapped in",
        "export": "a query for what was written since the dump, whose time stands for `:dump_at`; saved as CSV",
        "export_to": "where that goes; empty takes the dump's directory",
        "typed": "whether a person types the database's name to have it replaced",
    },
    Postgresql: {
        "database_env": "the variable that holds its address (postgresql://...) or its bare name",
        "env_file": "the file that is read for the variable where it is not set, relative to this one",
        "maintenance": "the database from which others are made and renamed",
        "no_owner": "whether what a dump says of owners and privileges is left out",
    },
    Sqlite: {"file": "its file, relative to this one"},
}
