"""The `rollback:` that `cockpit init` proposes; what it could not know stands beside it as a plain comment."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from cockpit.content.init_database import FoundDatabase
from cockpit.content.proposal.service import Service, compose_command
from cockpit.content.yaml_text import double_quoted

_DUMPS = "/var/backups"
_LOST = "What was written since the dump leaves the live database; the old one is kept, named and dated."


class Starting(Struct, frozen=True):
    """The command lines that stop and start the service; `stop` is empty where the start does both."""

    start: str
    stop: str = ""
    title: str = "Start the application"
    done_when: str = ""
    remark: str = ""


def starting_of(found: Service, service: str) -> Starting:
    """Return what stops and starts a service, by what deploys it; the first of them that there is."""
    match found.deployer:
        case "compose" if found.compose is not None:
            words, name = compose_command(found.compose), found.compose.service
            tagged = f'{found.compose.variable}="$COCKPIT_TARGET_TAG" ' if found.compose.variable else ""
            up = "up -d" if tagged else "up -d --build"
            return Starting(
                f"{tagged}{words} {up} {name}",
                f"{tagged}{words} stop {name}",
                done_when=f"{tagged}{words} ps --status running -q {name} | grep -q .",
            )
        case "script" if found.script is not None:
            return Starting(
                found.script.value,
                title=f"Deploy the target by {found.script.value}",
                remark="It is assumed to deploy what is checked out; $COCKPIT_TARGET_TAG tells it the target.",
            )
        case _:
            unit = found.unit.name if found.unit is not None else f"{service}.service"
            remark = "" if found.unit is not None else "Assumed: a systemd unit. Write what really stops and starts it."
            return Starting(
                f"sudo systemctl start {unit}",
                f"sudo systemctl stop {unit}",
                done_when=f"systemctl is-active --quiet {unit}",
                remark=remark,
            )


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

    def guessed(step: str) -> list[str]:
        why = assumed.get(f"rollback.steps.{step}", "")
        return [f"      assumed: {double_quoted(why)}"] if why else []

    lines = ["rollback:", *_migrations(migrations, wanted=database is not None)]
    if database is not None:
        lines += _dumps(service, database)
    lines.append("  steps:")
    if any(where.startswith("rollback.steps.") for where in assumed):
        lines += [
            "    # `assumed` marks a guess that was never tried. Take its line away once",
            "    # you know that it is right; when it has run well, nothing says so any more.",
        ]
    if starting.remark:
        lines.append(f"    # {starting.remark}")
    if starting.stop:
        lines += [
            "    - id: stop",
            "      title: Stop the application",
            f"      run: {double_quoted(starting.stop)}",
            "      danger: The service is down.",
            *guessed("stop"),
        ]
    if database is not None:
        lines += [
            "    - id: backup",
            "      title: Dump the database as it is now",
            "      backup:",
            f"        directory: {double_quoted(f'{_DUMPS}/{service}')}",
            *_place(database),
            *guessed("backup"),
        ]
    lines.append("    - {id: checkout, title: Check out the target, checkout: true}")
    if database is not None:
        lines += [
            "    # Runs only where a migration is crossed and a dump of the target is there. The dump goes into a new",
            "    # database, which is verified, and then takes the live one's name.",
            "    - id: restore",
            "      title: Put the database back from the target's dump",
            "      restore:",
            *_place(database),
            "        # Not known: what must be true of the restored database, and what was written since the dump.",
            '        # checks: ["SELECT count(*) > 0 FROM orders"]',
            '        # export: "SELECT * FROM orders WHERE placed_at > :dump_at"',
            f"      danger: {double_quoted(_LOST)}",
            *guessed("restore"),
        ]
    lines += [
        "    - id: start",
        f"      title: {double_quoted(starting.title)}",
        f"      run: {double_quoted(starting.start)}",
        *([f"      done_when: {double_quoted(starting.done_when)}"] if starting.done_when else []),
        *guessed("start"),
        "    - id: verify",
        "      title: Verify health and version",
        "      verify: {probes: [health], within: 60s}",
        *guessed("verify"),
    ]
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
        f"  backups: {{glob: {double_quoted(f'{_DUMPS}/{service}/{service}-{{tag}}.{ending}')}}}",
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
