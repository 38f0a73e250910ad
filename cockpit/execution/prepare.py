"""From a tag that a person picked to the plan that they will confirm."""

from __future__ import annotations

import glob
import os
from pathlib import Path, PurePath
from typing import Literal

from cockpit.errors import RefusedError
from cockpit.execution.databases.dumps import dump_of, quick_complaint
from cockpit.execution.databases.place import locator
from cockpit.git.command import Git
from cockpit.git.facts import head_commit, undone
from cockpit.git.resolve import resolve_tag
from cockpit.git.running import checked_out, what_runs
from cockpit.git.tag_names import decode_name
from cockpit.git.tags import list_tags
from cockpit.release.broken_off import broken_off
from cockpit.release.configuration import Configuration
from cockpit.release.databases import DatabaseWay
from cockpit.release.events import Direction
from cockpit.release.plan import Plan
from cockpit.release.planning import build_plan
from cockpit.release.run import Run
from cockpit.release.running import Running, Sighting

# What lies beside a dump that is written or was opened, and would be the newest of what a glob finds.
_NO_DUMP = (".unfinished", "-wal", "-shm", "-journal")


def usable_backup(path: Path) -> bool:
    """Whether a dump is there, can be read, and is not the empty file that an interrupted backup leaves."""
    try:
        return path.is_file() and path.stat().st_size > 0 and os.access(path, os.R_OK)
    except OSError:
        return False


def find_backup(configuration: Configuration, root: Path, tag: str, direction: Direction = "rollback") -> str:
    """Return the newest usable dump that matches a tag, absolute, or empty; `{tag}` in the glob is the tag."""
    wanted = _pattern(configuration, root, tag, direction)
    if not wanted:
        return ""
    candidates = [Path(path) for path in glob.glob(wanted)]  # noqa: PTH207 - the pattern is absolute
    found = [path for path in candidates if usable_backup(path) and not path.name.endswith(_NO_DUMP)]
    return str(max(found, key=lambda path: path.stat().st_mtime)) if found else ""


def _pattern(configuration: Configuration, root: Path, tag: str, direction: Direction) -> str:
    plans = configuration.rollback if direction == "rollback" else configuration.deploy
    pattern = plans.backups.glob
    return str(root / pattern.replace("{tag}", glob.escape(tag))) if pattern else ""


def refuse_foreign_dump(plan: Plan, configuration: Configuration, root: Path) -> None:
    """Refuse a dump that the configuration does not name for the plan's tag: what a dump says is executed."""
    if not plan.backup:
        return
    root = root.absolute()
    pattern = _pattern(configuration, root, plan.tag, plan.direction)
    path = PurePath(root / plan.backup)
    if not pattern or ".." in path.parts or not path.match(pattern):
        raise RefusedError(
            f"the dump {plan.backup} is none that cockpit.yaml names for {plan.tag}",
            fix="Abort, and confirm anew",
            code="conflicting",
        )


def dump_complaint(configuration: Configuration, backup: str) -> str:
    """Return what is wrong with a rollback's dump, as far as its head and end tell; empty where no step restores it."""
    restores = [step.restore for step in configuration.rollback.steps if step.restore is not None]
    if not backup or not restores:
        return ""
    return quick_complaint(Path(backup), postgresql=restores[0].postgresql is not None)


def prepare(
    run: Run,
    direction: Direction,
    tag: str | bytes,
    *,
    root: Path,
    code: Path,
    host: str,
    way: DatabaseWay | Literal[""] = "",
    seen: Sighting | None = None,
    from_commit: str = "",
    trusted: bool = False,
) -> Plan:
    """Return the plan that leads to `tag`, resolved against the work tree as it is now.

    Bytes, or a text with what the command line makes of them, reach a name that is not UTF-8. `way` is what a person
    wants of the database, empty the usual one. It leads away from what answers by what was `seen`, or from what is
    checked out; where that is the tag already, from `from_commit` or, by itself, from what an execution had left that
    was aborted on the way there. Where the configuration is `trusted`, git may fetch what a partial clone lacks.
    Raises NotFoundError for a tag that is not there, RefusedError for one that is no commit, and where the database
    cannot go that way.
    """
    git = Git(code, fetches=trusted)
    commit = resolve_tag(git, tag)
    named = decode_name(tag if isinstance(tag, bytes) else tag.encode("utf-8", "surrogateescape"))
    head = head_commit(git)
    given_up = broken_off(run, commit)
    tags = list_tags(git, run.configuration.code.tags)
    running = what_runs(git, tags, head, run.tag, seen) if seen is not None else Running(head=head)
    from_commit = running.origin(commit, from_commit or (given_up.from_commit if given_up is not None else ""))
    # Upon a release there may be a commit of the cockpit's own files: it is that release all the same that is left.
    left = checked_out(git, tags, from_commit, run.tag)
    plans = run.configuration.rollback if direction == "rollback" else run.configuration.deploy
    crossed: list[str] = []
    if plans.migrations:  # also those of a release that is checked out and said not to answer: it may have begun to
        for start in dict.fromkeys((head, from_commit)):
            crossed += undone(git, start, commit, migrations=plans.migrations).migrations
    backup = find_backup(run.configuration, root, named.name, direction)
    return build_plan(
        run.configuration,
        direction,
        tag=named.name,
        tag_raw=named.raw,
        commit=commit,
        from_tag=left.name if left is not None else "",
        from_commit=from_commit,
        head=head,
        configuration_digest=run.digest,
        host=host,
        code=str(code),
        backup=backup,
        root=str(root.absolute()),
        way=way,
        crossed=tuple(dict.fromkeys(crossed)),
        dump=dump_of(Path(backup)) if backup and any(step.restore is not None for step in plans.steps) else None,
        locate=locator(root),
    )
