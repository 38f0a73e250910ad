"""The page that is read when everything else is down: contacts, rollback, procedures, checklist."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from typing import Literal

from msgspec import Struct

from cockpit.release.contacts import contacts_of, shifts_within, ways_of
from cockpit.release.library import Runbook, RunbookStep
from cockpit.release.run import ItemView, Run
from cockpit.reports.contacts import name_of, turn_words
from cockpit.reports.report import MARKS
from cockpit.text import visible
from cockpit.times import zone

_LONGEST = 2000  # characters of one text
_SHIFTS_AHEAD = 7 * 86400.0  # seconds
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60em;margin:1em auto;padding:0 1em}"
    "pre{background:#eee;padding:.6em;overflow-x:auto}"
    "@media print{pre{white-space:pre-wrap}}"
)


class Block(Struct, frozen=True):
    """One piece of the page: `level` is a heading's, or how deep a line is indented."""

    kind: Literal["heading", "line", "code"]
    text: str
    level: int = 0


class RollbackScript(Struct, frozen=True):
    """How to roll back by hand: which target and why that one, and the script; or why there is none."""

    why: str
    script: str = ""


def offline_page(
    run: Run, rollback: RollbackScript, *, now: float, written: str, place: str
) -> tuple[Block, ...]:  # fmt: skip
    """Return the page's pieces at `now` (epoch seconds).

    `written` says when that is, in words, and `place` is the host and directory it is about.
    """
    return tuple(_page(run, rollback, now, written, place))


def as_text(page: Iterable[Block]) -> str:
    """Return the page as plain text, for a pager on a bare console."""
    return "\n".join(_text_lines(page)) + "\n"


def as_html(page: Iterable[Block]) -> str:
    """Return the page as one HTML file that loads nothing and runs nothing."""
    return "\n".join(_html_lines(tuple(page))) + "\n"


def _page(run: Run, rollback: RollbackScript, now: float, written: str, place: str) -> Iterator[Block]:
    kind = "PRODUCTION" if run.production else "not production"
    yield Block("heading", f"{run.service} {run.environment} ({kind}): {run.name or 'no release open'}", 1)
    yield Block("line", f"Written {written} on {place}, to be read when the cockpit cannot be.")
    if run.tag:
        yield Block("line", f"Flies {run.tag} ({run.commit[:12]}), state {run.state}.")
    yield Block("heading", "Whom to call", 2)
    yield from _contacts(run, now)
    yield Block("heading", "Rollback by hand", 2)
    if rollback.script:
        yield Block("line", f"To {rollback.why}")
        yield Block("code", rollback.script)
    else:
        yield Block("line", f"None was prepared: {rollback.why}")
    for runbook in run.library.runbooks:
        yield from _runbook(runbook)
    for phase in run.phases:
        yield Block("heading", f"{phase.phase.title}: {phase.done} of {phase.total} done", 2)
        section = ""
        for view in phase.items:
            if view.section != section:
                section = view.section
                yield Block("heading", section, 3)
            yield Block("line", _item(view), view.depth + 1)


def _contacts(run: Run, now: float) -> Iterator[Block]:
    """Yield who is called for what, in the files' order, and who is on call when: this page outlasts a shift."""
    known = [contact for contact in contacts_of(run) if contact.name or ways_of(contact)]
    if not known:
        yield Block("line", "No contacts are configured: checklists/ holds their blanks.")
    for contact in known:
        after = f"(where nobody answers for {contact.after})" if contact.after else ""
        said = " ".join(filter(None, (name_of(contact), ", ".join(ways_of(contact)), after)))
        yield Block("line", f"{contact.purpose}: {said}", 1)
    shifts = shifts_within(run, now, now + _SHIFTS_AHEAD, zone(run.timezone))
    if shifts:
        yield Block("line", f"On call (times of {run.timezone}):")
    for contact, turn in shifts:
        yield Block("line", f"{turn_words(turn, run.timezone)}: {name_of(contact)}", 1)


def _runbook(runbook: Runbook) -> Iterator[Block]:
    yield Block("heading", f"{runbook.title} ({runbook.kind}, {runbook.severity})", 2)
    if runbook.note:
        yield Block("line", runbook.note)
    for number, step in enumerate(runbook.steps, 1):
        yield Block("line", f"{number}. {_step(step)}", 1)
        if step.run:
            yield Block("code", step.run, 1)


def _step(step: RunbookStep) -> str:
    conditions = [f"if {step.when}" if step.when else "", f"after {step.after}" if step.after else ""]
    said = ", ".join(part for part in conditions if part)
    return " ".join(part for part in (f"({said})" if said else "", step.text, step.link) if part)


def _item(view: ItemView) -> str:
    killer = "KILLER " if view.item.killer else ""
    who = f", {view.names} {view.at}" if view.by is not None and view.state != "open" else ""
    detail = f": {view.detail}" if view.detail else ""
    return f"{MARKS[view.state]} {killer}{view.item.text} ({view.state.value}{who}){detail}"


def _text_lines(page: Iterable[Block]) -> Iterator[str]:
    for block in page:
        indent = "  " * block.level
        if block.kind == "heading":
            text = visible(block.text, limit=_LONGEST)
            yield from ("", text, "=-."[block.level - 1] * len(text))
        elif block.kind == "code":
            yield from (f"{indent}    {visible(line, limit=_LONGEST)}" for line in block.text.splitlines())
        else:
            yield f"{indent}{visible(block.text, limit=_LONGEST)}"


def _html_lines(page: tuple[Block, ...]) -> Iterator[str]:
    title = _shown(page[0].text)
    yield '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    yield f"<title>{title}</title><style>{_STYLE}</style></head><body>"
    for block in page:
        if block.kind == "heading":
            yield f"<h{block.level}>{_shown(block.text)}</h{block.level}>"
        elif block.kind == "code":
            yield "<pre>" + "\n".join(map(_shown, block.text.splitlines())) + "</pre>"
        else:
            yield f'<p style="margin:.2em 0 .2em {1.5 * block.level}em">{_shown(block.text)}</p>'
    yield "</body></html>"


def _shown(text: str) -> str:
    return escape(visible(text, limit=_LONGEST))
