"""A report as Markdown. Whatever people wrote is text: no markup, no HTML, no link comes of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cockpit.release.item_state import ItemState
from cockpit.reports.charts import milliseconds, share
from cockpit.reports.report import (
    ABOUT_DIGEST,
    MARKS,
    Report,
    ReportExecution,
    ReportItem,
    ReportPhase,
    facts_of,
    title_of,
)
from cockpit.reports.signatures import (
    ABOUT_CHECKS,
    scripts_of,
    signature_words,
    signed_by,
    signers_script,
    signers_source,
)
from cockpit.text import visible

_LONGEST = 500  # characters of one text
# What may be markup anywhere (an underscore within a word never is), what only begins a line, and what becomes a link.
# An at sign or a hash would still call people and issues after a backslash.
_MARKUP = re.compile(r"[\\`*~\[\]|$@#&<>]|_(?![A-Za-z0-9])|(?<![A-Za-z0-9])_")
_BEGINS = re.compile(r"^(\s*)([-+=:])|^(\s*[0-9]{1,9})([.)])")
_LINKS = re.compile(r":(?=//)|(?<=www)\.", re.IGNORECASE)
_CALLING = {"@": "&#64;", "#": "&#35;", "&": "&amp;", "<": "&lt;", ">": "&gt;"}


def plain(text: str) -> str:
    """Return foreign text as Markdown that shows these very characters, on one line; it reads well as it is, too."""
    safe = _MARKUP.sub(lambda match: _CALLING.get(match[0], f"\\{match[0]}"), visible(text, limit=_LONGEST))
    safe = _LINKS.sub(lambda match: f"\\{match[0]}", safe)
    return _BEGINS.sub(lambda match: f"{match[1] or match[3] or ''}\\{match[2] or match[4]}", safe)


def to_markdown(report: Report) -> str:
    """Return the report as one Markdown page."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    yield f"# {plain(title_of(report))}"
    yield ""
    for name, value in facts_of(report):
        yield f"- {name}: {plain(value)}"
    if report.digest:
        yield from ("", plain(ABOUT_DIGEST))
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
            yield from _execution(one)
    if report.incidents:
        yield from ("", "## Incidents", "")
        for incident in report.incidents:
            closed = f"closed {incident.closed_at}: {incident.how}" if incident.closed_at else "OPEN"
            what = f"{incident.severity}: {incident.title}, opened by {incident.by}, {closed}"
            yield f"- {plain(incident.at)} {plain(what)}"
    yield from _probes(report)
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
        yield f"| {plain(one.title)} | {plain(signed_by(one))} | {plain(one.at)} | {plain(signature_words(one))} |"
    scripts = list(scripts_of(report.sign_off))
    if not scripts:
        return
    yield from ("", "### Check the signatures yourself", "", plain(ABOUT_CHECKS))
    source = signers_source(report.signers)
    if source:
        yield from ("", "In the repository, the allowed signers:", "", *_code("\n".join(source)))
    if signers_script(report.signers):
        yield from ("", "Or as the cockpit read them:", "", *_code(signers_script(report.signers)))
    for title, script in scripts:
        yield from ("", plain(title), "", *_code(script))


def _code(script: str) -> Iterator[str]:
    # No line of it begins with what others wrote, so that none ends the block.
    yield from ("```sh", *script.rstrip("\n").split("\n"), "```")


def _execution(one: ReportExecution) -> Iterator[str]:
    what = f"{one.direction} from {plain(one.from_tag)} to {plain(one.tag)}"
    yield f"- {plain(one.at)} {plain(one.by)}: {what}: {one.state} {plain(one.detail)}".rstrip()
    for step in one.steps:
        yield f"  - {plain(step.step)} {step.state} in {step.seconds:.0f} s {plain(step.detail)}".rstrip()


def _probes(report: Report) -> Iterator[str]:
    seen = [probe for probe in report.probes if any(day.seen for day in probe.days)]
    if not seen:
        return
    yield from ("", "## Probes by day", "", f"Days are of UTC, as {plain(seen[0].observer)} saw them.", "")
    yield from ("| probe | day | up | looks | p50 | p95 |", "|---|---|---|---|---|---|")
    for probe in seen:
        for day in probe.days:
            figures = (share(day.uptime), str(day.seen), milliseconds(day.p50), milliseconds(day.p95))
            yield f"| {plain(probe.title)} | {day.day} | {' | '.join(figures)} |"


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
        for note in (*item.notes, *item.evidence):
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
