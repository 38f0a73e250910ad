"""Every place on the screens that shows external text: how one gets there, and how such text gets in."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from textual import events
from textual.screen import Screen

from cockpit.envfile.survey import Finding
from cockpit.identity import Doubt
from cockpit.procedures import Ran
from cockpit.release.discrepancy import Discrepancy
from cockpit.release.library import EnvVariable, MessageTemplate, Runbook, RunbookStep, TemplateField
from cockpit.release.run import TagMark
from cockpit.release.running import Running
from cockpit.release.since import since_looked
from cockpit.release.tags import Tag
from cockpit.tui.app import CockpitApp
from cockpit.tui.attention import Summary
from cockpit.tui.dialogs.abnormal import AbnormalDialog
from cockpit.tui.dialogs.ask import AskDialog, ConfirmDialog
from cockpit.tui.dialogs.card import CardDialog, CardFacts, CardPane
from cockpit.tui.dialogs.confirm import ConfirmPlanDialog
from cockpit.tui.dialogs.contacts import ContactsDialog
from cockpit.tui.dialogs.handover import HandoverDialog
from cockpit.tui.dialogs.help import HelpDialog
from cockpit.tui.dialogs.identity import IdentityDialog
from cockpit.tui.dialogs.item import ItemDialog
from cockpit.tui.dialogs.message import FillDialog, SentDialog
from cockpit.tui.dialogs.people import PeopleDialog
from cockpit.tui.dialogs.runbook_step import StepDialog
from cockpit.tui.messages import LiveChanged, RunChanged
from cockpit.tui.pages.review import ReviewPage
from cockpit.tui.pages.tags import TagPicker, TagsPage
from cockpit.tui.screens.execution import ExecutionScreen
from cockpit.tui.widgets.env import EnvList
from cockpit.tui.widgets.lines import PaneTitle
from cockpit.tui.widgets.since import SincePanel
from cockpit.tui.widgets.tags_head import Answering, Proposal
from tests.tui.hostile import poisoned
from tests.tui.moments import PAYMENT
from tests.tui.scenes import Scene

Feed = Callable[[CockpitApp, Scene, str], Awaitable[None]]


@dataclass(frozen=True)
class Place:
    """A widget that external text reaches; `keys` lead to it before anything is fed."""

    widget: str  # the selector of what draws it
    feed: Feed
    moment: str = "calm"
    keys: str = ""
    size: tuple[int, int] = (200, 50)


async def moment(app: CockpitApp, scene: Scene, text: str) -> None:
    """Feed a whole run and all feeds."""
    app.post_message(RunChanged(poisoned(scene.run, text), []))
    app.post_message(LiveChanged(poisoned(scene.live, text)))


async def review(app: CockpitApp, scene: Scene, text: str) -> None:
    """Feed it into a review that is gathered anew."""
    await moment(app, scene, text)
    page = app.screen.query_one(ReviewPage)
    page.read_again()
    page.show(poisoned(scene.run, text), scene.live, app.now())


async def execution(app: CockpitApp, scene: Scene, text: str) -> None:
    """Feed it into the execution's own screen."""
    if not isinstance(app.screen, ExecutionScreen):
        await app.push_screen(ExecutionScreen())
    await moment(app, scene, text)


def a_tag(text: str) -> Tag:
    return poisoned(Tag("t", "0" * 40, "1" * 40, "annotated", False, 1_770_000_000, "s", "t", ahead=1, behind=2), text)


async def all_tags_read(app: CockpitApp) -> None:
    """Wait until the page has looked again at the tags, as it does when one turns to it."""
    page = app.screen.query_one(TagsPage)
    while page._reading or page._read_for is None:
        app.hand_over()
        await asyncio.sleep(0.01)


async def tags(app: CockpitApp, scene: Scene, text: str) -> None:
    await all_tags_read(app)
    app.screen.query_one(TagPicker).show([a_tag(text)], "1" * 40, None)


async def tags_unreadable(app: CockpitApp, scene: Scene, text: str) -> None:
    await all_tags_read(app)
    app.screen.query_one(TagPicker).show_failure(text)


async def proposal(app: CockpitApp, scene: Scene, text: str) -> None:
    await all_tags_read(app)
    app.screen.query_one(Proposal).show(text)


