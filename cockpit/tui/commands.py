"""The one table of commands: it feeds bindings, hints, the palette, the `?` help and the README's key table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal

from msgspec import Struct
from textual.binding import Binding

from cockpit.tui.glyphs import UNICODE, Glyphs, choose_glyphs

Scope = Literal[
    "everywhere", "move", "checklist", "pause-point", "logs", "log-page", "probes", "probe-board", "tags", "runbooks",
    "runbook-step", "env", "comms", "templates", "sent", "sign-off", "execution", "timeline", "past",
]  # fmt: skip

SCOPE_TITLES: Final[dict[Scope, str]] = {
    "everywhere": "Everywhere",
    "move": "Move",
    "checklist": "Checklist",
    "pause-point": "Pause point",
    "logs": "Logs",
    "log-page": "Page of logs",
    "probes": "Probes",
    "probe-board": "List of probes",
    "tags": "Tags",
    "runbooks": "Runbooks",
    "runbook-step": "Runbook step",
    "env": "Environment",
    "comms": "Messages",
    "templates": "Templates",
    "sent": "Sent and calls",
    "sign-off": "Sign-off",
    "execution": "Execution",
    "timeline": "Timeline",
    "past": "Timeline, review",
}


class Command(Struct, frozen=True):
    """Something a person can do: `action` is the Textual action, `keys` its key names, `shown` how they are written."""

    id: str
    scope: Scope
    keys: tuple[str, ...]
    shown: str
    label: str  # a word or two, for the hints
    help: str  # a sentence, for help and palette
    action: str = ""
    hint: bool = False
    in_palette: bool = True

    # Without keys it is found in the palette alone.

    @property
    def full_id(self) -> str:
        """What names it among all scopes, as a keymap does."""
        return f"{self.scope}.{self.id}"

    @property
    def binding_action(self) -> str:
        """The action string that Textual runs."""
        return self.action or self.id


def _c(
    scope: Scope, identity: str, keys: str, shown: str, label: str, text: str, *,
    action: str = "", hint: bool = False, in_palette: bool = True,
) -> Command:  # fmt: skip
    return Command(identity, scope, tuple(keys.split()), shown, label, text, action, hint, in_palette)


COMMANDS: Final[tuple[Command, ...]] = (
    _c("everywhere", "help", "question_mark", "?", "help", "Show the keys of this screen", hint=True),
    _c("everywhere", "palette", "colon", ":", "palette", "Find any command by name", hint=True, in_palette=False),
    _c("everywhere", "filter", "slash", "/", "filter", "Filter what is listed; a leading ! inverts", hint=True),
    _c("everywhere", "next_match", "n", "n", "next match", "Go to the next match of the filter"),
    _c("everywhere", "previous_match", "N", "N", "previous match", "Go to the previous match of the filter"),
    _c("everywhere", "up_a_level", "escape", "Esc", "up", "Go up one level, put away what was said; aborts nothing",
       in_palette=False),
    _c("everywhere", "leave", "q", "q", "back", "Go back; at the first screen, ask whether to leave", hint=True),
    _c("everywhere", "next_pane", "tab", "Tab", "next pane", "Go to the next pane", action="app.focus_next"),
    _c("everywhere", "previous_pane", "shift+tab", "S-Tab", "previous pane", "Go to the previous pane",
       action="app.focus_previous"),
    _c("everywhere", "zoom", "plus", "+", "zoom", "Give the whole screen to this pane"),
    _c("everywhere", "unzoom", "minus", "-", "unzoom", "Show all panes again"),
    _c("everywhere", "refresh_all", "R", "R", "refresh", "Read everything again now"),
    _c("everywhere", "copy_shown", "y", "y", "copy", "Send the selected line to the terminal's clipboard, and a file"),
    _c("everywhere", "undo", "u", "u", "undo", "Undo your own last record, which is shown first"),
    _c("everywhere", "redo", "U", "U", "redo", "Redo what you have just undone"),
    _c("everywhere", "abnormal", "exclamation_mark", "!", "abnormal", "List all that is not as it should be"),
    _c("everywhere", "note", "i", "i", "note", "Write a note on the item, the incident or the release"),
    _c("everywhere", "page_checklist", "1", "1", "checklist", "Go to the checklist", action="page('checklist')"),
    _c("everywhere", "page_logs", "2", "2", "logs", "Go to the logs", action="page('logs')"),
    _c("everywhere", "page_probes", "3", "3", "probes", "Go to the probes", action="page('probes')"),
    _c("everywhere", "page_tags", "4", "4", "tags", "Go to tags and rollback", action="page('tags')"),
    _c("everywhere", "page_runbooks", "5", "5", "runbooks", "Go to runbooks and the incident",
       action="page('runbooks')"),
    _c("everywhere", "page_env", "6", "6", "environment", "Go to the env file and its variables", action="page('env')"),
    _c("everywhere", "page_comms", "7", "7", "messages", "Go to messages: templates, calls, and what was sent",
       action="page('comms')"),
    _c("everywhere", "page_timeline", "8", "8", "timeline", "Go to the timeline and notes", action="page('timeline')"),
    _c("everywhere", "page_maintenance", "9", "9", "maintenance", "Go to what recurs: due, overdue, and the year",
       action="page('maintenance')"),
    _c("everywhere", "page_review", "0", "0", "review", "Go to the review and the sign-off", action="page('review')"),
    _c("everywhere", "execution", "X", "X", "execution", "Go to the rollback or deploy that runs, or ran last"),
    _c("everywhere", "who", "W", "W", "who", "See who is here, where, what they look at, and who drives"),
    _c("everywhere", "handover", "", ":", "hand-over",
       "See what the next shift must know: reds, promises, claims, what is due"),
    _c("everywhere", "report", "", ":", "report", "Write the whole release as one HTML page with charts"),
    _c("everywhere", "contacts", "", ":", "contacts", "See whom to call for what, in which order, and who is on call"),
    _c("everywhere", "take_wheel", "", ":", "take the wheel", "Drive: only you confirm what is dangerous, then"),
    _c("everywhere", "give_wheel", "", ":", "give the wheel", "Let somebody else drive, by name"),
    _c("everywhere", "release_wheel", "", ":", "let go of the wheel", "Drive no more; then anybody may confirm"),
    _c("everywhere", "migrate", "", ":", "migrate the run",
       "Fly by the checklists and cockpit.yaml as they are now; what would change is shown first"),
    _c("everywhere", "migrate_back", "", ":", "migrate back", "Fly by the files before the last migration again"),
    _c("everywhere", "open_run", "", ":", "open a release run", "Begin a release by its name; a tag will do"),
    _c("everywhere", "retarget", "", ":", "retarget",
       "Let the run fly another tag, as after a rollback; what is asked again is shown first"),
    _c("everywhere", "unlock", "", ":", "unlock deploys", "Let deploys start again after a rollback, with a reason"),
    _c("everywhere", "tour", "", ":", "tour", "Bring the demo's tour back, or begin it again: six things to try"),
    _c("everywhere", "tour_next", "greater_than_sign", ">", "next of the tour", "Go on to the tour's next step"),
    _c("everywhere", "tour_back", "less_than_sign", "<", "back in the tour", "Go back to the tour's step before"),
    _c("everywhere", "hold", "", ":", "hold the clock", "Hold the run, with a reason: every pause point says no-go"),
    _c("everywhere", "resume", "", ":", "resume the clock", "Let a planned or held run go on"),
    _c("everywhere", "freeze", "", ":", "freeze", "Freeze the service, with a reason: no deploy starts"),
    _c("everywhere", "lift_freeze", "", ":", "lift the freeze", "Let deploys start again, with a reason"),
    _c("everywhere", "sign", "", ":", "sign off", "Sign for a role; what you sign is shown first"),
    _c("everywhere", "sign_on_behalf", "", ":", "sign on behalf", "Write down the sign-off of somebody elsewhere"),
    _c("everywhere", "revoke", "", ":", "revoke a sign-off", "Take a role's sign-off back, with a reason"),
    _c("everywhere", "since", "", ":", "since you looked", "List again what others changed while you did not look"),
    _c("everywhere", "notices", "", ":", "what was said",
       "Read again the messages that this screen has shown, the newest first"),
    _c("everywhere", "complete_review", "", ":", "complete the review",
       "Say that you have gone through the review that is shown: the next one begins here"),
    _c("everywhere", "review_since", "", ":", "review since", "Let the review begin elsewhere: 24h, launch, a time"),
    _c("everywhere", "past_time", "", ":", "go to a time", "Show everything as it was then; nothing can be written"),
    _c("everywhere", "past_now", "", ":", "back to now", "Show what is now again"),
    _c("everywhere", "theme", "", ":", "theme", "Choose the colours: each shows as you come to it"),
    _c("everywhere", "mouse", "", ":", "mouse", "Take the mouse, or leave it to the terminal, to select text"),
    _c("past", "past_earlier", "left h", "Left", "earlier", "Show everything as it was an event before, here an hour",
       action="screen.past_earlier", hint=True),
    _c("past", "past_later", "right l", "Right", "later", "An event or an hour on; at the end it is now again",
       action="screen.past_later"),
    _c("past", "past_time", "T", "T", "time", "Show everything as it was at a time that you type",
       action="screen.past_time", hint=True, in_palette=False),
    _c("move", "cursor_up", "up k", "Up k", "up", "One line up", in_palette=False),
    _c("move", "cursor_down", "down j", "Down j", "down", "One line down", in_palette=False),
    _c("move", "cursor_top", "g home", "g", "top", "To the first line", in_palette=False),
    _c("move", "cursor_bottom", "G end", "G", "bottom", "To the last line", in_palette=False),
    _c("move", "cursor_half_up", "ctrl+u pageup", "ctrl-u", "half page up", "Half a page up", in_palette=False),
    _c("move", "cursor_half_down", "ctrl+d pagedown", "ctrl-d", "half page down", "Half a page down",
       in_palette=False),
    _c("move", "choose", "enter", "Enter", "open", "Open what the cursor is on", in_palette=False),
    _c("checklist", "tick", "space", "Space", "tick", "Tick the item (a killer item opens its detail first)",
       hint=True),
    _c("checklist", "claim", "c", "c", "claim", "Say that you are on it, or let it go"),
    _c("checklist", "challenge", "p", "p", "challenge", "Put the challenge to the second person, or answer as them",
       hint=True),
    _c("checklist", "defer", "d", "d", "defer", "Put the item off, with a reason", hint=True),
    _c("checklist", "not_applicable", "x", "x", "n/a", "Say that the item does not apply, with a reason"),
    _c("checklist", "override", "o", "o", "override", "Go on without the item, with a reason", hint=True),
    _c("checklist", "reopen", "O", "O", "reopen", "Open the item again", hint=True),
    _c("checklist", "attach", "v", "v", "evidence", "Attach a file to the item, by its path"),
    _c("checklist", "verify_item", "r", "r", "verify", "Run the item's check now; what it does is shown first"),
    _c("checklist", "mine_only", "m", "m", "mine", "List only the items that you claimed or wrote"),
    _c("checklist", "next_open", "full_stop", ".", "next open", "Go to the next open item"),
    _c("checklist", "previous_phase", "left h", "Left", "phase", "Go to the phase before", in_palette=False),
    _c("checklist", "next_phase", "right l", "Right", "phase", "Go to the phase after", in_palette=False),
    _c("checklist", "poll", "P", "P", "poll", "Open the phase's go/no-go poll, with every reason"),
    _c("pause-point", "poll", "enter", "Enter", "poll", "Open the poll, with every reason", hint=True,
       in_palette=False),
    _c("logs", "toggle_follow", "f", "f", "follow", "Follow the newest line, or stand still", hint=True),
    _c("logs", "next_error", "e", "e", "next error", "Go to the next error", hint=True),
    _c("logs", "previous_error", "E", "E", "previous error", "Go to the previous error"),
    _c("logs", "toggle_wrap", "w", "w", "wrap", "Fold long lines, or let them run out to the right", hint=True),
    _c("logs", "go_to_time", "T", "T", "time", "Go to a time: 14:05, 15m ago, a date; in the whole file", hint=True),
    _c("logs", "context", "enter", "Enter", "context", "Show what is around a match, unfiltered; again to go back"),
    _c("logs", "mark_line", "M", "M", "mark", "Mark the line gone to, or the last one in view; again to take it away"),
    _c("logs", "next_mark", "apostrophe", "'", "next mark", "Go to the next marked line, from the last to the first"),
    _c("logs", "select_down", "J shift+down", "J", "select down", "Select lines downwards, for y and v"),
    _c("logs", "select_up", "K shift+up", "K", "select up", "Select lines upwards, for y and v"),
    _c("logs", "attach_lines", "v", "v", "evidence", "Attach the selection, or what is in view, to an item"),
    _c("logs", "page_down", "space", "Space", "page", "One page down", in_palette=False),
    _c("logs", "page_up", "b", "b", "page up", "One page up", in_palette=False),
    _c("log-page", "show_alike", "F", "F", "alike", "List lines that are alike, new ones first, and slow requests"),
    _c("log-page", "toggle_together", "I", "I", "interleave", "Show all files as one, by time, or each by itself"),
    _c("probes", "probe_now", "r", "r", "probe now", "Ask the watcher to probe this at once", hint=True),
    _c("probes", "acknowledge_probe", "a", "a", "acknowledge",
       "Know of the probe's trouble, for two hours or as long as you say: it is quiet", hint=True),
    _c("probe-board", "open_probe", "enter", "Enter", "detail", "Open the probe: its chart, uptime, outages, failures",
       action="choose", hint=True, in_palette=False),
    _c("probes", "toggle_targets", "t", "t", "targets", "Go to the targets, or back to the probes", hint=True),
    _c("probes", "end_acknowledgement", "", ":", "end the acknowledgement",
       "Let the trouble of the probe under the cursor call people again"),
    _c("probes", "mute_probe", "", ":", "mute the probe", "Let the probe under the cursor call nobody, with a reason"),
    _c("probes", "unmute_probe", "", ":", "unmute the probe", "Let the probe under the cursor call people again"),
    _c("probes", "beat", "", ":", "report a heartbeat", "Say that the job of the heartbeat under the cursor ran"),
    _c("everywhere", "stay", "", ":", "stay despite a trigger",
       "Decide on a breached rollback trigger: no rollback, for a reason"),
    _c("probes", "test_sources", "", ":", "try the tools",
       "Ask every monitoring tool, and say what works and what is missing"),
    _c("tags", "card", "enter", "Enter", "card", "Open the tag's card: rollback, deploy, mark", hint=True,
       in_palette=False),
    _c("runbook-step", "do_step", "enter", "Enter", "do", "Open the step; its command is shown, and runs by a button",
       hint=True, in_palette=False),
    _c("runbooks", "skip_step", "s", "s", "skip", "Skip the step, with a reason", hint=True),
    _c("runbooks", "reopen_step", "O", "O", "reopen", "Open the step again, with a reason"),
    _c("runbooks", "incident", "I", "I", "incident",
       "Tell how the incident under the cursor stands, or open one where none is", hint=True),
    _c("runbooks", "new_incident", "", ":", "another incident", "Open one more incident beside those that are open"),
    _c("runbooks", "close_incident", "C", "C", "close incident",
       "Close the incident under the cursor, saying how it ended", hint=True),
    _c("env", "look_again", "r", "r", "look again", "Read the env file again", hint=True),
    _c("comms", "announce", "", ":", "send a message", "Fill in the template under the cursor; a button sends it"),
    _c("comms", "acknowledge_call", "a", "a", "acknowledge", "Know of the call: nobody is told of it any more",
       hint=True),
    _c("templates", "fill_in", "enter", "Enter", "fill in", "Fill the message in; a button sends it", action="choose",
       hint=True, in_palette=False),
    _c("sent", "look_at_sent", "enter", "Enter", "look", "Look at the message and what became of it; send it again",
       hint=True, in_palette=False),
    _c("timeline", "notes_only", "m", "m", "notes", "List only the notes, or everything again", hint=True),
    _c("sign-off", "sign_role", "enter", "Enter", "sign", "Sign for the role; what you sign is shown first",
       action="choose", hint=True, in_palette=False),
    _c("execution", "retry_step", "r", "r", "retry", "Try the failed step again, or go on", hint=True),
    _c("execution", "skip_step", "s", "s", "skip", "Skip the failed step, where that is allowed", hint=True),
    _c("execution", "confirm_execution", "", ":", "confirm", "Say how you saw that an unverified target runs well"),
    _c("execution", "abort_execution", "A", "A", "abort", "Abort the execution, by typing the word", hint=True),
)  # fmt: skip


def commands_of(*scopes: Scope) -> tuple[Command, ...]:
    """Return the commands of those scopes, in the table's order."""
    return tuple(command for command in COMMANDS if command.scope in scopes)


