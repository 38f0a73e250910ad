"""A report as one HTML page that loads nothing and runs nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from cockpit.release.item_state import ItemState
from cockpit.reports.report import (
    HOW_TO_VERIFY,
    MARKS,
    Report,
    ReportPhase,
    facts_of,
    payload_lines,
    signature_words,
    title_of,
)
from cockpit.text import visible, visible_lines

_LONGEST = 2000  # characters of one text
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:70em;margin:2em auto;padding:0 1em}"
    "table{border-collapse:collapse}td,th{border:1px solid #999;padding:.2em .6em;text-align:left;vertical-align:top}"
    ".depth-1{margin-left:1.5em}.depth-2{margin-left:3em}small{color:#555}li{list-style:none}"
)


def shown(text: str) -> str:
    """Return foreign text as HTML that shows these very characters."""
    return escape(visible(text, limit=_LONGEST))


def to_html(report: Report) -> str:
    """Return the report as one page."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    title = shown(title_of(report))
    yield '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
    yield "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    yield f"<title>{title}</title><style>{_STYLE}</style></head><body><h1>{title}</h1>"
    yield from _table(("", ""), facts_of(report))
    rows = [
        (view.title, f"{view.done} of {view.total}", view.state, "go" if view.gate.go else "no-go")
        for view in report.phases
    ]
    yield from _table(("phase", "done", "state", "go?"), rows)
    for phase in report.phases:
        yield from _phase(phase)
    if report.debt:
        yield "<h2>Debt</h2>"
        debts = [(debt.kind, debt.text, debt.reason, debt.by, debt.at) for debt in report.debt]
        yield from _table(("kind", "item", "reason", "who", "when"), debts)
    yield from _sign_off(report)
    if report.executions:
        yield "<h2>Executions</h2>"
        runs = [
            (one.at, one.by, f"{one.direction} from {one.from_tag} to {one.tag}", one.state, one.detail)
            for one in report.executions
        ]
        yield from _table(("when", "who", "what", "state", "detail"), runs)
    yield "<h2>Timeline</h2>"
    if report.left_out:
        yield f"<p>{report.left_out} older entries are left out.</p>"
    yield from _table(("when", "who", "what"), [(entry.at, entry.by, entry.text) for entry in report.timeline])
    yield "</body></html>"


def _phase(phase: ReportPhase) -> Iterator[str]:
    yield f"<h2>{shown(phase.title)}</h2>"
    section = None
    yield "<ul>"
    for item in phase.items:
        if item.section != section:
            section = item.section
            yield f"<li><h3>{shown(section)}</h3></li>"
        who = f" {shown(item.by)}, {shown(item.at)}" if item.by else ""
        detail = f": {shown(item.detail)}" if item.detail else ""
        killer = "<strong>killer</strong> " if item.killer else ""
        mark = MARKS[ItemState(item.state)]
        yield (
            f'<li class="depth-{min(item.depth, 2)}">{mark} {killer}{shown(item.text)}'
            f" <small>({item.state}{who}){detail}</small></li>"
        )
        for note in item.notes:
            yield f'<li class="depth-2"><small>{shown(note)}</small></li>'
    yield "</ul>"
    if not phase.gate.go:
        yield "<p>No-go because:</p><ul>"
        yield from (f"<li>{shown(reason.why)}</li>" for reason in phase.gate.reasons)
        yield "</ul>"


def _sign_off(report: Report) -> Iterator[str]:
    if not report.sign_off:
        return
    yield "<h2>Sign-off</h2>"
    rows = [
        (one.title, f"{one.by} on behalf of {one.on_behalf}" if one.on_behalf else one.by, one.at, signature_words(one))
        for one in report.sign_off
    ]
    yield from _table(("Role", "Name", "Date", "Signature"), rows)
    signed = [one for one in report.sign_off if one.signature]
    if signed:
        yield f"<p>{escape(HOW_TO_VERIFY)}</p>"
    for one in signed:
        lines = [*payload_lines(one), "", *visible_lines(one.signature.rstrip("\n"))]
        yield f"<p>{shown(one.title)}: {shown(one.statement)}</p><pre>{escape(chr(10).join(lines))}</pre>"


def _table(heads: tuple[str, ...], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield "<table>"
    if any(heads):
        yield "<tr>" + "".join(f"<th>{head}</th>" for head in heads) + "</tr>"
    for row in rows:
        yield "<tr>" + "".join(f"<td>{shown(cell)}</td>" for cell in row) + "</tr>"
    yield "</table>"