async def answering(app: CockpitApp, scene: Scene, text: str) -> None:
    app.screen.query_one(TagsPage)._found = None  # with every second it would say what really answers
    app.screen.query_one(Answering).show(Discrepancy(text, grave=True))


async def env_file(app: CockpitApp, scene: Scene, text: str) -> None:
    found = Finding(text, text, "failed", text, ".env:1", EnvVariable(text, text, note=text))
    app.screen.query_one(EnvList).show([found])


async def title(app: CockpitApp, scene: Scene, text: str) -> None:
    app.screen.query_one("#phases-title", PaneTitle).show(text)


async def filter_pasted(app: CockpitApp, scene: Scene, text: str) -> None:
    """Paste it into the filter; the field takes the first line."""
    field = app.screen.query_one("#filter")
    if not field.display:
        await app.screen.run_action("filter")
    app.screen.query_one("#filter").value = ""  # type: ignore[attr-defined]
    field.post_message(events.Paste(text))
    field.call_later(field.action_home)  # type: ignore[attr-defined]


async def toast(app: CockpitApp, scene: Scene, text: str) -> None:
    app.clear_notifications()
    app.tell(text, severity="error")


async def _instead(app: CockpitApp, dialog: Screen[object]) -> None:
    if len(app.screen_stack) > 1:
        await app.pop_screen()
    await app.push_screen(dialog)


async def card(app: CockpitApp, scene: Scene, text: str) -> None:
    tag = a_tag(text)
    facts = CardFacts(scene.workspace, next(t for t in [tag_of(scene, "v2.4.0")]), Running())
    assert facts.changes is not None
    facts.changes = poisoned(facts.changes, text)
    object.__setattr__(facts, "backup", text)
    facts.mark = poisoned(TagMark("t", "bad", "r", scene.session.actor, "2026-03-10T13:00:00Z"), text)
    await _instead(app, CardDialog(tag))  # type: ignore[arg-type]
    app.screen.query_one(CardPane).show(facts)


def tag_of(scene: Scene, name: str) -> Tag:
    from cockpit.git.tags import list_tags

    return next(tag for tag in list_tags(scene.workspace.code_git, "*") if tag.name == name)


async def confirm_plan(app: CockpitApp, scene: Scene, text: str) -> None:
    await _instead(app, ConfirmPlanDialog(poisoned(scene.plan(), text), a_tag(text), lambda _: scene.plan()))  # type: ignore[arg-type]


async def item(app: CockpitApp, scene: Scene, text: str) -> None:
    run = poisoned(scene.run, text)
    await _instead(app, ItemDialog(run.items[PAYMENT], run, app.now()))  # type: ignore[arg-type]


async def ask(app: CockpitApp, scene: Scene, text: str) -> None:
    await _instead(app, AskDialog(text, "why"))  # type: ignore[arg-type]


async def confirm(app: CockpitApp, scene: Scene, text: str) -> None:
    await _instead(app, ConfirmDialog(text, "Undo"))  # type: ignore[arg-type]


async def runbook_step(app: CockpitApp, scene: Scene, text: str) -> None:
    """Open a step whose every word is hostile, as if its command had printed so, too."""
    dialog = await _step_dialog(app, RunbookStep("a", text, run=f"echo {text}", when=text, link=text))
    dialog._ended(Ran(text, "failed", 1, 0.1, text, text), "")


async def step_command(app: CockpitApp, scene: Scene, text: str) -> None:
    """Open a step with a hostile command."""
    await _step_dialog(app, RunbookStep("a", "Look", run=f"echo {text}"))


async def step_facts(app: CockpitApp, scene: Scene, text: str) -> None:
    """Open a step with a hostile condition."""
    await _step_dialog(app, RunbookStep("a", "Look", when=text))


async def _step_dialog(app: CockpitApp, step: RunbookStep) -> StepDialog:
    dialog = StepDialog(Runbook("r", step.text, steps=(step,)), step)
    await _instead(app, dialog)  # type: ignore[arg-type]
    return dialog


async def sent(app: CockpitApp, scene: Scene, text: str) -> None:
    """Open a message that was hostile itself, and so was what its receiver said."""
    await _instead(app, SentDialog(poisoned(scene.run.messages["m-2"], text)))  # type: ignore[arg-type]


