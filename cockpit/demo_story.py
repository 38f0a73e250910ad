"""Plays the demo's story into the store: two people have prepared this release for ten days before you come in."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import timedelta

from cockpit.bootstrap import now
from cockpit.demo import story
from cockpit.release.intents import AddNote, ChangeRunState, Intent, MarkNotApplicable, TickItem
from cockpit.release.record import Actor
from cockpit.runs import pinned_of
from cockpit.session import Session
from cockpit.store.clock import HybridClock
from cockpit.store.store import Store
from cockpit.times import rfc3339
from cockpit.workspace import Workspace

_OPENED_AGO = timedelta(days=10)


class _StoryTime:
    """A clock that the teller moves."""

    def __init__(self, at: float) -> None:
        self.at = at

    def seconds(self) -> float:
        return self.at

    def milliseconds(self) -> int:
        return round(self.at * 1000)


def play_story(workspace: Workspace) -> None:
    """Open the demo's run as ana, let both people tick as in the story, and turn the workspace to it."""
    present = now()
    clock = _StoryTime(present - _OPENED_AGO.total_seconds())
    ana = _session(workspace, story.ANA, clock)
    ana.focus("", workspace.session.run_pinned)
    teller = Workspace(
        root=workspace.root, git=workspace.git, store=ana.store, session=ana, trust=workspace.trust, runs=workspace.runs
    )
    launch = rfc3339(present - story.LAUNCHED_AGO.total_seconds())
    run = teller.open_run(story.RUN_NAME, tag=story.TAG, launch_at=launch)
    ben = _session(workspace, story.BEN, clock)
    ben.focus(run.id, ana.run_pinned)

    by_name = {story.ANA.name: ana, story.BEN.name: ben}
    for minutes_ago, who, intent in _scenes(ana):
        clock.at = present - minutes_ago * 60
        by_name[who].act(intent)
    for session in by_name.values():
        session.store.close()
    workspace.runs[run.id] = ana.run.summary()
    workspace.session.focus(run.id, pinned_of(workspace.store, run.summary()))
    workspace.store.commit("cockpit: the story so far")


def _scenes(ana: Session) -> list[tuple[float, str, Intent]]:
    (checklist,) = (each for each in ana.run.checklists if each.id == story.CHECKLIST)
    scenes: list[tuple[float, str, Intent]] = [
        (tick.minutes_ago, tick.who.name, TickItem(tick.item)) for tick in story.ticks(checklist)
    ]
    scenes += [
        (each.minutes_ago, each.who.name, MarkNotApplicable(each.item, each.reason)) for each in story.NOT_APPLICABLE
    ]
    launched = story.LAUNCHED_AGO.total_seconds() / 60
    scenes.append((launched, story.ANA.name, ChangeRunState("active")))
    dump = "deployment-day/pre-deployment-checks/backup-current-database"
    scenes.append((21.0, story.ANA.name, AddNote("shop-v2.4.0.sql, restored into a scratch file and counted", dump)))
    return sorted(scenes, key=lambda scene: -scene[0])


def _session(workspace: Workspace, person: story.Person, clock: _StoryTime) -> Session:
    milliseconds: Callable[[], int] = clock.milliseconds
    store = Store.open(
        workspace.store.location,
        clock=HybridClock(milliseconds),
        writer_id=secrets.token_hex(16),
        host=workspace.host,
    )
    return Session(store, Actor(person.name, person.email), now=clock.seconds)