def bindings(*scopes: Scope) -> list[Binding | tuple[str, str] | tuple[str, str, str]]:
    """Return the Textual bindings of those scopes; a user's keymap finds each by the command's id."""
    return [_binding(command) for command in commands_of(*scopes)]


def item_bindings() -> list[Binding | tuple[str, str] | tuple[str, str, str]]:
    """Return the checklist's bindings that are about one item, for other pages that list items."""
    about_one = {
        "tick", "claim", "challenge", "attach", "defer", "not_applicable", "override", "reopen", "next_open",
        "verify_item",
    }  # fmt: skip
    return [_binding(command) for command in commands_of("checklist") if command.id in about_one]


def _binding(command: Command) -> Binding:
    return Binding(
        ",".join(command.keys) or f"<{command.full_id}>",  # no terminal sends that: a keymap may give it a key
        command.binding_action,
        command.label,
        show=command.hint,
        key_display=command.shown,
        id=command.full_id,
    )


def shown_keys(command: Command, glyphs: Glyphs | None = None) -> str:
    """Return the command's keys as this terminal can show them: arrows as such, or by name."""
    signs = dict(zip(("Up", "Down", "Left", "Right"), (glyphs or choose_glyphs()).keys, strict=True))
    return " ".join(signs.get(key, key) for key in command.shown.split())


def key_table(commands: Iterable[Command] = COMMANDS) -> str:
    """Return the README's key table in Markdown."""
    lines = ["| where | key | does |", "|---|---|---|"]
    for command in commands:
        keys = shown_keys(command, UNICODE) if command.keys else f": {command.label}"
        lines.append(f"| {SCOPE_TITLES[command.scope]} | `{keys}` | {command.help} |")
    return "\n".join(lines)