async def fill_in(app: CockpitApp, scene: Scene, text: str) -> None:
    """Open the form of a template whose title and hints are hostile."""
    fields = (TemplateField("what", text), TemplateField("service", text))
    template = MessageTemplate("t", text, "{service} {what}", text, fields)
    await _instead(app, FillDialog(template, ""))  # type: ignore[arg-type]


async def abnormal(app: CockpitApp, scene: Scene, text: str) -> None:
    app.run_now, app.live = poisoned(scene.run, text), poisoned(scene.live, text)
    await _instead(app, AbnormalDialog())  # type: ignore[arg-type]


async def people(app: CockpitApp, scene: Scene, text: str) -> None:
    app.run_now, app.live = poisoned(scene.run, text), poisoned(scene.live, text)
    await _instead(app, PeopleDialog())  # type: ignore[arg-type]


async def contacts(app: CockpitApp, scene: Scene, text: str) -> None:
    app.run_now = poisoned(scene.run, text)
    await _instead(app, ContactsDialog())  # type: ignore[arg-type]


async def handover(app: CockpitApp, scene: Scene, text: str) -> None:
    app.run_now = poisoned(scene.run, text)
    await _instead(app, HandoverDialog(text))  # type: ignore[arg-type]


async def since(app: CockpitApp, scene: Scene, text: str) -> None:
    """Feed it into the summary of what changed."""
    run = poisoned(scene.run, text)
    changes = since_looked(run, {}, me="nobody")
    screen = app.screen_stack[0]
    await screen.query(SincePanel).remove()
    await screen.mount(SincePanel(Summary(0.0, changes), run, app.now(), before=screen.focused))


async def identity(app: CockpitApp, scene: Scene, text: str) -> None:
    await _instead(app, IdentityDialog(Doubt(text, text), known=text))  # type: ignore[arg-type]


async def help_(app: CockpitApp, scene: Scene, text: str) -> None:
    await _instead(app, HelpDialog(text, {"checklist.tick"}))  # type: ignore[arg-type]


