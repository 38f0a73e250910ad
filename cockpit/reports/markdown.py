"""A report as Markdown. Whatever people wrote is text: no markup, no HTML, no link comes of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cockpit.release.item_state import ItemState
from cockpit.reports.report import (
    HOW_TO_VERIFY,
    MARKS,
    Report,
    ReportItem,
    ReportPhase,
    facts_of,
    payload_lines,
    signature_words,
    title_of,
)
from cockpit.text import visible, visible_lines

_LONGEST = 500  # characters of one text
# CommonMark takes a backslash before any ASCII punctuation; an at sign or a hash would still call people and issues.
_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")
_CALLING = {"@": "&#64;", "#": "&#35;", "&": "&amp;", "<": "&lt;", ">": "&gt;"}


def plain(text: str) -> str:
    """Return foreign text as Markdown that shows these very characters, on one line."""
    return _PUNCTUATION.sub(lambda match: _CALLING.get(match[0], f"\\{match[0]}"), visible(text, limit=_LONGEST))


def to_markdown(report: Report) -> str:
    """Return the report as one Markdown page."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    yield f"# {plain(title_of(report))}"
    yield ""
    for name, value in facts_of(report):
        yield f"- {name}: {plain(value)}"
    yield ""
    yield "| phase | done | state | go? |"
    yield "|---|---|---|---|"
    for phase in report.phases:
        yield f"| {plain(phase.title)} | {phase.done} of {phase.total} | {phase.state} | {_verdict(phase)} |"
    for phase in report.phases:
        yield from _phase(phase)
    if report.debt:
        yield from ("", "## Debt", "")
        for debt in report.debt:
            who = f" ({plain(debt.by)}, {plain(debt.at)})" if debt.by else ""
            yield f"- {plain(debt.kind)}: {plain(debt.text)}: {plain(debt.reason)}{who}"
    yield from _sign_off(report)
    if report.executions:
        yield from ("", "## Executions", "")
        for one in report.executions:
            what = f"{one.direction} from {plain(one.from_tag)} to {plain(one.tag)}"
            yield f"- {plain(one.at)} {plain(one.by)}: {what}: {one.state} {plain(one.detail)}".rstrip()
    yield from ("", "## Timeline", "")
    if report.left_out:
        yield f"{report.left_out} older entries are left out."
        yield ""
    yield "| when | who | what |"
    yield "|---|---|---|"
    for entry in report.timeline:
        yield f"| {plain(entry.at)} | {plain(entry.by)} | {plain(entry.text)} |"


def _sign_off(report: Report) -> Iterator[str]:
    if not report.sign_off:
        return
    yield from ("", "## Sign-off", "", "| Role | Name | Date | Signature |", "|---|---|---|---|")
    for one in report.sign_off:
        name = f"{one.by} on behalf of {one.on_behalf}" if one.on_behalf else one.by
        yield f"| {plain(one.title)} | {plain(name)} | {plain(one.at)} | {plain(signature_words(one))} |"
    signed = [one for one in report.sign_off if one.signature]
    if signed:
        yield from ("", plain(HOW_TO_VERIFY))
    for one in signed:
        lines = [*payload_lines(one), "", *visible_lines(one.signature.rstrip("\n"))]
        yield from ("", f"{plain(one.title)}: {plain(one.statement)}", "", *(f"    {line}" for line in lines))


def _verdict(phase: ReportPhase) -> str:
    return "go" if phase.gate.go else f"no-go ({len(phase.gate.reasons)})"


def _phase(phase: ReportPhase) -> Iterator[str]:
    yield from ("", f"## {plain(phase.title)}", "")
    section = None
    for item in phase.items:
        if item.section != section:
            section = item.section
            yield from ("", f"### {plain(section)}", "")
        yield _item(item)
        for note in item.notes:
            yield f"{'  ' * (item.depth + 1)}- {plain(note)}"
    if not phase.gate.go:
        yield from ("", "No-go because:", "")
        for reason in phase.gate.reasons:
            yield f"- {plain(reason.why)}"


def _item(item: ReportItem) -> str:
    who = f", {plain(item.by)}, {plain(item.at)}" if item.by else ""
    detail = f": {plain(item.detail)}" if item.detail else ""
    killer = "**killer** " if item.killer else ""
    return f"{'  ' * item.depth}- {MARKS[ItemState(item.state)]} {killer}{plain(item.text)} ({item.state}{who}){detail}"
