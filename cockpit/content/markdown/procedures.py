"""Numbered procedures: ordered lists without task items, and scripts whose comments say what each step does."""

from __future__ import annotations

import re

import msgspec

from cockpit.content.ids import slug, unique
from cockpit.content.markdown.blocks import Block
from cockpit.content.markdown.inline import Inline
from cockpit.content.markdown.outline import Node
from cockpit.content.markdown.words import EMERGENCY, ROLLBACK
from cockpit.release.library import Runbook, RunbookStep

_SHELLS = frozenset({"bash", "sh", "shell", "zsh", "ksh", "fish"})
_COMMAND_AT_END = re.compile(r"(?P<text>.*\S)\s*[:：]\s*(?P<ticks>`+)(?P<run>[^`\n]+)(?P=ticks)\.?")
_IF = re.compile(r"If (?P<when>[^,]{1,60}),\s")
_NEEDED = re.compile(r"\((?:if|when) (?P<when>[^()]{1,40})\)")
_LASTED = re.compile(r">\s*(?P<number>\d+)\s*(?P<unit>s|sec|min|minutes?|h|hours?)\b")
_COMMENT = re.compile(r"#+\s*(?P<number>\d+[.):]?\s+)?(?P<text>\S.*)")
_ONLY_A_LINK_HERE = re.compile(r"\[[^\]]*\]\(#[^)]*\)")
_LONGEST_SLUG = 40
_plain = Inline({}).plain


def find_runbooks(places: list[tuple[Node, tuple[str, ...]]]) -> tuple[Runbook, ...]:
    """Return the procedures beneath headings (each with the titles above it and its own)."""
    found: list[Runbook] = []
    taken: set[str] = set()
    for node, path in places:
        about_rollback = any(map(ROLLBACK.search, path))
        for block in node.blocks:
            steps: list[RunbookStep] = []
            if block.kind == "ordered_list" and not block.tasks and len(block.children) > 1:
                steps = _listed(block)
            elif block.kind == "fence" and block.info.lower() in _SHELLS:
                steps = _scripted(block.text, any_comment=about_rollback)
            if len(steps) > 1:
                found.append(_runbook(path, steps, taken))
    return tuple(found)


def without_command(text: str) -> str:
    """Return the words of a line that ends in a command, such as "Stop it: `./stop.sh`", or all of any other line."""
    match = _COMMAND_AT_END.fullmatch(text)
    return match["text"] if match else text


def _runbook(path: tuple[str, ...], steps: list[RunbookStep], taken: set[str]) -> Runbook:
    rollback = next((title for title in path if ROLLBACK.search(title)), "")
    # Trouble that has a procedure of its own beneath "Rollback" would be told so by its own heading.
    emergency = any(map(EMERGENCY.search, path)) and not ROLLBACK.search(path[-1])
    title = path[-1] or "Procedure"
    note = ""
    if rollback and not emergency and title != rollback:
        title, note = rollback, title
    title = _plain(title)
    step_ids: set[str] = set()
    own = (
        "rollback" if rollback and not emergency and "rollback" not in taken else slug(title)[:_LONGEST_SLUG].strip("-")
    )
    return Runbook(
        id=unique(own, taken),
        title=title,
        kind="emergency" if emergency else "rollback" if rollback else "procedure",
        note=note,
        steps=tuple(
            msgspec.structs.replace(step, id=unique(slug(step.text)[:_LONGEST_SLUG].strip("-"), step_ids))
            for step in steps
        ),
    )


def _listed(block: Block) -> list[RunbookStep]:
    steps = []
    for entry in block.children:
        if not entry.children or entry.children[0].kind != "paragraph":
            continue
        text = " ".join(entry.children[0].text.split())
        if not text or _ONLY_A_LINK_HERE.fullmatch(text):
            continue  # nothing to do, or a table of contents
        commands = [each.text.rstrip("\n") for each in entry.children if each.kind == "fence" and each.text.strip()]
        match = _COMMAND_AT_END.fullmatch(text)
        if match and not commands:
            text, commands = match["text"], [match["run"].strip()]
        steps.append(_step(text, commands[0] if commands else ""))
    return steps


def _step(text: str, run: str = "") -> RunbookStep:
    condition = _IF.match(text) or _NEEDED.search(text)
    when = condition["when"].strip() if condition else ""
    lasted = _LASTED.search(when)
    return RunbookStep(
        id="", text=text, run=run, when=when, after=f"{lasted['number']}{_unit(lasted['unit'])}" if lasted else ""
    )


def _unit(word: str) -> str:
    return {"s": "s", "m": "m", "h": "h"}[word[0]]


def _scripted(script: str, *, any_comment: bool) -> list[RunbookStep]:
    """Return a script's steps: what follows each numbered comment, or, with `any_comment`, each comment."""
    steps: list[tuple[str, list[str]]] = []
    numbered = False
    for line in script.split("\n"):
        comment = _COMMENT.fullmatch(line.strip())
        if comment and not line.startswith("#!"):
            numbered = numbered or bool(comment["number"])
            steps.append((comment["text"].strip(), []))
        elif line.strip():
            if not steps:
                return []
            steps[-1][1].append(line)
    if not numbered and not any_comment:
        return []
    return [_step(text, "\n".join(lines)) for text, lines in steps]