PLACES = {
    "ItemList": Place("#items", moment),
    "ItemDetail": Place("#item-detail", moment),
    "PhaseColumn": Place("#phases", moment),
    "PhaseStrip": Place("#phase-strip", moment, size=(80, 24)),
    "PausePoint": Place("#pause-point", moment),
    "items PaneTitle": Place("#items-title", moment),
    "PaneTitle": Place("#phases-title", title),
    "ProbeStrip": Place("#probe-strip", moment, moment="red", size=(80, 24)),
    "ProbeBoard": Place("#board", moment, moment="red"),
    "compact TimelineList": Place("#recent", moment),
    "IdentityStrip": Place("#identity", moment, moment="red"),
    "narrow IdentityStrip": Place("#identity", moment, moment="red", size=(80, 24)),
    "PageTabs": Place("#tabs", moment),
    "filter": Place("#filter", filter_pasted),
    "filtered PaneTitle": Place("#items-title", filter_pasted),
    "filtered log PaneTitle": Place("#all-logs PaneTitle", filter_pasted, keys="2"),
    "full ProbeBoard": Place("#all-probes", moment, moment="red", keys="3"),
    "ProbeDetail": Place("#probe-detail", moment, moment="red", keys="3"),
    "TagPicker": Place("#tag-list", tags, keys="4"),
    "failed TagPicker": Place("#tag-list", tags_unreadable, keys="4"),
    "Proposal": Place("#proposal", proposal, keys="4"),
    "Answering": Place("#answering", answering, keys="4"),
    "RunbooksPage EntryList": Place("#entries", moment, keys="5"),
    "RunbooksPage EntryText": Place("#entry-text", moment, keys="5"),
    "EnvList": Place("#variables", env_file, moment="signed", keys="6"),
    "EnvDetail": Place("#variable-detail", env_file, moment="signed", keys="6"),
    "env PaneTitle": Place("#variable-title", env_file, moment="signed", keys="6"),
    "ReviewList": Place("#review-rows", review, moment="troubled", keys="0"),
    "SignOffList": Place("#sign-off", moment, moment="signed", keys="0 tab"),
    "SignOffDetail": Place("#role-detail", moment, moment="signed", keys="0 tab"),
    "sign-off PaneTitle": Place("#role-title", moment, moment="signed", keys="0 tab"),
    "RunbooksPage StepList": Place("#runbook-steps", moment, moment="troubled", keys="5"),
    "RunbooksPage StepText": Place("#entry-text", moment, moment="troubled", keys="5"),
    "IncidentWords": Place("#incident-words", moment, moment="troubled", keys="5"),
    "IncidentStrip": Place("#incident", moment, moment="troubled", keys="5"),
    "StepDialog title": Place(".dialog-title", runbook_step, moment="troubled", size=(100, 30)),
    "StepDialog command": Place("#step-command", step_command, moment="troubled", size=(100, 30)),
    "StepDialog facts": Place("#step-facts", step_facts, moment="troubled", size=(100, 30)),
    "StepDialog output": Place("#step-output", runbook_step, moment="troubled", size=(100, 30)),
    "UpdateStrip": Place("#update-strip", moment, moment="messaged", keys="7"),
    "TemplateList": Place("#templates", moment, moment="messaged", keys="7"),
    "FillingText": Place("#filling", moment, moment="messaged", keys="7"),
    "filling PaneTitle": Place("#filling-title", moment, moment="messaged", keys="7"),
    "SentList": Place("#sent", moment, moment="messaged", keys="7"),
    "SentDialog title": Place(".dialog-title", sent, moment="messaged", size=(100, 30)),
    "SentDialog": Place("#sent-attempts", sent, moment="messaged", size=(100, 30)),
    "FillDialog title": Place(".dialog-title", fill_in, moment="messaged", size=(100, 30)),
    "FillDialog text": Place("#message-text", fill_in, moment="messaged", size=(100, 40)),
    "TimelineList": Place("#all-records", moment, moment="red", keys="8"),
    "RecordDetail": Place("#record-detail", moment, moment="red", keys="8"),
    "MaintenanceList": Place("#occurrences", moment, moment="cared", keys="9"),
    "maintenance ItemDetail": Place("#occurrence-detail", moment, moment="cared", keys="9 j j"),
    "maintenance PaneTitle": Place("#occurrence-title", moment, moment="cared", keys="9"),
    "CardDialog title": Place(".dialog-title", card, size=(100, 30)),
    "CardDialog": Place("CardPane", card, size=(100, 30)),
    "ConfirmPlanDialog title": Place(".dialog-title", confirm_plan, size=(100, 30)),
    "ConfirmPlanDialog": Place("PlanPane", confirm_plan, size=(100, 30)),
    "ConfirmPlanDialog word": Place("#confirm-ask", confirm_plan, size=(100, 30)),
    "ItemDialog title": Place(".dialog-title", item, size=(100, 30)),
    "ItemDialog": Place("ItemFacts", item, size=(100, 30)),
    "AskDialog": Place(".dialog-title", ask, size=(100, 30)),
    "ConfirmDialog": Place(".dialog-title", confirm, size=(100, 30)),
    "AbnormalDialog": Place("AlarmList", abnormal, moment="red", size=(100, 30)),
    "PeopleDialog title": Place(".dialog-title", people, moment="driven", size=(100, 30)),
    "PeopleDialog": Place("PeopleList", people, moment="driven", size=(100, 30)),
    "ContactsDialog title": Place("#contacts-title", contacts, size=(100, 30)),
    "ContactsDialog": Place("ContactList", contacts, size=(100, 30)),
    "HandoverDialog title": Place(".dialog-title", handover, moment="driven", size=(100, 30)),
    "HandoverDialog": Place("HandoverText", handover, moment="driven", size=(100, 30)),
    "SincePanel": Place("SinceText", since, moment="red"),
    "IdentityDialog": Place(".dialog-title", identity, size=(100, 30)),
    "HelpDialog": Place(".dialog-title", help_, size=(100, 30)),
    "ExecutionScreen StepList": Place("#steps", execution, moment="stopped"),
    "ExecutionScreen OutcomeLine": Place("#outcome", execution, moment="stopped"),
    "ExecutionScreen title": Place("#execution-title", execution, moment="stopped"),
    "toast": Place("#notices", toast, size=(100, 30)),
}
