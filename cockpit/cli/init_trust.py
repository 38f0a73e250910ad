"""The end of `cockpit init`: the way back and every command are shown, and a person trusts them here, or not."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from cockpit.cli.common import options_of, say
from cockpit.cli.questions import agreed, show
from cockpit.errors import CockpitError

if TYPE_CHECKING:
    from cockpit.pinning import Sources
    from cockpit.release.plan import Plan
    from cockpit.release.run import Run
    from cockpit.trust import ConfiguredCommand


def offer_trust(arguments: argparse.Namespace, root: Path) -> bool:
    """Show what would run, what of it is only assumed, and let a person trust it; whether they did."""
    from cockpit.bootstrap import find_actor, now
    from cockpit.cli.trusting import files_of, refuse_placeholders, say_commands
    from cockpit.pinning import environments_in, parse_environments, read_work_tree
    from cockpit.release.assumed import assumed_sum, untried
    from cockpit.store.location import Surroundings
    from cockpit.times import rfc3339
    from cockpit.trust import TrustStore

    sources = read_work_tree(root, environments_in(root)[0])
    digest, commands, assumed = files_of(sources.pinned.digest, parse_environments(sources.texts), untried)
    show("The way back:", "strong")
    _show_way_back(root, sources, commands, assumed)
    show("All else that could run:", "strong")
    others = [one for one in commands if "rollback.steps." not in one.where]
    say_commands(others)
    try:
        refuse_placeholders(commands)
    except CockpitError as error:
        show(error.what, "bad")
        say(f"  {error.fix}")
        return False
    if assumed:
        show(f"{assumed_sum(assumed)}: nothing here says so. Where one is wrong, answer no and edit it.")
        show("cockpit trust --show says so again, until it has run well or its line `assumed` is gone.")
    way = len(commands) - len(others)
    if not agreed(f"Let the way back's {way} and the other {len(others)} commands run on this host?"):
        return False
    actor, _ = find_actor(Surroundings.of(root).user, options_of(arguments).by)
    TrustStore().trust(digest, by=actor.name, at=rfc3339(now()), repository=str(root))
    show(f"digest {digest[:16]}: trusted on this host", "good")
    return True


def _show_way_back(root: Path, sources: Sources, commands: list[ConfiguredCommand], assumed: Mapping[str, str]) -> None:
    """Show the plan that leads to the last good tag; without one, the steps as they stand in the file."""
    from cockpit.cli.trusting import doubts
    from cockpit.trust import ConfiguredCommand

    literal = {one.id: one.literal for one in sources.pinned.configuration.rollback.steps}

    def remarks(step: str, command: str) -> list[str]:
        where = f"rollback.steps.{step}"
        return doubts(ConfiguredCommand(where, command, assumed.get(where, ""), literal.get(step, ())))

    plan = _plan(root, sources)
    if plan is not None:
        from cockpit.cli.plans import say_steps

        say(f"  from {plan.from_tag or plan.from_commit[:8]} to {plan.tag} {plan.commit[:8]}, such as now:")
        say_steps(plan, remarks)
        return
    for number, configured in enumerate(sources.pinned.configuration.rollback.steps, 1):
        say(f"{number}. {configured.title}")
        own = [one.command for one in commands if f"rollback.steps.{configured.id}." in one.where]
        for line in [*own, *remarks(configured.id, " ".join(own))]:
            say(f"     {line}")
        if configured.danger:
            say(f"     ! {configured.danger}")


def _plan(root: Path, sources: Sources) -> Plan | None:
    from socket import gethostname

    from cockpit.execution.prepare import prepare
    from cockpit.git.command import Git
    from cockpit.git.facts import head_commit
    from cockpit.git.tags import list_tags
    from cockpit.release.tags import last_good, order_tags, tag_at

    try:
        git = Git(root)
        tags = order_tags(list_tags(git))
        current = tag_at(tags, head_commit(git)) or (tags[0] if tags else None)
        found = last_good(tags, current, {}) if current is not None else None
        if found is None:
            return None
        run = _run_of(sources)
        return prepare(run, "rollback", found[0].name, root=root, code=root, host=gethostname())
    except CockpitError:
        return None  # nothing is asked of a tag here, so nothing is refused either: the steps are shown without one


def _run_of(sources: Sources) -> Run:
    """Return what the files say, as a run that nobody has opened."""
    from cockpit.release.ledger import Ledger

    return Ledger(lambda _: None).snapshot("", sources.pinned)
