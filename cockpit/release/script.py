"""A plan as a shell script: what a person runs by hand when all else is down."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from cockpit.release.plan import Plan, PlanStep, describe

_POSTGRESQL = """\
new={name}_new_$(date -u +%Y%m%dT%H%M%SZ) bad={name}_bad_$(date -u +%Y%m%dT%H%M%SZ)
cockpit_psql() {{ psql -X -v ON_ERROR_STOP=1 "$@"; }}
cockpit_psql -d {maintenance} -v new="$new" <<'SQL'
CREATE DATABASE :"new" TEMPLATE template0;
SQL
case $(head -c 5 -- {dump}) in
PGDMP) pg_restore --single-transaction --exit-on-error -d "$new" {dump} ;;
*) cockpit_psql --single-transaction -d "$new" -f {dump} ;;
esac"""
_SWAP = """\
cockpit_psql -d {maintenance} -v new="$new" -v bad="$bad" -v live={name} <<'SQL'
BEGIN;
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname IN (:'live', :'new') AND pid <> pg_backend_pid();
ALTER DATABASE :"live" RENAME TO :"bad";
ALTER DATABASE :"new" RENAME TO :"live";
COMMIT;
SQL"""


def as_shell_script(plan: Plan) -> str:
    """Return the plan as a script that a person could run by hand, step by step, when all else is down."""
    lines = [
        "#!/bin/sh",
        "# " + _comment(f"{plan.direction} of {plan.service} ({plan.environment_name}) to {plan.tag}, {plan.commit}"),
        "set -eu",
        "",
    ]
    lines += [f"export {name}={shlex.quote(value)}" for name, value in sorted(plan.environment.items())]
    for number, step in enumerate(plan.steps, 1):
        lines += ["", f"# {number}. {_comment(step.title)}"]
        lines += [f"#    {_comment(told)}" for told in (step.danger, step.undo and f"undo: {step.undo}") if told]
        if step.left_out:
            lines.append(f"#    left out: {_comment(step.left_out)}")
            continue
        lines += [f"cd {shlex.quote(step.directory)}", *_body(plan, step)]
    return "\n".join(lines) + "\n"


def _body(plan: Plan, step: PlanStep) -> Iterator[str]:
    match step.kind:
        case "run" if step.hosts:
            for number, host in enumerate(step.hosts):
                if number and number % step.batch == 0 and step.pause:
                    yield f"sleep {step.pause:g}"
                yield from _group([f"export COCKPIT_HOST={shlex.quote(host)}", step.command], optional=step.optional)
        case "run" | "checkout":
            yield from _group([step.command], optional=step.optional)
        case "backup":
            yield from _server(step)
            # A dump holds what its database holds: it is not for every user of this host.
            made = ["umask 077", f"mkdir -p -- {shlex.quote(step.into)}", _backup(plan, step)]
            yield from _group(made, optional=step.optional)
        case "restore":
            yield from _restore(plan, step)
        case _:
            yield f"printf '%s\\n' {shlex.quote('CHECK: ' + describe(step))}"
            yield "printf 'Enter to go on: '; read -r _"


def _group(lines: list[str], *, optional: bool) -> list[str]:
    return ["(", *lines, ")" + (" || true" if optional else "")]


def _backup(plan: Plan, step: PlanStep) -> str:
    name = step.database.name if step.database is not None else ""
    target = (
        shlex.quote(f"{step.into}/{name.rpartition('/')[2]}-before-{plan.direction}") + '-"$(date -u +%Y%m%dT%H%M%SZ)"'
    )
    if step.backup is not None and step.backup.postgresql is not None:
        return f"pg_dump --format=custom --file={target}.dump -d {shlex.quote(name)}"
    return f"sqlite3 {shlex.quote(name)} .dump > {target}.sql"


def _server(step: PlanStep) -> Iterator[str]:
    """Yield what leads a PostgreSQL client to the server; the password is not here."""
    at = step.database
    if at is None or at.engine != "postgresql":
        return
    yield "# The password comes from PGPASSWORD or ~/.pgpass."
    told = {"PGHOST": at.host, "PGHOSTADDR": at.address, "PGPORT": at.port, "PGUSER": at.user, "PGSERVICE": at.through}
    for variable, value in told.items():
        if value:
            yield f"export {variable}={shlex.quote(value)}"


def _restore(plan: Plan, step: PlanStep) -> Iterator[str]:
    name = step.database.name if step.database is not None else ""
    dump = shlex.quote(plan.backup)
    if step.restore is not None and step.restore.postgresql is not None:
        told = {
            "name": shlex.quote(name),
            "maintenance": shlex.quote(step.restore.postgresql.maintenance),
            "dump": dump,
        }
        yield from _server(step)
        yield _POSTGRESQL.format(**told)
        for check in step.restore.checks:
            yield f'test "$(cockpit_psql -At -d "$new" -c {shlex.quote(check)})" = t'
        yield _SWAP.format(**told)
        return
    live = shlex.quote(name)
    yield f"new={live}.new bad={live}.bad-$(date -u +%Y%m%dT%H%M%SZ)"
    yield 'rm -f "$new"'
    yield f"case $(head -c 13 -- {dump}) in"
    yield f'"SQLite format") cp -- {dump} "$new" ;;'
    yield f'*) sqlite3 -bail "$new" < {dump} ;;'
    yield "esac"
    yield 'test "$(sqlite3 "$new" "PRAGMA integrity_check")" = ok'
    for check in step.restore.checks if step.restore is not None else ():
        yield f'test "$(sqlite3 "$new" {shlex.quote(check)})" = 1'
    yield f'ln {live} "$bad"'
    yield f'for part in -journal -wal -shm; do [ ! -e {live}$part ] || mv {live}$part "$bad$part"; done'
    yield f'mv "$new" {live}'


def _comment(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
