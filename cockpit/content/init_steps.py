"""The steps that `cockpit init` proposes, as lines of YAML; each says by a key of its own what of it was assumed."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from cockpit.content.init_database import FoundDatabase
from cockpit.content.init_starting import Starting
from cockpit.content.yaml_text import double_quoted

DUMPS = "/var/backups"
_LOST = "What was written since the dump leaves the live database; the old one is kept, named and dated."
_MARKED = [
    "    # `assumed` marks a guess that was never tried. Take its line away once",
    "    # you know that it is right; when it has run well, nothing says so any more.",
]


class StepLines(Struct, frozen=True):
    """The steps of one plan; `assumed` says by their places in the file why they are guessed."""

    plan: str  # rollback or deploy
    service: str
    starting: Starting
    database: FoundDatabase | None
    assumed: Mapping[str, str]

    def all(self, *, restores: bool) -> list[str]:
        """Return them in their order; without a database, less of it."""
        marked = any(where.startswith(f"{self.plan}.steps.") for where in self.assumed)
        return [
            "  steps:",
            *(_MARKED if marked else []),
            *([f"    # {self.starting.remark}"] if self.starting.remark else []),
            *self._stop(),
            *self._backup(),
            "    - {id: checkout, title: Check out the target, checkout: true}",
            *(self._restore() if restores else []),
            *self._start(),
            "    - id: verify",
            "      title: Verify health and version",
            "      verify: {probes: [health], within: 60s}",
            *self._guessed("verify"),
        ]

    def _guessed(self, step: str) -> list[str]:
        why = self.assumed.get(f"{self.plan}.steps.{step}", "")
        return [f"      assumed: {double_quoted(why)}"] if why else []

    def _stop(self) -> list[str]:
        if not self.starting.stop:
            return []
        return [
            "    - id: stop",
            "      title: Stop the application",
            f"      run: {double_quoted(self.starting.stop)}",
            "      danger: The service is down.",
            *self._guessed("stop"),
        ]

    def _backup(self) -> list[str]:
        if self.database is None:
            return []
        return [
            "    - id: backup",
            "      title: Dump the database as it is now",
            "      backup:",
            f"        directory: {double_quoted(f'{DUMPS}/{self.service}')}",
            *_place(self.database),
            *self._guessed("backup"),
        ]

    def _restore(self) -> list[str]:
        if self.database is None:
            return []
        return [
            "    # Runs only where a migration is crossed and a dump of the target is there. The dump goes into a new",
            "    # database, which is verified, and then takes the live one's name.",
            "    - id: restore",
            "      title: Put the database back from the target's dump",
            "      restore:",
            *_place(self.database),
            "        # Not known: what must be true of the restored database, and what was written since the dump.",
            '        # checks: ["SELECT count(*) > 0 FROM orders"]',
            '        # export: "SELECT * FROM orders WHERE placed_at > :dump_at"',
            f"      danger: {double_quoted(_LOST)}",
            *self._guessed("restore"),
        ]

    def _start(self) -> list[str]:
        done_when = self.starting.done_when
        return [
            "    - id: start",
            f"      title: {double_quoted(self.starting.title)}",
            f"      run: {double_quoted(self.starting.start)}",
            *([f"      done_when: {double_quoted(done_when)}"] if done_when else []),
            *self._guessed("start"),
        ]


def _place(database: FoundDatabase) -> list[str]:
    if database.engine == "sqlite":
        unknown = ["        # Not known: the database's file, from here or absolute."] if not database.file else []
        return [*unknown, f"        sqlite: {{file: {double_quoted(database.file or 'db.sqlite3')}}}"]
    variable = database.variable or "DATABASE_URL"
    remark = [] if database.variable else ["        # Not known: the variable that names the database."]
    beside = f", env_file: {double_quoted(database.env_file)}" if database.env_file else ""
    if database.bare:
        remark.append("        # It holds a name alone: PGHOST, PGPORT and PGUSER lead to its server.")
    if not database.env_file:
        remark.append(
            f"        # {variable} is to be set where this executes, or env_file names the file that sets it."
        )
    return [*remark, f"        postgresql: {{database_env: {variable}{beside}}}"]
