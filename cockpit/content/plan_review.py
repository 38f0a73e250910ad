"""What the types cannot say of the steps by which a service is rolled back or deployed."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import TypeVar

from cockpit.content.assumed import placeholders_in
from cockpit.content.names import name_complaint
from cockpit.content.problems import quoted
from cockpit.content.review import Review
from cockpit.content.strict_yaml import Step as Where
from cockpit.release.configuration import Plans, Postgresql, Restore, Step, Verify

T = TypeVar("T")

_HOST = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._:@-]*")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def review_plan(review: Review[T], plan: Plans, probes: Collection[str], *where: Where) -> None:
    """Complain of everything in a plan that cannot be meant; `probes` are the names of those that there are."""
    review.distinct([step.id for step in plan.steps], "id", *where, "steps")
    for index, step in enumerate(plan.steps):
        _step(review, step, plan, probes, *where, "steps", index)


def _step(review: Review[T], step: Step, plan: Plans, probes: Collection[str], *where: Where) -> None:
    review.complain(name_complaint(step.id), *where, "id")
    review.exactly_one(step, *where)
    review.durations(step, ("timeout", "pause") if step.pause else ("timeout",), *where)
    review.at_least(step, 0, ("retries",), *where)
    review.at_least(step, 1, ("batch",), *where)
    _hosts(review, step, *where)
    _literal(review, step, *where)
    if step.optional and step.skippable:
        message = "an optional step is left behind by itself, a skippable one by a person: keep one"
        review.complain_of_key(message, *where, "skippable")
    if step.backup:
        review.exactly_one(step.backup, *where, "backup")
        review.filled(step.backup.directory, *where, "backup", "directory")
        _postgresql(review, step.backup.postgresql, *where, "backup", "postgresql")
    if step.restore:
        _restore(review, step, step.restore, plan, *where)
    if step.verify:
        _verify(review, step.verify, probes, *where, "verify")
    if step.needs_backup and not plan.backups.glob:
        message = "nothing says where dumps lie: add backups with a glob to this plan, or remove needs_backup"
        review.complain_of_key(message, *where, "needs_backup")


def _hosts(review: Review[T], step: Step, *where: Where) -> None:
    review.distinct(step.hosts, "host", *where, "hosts")
    for index, host in enumerate(step.hosts):
        if not _HOST.fullmatch(host):
            message = f"{quoted(host)} is not a host's name: letters, digits, and . _ : @ -"
            review.complain(message, *where, "hosts", index)
    if step.hosts and not step.run:
        review.complain_of_key("only what runs a command runs on hosts: remove it", *where, "hosts")


def _literal(review: Review[T], step: Step, *where: Where) -> None:
    """What is meant as it is must be in the step: it is not to let another placeholder pass by and by."""
    checks = step.restore.checks if step.restore is not None else ()
    export = step.restore.export if step.restore is not None else ""
    commands = "\n".join((step.run, step.done_when, step.rehearse, *checks, export))
    found = placeholders_in(commands)
    for index, text in enumerate(step.literal):
        if text not in found:
            there = f"what looks like one there: {', '.join(sorted(found))}" if found else "none is in its commands"
            review.complain(f"{quoted(text)} is no placeholder of this step: {there}", *where, "literal", index)


def _restore(review: Review[T], step: Step, restore: Restore, plan: Plans, *where: Where) -> None:
    review.exactly_one(restore, *where, "restore")
    _postgresql(review, restore.postgresql, *where, "restore", "postgresql")
    for index, check in enumerate(restore.checks):
        review.filled(check, *where, "restore", "checks", index)
    if not plan.backups.glob:
        message = "nothing says where dumps lie: add backups with a glob to this plan"
        review.complain_of_key(message, *where, "restore")
    if not plan.migrations:
        message = "nothing says what a migration is, and without one no database is put back: add migrations"
        review.complain_of_key(message, *where, "restore")
    if step.database == "down":
        review.complain("a restore goes no other way: remove it", *where, "database")


def _postgresql(review: Review[T], postgresql: Postgresql | None, *where: Where) -> None:
    if postgresql is None:
        return
    if not _VARIABLE.fullmatch(postgresql.database_env):
        message = f"{quoted(postgresql.database_env)} is not a variable's name: write one such as DATABASE_URL"
        review.complain(message, *where, "database_env")
    review.filled(postgresql.maintenance, *where, "maintenance")


def _verify(review: Review[T], verify: Verify, probes: Collection[str], *where: Where) -> None:
    for index, name in enumerate(verify.probes):
        review.known(name, probes, "probe", *where, "probes", index)
    review.durations(verify, ("within",), *where)
    review.at_least(verify, 1, ("passes",), *where)
