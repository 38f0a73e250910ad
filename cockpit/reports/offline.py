"""The page that is read when everything else is down: contacts, rollback, procedures, checklist."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from typing import Literal

from msgspec import Struct

from cockpit.release.library import Contact, Runbook, RunbookStep
from cockpit.release.run import ItemView, Run
from cockpit.reports.report import MARKS
from cockpit.text import visible

_LONGEST = 2000  # characters of one text
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


def offline_page(run: Run, rollback: RollbackScript, *, written: str, place: str) -> tuple[Block, ...]:
    """Return the page's pieces; `written` says when, in words, and `place` is the host and directory it is about."""
    return tuple(_page(run, rollback, written, place))


def as_text(page: Iterable[Block]) -> str:
    """Return the page as plain text, for a pager on a bare console."""
    return "\n".join(_text_lines(page)) + "\n"


def as_html(page: Iterable[Block]) -> str:
    """Return the page as one HTML file that loads nothing and runs nothing."""
    return "\n".join(_html_lines(tuple(page))) + "\n"


def _page(run: Run, rollback: RollbackScript, written: str, place: str) -> Iterator[Block]:
    kind = "PRODUCTION" if run.production else "not production"
    yield Block("heading", f"{run.service} {run.environment} ({kind}): {run.name or 'no release open'}", 1)
    yield Block("line", f"Written {written} on {place}, to be read when the cockpit cannot be.")
    if run.tag:
        yield Block("line", f"Flies {run.tag} ({run.commit[:12]}), state {run.state}.")
    yield Block("heading", "Whom to call", 2)
    yield from _contacts(run.library.contacts)
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


def _contacts(contacts: Iterable[Contact]) -> Iterator[Block]:
    lines = [
        Block("line", f"{contact.purpose}: {' '.join(part for part in (contact.name, contact.address) if part)}", 1)
        for contact in contacts
        if contact.name or contact.address
    ]
    yield from lines or [Block("line", "No contacts are configured: checklists/ holds their blanks.")]


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
    who = f", {view.by.name} {view.at}" if view.by is not None and view.state != "open" else ""
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
